"""Records that a writer passes to the archive, one a row; each field documents its column.

No pyarrow here: the crawl makes these, and archive/format/schema.py makes their Parquet schema. Every
`datetime` is aware and UTC; a naive one is refused.
"""

from __future__ import annotations  # the fields are read by their annotations as text

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from msgspec import Struct

from archive.format.columns import By, Column, columns_of, from_archive, from_fetch, from_page, from_pipeline
from archive.format.marks import NumberMark, QuoteMark  # noqa: TC001  msgspec reads the annotations

# Parts of an article are structs: a worker sends some twenty with each page, faster than dataclasses.
# dataclasses.replace and asdict do not accept them, although mypy does.


class Alternate(Struct, frozen=True):
    """Another language's address, as declared; a claim, not yet a pair."""

    language: str | None
    """BCP 47 as claimed, `ua` already read as `uk`; None where the claim names no language (x-default)."""
    url: str
    """Absolute."""
    source: str
    """`hreflang` `switcher` `sitemap` `url-rule`."""

    def at(self, url: str) -> Alternate:
        """Return the same claim with another spelling of its address."""
        return Alternate(self.language, url, self.source)


class TextBlock(Struct, frozen=True):
    kind: str
    """`heading` `paragraph` `quote` `list_item` `caption`."""
    text: str


class Medium(Struct, frozen=True):
    """An image or video shown in the text itself; pages name the lead image apart."""

    kind: str
    """`image` `video`."""
    url: str
    """Absolute; of a player the address of the video, if it can be derived."""


class LeftOut(Struct, frozen=True):
    """A line inside the article's own element that extraction took for no part of the text."""

    text: str
    reason: str
    """The rule, in words."""


class LanguageEvidence(Struct, frozen=True):
    """A claim about the language of the text: its source and its tag."""

    source: str
    """`text` (langdetect on headline + body), `html-lang`, `og-locale`, `hreflang-self`, `url`;
    `item-language` of an item of somebody else's spider."""
    tag: str


FEED: Final = "feed"
"""Value of `text_from`: the page was refused, and the text is from a feed of the outlet."""
PARTS = (Alternate, TextBlock, LeftOut, Medium, LanguageEvidence)
Part = Alternate | TextBlock | LeftOut | Medium | LanguageEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRecord:
    """One observation of an article's text; the archive decides whether it is a new version.

    The only declaration of an article's columns, in the order of the table: the schema, the cache, the
    columns of a rereading and reports are derived from it. Columns that the archive adds are below.
    """

    article_id: str = field(
        metadata=from_pipeline(
            "blake2b-128 hex of the address it was first fetched at, never changes; before schema 5, of the "
            "canonical URL",
            cached=True,
        )
    )
    outlet: str = field(
        metadata=from_fetch(
            "declaration name; for the `page` spider, the registered domain", cached=True, repeats=True
        )
    )
    url: str = field(metadata=from_fetch("after redirects", cached=True))
    requested_url: str = field(metadata=from_fetch("before redirects", cached=True))
    canonical_url: str | None = field(
        metadata=from_page("as declared by the page, made absolute", cached=True)
    )
    syndicated_from: str | None = field(
        default=None,
        metadata=from_page(
            "address of the original in another outlet, as the page names it; null before schema 5"
        ),
    )
    translated_from: str | None = field(
        default=None,
        metadata=from_pipeline(
            "language the text says it was translated from; und if it names none; null before schema 6",
            cached=True,
        ),
    )
    language: str | None = field(
        metadata=from_pipeline(
            "decided BCP 47 tag; null only with a reason in language_reason", cached=True, repeats=True
        )
    )
    language_confidence: float | None = field(metadata=from_pipeline("0 to 1"))
    language_evidence: tuple[LanguageEvidence, ...] = field(
        metadata=from_pipeline("every claim, with its source")
    )
    language_reason: str | None = field(
        metadata=from_pipeline("how the language was decided, or why there is none", repeats=True)
    )
    html_lang: str | None = field(metadata=from_page("the lang attribute as printed", repeats=True))
    headline: str = field(metadata=from_page("the article's own title", makes_version=True, cached=True))
    lead: str | None = field(metadata=from_page("standfirst"))
    body: str = field(
        metadata=from_page(
            "paragraphs joined by a blank line; no headline, caption, byline or promo line",
            makes_version=True,
        )
    )
    blocks: tuple[TextBlock, ...] = field(
        metadata=from_page("heading, paragraph, quote, list_item, caption, in page order")
    )
    left_out: tuple[LeftOut, ...] | None = field(
        default=None,
        metadata=from_page(
            "lines inside the article's element that are no part of its text, each with the reason; null "
            "before schema 9"
        ),
    )
    byline: str | None = field(metadata=from_page("author line as printed"))
    authors: tuple[str, ...] = field(
        metadata=from_pipeline("persons read from the byline, never an organisation")
    )
    author_ids: tuple[str, ...] | None = field(
        default=None,
        metadata=from_pipeline(
            "one for each author: the same person of an outlet in any language; null before schema 2"
        ),
    )
    authors_source: str | None = field(metadata=from_pipeline("where the page states them", repeats=True))
    published_at: datetime | None = field(
        metadata=from_page("first publication; Kyiv time if the outlet prints no zone", cached=True)
    )
    published_raw: str | None = field(metadata=from_page("as printed"))
    published_source: str | None = field(
        metadata=from_page(
            "where the page states it, and the precision; `… day`: without an hour", cached=True, repeats=True
        )
    )
    modified_at: datetime | None = field(
        metadata=from_page("last modification, as the page states it", cached=True)
    )
    modified_raw: str | None = field(metadata=from_page("as printed"))
    section: str | None = field(metadata=from_page("rubric, as printed", repeats=True))
    tags: tuple[str, ...] = field(metadata=from_page("as printed"))
    image_url: str | None = field(metadata=from_page("lead image"))
    image_caption: str | None = field(metadata=from_page("its caption, kept out of body"))
    media: tuple[Medium, ...] | None = field(
        default=None,
        metadata=from_page("images and videos in the text but the lead image; null before schema 4"),
    )
    outbound_links: tuple[str, ...] | None = field(
        default=None, metadata=from_page("links to other sites, with embedded posts; null before schema 4")
    )
    alternates: tuple[Alternate, ...] = field(
        metadata=from_page(
            "declared other languages; source: hreflang switcher sitemap url-rule", cached=True
        )
    )
    story_key: str | None = field(
        metadata=from_fetch("the outlet's id of the story, if its languages share one", cached=True)
    )
    content_hash: str = field(metadata=from_pipeline("of the normalised headline and body", cached=True))
    raw_sha256: str = field(metadata=from_fetch("of the page's bytes, or of the feed's entry", cached=True))
    text_from: str | None = field(
        default=None,
        metadata=from_fetch(
            "page, or feed if the page was refused; null before schema 5: page", cached=True, repeats=True
        ),
    )
    access: str | None = field(
        default=None,
        metadata=from_page(
            "free, partial, paid, as the page states it; refused: only a feed had the text; null if nothing "
            "is stated, and before schema 5",
            repeats=True,
        ),
    )
    http_status: int = field(metadata=from_fetch("status of the fetch that brought this text", repeats=True))
    etag: str | None = field(metadata=from_fetch("validator of that fetch", cached=True))
    last_modified: str | None = field(metadata=from_fetch("validator of that fetch, as sent", cached=True))
    fetched_at: datetime = field(metadata=from_fetch("when it was fetched"))
    source_archive: str | None = field(
        default=None,
        metadata=from_fetch("the file or index that has an imported page", cached=True, repeats=True),
    )
    source_capture: str | None = field(
        default=None, metadata=from_fetch("the page in it: file and record id, or the address of its replay")
    )
    raw_file: str | None = field(
        default=None,
        metadata=from_archive("WARC file of the page, from the archive's root; null if none is kept"),
    )
    raw_offset: int | None = field(
        default=None,
        metadata=from_archive("where its response record begins, a separate gzip member", bits=64),
    )
    raw_length: int | None = field(default=None, metadata=from_archive("bytes of that member", bits=64))
    extractor: str = field(
        metadata=from_page(
            "extractor that read the page; a new one makes no new version", cached=True, repeats=True
        )
    )
    run_id: str = field(metadata=from_fetch("the crawl that fetched it", repeats=True))
    extra: str | None = field(metadata=from_pipeline("JSON object with further fields"))


COMMIT_COLUMNS = (
    Column(
        "ingested_at",
        "datetime",
        By.ARCHIVE,
        "when the commit that brought this row was made; the same in all its rows",
        repeats=True,
    ),
    Column(
        "commit_seq", "int", By.ARCHIVE, "number of the snapshot that brought this row", repeats=True, bits=64
    ),
)
"""Of every row of every table."""
_ARCHIVED = {
    "article_id": (
        Column(
            "story_id",
            "str",
            By.ARCHIVE,
            "the story it belongs to now; an unpaired article is a story of one",
            cached=True,
            repeats=True,
        ),
        Column(
            "version",
            "int",
            By.ARCHIVE,
            "1, 2, …: texts of this article in the order they were archived",
            cached=True,
            repeats=True,
        ),
        Column("valid_from", "datetime", By.ARCHIVE, "when this text was first fetched", cached=True),
        Column(
            "valid_to",
            "datetime | None",
            By.ARCHIVE,
            "when a later text was first fetched; null on the latest",
        ),
    ),
    "fetched_at": (
        Column(
            "first_seen",
            "datetime",
            By.ARCHIVE,
            "first visit that found this article, any version",
            cached=True,
        ),
        Column(
            "last_seen",
            "datetime",
            By.ARCHIVE,
            "last visit that found it while this was the latest text",
            cached=True,
        ),
    ),
}
"""Columns that the archive adds to a record, by the column that they follow."""
VERSION_COLUMNS = (
    *(x for declared in columns_of(ArticleRecord) for x in (declared, *_ARCHIVED.get(declared.name, ()))),
    *COMMIT_COLUMNS,
)
"""Of `articles` and `versions`, in their order."""
CACHED_COLUMNS = tuple(x for x in VERSION_COLUMNS if x.cached)
"""Columns of each article's latest version in the cache."""
READ_COLUMNS = tuple(x for x in VERSION_COLUMNS if x.by in {By.PAGE, By.PIPELINE} and x.name != "article_id")
"""Columns that a rereading of the same page replaces; the others describe its fetch and its place."""
TEXT_COLUMNS = tuple(x.name for x in VERSION_COLUMNS if x.makes_version)
"""Names of the columns in `content_hash`: another text is another version."""


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """An observation without article text: skipped, dropped, failed, 404, 304."""

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
"""Evidence that they are no longer a pair: only their texts agreed, and no longer do; or their stories differ
now."""
NO_PAIR = frozenset((SEPARATED, WITHDRAWN))
"""Such decisions are only in `decisions`, never in `pairs`."""
LINKED = frozenset({"aligned", "moved"})
"""Kinds of rows of `alignments` that have paragraphs of both texts."""


@dataclass(frozen=True, slots=True)
class PairRecord:
    """Two articles that are one story in two languages, with the evidence."""

    article_id_a: str
    """The smaller of the two ids."""
    article_id_b: str
    evidence: str
    """Strongest of `label` `story-id` `hreflang` `switcher` `sitemap` `url-rule` `video` `image` `link`
    `content`; or one of NO_PAIR."""
    reciprocal: bool
    score: float | None
    """Content score in [0, 1]; None if only explicit evidence was weighed."""
    details: str | None
    """JSON: every piece of evidence, both directions."""
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """The new story of an article; the latest record holds."""

    article_id: str
    story_id: str


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The facts about an article that pairing by explicit evidence needs."""

    article_id: str
    story_id: str
    outlet: str
    language: str | None
    url: str
    requested_url: str
    canonical_url: str | None
    alternates: tuple[Alternate, ...]
    story_key: str | None
    first_seen: datetime
    same_as: frozenset[str] = frozenset()
    """Articles that a person has labelled as the same story, in another language."""
    not_same_as: frozenset[str] = frozenset()
    """Articles that a person has labelled as another story."""


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """Two articles that evidence links as one story, and why they did not become a pair."""

    article_id_a: str
    """The smaller of the two ids."""
    article_id_b: str
    reason: str
    evidence: str
    kept: str | None
    """The article that already has the place in the story."""
    score: float | None
    details: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class VariantText:
    """The text of one article of a story, for alignment."""

    article_id: str
    version: int
    language: str
    headline: str
    blocks: tuple[TextBlock, ...]
    left_out: tuple[str, ...] = ()
    """Lines of its page that are no part of the text; none are known before schema 9."""


@dataclass(frozen=True, slots=True)
class AlignmentRecord:
    """Paragraphs of two variants with the same content, or that only one of them has."""

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
    numbers_differ: tuple[NumberMark, ...] = ()
    """Of linked paragraphs: numbers that contradict each other."""
    numbers_converted: tuple[NumberMark, ...] = ()
    """Of linked paragraphs: the same quantity in another unit or currency."""
    quotes_only_a: tuple[QuoteMark, ...] = ()
    quotes_only_b: tuple[QuoteMark, ...] = ()
    confidence: float | None = None
    """Of paragraphs on one side only: the probability that the other side has their content nowhere."""
    doubtful: bool | None = None
    """True: read both texts before you publish it; None: nobody judged it, which counts as True.
    A doubtful link counts as neither linked nor one-sided."""
    nearest: tuple[int, ...] | None = None
    """Numbers of the nearest blocks of the other side."""
    in_common: tuple[str, ...] | None = None
    """Its numbers, dates and names that are also in these blocks, as printed."""


PERHAPS_ALONE = 0.15
"""Probability of a paragraph on one side only below which the other text has it rather than not."""


def probably_shared(kind: object, confidence: float | None) -> bool:
    """Tell if a row of `alignments` has a paragraph without a link that nobody should call left out."""
    return kind not in LINKED and confidence is not None and confidence < PERHAPS_ALONE


def surely_linked(kind: object, doubtful: object) -> bool:
    """Tell if a row of `alignments` has paragraphs that both texts have; what nobody judged is doubtful."""
    return kind in LINKED and doubtful is False


@dataclass(frozen=True, slots=True)
class SameEventRecord:
    """Articles of two outlets that seem to report one event, without being translations of each other."""

    article_id_a: str
    """The smaller of the two ids."""
    article_id_b: str
    outlet_a: str
    outlet_b: str
    language_a: str
    language_b: str
    tier: str
    """`sure`, `probable`; `none` if they were one of these and are no longer."""
    probability: float
    hours_apart: float | None
    """None if a publication time is unknown."""
    shared: tuple[str, ...]
    """Names, numbers and dates of both, the rarest first, as a prints them."""
    details: str | None
    """JSON: further evidence."""
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of pairing in one commit; `refused` counts edges by the reason of their refusal."""

    pairs: tuple[PairRecord, ...] = ()
    memberships: tuple[Membership, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
    refusals: tuple[RefusalRecord, ...] = ()
    """The same edges one by one, if both articles are archived."""
    align: Align | None = None
    """Aligns the variants of a story once the stories are decided; None: no alignment."""
    outdated: frozenset[tuple[str, str]] = frozenset()
    """Ids of two variants, the smaller first, to be aligned again although their texts are the same."""


Align = Callable[[Mapping[str, VariantText], Collection[tuple[str, str]]], Sequence[AlignmentRecord]]
"""Align the texts of one story, by article id, for these pairs of ids; no rows if it cannot."""
