"""The columns of all tables, each declared once with its meaning.

A field that is not nullable is a promise: the writer refuses a row without it. The descriptions here make
`docs/reference/data-format.md`. Change a column, and SCHEMA_VERSION changes with it.
"""

from __future__ import annotations

from itertools import permutations

import pyarrow as pa

SCHEMA_VERSION = 4
LANGUAGES = ("uk", "en", "ru")
"""The languages that have columns of their own in `stories`."""

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
TEXTS = pa.list_(TEXT)
NUMBERS = pa.list_(pa.int32())
MEDIA_TYPE = pa.list_(pa.struct([("kind", TEXT), ("url", TEXT)]))
ALTERNATES_TYPE = pa.list_(pa.struct([("language", TEXT), ("url", TEXT), ("source", TEXT)]))


def _always(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=False, metadata={"description": description})


def _maybe(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=True, metadata={"description": description})


def _schema(table: str, fields: list[pa.Field]) -> pa.Schema:
    return pa.schema(fields, {"triptych.table": table, "triptych.schema_version": str(SCHEMA_VERSION)})


_COMMIT = [
    _always("ingested_at", TIME, "when the commit that brought this row was made; the same in all its rows"),
    _always("commit_seq", pa.int64(), "number of the snapshot that brought this row"),
]

_VERSION_FIELDS = [
    _always("article_id", TEXT, "blake2b-128 hex of the canonical URL, stable for ever"),
    _always("story_id", TEXT, "the story it belongs to now; an unpaired article is a story of one"),
    _always("version", pa.int32(), "1, 2, …: texts of this article in the order they were archived"),
    _always("valid_from", TIME, "when this text was first fetched"),
    _maybe("valid_to", TIME, "when a later text was first fetched; null on the latest"),
    _always("outlet", TEXT, "declaration name; for the `page` spider, the registered domain"),
    _always("url", TEXT, "after redirects"),
    _always("requested_url", TEXT, "before redirects"),
    _maybe("canonical_url", TEXT, "as declared by the page, made absolute"),
    _maybe("language", TEXT, "decided BCP 47 tag; null only with a reason in language_reason"),
    _maybe("language_confidence", pa.float64(), "0 to 1"),
    _always(
        "language_evidence",
        pa.list_(pa.struct([("source", TEXT), ("tag", TEXT)])),
        "who says the text is in which language",
    ),
    _maybe("language_reason", TEXT, "how the evidence was weighed, or why there is no language"),
    _maybe("html_lang", TEXT, "the lang attribute as printed"),
    _always("headline", TEXT, "the article's own title"),
    _maybe("lead", TEXT, "standfirst"),
    _always("body", TEXT, "paragraphs joined by a blank line; no headline, caption, byline or promo line"),
    _always(
        "blocks",
        pa.list_(pa.struct([("kind", TEXT), ("text", TEXT)])),
        "heading, paragraph, quote, list_item, caption, in page order",
    ),
    _maybe("byline", TEXT, "author line as printed"),
    _always("authors", TEXTS, "persons read from the byline, never an organisation"),
    _maybe(
        "author_ids",
        TEXTS,
        "one for each of authors, in their order: the same person of an outlet in any language; null on rows "
        "written before schema 2",
    ),
    _maybe("authors_source", TEXT, "which statement of the page the authors were read from"),
    _maybe("published_at", TIME, "first publication; Kyiv time was assumed where the outlet prints none"),
    _maybe("published_raw", TEXT, "as printed"),
    _maybe("published_source", TEXT, "where the page states it"),
    _maybe("modified_at", TIME, "last modification, as the page states it"),
    _maybe("modified_raw", TEXT, "as printed"),
    _maybe("section", TEXT, "rubric, as printed"),
    _always("tags", TEXTS, "as printed"),
    _maybe("image_url", TEXT, "lead image"),
    _maybe("image_caption", TEXT, "its caption, kept out of body"),
    _maybe("media", MEDIA_TYPE, "image and video in the text, the lead image apart; null before schema 4"),
    _maybe(
        "outbound_links", TEXTS, "other sites' pages it leads to, embedded posts too; null before schema 4"
    ),
    _always(
        "alternates", ALTERNATES_TYPE, "declared other languages; source: hreflang switcher sitemap url-rule"
    ),
    _maybe("story_key", TEXT, "the outlet's own id of the story, where its languages share one"),
    _always("content_hash", TEXT, "of the normalised headline and body"),
    _always("raw_sha256", TEXT, "of the bytes of the page"),
    _always("http_status", pa.int32(), "status of the fetch that brought this text"),
    _maybe("etag", TEXT, "validator of that fetch"),
    _maybe("last_modified", TEXT, "validator of that fetch, as sent"),
    _always("fetched_at", TIME, "when it was fetched"),
    _always("first_seen", TIME, "first look that found this article, any version; from observations"),
    _always("last_seen", TIME, "last look that found it while this was the latest text; from observations"),
    _maybe(
        "raw_file", TEXT, "WARC file that holds the page, from the archive's root; null where none was kept"
    ),
    _maybe("raw_offset", pa.int64(), "where its response record begins, a gzip member of its own"),
    _maybe("raw_length", pa.int64(), "bytes of that member"),
    _always("extractor", TEXT, "what read the page; a new one makes no new version"),
    _always("run_id", TEXT, "the crawl that fetched it"),
    _maybe("extra", TEXT, "JSON object: what has no column"),
    *_COMMIT,
]

ARTICLES = _schema("articles", _VERSION_FIELDS)
VERSIONS = _schema("versions", _VERSION_FIELDS)
FORMER_READINGS = _schema("former_readings", _VERSION_FIELDS)
"""Internal: what a version said before a later extractor's reading of its page took its place."""

OBSERVATIONS = _schema(
    "observations",
    [
        _maybe("article_id", TEXT, "the article looked at; null where there never was one, or it was purged"),
        _maybe(
            "version", pa.int32(), "the text this look found; an older number than the latest is a revert"
        ),
        _always("outlet", TEXT, "declaration name"),
        _always("url", TEXT, "after redirects"),
        _always("requested_url", TEXT, "before redirects"),
        _always("outcome", TEXT, "archived, unchanged, skipped, dropped, failed"),
        _maybe("reason", TEXT, "short and countable; for unchanged: null, reverted, new-extractor"),
        _maybe("detail", TEXT, "for a person"),
        _maybe("http_status", pa.int32(), "null where nothing answered"),
        _always("observed_at", TIME, "when"),
        _maybe("missing", pa.int32(), "how many looks in a row have answered 404 or 410"),
        _always("gone", pa.bool_(), "true from the third 404 or 410 in a row on"),
        _maybe("content_hash", TEXT, "only where it differs from that version's"),
        _maybe("extractor", TEXT, "only where it differs from that version's"),
        _maybe("etag", TEXT, "validator of this look"),
        _maybe("last_modified", TEXT, "validator of this look"),
        _maybe("alternates", ALTERNATES_TYPE, "of an unchanged look, as declared then; else null"),
        _always("run_id", TEXT, "the crawl that looked"),
        *_COMMIT,
    ],
)

STORIES = _schema(
    "stories",
    [
        _always("story_id", TEXT, "joins articles.story_id"),
        _always("outlet", TEXT, "of the variant published first"),
        _always("languages", TEXTS, "of its articles: uk, en, ru first, then others"),
        _always("n_variants", pa.int32(), "how many articles it has"),
        _maybe("first_published_at", TIME, "earliest published_at of its articles"),
        _maybe("original_language", TEXT, "only when known"),
        *(_maybe(f"lag_{x}", pa.int64(), f"seconds from the first variant to {x}") for x in LANGUAGES),
        *(_maybe(f"headline_{x}", TEXT, f"headline in {x}") for x in LANGUAGES),
        *(_maybe(f"url_{x}", TEXT, f"address of the {x} variant") for x in LANGUAGES),
        *(_maybe(f"article_id_{x}", TEXT, f"article_id of the {x} variant") for x in LANGUAGES),
        _always("evidence", TEXTS, "kinds of evidence that join its articles, each once"),
        _maybe("similarity", pa.float64(), "content score of its weakest pair; null while not measured"),
        *(
            _maybe(
                f"coverage_{x}_of_{y}",
                pa.float64(),
                f"share of the characters of {y} that stand in {x} too, from alignments; null without both",
            )
            for x, y in permutations(LANGUAGES, 2)
        ),
        *_COMMIT,
    ],
)

_PAIR_FIELDS = [
    _always("article_id_a", TEXT, "the smaller of the two ids"),
    _always("article_id_b", TEXT, "the greater"),
    _always(
        "evidence",
        TEXT,
        "strongest of label story-id hreflang switcher sitemap url-rule video image link content",
    ),
    _always("reciprocal", pa.bool_(), "both pages name each other"),
    _maybe("score", pa.float64(), "content score, 0 to 1; null where only explicit evidence was weighed"),
    _maybe("details", TEXT, "JSON: every piece of evidence, both directions"),
    _always("decided_at", TIME, "when"),
    *_COMMIT,
]

PAIRS = _schema("pairs", _PAIR_FIELDS)
DECISIONS = _schema("decisions", _PAIR_FIELDS)
"""Internal: every decision ever taken on a pair; `pairs` is the latest of each."""

REFUSALS = _schema(
    "refusals",
    [
        _always("article_id_a", TEXT, "the smaller of the two ids"),
        _always("article_id_b", TEXT, "the greater"),
        _always(
            "reason",
            TEXT,
            "same-language, unknown-language, one-sided-other-outlet, label-no; conflict: the texts are "
            "against it, and what speaks for it gives way: another translation is clear, or it is an image, "
            "a video or a link alone; second-<language>: the story has an article of that outlet and "
            "language, by stronger evidence",
        ),
        _always("evidence", TEXT, "strongest kind that speaks for the pair, as in pairs"),
        _maybe("kept", TEXT, "the article that has the place in the story; null for other reasons"),
        _maybe("score", pa.float64(), "content score, 0 to 1; null where it was not asked"),
        _maybe("details", TEXT, "JSON: every piece of evidence, as in pairs"),
        _always("decided_at", TIME, "when"),
        *_COMMIT,
    ],
)

_ALIGNMENT_FIELDS = [
    _always("story_id", TEXT, "the story of both articles"),
    _always("article_id_a", TEXT, "the smaller of the two ids"),
    _always("version_a", pa.int32(), "its text that was aligned, the latest"),
    _always("article_id_b", TEXT, "the greater"),
    _always("version_b", pa.int32(), "its text that was aligned, the latest"),
    _always("language_a", TEXT, "of article a"),
    _always("language_b", TEXT, "of article b"),
    _always("position", pa.int32(), "0, 1, …: the rows of two articles in the order of reading"),
    _always(
        "kind",
        TEXT,
        "aligned: both say it; moved: both, at another place; omitted: only a says it; added: only b",
    ),
    _always("paragraphs_a", NUMBERS, "numbers in the blocks of a, from 0; empty where it is added"),
    _always("paragraphs_b", NUMBERS, "numbers in the blocks of b, from 0; empty where it is omitted"),
    _maybe("score", pa.float64(), "how likely both say the same, 0 to 1; null on omitted and added"),
    _always("characters_a", pa.int32(), "length of these paragraphs of a"),
    _always("characters_b", pa.int32(), "length of these paragraphs of b"),
    _always("numbers_only_a", TEXTS, "numbers and dates here, as printed, that b has nowhere"),
    _always("numbers_only_b", TEXTS, "numbers and dates here, as printed, that a has nowhere"),
    _always("quotes_only_a", TEXTS, "what a quotes here and b does not quote beside it"),
    _always("quotes_only_b", TEXTS, "what b quotes here and a does not quote beside it"),
    *_COMMIT,
]

ALIGNMENTS = _schema("alignments", _ALIGNMENT_FIELDS)
FORMER_ALIGNMENTS = _schema("former_alignments", _ALIGNMENT_FIELDS)
"""Internal: of earlier texts, and of articles that are no longer one story."""

MEMBERSHIPS = _schema(
    "memberships",
    [
        _always("article_id", TEXT, "the article"),
        _always("story_id", TEXT, "the story it belongs to from this commit on"),
        *_COMMIT,
    ],
)
"""Internal: every change of an article's story."""

STORED = {
    "articles": ARTICLES,
    "superseded": VERSIONS,
    "former_readings": FORMER_READINGS,
    "observations": OBSERVATIONS,
    "stories": STORIES,
    "pairs": PAIRS,
    "memberships": MEMBERSHIPS,
    "decisions": DECISIONS,
    "refusals": REFUSALS,
    "alignments": ALIGNMENTS,
    "former_alignments": FORMER_ALIGNMENTS,
}
"""Tables as they lie in `_data`."""

PUBLIC = {
    "articles": ("articles",),
    "versions": ("articles", "superseded"),
    "observations": ("observations",),
    "stories": ("stories",),
    "pairs": ("pairs",),
    "refusals": ("refusals",),
    "alignments": ("alignments",),
}
"""Tables as a reader sees them, and the stored tables each is made of."""

SORT = {
    "articles": ("outlet", "language", "published_at", "article_id", "version"),
    "superseded": ("outlet", "language", "published_at", "article_id", "version"),
    "former_readings": ("article_id", "version", "commit_seq"),
    "observations": ("outlet", "observed_at", "url"),
    "stories": ("outlet", "first_published_at", "story_id"),
    "pairs": ("article_id_a", "article_id_b"),
    "memberships": ("article_id",),
    "decisions": ("article_id_a", "article_id_b"),
    "refusals": ("article_id_a", "article_id_b"),
    "alignments": ("story_id", "article_id_a", "article_id_b", "position"),
    "former_alignments": ("story_id", "article_id_a", "article_id_b", "commit_seq", "position"),
}

REPETITIVE = frozenset((
    "outlet", "language", "html_lang", "language_reason", "authors_source", "published_source", "section",
    "extractor", "run_id", "outcome", "reason", "evidence", "kind", "tag", "source", "ingested_at",
    "commit_seq", "http_status", "version", "story_id", "article_id_a", "article_id_b", "language_a",
    "language_b", "version_a", "version_b",
))  # fmt: skip
"""Columns worth a dictionary; on the rest it costs more than it saves."""
