"""Coverage of a declaration's rules over known addresses of its outlet.

The addresses come from a text or a saved list of stories; nothing is requested.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.addresses import plain_url
from archive.format.reasons import Reason
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import read_sitemap
from crawler.discovery.unpacking import unpack
from crawler.downloader.public_hosts import refusal
from crawler.exceptions import DiscoveryError
from crawler.outlet.declaration import Outlet
from crawler.requests.leads import Lead

_DATE = re.compile(r"/(?:19|20)\d\d/\d{1,2}/\d{1,2}(?=/|$)")
_DATED = frozenset({"YYYY", "MM", "DD"})
_ENDING = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_STEPS = ((r"\d+", "<number>"), (r"\d+[-_].+", "<number>-<slug>"), (r".+[-_]n?\d+", "<slug>-<number>"))
_EXAMPLES, _SHAPES = 3, 20
"""Examples of a kind, and shapes, that are shown."""
_LONG = 16
"""Letters of a path step that is a section's name, at most; a longer one is a headline."""


@dataclass(slots=True)
class Coverage:
    """Coverage of one list by one declaration."""

    outlet: str
    addresses: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)
    """Addresses that are refused, by their shape, the most frequent first."""
    groups: int = 0
    """Stories with several languages in the list, all of them articles by the rule."""
    one_story: int = 0
    """Groups whose addresses have the same story id."""
    without_story: int = 0
    """Groups whose addresses have no story id."""
    apart: list[str] = field(default_factory=list)
    """Groups whose addresses have several story ids, or one language twice; one line each."""
    shared_ids: list[str] = field(default_factory=list)
    """Story ids that several groups have; one line each."""
    guessed: int = 0
    """Addresses made by variant_url for a language that the group has."""
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    """Addresses made by variant_url that differ from the list; one line each."""

    @property
    def accepted(self) -> int:
        return self.addresses - sum(map(len, self.refused.values()))

    @property
    def share(self) -> float:
        return self.accepted / self.addresses if self.addresses else 1.0

    @property
    def holds(self) -> bool:
        return not (self.refused or self.apart or self.shared_ids or self.wrong)


def read_entries(body: bytes, home: str) -> tuple[tuple[Lead, ...], tuple[str, ...]]:
    """Read the addresses of a list, and its invalid lines; `home` is the base of relative addresses.

    A list is a sitemap or feed, gzipped or not, or a text with one address per line; `#` begins a comment.
    Raises DiscoveryError for anything else, and for an index, which has no addresses of articles.
    """
    unpacked = unpack(body, "the file").removeprefix(b"\xef\xbb\xbf")
    if unpacked.lstrip()[:1] == b"<":
        return _leads(unpacked, home), ()
    try:
        lines = [line.strip() for line in unpacked.decode().splitlines()]
    except UnicodeDecodeError as error:
        message = f"expected addresses, a sitemap or a feed, got neither XML nor UTF-8 text: {error}"
        raise DiscoveryError(message, Reason.NOT_A_SITEMAP) from None
    lines = [line for line in lines if line and not line.startswith("#")]
    bad = tuple(line for line in lines if refusal(line, allow_private=True))
    return tuple(Lead(line, "sitemap") for line in dict.fromkeys(lines) if line not in {*bad}), bad


def _leads(document: bytes, home: str) -> tuple[Lead, ...]:
    try:
        sitemap = read_sitemap(document, home)
    except DiscoveryError as error:
        try:
            return read_feed_source(document, home).leads
        except DiscoveryError:
            raise error from None
    if sitemap.children:
        message = (
            f"expected a list of articles, got an index of {len(sitemap.children)} lists; "
            f"save one of them, as {sitemap.children[0].url}"
        )
        raise DiscoveryError(message, Reason.NOT_A_SITEMAP)
    return sitemap.leads


def cover(outlet: Outlet, entries: Sequence[Lead]) -> Coverage:
    coverage = Coverage(outlet.name, len(entries))
    shapes: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if not outlet.is_article(entry.url):
            shapes[shape(entry.url)].append(entry.url)
    coverage.refused = dict(sorted(shapes.items(), key=lambda item: (-len(item[1]), item[0])))
    _judge_groups(outlet, stories(entries), coverage)
    return coverage


Group = tuple[tuple[str, str], ...]
"""Language and address of each variant of a story."""


def stories(entries: Iterable[Lead]) -> list[Group]:
    """Group the entries into stories with several variants.

    An entry may leave out its own language; then the entry of another variant names it.
    """
    leader: dict[str, str] = {}
    claims: dict[str, tuple[str, str]] = {}

    def find(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = key = leader[leader[key]]
        return key

    for entry in entries:
        address = plain_url(entry.url)
        # its own language first, if the list says it
        for alternate in sorted(entry.alternates, key=lambda variant: variant.url != entry.url):
            if alternate.language:
                key = plain_url(alternate.url)
                claims.setdefault(key, (alternate.language.partition("-")[0], alternate.url))
                leader[find(key)] = find(address)
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, claim in claims.items():
        groups[find(key)].append(claim)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _judge_groups(outlet: Outlet, groups: Iterable[Group], coverage: Coverage) -> None:
    stories_by_key: Counter[str] = Counter()
    for group in groups:
        if not all(outlet.is_article(url) for _, url in group):
            continue
        coverage.groups += 1
        languages = Counter(language for language, _ in group)
        keys = {outlet.story_key(url) for _, url in group}
        if max(languages.values()) > 1:
            coverage.apart.append(f"one language twice: {_shown(group)}")
        elif keys == {None}:
            coverage.without_story += 1
        elif len(keys) == 1:
            coverage.one_story += 1
        else:
            coverage.apart.append(f"story ids {', '.join(sorted(map(str, keys)))}: {_shown(group)}")
        stories_by_key.update(key for key in keys if key is not None)
        _count_guesses(outlet, group, coverage)
    for key, count in stories_by_key.items():
        if count > 1:
            coverage.shared_ids.append(f"story id {key}: {count} stories")


def _count_guesses(outlet: Outlet, group: Group, coverage: Coverage) -> None:
    """Compare what variant_url makes of each address with the addresses of the group."""
    languages = Counter(language for language, _ in group)
    by_language = {language: url for language, url in group if languages[language] == 1}
    for address in by_language.values():
        for sibling in outlet.siblings(address):
            language = sibling.language or ""
            listed_url = by_language.get(language)
            if listed_url is None or plain_url(listed_url) == plain_url(address):
                continue
            coverage.guessed += 1
            if plain_url(sibling.url) == plain_url(listed_url):
                coverage.right += 1
            else:
                coverage.wrong.append(f"{language} of {address}: {sibling.url} and not {listed_url}")


def _shown(group: Group) -> str:
    return " ".join(f"{language} {url}" for language, url in group)


def coverage_lines(coverage: Coverage) -> Iterator[tuple[str, str]]:
    """Yield a word and its text for each line of a report."""
    yield (
        coverage.outlet,
        f"{coverage.accepted} of {coverage.addresses} addresses are articles ({percent(coverage)})",
    )
    for name, refused in [*coverage.refused.items()][:_SHAPES]:
        yield "refused", f"{len(refused)}  {name}  as {refused[0]}"
    if rest := [*coverage.refused.values()][_SHAPES:]:
        yield "refused", f"{sum(map(len, rest))}  of {len(rest)} more shapes"
    if not coverage.groups:
        return
    sentence = f"{coverage.one_story} of {coverage.groups} stories by hreflang have one story id"
    if coverage.without_story:
        sentence += f", {coverage.without_story} none: the rule has no such group"
    if coverage.guessed:
        sentence += f"; variant_url is right for {coverage.right} of {coverage.guessed} addresses"
    yield "hreflang", sentence
    for word, lines in (
        ("apart", coverage.apart),
        ("joined", coverage.shared_ids),
        ("wrong", coverage.wrong),
    ):
        yield from ((word, line) for line in lines[:_EXAMPLES])
        if len(lines) > _EXAMPLES:
            yield word, f"and {len(lines) - _EXAMPLES} more"


def percent(coverage: Coverage) -> str:
    """Return the share in per cent, never rounded up to 100 %."""
    return f"{math.floor(coverage.share * 10_000) / 100:g} %"


def shape(url: str) -> str:
    """Return an address without numbers and headlines: `herald.example/news/YYYY/MM/DD/<number>/`."""
    parts = urlsplit(url)
    path = _DATE.sub("/YYYY/MM/DD", parts.path)
    steps = [step if step in _DATED else _step(step) for step in path.split("/")]
    names = sorted({piece.partition("=")[0] for piece in parts.query.split("&") if piece})
    return f"{parts.hostname or ''}{'/'.join(steps)}{'?' if names else ''}{'&'.join(names)}"


def _step(step: str) -> str:
    if ending := _ENDING.search(step):
        return _step(step[: ending.start()]) + ending[0]
    if not step or (len(step) <= _LONG and _WORD.fullmatch(step)):
        return step
    return next((placeholder for pattern, placeholder in _STEPS if re.fullmatch(pattern, step)), "<slug>")
