"""Schemas of all tables: columns of articles are declared in archive/format/records.py, the others here.

A field that is not nullable is a promise: the writer refuses a row without it. The descriptions make
`docs/reference/data-format.md`. If a column changes, SCHEMA_VERSION changes too.
"""

from collections.abc import Iterable
from itertools import permutations

import pyarrow as pa

from archive.format.columns import SCHEMA_VERSION, Column
from archive.format.languages import STORY_LANGUAGES
from archive.format.marks import QuoteMark
from archive.format.records import COMMIT_COLUMNS, PARTS, VERSION_COLUMNS, Alternate, Part

OUTCOMES = ("archived", "unchanged", "skipped", "dropped", "failed")

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
"""By the type of a column, without `| None`."""


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

OBSERVATIONS = _schema(
    "observations",
    [
        _maybe("article_id", TEXT, "the article visited; null if there was none, or it was purged"),
        _maybe("version", pa.int32(), "the version found; an older number than the latest is a revert"),
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
        _maybe("http_status", pa.int32(), "null without an answer"),
        _always("observed_at", TIME, "when"),
        _maybe("missing", pa.int32(), "visits in a row, an hour apart, that got 404 or 410"),
        _always("gone", pa.bool_(), "true from the third of these on"),
        _maybe("content_hash", TEXT, "only if it differs from the version's"),
        _maybe("extractor", TEXT, "only if it differs from the version's"),
        _maybe("etag", TEXT, "validator of this visit"),
        _maybe("last_modified", TEXT, "validator of this visit"),
        _maybe("alternates", ALTERNATES_TYPE, "of an unchanged visit, as declared then"),
        _always("run_id", TEXT, "the crawl"),
        *_COMMIT,
    ],
)

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
        *(
            _maybe(
                f"lag_{x}",
                pa.int64(),
                "seconds from the first variant to this one; null where a page prints no hour",
            )
            for x in STORY_LANGUAGES
        ),
        *(_maybe(f"headline_{x}", TEXT, "headline of this variant") for x in STORY_LANGUAGES),
        *(_maybe(f"url_{x}", TEXT, "address of this variant") for x in STORY_LANGUAGES),
        *(_maybe(f"article_id_{x}", TEXT, "id of this variant") for x in STORY_LANGUAGES),
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

_BOTH_IDS = [
    _always("article_id_a", TEXT, "the smaller of the two ids"),
    _always("article_id_b", TEXT, "the greater"),
]
_PAIR_FIELDS = [
    *_BOTH_IDS,
    _always(
        "evidence",
        TEXT,
        "strongest of label story-id hreflang switcher sitemap url-rule video image link content",
    ),
    _always("reciprocal", pa.bool_(), "both pages name each other"),
    _maybe("score", pa.float64(), "content score, 0 to 1; null before texts were compared"),
    _maybe("details", TEXT, "JSON: every piece of evidence, both directions"),
    _always("decided_at", TIME, "when"),
    *_COMMIT,
]

PAIRS = _schema("pairs", _PAIR_FIELDS)
DECISIONS = _schema("decisions", _PAIR_FIELDS)
"""Internal: every decision on a pair; `pairs` has the latest of each."""

REFUSALS = _schema(
    "refusals",
    [
        *_BOTH_IDS,
        _always(
            "reason",
            TEXT,
            "same-language, unknown-language, one-sided-other-outlet, label-no; conflict: the texts "
            "contradict it; withdrawn: the "
            "texts no longer support it; second-<language>: another article has stronger evidence",
        ),
        _always("evidence", TEXT, "strongest evidence for the pair, as in pairs"),
        _maybe("kept", TEXT, "the article that has the place in the story"),
        _maybe("score", pa.float64(), "content score, 0 to 1"),
        _maybe("details", TEXT, "JSON: every piece of evidence, as in pairs"),
        _always("decided_at", TIME, "when"),
        *_COMMIT,
    ],
)

_NUMBER_MARKS = pa.list_(
    pa.struct([("a", TEXT), ("b", TEXT), ("counted", TEXT), ("confidence", pa.float64())])
)
_QUOTE_MARKS = pa.list_(pa.struct([(name, TEXT) for name in QuoteMark.__struct_fields__]))
_ALIGNMENT_FIELDS = [
    _always("story_id", TEXT, "the story of both articles"),
    _always("article_id_a", TEXT, "the smaller of the two ids"),
    _always("version_a", pa.int32(), "the version that was aligned"),
    _always("article_id_b", TEXT, "the greater"),
    _always("version_b", pa.int32(), "the version that was aligned"),
    _always("language_a", TEXT, "of article a"),
    _always("language_b", TEXT, "of article b"),
    _always("position", pa.int32(), "reading order, from 0, for each two articles"),
    _always(
        "kind",
        TEXT,
        "aligned: in both; moved: in both, at another place; omitted: only in a; added: only in b",
    ),
    _always("paragraphs_a", NUMBERS, "indexes into the blocks of a, from 0; empty if added"),
    _always("paragraphs_b", NUMBERS, "indexes into the blocks of b, from 0; empty if omitted"),
    _maybe("score", pa.float64(), "how likely both say the same, 0 to 1; of aligned and moved"),
    _always("characters_a", pa.int32(), "length of these paragraphs of a"),
    _always("characters_b", pa.int32(), "length of these paragraphs of b"),
    _always(
        "numbers_differ",
        _NUMBER_MARKS,
        "of linked paragraphs: contradicting numbers at one place, as printed; what they count; how likely a "
        "reader agrees, 0 to 1",
    ),
    _always(
        "numbers_converted",
        _NUMBER_MARKS,
        "of linked paragraphs: one quantity in two units or currencies (25 miles, 40 km)",
    ),
    _always(
        "quotes_only_a",
        _QUOTE_MARKS,
        "words of a person that b reports nowhere, not even indirectly; `speaker` as printed, `speaker_key` "
        "the same for all spellings",
    ),
    _always("quotes_only_b", _QUOTE_MARKS, "the same of b"),
    _maybe(
        "confidence",
        pa.float64(),
        "of omitted and added: how likely the other text says it nowhere, 0 to 1; null before schema 6",
    ),
    _maybe(
        "doubtful",
        pa.bool_(),
        "read both texts before you publish it; such a link counts as neither; null before schema 6, of "
        "links before schema 7",
    ),
    _maybe("nearest", NUMBERS, "of omitted and added: indexes of the nearest blocks of the other text"),
    _maybe("in_common", TEXTS, "its numbers, dates and names that those blocks also have"),
    *_COMMIT,
]

ALIGNMENTS = _schema("alignments", _ALIGNMENT_FIELDS)
FORMER_ALIGNMENTS = _schema("former_alignments", _ALIGNMENT_FIELDS)
"""Internal: of earlier texts, and of articles that are no longer one story."""

SAME_EVENT = _schema(
    "same_event",
    [
        *_BOTH_IDS,
        _always("outlet_a", TEXT, "of article a"),
        _always("outlet_b", TEXT, "of article b, another one"),
        _always("language_a", TEXT, "of article a"),
        _always("language_b", TEXT, "of article b; may be the same"),
        _always("tier", TEXT, "sure, probable; none: withdraws an earlier row"),
        _always("probability", pa.float64(), "that both report one event, 0 to 1"),
        _maybe("hours_apart", pa.float64(), "between their publications"),
        _always("shared", TEXTS, "names, numbers and dates of both, as a prints them, the rarest first"),
        _maybe("details", TEXT, "JSON: shared numbers and quotes, numbers that differ, parts of the score"),
        _always("decided_at", TIME, "when"),
        *_COMMIT,
    ],
)

MEMBERSHIPS = _schema(
    "memberships",
    [
        _always("article_id", TEXT, "the article"),
        _always("story_id", TEXT, "its story from this commit on"),
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
