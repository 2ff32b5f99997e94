"""An archive from a stranger is harmless: whatever stands in it, commands stay inside of it.

Each case is a copy of one archive in which one name, number, file or link was altered, and sealed again so
that the checksum is right. All commands run on it in a jail: an empty home, a canary beside the archive that
inotify watches, a server in place of proxy and object store that must not be asked, limits of memory, time.
"""

import ctypes
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.conftest import CHECKOUT, chosen
from tests.archive.strangers.altered import (
    ARTICLE,
    ATTACKS,
    cases,
    kinds_of_files,
    make_whole,
    texts_and_numbers,
)
from tests.archive.strangers.altered_log import LOG_ATTACKS, of_log, put_history
from tests.support import tiers

EVERY_ATTACK = {**ATTACKS, **LOG_ATTACKS}
SAMPLE = 8
MEMORY = 600_000_000
"""Bytes that the process of a case may have in memory; 200 MB of them are imports, pandas among them."""
EXPORTS = [
    ["export", "--format", "csv", "--output", "OUTPUT/articles.csv"],
    ["export", "--format", "jsonl", "--table", "versions", "--output", "OUTPUT/versions.jsonl"],
    ["export", "--format", "parquet", "--table", "observations", "--output", "OUTPUT/seen.parquet"],
    ["export", "--format", "tmx", "--output", "OUTPUT/stories.tmx"],
    ["export", "--format", "iceberg", "--output", "OUTPUT/iceberg"],
    ["export", "--wacz", "OUTPUT/pages.wacz"],
]
READING = [
    ["ls"],
    ["show", ARTICLE.url],
    ["diff", ARTICLE.url],
    ["why", ARTICLE.url],
    ["raw", ARTICLE.url],
    ["view", "--no-browser", "--output", "OUTPUT/view"],
    ["verify"],
]
API = [["api", ARTICLE.article_id, str(part)] for part in range(3)]
"""Every method of `archive.open`, in thirds."""
WRITING = [
    ["gc", "--keep-days", "0"],
    ["compact"],
    ["migrate"],
    ["purge", "--dry-run", "--reason", "asked for", ARTICLE.url],
    ["repair"],
    ["repair", "--rebuild"],
    ["purge", "--yes", "--reason", "asked for", ARTICLE.url],
]


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    return put_history(make_whole(tmp_path_factory.mktemp("whole") / "archive"))


# The jail.


class Watch:
    """What is done to a tree, by any process, as inotify tells it."""

    def __init__(self, root):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._descriptor >= 0
        for folder in (root, *(x for x in root.rglob("*") if x.is_dir())):
            # all but the opening and closing of the folder itself by who lists it
            assert self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), 0xFFF) >= 0

    def seen(self):
        if not select.select([self._descriptor], [], [], 0)[0]:
            return b""
        return os.read(self._descriptor, 65_536)

    def close(self):
        os.close(self._descriptor)


def content(root):
    return {
        str(path.relative_to(root)): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in sorted(root.rglob("*"))
        if not path.is_symlink()
    }


class Jail:
    """Runs the cases, one after the other; a case ends with the first complaint."""

    def __init__(self, folder, whole, server):
        self.folder, self.whole, self.server = folder, whole, server
        self.canary, self.home = folder / "canary", folder / "home"
        self._process, self._turns = None, itertools.count()
        for made in (self.home, self.canary / "deep", self.canary / "site-packages", folder / "tmp"):
            made.mkdir(parents=True)
        (self.canary / "secret").write_text("a private key")
        (self.canary / "deep/part-0.parquet").write_bytes(b"PAR1")
        for name in ("secret.warc.gz", "secret.json", "index.cdxj"):
            (self.canary / name).write_bytes(b"\x1f\x8b secret")

    def __call__(self, selected, codes=frozenset({0, 1, 2}), *, everything=False):
        """Of each case it has one export and a third of the methods, in turns; or everything."""
        return [
            f"{name}: {text}"
            for name, alter in selected
            for text in self.one(
                alter, codes, None if everything or tiers.rounds(2) > 1 else next(self._turns)
            )
        ]

    def one(self, alter, codes=frozenset({0, 1, 2}), turn=None):
        reading = [*READING, *EXPORTS, *API]
        if turn is not None:
            reading = [*READING, EXPORTS[turn % len(EXPORTS)], API[turn % len(API)]]
        root, out = self.folder / "archive", self.folder / "out"
        for folder in (root, out, self.folder / "cache"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.whole, root, symlinks=True)
        out.mkdir()
        alter(root, self.canary)
        before, unread = content(self.canary), content(root)
        watch = Watch(self.canary)
        try:
            wrong = None
            for part in (reading, WRITING):
                told = [[x.replace("OUTPUT", str(out)) for x in command] for command in part]
                wrong = next(self._run(root, told, codes), None)
                if part is reading and wrong is None:
                    after = content(root)
                    new = {x for x in after.keys() | unread.keys() if after.get(x) != unread.get(x)}
                    wrong = f"reading changed {sorted(new)[:3]}" if new else None
                if wrong is not None:
                    yield wrong
                    break
            if seen := watch.seen():
                yield f"the canary was touched: {seen[:64]!r}"
            if content(self.canary) != before:
                yield "the canary was changed"
            if list(self.home.iterdir()):
                yield "something lies in the home"
            known = {"archive", "canary", "home", "tmp", "cache", "out"}
            if strange := {x.name for x in self.folder.iterdir()} - known:
                yield f"something new lies beside the archive: {strange}"
            if strange := {x.name for x in out.iterdir()} - {
                *("view", "articles.csv", "versions.jsonl", "seen.parquet", "stories.tmx", "iceberg"),
                "pages.wacz",
            }:
                yield f"something new lies beside the exports: {strange}"
            if self._asked():
                yield "the server was asked"
            if wrong is not None:  # whatever it still does
                self.end()
        finally:
            watch.close()
            if content(self.canary) != before:  # the next case finds it as it was
                self._restore(before)

    def _run(self, root, commands, codes):
        """Complaints about commands; ends where the process does, or the server is asked."""
        process = self._started()
        process.stdin.write(json.dumps([str(root), commands]).encode() + b"\n")
        process.stdin.flush()
        done = 0
        while True:
            ready = select.select([process.stdout, self.server], [], [])[0]
            if self.server in ready:
                self.end()
                yield f"{commands[done]} asked the server"
                return
            answer = json.loads(process.stdout.readline())
            if "status" in answer:
                if answer["status"] != 0:
                    yield f"{commands[done]} ended the process: {answer['status']}"
                return
            done += 1
            yield from complaints(answer, codes)

    def _started(self):
        if self._process is None:
            url = os.environ["STRANGERS_SERVER"]
            env = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(CHECKOUT),
                "HOME": str(self.home),
                "TMPDIR": str(self.folder / "tmp"),
                "TRIPTYCH_CACHE": str(self.folder / "cache"),
                "AWS_ACCESS_KEY_ID": "stranger",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_ENDPOINT_URL": url,
                "AWS_ALLOW_HTTP": "true",
                **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"), url),
            }
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("jailed.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=env,
                cwd=self.folder,
                start_new_session=True,
            )
        return self._process

    def end(self):
        """End it with all that it has started, whatever they wait for."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None
        self._asked()

    def _asked(self):
        try:
            self.server.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def _restore(self, before):
        shutil.rmtree(self.canary)
        self.canary.mkdir()
        for name, (_, data) in before.items():
            if data is None:
                (self.canary / name).mkdir(parents=True)
            else:
                (self.canary / name).write_bytes(data)


def complaints(answer, codes):
    command = answer["command"]
    if answer["memory"] > MEMORY:
        yield f"{command}: {answer['memory'] >> 20} MB"
    if answer["code"] not in codes:
        yield f"{command}: {answer['code']} {answer['err']}"
    if "Traceback" in answer["err"]:
        yield f"{command}: {answer['err']}"
    if not command.startswith("raw") and any(
        x in answer["out"] + answer["err"] for x in ("\x1b", "\u202e", "\0", "\x07", "\x9b")
    ):
        yield f"{command}: control characters"


@pytest.fixture(scope="module")
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.MonkeyPatch.context() as patch:
        listening.setblocking(False)
        patch.setenv("STRANGERS_SERVER", f"http://127.0.0.1:{listening.getsockname()[1]}")
        yield listening


@pytest.fixture(scope="module")
def jail(tmp_path_factory, whole, server):
    """One for all tests: what it imports takes seconds."""
    made = Jail(tmp_path_factory.mktemp("jail"), whole, server)
    yield made
    made.end()


def test_the_archive_is_read_as_it_is(jail):
    assert jail([("nothing", lambda root, canary: None)], codes={0}, everything=True) == []


@pytest.mark.parametrize("attack", EVERY_ATTACK)
def test_an_attack_ends_in_a_sentence(jail, attack):
    assert jail([(attack, EVERY_ATTACK[attack])]) == []


def test_no_kind_of_file_leads_out_of_the_archive(jail, whole):
    assert jail(chosen(kinds_of_files(whole), SAMPLE)) == []


def test_no_text_and_no_number_leads_out_of_the_archive(jail, whole):
    assert jail(chosen([*texts_and_numbers(whole), *of_log(whole)], SAMPLE)) == []


def test_every_file_of_an_archive_is_altered(whole):
    altered = " ".join(name for name, _ in cases(whole))
    for path in whole.rglob("*"):
        if path.is_file() and "_views" not in path.parts:
            assert str(path.relative_to(whole)) in altered
