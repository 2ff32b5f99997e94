"""The log of an archive in an object store folds too, and machines that are behind go on."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import archive
from archive.commit.fold import KEPT_MANIFESTS
from archive.exceptions import ArchiveDamaged
from archive.format.columns import SCHEMA_VERSION
from archive.opening import storage_at
from archive.operations import maintain
from archive.read.runs import runs
from archive.storage.snapshot_log import Log
from archive.writer import ArchiveWriter
from tests.archive.aged import age, begun
from tests.archive.findings import grave

COMMITS = KEPT_MANIFESTS + 30
SEEN = 20


@pytest.fixture
def aged(uri, article, machine):
    """Commits an hour apart and a quiet run; another machine has seen the first twenty."""
    clock = begun(COMMITS + 4)
    with ArchiveWriter.open(uri, run_id="20260301T000000Z-courier-1", now=clock) as writer:
        writer.add_article(article(1))
        writer.commit()
    with ArchiveWriter.open(uri, run_id="20260301T000000Z-quiet-1", now=clock) as quiet:
        quiet.commit(summary={"skipped(known)": 5})
    age(uri, SEEN)
    machine(2)
    archive.open(uri)
    machine(1)
    return uri, age(uri, COMMITS - SEEN)


def listed(store, folder):
    return [x.path for x in store.list(folder)]


def test_what_one_machine_folds_every_machine_reads(aged, store, machine):
    uri, before = aged
    machine(4)
    behind = archive.open(uri)
    assert list(behind.history()) == before
    machine(1)
    assert maintain.gc(uri).folded == (COMMITS + 1 - KEPT_MANIFESTS, 1)
    assert len(listed(store, "_log")) == KEPT_MANIFESTS + 1
    assert len(listed(store, "_history")) == 1
    assert listed(store, "_runs") == []
    since = datetime(2026, 1, 1, tzinfo=UTC)
    for number in (1, 2, 3, 4):
        machine(number)
        assert list(archive.open(uri).history()) == before
        assert "quiet" in {x.outlet for x in runs(uri, since)}
        assert len(archive.open(uri).articles()) == 1
    assert grave(uri) == []


def test_a_machine_whose_last_snapshot_is_folded_goes_on(aged, machine, article):
    uri, _ = aged
    machine(2)
    storage = storage_at(uri)
    assert storage.last_snapshot() == SEEN + 1 <= COMMITS - KEPT_MANIFESTS
    machine(1)
    maintain.gc(uri)
    machine(2)
    with ArchiveWriter.open(uri, run_id="run-2") as writer:
        writer.add_article(article(2))
        assert writer.commit().id == COMMITS + 2
    # its copies of what is folded are gone with the next fold
    maintain.gc(uri)
    assert len(list(storage.layout.log.iterdir())) == KEPT_MANIFESTS + 1
    assert grave(uri) == []


def test_another_archive_at_the_address_is_still_seen(aged, machine, store):
    uri, _ = aged
    machine(2)
    last = max(storage_at(uri).layout.log.iterdir())
    assert int(last.stem) == SEEN + 1
    text = last.read_text().replace('"committed_at": "2', '"committed_at": "3')
    last.write_text(text)
    machine(1)
    maintain.gc(uri)
    machine(2)
    with pytest.raises(ArchiveDamaged, match="the store was replaced, or restored"):
        archive.open(uri)


def test_a_number_that_was_folded_is_taken_for_ever(aged, machine, store):
    """A machine that slept for days between reading the log and its commit."""
    uri, before = aged
    machine(2)
    storage = storage_at(uri)
    log = Log(storage, SCHEMA_VERSION)
    slept = replace(log.read(SEEN), run_id="slept", committed_at=datetime.now(UTC), files=())
    log.read(SEEN - 1)
    machine(1)
    maintain.gc(uri)
    assert log.append(slept) is False
    assert not any(name.endswith(f"{SEEN:05d}.json") for name in listed(store, "_log"))
    machine(3)
    assert list(archive.open(uri).history()) == before


def test_two_machines_that_fold_at_once_lose_nothing(aged, machine, store):
    uri, before = aged
    blocks = []
    for number in (1, 2):
        machine(number)
        storage = storage_at(uri)
        archive.open(storage)
        blocks.append(Log(storage, SCHEMA_VERSION).history)
    snapshots = [x for x in reversed(before) if x.is_snapshot][1:]
    # each begins before the other has put its block there
    blocks[0].add(snapshots[:20])
    taken = listed(store, "_history")
    first = {name: store.get(name) for name in taken}
    blocks[1].add(snapshots[:30])
    for name, data in first.items():
        store.put(name, data)
    machine(3)
    assert list(archive.open(uri).history()) == before
    maintain.gc(uri)
    assert len(listed(store, "_history")) == 1
    shutil.rmtree(archive.open(uri).root)
    assert list(archive.open(uri).history()) == before
    assert grave(uri) == []


def test_a_quiet_run_is_in_the_store_when_it_ends(uri, machine, store, article):
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(article(1))
        writer.commit()
    with ArchiveWriter.open(uri, run_id="20260301T000000Z-courier-1") as quiet:
        assert quiet.commit(summary={"skipped(known)": 1}) is None
    assert len(listed(store, "_runs")) == 1
    assert len(listed(store, "_log")) == 2
    machine(2)
    (account,) = runs(uri, datetime.now(UTC) - timedelta(days=1))
    assert account.counts == {"skipped(known)": 1}
