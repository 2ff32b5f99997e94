"""Schemas of all tables: columns of articles as archive/format/records.py declares them, the others here.

A field that is not nullable is a promise: the writer refuses a row without it. The descriptions make
`docs/reference/data-format.md`. Change a column, and SCHEMA_VERSION changes with it.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.format.columns import SCHEMA_VERSION
from archive.format.records import COMMIT_COLUMNS, PARTS, VERSION_COLUMNS, Alternate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive.format.columns import Column
    from archive.format.records import Part

LANGUAGES = ("uk", "en", "ru")
OUTCOMES = ("archived", "unchanged", "skipped", "dropped", "failed")
"""The languages that have columns of their own in `stories`."""

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
TEXTS = pa.list_(TEXT)
NUMBERS = pa.list_(pa.int32())


def _structs(kind: type[Part]) -> pa.DataType:
    return pa.list_(pa.struct([(name, TEXT) for name in kind.__struct_fields__]))


ALTERNATES_TYPE = _structs(Alternate)
_ARROW_TYPES = {
    "str": TEXT,
    "int": pa.int32(),
    "float": pa.float64(),
    "datetime": TIME,
    "tuple[str, ...]": TEXTS,
} | {f"tuple[{kind.__name__}, ...]": _structs(kind) for kind in PARTS}
"""By the form of a column, without `| None`."""


def _always(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=False, metadata={"description": description})


def _maybe(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=True, metadata={"description": description})


def _schema(table: str, fields: list[pa.Field]) -> pa.Schema:
    return pa.schema(fields, {"triptych.table": table, "triptych.schema_version": str(SCHEMA_VERSION)})


def _declared(columns: Iterable[Column]) -> list[pa.Field]:
    return [
        pa.field(x.name, _arrow_type(x), nullable=x.optional, metadata={"description": x.meaning})
        for x in columns
    ]


def _arrow_type(column: Column) -> pa.DataType:
    return pa.int64() if (column.base, column.bits) == ("int", 64) else _ARROW_TYPES[column.base]


_COMMIT = _declared(COMMIT_COLUMNS)
_VERSION_FIELDS = _declared(VERSION_COLUMNS)

ARTICLES = _schema("articles", _VERSION_FIELDS)
VERSIONS = _schema("versions", _VERSION_FIELDS)
FORMER_READINGS = _schema("former_readings", _VERSION_FIELDS)
"""Internal: what a version said before a later extractor's reading of its page took its place."""

DELETION = pa.schema(
    [
        _maybe(
            "gone",
            TIME,
            "since when the outlet is known to have taken it down: the third look in a row that got 404 or "
            "410; null where it is there, or is there again",
        ),
        _maybe(
            "gone_reason",
            TEXT,
            "http-404 or http-410: what that look got; came-back: it was gone, and a later look found it; "
            "null where it never was gone",
        ),
    ]
)
"""Columns of articles that are in no file: archive/read/deletions.py joins them."""

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
        _always("outcome", TEXT, ", ".join(OUTCOMES)),
        _maybe(
            "reason",
            TEXT,
            "short and countable; archived: null, canonical-contradiction, from-feed, replaces-feed; "
            "unchanged: null, reverted, new-extractor, not-modified, from-feed",
        ),
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
        _maybe("original_language", TEXT, "language of the variant that came first; null where unknown"),
        _maybe(
            "original_language_reason",
            TEXT,
            "note: a text says that it is a translation; first: published an hour before all others. Or why "
            "it is unknown: one-language, no-time, within-an-hour, notes-contradict, note-contradicts-time. "
            "Null on rows written before schema 6",
        ),
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
                f"share of the characters of {y} whose counterpart in {x} was found, from alignments, so not "
                "of those that are doubtful; null without both",
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
            "a video or a link alone; withdrawn: what was refused before has no ground in the texts now; "
            "second-<language>: the story has an article of that outlet and language, by stronger evidence",
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
    _maybe(
        "confidence",
        pa.float64(),
        "of omitted and added: how likely the other side says it nowhere, 0 to 1; null else, and before "
        "schema 6",
    ),
    _maybe("doubtful", pa.bool_(), "of omitted and added: too near to something to be published unread"),
    _maybe(
        "nearest", NUMBERS, "of omitted and added: numbers of the blocks of the other side that come nearest"
    ),
    _maybe("in_common", TEXTS, "its numbers, dates and names that stand in these blocks too, as printed"),
    *_COMMIT,
]

ALIGNMENTS = _schema("alignments", _ALIGNMENT_FIELDS)
FORMER_ALIGNMENTS = _schema("former_alignments", _ALIGNMENT_FIELDS)
"""Internal: of earlier texts, and of articles that are no longer one story."""

SAME_EVENT = _schema(
    "same_event",
    [
        _always("article_id_a", TEXT, "the smaller of the two ids"),
        _always("article_id_b", TEXT, "the greater"),
        _always("outlet_a", TEXT, "of article a"),
        _always("outlet_b", TEXT, "of article b, another one"),
        _always("language_a", TEXT, "of article a"),
        _always("language_b", TEXT, "of article b; may be the same"),
        _always("tier", TEXT, "sure, probable; none: it was one of these in an earlier row and is no longer"),
        _always("probability", pa.float64(), "that both tell of one event, 0 to 1"),
        _maybe("hours_apart", pa.float64(), "between their publications; null where one is unknown"),
        _always("shared", TEXTS, "names, numbers and dates of both, the rarest first, as a prints them"),
        _maybe(
            "details", TEXT, "JSON: shared numbers and quotes, numbers that differ, what the score is made of"
        ),
        _always("decided_at", TIME, "when"),
        *_COMMIT,
    ],
)

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
    "same_event": SAME_EVENT,
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
    "same_event": ("same_event",),
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
    "same_event": ("article_id_a", "article_id_b", "commit_seq"),
}

REPETITIVE = frozenset((
    *(column.name for column in VERSION_COLUMNS if column.repeats),
    *("outcome", "reason", "evidence", "kind", "tag", "source", "article_id_a", "article_id_b"),
    *("language_a", "language_b", "version_a", "version_b"),
    *("outlet_a", "outlet_b", "tier"),
))  # fmt: skip
"""Columns worth a dictionary; on the rest it costs more than it saves."""
