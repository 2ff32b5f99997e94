"""SQLite opens no cache that was not made here: a stranger's database acts when it is opened."""

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing

import pytest

import archive
from archive.exceptions import ArchiveNotWritable
from archive.format.layout import Layout
from archive.state import provenance, replay

PAGE = 4096


@pytest.fixture
def sent(open_writer, root, article, tmp_path):
    """An archive of somebody else's, as it comes out of a package."""
    with open_writer("run-1") as writer:
        writer.add_article(article(1))
        writer.commit()
    return shutil.copytree(root, tmp_path / "sent", symlinks=True)


def hostile_journal(state, named):
    """A rollback journal left by a power cut, which names another file as its super-journal."""
    data = state.read_bytes()[:PAGE]
    pages = state.stat().st_size // PAGE
    head = bytes.fromhex("d9d505f920a163d7") + struct.pack(">IIIII", 1, 7, pages, 512, PAGE)
    checksum = (7 + sum(data[x] for x in range(PAGE - 200, 0, -200))) & 0xFFFFFFFF
    name = os.fsencode(named)
    end = struct.pack(">I", (1 << 30) // PAGE + 1) + name + struct.pack(">II", len(name), sum(name))
    return head.ljust(512, b"\0") + struct.pack(">I", 1) + data + struct.pack(">I", checksum) + end + head[:8]


def plain_database(path):
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE about (name, value)")
        connection.commit()


def test_sqlite_itself_deletes_what_a_journal_names(tmp_path):
    """The reason for all of this; no test of ours."""
    state, secret = tmp_path / "state.sqlite", tmp_path / "secret"
    secret.write_text("a private key")
    plain_database(state)
    (tmp_path / "state.sqlite-journal").write_bytes(hostile_journal(state, secret))
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("SELECT * FROM about").fetchall()
    assert not secret.exists()


@pytest.mark.parametrize("use", ["read", "write"])
def test_a_journal_of_a_stranger_deletes_nothing(sent, tmp_path, open_writer, article, use):
    secret, state = tmp_path / "secret", sent / "state.sqlite"
    secret.write_text("a private key")
    plain_database(state)
    (sent / "state.sqlite-journal").write_bytes(hostile_journal(state, secret))
    if use == "read":
        with archive.open(sent).debts() as debts:
            assert debts is None
    else:
        with open_writer("run-2", sent) as writer:
            assert writer.known(article(1).url)
    assert secret.read_text() == "a private key"


def test_a_journal_beside_our_own_cache_is_not_played_back(open_writer, root, article, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a private key")
    open_writer("run-1").close()
    (root / "state.sqlite-journal").write_bytes(hostile_journal(root / "state.sqlite", secret))
    open_writer("run-2").close()
    assert secret.exists()
    assert not (root / "state.sqlite-journal").exists()


def test_a_copied_archive_gets_a_cache_of_its_own(sent, open_writer, article, caplog):
    assert not provenance.is_ours(sent / "state.sqlite")
    with open_writer("run-2", sent) as writer:
        assert writer.known(article(1).url)
    assert len(caplog.records) == 1
    assert "from the log" in caplog.text
    caplog.clear()
    open_writer("run-3", sent).close()
    assert caplog.text == ""


def test_triggers_of_a_stranger_are_gone(sent, open_writer, article):
    with closing(sqlite3.connect(sent / "state.sqlite")) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON about BEGIN DELETE FROM article; END")
        connection.commit()
    with open_writer("run-2", sent) as writer:
        writer.add_article(article(2))
        writer.commit()
        assert writer.known(article(1).url)
    with closing(sqlite3.connect(sent / "state.sqlite")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall() == []


def test_a_hard_link_to_a_cache_is_not_written_through(open_writer, root, tmp_path):
    open_writer("run-1").close()
    os.link(root / "state.sqlite", tmp_path / "backup")
    assert not provenance.is_ours(root / "state.sqlite")
    before = (tmp_path / "backup").read_bytes()
    open_writer("run-2").close()
    assert (tmp_path / "backup").read_bytes() == before


def test_a_copy_of_our_own_cache_in_its_place_is_not_ours(open_writer, root):
    """A stranger may send back what he was sent."""
    open_writer("run-1").close()
    state = root / "state.sqlite"
    data = state.read_bytes()
    with state.open("rb"):  # so that its inode is not free
        state.unlink()
        state.write_bytes(data)
        assert not provenance.is_ours(state)


def test_reading_opens_no_copied_cache(sent):
    before = {x.name for x in sent.iterdir()}
    with archive.open(sent).debts() as debts:
        assert debts is None
    assert {x.name for x in sent.iterdir()} == before


def test_another_file_of_the_same_inode_is_not_ours(open_writer, root):
    open_writer("run-1").close()
    state = root / "state.sqlite"
    data = bytearray(state.read_bytes())
    data[60:64] = b"\0\0\0\1"
    state.write_bytes(data)
    assert not provenance.is_ours(state)


def test_an_archive_called_by_a_link_has_one_cache(open_writer, root, tmp_path):
    open_writer("run-1").close()
    (tmp_path / "link").symlink_to(root)
    assert provenance.is_ours(tmp_path / "link/state.sqlite")


def test_a_purge_scrubs_the_cache_and_it_stays_ours(open_writer, root):
    open_writer("run-1").close()
    with closing(replay.open_state(Layout(root))) as state:
        replay.scrub(state)
    assert provenance.is_ours(root / "state.sqlite")


def test_a_cache_folder_that_cannot_be_written_is_told(open_writer, root, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(ArchiveNotWritable, match="TRIPTYCH_CACHE"):
        open_writer("run-1")


ALONE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("SELECT * FROM about").fetchall()
connection.close()
"""


@pytest.mark.parametrize("use", ["is_ours", "open_state", "cache_at"])
def test_who_closes_the_cache_in_another_process_is_not_the_last(open_writer, root, article, use):
    """Closing any descriptor of a file gives up its process's locks: SQLite then removed the log in use."""
    layout = Layout(root)
    with open_writer("run-1") as writer, closing(replay.open_state(layout)) as state:
        writer.add_article(article(1))
        writer.commit()
        state.connection.execute("BEGIN IMMEDIATE")
        state.remember("of", "a commit")
        state.connection.execute("COMMIT")
        if use == "is_ours":
            assert provenance.is_ours(layout.state)
        elif use == "open_state":
            replay.open_state(layout).close()
        elif use == "cache_at":
            cache = replay.cache_at(layout, archive.open(root).snapshot)
            if cache is not None:
                cache.close()
        subprocess.run([sys.executable, "-P", "-c", ALONE, layout.state], check=True, timeout=60)
        assert (root / "state.sqlite-wal").exists()
