from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from pyarrow.parquet import ParquetFile, read_table

import archive
from archive.exceptions import ArchiveDamaged, ArticleNotFound, SnapshotNotFound, UnknownValue
from archive.format.records import Alternate, Decisions, Membership, ObservationRecord, PairRecord
from archive.format.schema import DELETION
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article

HOUR = timedelta(hours=1)
TABLES = ("articles", "versions", "observations", "stories", "pairs", "refusals", "alignments", "same_event")


@pytest.fixture
def two_outlets(writer, root, article, noon):
    writer.add_article(article(1, "uk", published_at=datetime(2026, 1, 1, tzinfo=UTC)))
    writer.add_article(article(1, "en", published_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC)))
    writer.add_article(article(2, "ru", published_at=datetime(2026, 2, 1, tzinfo=UTC), outlet="other"))
    writer.add_article(article(3, "uk", published_at=None))
    writer.commit()
    return archive.open(root)


def numbers(rows):
    return sorted(url[-4:] for url in rows.to_pandas()["url"])


def test_a_file_that_is_empty_is_damage_whoever_reads_it(two_outlets, root):
    for path in root.glob("_data/articles/*/*.parquet"):
        path.unlink()
        path.touch()
    for ask in (
        two_outlets.articles().dataset,
        two_outlets.articles().to_arrow,
        two_outlets.articles(as_of=datetime.now(UTC)).dataset,
    ):
        with pytest.raises(ArchiveDamaged, match="few for a Parquet file"):
            ask()


def test_a_bare_reader_sees_the_same_rows(two_outlets, root):
    for table in TABLES:
        opened = getattr(two_outlets, table)().to_pandas()
        # what is joined when rows are read is in no file; observations have a `gone` of their own
        opened = opened.drop(columns=[name for name in DELETION.names if table == "articles"])
        pd.testing.assert_frame_equal(opened, pd.read_parquet(root / table))


def test_rows_that_are_few_are_sought_in_the_files_that_have_them(open_writer, article, root, monkeypatch):
    writer = open_writer()
    for number in range(4):
        writer.add_article(article(number, "uk", f"Text {number}."))
        writer.add_article(article(number, "en", "Of one row Arrow would know it from the statistics."))
        writer.commit()
    monkeypatch.chdir(root.parent)
    for place in (root, f"../{root.parent.name}/{root.name}"):
        a = archive.open(place)
        assert len(a.articles().files()) == 4
        of_body = ds.field("body").isin(["Text 1.", "Text 3."])
        for columns in (None, ["url"], ["gone", "body"]):
            rows = a.articles(columns=columns)
            sought = rows.seek(of_body)
            assert sought.to_pylist() == rows.where(of_body).to_pylist()
            assert len(sought) == len(sought.files()) - 2 == 2
            assert sum(x.num_rows for x in sought.batches()) == 2
            assert sought.where(ds.field("language") == "ru").to_pylist() == []
    wanted = a.articles().to_pylist()[0]["url"]
    is_wanted = pc.match_substring(ds.field("url"), wanted)
    # of a file that has other articles only the addresses are read
    damaged = [x for x in a.articles().files() if wanted not in read_table(x)["url"].to_pylist()]
    assert len(damaged) == 3
    for path in damaged:
        group = ParquetFile(path).metadata.row_group(0)
        columns = {x.path_in_schema: x for x in map(group.column, range(group.num_columns))}
        data = path.read_bytes()
        frame = data.index(b"\x28\xb5\x2f\xfd", columns["body"].data_page_offset)
        path.write_bytes(data[:frame] + b"none" + data[frame + 4 :])
    articles = a.articles(columns=["body"])
    assert len(articles.seek(is_wanted).to_pylist()) == 1
    with pytest.raises(ArchiveDamaged):
        articles.where(is_wanted).to_arrow()


def test_filters(two_outlets):
    assert len(two_outlets.articles(language="uk")) == 2
    assert len(two_outlets.articles(language=["uk", "en"], outlet="courier")) == 3
    with pytest.raises(UnknownValue, match="There are: courier, other"):
        two_outlets.articles(outlet="nobody")
    january = ("2026-01-01", "2026-02-01")
    assert len(two_outlets.articles(published=january)) == 2
    assert len(two_outlets.articles(published=(date(2026, 2, 1), None))) == 1
    assert len(two_outlets.articles(published=(None, datetime(2026, 1, 1, 2, tzinfo=UTC)))) == 1
    assert list(two_outlets.articles(columns=["url", "language"], language="ru").to_pandas()) == [
        "url",
        "language",
    ]


def test_forms(two_outlets):
    rows = two_outlets.articles(columns=["article_id"])
    assert rows.to_arrow().num_rows == len(rows) == sum(batch.num_rows for batch in rows.batches(rows=2)) == 4
    assert all(path.exists() for path in rows.files())
    assert two_outlets.articles().to_arrow().schema.field("body").metadata[b"description"]


def test_a_column_or_date_that_is_none_is_named(two_outlets):
    with pytest.raises(ValueError, match="no column 'title'; there are: article_id"):
        two_outlets.articles(columns=["title"])
    with pytest.raises(ValueError, match="'yesterday' is not a date"):
        two_outlets.articles(published=("yesterday", None))
    with pytest.raises(ValueError, match="expected from and to"):
        two_outlets.articles(published="2026-03-01")
    with pytest.raises(ValueError, match="nothing is from 2026-03-01"):
        two_outlets.articles(published=("2026-03-01", "2026-03-01"))


def test_an_open_archive_stays_at_its_snapshot(two_outlets, writer, article):
    path = two_outlets.path("articles")
    writer.add_article(article(9))
    writer.commit()
    assert len(two_outlets.articles()) == len(pd.read_parquet(path)) == 4
    assert len(archive.open(two_outlets.root).articles()) == 5
    assert [snapshot.id for snapshot in archive.open(two_outlets.root).snapshots()] == [0, 1, 2]


def test_no_two_views_share_a_name(two_outlets, writer, root, article):
    """A reader that lists one view and then looks for its names in the next must find none of them there."""
    before = {path.name for path in (root / "articles").iterdir()}
    inodes = {path.stat().st_ino for path in (root / "articles").iterdir()}
    writer.add_article(article(77))
    writer.commit()
    after = {path.name for path in (root / "articles").iterdir()}
    assert inodes & {path.stat().st_ino for path in (root / "articles").iterdir()}, "the same files, still"
    assert before & after == set()


def test_versions_and_diff(two_outlets, writer, article, noon):
    one = article(1).article_id
    writer.add_article(article(1, text="Перший новий абзац.", fetched_at=noon + HOUR))
    writer.commit()
    now = archive.open(two_outlets.root)
    assert sorted(now.versions(one).to_pandas()["version"]) == [1, 2]
    diff = now.diff(one, 1, 2)
    assert str(diff) == "Headline 1 uk\n\nПерший {+новий +}абзац."
    assert (diff.added, diff.removed) == (1, 0)
    with pytest.raises(ArticleNotFound, match="versions 1 to 2, not 3"):
        now.diff(one, 1, 3)
    with pytest.raises(ArticleNotFound, match="begins with 'nobody'"):
        now.diff("nobody", 1, 2)


class Clock:
    def __init__(self, start):
        self.time = start

    def __call__(self):
        self.time += HOUR
        return self.time


def write_events(root):
    """Moments, and the tables as they were right after each."""
    remembered = {}

    def remember():
        opened = archive.open(root)
        moment = opened.snapshot.committed_at
        remembered[moment] = {name: getattr(opened, name)().to_pandas() for name in TABLES}

    def pair(fresh, related):
        ids = sorted({x.article_id: x.story_id for x in (*fresh, *related)}.items())
        pairs = [PairRecord(ids[0][0], x, "switcher", False, None, None, NOON) for x, _ in ids[1:]]
        return Decisions(tuple(pairs), tuple(Membership(x, ids[0][1]) for x, _ in ids))

    with ArchiveWriter.open(root, run_id="run-1", now=Clock(datetime(2026, 4, 1, tzinfo=UTC))) as writer:
        writer.add_article(make_article(1, text="A"))
        writer.add_article(make_article(2))
        writer.commit()
        remember()
        writer.add_article(make_article(1, text="B", fetched_at=NOON + HOUR))
        writer.commit()
        remember()
        unchanged = ("unchanged", "not-modified", NOON + 2 * HOUR, 304)
        url = make_article(2).url
        writer.add_observation(ObservationRecord(url, url, "courier", *unchanged, "run-1"))
        english = (Alternate("uk", make_article(1).url, "hreflang"),)
        writer.add_article(make_article(1, "en", alternates=english, fetched_at=NOON + 2 * HOUR))
        writer.commit(pair)
        remember()
        writer.add_article(make_article(1, text="C", fetched_at=NOON + 3 * HOUR))
        writer.add_article(make_article(1, "en", text="edited", fetched_at=NOON + 3 * HOUR))
        writer.commit()
        remember()
        for number in range(10, 30):  # enough commits for files to be merged
            writer.add_article(make_article(number))
            writer.add_article(make_article(2, fetched_at=NOON + number * HOUR))
            writer.commit()
    return remembered


@pytest.fixture
def eventful(copied, root):
    remembered = copied(write_events, root)
    return archive.open(root), remembered


ORDER = {
    "articles": ["article_id"],
    "versions": ["article_id", "version"],
    "observations": ["observed_at", "url"],
    "stories": ["story_id"],
    "pairs": ["article_id_a", "article_id_b"],
    "refusals": ["commit_seq", "article_id_a", "article_id_b"],
    "alignments": ["article_id_a", "article_id_b", "position"],
    "same_event": ["commit_seq", "article_id_a", "article_id_b"],
}


def test_the_past_is_what_it_was(eventful):
    opened, remembered = eventful
    assert len(remembered) == 4
    for moment, tables in remembered.items():
        for name, then in tables.items():
            now = getattr(opened, name)(as_of=moment).to_pandas()
            # which commit last wrote a story's row is not kept; what it said is
            unkept = ["ingested_at", "commit_seq"] if name == "stories" else []
            pd.testing.assert_frame_equal(
                now.drop(columns=unkept).sort_values(ORDER[name], ignore_index=True),
                then.drop(columns=unkept).sort_values(ORDER[name], ignore_index=True),
            )


def test_the_past_stays_the_same_to_the_last_row(eventful, open_writer, article, noon):
    opened, remembered = eventful
    moment = sorted(remembered)[2]
    before = {name: getattr(opened, name)(as_of=moment).to_arrow() for name in TABLES}
    writer = open_writer("run-2")
    for number in range(40, 50):
        writer.add_article(article(number))
        writer.add_article(article(1, text=f"edit {number}", fetched_at=noon + number * HOUR))
        writer.commit()
    now = archive.open(opened.root)
    for name in TABLES:
        assert getattr(now, name)(as_of=moment).to_arrow().equals(before[name]), name


def test_the_past_stays_the_same_after_compaction_and_collection(eventful, root):
    from archive.operations import maintain

    opened, remembered = eventful
    before = {m: {name: getattr(opened, name)(as_of=m).to_arrow() for name in TABLES} for m in remembered}
    now = {name: getattr(opened, name)().to_pandas() for name in TABLES}
    files = len(opened.snapshot.files)
    assert len(maintain.compact(root).files) < files / 3
    assert maintain.compact(root) is None
    assert maintain.gc(root, 0, dry_run=True).files > 5
    assert maintain.gc(root, 0).files > 5
    assert maintain.gc(root, 0).files == 0
    later = archive.open(root)
    for moment, tables in before.items():
        for name, table in tables.items():
            assert getattr(later, name)(as_of=moment).to_arrow().equals(table), (moment, name)
    for name, frame in now.items():
        pd.testing.assert_frame_equal(
            getattr(later, name)().to_pandas().sort_values(ORDER[name], ignore_index=True),
            frame.sort_values(ORDER[name], ignore_index=True),
        )


def test_as_of_with_filters_and_columns(eventful):
    opened, remembered = eventful
    moment = sorted(remembered)[2]
    rows = opened.articles(as_of=moment, language="uk", columns=["body", "version"])
    assert sorted(rows.to_pandas()["body"]) == ["B", "Перший абзац."]


def test_as_of_before_the_archive_began(eventful):
    with pytest.raises(SnapshotNotFound, match="begins at 2026-04-01"):
        eventful[0].articles(as_of="2026-03-31")


def test_a_date_is_its_first_moment_in_utc(eventful):
    opened, _ = eventful
    midnight = opened.articles(as_of=datetime(2026, 4, 2, tzinfo=UTC)).to_arrow()
    assert opened.articles(as_of="2026-04-02").to_arrow().equals(midnight)
    assert opened.articles(as_of=date(2026, 4, 2)).to_arrow().equals(midnight)
    assert opened.articles(as_of="2026-04-02T02:00+02:00").to_arrow().equals(midnight)
