"""Connections that break at the worst moment, and writers that are killed while they send."""

import json
import os

import pytest

import archive
from archive.exceptions import ObjectStoreError
from archive.operations import maintain
from archive.writer import ArchiveWriter
from tests.archive.findings import grave

SCALE = int(os.environ.get("TRIPTYCH_FAULTS", "1"))
LOG = r"^PUT \S*/_log/"


def assert_each_once(uri, acknowledged):
    opened = archive.open(uri)
    looks = opened.observations().to_pandas()
    assert sorted(opened.articles(columns=["article_id"]).to_pandas()["article_id"]) == sorted(acknowledged)
    assert not looks.duplicated(["article_id", "observed_at"]).any()
    ids = [snapshot.id for snapshot in opened.snapshots()]
    assert ids == list(range(len(ids)))
    assert grave(uri) == []


def test_a_commit_whose_answer_is_lost_stands_once(uri, cuts, article):
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(article(1))
        cuts.lose_answer(LOG, times=1)
        writer.commit()
        assert cuts.lost == 1
        writer.add_article(article(2))
        writer.commit()
    assert_each_once(uri, [article(1).article_id, article(2).article_id])
    assert archive.open(uri).snapshot.id == 2


def test_a_commit_that_nobody_could_tell_of_is_not_made_twice(uri, cuts, article):
    """The manifest arrives, no answer does, and then the server is away."""
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(article(1))
        cuts.lose_answer(LOG)
        cuts.lose_request(r"^GET \S*/_log/0")
        with pytest.raises(ObjectStoreError, match="safe in their segment"):
            writer.commit()
        assert writer.pending == 1
        cuts.mend()
        writer.commit()
        writer.add_article(article(2))
        writer.commit()
    assert_each_once(uri, [article(1).article_id, article(2).article_id])


def test_what_could_not_be_sent_is_sent_by_the_next_commit(uri, cuts, article, page):
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(*page(article(1)))
        cuts.lose_request(r"^PUT \S*/_data/articles")
        with pytest.raises(ObjectStoreError, match="safe in their segment"):
            writer.commit()
    cuts.mend()
    assert len(archive.open(uri).articles()) == 0
    assert maintain.repair(uri).articles == 1
    assert_each_once(uri, [page(article(1))[0].article_id])


@pytest.mark.parametrize("table", ["articles", "observations", "memberships"])
def test_a_lost_answer_while_data_is_sent_costs_nothing(uri, cuts, article, table):
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(article(1))
        cuts.lose_answer(rf"^PUT \S*/_data/{table}", times=1)
        writer.commit()
        assert cuts.lost == 1
    assert_each_once(uri, [article(1).article_id])


def test_kill_9_loses_nothing_acknowledged(uri, program, tally):
    done = program("store_kills.py", uri, 5 * SCALE, 7)
    output, _ = done.communicate()
    assert done.returncode == 0
    maintain.repair(uri)
    acknowledged = json.loads(output)
    held = set(archive.open(uri).articles(columns=["article_id"]).to_pandas()["article_id"])
    lost = set(acknowledged) - held
    tally(
        "kill -9, a writer into an object store", 5 * SCALE, len(acknowledged), len(lost), 0, len(grave(uri))
    )
    assert set(acknowledged) - held == set()
    assert_each_once(uri, held)
