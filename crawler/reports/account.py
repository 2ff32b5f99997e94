"""Problems of a run, and the account of it that goes into the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.format.reasons import Reason
from crawler.downloader.handler import REQUESTS
from crawler.extensions.backoff import BackOff
from crawler.extensions.ledger import Ledger

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def problems(crawler: Crawler) -> list[str]:
    """Everything that makes a run less than whole, but for the archive's own errors; each a sentence."""
    ledger, backoff = crawler.get_extension(Ledger), crawler.get_extension(BackOff)
    assert ledger is not None, "crawler.extensions.ledger.Ledger is missing from EXTENSIONS"
    # somebody else's project has manners of its own
    hosts = backoff.hosts if backoff is not None else {}
    found = [host.sentence(name) for name, host in hosts.items() if host.given_up is not None]
    totals = ledger.totals()
    lost = sum(count for kind, count in totals.items() if kind.startswith("failed(error-"))
    if lost:
        found.append(f"{lost} URLs ended in an error of our own; see the log above")
    if ledger.broken_start is not None:
        found.append(
            f"not all that this crawl should begin with was asked for ({ledger.broken_start}); "
            "see the log above"
        )
    if unfinished := totals.get(f"failed({Reason.UNFINISHED})", 0):
        found.append(f"{unfinished} URLs were not finished when the crawl stopped; run it again")
    if sum(totals.values()) != ledger.discovered:
        found.append(
            f"{ledger.discovered} URLs were discovered, but {sum(totals.values())} are accounted for"
        )
    unread = {url: why for url, why in ledger.sources.items() if why != "read"}
    if unread and len(unread) == len(ledger.sources):
        first, why = next(iter(unread.items()))
        found.append(f"no sitemap or feed could be read, {first}: {why}")
    assert crawler.stats is not None
    if crawler.stats.get_value("memusage/limit_reached"):
        limit = crawler.settings.getint("MEMUSAGE_LIMIT_MB")
        found.append(f"stopped before its end: it took more than MEMUSAGE_LIMIT_MB, {limit} MB of memory")
    discovering = getattr(crawler.spider, "discovering", None)
    declared: frozenset[str] = frozenset() if discovering is None else discovering.declared
    unasked = declared - ledger.sources.keys()
    if unasked and ledger.broken_start is None:
        told = f"{len(unasked)} of its {len(declared)} sitemaps and feeds"
        found.append(f"stopped before {told} were read; run it again")
    kept = [
        url
        for url in ledger.named_by_user
        if (ledger.outcome(url) or ("", None))[0] in ("archived", "unchanged")
    ]
    if ledger.named_by_user and not kept:
        url = sorted(ledger.named_by_user)[0]
        outcome, reason = ledger.outcome(url) or ("failed", Reason.UNFINISHED)
        many = len(ledger.named_by_user)
        told = "the address given was not" if many == 1 else f"none of the {many} addresses given was"
        found.append(
            f"{told} archived, {url}: {outcome}({reason})"
            + ("; `triptych crawl page` takes those of any site" if reason == Reason.OFFSITE else "")
        )
    return found


def account(crawler: Crawler, *, finished: bool) -> dict[str, int]:
    """The totals of the ledger, whose sum is what was discovered; beside them, with a slash, the run's own.

    `requests/crawl` and `requests/revisit`: robots.txt, redirects and repetitions included; among the latter
    is what a crawl looks at again because a list says that it has changed. `sources/read`, `sources/failed`,
    `run/finished`, and `texts/feed` where pages were refused and a feed had their texts. At the end,
    `run/owed`: pages that later runs ask for, and `run/problems`: 0 where the exit code is 0 or 3.
    `texts/articles`, `texts/characters`: new and edited texts, and their length.
    `feeds/ADDRESS`: the entries of a feed. Only where feeds were faster than the crawls: `feeds/overrun`,
    their number, and `feeds/minutes`, how often to crawl.
    """
    ledger, spider = crawler.get_extension(Ledger), crawler.spider
    assert ledger is not None
    assert spider is not None
    assert crawler.stats is not None
    asked = crawler.stats.get_value(REQUESTS, 0)
    discovering = getattr(spider, "discovering", None)
    again = asked if getattr(spider, "errand", "crawl") == "revisit" else 0
    again = discovering.changes.requested if discovering is not None else again
    read = sum(1 for why in ledger.sources.values() if why == "read")
    counts = {
        **ledger.totals(),
        "requests/crawl": asked - again,
        "requests/revisit": again,
        "sources/read": read,
        "sources/failed": len(ledger.sources) - read,
        "run/finished": int(finished),
        **{f"feeds/{url}": entries for url, entries in ledger.feeds.items()},
        **({"texts/feed": ledger.feed_texts} if ledger.feed_texts else {}),
    }
    counts |= ledger.new_texts()
    if ledger.overruns:
        counts["feeds/overrun"] = len(ledger.overruns)
        # 0 where no dates tell
        counts["feeds/minutes"] = min(one.minutes or 0 for one in ledger.overruns.values())
    if not finished:
        return counts
    debts = getattr(spider, "debts", None)
    owed = debts.count().count if debts is not None else 0
    return {**counts, "run/owed": owed, "run/problems": len(problems(crawler))}
