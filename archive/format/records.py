"""Records that a writer passes to the archive, one a row; each field documents its column.

No pyarrow here: the crawl makes these, and archive/format/schema.py makes their Parquet schema. Every
`datetime` is aware and UTC; a naive one is refused.
"""

from __future__ import annotations  # the fields are read by their annotations as text

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Struct

from archive.format.columns import By, columns_of, from_archive, from_fetch, from_page, from_pipeline, record
from archive.format.marks import Contradiction, QuoteMark  # noqa: TC001  msgspec reads the annotations

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


@record(kw_only=True)
class ArticleRecord:
    """One observation of an article's text; the archive decides whether it is a new version.

    The only declaration of an article's columns, in the order of the table: the schema, the cache, the
    columns of a rereading and reports are derived from it. Columns that the archive adds are below.
    """

    article_id: str = from_pipeline(
        "blake2b-128 hex of the address it was first fetched at, never changes; before schema 5, of the "
        "canonical URL",
        cached=True,
    )
    outlet: str = from_fetch(
        "declaration name; for the `page` spider, the registered domain", cached=True, repeats=True
    )
    url: str = from_fetch("after redirects", cached=True)
    requested_url: str = from_fetch("before redirects", cached=True)
    canonical_url: str | None = from_page("as declared by the page, made absolute", cached=True)
    syndicated_from: str | None = from_page(
        "address of the original in another outlet, as the page names it; null before schema 5", default=None
    )
    translated_from: str | None = from_pipeline(
        "language the text says it was translated from; und if it names none; null before schema 6",
        default=None,
        cached=True,
    )
    language: str | None = from_pipeline(
        "decided BCP 47 tag; null only with a reason in language_reason", cached=True, repeats=True
    )
    language_confidence: float | None = from_pipeline("0 to 1")
    language_evidence: tuple[LanguageEvidence, ...] = from_pipeline("every claim, with its source")
    language_reason: str | None = from_pipeline(
        "how the language was decided, or why there is none", repeats=True
    )
    html_lang: str | None = from_page("the lang attribute as printed", repeats=True)
    headline: str = from_page("the article's own title", makes_version=True, cached=True)
    lead: str | None = from_page("standfirst")
    body: str = from_page(
        "paragraphs joined by a blank line; no headline, caption, byline or promo line", makes_version=True
    )
    blocks: tuple[TextBlock, ...] = from_page("heading, paragraph, quote, list_item, caption, in page order")
    left_out: tuple[LeftOut, ...] | None = from_page(
        "lines inside the article's element that are no part of its text, each with the reason; null before "
        "schema 9",
        default=None,
    )
    byline: str | None = from_page("author line as printed")
    authors: tuple[str, ...] = from_pipeline("persons read from the byline, never an organisation")
    author_ids: tuple[str, ...] | None = from_pipeline(
        "one for each author: the same person of an outlet in any language; null before schema 2",
        default=None,
    )
    authors_source: str | None = from_pipeline("where the page states them", repeats=True)
    published_at: datetime | None = from_page(
        "first publication; without a printed zone, in the outlet's; midnight where no hour is known",
        cached=True,
    )
    published_raw: str | None = from_page("as printed")
    published_source: str | None = from_page(
        "where the page states it, and the precision; `… day`: without an hour", cached=True, repeats=True
    )
    modified_at: datetime | None = from_page("last modification, as the page states it", cached=True)
    modified_raw: str | None = from_page("as printed")
    section: str | None = from_page("rubric, as printed", repeats=True)
    tags: tuple[str, ...] = from_page("as printed")
    image_url: str | None = from_page("lead image")
    image_caption: str | None = from_page("its caption, kept out of body")
    media: tuple[Medium, ...] | None = from_page(
        "images and videos in the text but the lead image; null before schema 4", default=None
    )
    outbound_links: tuple[str, ...] | None = from_page(
        "links to other sites, with embedded posts; null before schema 4", default=None
    )
    alternates: tuple[Alternate, ...] = from_page(
        "declared other languages; source: hreflang switcher sitemap url-rule", cached=True
    )
    story_key: str | None = from_fetch(
        "the outlet's id of the story, if its languages share one", cached=True
    )
    content_hash: str = from_pipeline("of the normalised headline and body", cached=True)
    raw_sha256: str = from_fetch("of the page's bytes, or of the feed's entry", cached=True)
    text_from: str | None = from_fetch(
        "page, or feed if the page was refused; null before schema 5: page",
        default=None,
        cached=True,
        repeats=True,
    )
    access: str | None = from_page(
        "free, partial, paid, as the page states it; refused: only a feed had the text; null if nothing is "
        "stated, and before schema 5",
        default=None,
        repeats=True,
    )
    http_status: int = from_fetch("status of the fetch that brought this text", repeats=True)
    etag: str | None = from_fetch("validator of that fetch", cached=True)
    last_modified: str | None = from_fetch("validator of that fetch, as sent", cached=True)
    fetched_at: datetime = from_fetch("when it was fetched")
    source_archive: str | None = from_fetch(
        "the file or index that has an imported page", default=None, cached=True, repeats=True
    )
    source_capture: str | None = from_fetch(
        "the page in it: file and record id, or the address of its replay", default=None
    )
    raw_file: str | None = from_archive(
        "WARC file of the page, from the archive's root; null if none is kept", default=None
    )
    raw_offset: int | None = from_archive(
        "where its response record begins, a separate gzip member", default=None, bits=64
    )
    raw_length: int | None = from_archive("bytes of that member", default=None, bits=64)
    extractor: str = from_page(
        "extractor that read the page; a new one makes no new version", cached=True, repeats=True
    )
    run_id: str = from_fetch("the crawl that fetched it", repeats=True)
    extra: str | None = from_pipeline("JSON object with further fields")


@record()
class _Commit:
    ingested_at: datetime = from_archive(
        "when the commit that brought this row was made; the same in all its rows", repeats=True
    )
    commit_seq: int = from_archive("number of the snapshot that brought this row", repeats=True, bits=64)


@record()
class _Version:
    story_id: str = from_archive(
        "the story it belongs to now; an unpaired article is a story of one", cached=True, repeats=True
    )
    version: int = from_archive(
        "1, 2, …: texts of this article in the order they were archived", cached=True, repeats=True
    )
    valid_from: datetime = from_archive("when this text was first fetched", cached=True)
    valid_to: datetime | None = from_archive("when a later text was first fetched; null on the latest")


@record()
class _Visits:
    first_seen: datetime = from_archive("first visit that found this article, any version", cached=True)
    last_seen: datetime = from_archive("last visit that found it while this was the latest text", cached=True)


COMMIT_COLUMNS = columns_of(_Commit)
"""Of every row of every table."""
_ARCHIVED = {"article_id": columns_of(_Version), "fetched_at": columns_of(_Visits)}
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


OUTCOMES = ("archived", "unchanged", "skipped", "dropped", "failed")


@record(kw_only=True)
class ObservationRow:
    """An observation as the archive keeps it."""

    article_id: str | None = from_archive("the article visited; null if there was none, or it was purged")
    version: int | None = from_archive("the version found; an older number than the latest is a revert")
    outlet: str = from_fetch("declaration name")
    url: str = from_fetch("after redirects")
    requested_url: str = from_fetch("before redirects")
    outcome: str = from_pipeline(", ".join(OUTCOMES))
    reason: str | None = from_pipeline(
        "short and countable; archived: null, canonical-contradiction, from-feed, replaces-feed; unchanged: "
        "null, reverted, new-extractor, not-modified, from-feed"
    )
    detail: str | None = from_pipeline("for a person", default=None)
    http_status: int | None = from_fetch("null without an answer")
    observed_at: datetime = from_fetch("when")
    missing: int | None = from_archive("visits in a row, an hour apart, that got 404 or 410", default=None)
    gone: bool = from_archive("true from the third of these on", default=False)
    content_hash: str | None = from_pipeline("only if it differs from the version's", default=None)
    extractor: str | None = from_page("only if it differs from the version's", default=None)
    etag: str | None = from_fetch("validator of this visit", default=None)
    last_modified: str | None = from_fetch("validator of this visit", default=None)
    alternates: tuple[Alternate, ...] | None = from_page(
        "of an unchanged visit, as declared then", default=None
    )
    run_id: str = from_fetch("the crawl")


SEPARATED = "label-no"
"""Evidence of a person's decision that two articles are no pair."""
WITHDRAWN = "withdrawn"
"""Evidence that they are no longer a pair: only their texts agreed, and no longer do; or their stories differ
now."""
NO_PAIR = frozenset((SEPARATED, WITHDRAWN))
"""Such decisions are only in `decisions`, never in `pairs`."""
LINKED = frozenset({"aligned", "moved"})
"""Kinds of rows of `alignments` that have paragraphs of both texts."""


@record()
class PairRecord:
    """Two articles that are one story in two languages, with the evidence."""

    article_id_a: str = from_pipeline("the smaller of the two ids")
    article_id_b: str = from_pipeline("the greater")
    evidence: str = from_pipeline(
        "strongest of label story-id hreflang switcher sitemap url-rule video image link content"
    )
    reciprocal: bool = from_pipeline("both pages name each other")
    score: float | None = from_pipeline("content score, 0 to 1; null before texts were compared")
    details: str | None = from_pipeline("JSON: every piece of evidence, both directions")
    decided_at: datetime = from_pipeline("when")


@record()
class Membership:
    """The new story of an article; the latest record holds."""

    article_id: str = from_pipeline("the article")
    story_id: str = from_pipeline("its story from this commit on")


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


@record()
class RefusalRecord:
    """Two articles that evidence links as one story, and why they did not become a pair."""

    article_id_a: str = from_pipeline("the smaller of the two ids")
    article_id_b: str = from_pipeline("the greater")
    reason: str = from_pipeline(
        "same-language, unknown-language, one-sided-other-outlet, label-no; conflict: the texts contradict "
        "it; withdrawn: the texts no longer support it; second-<language>: another article has stronger "
        "evidence"
    )
    evidence: str = from_pipeline("strongest evidence for the pair, as in pairs")
    kept: str | None = from_pipeline("the article that has the place in the story")
    score: float | None = from_pipeline("content score, 0 to 1")
    details: str | None = from_pipeline("JSON: every piece of evidence, as in pairs")
    decided_at: datetime = from_pipeline("when")


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


@record()
class AlignmentRecord:
    """Paragraphs of two variants with the same content, or that only one of them has."""

    article_id_a: str = from_pipeline("the smaller of the two ids")
    version_a: int = from_pipeline("the version that was aligned")
    article_id_b: str = from_pipeline("the greater")
    version_b: int = from_pipeline("the version that was aligned")
    language_a: str = from_pipeline("of article a")
    language_b: str = from_pipeline("of article b")
    position: int = from_pipeline("reading order, from 0, for each two articles")
    kind: str = from_pipeline(
        "aligned: in both; moved: in both, at another place; omitted: only in a; added: only in b"
    )
    paragraphs_a: tuple[int, ...] = from_pipeline("indexes into the blocks of a, from 0; empty if added")
    paragraphs_b: tuple[int, ...] = from_pipeline("indexes into the blocks of b, from 0; empty if omitted")
    score: float | None = from_pipeline("how likely both say the same, 0 to 1; of aligned and moved")
    characters_a: int = from_pipeline("length of these paragraphs of a")
    characters_b: int = from_pipeline("length of these paragraphs of b")
    numbers_differ: tuple[Contradiction, ...] = from_pipeline(
        "of linked paragraphs: contradicting numbers/weekdays at one place, as printed; what they count; "
        "how likely a reader agrees, 0 to 1",
        default=(),
    )
    names_differ: tuple[Contradiction, ...] | None = from_pipeline(
        "of linked paragraphs: two towns, countries, organisations or full names, each instead of the other; "
        "null before 11",
        default=(),
    )
    negations_differ: tuple[Contradiction, ...] | None = from_pipeline(
        "of linked paragraphs: what one denies, or says the opposite of (rose, fell); null before 12",
        default=(),
    )
    numbers_converted: tuple[Contradiction, ...] = from_pipeline(
        "of linked paragraphs: one quantity in two units or currencies (25 miles, 40 km)", default=()
    )
    quotes_only_a: tuple[QuoteMark, ...] = from_pipeline(
        "words of a person that b reports nowhere, not even indirectly; `speaker` as printed, `speaker_key` "
        "the same for all spellings",
        default=(),
    )
    quotes_only_b: tuple[QuoteMark, ...] = from_pipeline("the same of b", default=())
    sentences_only_a: tuple[str, ...] | None = from_pipeline(
        "of linked paragraphs: sentences, or halves, that b probably has nowhere; null before 10",
        default=(),
    )
    sentences_only_b: tuple[str, ...] | None = from_pipeline("the same of b", default=())
    confidence: float | None = from_pipeline(
        "of omitted and added: how likely the other text says it nowhere, 0 to 1; null before schema 6",
        default=None,
    )
    doubtful: bool | None = from_pipeline(
        "read both texts before you publish it; such a link counts as neither; null before schema 6, of "
        "links before schema 7",
        default=None,
    )
    nearest: tuple[int, ...] | None = from_pipeline(
        "of omitted and added: indexes of the nearest blocks of the other text", default=None
    )
    in_common: tuple[str, ...] | None = from_pipeline(
        "its numbers, dates and names that those blocks also have", default=None
    )


PERHAPS_ALONE = 0.5
"""Probability of a paragraph on one side only below which the other text has it rather than not."""


def probably_shared(kind: object, confidence: float | None) -> bool:
    """Tell if a row of `alignments` has a paragraph without a link that nobody should call left out."""
    return kind not in LINKED and confidence is not None and confidence < PERHAPS_ALONE


def surely_linked(kind: object, doubtful: object) -> bool:
    """Tell if a row of `alignments` has paragraphs that both texts have; what nobody judged is doubtful."""
    return kind in LINKED and doubtful is False


@record()
class SameEventRecord:
    """Articles of two outlets that seem to report one event, without being translations of each other."""

    article_id_a: str = from_pipeline("the smaller of the two ids")
    article_id_b: str = from_pipeline("the greater")
    outlet_a: str = from_pipeline("of article a")
    outlet_b: str = from_pipeline("of article b, another one")
    language_a: str = from_pipeline("of article a")
    language_b: str = from_pipeline("of article b; may be the same")
    tier: str = from_pipeline("sure, probable; none: withdraws an earlier row")
    probability: float = from_pipeline("that both report one event, 0 to 1")
    hours_apart: float | None = from_pipeline("between their publications")
    shared: tuple[str, ...] = from_pipeline(
        "names, numbers and dates of both, as a prints them, the rarest first"
    )
    details: str | None = from_pipeline(
        "JSON: shared numbers and quotes, numbers that differ, parts of the score"
    )
    decided_at: datetime = from_pipeline("when")


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
