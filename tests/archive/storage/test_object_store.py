"""The archive in an object store, on one machine and seen from others."""

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pandas as pd
import pytest

import archive
from archive.commit.committer import Committer
from archive.exceptions import ArchiveNotFound, ObjectStoreError, SnapshotNotFound
from archive.format.columns import SCHEMA_VERSION
from archive.opening import storage_at, utc_now
from archive.operations import maintain
from archive.operations.purge import purge
from archive.pages import warc_files
from archive.pages.warc_files import Pointer
from archive.state.tombstones import PurgedAddress
from archive.storage.snapshot_log import Log
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.archive.traces import find
from tests.support.forked import scrapy

HOUR = timedelta(hours=1)
SCALE = int(os.environ.get("TRIPTYCH_FAULTS", "1"))


def copy(store, folder):
    for listed in store.list(""):
        path = folder / listed.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.get(listed.path))


@pytest.fixture
def edited_bucket(uri, article, page, noon):
    """Two articles with pages, one of them edited."""
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(*page(article(1, text="перша")))
        writer.add_article(*page(article(2)))
        writer.commit()
        writer.add_article(*page(article(1, text="друга", fetched_at=noon + HOUR)))
        writer.commit()
    return uri


def test_what_one_machine_writes_another_reads(edited_bucket, machine, article, page):
    here = archive.open(edited_bucket)
    machine(2)
    there = archive.open(edited_bucket)
    assert there.root != here.root
    pd.testing.assert_frame_equal(there.articles().to_pandas(), here.articles().to_pandas())
    record, _ = page(article(1))
    versions = there.versions(record.article_id).to_pandas().sort_values("version")
    assert list(versions["body"]) == ["перша", "друга"]
    assert b"\xd0\xb4\xd1\x80\xd1\x83\xd0\xb3\xd0\xb0" in there.raw(record.article_id).body
    first = there.snapshots()[1].committed_at
    assert list(there.articles(as_of=first).to_pandas()["body"].sort_values()) == [
        *sorted(["перша", article(2).body])
    ]
    # without links the bare path is a folder of this machine, with exactly this snapshot in it
    frame = pd.read_parquet(there.path("articles"))
    assert len(frame) == 2
    assert str(there.path("articles")).startswith(str(there.root))


def test_a_copy_of_what_is_there_is_an_archive_in_a_folder(edited_bucket, store, tmp_path, article):
    folder = tmp_path / "brought-home"
    copy(store, folder)
    there, here = archive.open(edited_bucket), archive.open(folder)
    pd.testing.assert_frame_equal(here.articles().to_pandas(), there.articles().to_pandas())
    maintain.repair(folder)
    assert len(pd.read_parquet(folder / "articles")) == 2
    assert grave(folder) == []


def test_what_was_opened_stays_as_it_was(edited_bucket, machine, article):
    machine(2)
    opened = archive.open(edited_bucket)
    before = opened.articles().to_pandas()
    machine(1)
    with ArchiveWriter.open(edited_bucket, run_id="run-2") as writer:
        writer.add_article(article(3))
        writer.commit()
    pd.testing.assert_frame_equal(opened.articles().to_pandas(), before)
    machine(2)
    assert len(archive.open(edited_bucket).articles()) == 3


def test_a_put_where_something_is_already_loses(store):
    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(lambda n: store.create("_log/x", str(n).encode()), range(8)))
    assert sum(won) == 1
    assert store.get("_log/x") == str(won.index(True)).encode()
    assert store.create("_log/x", b"late") is False


def test_keys_with_spaces_and_letters_come_back(store):
    for name in ("_data/a b/x+y", "_data/ї/%41", "_data/q?x=1&y"):
        store.put(name, name.encode())
    assert {x.path for x in store.list("_data")} == {"_data/a b/x+y", "_data/ї/%41", "_data/q?x=1&y"}
    assert store.get("_data/ї/%41") == "_data/ї/%41".encode()


def test_four_machines_commit_at_once(uri, machine, program, tally):
    commits = 15 if SCALE > 1 else 3
    count = 5 * commits
    step = (
        count - 5
    )  # five numbers of each neighbour are archived by two: the second finds the text unchanged
    running = [program("appends.py", uri, f"run-{n}", n * step, count, 5, env=machine(n)) for n in range(4)]
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * 4
    opened = archive.open(uri)
    frame = opened.articles(columns=["url"]).to_pandas()
    wanted = sorted(f"https://courier.example/uk/news/{n}" for n in range(4 * step + 5))
    wrong = grave(uri)
    doubled = int(frame["url"].duplicated().sum())
    tally(
        "four machines at one object store",
        4 * commits,
        len(wanted),
        len(set(wanted) - set(frame["url"])),
        doubled,
        len(wrong),
    )
    assert sorted(frame["url"]) == wanted
    assert [snapshot.id for snapshot in opened.snapshots()] == list(range(1 + 4 * commits))
    outcomes = opened.observations().to_pandas()["outcome"].value_counts()
    assert dict(outcomes) == {"archived": len(wanted), "unchanged": 15}
    assert wrong == []


def test_what_another_machine_has_seen_is_known_here(edited_bucket, machine, article):
    machine(2)
    with ArchiveWriter.open(edited_bucket, run_id="run-2") as writer:
        assert writer.known(article(1).url).article_id
        assert writer.known(article(9).url) is None


def test_verify_reads_what_is_in_the_store(edited_bucket, store):
    assert grave(edited_bucket) == []
    (file,) = archive.open(edited_bucket).snapshot.stored("superseded")
    whole = store.get(file.path)
    store.put(file.path, whole[:-1] + b"!")
    assert grave(edited_bucket) == [
        f"{file.path}: is altered in the store: it does not match the checksum in the manifest"
    ]
    assert maintain.repair(edited_bucket).returned == 1
    assert grave(edited_bucket) == []
    store.delete([file.path])
    assert grave(edited_bucket) == [f"{file.path}: is not in the store any more"]
    assert maintain.repair(edited_bucket).returned == 1
    assert store.get(file.path) == whole


def test_a_lost_page_is_found(edited_bucket, store):
    pages = [x.path for x in store.list("_raw") if x.path.endswith(".warc.gz")]
    store.delete(pages)
    found = grave(edited_bucket)
    assert len(found) == 3
    assert all("page of" in text for text in found)


def test_another_process_is_handed_the_storage(edited_bucket, machine):
    """As `scrapy reextract` does: its workers read pages that this machine has not fetched."""
    machine(2)
    opened = archive.open(edited_bucket)
    row = opened.articles(columns=["raw_file", "raw_offset", "raw_length", "url"]).to_arrow().to_pylist()[0]
    handed = pickle.loads(pickle.dumps(opened.storage))
    pointer = Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
    assert not handed.path(pointer.file).exists()
    assert warc_files.read(handed, pointer).url == row["url"]
    assert handed.path(pointer.file).exists()
    assert handed.name == edited_bucket


def test_what_is_swept_is_gone_from_the_store(edited_bucket, store, machine, article):
    with ArchiveWriter.open(edited_bucket, run_id="run-2") as writer:
        for number in range(10, 20):
            writer.add_article(article(number))
            writer.commit()
    machine(2)
    old = archive.open(edited_bucket)
    machine(1)
    maintain.compact(edited_bucket)
    before = len(store.list("_data"))
    # what another machine may just have sent for its next commit is left alone, whatever was asked for
    assert maintain.gc(edited_bucket, 0).files == 0
    assert len(store.list("_data")) == before
    storage = storage_at(edited_bucket)
    later = Committer(storage, Log(storage, SCHEMA_VERSION), "gc", lambda: utc_now() + 2 * HOUR)
    planned = later.collect(timedelta(0), dry_run=True)
    assert len(store.list("_data")) == before
    assert later.collect(timedelta(0), dry_run=False).files == planned.files > 0
    live = {file.path for file in archive.open(edited_bucket).snapshot.files}
    assert {x.path for x in store.list("_data")} == live
    assert grave(edited_bucket) == []
    with pytest.raises(SnapshotNotFound, match="Open the archive again"):
        old.articles().to_pandas()


def test_purged_is_gone_from_the_store_and_from_every_machine(  # noqa: PLR0917
    edited_bucket, store, machine, article, page, tmp_path
):
    words = ("друга", article(1).url)
    machine(2)
    other = archive.open(edited_bucket)
    other.articles().to_pandas()
    record, _ = page(article(1))
    other.raw(record.article_id)
    assert find(other.root, *words)
    machine(1)
    purge(edited_bucket, article(1).url, "test")
    copy(store, tmp_path / "store")
    assert find(tmp_path / "store", *words) == []
    machine(2)
    with ArchiveWriter.open(edited_bucket, run_id="run-2") as writer:
        assert isinstance(writer.known(article(1).url), PurgedAddress)
    assert find(other.root, *words) == []
    assert grave(edited_bucket) == []


def test_nothing_there_is_a_sentence(uri, keys):
    with pytest.raises(ArchiveNotFound, match="a crawl makes one"):
        archive.open(uri)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "not the secret"}, "the secret key is wrong; check AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "the access key is not known there; check AWS_ACCESS_KEY_ID"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "nothing answers there"),
        ({"AWS_ENDPOINT_URL": "http://store.example"}, "is not encrypted; use https://"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no keys were found"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_secret(edited_bucket, server, monkeypatch, changes, said):
    for name, value in changes.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    for command in ("ls", "repair"):
        done = scrapy(command, "--archive", edited_bucket, module="archive")
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert server["secret"] not in done.stderr


def test_a_bucket_that_is_not_there_is_a_sentence(keys):
    with pytest.raises(ObjectStoreError, match="there is no such bucket"):
        ArchiveWriter.open("s3://no-such-bucket/news", run_id="run-1")
