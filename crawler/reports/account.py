"""Problems of a run, and the account of it that goes into the manifest."""

from collections.abc import Iterator

from scrapy.crawler import Crawler

from archive.format.reasons import Reason
from crawler.downloader.handler import REQUESTS
from crawler.extensions.backoff import BackOff
from crawler.extensions.ledger import Ledger, ledger_of


def problems(crawler: Crawler) -> list[str]:
    """Return a sentence for each thing that makes a run less than whole, the archive's own errors apart."""
    ledger = ledger_of(crawler)
    return [
        *_hosts_given_up(crawler),
        *_uncounted(ledger),
        *_unread_sources(crawler, ledger),
        *_unarchived(ledger),
        *_slow_rules(crawler),
    ]


def _hosts_given_up(crawler: Crawler) -> Iterator[str]:
    backoff = crawler.get_extension(BackOff)
    # somebody else's project has manners of its own
    for name, host in backoff.hosts.items() if backoff is not None else ():
        if host.given_up is not None:
            yield host.sentence(name)


def _uncounted(ledger: Ledger) -> Iterator[str]:
    totals = ledger.totals()
    lost = sum(count for kind, count in totals.items() if kind.startswith("failed(error-"))
    if lost:
        yield f"{lost} URLs ended in an error of our own; see the log above"
    if ledger.broken_start is not None:
        yield (
            f"not everything that this crawl should begin with was requested ({ledger.broken_start}); "
            "see the log above"
        )
    if unfinished := totals.get(f"failed({Reason.UNFINISHED})", 0):
        yield f"{unfinished} URLs were not finished when the crawl stopped; run it again"
    if sum(totals.values()) != ledger.discovered:
        yield f"{ledger.discovered} URLs were discovered, but {sum(totals.values())} are accounted for"


def _unread_sources(crawler: Crawler, ledger: Ledger) -> Iterator[str]:
    unread = {url: why for url, why in ledger.sources.items() if why != "read"}
    if unread and len(unread) == len(ledger.sources):
        first, why = next(iter(unread.items()))
        if {*unread.values()} == {Reason.NO_ARTICLE_IN_IT}:
            yield f"no address in its sitemaps and feeds matches article_url: {why}, {first}"
        else:
            yield f"no sitemap or feed could be read, {first}: {why}"
    assert crawler.stats is not None
    if crawler.stats.get_value("memusage/limit_reached"):
        limit = crawler.settings.getint("MEMUSAGE_LIMIT_MB")
        yield f"stopped before its end: it took more than MEMUSAGE_LIMIT_MB, {limit} MB of memory"
    discovering = getattr(crawler.spider, "discovering", None)
    declared: frozenset[str] = frozenset() if discovering is None else discovering.declared
    missing = declared - ledger.sources.keys()
    if missing and ledger.broken_start is None:
        sources = f"{len(missing)} of its {len(declared)} sitemaps and feeds"
        yield f"stopped before {sources} were read; run it again"


def _slow_rules(crawler: Crawler) -> Iterator[str]:
    for outlet in getattr(crawler.spider, "rules", ()):
        for pattern in (*outlet.compiled_patterns, *outlet.list_patterns):
            if problem := pattern.problem():
                yield problem


def _unarchived(ledger: Ledger) -> Iterator[str]:
    """Yield a sentence if none of the addresses that the user gave is archived."""
    urls = sorted(ledger.named_by_user)
    for url in urls:
        if (ledger.outcome(url) or ("", None))[0] in ("archived", "unchanged"):
            return
    if urls:
        outcome, reason = ledger.outcome(urls[0]) or ("failed", Reason.UNFINISHED)
        several = f"none of the {len(urls)} addresses given was"
        none = several if len(urls) > 1 else "the address given was not"
        hint = "; `triptych crawl page` takes those of any site" if reason == Reason.OFFSITE else ""
        yield f"{none} archived, {urls[0]}: {outcome}({reason}){hint}"


def account(crawler: Crawler, *, finished: bool) -> dict[str, int]:
    """The totals of the ledger, whose sum is what was discovered; beside them, with a slash, the run's own.

    `requests/crawl` and `requests/revisit`: robots.txt, redirects and repetitions included; among the latter
    are pages that a crawl fetches again because a list says that they have changed. `sources/read`,
    `sources/failed`, `run/finished`, and `texts/feed` where pages were refused and a feed had their texts.
    At the end, `run/owed`: pages that later runs retry, and `run/problems`: 0 where the exit code is 0 or 3.
    `run/backfill`: 1 for a crawl with `since`, whose lists are not those of the day.
    `feeds/ADDRESS`: the entries of a feed. Only where feeds were faster than the crawls: `feeds/overrun`,
    their number, and `feeds/minutes`, how often to crawl.
    """
    ledger, spider = ledger_of(crawler), crawler.spider
    assert spider is not None
    requests, again = _requests(crawler)
    read = [*ledger.sources.values()].count("read")
    counts = {
        **ledger.totals(),
        "requests/crawl": requests - again,
        "requests/revisit": again,
        "sources/read": read,
        "sources/failed": len(ledger.sources) - read,
        "run/finished": int(finished),
        **{f"feeds/{url}": entries for url, entries in ledger.feeds.items()},
        **({"texts/feed": ledger.feed_texts} if ledger.feed_texts else {}),
    }
    if getattr(getattr(spider, "arguments", None), "since", None) is not None:
        counts["run/backfill"] = 1
    if ledger.overruns:
        counts["feeds/overrun"] = len(ledger.overruns)
        # 0 where no dates tell
        counts["feeds/minutes"] = min(overrun.minutes or 0 for overrun in ledger.overruns.values())
    if not finished:
        return counts
    debts = getattr(spider, "debts", None)
    owed = debts.count().count if debts is not None else 0
    return {**counts, "run/owed": owed, "run/problems": len(problems(crawler))}


def _requests(crawler: Crawler) -> tuple[int, int]:
    """Return the number of all requests, and of those to pages that the archive has."""
    assert crawler.stats is not None
    requests = crawler.stats.get_value(REQUESTS, 0)
    discovering = getattr(crawler.spider, "discovering", None)
    if discovering is not None:
        return requests, discovering.changes.requested
    return requests, requests if getattr(crawler.spider, "errand", "crawl") == "revisit" else 0
