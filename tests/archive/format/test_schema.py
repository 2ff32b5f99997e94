import dataclasses
import hashlib

import pytest

from archive.format import schema
from archive.format.records import (
    READ_COLUMNS,
    TEXT_COLUMNS,
    AlignmentRecord,
    ArticleRecord,
    ObservationRecord,
    PairRecord,
    RefusalRecord,
    SameEventRecord,
)
from archive.state import database
from tests.support.running import python

# the columns of the contract, in its order
CONTRACT = [
    "article_id",
    "story_id",
    "version",
    "valid_from",
    "valid_to",
    "outlet",
    "url",
    "requested_url",
    "canonical_url",
    "language",
    "language_confidence",
    "language_evidence",
    "html_lang",
    "headline",
    "lead",
    "body",
    "blocks",
    "byline",
    "authors",
    "published_at",
    "published_raw",
    "modified_at",
    "modified_raw",
    "section",
    "tags",
    "image_url",
    "image_caption",
    "alternates",
    "content_hash",
    "raw_sha256",
    "http_status",
    "etag",
    "last_modified",
    "fetched_at",
    "first_seen",
    "last_seen",
    "raw_file",
    "raw_offset",
    "raw_length",
    "extractor",
    "run_id",
    "extra",
]


def test_columns_are_those_of_the_contract_in_its_order():
    names = schema.ARTICLES.names
    extras = set(names) - set(CONTRACT)
    assert [name for name in names if name not in extras] == CONTRACT
    assert extras == {
        "author_ids",
        "left_out",
        "media",
        "outbound_links",
        "syndicated_from",
        "translated_from",
        "text_from",
        "access",
        "source_archive",
        "source_capture",
        "language_reason",
        "authors_source",
        "published_source",
        "story_key",
        "ingested_at",
        "commit_seq",
    }


@pytest.mark.parametrize(
    ("record", "table", "elsewhere"),
    [
        (ArticleRecord, "articles", set()),
        (ObservationRecord, "observations", set()),
        (PairRecord, "pairs", set()),
        (RefusalRecord, "refusals", set()),
        (AlignmentRecord, "alignments", set()),
        (SameEventRecord, "same_event", set()),
    ],
)
def test_every_field_of_a_record_is_a_column(record, table, elsewhere):
    fields = {field.name for field in dataclasses.fields(record)}
    assert fields - elsewhere <= set(schema.STORED[table].names)


@pytest.mark.parametrize(
    ("record", "table"),
    [
        (ArticleRecord, schema.ARTICLES),
        (PairRecord, schema.PAIRS),
        (RefusalRecord, schema.REFUSALS),
        (AlignmentRecord, schema.ALIGNMENTS),
        (SameEventRecord, schema.SAME_EVENT),
    ],
)
def test_a_field_that_is_never_none_is_a_column_that_is_never_null(record, table):
    for field in dataclasses.fields(record):
        assert table.field(field.name).nullable == ("None" in str(field.type)), field.name


@pytest.mark.parametrize("name", schema.STORED)
def test_every_column_says_what_it_means(name):
    for field in schema.STORED[name]:
        assert field.metadata[b"description"], field.name


def test_versions_and_articles_share_one_schema():
    assert schema.VERSIONS.equals(schema.ARTICLES)


def test_a_column_that_a_rereading_leaves_is_of_the_fetch_or_of_the_place():
    left = set(schema.ARTICLES.names) - {column.name for column in READ_COLUMNS}
    assert left == {
        *("article_id", "story_id", "version", "valid_from", "valid_to", "first_seen", "last_seen"),
        *("outlet", "url", "requested_url", "story_key", "raw_sha256", "text_from", "http_status", "etag"),
        *("last_modified", "fetched_at", "raw_file", "raw_offset", "raw_length", "run_id"),
        *("source_archive", "source_capture"),
        *("ingested_at", "commit_seq"),
    }


def test_the_text_is_headline_and_body():
    assert TEXT_COLUMNS == ("headline", "body")


def test_tables_of_another_form_are_another_version_of_the_cache():
    """A cache of the same version is opened as it is: raise STATE_VERSION, then write down the new hash."""
    form = hashlib.sha256(database.schema_sql().encode()).hexdigest()[:16]
    assert (database.STATE_VERSION, form) == (13, "1af380d29f33acdd")


def test_columns_are_known_without_pyarrow():
    program = "import sys, archive.format.records, archive.state.database; print(*sys.modules)"
    done = python("-c", program, check=True)
    assert "pyarrow" not in done.stdout.split()


def test_nothing_is_a_category():
    import pyarrow as pa

    assert not any(pa.types.is_dictionary(field.type) for table in schema.STORED.values() for field in table)
