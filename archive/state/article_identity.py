"""The article that a page belongs to: that of the address it was fetched at.

What a page calls its canonical address is a claim. It makes two addresses one article only where both are of
one outlet and their texts agree; else each address keeps its own. Decision 19 says why.

Checked when a page is acknowledged and again at commit, because another writer may have committed in between.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol
from unicodedata import normalize

from archive.addresses import address_key, plain_url
from archive.state.model import CANONICAL, ID, URL, Holder, id_key, micros

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from archive.format.records import ArticleRecord

    Place = tuple[bytes, int, Holder]
    """Key of an address or id, role, and the article that has this role there."""
    Places = Callable[[Collection[bytes]], Iterable[Place]]
    """All places with one of these keys, the oldest first."""
    Texts = Callable[[Holder], "Text | None"]
    """The latest text of an article; None where it cannot be read, which then counts as another text."""

MOSTLY = 0.8
"""Share of the longer text, in characters of whole lines, that two pages of one canonical address must have
in common, with one headline, to be one article. Two forms of a page, or one of them edited, have nearly all;
the second page of a long article has nothing of the first."""


class Text(NamedTuple):
    """What two pages of one canonical address are compared by."""

    headline: str
    body: str
    """Paragraphs with an empty line between."""
    canonical_url: str | None


class Page(Protocol):
    """What identity is decided by: an ArticleRecord, or an Article of a crawl."""

    @property
    def article_id(self) -> str: ...
    @property
    def outlet(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def canonical_url(self) -> str | None: ...
    @property
    def content_hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Identity:
    article_id: str
    contradiction: str | None = None
    """A sentence: a page that is called the same as this one, and says another thing."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that a page may belong to."""

    own: Holder | None
    """The article of the address itself: whatever the page says today, it is that one."""
    if_agreed: tuple[Holder, ...]
    """Articles of its outlet that a canonical address leads to, from either page, the likeliest first."""
    called_the_same: tuple[tuple[Holder, str], ...]
    """Those of them that contradict the page if their text is another, each with what is wrong then."""
    is_taken: bool
    """True if an article with another address has the id of this one: it was found here first, or an older
    version gave it the id for a canonical address that nobody had fetched."""

    @property
    def all(self) -> tuple[Holder, ...]:
        return self.if_agreed if self.own is None else (self.own,)


def identify(page: ArticleRecord, places: Places, texts: Texts) -> Identity:
    """Find the article of a page, a new one where there is none.

    `page.article_id` is the id of its address, or of a candidate to which the crawl has joined it.
    """
    found = candidates(page, places)
    contradiction = next((why for x, why in found.called_the_same if page.content_hash not in x.hashes), None)
    if found.own is not None:
        return Identity(found.own.article_id, contradiction)
    told = page.article_id if id_key(page.article_id) != address_key(page.url) else None
    for one in found.if_agreed:
        if page.content_hash in one.hashes or one.article_id == told:
            return Identity(one.article_id)
    for candidate in found.if_agreed:
        text = texts(candidate)
        if text is not None and _agree(page, candidate, text):
            return Identity(candidate.article_id)
    return Identity(second_id(page) if found.is_taken else page.article_id, contradiction)


def _agree(page: ArticleRecord, candidate: Holder, text: Text) -> bool:
    """Whether two pages name one canonical address, have one headline and nearly the same lines."""
    if plain_url(text.canonical_url or candidate.url) != plain_url(page.canonical_url or page.url):
        return False
    if _folded(text.headline) != _folded(page.headline):
        return False
    stored, lines = _lines(text.body), _lines(page.body)
    common = (stored & lines).elements()
    longer = max(sum(map(len, stored.elements())), sum(map(len, lines.elements())))
    return longer > 0 and sum(map(len, common)) >= MOSTLY * longer


def _lines(body: str) -> Counter[str]:
    return Counter(filter(None, map(_folded, body.split("\n\n"))))


def _folded(line: str) -> str:
    """Only letters and digits, case-folded, as a crawl compares lines."""
    return "".join(filter(str.isalnum, normalize("NFC", line).casefold()))


_NONE = Candidates(None, (), (), is_taken=False)


def candidates(page: Page, places: Places) -> Candidates:
    here, named = address_key(page.url), _named(page.url, page.canonical_url)
    there = list(places({here} if named is None else {here, named}))
    if not there:
        return _NONE
    found = _Found(there)
    fetched_here = found.at(here, URL)
    calling_themselves_so = found.at(here, CANONICAL)
    own = [x for x in fetched_here if x in calling_themselves_so or is_own(x, here, places)]
    own.sort(key=lambda x: id_key(x.article_id) != here)
    takers = [x for x in found.at(here, ID) if x not in fetched_here]
    naming = [x for x in calling_themselves_so if here in x.names]
    fetched_there = [] if named is None else found.at(named, URL)
    naming_the_same = [] if named is None else [x for x in found.at(named, CANONICAL) if named in x.names]
    others = dict.fromkeys((*fetched_there, *fetched_here, *naming, *takers, *naming_the_same))
    called_the_same = [
        *((x, f"it calls itself {page.canonical_url}, where another text is") for x in fetched_there),
        *((x, f"{x.url} calls itself this address, and has another text") for x in naming),
    ]

    def is_another(holder: Holder) -> bool:
        return holder.outlet == page.outlet and holder not in own

    return Candidates(
        own[0] if own else None,
        tuple(filter(is_another, others)),
        tuple((x, why) for x, why in called_the_same if is_another(x)),
        bool(found.at(here, ID)) and id_key(page.article_id) == here,
    )


def second_id(page: Page) -> str:
    """Return the id of a new article at an address whose own id belongs to another article."""
    text = f"{plain_url(page.url)}\0{page.content_hash}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(b"address\0" + text, digest_size=16).hexdigest()


def _named(url: str, canonical: str | None) -> bytes | None:
    """Key of the canonical address, where it is another."""
    if not canonical or canonical == url:
        return None
    key = address_key(canonical)
    return None if key == address_key(url) else key


def is_own(holder: Holder, here: bytes, places: Places) -> bool:
    """Tell if an article fetched at an address is the address's own, and was not only joined to it.

    It is the one with the id of the address. But once it was fetched where its page calls itself, it is that
    address's: what is here may be a page that shows now this article and now another. An older version took
    the id from a canonical address that it had not fetched: such an article is of the address of its text.
    """
    first, last = id_key(holder.article_id), address_key(holder.url)
    if here not in {first, last}:
        return False
    elsewhere = {first, last, *holder.names} - {here}
    if not elsewhere:
        return True
    at = {(key, role) for key, role, x in places(elsewhere) if x.article_id == holder.article_id}
    called = {key for key in elsewhere if key in holder.names or (key, CANONICAL) in at}
    moved = any((key, URL) in at for key in called)
    return not moved and (first == here or (first, URL) not in at)


class _Found:
    """Articles by place, each in one object, however many records it is made of."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._holders: dict[str, Holder] = {}
        self._ids: dict[tuple[bytes, int], dict[str, None]] = {}
        for key, role, holder in places:
            before = self._holders.get(holder.article_id)
            self._holders[holder.article_id] = holder if before is None else before.with_(holder)
            self._ids.setdefault((key, role), {})[holder.article_id] = None

    def at(self, key: bytes, role: int) -> list[Holder]:
        ids = self._ids.get((key, role), ())
        if len(ids) < 2:
            return [self._holders[x] for x in ids]
        holders = [self._holders[x] for x in ids]
        return sorted(holders, key=lambda x: (x.first_seen, x.article_id))


class FreshPlaces:
    """Places of articles that are acknowledged and not committed."""

    def __init__(self) -> None:
        self._at: dict[bytes, list[Place]] = {}
        self._latest: dict[str, ArticleRecord] = {}

    def add(self, record: ArticleRecord) -> None:
        """Add a record under the id that it was given."""
        named = _named(record.url, record.canonical_url)
        holder = Holder(
            record.article_id,
            record.outlet,
            record.url,
            micros(record.fetched_at),
            frozenset() if named is None else frozenset((named,)),
            frozenset((record.content_hash,)),
            record.content_hash,
        )
        places = {(address_key(record.url), URL), (id_key(record.article_id), ID)}
        if named is not None:
            places.add((named, CANONICAL))
        for key, role in sorted(places):
            self._at.setdefault(key, []).append((key, role, holder))
        self._latest[record.article_id] = record

    def at(self, keys: Collection[bytes]) -> list[Place]:
        return [place for key in keys for place in self._at.get(key, ())]

    def text(self, article_id: str) -> Text | None:
        """The latest text of an article, where it is among these."""
        record = self._latest.get(article_id)
        return None if record is None else Text(record.headline, record.body, record.canonical_url)
