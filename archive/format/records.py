"""Records that a writer hands to the archive: frozen dataclasses, one per row.

The columns themselves are written down in archive/format/schema.py; a test ties the two together.
Every `datetime` is aware and UTC; a naive one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  msgspec reads the annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    Align = Callable[[Mapping[str, "VariantText"], Collection[tuple[str, str]]], Sequence["AlignmentRecord"]]
    """Align the texts of one story, by article id, for these pairs of ids; no rows where it cannot."""


@dataclass(frozen=True, slots=True)
class AlternateRecord:
    language: str | None
    url: str
    source: str


@dataclass(frozen=True, slots=True)
class BlockRecord:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class MediaRecord:
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """One observation of one article that yielded text; the archive decides if it is a new version."""

    article_id: str
    outlet: str
    url: str
    requested_url: str
    canonical_url: str | None
    language: str | None
    language_confidence: float | None
    language_evidence: tuple[EvidenceRecord, ...]
    language_reason: str | None
    html_lang: str | None
    headline: str
    lead: str | None
    body: str
    blocks: tuple[BlockRecord, ...]
    byline: str | None
    authors: tuple[str, ...]
    authors_source: str | None
    published_at: datetime | None
    published_raw: str | None
    published_source: str | None
    modified_at: datetime | None
    modified_raw: str | None
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    image_caption: str | None
    alternates: tuple[AlternateRecord, ...]
    story_key: str | None
    content_hash: str
    raw_sha256: str
    http_status: int
    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    extractor: str
    run_id: str
    extra: str | None
    """JSON object."""
    raw_file: str | None = None
    """With offset and length: where the page is; filled by the archive, not by who hands the record over."""
    raw_offset: int | None = None
    raw_length: int | None = None
    author_ids: tuple[str, ...] | None = None
    """One for each of `authors`; None where a writer before schema 2 has acknowledged it."""
    media: tuple[MediaRecord, ...] | None = None
    outbound_links: tuple[str, ...] | None = None
    """Both None where a writer before schema 4 has acknowledged it."""


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """An observation that brought no article text: skipped, dropped, failed, 404, 304."""

    url: str
    requested_url: str
    outlet: str
    outcome: str
    reason: str | None
    observed_at: datetime
    http_status: int | None
    run_id: str
    article_id: str | None = None
    detail: str | None = None


SEPARATED = "label-no"
"""Evidence of a person's decision that two articles are no pair."""
WITHDRAWN = "withdrawn"
"""Evidence that they are none any more: the texts alone had said so, and say another thing now; or they are
no longer one story."""
NO_PAIR = frozenset((SEPARATED, WITHDRAWN))
"""Such decisions are kept among `decisions`, never in `pairs`."""


@dataclass(frozen=True, slots=True)
class PairRecord:
    """Two articles that are one story in two languages, with the evidence that says so."""

    article_id_a: str
    """The smaller of the two ids."""
    article_id_b: str
    evidence: str
    """Strongest of `label` `story-id` `hreflang` `switcher` `sitemap` `url-rule` `video` `image` `link`
    `content`; or one of NO_PAIR."""
    reciprocal: bool
    score: float | None
    """Content score in [0, 1]; None where only explicit evidence was weighed."""
    details: str | None
    """JSON: every piece of evidence, both directions."""
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """The story an article now belongs to; the latest one recorded holds."""

    article_id: str
    story_id: str


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """All that pairing by explicit evidence needs to know of an article."""

    article_id: str
    story_id: str
    outlet: str
    language: str | None
    url: str
    requested_url: str
    canonical_url: str | None
    alternates: tuple[AlternateRecord, ...]
    story_key: str | None
    first_seen: datetime
    same_as: frozenset[str] = frozenset()
    """Articles that a person has said to be the same story, in another language."""
    not_same_as: frozenset[str] = frozenset()
    """Articles that a person has said to be another story."""


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """Two articles that evidence calls one story, and why they did not become a pair."""

    article_id_a: str
    """The smaller of the two ids."""
    article_id_b: str
    reason: str
    evidence: str
    kept: str | None
    """The article that has the place in the story, where there is no second."""
    score: float | None
    details: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class VariantText:
    """The text of one article of a story, as aligning needs it."""

    article_id: str
    version: int
    language: str
    headline: str
    blocks: tuple[BlockRecord, ...]


@dataclass(frozen=True, slots=True)
class AlignmentRecord:
    """Paragraphs of two variants that say the same, or that one of them says alone."""

    article_id_a: str
    """The smaller of the two ids."""
    version_a: int
    article_id_b: str
    version_b: int
    language_a: str
    language_b: str
    position: int
    kind: str
    """`aligned`, `moved`, `omitted` (only a has it), `added` (only b has it)."""
    paragraphs_a: tuple[int, ...]
    """Numbers of blocks, from 0."""
    paragraphs_b: tuple[int, ...]
    score: float | None
    characters_a: int
    characters_b: int
    numbers_only_a: tuple[str, ...] = ()
    numbers_only_b: tuple[str, ...] = ()
    quotes_only_a: tuple[str, ...] = ()
    quotes_only_b: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of pairing in one commit; `refused` counts edges by the reason they were not taken."""

    pairs: tuple[PairRecord, ...] = ()
    memberships: tuple[Membership, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
    refusals: tuple[RefusalRecord, ...] = ()
    """The same edges one by one, where both articles are known."""
    align: Align | None = None
    """Lays the variants of a story beside each other once the stories are known; None: nobody does."""
