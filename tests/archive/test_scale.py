"""The plan for many outlets: its simulation, and the synthetic archive that holds it to account."""

from contextlib import closing

import pytest

import archive
from archive.commit.committer import Committer
from archive.operations.maintain import compact
from archive.operations.verify import verify
from archive.read.find import find
from archive.state import replay
from archive.state.database import CONTENTS, State
from archive.writer import ArchiveWriter
from benchmarks.simulated import Fleet, simulate
from benchmarks.storage.at_scale import fresh
from benchmarks.storage.invented import pair
from benchmarks.storage.synthetic import build

FLEETS = [
    Fleet(30, 1, days=0.3, step=30),
    Fleet(200, 2, days=0.5, step=30, failures_a_day=20),
    Fleet(200, 1, days=0.5, step=30, down=(0.1, 0.3)),
    Fleet(300, 1, days=0.2, step=30, every=60, at_once=1),
    Fleet(50, 1, days=0.1, step=30, archives=2, held=1e9),
]


@pytest.mark.parametrize("fleet", FLEETS)
def test_no_article_is_lost_and_the_same_seed_is_the_same_fleet(fleet):
    once, again = simulate(fleet), simulate(fleet)
    assert once.arrived == once.done + once.backlog > 0
    assert once.done == once.lags[:, 1].sum()
    assert (once.samples, once.cpu, once.turns) == (again.samples, again.cpu, again.turns)
    assert (once.lags[:, 0] >= 0).all()
    assert once.busy <= 1


def test_more_machines_leave_no_more_waiting_and_a_dead_archive_everything():
    few, many = (simulate(Fleet(400, x, days=0.5, step=30, at_once=1)) for x in (1, 8))
    assert few.backlog > many.backlog
    assert not few.keeps_up
    assert many.keeps_up
    down = simulate(Fleet(100, 1, days=1, step=30, down=(0.2, 0.4)))
    assert down.caught_up() is not None
    assert max(x.waiting for x in down.samples) > 3 * down.backlog


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("scale") / "archive"
    return root, build(root, 2_000)


def dump(connection):
    return {
        name: sorted(map(tuple, connection.execute(f"SELECT * FROM {name}")), key=repr) for name in CONTENTS
    }


def test_a_synthetic_archive_is_one_to_the_real_code(built):
    root, head = built
    assert head.rows("articles") == 2_000
    assert not [x for x in verify(root) if x.grave]
    opened = archive.open(root)
    one = opened.articles(columns=["article_id", "story_id", "outlet"]).to_pylist()[700]
    assert {x["story_id"] for x in find(opened, one["article_id"])} == {one["story_id"]}
    storage, log, committed = opened.storage, Committer.open(root, "run")._log, opened.snapshot
    with closing(State(root.parent / "rebuilt.sqlite")) as state:
        replay.catch_up(state, storage, log, committed)
        rebuilt = dump(state.connection)
    with closing(replay.cache_at(storage.layout, committed)) as cache:
        assert dump(cache) == rebuilt


def test_a_synthetic_archive_takes_a_commit_and_is_compacted(built):
    root, head = built
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for record in fresh(30):
            writer.add_article(record)
        committed = writer.commit(pair)
    assert committed.id == head.id + 1
    assert len(archive.open(root).articles(columns=["article_id"])) == 2_030
    assert compact(root).id == head.id + 2
    assert not [x for x in verify(root) if x.grave]
