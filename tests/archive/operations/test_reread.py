"""A later extractor's reading takes an earlier one's place: no edit, and the past is what it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import archive
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import Layout
from archive.format.records import AlignmentRecord, Decisions, Membership, PairRecord, TextBlock
from archive.format.schema import ARTICLES
from archive.operations import maintain, purge
from archive.operations.reread import COLUMNS, Rereading, publish
from archive.state import replay
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.writer import ArchiveWriter
from tests.archive.findings import verify
from tests.archive.made import NOON, make_article, make_look, make_variants
from tests.archive.state.test_replay import contents

HOUR = timedelta(hours=1)
TABLES = ("articles", "versions", "observations", "stories", "pairs", "refusals", "alignments", "same_event")


def align(variants, couples):
    """One row a couple: what both have is as long as the shorter text."""
    return [
        AlignmentRecord(
            article_id_a=a, version_a=variants[a].version, language_a=variants[a].language,
            article_id_b=b, version_b=variants[b].version, language_b=variants[b].language,
            position=0, kind="aligned", paragraphs_a=(0,), paragraphs_b=(0,), score=0.9,
            characters_a=len(variants[a].blocks[0].text), characters_b=len(variants[b].blocks[0].text),
        )
        for a, b in couples
    ]  # fmt: skip


def pair(fresh, related):
    ids = sorted({x.article_id: x.story_id for x in (*fresh, *related)}.items())
    at = datetime(2026, 3, 1, tzinfo=UTC)
    pairs = [PairRecord(ids[0][0], x, "hreflang", True, None, None, at) for x, _ in ids[1:]]
    joined = [Membership(x, ids[0][1]) for x, _ in ids]
    return Decisions(tuple(pairs), tuple(joined), align=align)


def write(root):
    """One story in two languages, the Ukrainian text edited once, and a page not found lately."""
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for record in make_variants(1, "uk", "en"):
            writer.add_article(record)
        writer.commit(pair)
        writer.add_article(make_article(1, text="Перший абзац, новий.", fetched_at=NOON + HOUR, etag='"2"'))
        writer.commit(pair)
        writer.add_article(make_article(2, text="Інше."))
        writer.add_observation(make_look(make_article(1, "en").url, at=NOON + 2 * HOUR))
        writer.commit()


@pytest.fixture
def read_before(copied, root):
    copied(write, root)
    return root


@pytest.fixture
def today(read_before):
    """Both Ukrainian versions as an extractor of today reads them, which finds a lead and a heading more."""
    rows = archive.open(read_before).versions().to_arrow().to_pylist()
    wanted = sorted((row for row in rows if row["url"].endswith("/uk/news/1")), key=lambda x: x["version"])
    return [Rereading(row["version"], _anew(row)) for row in wanted]


def _anew(row):
    body = f"{row['body']} І ще речення."
    return make_article(
        1,
        text=row["body"],  # the page is the same
        headline=f"{row['headline']}, як читаємо сьогодні",
        lead="Підводка.",
        body=body,
        blocks=(TextBlock("paragraph", body),),
        content_hash=f"{row['version']:064}",
        extractor="reader 2",
        outlet="never taken",
        fetched_at=row["fetched_at"] + 9 * HOUR,
    )


def frames(root, moment=None):
    opened = archive.open(root)
    return {name: getattr(opened, name)(as_of=moment).to_arrow() for name in TABLES}


def test_rows_say_what_is_read_today_and_nothing_was_edited(read_before, today):
    before = {(x["article_id"], x["version"]): x for x in frames(read_before)["versions"].to_pylist()}
    snapshot = publish(read_before, today, align)
    assert snapshot.operation == "reread"
    assert snapshot.summary["archive/versions_reread"] == 2
    after = {
        (x["article_id"], x["version"]): x
        for x in pd.read_parquet(read_before / "versions").to_dict("records")
    }
    assert after.keys() == before.keys()
    assert len(pd.read_parquet(read_before / "articles")) == 3
    for reading in today:
        row = after[reading.record.article_id, reading.version]
        assert (row["headline"], row["lead"]) == (reading.record.headline, "Підводка.")
        assert (row["extractor"], row["commit_seq"]) == ("reader 2", snapshot.id)
        kept = before[reading.record.article_id, reading.version]
        for name in set(ARTICLES.names) - {*COLUMNS, "ingested_at", "commit_seq", "valid_to"}:
            assert row[name] == kept[name] or pd.isna(row[name]), name
    changed = {(x.record.article_id, x.version) for x in today}
    for key in before.keys() - changed:
        assert after[key]["headline"] == before[key]["headline"]
        assert after[key]["commit_seq"] == before[key]["commit_seq"]
    assert [finding for finding in verify(read_before) if finding.grave] == []


def test_the_story_and_what_is_aligned_follow(read_before, today):
    publish(read_before, today, align)
    (story,) = pd.read_parquet(read_before / "stories").query("n_variants == 2").to_dict("records")
    assert story["headline_uk"] == today[-1].record.headline
    (row,) = pd.read_parquet(read_before / "alignments").to_dict("records")
    assert len(today[-1].record.body) in {row["characters_a"], row["characters_b"]}


def test_the_past_tells_what_it_told(read_before, today, open_writer, article, noon):
    moments = [x.committed_at for x in archive.open(read_before).snapshots()][1:]
    before = {moment: frames(read_before, moment) for moment in moments}
    shown = frames(read_before)
    snapshot = publish(read_before, today, align)
    published = frames(read_before, snapshot.committed_at)
    now = frames(read_before)
    for name, table in now.items():
        unkept = ["ingested_at", "commit_seq"] if name == "stories" else []
        keys = [
            (x, "ascending") for x in table.column_names if x.endswith(("_id", "_id_a", "_id_b", "version"))
        ]
        told = published[name].drop_columns(unkept).sort_by(keys)
        assert told.equals(table.drop_columns(unkept).sort_by(keys)), name
    assert not now["alignments"].equals(shown["alignments"])
    with open_writer("run-2", now=lambda: snapshot.committed_at + HOUR) as writer:
        writer.add_article(article(1, text="Зовсім інше.", fetched_at=noon + 30 * HOUR))
        writer.commit(pair)
    maintain.compact(read_before)
    maintain.gc(read_before, 0)
    for moment, tables in {**before, snapshot.committed_at: published}.items():
        again = frames(read_before, moment)
        for name, table in tables.items():
            assert again[name].equals(table), (moment, name)


def test_the_cache_is_what_it_would_be_made_anew(read_before, today, open_writer, article):
    publish(read_before, today, align)
    layout = Layout(read_before)
    with open_writer("run-2") as writer:
        known = writer.known(article(1).url)
        assert (known.content_hash, known.etag) == (today[-1].record.content_hash, '"2"')
    before = contents(layout.state)
    english = next(x for x in before["article"] if article(1, "en").url in x)
    assert 1 in english, "the page not found is remembered"
    replay.discard_state(layout)
    folder = Storage(layout.root)
    log = Log(folder, SCHEMA_VERSION)
    state = replay.open_state(layout)
    replay.catch_up(state, folder, log, log.head())
    state.close()
    assert contents(layout.state) == before


def test_the_extractor_of_today_sees_the_next_edit(read_before, today, open_writer, article, noon):
    """Before, nobody can tell an edit from what another extractor reads."""
    publish(read_before, today, align)
    latest = replace(today[-1].record, outlet="courier")
    with open_writer("run-2") as writer:
        writer.add_article(replace(latest, fetched_at=noon + 20 * HOUR))
        writer.add_article(
            replace(latest, body="Виправлено.", content_hash="f" * 64, fetched_at=noon + 21 * HOUR)
        )
        writer.commit()
    looks = pd.read_parquet(read_before / "observations").sort_values("observed_at")
    assert list(looks["outcome"])[-2:] == ["unchanged", "archived"]
    assert list(looks["version"])[-2:] == [2, 3]
    assert pd.isna(looks["reason"].iloc[-2])


def test_a_writer_that_is_open_goes_on(read_before, today, open_writer, article, noon):
    writer = open_writer("run-2")
    writer.add_article(article(7))
    publish(read_before, today, align)
    writer.add_article(article(8))
    writer.commit()
    assert writer.known(article(1).url).content_hash == today[-1].record.content_hash
    assert len(pd.read_parquet(read_before / "articles")) == 5


def test_what_is_not_there_any_more_is_left_alone(read_before, today, article):
    other_page = Rereading(1, replace(today[0].record, raw_sha256="0" * 64))
    no_version = Rereading(9, today[0].record)
    assert publish(read_before, [other_page, no_version], align) is None
    assert publish(read_before, [], align) is None
    purge.purge(read_before, article(1).url, reason="asked")
    snapshot = publish(read_before, today, align)
    assert snapshot is None
    assert archive.open(read_before).snapshot.operation == "purge"


def test_a_purge_takes_former_readings_too(read_before, today, article):
    moment = archive.open(read_before).snapshot.committed_at
    publish(read_before, today, align)
    purge.purge(read_before, article(1).url, reason="asked")
    one = article(1).article_id
    assert one not in archive.open(read_before).versions(as_of=moment).to_pandas()["article_id"].tolist()
    for path in read_before.rglob("*.parquet"):
        assert "Headline 1 uk" not in pd.read_parquet(path, partitioning=None).to_string(), path
