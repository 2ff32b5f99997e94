"""The two items that flow: an Article, and an Observation of an address that brought none.

Without slots: what a worker hands over is then unpickled in C, and a copy is the copy of a dict.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pickle import PickleBuffer
from typing import Any, Literal, SupportsIndex

from archive.format.reasons import Reason
from archive.format.records import Alternate, LanguageEvidence, LeftOut, Medium, TextBlock
from archive.pages.warc_record import WarcRecords

__all__ = [
    "ITEM_LANGUAGE",
    "Alternate",
    "Article",
    "BlockKind",
    "Claim",
    "Fetch",
    "GivenItem",
    "Hints",
    "LanguageEvidence",
    "LeftOut",
    "Medium",
    "Observation",
    "Outcome",
    "Refusal",
    "TextBlock",
    "TextLanguage",
]

BlockKind = Literal["heading", "paragraph", "quote", "list_item", "caption"]
Outcome = Literal["archived", "unchanged", "skipped", "dropped", "failed"]
ITEM_LANGUAGE = "item-language"
"""Source of a claim in `extra`: the language that an item of somebody else's spider names."""


@dataclass(frozen=True)
class TextLanguage:
    """Language that the detector read in the text itself, before anything else is weighed."""

    language: str
    """BCP 47; `und` where there is nothing to read."""
    confidence: float
    trusted: bool
    """Enough letters, a sure verdict, and one language: see crawler/extraction/language/detector.py."""
    flags: tuple[str, ...] = ()
    """Any of `short`, `lowprob`, `mixed`, and `unsure` where no letter tells uk from ru."""
    letters: int = 0
    uk_share: float | None = None
    """Ukrainian letters among the letters that only one of uk and ru has; None where there are too few."""
    mixed_with: str | None = None
    """The language that is quoted at length, of another script or the other one of uk and ru."""
    mixed_share: float | None = None
    """Its share of the letters, from .1 up."""


@dataclass(frozen=True)
class Claim:
    """A value and where the page states it; extraction keeps all, a stage decides."""

    source: str
    value: str


@dataclass(frozen=True)
class Refusal:
    """The reason why a page is no article."""

    reason: Reason
    detail: str
    """The sentence a person reads."""


class WithBody:
    """An answer of a server on its way to a worker: a page of megabytes is not copied for it."""

    body: bytes

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """The body goes beside the rest."""
        body = PickleBuffer(self.body) if int(protocol) >= 5 else self.body
        return _joined, (type(self), body, {**self.__dict__, "body": b""})


def _joined(kind: type[WithBody], body: bytes | bytearray, fields: dict[str, Any]) -> WithBody:
    return kind(**{**fields, "body": bytes(body)})


@dataclass(frozen=True)
class Fetch(WithBody):
    """One HTTP answer, as much of it as extraction and the archive need."""

    url: str
    """After redirects."""
    requested_url: str
    body: bytes
    encoding: str | None
    """From the Content-Type header only; None where it names none."""
    http_status: int
    fetched_at: datetime
    """Aware, UTC."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Hints:
    """Facts of an outlet's declaration: CSS selectors where the generic way fails, and its domains."""

    outlet: str
    byline: str | None = None
    drop: str | None = None
    """Elements to leave out."""
    switcher: str | None = None
    """Links to the other languages."""
    domains: tuple[str, ...] = ()
    """Domains whose pages are the outlet's own."""
    zone: str | None = None
    """Time zone of what the outlet prints without one; None where its pages tell."""


@dataclass(frozen=True, slots=True)
class GivenItem:
    """An item of somebody else's spider as plain values; all texts as the spider gave them."""

    outlet: str
    url: str
    requested_url: str
    http_status: int
    """Of the answer from this address; 0 where the crawl has seen none."""
    fetched_at: datetime
    headline: str
    body: str
    etag: str | None = None
    last_modified: str | None = None
    canonical_url: str | None = None
    lead: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    """Language and address."""


@dataclass(frozen=True)
class Article:
    """One page of a story in one language at one moment.

    The first part is what the page SAYS and comes from crawler/extraction; the second is what a stage of
    pipelines/ DECIDED, null until then.
    """

    outlet: str
    url: str
    requested_url: str
    http_status: int
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    raw_sha256: str = ""
    source_archive: str | None = None
    """The web archive it is imported from; None if it was fetched from the outlet."""
    source_capture: str | None = None
    """The page in it."""
    text_from: Literal["page", "feed"] = "page"
    access: str | None = None
    """`free`, `partial`, `paid`, as the page states it; `refused`: the page was not to be had."""

    canonical_url: str | None = None
    """As declared, made absolute."""
    syndicated_from: str | None = None
    """Address of the original, where the page names one of another outlet."""
    html_lang: str | None = None
    """As printed: `ua` stays `ua` here."""
    og_locale: str | None = None
    headline: str | None = None
    lead: str | None = None
    body: str = ""
    """Text of the blocks but captions, joined by a blank line."""
    blocks: tuple[TextBlock, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    byline: str | None = None
    """As printed, prefix included."""
    author_claims: tuple[Claim, ...] = ()
    """By trust: `json-ld`, `meta`, `rel-author`, `printed`, `beside-day`; `outlet-rule` stands first."""
    published_raw: str | None = None
    published_at: datetime | None = None
    """Aware, UTC."""
    published_source: str | None = None
    modified_raw: str | None = None
    modified_at: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    image_caption: str | None = None
    media: tuple[Medium, ...] = ()
    outbound_links: tuple[str, ...] = ()
    """Pages of other sites, embedded posts among them; no links for sharing."""
    alternates: tuple[Alternate, ...] = ()
    story_key: str | None = None
    """The outlet's own id of the story, where its URLs carry one shared by the languages."""
    text_language: TextLanguage | None = None
    extractor: str = ""
    """`trafilatura 2.3.1 + triptych 1`: changes when the same page may read differently."""
    extra: tuple[Claim, ...] = ()
    """Facts without a column of their own: counted oddities, opt-outs."""

    language: str | None = None
    language_confidence: float | None = None
    language_evidence: tuple[LanguageEvidence, ...] = ()
    language_reason: str | None = None
    """The way the evidence was weighed, or the reason why there is no language."""
    authors: tuple[str, ...] = ()
    authors_source: str | None = None
    article_id: str = ""
    content_hash: str = ""
    refused: Refusal | None = None
    """Nothing else is decided then."""
    is_decided: bool = False
    """True if a worker has decided all that one page can tell."""
    outcome: Outcome | None = None
    """`archived` or `unchanged`, once the archive has it on disk."""
    raw: WarcRecords | None = field(default=None, repr=False)
    """The page itself, as records for the archive; None where pages are not kept, and once it has them."""

    def with_(self, **decided: object) -> "Article":
        """A copy with fields replaced; stages never change an item in place."""
        if unknown := decided.keys() - self.__dict__.keys():
            raise TypeError(f"an Article has no {', '.join(sorted(unknown))}")
        copy = object.__new__(Article)
        copy.__dict__.update(self.__dict__, **decided)
        return copy


@dataclass(frozen=True)
class Observation:
    """A URL that did not become an Article, and why: nothing vanishes silently."""

    url: str
    requested_url: str
    outlet: str
    outcome: Outcome
    reason: str
    """A Reason, or one of its families; details go to `detail`."""
    at: datetime
    http_status: int | None = None
    detail: str | None = None
