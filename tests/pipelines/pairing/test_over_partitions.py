"""Pairing over partitions comes to the same rows on any number of workers, and with one of them killed."""

import shutil
from datetime import timedelta
from functools import partial

import pytest

import archive
from archive.operations.partitions import ALONE, Spread, over
from pipelines.pairing.run import pair_archive
from pipelines.pairing.scoring import Scoring
from pipelines.pairing.spool import spool_of
from pipelines.pairing.weekly.week_part import compare_weeks
from tests.archive.findings import grave
from tests.pipelines.pairing.test_history import told, week
from tests.pipelines.pairing.test_run import MONDAY, add, article, root
from tests.support.fleet.dying import at_last
from tests.support.fleet.machines import cluster

__all__ = ["root"]

WHEN = ["decided_at", "ingested_at"]
TABLES = ("articles", "stories", "pairs", "refusals", "alignments")


def rows(root):
    """All rows in the order of the commits and of their files, but for the time of the run."""
    read = archive.open(root)
    tables = {name: getattr(read, name)().to_arrow() for name in TABLES}
    return {
        name: sorted(
            table.drop_columns([x for x in WHEN if x in table.column_names]).to_pylist(),
            key=lambda row: row["commit_seq"],
        )
        for name, table in tables.items()
    }


def killing(marker, spread):
    """The same workers, one of which is killed in the middle of the second part."""

    def driver(function, jobs):
        assert len(jobs) >= 3
        marked = [(function, job, marker if number == 1 else None) for number, job in enumerate(jobs)]
        return over(at_last, marked, spread)

    return Spread(driver=driver)


@pytest.fixture
def several(root, tmp_path):
    """Three weeks around two Sundays, a link to a page of months ago, and a week of another outlet."""
    days = [MONDAY + timedelta(days=number) for number in range(0, 20, 2)]
    add(
        root,
        *(x for day in week(0) for x in day),
        *(article(100 + n, code, at + timedelta(hours=70 * m)) for n, at in enumerate(days) for m, code in
          enumerate(("uk", "en"))),
        article(300, "en", MONDAY + timedelta(days=90), named=[("uk", 101)]),
        *(article(200 + n, code, outlet="messenger") for n in range(3) for code in ("uk", "ru")),
    )  # fmt: skip
    return partial(_paired, root, tmp_path)


def _paired(root, tmp_path, name, spread):
    shutil.copytree(root, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("state.sqlite*"))
    pair_archive(str(tmp_path / name), spread=spread, enough=1)
    return rows(tmp_path / name)


def test_any_number_of_workers_tells_what_one_tells_with_one_killed(several, tmp_path):
    alone = several("alone", ALONE)
    assert len(alone["pairs"]) > 30
    assert len(alone["alignments"]) > 30
    assert several("two", Spread(2)) == alone
    assert several("four", killing(tmp_path / "killed", Spread(4))) == alone
    assert (tmp_path / "killed").exists()
    assert grave(tmp_path / "four") == []


@pytest.mark.slow
def test_a_cluster_tells_what_one_process_tells_with_a_worker_killed(several, tmp_path):
    with cluster(3, tmp_path) as engine:
        found = several("cluster", killing(tmp_path / "killed", Spread(engine=engine)))
    assert (tmp_path / "killed").exists()
    assert found == several("alone", ALONE)


def test_run_after_run_over_parts_tells_the_stories_that_one_run_tells(root, tmp_path):
    days = week(1)
    add(tmp_path / "once", *(x for day in days for x in day))
    pair_archive(str(tmp_path / "once"))
    for day, next_day in zip(days[::2], days[1::2], strict=True):
        add(root, *day, *next_day)
        pair_archive(str(root), spread=Spread(driver=map), enough=1)
    assert told(root) == told(tmp_path / "once")


def test_a_part_is_a_function_of_the_snapshot_however_the_weeks_are_divided(several, root):
    read, by_size = archive.open(root), {}
    for enough in (1, 40, 10_000):
        with spool_of(str(root)) as spool:
            scoring = Scoring(read, None, spool, keep_uncertain=False, anew=True)
            by_size[enough] = Gathering()
            assert sum(1 for _ in scoring.run(Spread(driver=by_size[enough]), enough)) > 5
            spool.remove()
    one, some, whole = by_size.values()
    assert len(one.parts) > len(some.parts) > len(whole.parts) == 1
    assert one.found == some.found == whole.found
    assert [x for part in reversed(one.parts) for x in compare_weeks(part)][::-1] == one.found


class Gathering:
    def __call__(self, function, jobs):
        self.parts, answers = jobs, [function(job) for job in jobs]
        self.found = [week for part in answers for week in part]
        return answers
