"""An archive of an older schema is refused with a sentence, migrated as one snapshot, and whole after it."""

import json
from contextlib import closing

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import archive
from archive.__main__ import main
from archive.addresses import address_key
from archive.exceptions import ArchiveWriteError, MigrationError, SchemaTooNew, SchemaTooOld
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import Layout
from archive.format.records import Medium
from archive.format.schema import STORED
from archive.operations.migrate import TODAY, Target, migrate
from archive.state import replay, tombstones
from archive.state.tombstones import Tombstone, Tombstones, article_hash
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.tables.parquet_files import TableFiles
from archive.writer import ArchiveWriter
from tests.archive.findings import verify
from tests.archive.made import NOON, make_article
from tests.archive.small_disk import file_size_limit

ARTICLES = STORED["articles"]
MORE = [
    pa.field("words", pa.int64(), nullable=False, metadata={"description": "how many"}),
    pa.field("mood", pa.string(), metadata={"description": "invented"}),
]


def wider(field):
    return field.with_type(pa.int64()) if field.name == "http_status" else field


def invented(schema):
    """A next version: two columns more, and one wider."""
    return pa.schema([*(wider(field) for field in schema), *MORE], schema.metadata)


def count_words(table):
    words = [len(body.split()) for body in table["body"].to_pylist()]
    return table.append_column(MORE[0], pa.array(words, pa.int64()))


NEXT = Target(
    SCHEMA_VERSION + 1,
    STORED | {name: invented(STORED[name]) for name in ("articles", "superseded")},
    {SCHEMA_VERSION: {"articles": count_words, "superseded": count_words}},
)


def write(root):
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for number in range(3):
            writer.add_article(make_article(number, text="one two three"))
            if number:
                at = NOON.replace(hour=12 + number)
                writer.add_article(make_article(0, text=f"edit {number}", fetched_at=at))
            writer.commit()


@pytest.fixture
def edited(copied, root):
    copied(write, root)
    return root


def test_one_snapshot_in_which_every_file_has_the_new_schema(edited):
    rows = {name: pd.read_parquet(edited / name) for name in ("articles", "versions", "observations")}
    snapshot = migrate(edited, NEXT)
    assert (snapshot.id, snapshot.operation, snapshot.schema_version) == (4, "migrate", SCHEMA_VERSION + 1)
    for file in snapshot.files:
        assert pq.read_schema(edited / file.path).equals(NEXT.stored[file.table])
    for name, old in rows.items():
        new = pd.read_parquet(edited / name)
        assert len(new) == len(old)
        key = ["article_id", "version"]
        left, right = (x.sort_values(key).reset_index(drop=True)[old.columns] for x in (new, old))
        pd.testing.assert_frame_equal(left, right, check_dtype=False, check_categorical=False)
    articles = pd.read_parquet(edited / "articles")
    assert set(articles["words"]) == {2, 3}
    assert articles["mood"].isna().all()
    assert str(articles["http_status"].dtype) == "int64"
    assert migrate(edited, NEXT) is None
    # and this version leaves it alone
    with pytest.raises(SchemaTooNew):
        archive.open(edited)
    with pytest.raises(SchemaTooNew):
        ArchiveWriter.open(edited, run_id="run-2")


def of_version_0():
    """Without `lead`, with `body` under another name."""
    schemas = dict(STORED)
    for name in ("articles", "superseded"):
        fields = [x.with_name("text") if x.name == "body" else x for x in STORED[name] if x.name != "lead"]
        schemas[name] = pa.schema(fields, STORED[name].metadata)
    return schemas


def of_version_1():
    """As the first Triptych wrote it: without alignments, refusals and what comes of them."""
    later = {
        "author_ids",
        "media",
        "outbound_links",
        *(x for x in STORED["stories"].names if x.startswith("coverage_")),
    }
    return {
        name: pa.schema([x for x in schema if x.name not in later], schema.metadata)
        for name, schema in STORED.items()
        if name not in {"alignments", "former_alignments", "refusals", "same_event"}
    }


def as_older(root, version=0, schemas=None):
    """Write the head anew as that version would have."""
    folder = Storage(root)
    layout = folder.layout
    log = Log(folder, SCHEMA_VERSION)
    schemas = schemas or of_version_0()
    files = TableFiles(folder, stored=schemas)
    head = log.head()
    live = []
    for file in (file for file in head.files if file.table in schemas):
        table = pq.read_table(root / file.path)
        table = pa.table(
            [table["body" if x.name == "text" else x.name] for x in schemas[file.table]],
            schema=schemas[file.table],
        )
        live += files.write(file.table, table, file.month) or [files.write_empty(file.table, file.month)]
    document = json.loads(layout.manifest(head.id).read_text())
    del document["sha256"]  # which came with schema 3
    document["schema_version"] = version
    document["files"] = [{name: getattr(x, name) for name in x.__slots__} for x in live]
    layout.manifest(head.id).write_text(json.dumps(document))
    for file in head.files:
        (root / file.path).unlink()
    replay.discard_state(layout)


RENAME = {
    name: lambda table: table.rename_columns(["body" if x == "text" else x for x in table.column_names])
    for name in ("articles", "superseded")
}


def test_an_older_archive_is_refused_then_whole(edited, article, capsys):
    before = archive.open(edited).articles().to_pandas().sort_values("article_id")["body"].tolist()
    as_older(edited)
    for opening in (archive.open, lambda root: ArchiveWriter.open(root, run_id="run-2")):
        with pytest.raises(SchemaTooOld, match=r"schema 0.*triptych archive migrate"):
            opening(edited)
    assert main(["ls", "--archive", str(edited)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    # the copy that somebody makes after an update must not be migrated, too
    assert main(["copy", str(edited), f"{edited}-copy"]) == 1
    assert "copied, but not verified: the Triptych that wrote" in capsys.readouterr().err
    assert main(["migrate", "--archive", str(edited)]) == 1  # nobody has written the step
    assert "cannot migrate schema 0 to 1" in capsys.readouterr().err
    with pytest.raises(MigrationError, match=r"articles\.text has no place"):
        migrate(edited, Target(SCHEMA_VERSION, STORED, TODAY.steps | {0: {}}))
    assert list((edited / "_tmp").iterdir()) == []
    migrate(edited, Target(SCHEMA_VERSION, STORED, TODAY.steps | {0: RENAME}))
    opened = archive.open(edited)
    assert opened.articles().to_pandas().sort_values("article_id")["body"].tolist() == before
    assert [x.text for x in verify(edited) if x.grave] == []
    with ArchiveWriter.open(edited, run_id="run-2") as writer:
        assert writer.known(article(0).url) is not None
        writer.add_article(article(9))
        writer.commit()
    assert len(pd.read_parquet(edited / "articles")) == 4
    assert main(["migrate", "--archive", str(edited)]) == 0
    assert "already" in capsys.readouterr().out


def test_an_archive_of_the_first_triptych_gets_the_new_tables(edited, article, capsys):
    before = archive.open(edited)
    rows = {name: before.table(name).to_pandas() for name in ("articles", "stories", "pairs")}
    as_older(edited, 1, of_version_1())
    assert main(["ls", "--archive", str(edited)]) == 1
    assert "schema 1" in capsys.readouterr().err
    assert main(["migrate", "--archive", str(edited)]) == 0
    opened = archive.open(edited)
    for name, old in rows.items():
        key = old.columns[0]
        new = opened.table(name).to_pandas().sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(new, old.sort_values(key, ignore_index=True))
    assert opened.articles().to_pandas()[["author_ids", "media", "outbound_links"]].isna().all(axis=None)
    assert opened.stories().to_pandas()["coverage_en_of_uk"].isna().all()
    for name in ("alignments", "refusals", "same_event"):
        assert list(pd.read_parquet(edited / name).columns) == STORED[name].names
        assert len(opened.table(name).to_pandas()) == 0
    assert [x.text for x in verify(edited) if x.grave] == []
    with ArchiveWriter.open(edited, run_id="run-2") as writer:
        shown = {
            "media": (Medium("video", "https://v.example/5"),),
            "outbound_links": ("https://c.example/7",),
        }
        writer.add_article(article(9, author_ids=("courier:olena-koval",), **shown))
        writer.commit()
    (row,) = pd.read_parquet(edited / "articles").dropna(subset="author_ids").to_dict("records")
    assert list(row["author_ids"]) == ["courier:olena-koval"]
    assert list(row["media"]) == [{"kind": "video", "url": "https://v.example/5"}]
    assert list(row["outbound_links"]) == ["https://c.example/7"]


def test_a_value_that_must_be_there_is_asked_for(edited):
    before = archive.open(edited).snapshot
    with pytest.raises(MigrationError, match=r"articles\.words must have a value"):
        migrate(edited, Target(NEXT.version, NEXT.stored, {SCHEMA_VERSION: {}}))
    assert archive.open(edited).snapshot == before
    live = {file.path for file in before.files}
    on_disk = {str(x.relative_to(edited)) for x in (edited / "_data").rglob("*.parquet")}
    assert live <= on_disk


def test_a_migration_that_the_disk_refuses_changes_nothing(edited):
    before = archive.open(edited).snapshot
    on_disk = sorted((edited / "_data").rglob("*.parquet"))
    with file_size_limit(1000), pytest.raises(ArchiveWriteError, match="failed, nothing is changed"):
        migrate(edited, NEXT)
    assert archive.open(edited).snapshot == before
    assert sorted((edited / "_data").rglob("*.parquet")) == on_disk


def test_a_purge_that_was_cut_short_is_finished_after_the_migration(edited, article, noon):
    key = address_key(article(1).url).hex()
    stone = Tombstone("5" * 32, noon, "asked", (article_hash(article(1).article_id),), (key,))
    tombstones.write(Storage(edited), stone)
    as_older(edited)
    migrate(edited, Target(SCHEMA_VERSION, STORED, TODAY.steps | {0: RENAME}))
    assert len(pd.read_parquet(edited / "articles")) == 3
    with ArchiveWriter.open(edited, run_id="run-2"):
        assert len(pd.read_parquet(edited / "articles")) == 2
    assert Tombstones(Layout(edited)).pending() == []


def test_a_segment_of_the_older_version_is_taken_along(edited, article):
    with ArchiveWriter.open(edited, run_id="run-2") as writer:
        writer.add_article(article(30))
    as_older(edited)
    migrate(edited, Target(SCHEMA_VERSION, STORED, TODAY.steps | {0: RENAME}))
    with ArchiveWriter.open(edited, run_id="run-3") as writer:
        assert writer.recovered == 1
        writer.commit()
    layout = Layout(edited)
    with closing(replay.open_state(layout)) as state:
        assert state.find_article(article(30).url) == article(30).article_id
    assert len(pd.read_parquet(edited / "articles")) == 4


def test_the_marks_of_schema_6_are_dropped():
    marks = {f"{kind}_only_{side}": [["63"]] for kind in ("numbers", "quotes") for side in "ab"}
    table = TODAY.steps[6]["alignments"](pa.table({"position": [0], **marks}))
    assert table.to_pylist() == [
        {
            "position": 0,
            **{
                name: [] for name in ("numbers_differ", "numbers_converted", "quotes_only_a", "quotes_only_b")
            },
        }
    ]


def test_the_origin_of_an_imported_page_moves_out_of_extra_into_columns():
    origin = "news.warc.gz <urn:uuid:1>"
    extras = [
        json.dumps({"imported": origin}),
        json.dumps({"imported": "a at byte 7", "og_locale": "uk"}),
        None,
    ]
    table = pa.table({"extra": pa.array([*extras, '{"og_locale": "uk"}'], pa.string())})
    moved = TODAY.steps[7]["articles"](table).to_pydict()
    assert moved == {
        "extra": [None, '{"og_locale": "uk"}', None, '{"og_locale": "uk"}'],
        "source_archive": ["news.warc.gz", "a", None, None],
        "source_capture": [origin, "a at byte 7", None, None],
    }
