"""Alignments that earlier weights have made are made anew, a bounded number in each run."""

from datetime import UTC, datetime
from functools import partial

import archive
from archive.commit.committer import publish_decisions
from pipelines.alignment.aligner import Aligner
from pipelines.alignment.weights import shipped_version
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.pairing.parts import ALIGNED
from pipelines.pairing.run import pair_archive
from pipelines.pairing.scoring import outdated_alignments
from tests.pipelines.pairing.test_run import add, grouped, newsroom, root, three_each

__all__ = ["root"]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def rows(root):
    """The commit of each alignment, and what it says."""
    every = archive.open(root).alignments().to_arrow().to_pylist()
    return {(x["article_id_a"], x["article_id_b"], x["position"]): x["commit_seq"] for x in every}


def by_other_weights(root):
    """Align the archive anew without saying by which weights, as versions of before did."""
    couples = frozenset(x[:2] for x in rows(root))
    ids = {x for couple in couples for x in couple}
    again = partial(decide, basis=DecisionBasis(now=NOW, align=Aligner(), outdated=couples))
    publish_decisions(str(root), lambda _stories_of: [(again, ids)], run_id="before")


def test_what_earlier_weights_have_aligned_is_aligned_anew(root):
    add(root, *newsroom(4))
    first = pair_archive(str(root)).snapshot
    made = rows(root)
    assert first.summary[ALIGNED] == shipped_version()
    assert len(made) >= 12
    assert not outdated_alignments(archive.open(root))
    assert pair_archive(str(root)).snapshot is None

    by_other_weights(root)
    read = archive.open(root)
    assert {x > first.id for x in rows(root).values()} == {True}
    assert outdated_alignments(read) == {x[:2] for x in made}
    assert len(outdated_alignments(read, 5)) == 5

    # nothing is new, and yet the run has work to do
    second = pair_archive(str(root)).snapshot
    assert second.summary["archive/alignments_made"] == 12
    assert rows(root).keys() == made.keys()
    assert set(rows(root).values()) == {second.id}
    assert grouped(root) == three_each(4)
    assert pair_archive(str(root)).snapshot is None

    by_other_weights(root)
    whole = pair_archive(str(root), everything=True).snapshot
    assert set(rows(root).values()) == {whole.id}
