"""The live check of outlets: their lists, an article in each language, and what the site says of both.

Each outlet is asked one request after the other, and several outlets at a time. Nothing is archived.
Politeness and guards are the same as in a crawl.
"""

import asyncio
import datetime as dt
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.addresses import plain_url
from archive.format.reasons import Reason, http_reason
from crawler.discovery.archive_lists import days_of, is_archive_list, kyiv_day
from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.discovery.feeds import DiscoveryLinks, read_feed_source, read_named
from crawler.discovery.page_lists import read_page_list
from crawler.discovery.sitemaps import ChildSitemap, Sitemap
from crawler.downloader.failures import explain
from crawler.downloader.robots_parser import BoundedRobots
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.extensions.crawl_delay import pace
from crawler.health.declaration_proposal import propose
from crawler.health.live_findings import (
    LEAST_STORIES,
    Check,
    CheckedList,
    CheckedPage,
    judge,
    undeclared_sitemaps,
    variants_to_ask,
)
from crawler.health.rule_coverage import shape
from crawler.items import Alternate, Article
from crawler.outlet.address_pattern import AddressPattern
from crawler.outlet.declaration import in_domains
from crawler.requests.articles import variants_to_fetch
from crawler.requests.fetch import encoding_of, fetch_of
from crawler.requests.leads import Lead
from crawler.story.spider import StorySpider
from crawler.story.worker_task import extract_page

Read = Callable[[bytes, str], Sitemap]

MOST_REQUESTS = 40
"""Of one outlet, unless the command says otherwise."""
MOST_VARIANTS = 4
MOST_STORIES = 5
MOST_CANDIDATES = 4
"""Feeds, and sitemaps, that are tried in place of those that are gone."""
MANY_REFUSED = 0.1
"""Share of a list's addresses above which refused ones are reported."""
FRESH = dt.timedelta(days=7)
_FOR_GOOD = {301, 308}
_SILENT = {Reason.TIMEOUT, Reason.CONNECTION_LOST}
MOST_SILENT = 3
"""Requests in a row without an answer, after which a host is asked no more: each takes half a minute."""
_UNREACHABLE = {Reason.NO_SUCH_HOST, Reason.CONNECTION_REFUSED, Reason.TLS}
"""Reasons after which no other address of the host is requested."""


class Stopped(Exception):
    """Raised at the next request after Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Answer:
    response: Response | None
    """Of status 200; None for any other answer, and for none."""
    reason: str = ""
    moved_to: str | None = None
    """The address, where each of the redirects to it was permanent."""


class LiveCheck(StorySpider):
    name = "live"
    accepts: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        *,
        outlets: list[StorySpider],
        most_requests: int = MOST_REQUESTS,
        watch: Callable[[Check], None] = lambda check: None,
        **kwargs: Any,
    ) -> None:
        """`watch` is called with each outlet when its check ends."""
        super().__init__(**kwargs)
        self.checks = {outlet.name: Check(outlet) for outlet in outlets}
        self._most_requests = most_requests
        self._watch = watch
        self._dead: dict[str, str] = {}
        """Hosts that cannot be reached, and why."""
        self._silent: Counter[str] = Counter()
        """By host: requests in a row that were not answered in time."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "LiveCheck":
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.robots_parsed, signal=signals.robots_parsed)
        return spider

    def allows(self, request: Request) -> bool:
        return in_domains(request.url, self.checks[request.meta["outlet"]].outlet.domains())

    def outlet_of(self, url: str) -> str:
        return next((c.outlet.name for c in self.checks.values() if in_domains(url, c.outlet.domains())), "")

    def robots_parsed(self, robotparser: BoundedRobots, request: Request) -> None:
        name = self.outlet_of(request.url)
        if name not in self.checks:
            return
        rules, agent = robotparser.rp, self.settings["ROBOTSTXT_USER_AGENT"]
        check, parts = self.checks[name], urlsplit(request.url)
        front = rules.can_fetch(f"{parts.scheme}://{parts.netloc}/", agent)
        delay = pace(rules, agent, dt.datetime.now(dt.UTC).time())
        permission = "allows us the front page" if front else "forbids us the front page"
        check.robots[parts.netloc] = permission + (f", a request each {delay:g} s" if delay else "")
        check.robots_sitemaps += [url for url in rules.sitemaps if url not in check.robots_sitemaps]

    async def start(self) -> AsyncIterator[Any]:
        await asyncio.gather(*(self._check(check) for check in self.checks.values()))
        # an asynchronous generator, as Scrapy wants it, that has nothing to schedule
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _check(self, check: Check) -> None:
        try:
            await self._ask_all(check)
        except Stopped:
            judge(check)
            return
        except Exception as error:
            logging.getLogger(self.name).exception("the check of %s ended in an error", check.outlet.name)
            check.say("check", "unknown", f"an error of our own, {type(error).__name__}: {error}")
        self._watch(check)

    async def _ask_all(self, check: Check) -> None:
        outlet = check.outlet
        if outlet.home:
            await self._home(check)
        for rule, as_written, url, read in _sources(outlet):
            await self._list(check, CheckedList(rule, url, declared_as=as_written), read)
        await self._stories(check)
        judge(check)
        candidates = await self._candidates(check)
        example = propose(check, candidates)
        if not check.pages and example is not None:
            await self._page(check, "proposed article_url", example)
        check.is_whole = not check.is_bounded

    async def _ask(self, check: Check, url: str) -> Answer:
        """Raises Stopped."""
        if not self.crawler.crawling:
            raise Stopped
        host = urlsplit(url).netloc
        if host in self._dead:
            return Answer(None, self._dead[host])
        if check.requests >= self._most_requests:
            check.is_bounded = True
            return Answer(None, Reason.OVER_BUDGET)
        check.requests += 1
        assert self.crawler.engine is not None
        try:
            request = Request(url, meta={"outlet": check.outlet.name}, dont_filter=True)
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            _, reason, _ = explain(Failure(error))  # type: ignore[no-untyped-call]
            self._silent[host] += reason in _SILENT
            if reason in _UNREACHABLE or self._silent[host] >= MOST_SILENT:
                self._dead[host] = reason
            if reason == Reason.OFFSITE:
                # the request that was refused is the last step of the redirects
                target = str(error).removesuffix(f": {reason}")
                domains = " ".join(check.outlet.domains())
                check.say("allowed_domains", "fails", f"{url} leads to {target}, which is not in {domains}")
            return Answer(None, reason)
        self._silent[host] = 0
        assert response.request is not None
        steps = response.request.meta.get("redirect_reasons", ())
        moved_to = response.url if steps and {*steps} <= _FOR_GOOD else None
        if response.status != 200:
            return Answer(None, http_reason(response.status), moved_to)
        return Answer(response, moved_to=moved_to)

    # --- lists -------------------------------------------------------------------------------------
    async def _home(self, check: Check) -> None:
        answer = await self._ask(check, check.outlet.home)
        if answer.response is None:
            check.miss("home", check.outlet.home, answer.reason)
            return
        check.say("home", "holds", check.outlet.home)
        if (
            answer.moved_to is not None
            and urlsplit(answer.moved_to).netloc != urlsplit(check.outlet.home).netloc
        ):
            check.say("home", "noted", f"{check.outlet.home} has moved for good to {answer.moved_to}")
        links = await self._note_feeds(check, answer.response)
        check.editions = sorted(links.editions) if links is not None else []

    async def _note_feeds(self, check: Check, response: Response) -> DiscoveryLinks | None:
        body, encoding = response.body, encoding_of(response)
        try:
            links: DiscoveryLinks = await self.workers.run(read_named, body, response.url, encoding)
        except ExtractionError:
            return None
        domains = check.outlet.domains()
        for url in links.feeds:
            if url not in check.named_feeds and in_domains(url, domains):
                check.named_feeds.append(url)
        return links

    async def _list(self, check: Check, checked: CheckedList, read: Read) -> None:
        """Ask for a list, and of an index for the list of the latest days; say what came."""
        asked_urls = {previous.url for previous in check.lists}
        check.lists.append(checked)
        answer = await self._ask(check, checked.url)
        checked.moved_to = answer.moved_to
        sitemap = await self._read_list(checked, answer, read)
        if answer.response is None:
            if answer.reason != Reason.OVER_BUDGET:
                check.miss(checked.rule, checked.url, answer.reason)
            return
        if checked.moved_to is not None:
            check.say(checked.rule, "fails", f"{checked.url}: moved for good to {checked.moved_to}")
        if sitemap is None:
            check.say(checked.rule, "fails", f"{checked.url}: {checked.reason}")
        elif sitemap.children and not sitemap.leads:
            await self._newest_of(check, checked, sitemap.children, asked_urls | {checked.url}, read)
        else:
            self._take(check, checked, sitemap.leads)

    async def _read_list(self, checked: CheckedList, answer: Answer, read: Read) -> Sitemap | None:
        """Read a list; note in `checked` why it could not be read."""
        if answer.response is None:
            checked.reason = answer.reason
            return None
        try:
            sitemap: Sitemap = await self.workers.run(read, answer.response.body, answer.response.url)
        except (DiscoveryError, ExtractionError) as error:
            checked.reason = error.reason
            return None
        return sitemap

    async def _newest_of(
        self,
        check: Check,
        index: CheckedList,
        children: tuple[ChildSitemap, ...],
        asked_urls: set[str],
        read: Read,
    ) -> None:
        patterns = check.outlet.list_patterns if index.rule == "archive_sitemaps" else ()
        newest = _newest(children, patterns)
        if newest is None:
            check.say("archive_lists", "fails", f"takes none of {len(children)} lists of {index.url}")
        elif newest in asked_urls:
            check.say(index.rule, "fails", f"{index.url}: an index that leads back to itself")
        else:
            await self._list(check, CheckedList(index.rule, newest), read)

    def _take(self, check: Check, checked: CheckedList, leads: Sequence[Lead]) -> None:
        _sort_addresses(check, checked, leads)
        today = dt.datetime.now(dt.UTC).date()
        newest = _newest_day(leads, today)
        checked.newest = newest.isoformat() if newest is not None else None
        if not leads:
            checked.reason = "it lists nothing"
            check.say(checked.rule, "fails", f"{checked.url}: it lists nothing")
        elif checked.takes_too_few:
            message = (
                f"takes {len(checked.accepted)} of {checked.addresses} addresses of {checked.url}, "
                f"and not {checked.refused[0]}"
            )
            check.say("article_url", "fails", message)
        elif checked.moved_to is None:
            check.say(
                checked.rule,
                "holds",
                f"{checked.url}: {len(checked.accepted)} articles of {checked.addresses} addresses",
            )
        if checked.rule not in ("feeds", "news_sitemaps"):
            return
        if not checked.takes_too_few and len(checked.refused) > MANY_REFUSED * checked.addresses:
            some = f"{len(checked.refused)} of {checked.addresses} addresses of {checked.url} are not taken"
            check.say("article_url", "noted", f"{some}, as {checked.refused[0]}")
        if newest is not None and today - newest > FRESH:
            check.say(checked.rule, "noted", f"{checked.url}: its latest entry is of {newest}")

    # --- pages -------------------------------------------------------------------------------------
    async def _stories(self, check: Check) -> None:
        """Read stories of different lists and forms of address until each language was seen, or enough."""
        for url in _different(check):
            # another form of address may lead to another language
            is_tried = shape(url) in {shape(page.url) for page in check.pages}
            enough = check.stories >= LEAST_STORIES and is_tried
            if check.stories and (not check.unread_languages or enough or check.stories >= MOST_STORIES):
                return
            if check.page_at(url) is None:
                check.stories += 1
                await self._story(check, url)

    async def _story(self, check: Check, url: str) -> None:
        first = await self._page(check, "page", url)
        if first is None:
            return
        for variant in variants_to_ask(check, first)[:MOST_VARIANTS]:
            rule = "variant_url" if variant.source == "url-rule" else variant.source
            # a language that the page claims is the outlet's word, one from the rule is ours
            await self._page(check, rule, variant.url, variant.language if rule == "variant_url" else None)

    async def _page(
        self, check: Check, rule: str, url: str, language: str | None = None
    ) -> tuple[Alternate, ...] | None:
        """Read an article; return the other pages of its story, None where nothing came.

        `language`: the page's language according to the outlet's rule.
        """
        outlet, answer = check.outlet, await self._ask(check, url)
        if answer.response is None:
            if answer.reason == Reason.OVER_BUDGET:
                return None
            # the rule says where a variant would be, not that there is one
            guess = rule == "variant_url" and answer.reason in {http_reason(404), http_reason(410)}
            if guess and language is not None:
                check.absent[language] += 1
            if guess:
                check.say(rule, "unknown", f"{url}: {answer.reason}")
            else:
                check.miss(rule, url, answer.reason)
            return None
        response = answer.response
        if not check.pages:
            await self._note_feeds(check, response)
        try:
            fetch, hints = fetch_of(response), outlet.hints(outlet.name)
            article: Article = await self.workers.run(extract_page, fetch, hints)
        except ExtractionError as error:
            check.miss(rule, response.url, error.reason)
            return None
        article = article.with_(requested_url=url)
        page = _read(article, outlet, rule, language)
        check.pages.append(page)
        message = ", ".join(page.missing) or f"reads as {page.language}, {page.blocks} blocks"
        check.say(rule, "fails" if page.missing else "holds", f"{response.url}: {message}")
        complete = article.with_(alternates=(*article.alternates, *outlet.siblings(response.url)))
        return variants_to_fetch(complete)

    # --- lists that may replace missing ones --------------------------------------------------------
    async def _candidates(self, check: Check) -> list[CheckedList]:
        """Ask for feeds and sitemaps that the site names, where declared ones are gone."""
        candidates: list[CheckedList] = []
        declared = {plain_url(declared.url) for declared in check.lists}
        gone_rules = {declared.rule for declared in check.lists if declared.is_gone}
        feeds = [url for url in check.named_feeds if plain_url(url) not in declared]
        for url in feeds[:MOST_CANDIDATES]:
            if "feeds" in gone_rules:
                candidate = await self._candidate(check, CheckedList("feeds", url), read_feed_source)
                candidates.append(candidate)
            else:
                check.say("feeds", "noted", f"{url}: named by the site, and not declared")
        if "news_sitemaps" in gone_rules:
            for url in undeclared_sitemaps(check, declared)[:MOST_CANDIDATES]:
                candidate = await self._candidate(check, CheckedList("news_sitemaps", url), read_page_list)
                candidates.append(candidate)
        return [candidate for candidate in candidates if candidate.addresses]

    async def _candidate(self, check: Check, candidate: CheckedList, read: Read) -> CheckedList:
        sitemap = await self._read_list(candidate, await self._ask(check, candidate.url), read)
        if sitemap is None:
            return candidate
        if sitemap.children and not sitemap.leads:
            child = _newest(
                [child for child in sitemap.children if "news" in child.url] or sitemap.children, ()
            )
            if child is not None and child != candidate.url and candidate.declared_as is None:
                return await self._candidate(check, CheckedList(candidate.rule, child, declared_as=""), read)
        _sort_addresses(check, candidate, sitemap.leads)
        return candidate


def _sort_addresses(check: Check, checked: CheckedList, leads: Sequence[Lead]) -> None:
    for lead in leads:
        (checked.accepted if check.outlet.is_article(lead.url) else checked.refused).append(lead.url)


def _sources(outlet: StorySpider) -> Iterator[tuple[str, str, str, Read]]:
    """Yield rule, address as written, address to ask for, and the function that reads it."""
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    for url in outlet.news_sitemaps:
        # in the first days of a month its list may not exist yet
        yield "news_sitemaps", url, outlet.address(recent(url, yesterday)[0]), read_page_list
    for url in outlet.feeds:
        yield "feeds", url, outlet.address(url), read_feed_source
    for url in outlet.archive_sitemaps:
        yield "archive_sitemaps", url, outlet.address(dated(url, yesterday)), read_page_list
    for url in outlet.day_archives:
        yield "day_archives", url, outlet.address(dated(url, yesterday)), read_day_archive


def _newest(children: Sequence[ChildSitemap], patterns: Sequence[AddressPattern]) -> str | None:
    """Return the list of an index that probably has the latest articles."""
    lists = [child for child in children if is_archive_list(child.url, patterns)]

    def latest(numbered: tuple[int, ChildSitemap]) -> tuple[dt.date, dt.date, int]:
        place, child = numbered
        days = days_of(child.url, patterns)
        changed = kyiv_day(child.modified_raw or "") or dt.date.min
        # without any date, the last one is usually the newest
        return (days.first if days is not None else dt.date.min), changed, place

    return max(enumerate(lists), key=latest)[1].url if lists else None


def _newest_day(leads: Sequence[Lead], today: dt.date) -> dt.date | None:
    """Return the latest day on which an entry was published or changed, none that is to come."""
    days = [kyiv_day(lead.published_raw or lead.modified_raw or "") for lead in leads]
    return max((day for day in days if day is not None and day <= today), default=None)


def _different(check: Check) -> list[str]:
    """Return articles of the lists: one of each list and form of address first, then further ones."""
    firsts: dict[tuple[str, str], str] = {}
    further: list[str] = []
    for checked in check.lists:
        for url in checked.accepted[: 10 * MOST_STORIES]:
            key = checked.url, shape(url)
            (further.append(url) if key in firsts else firsts.setdefault(key, url))
    seen_forms: dict[str, str] = {}
    for (_, form), url in firsts.items():
        seen_forms.setdefault(form, url)
    # a form that was not seen leads to another language more probably than another list
    return list(dict.fromkeys((*seen_forms.values(), *firsts.values(), *further)))


def _read(article: Article, outlet: StorySpider, rule: str, language: str | None) -> CheckedPage:
    read = article.text_language.language if article.text_language is not None else None
    blocks = [block for block in article.blocks if block.kind != "caption"]
    return CheckedPage(
        url=article.url,
        requested_url=article.requested_url,
        canonical_url=article.canonical_url,
        rule=rule,
        language=read,
        headline=article.headline or "",
        byline=article.byline or "",
        published=f"{article.published_at:%Y-%m-%dT%H:%MZ}" if article.published_at is not None else "",
        characters=len(article.body),
        blocks=len(blocks),
        extractor=article.extractor,
        alternates=article.alternates,
        missing=tuple(_missing(article, outlet, read, language, len(blocks))),
    )


def _missing(
    article: Article, outlet: StorySpider, read: str | None, language: str | None, blocks: int
) -> Iterator[str]:
    if not article.headline:
        yield "no headline"
    if blocks < 2:
        yield f"{len(article.body)} characters of text"
    if article.published_at is None:
        yield "no date"
    if read is not None and read not in outlet.languages:
        yield f"reads as {read}, which is none of {' '.join(outlet.languages)}"
    if language is not None and read is not None and read != language:
        yield f"reads as {read}, not {language}"
    if outlet.byline and not article.byline:
        yield f"nothing at the byline {outlet.byline!r}"
