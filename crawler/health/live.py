"""The live check of an outlet's rules: request each source once, read one article and its variants.

Nothing is archived. Politeness and guards are those of a crawl.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from scrapy.http import Request

from archive.format.reasons import http_reason, is_of_the_place
from crawler.discovery.archive_lists import days_of, is_archive_list, kyiv_day
from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import read_sitemap
from crawler.downloader.failures import explain
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.outlet.declaration import in_domains
from crawler.requests.articles import variants_to_fetch
from crawler.requests.fetch import fetch_of
from crawler.story.spider import StorySpider
from crawler.story.worker_task import extract_and_keep

if TYPE_CHECKING:
    import re
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.discovery.sitemaps import ListedSitemap, Sitemap
    from crawler.items import Article

    Read = Callable[[bytes, str], Sitemap]

RuleState = Literal["holds", "fails", "unknown"]
MOST_VARIANTS = 4
# least share of articles: a sitemap also lists sections and authors, a feed may list half of a sister site
LEAST_SHARE = {"feeds": 0.25}


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    """Rule that was checked: `feeds`, `news_sitemaps`, `day_archives`, `article_url`, `page`, `variant_url`,
    …"""
    state: RuleState
    message: str


@dataclass(slots=True)
class Check:
    """Findings about one outlet."""

    outlet: StorySpider
    findings: list[Finding] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    """Languages of its pages, as detected."""
    asked: set[str] = field(default_factory=set)
    """Addresses of its sources that were requested."""
    begun: bool = False
    """True once a page was requested."""

    def say(self, rule: str, state: RuleState, message: str) -> None:
        self.findings.append(Finding(rule, state, message))

    @property
    def state(self) -> RuleState:
        said = {finding.state for finding in self.findings}
        return "fails" if "fails" in said else "holds" if "holds" in said else "unknown"


class LiveCheck(StorySpider):
    name = "live"
    accepts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, outlets: list[StorySpider], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.checks = {outlet.name: Check(outlet) for outlet in outlets}

    def allows(self, request: Request) -> bool:
        return in_domains(request.url, self._check(request).outlet.domains())

    def outlet_of(self, url: str) -> str:
        return next((c.outlet.name for c in self.checks.values() if in_domains(url, c.outlet.domains())), "")

    def _check(self, request: Request) -> Check:
        return self.checks[request.meta["outlet"]]

    async def start(self) -> AsyncIterator[Any]:
        for name, check in self.checks.items():
            for rule, written, read in _sources(check.outlet):
                yield self._source(name, rule, check.outlet.address(written), read)

    def _source(self, name: str, rule: str, url: str, read: Read) -> Request:
        self.checks[name].asked.add(url)
        return Request(
            url,
            callback=self.source_came,
            errback=self.nothing_came,
            cb_kwargs={"rule": rule, "read": read},
            meta={"outlet": name, "rule": rule},
            dont_filter=True,
        )

    def _page(self, name: str, rule: str, url: str, language: str | None = None) -> Request:
        return Request(
            url,
            callback=self.page_came,
            errback=self.nothing_came,
            cb_kwargs={"rule": rule, "language": language},
            meta={"outlet": name, "rule": rule},
            dont_filter=True,
        )

    async def source_came(self, response: Response, rule: str, read: Read) -> AsyncIterator[Any]:
        assert response.request is not None
        check, url = self._check(response.request), response.request.url
        try:
            found: Sitemap = await self.workers.run(read, response.body, response.url)
        except (DiscoveryError, ExtractionError) as error:
            check.say(rule, "fails", f"{url}: {error.reason}")
            return
        articles = [lead.url for lead in found.leads if check.outlet.is_article(lead.url)]
        if not found.leads and found.children:
            patterns = check.outlet.list_patterns if rule == "archive_sitemaps" else ()
            newest = _newest(found.children, patterns)
            if newest is None:
                check.say("archive_lists", "fails", f"takes none of {len(found.children)} lists of {url}")
            elif newest in check.asked:
                check.say(rule, "fails", f"{url}: an index that leads back to itself")
            else:
                yield self._source(check.outlet.name, rule, newest, read)
        elif not found.leads:
            check.say(rule, "fails", f"{url}: it lists nothing")
        elif not articles or len(articles) < LEAST_SHARE.get(rule, 0) * len(found.leads):
            left = next(lead.url for lead in found.leads if not check.outlet.is_article(lead.url))
            message = f"takes {len(articles)} of {len(found.leads)} addresses of {url}, and not {left}"
            check.say("article_url", "fails", message)
        else:
            check.say(rule, "holds", f"{url}: {len(articles)} articles of {len(found.leads)} addresses")
        if articles and not check.begun:
            check.begun = True
            yield self._page(check.outlet.name, "page", articles[0])

    async def page_came(self, response: Response, rule: str, language: str | None) -> AsyncIterator[Request]:
        assert response.request is not None
        check = self._check(response.request)
        outlet = check.outlet
        fetch, hints = fetch_of(response), outlet.hints(outlet.name)
        try:
            article: Article = await self.workers.run(extract_and_keep, fetch, hints, None)
        except ExtractionError as error:
            verdict: RuleState = "unknown" if is_of_the_place(error.reason) else "fails"
            check.say(rule, verdict, f"{response.url}: {error.reason}")
            return
        read = article.text_language.language if article.text_language is not None else None
        missing = list(_missing(article, outlet, read, language))
        message = f"{response.url}: " + (
            ", ".join(missing) or f"reads as {read}, {len(article.blocks)} blocks"
        )
        check.say(rule, "fails" if missing else "holds", message)
        if read is not None:
            check.languages.add(read)
        if rule == "page":
            whole = article.with_(alternates=(*article.alternates, *outlet.siblings(response.url)))
            others = [one for one in variants_to_fetch(whole) if outlet.is_article(one.url)]
            for other in others[:MOST_VARIANTS]:
                named = "variant_url" if other.source == "url-rule" else other.source
                # the page's claims of a language are the outlet's, those of the rule are ours
                claimed = other.language if named == "variant_url" else None
                yield self._page(outlet.name, named, other.url, claimed)

    def nothing_came(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        _, reason, _ = explain(failure)
        rule = request.meta["rule"]
        # the rule says where a variant would be, not that there is one
        guess = rule == "variant_url" and reason in {http_reason(404), http_reason(410)}
        verdict: RuleState = "unknown" if guess or is_of_the_place(reason) else "fails"
        self._check(request).say(rule, verdict, f"{request.url}: {reason}")


def _sources(outlet: StorySpider) -> Iterator[tuple[str, str, Read]]:
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    for url in outlet.news_sitemaps:
        # in the first days of a month its list may not exist yet
        yield "news_sitemaps", recent(url, yesterday)[0], read_sitemap
    yield from (("feeds", url, read_feed_source) for url in outlet.feeds)
    for url in outlet.archive_sitemaps:
        yield "archive_sitemaps", dated(url, yesterday), read_sitemap
    for url in outlet.day_archives:
        yield "day_archives", dated(url, yesterday), read_day_archive


def _newest(children: tuple[ListedSitemap, ...], patterns: Sequence[re.Pattern[str]]) -> str | None:
    """Return the list of an index that probably has the latest articles."""
    lists = [child for child in children if is_archive_list(child.url, patterns)]

    def latest(numbered: tuple[int, ListedSitemap]) -> tuple[dt.date, dt.date, int]:
        place, child = numbered
        days = days_of(child.url, patterns)
        changed = kyiv_day(child.modified_raw or "") or dt.date.min
        # without any date, the last one is usually the newest
        return (days.first if days is not None else dt.date.min), changed, place

    return max(enumerate(lists), key=latest)[1].url if lists else None


def _missing(article: Article, outlet: StorySpider, read: str | None, language: str | None) -> Iterator[str]:
    if not article.headline:
        yield "no headline"
    if len([block for block in article.blocks if block.kind != "caption"]) < 2:
        yield f"{len(article.body)} characters of text"
    if article.published_at is None:
        yield "no date"
    if read is not None and read not in outlet.languages:
        yield f"reads as {read}, which is none of {' '.join(outlet.languages)}"
    if language is not None and read is not None and read != language:
        yield f"reads as {read}, not {language}"
    if outlet.byline and not article.byline:
        yield f"nothing at the byline {outlet.byline!r}"
