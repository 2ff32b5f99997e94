"""When a list says that an article was published: believed where its page says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.extraction.fields.date_parsing import parse_date
from crawler.extraction.fields.timezones import KYIV

if TYPE_CHECKING:
    from crawler.items import Article
    from crawler.requests.leads import Lead

# a clock that is fast; what is later is no date of a publication
_FAST = timedelta(hours=1)


def dated(article: Article, lead: Lead | None, now: datetime) -> Article:
    """The article with the date of the feed or sitemap it was found in, where its page has none.

    Feeds date an article when it went into them, and again when it is edited: a page knows better.
    """
    if lead is None or lead.published_raw is None or article.published_at is not None:
        return article
    found = _read(lead.published_raw)
    if found is None or found[0] > now + _FAST:
        return article
    at, printed = found
    source = lead.source if printed == "zone" else f"{lead.source} {printed}"
    return article.with_(published_at=at, published_raw=lead.published_raw, published_source=source)


def _read(printed: str) -> tuple[datetime, str] | None:
    """UTC, and how much was printed: `zone`, `naive`, `day`. RSS has the dates of mails, the others ISO's."""
    try:
        at = parsedate_to_datetime(printed)
    except (ValueError, OverflowError):
        return parse_date(printed)
    if at.tzinfo is None:
        return at.replace(tzinfo=KYIV).astimezone(UTC), "naive"
    return at.astimezone(UTC), "zone"
