"""A bucket that somebody else has filled: what is fetched from it stays in this machine's cache folder."""

import shutil
import subprocess
import sys

import pytest

from archive.__main__ import main
from archive.exceptions import ArchiveDamaged
from archive.storage.object_store import Store
from archive.storage.working_copy import locate
from archive.writer import ArchiveWriter
from tests.archive.conftest import CHECKOUT
from tests.archive.storage.conftest import BUCKET
from tests.archive.strangers.altered import ARTICLE, ATTACKS, make_whole

STORED = ("_log", "_data", "_raw", "_purged", "_quarantine")
OF_FILES = (
    "month",
    "tombstone",
    "story",
    "far snapshot",
    "snapshot far off",
    "nested",
    "escapes",
    "large lists",
)
COMMANDS = (
    ["ls"],
    ["show", ARTICLE.url],
    ["why", ARTICLE.url],
    ["verify"],
    ["purge", "--dry-run", "--reason", "asked for", ARTICLE.url],
    ["repair"],
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_whole(tmp_path_factory.mktemp("whole") / "archive")


def in_a_process(arguments):
    command = [sys.executable, "-m", "archive", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, timeout=60, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode


def names(folder):
    return {str(x.relative_to(folder)): x.lstat().st_mtime_ns for x in folder.rglob("*") if x.is_file()}


@pytest.mark.parametrize("attack", OF_FILES)
def test_what_comes_from_a_bucket_stays_in_the_cache_folder(  # noqa: PLR0917
    whole, uri, store, tmp_path, monkeypatch, capsysbinary, attack
):
    root, canary, home = tmp_path / "archive", tmp_path / "canary", tmp_path / "home"
    shutil.copytree(whole, root, symlinks=True)
    (canary / "site-packages").mkdir(parents=True)
    (canary / "secret").write_text("a private key")
    home.mkdir()
    ATTACKS[attack](root, canary)
    for folder in STORED:
        for path in (root / folder).rglob("*"):
            if path.is_file():
                store.put(path.relative_to(root).as_posix(), path)
    shutil.rmtree(root)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    before = names(canary)
    # what could go on without end is a process that can be ended
    call = in_a_process if attack == "snapshot far off" else main
    for command in COMMANDS:
        assert call([*command, "--archive", uri]) in {0, 1, 2}
    told = capsysbinary.readouterr()
    assert b"\x1b" not in told.out + told.err
    assert names(canary) == before
    assert list(home.iterdir()) == []
    assert {x.name for x in tmp_path.iterdir()} == {"canary", "home", "machine-1"}


@pytest.fixture
def working_copy(uri, article):
    """The folder on this machine of an archive in the bucket."""
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(article(1))
        writer.commit()
    return locate(uri)


def test_an_entry_of_the_outbox_sends_no_file_from_elsewhere(working_copy, uri, store):
    secret = working_copy.parent / "secret"
    secret.write_text("a private key")
    (working_copy / "_outbox").mkdir(exist_ok=True)
    (working_copy / "_outbox/..%2Fsecret").touch()
    with pytest.raises(ArchiveDamaged, match="secret"), ArchiveWriter.open(uri, run_id="run-2"):
        pass
    sent = {x.path for x in Store(f"s3://{BUCKET}").list("")}
    assert not [x for x in sent if x.endswith("secret")]


def test_an_entry_of_the_outbox_sends_no_link(working_copy, uri, store, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a private key")
    (working_copy / "_raw").mkdir(exist_ok=True)
    (working_copy / "_raw/x.warc.gz").symlink_to(secret)
    (working_copy / "_outbox").mkdir(exist_ok=True)
    (working_copy / "_outbox/_raw%2Fx.warc.gz").touch()
    with pytest.raises(ArchiveDamaged), ArchiveWriter.open(uri, run_id="run-2"):
        pass
    with pytest.raises(FileNotFoundError):
        store.get("_raw/x.warc.gz")


def test_an_entry_of_the_outbox_deletes_no_object_of_others(working_copy, uri):
    other = Store(uri.replace("/news", "/other"))
    other.put("file", b"of somebody else")
    (working_copy / "_outbox").mkdir(exist_ok=True)
    (working_copy / "_outbox/-..%2Fother%2Ffile").touch()
    with pytest.raises(ArchiveDamaged, match="other"), ArchiveWriter.open(uri, run_id="run-2"):
        pass
    assert other.get("file") == b"of somebody else"
