"""What a worker process makes of one answer: what the page says, what is decided of it, and its records.

Imported by the crawl for its names alone: what reading takes (trafilatura, 55 language profiles) is imported
where it runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from archive.pages.warc_record import Exchange
    from crawler.items import Alternate, Article, Claim, Fetch, Hints
    from crawler.requests.leads import Lead


@dataclass(frozen=True)
class Beside:
    """What the crawl knows of a page that its bytes do not say."""

    lead: Lead | None = None
    """The list's entry that it was found in."""
    story_key: str | None = None
    alternates: tuple[Alternate, ...] = ()
    """As its list has them, and as the outlet's rule has them."""
    reserved: tuple[Claim, ...] = ()
    """What its host reserves."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """Of the addresses of the outlet's articles."""


def extract_and_keep(fetch: Fetch, hints: Hints, exchange: Exchange | None) -> Article:
    """As `extract`, with `raw` filled where there is an exchange to keep."""
    from archive.pages.warc_record import build  # noqa: PLC0415
    from crawler.extraction.page import extract  # noqa: PLC0415

    article = extract(fetch, hints)
    return article if exchange is None else article.with_(raw=build(exchange, fetch.body))


def extract_and_decide(
    fetch: Fetch,
    hints: Hints,
    exchange: Exchange | None,
    beside: Beside,
    decide: Callable[[Article], Article],
) -> Article:
    """As `extract_and_keep`, whole, and through `decide`; of a page that is refused nothing is kept."""
    from archive.pages.warc_record import build  # noqa: PLC0415
    from crawler.extraction.page import extract  # noqa: PLC0415

    article = decide(_whole(extract(fetch, hints), fetch, beside))
    if exchange is None or article.refused is not None:
        return article
    return article.with_(raw=build(exchange, fetch.body))


def _whole(said: Article, fetch: Fetch, beside: Beside) -> Article:
    from crawler.discovery.dates import dated  # noqa: PLC0415
    from crawler.outlet.declaration import article_address  # noqa: PLC0415

    alternates = []
    for named in (*said.alternates, *beside.alternates):
        address = article_address(named.url, beside.patterns)
        alternates.append(named if address == named.url else replace(named, url=address))
    return dated(said, beside.lead, fetch.fetched_at).with_(
        story_key=beside.story_key,
        alternates=tuple(alternates),
        extra=(*said.extra, *beside.reserved),
    )
