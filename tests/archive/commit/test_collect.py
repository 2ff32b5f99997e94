"""Collection keeps what somebody may still read: every state of the time that is asked for, and no other."""

import os
from datetime import timedelta

import pytest

import archive
from archive.commit.committer import Committer
from archive.format.columns import SCHEMA_VERSION
from archive.opening import storage_at, utc_now
from archive.storage.snapshot_log import Log
from tests.archive.findings import grave

HOUR = timedelta(hours=1)


@pytest.fixture
def replaced(root, open_writer, article):
    """Files of three states: made now, and replaced after 30 and after 60 hours."""
    begun = utc_now() - 400 * HOUR  # a clock ahead of the file system's is not believed
    for number in range(3):
        at = begun + number * 30 * HOUR
        with open_writer(f"run-{number}", now=lambda at=at: at) as writer:
            writer.add_article(article(1, text=f"Текст {number}", fetched_at=at))
            writer.commit()
    for path in (root / "_data").rglob("*.parquet"):
        os.utime(path, (begun.timestamp(), begun.timestamp()))
    states = archive.open(root).snapshots()[1:]
    return begun, [{file.path for file in state.files} for state in states]


def collected(root, at, keep):
    storage = storage_at(root)
    with Committer(storage, Log(storage, SCHEMA_VERSION), "gc", lambda: at) as committer:
        committer.collect(keep, dry_run=False)


def aged(paths, by):
    at = (utc_now() - by).timestamp()
    for path in paths:
        os.utime(path, (at, at))


@pytest.mark.parametrize(("hours", "left"), [(61, 2), (83, 2), (85, 1), (200, 1)])
def test_the_state_at_the_begin_of_the_time_that_is_kept_stays_whole(root, replaced, hours, left):
    """24 hours: at hour 83 that of hour 30 was the latest at their begin, at hour 85 that of hour 60 was."""
    begun, states = replaced
    kept = set().union(*states[-left:])
    gone = set().union(*states) - kept
    assert gone
    collected(root, begun + hours * HOUR, 24 * HOUR)
    assert {x for x in kept | gone if (root / x).exists()} == kept
    assert grave(root) == []


def test_views_that_somebody_may_read_stay_for_a_day(root, open_writer, article):
    with open_writer() as writer:
        for number in range(6):
            writer.add_article(article(number))
            writer.commit()
    resolved = sorted((root / "_views").glob("v*"))
    assert len(resolved) == 7
    aged(resolved, 23 * HOUR)
    collected(root, utc_now(), 24 * HOUR)
    assert sorted((root / "_views").glob("v*")) == resolved
    aged(resolved, 25 * HOUR)
    collected(root, utc_now(), 24 * HOUR)
    assert sorted((root / "_views").glob("v*")) == resolved[-3:]
