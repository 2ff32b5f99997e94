"""Accounts of crawls, from the manifests that are kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from archive.read.runs import Accounts, runs
from archive.writer import ArchiveWriter
from tests.archive.made import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A crawl an hour; that of hour 2 committed on the way, too, and pairing ran between."""
    for number in range(5):
        at = NOON + number * HOUR
        run_id = f"20260301T{12 + number}0000Z-courier-{number}"
        for finished in (0, 1) if number == 2 else (1,):
            with ArchiveWriter.open(tmp_path, run_id=run_id, now=lambda at=at: at) as writer:  # type: ignore[misc]
                writer.commit(summary={"run/finished": finished})
        with ArchiveWriter.open(tmp_path, run_id=f"pair-{number}", now=lambda at=at: at) as writer:  # type: ignore[misc]
            writer.commit(summary={"pairs": 1})
    return tmp_path


def hours(found: list[str]) -> list[int]:
    return [int(run_id.rpartition("-")[2]) for run_id in found]


def test_each_run_has_its_last_account_latest_first(root: Path) -> None:
    found = list(runs(root, NOON - HOUR))
    assert hours([run.run_id for run in found]) == [4, 3, 2, 1, 0]
    assert {run.counts["run/finished"] for run in found} == {1}
    assert {run.outlet for run in found} == {"courier"}


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (-1, 2, [1, 0]),
        (0.5, 2, [1]),
        (1.5, 3.5, [3, 2]),
        (3.5, 9, [4]),
        (-9, 0, []),
        (4.5, 9, []),
        (-9, 99, [4, 3, 2, 1, 0]),
    ],
)
def test_between_two_moments_the_first_excluded_and_the_last(
    root: Path, since: float, until: float, expected: list[int]
) -> None:
    found = Accounts(root).runs(NOON + since * HOUR, NOON + until * HOUR)
    assert hours([run.run_id for run in found]) == expected


def test_the_accounts_begin_with_the_archive(root: Path, tmp_path: Path) -> None:
    assert Accounts(root).begin == NOON
    assert Accounts(tmp_path / "nothing").begin is None
