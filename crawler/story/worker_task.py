"""The task of a worker process: one response in; the article, the decisions on it and its WARC records out.

Imported by the crawl for its names alone: what reading takes (trafilatura, 55 language profiles) is imported
where it runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from archive.pages.warc_record import Exchange, build
from crawler.extraction.fields.alternates import MOST_ALTERNATES
from crawler.items import Alternate, Article, Claim, Fetch, GivenItem, Hints
from crawler.outlet.address_pattern import AddressPattern
from crawler.requests.leads import Lead
from crawler.workers.stages import WorkerStage, decide

if TYPE_CHECKING:
    from crawler.outlet.declaration import Outlet


@dataclass(frozen=True)
class PageContext:
    """Facts about a page that the crawl knows and its bytes do not say."""

    lead: Lead | None = None
    """The list's entry that it was found in."""
    story_key: str | None = None
    alternates: tuple[Alternate, ...] = ()
    """As its list has them, and as the outlet's rule has them."""
    reserved: tuple[Claim, ...] = ()
    """Reservations of its host."""
    patterns: tuple[AddressPattern, ...] = ()
    """Of the addresses of the outlet's articles."""


def context_of(
    outlet: "Outlet",
    url: str,
    alternates: tuple[Alternate, ...] = (),
    lead: Lead | None = None,
    reserved: tuple[Claim, ...] = (),
) -> PageContext:
    """Return what the rules of an outlet and its list say of a page; `alternates` are those of the list."""
    named = (*alternates, *outlet.siblings(url))
    return PageContext(lead, outlet.story_key(url), named, reserved, outlet.compiled_patterns)


def extract_page(fetch: Fetch, hints: Hints) -> Article:
    """As `extract`, by a name that costs nothing to import."""
    from crawler.extraction.page import extract  # noqa: PLC0415  .3 s: the crawl itself reads no page

    return extract(fetch, hints)


def extract_and_decide(
    fetch: Fetch, hints: Hints, exchange: Exchange | None, context: PageContext, stages: Sequence[WorkerStage]
) -> Article:
    """As `extract`, and through the stages; `raw` is filled where there is an exchange to keep.

    Of a page that is refused nothing is kept.
    """
    from crawler.extraction.page import extract  # noqa: PLC0415  .3 s: the crawl itself reads no page

    article = decide(_whole(extract(fetch, hints), fetch, context), stages)
    if exchange is None or article.refused is not None:
        return article
    return article.with_(raw=build(exchange, fetch.body))


def extract_entry_and_decide(
    fetch: Fetch, hints: Hints, context: PageContext, stages: Sequence[WorkerStage]
) -> Article:
    """As `extract_and_decide`, of an entry of a feed; nothing of it is kept raw."""
    from crawler.extraction.feed_entry import extract_entry  # noqa: PLC0415  .3 s: the crawl reads no page

    return decide(_whole(extract_entry(fetch, hints), fetch, context), stages)


def decide_item(item: GivenItem, stages: Sequence[WorkerStage]) -> Article:
    """Make an article of an item of somebody else's spider, and decide it."""
    from crawler.extraction.given_item import article_of_item  # noqa: PLC0415  .3 s: the crawl reads no page

    return decide(article_of_item(item), stages)


def _whole(article: Article, fetch: Fetch, context: PageContext) -> Article:
    # .3 s: the crawl itself reads no page
    from crawler.outlet.declaration import article_address  # noqa: PLC0415

    alternates = []
    for alternate in (*article.alternates, *context.alternates)[:MOST_ALTERNATES]:
        address = article_address(alternate.url, context.patterns)
        alternates.append(alternate if address == alternate.url else alternate.at(address))
    return dated(article, context.lead, fetch.fetched_at).with_(
        story_key=context.story_key, alternates=tuple(alternates), extra=(*article.extra, *context.reserved)
    )


# When a list says that an article was published: believed where its page says nothing.


def dated(article: Article, lead: Lead | None, now: datetime) -> Article:
    """The article with the date of the feed or sitemap it was found in, where its page has none.

    Feeds date an article when it went into them, and again when it is edited: a page knows better.
    """
    if lead is None or lead.published_raw is None or article.published_at is not None:
        return article
    # .3 s: the crawl itself reads no page
    from crawler.extraction.feed_entry import FAST  # noqa: PLC0415
    from crawler.extraction.fields.dates.parsing import parse_date  # noqa: PLC0415

    parsed = parse_date(lead.published_raw)
    if parsed is None or parsed[0] > now + FAST:
        return article
    at, precision = parsed
    source = lead.source if precision == "zone" else f"{lead.source} {precision}"
    return article.with_(published_at=at, published_raw=lead.published_raw, published_source=source)
