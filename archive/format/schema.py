"""Schemas of all tables; most columns are declared in archive/format/records.py.

A field that is not nullable is a promise: the writer refuses a row without it. The descriptions make
`docs/reference/data-format.md`. If a column changes, SCHEMA_VERSION changes too.
"""

from collections.abc import Iterable
from itertools import permutations

import pyarrow as pa

from archive.format.columns import SCHEMA_VERSION, Column, columns_of
from archive.format.languages import STORY_LANGUAGES
from archive.format.marks import Contradiction, QuoteMark
from archive.format.records import (
    COMMIT_COLUMNS,
    PARTS,
    VERSION_COLUMNS,
    AlignmentRecord,
    Membership,
    ObservationRow,
    PairRecord,
    RefusalRecord,
    SameEventRecord,
)

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
TEXTS = pa.list_(TEXT)
_ARROW_TYPES = {
    "str": TEXT,
    "int": pa.int32(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "datetime": TIME,
    "tuple[str, ...]": TEXTS,
    "tuple[int, ...]": pa.list_(pa.int32()),
}
for _kind in (*PARTS, Contradiction, QuoteMark):
    _parts = [
        (name, _ARROW_TYPES[form.removesuffix(" | None")]) for name, form in _kind.__annotations__.items()
    ]
    _ARROW_TYPES[f"tuple[{_kind.__name__}, ...]"] = pa.list_(pa.struct(_parts))
"""By the type of a column, without `| None`."""


def _always(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=False, metadata={"description": description})


def _maybe(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=True, metadata={"description": description})


def _of_each_variant(name: str, kind: pa.DataType, description: str) -> list[pa.Field]:
    return [_maybe(f"{name}_{language}", kind, description) for language in STORY_LANGUAGES]


def _schema(table: str, fields: list[pa.Field]) -> pa.Schema:
    return pa.schema(fields, {"triptych.table": table, "triptych.schema_version": str(SCHEMA_VERSION)})


def _declared(columns: Iterable[Column]) -> list[pa.Field]:
    return [(_maybe if x.optional else _always)(x.name, _arrow_type(x), x.meaning) for x in columns]


def _arrow_type(column: Column) -> pa.DataType:
    return pa.int64() if (column.base, column.bits) == ("int", 64) else _ARROW_TYPES[column.base]


_COMMIT = _declared(COMMIT_COLUMNS)
_VERSION_FIELDS = _declared(VERSION_COLUMNS)

ARTICLES = _schema("articles", _VERSION_FIELDS)
VERSIONS = _schema("versions", _VERSION_FIELDS)
FORMER_READINGS = _schema("former_readings", _VERSION_FIELDS)
"""Internal: columns of versions before a later extractor read their page again."""

DELETION = pa.schema(
    [
        _maybe(
            "gone",
            TIME,
            "when it was known to be taken down: at the third 404 or 410, an hour apart; null while it is up",
        ),
        _maybe(
            "gone_reason",
            TEXT,
            "http-404, http-410; came-back: a later visit found it; null if it was never gone",
        ),
    ]
)
"""Columns of articles that are in no file: archive/read/deletions.py joins them."""

OBSERVATIONS = _schema("observations", _declared((*columns_of(ObservationRow), *COMMIT_COLUMNS)))

STORIES = _schema(
    "stories",
    [
        _always("story_id", TEXT, "joins articles.story_id"),
        _always("outlet", TEXT, "of the variant published first"),
        _always("languages", TEXTS, "of its articles: uk, en, ru first, then others"),
        _always("n_variants", pa.int32(), "its number of articles"),
        _maybe("first_published_at", TIME, "earliest publication"),
        _maybe("original_language", TEXT, "language the others were translated from; null if unknown"),
        _maybe(
            "original_language_reason",
            TEXT,
            "note: a text says it is a translation; first: published an hour before all others. Unknown: "
            "one-language, no-time, within-an-hour, notes-contradict, note-contradicts-time. Null before "
            "schema 6",
        ),
        *_of_each_variant(
            "lag", pa.int64(), "seconds from the first variant to this one; null where a page prints no hour"
        ),
        *_of_each_variant("headline", TEXT, "headline of this variant"),
        *_of_each_variant("url", TEXT, "address of this variant"),
        *_of_each_variant("article_id", TEXT, "id of this variant"),
        _always("evidence", TEXTS, "kinds of evidence that join its articles, each once"),
        _maybe("similarity", pa.float64(), "content score of its weakest pair"),
        *(
            _maybe(
                f"coverage_{x}_of_{y}",
                pa.float64(),
                "share of the second language's characters whose counterpart in the first was found "
                "without doubt",
            )
            for x, y in permutations(STORY_LANGUAGES, 2)
        ),
        *_COMMIT,
    ],
)

_PAIR_FIELDS = _declared((*columns_of(PairRecord), *COMMIT_COLUMNS))

PAIRS = _schema("pairs", _PAIR_FIELDS)
DECISIONS = _schema("decisions", _PAIR_FIELDS)
"""Internal: every decision on a pair; `pairs` has the latest of each."""

REFUSALS = _schema("refusals", _declared((*columns_of(RefusalRecord), *COMMIT_COLUMNS)))

_ALIGNMENT_FIELDS = [
    _always("story_id", TEXT, "the story of both articles"),
    *_declared((*columns_of(AlignmentRecord), *COMMIT_COLUMNS)),
]

ALIGNMENTS = _schema("alignments", _ALIGNMENT_FIELDS)
FORMER_ALIGNMENTS = _schema("former_alignments", _ALIGNMENT_FIELDS)
"""Internal: of earlier texts, and of articles that are no longer one story."""

SAME_EVENT = _schema("same_event", _declared((*columns_of(SameEventRecord), *COMMIT_COLUMNS)))
MEMBERSHIPS = _schema("memberships", _declared((*columns_of(Membership), *COMMIT_COLUMNS)))
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
"""Tables as stored in `_data`."""

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
"""Tables as a reader sees them, and the stored tables of each."""

ABOUT = {
    "articles": "One row per article: its latest text.",
    "versions": "One row for each text of an article, with the columns of `articles`. A new version means a "
    "new headline or body.",
    "observations": "One row for every visit to an address, whatever its outcome.",
    "stories": "One row per story, its variants side by side.",
    "pairs": "One row for two articles that are one story in two languages, with the evidence.",
    "refusals": "One row for two articles with some evidence that did not become a pair. A log: a new row if "
    "reason or evidence change.",
    "alignments": "One row for paragraphs, without captions, that two variants of a story share or that one "
    "has alone. Lists are empty, not null. `archive.open(…).only_in(story_id)` orders them by language.",
    "same_event": "One row for articles of two outlets that seem to report one event. A log: the last row of "
    "two articles holds. [How](../explanation/pairing.md#one-event-in-several-outlets).",
}
"""What a row of each of them is."""

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
"""Columns with a dictionary; for the others it costs more than it saves."""
