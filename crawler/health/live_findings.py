"""Findings of a live check: what each list and page of an outlet gave, and what that tells of each rule."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from archive.addresses import plain_url
from archive.format.reasons import is_of_the_place
from crawler.items import Alternate
from crawler.outlet.declaration import in_domains
from crawler.story.spider import StorySpider

RuleState = Literal["holds", "fails", "unknown", "noted"]
"""`noted`: worth reading, but no rule of the declaration; the exit code does not change."""
LEAST_SHARE = 0.25
"""Least share of the addresses in a feed that have to be articles."""
LEAST_STORIES = 3
"""Number of stories that are needed to say that a language, or all bylines, are missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    """Rule that was checked: `feeds`, `news_sitemaps`, `day_archives`, `article_url`, `page`, `variant_url`,
    …"""
    state: RuleState
    message: str


@dataclass(slots=True)
class CheckedList:
    rule: str
    url: str
    """The declared address, made absolute; for a list that an index named, the address of the list."""
    moved_to: str | None = None
    """The address that a permanent redirect (301, 308) led to."""
    reason: str | None = None
    """Why it could not be read; None if it was."""
    newest: str | None = None
    """The latest date of its entries, as printed."""
    accepted: list[str] = field(default_factory=list)
    """Addresses that article_url takes."""
    refused: list[str] = field(default_factory=list)
    declared_as: str | None = None
    """As the declaration writes it; None for one that an index, the home page or robots.txt named."""

    @property
    def is_gone(self) -> bool:
        """Return True if nothing that can be used is there: the host answers, and has no such list."""
        return self.reason is not None and not is_of_the_place(self.reason)

    @property
    def addresses(self) -> int:
        return len(self.accepted) + len(self.refused)

    @property
    def takes_too_few(self) -> bool:
        """Return True if its addresses do not have the form of articles.

        A sitemap may list sections and authors beside them, and a feed half of a sister site.
        """
        least = LEAST_SHARE if self.rule == "feeds" else 0
        return bool(self.refused) and (not self.accepted or len(self.accepted) < least * self.addresses)


@dataclass(frozen=True, slots=True)
class CheckedPage:
    url: str
    """After redirects."""
    requested_url: str
    canonical_url: str | None
    rule: str
    """What led to it: `page` for a list, `hreflang`, `switcher`, `variant_url`."""
    language: str | None
    """Detected from the text."""
    headline: str
    byline: str
    published: str
    """ISO 8601 in UTC, to the minute; empty where there is none."""
    characters: int
    blocks: int
    """Without captions."""
    extractor: str
    """`trafilatura 2.3.1 + triptych 1`: another may read the same page differently."""
    alternates: tuple[Alternate, ...]
    missing: tuple[str, ...]
    """What an article should have, in words."""

    @property
    def addresses(self) -> set[str]:
        urls = (self.url, self.requested_url, self.canonical_url)
        return {plain_url(url) for url in urls if url}

    def names(self, page: "CheckedPage") -> bool:
        """Return True if an hreflang link leads to another page."""
        targets = {plain_url(link.url) for link in self.alternates if link.source == "hreflang"}
        return not targets.isdisjoint(page.addresses)


@dataclass(slots=True)
class Check:
    outlet: StorySpider
    findings: list[Finding] = field(default_factory=list)
    lists: list[CheckedList] = field(default_factory=list)
    pages: list[CheckedPage] = field(default_factory=list)
    stories: int = 0
    """Stories that were begun with one page."""
    absent: Counter[str] = field(default_factory=Counter)
    """By language: addresses made by variant_url at which nothing is."""
    requests: int = 0
    """Requests of the check, without those for robots.txt and redirects."""
    is_bounded: bool = False
    """True if the bound on requests kept it from asking for more."""
    is_whole: bool = False
    """False while the check is under way, and after it was stopped."""
    robots: dict[str, str] = field(default_factory=dict)
    """What robots.txt of each host says to us."""
    robots_sitemaps: list[str] = field(default_factory=list)
    named_feeds: list[str] = field(default_factory=list)
    """Of `<link rel=alternate>` on its home page and on an article."""
    editions: list[str] = field(default_factory=list)
    """Languages that the front page names by hreflang."""
    proposed_changes: list[str] = field(default_factory=list)
    """Changes of the declaration, a sentence each."""

    def say(self, rule: str, state: RuleState, message: str) -> None:
        finding = Finding(rule, state, message)
        if finding not in self.findings:
            self.findings.append(finding)

    def miss(self, rule: str, url: str, reason: str) -> None:
        """Say that nothing came from an address; a host that cannot be reached tells nothing of the rule."""
        self.say(rule, "unknown" if is_of_the_place(reason) else "fails", f"{url}: {reason}")

    @property
    def state(self) -> RuleState:
        states = {finding.state for finding in self.findings}
        return "fails" if "fails" in states else "holds" if "holds" in states else "unknown"

    @property
    def languages(self) -> set[str]:
        """Languages of its pages, as detected."""
        return {page.language for page in self.pages if page.language is not None}

    @property
    def unread_languages(self) -> list[str]:
        """Declared languages of which no page was read."""
        return [language for language in self.outlet.languages if language not in self.languages]

    def page_at(self, url: str) -> CheckedPage | None:
        return next((page for page in self.pages if plain_url(url) in page.addresses), None)

    def of_state(self, state: RuleState) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == state]


# Judgements over all that was read of one outlet.


def judge(check: Check) -> None:
    """Add what only several pages and lists together tell: links both ways, rules for variants, languages."""
    _judge_hreflang(check)
    _judge_variant_rule(check)
    _judge_languages(check)
    _judge_bylines(check)


def _judge_hreflang(check: Check) -> None:
    for page_a, page_b in combinations(check.pages, 2):
        a_names_b, b_names_a = page_a.names(page_b), page_b.names(page_a)
        if a_names_b and b_names_a:
            check.say("hreflang both ways", "holds", f"{page_a.url} and {page_b.url}")
        elif a_names_b:
            check.say("hreflang", "noted", f"one way: {page_b.url} does not name {page_a.url}")
        elif b_names_a:
            check.say("hreflang", "noted", f"one way: {page_a.url} does not name {page_b.url}")


def _judge_variant_rule(check: Check) -> None:
    """Report addresses made by variant_url that lead nowhere, where the page names another."""
    missing: set[str] = set()
    for finding in check.of_state("unknown"):
        if finding.rule == "variant_url":
            missing.add(finding.message.rpartition(": ")[0])
    for page in check.pages:
        by_language: dict[str, str] = {}
        for alternate in page.alternates:
            if alternate.source in ("hreflang", "switcher") and check.outlet.is_article(alternate.url):
                by_language[(alternate.language or "").partition("-")[0]] = alternate.url
        for guess in check.outlet.siblings(page.url):
            named_url = by_language.get(guess.language or "")
            if (
                named_url is not None
                and guess.url in missing
                and plain_url(named_url) != plain_url(guess.url)
            ):
                check.say("variant_url", "fails", f"{guess.url}: not there; the page of it is {named_url}")


def _judge_languages(check: Check) -> None:
    undeclared = [language for language in check.editions if language not in check.outlet.languages]
    if undeclared:
        message = f"the front page names {' '.join(undeclared)}, not among {' '.join(check.outlet.languages)}"
        check.say("languages", "noted", message)
    unseen = []
    for language in check.unread_languages if check.pages else ():
        tried = check.absent[language]
        if tried >= LEAST_STORIES and tried >= check.stories:
            message = f"no page in {language}: {tried} stories have none where variant_url leads"
            check.say("languages", "fails", message)
        else:
            unseen.append(language)
    if unseen and check.stories >= LEAST_STORIES:
        message = f"no page in {', '.join(unseen)} was found, of {check.stories} stories"
        check.say("languages", "noted", message)


def _judge_bylines(check: Check) -> None:
    expected = check.outlet.expectations.byline
    if expected is not None and len(check.pages) >= LEAST_STORIES and not any(x.byline for x in check.pages):
        message = f"byline: none of {len(check.pages)} pages has one, {expected:.0%} are expected"
        check.say("expects", "fails", message)


def undeclared_sitemaps(check: Check, declared: set[str]) -> list[str]:
    """Return the undeclared sitemaps that robots.txt names; those with "news" in the name come first."""
    domains = check.outlet.domains()
    own = [url for url in check.robots_sitemaps if in_domains(url, domains)]
    return sorted((url for url in own if plain_url(url) not in declared), key=lambda url: "news" not in url)


def variants_to_ask(check: Check, variants: Iterable[Alternate]) -> list[Alternate]:
    """Return the variants to read: all of the first story, then only those in languages not read yet."""
    languages = check.outlet.languages if check.stories <= 1 else check.unread_languages
    unread: list[Alternate] = []
    declared: list[Alternate] = []
    for variant in variants:
        if check.outlet.is_article(variant.url) and check.page_at(variant.url) is None:
            unread.append(variant)
            if (variant.language or "").partition("-")[0] in languages:
                declared.append(variant)
    return declared if declared or check.stories > 1 else unread
