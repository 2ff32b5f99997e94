"""The article that a page belongs to: the article of the address it was fetched at.

The canonical address of a page is a claim. It makes two addresses one article only if both belong to one
outlet and their texts agree; otherwise each address has its own article. Decision 19 gives the reasons.

Checked when a page is acknowledged and again at commit, because another writer may have committed in between.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from unicodedata import normalize

from archive.addresses import address_key, plain_url
from archive.format.records import ArticleRecord
from archive.state.model import CANONICAL, ID, URL, Holder, canonical_key, id_key, micros

Place = tuple[bytes, int, Holder]
"""Key of an address or id, role, and the article that has this role there."""
Places = Callable[[Collection[bytes]], Iterable[Place]]
"""All places with one of these keys, the oldest first."""
Texts = Callable[[Holder], "Text | None"]
"""The latest text of an article; None if it cannot be read, which then counts as another text."""


MOSTLY = 0.8
"""Share of the longer text, in characters of whole lines, that two pages of one canonical address must have
in common, with one headline, to be one article. Two forms of a page, or one of them edited, have nearly all;
the second page of a long article has nothing of the first."""


class Text(NamedTuple):
    """The parts of two pages with one canonical address that are compared."""

    headline: str
    body: str
    """Paragraphs with an empty line between."""
    canonical_url: str | None


class Page(Protocol):
    """The facts that decide identity: an ArticleRecord, or an Article of a crawl."""

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
    """A sentence about a page that claims the same address and has another text."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that a page may belong to."""

    of_address: Holder | None
    """The article of the address itself; the page belongs to it whatever text it has today."""
    if_same_text: tuple[Holder, ...]
    """Articles of its outlet linked by a canonical address, in either direction, the likeliest first."""
    contradictions: tuple[tuple[Holder, str], ...]
    """The articles among them that contradict the page if their text differs, each with a message."""
    is_id_in_use: bool
    """True if an article with another address has the id of this one: it was first found here, or an older
    version of Triptych derived its id from a canonical address that was never fetched."""

    @property
    def all(self) -> tuple[Holder, ...]:
        return self.if_same_text if self.of_address is None else (self.of_address,)


def identify(page: ArticleRecord, places: Places, texts: Texts) -> Identity:
    """Find the article of a page, a new one if there is none.

    `page.article_id` is the id of its address, or of a candidate to which the crawl has joined it.
    """
    choice = candidates(page, places)
    contradiction = None
    for holder, message in choice.contradictions:
        if page.content_hash not in holder.hashes:
            contradiction = message
            break
    if choice.of_address is not None:
        return Identity(choice.of_address.article_id, contradiction)
    confirmed = page.article_id if id_key(page.article_id) != address_key(page.url) else None
    for holder in choice.if_same_text:
        if page.content_hash in holder.hashes or holder.article_id == confirmed:
            return Identity(holder.article_id)
    for holder in choice.if_same_text:
        text = texts(holder)
        if text is not None and _agree(page, holder, text):
            return Identity(holder.article_id)
    return Identity(second_id(page) if choice.is_id_in_use else page.article_id, contradiction)


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
    """Letters and digits of a line, case-folded: a crawl compares lines in the same way."""
    return "".join(filter(str.isalnum, normalize("NFC", line).casefold()))


_NONE = Candidates(None, (), (), is_id_in_use=False)


def candidates(page: Page, places: Places) -> Candidates:
    key, claimed_key = address_key(page.url), canonical_key(page.url, page.canonical_url)
    holders = _Holders(places({key} if claimed_key is None else {key, claimed_key}))
    if holders.is_empty:
        return _NONE
    fetched = holders.at(key, URL)
    of_address = holders.of_address(key, places)
    with_id = [x for x in holders.at(key, ID) if x not in fetched]
    # articles elsewhere that claim this address, and articles at the address that this page claims
    claiming = holders.claiming(key)
    claimed = holders.at(claimed_key, URL)
    contradictions = [
        *((x, f"it calls itself {page.canonical_url}, where another text is") for x in claimed),
        *((x, f"{x.url} calls itself this address, and has another text") for x in claiming),
    ]
    linked = dict.fromkeys((*claimed, *fetched, *claiming, *with_id, *holders.claiming(claimed_key)))

    def is_eligible(holder: Holder) -> bool:
        return holder.outlet == page.outlet and holder not in of_address

    return Candidates(
        of_address[0] if of_address else None,
        tuple(filter(is_eligible, linked)),
        tuple(x for x in contradictions if is_eligible(x[0])),
        bool(holders.at(key, ID)) and id_key(page.article_id) == key,
    )


def second_id(page: Page) -> str:
    """Return the id of a new article at an address whose regular id belongs to another article."""
    text = f"{plain_url(page.url)}\0{page.content_hash}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(b"address\0" + text, digest_size=16).hexdigest()


def belongs_to(holder: Holder, key: bytes, places: Places) -> bool:
    """Tell if an article fetched at an address belongs to that address, and was not only joined to it.

    It does if it has the id of the address. But once it was fetched at its canonical address, it belongs to
    that one: the page here may show different articles on different days. An older version of Triptych
    derived the id from a canonical address that it had not fetched: such an article belongs to the address
    of its text.
    """
    first, last = id_key(holder.article_id), address_key(holder.url)
    if key not in {first, last}:
        return False
    elsewhere = {first, last, *holder.names} - {key}
    if not elsewhere:
        return True
    roles = {(place, role) for place, role, x in places(elsewhere) if x.article_id == holder.article_id}
    for address in elsewhere:
        is_canonical = address in holder.names or (address, CANONICAL) in roles
        if is_canonical and (address, URL) in roles:
            return False
    return first == key or (first, URL) not in roles


class _Holders:
    """Articles by place, one object for each article, however many records it consists of."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._holders: dict[str, Holder] = {}
        self._ids: dict[tuple[bytes, int], dict[str, None]] = {}
        for key, role, holder in places:
            before = self._holders.get(holder.article_id)
            self._holders[holder.article_id] = holder if before is None else before.with_(holder)
            self._ids.setdefault((key, role), {})[holder.article_id] = None

    @property
    def is_empty(self) -> bool:
        return not self._holders

    def at(self, key: bytes | None, role: int) -> list[Holder]:
        """Articles with a role at an address, the oldest first."""
        ids = self._ids.get((key, role), ()) if key is not None else ()
        holders = [self._holders[x] for x in ids]
        return sorted(holders, key=lambda x: (x.first_seen, x.article_id)) if len(holders) > 1 else holders

    def of_address(self, key: bytes, places: Places) -> list[Holder]:
        """Articles that belong to an address, the one with its id first."""
        claiming = self.at(key, CANONICAL)
        holders = [x for x in self.at(key, URL) if x in claiming or belongs_to(x, key, places)]
        return sorted(holders, key=lambda x: id_key(x.article_id) != key)

    def claiming(self, key: bytes | None) -> list[Holder]:
        """Articles whose latest page calls this address canonical."""
        return [x for x in self.at(key, CANONICAL) if key in x.names]


class FreshPlaces:
    """Places of articles that are acknowledged and not committed."""

    def __init__(self) -> None:
        self._at: dict[bytes, list[Place]] = {}
        self._latest: dict[str, ArticleRecord] = {}

    def add(self, record: ArticleRecord) -> None:
        """Add a record that already has its article's id."""
        claimed_key = canonical_key(record.url, record.canonical_url)
        holder = Holder(
            record.article_id,
            record.outlet,
            record.url,
            micros(record.fetched_at),
            frozenset(() if claimed_key is None else (claimed_key,)),
            frozenset((record.content_hash,)),
            record.content_hash,
        )
        places = {(address_key(record.url), URL), (id_key(record.article_id), ID)}
        if claimed_key is not None:
            places.add((claimed_key, CANONICAL))
        for key, role in sorted(places):
            self._at.setdefault(key, []).append((key, role, holder))
        self._latest[record.article_id] = record

    def at(self, keys: Collection[bytes]) -> list[Place]:
        places: list[Place] = []
        for key in keys:
            places += self._at.get(key, ())
        return places

    def text(self, article_id: str) -> Text | None:
        """The latest text of an article, if it is among these."""
        record = self._latest.get(article_id)
        return None if record is None else Text(record.headline, record.body, record.canonical_url)
