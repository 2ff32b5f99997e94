import sqlite3
from contextlib import closing
from datetime import timedelta

import pandas as pd
import pytest

from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import Layout
from archive.format.records import Alternate, Decisions, Membership, PairRecord
from archive.state import replay
from archive.state.database import CONTENTS
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log

HOUR = timedelta(hours=1)


@pytest.fixture
def history(writer, root, article, look, noon):
    """An archive with every kind of thing in it; the writer stays open."""

    def pair(fresh, related):
        everything = sorted(
            {x.article_id: x for x in (*fresh, *related)}.values(), key=lambda x: x.article_id
        )
        first, *rest = everything
        pairs = [PairRecord(first.article_id, x.article_id, "hreflang", True, None, None, noon) for x in rest]
        return Decisions(tuple(pairs), tuple(Membership(x.article_id, first.story_id) for x in rest))

    writer.add_article(article(1, text="A"))
    writer.add_article(article(2))
    writer.commit()
    writer.add_article(article(1, text="B", fetched_at=noon + HOUR))
    english = (Alternate("uk", article(1).url, "switcher"),)
    writer.add_article(article(1, "en", alternates=english, story_key="k", fetched_at=noon + HOUR))
    writer.add_observation(look(article(2).url, at=noon + HOUR))
    writer.commit(pair)
    writer.add_article(article(2, text="other", extractor="reader 2", fetched_at=noon + 2 * HOUR))
    writer.add_article(article(1, text="A", fetched_at=noon + 2 * HOUR, etag='"9"'))
    writer.add_observation(look(article(1, "en").url, at=noon + 2 * HOUR))
    writer.commit()
    return writer


def contents(path):
    """Every row of the cache, with the numbers of files and articles turned into paths and ids."""
    with closing(sqlite3.connect(path)) as connection:
        paths = dict(connection.execute("SELECT id, path FROM file"))
        ids = dict(connection.execute("SELECT number, article_id FROM article")) | {0: "no article"}
        names = {"file": paths, "article": ids, "number": ids, "a": ids, "b": ids}
        rows = {}
        for table in set(CONTENTS) - {"file"}:
            cursor = connection.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            rows[table] = sorted(
                (
                    tuple(
                        names.get(name, {}).get(value, value)
                        for name, value in zip(columns, row, strict=True)
                    )
                    for row in cursor
                ),
                key=repr,
            )
    return rows


def test_rebuilt_from_the_log_it_is_what_it_was(history, root, tmp_path):
    layout = Layout(root)
    before = contents(layout.state)
    assert len(before["article"]) == 3
    assert len(before["version"]) == 4
    history.close()
    replay.discard_state(layout)
    state = replay.open_state(layout)
    folder = Storage(layout.root)
    log = Log(folder, SCHEMA_VERSION)
    replay.catch_up(state, folder, log, log.head())
    state.close()
    assert contents(layout.state) == before


@pytest.mark.parametrize("damage", [b"no database at all", b""])
def test_a_damaged_cache_is_rebuilt(history, open_writer, root, article, damage):
    history.close()
    layout = Layout(root)
    before = contents(layout.state)
    for suffix in ("-wal", "-shm"):
        layout.state.with_name(layout.state.name + suffix).unlink(missing_ok=True)
    layout.state.write_bytes(damage * 100)
    writer = open_writer("run-2")
    assert writer.known(article(1).url).etag == '"9"'
    assert contents(layout.state) == before


def test_damage_in_the_middle_shows_late_and_is_repaired_by_the_next_commit(
    history, open_writer, root, article
):
    history.close()
    layout = Layout(root)
    data = bytearray(layout.state.read_bytes())
    # all but the first page, which SQLite reads when it opens a file
    data[4096:] = b"\xff" * (len(data) - 4096)
    layout.state.write_bytes(data)
    writer = open_writer("run-2")
    writer.known(article(1).url)
    writer.add_article(article(7))
    writer.commit()
    assert writer.known(article(1).url).article_id == article(1).article_id
    assert len(pd.read_parquet(root / "articles")) == 4


def test_a_cache_of_an_earlier_snapshot_catches_up(history, open_writer, root, article):
    history.close()
    layout = Layout(root)
    old = layout.state.read_bytes()
    with open_writer("run-2") as writer:
        writer.add_article(article(8))
        writer.commit()
    expected = contents(layout.state)
    for suffix in ("-wal", "-shm"):
        layout.state.with_name(layout.state.name + suffix).unlink(missing_ok=True)
    layout.state.write_bytes(old)
    with open_writer("run-3") as writer:
        assert writer.known(article(8).url)
    assert contents(layout.state) == expected


def test_a_cache_of_another_archive_is_not_believed(history, open_writer, root, tmp_path, article):
    history.close()
    other = tmp_path / "other"
    with open_writer("run-1", other) as writer:
        for number in range(50, 53):
            writer.add_article(article(number))
            writer.commit()
    Layout(root).state.write_bytes(Layout(other).state.read_bytes())
    with open_writer("run-2") as writer:
        assert writer.known(article(1).url)
        assert writer.known(article(50).url) is None


def test_removed_while_a_writer_is_open(history, root, article):
    replay.discard_state(Layout(root))
    history.add_article(article(7))
    history.commit()
    assert history.known(article(7).url)
    assert len(pd.read_parquet(root / "articles")) == 4


def test_no_question_and_no_commit_reads_a_whole_table(history, root, article):
    """What a commit costs must not grow with the archive."""
    history.close()
    layout = Layout(root)
    folder = Storage(layout.root)
    log = Log(folder, SCHEMA_VERSION)
    asked = []
    replay.discard_state(layout)
    with closing(replay.open_state(layout)) as state:
        replay.catch_up(state, folder, log, log.read(0))
        state.connection.set_trace_callback(asked.append)
        replay.catch_up(state, folder, log, log.head())
        ids = [article(1).article_id, article(2).article_id]
        addresses = [article(1).url]
        stories = [facts.story_id for facts in state.facts(ids)]
        assert state.known(addresses[0])
        assert state.last_observation(addresses[0]) is None
        assert state.current_versions(ids).keys() == set(ids)
        assert state.members(ids)
        assert state.at_addresses(addresses)
        assert state.pointing_at(addresses)
        assert state.sharing_key("courier", ["k"])
        assert state.in_stories(stories) >= set(ids)
        state.joints(ids)
        state.alignments(ids)
        state.refusals(ids)
        state.labels()
        assert state.version_files(ids)
        assert state.story_files(stories)
        state.pair_files(ids)
        assert not state.has_segment("none")
        state.connection.set_trace_callback(None)
        asked = {x for x in asked if x.split()[0] in {"SELECT", "UPDATE", "DELETE", "INSERT"}}
        assert len(asked) > 30
        scanned = {
            (question, step["detail"])
            for question in asked
            for step in state.connection.execute(f"EXPLAIN QUERY PLAN {question}")
            if step["detail"].startswith("SCAN") and "CONSTANT ROW" not in step["detail"]
        }
    # the labels of persons are few: their index is read whole
    assert {x for x in scanned if "pair_label" not in x[1]} == set()
