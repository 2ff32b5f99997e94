"""Pipes, sockets, devices and folders where a command expects a file: a sentence at once."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from archive.__main__ import main
from archive.storage import path_guard
from archive.writer import ArchiveWriter
from tests.support import forked

COMMANDS = (
    ("inspect", "{path}"),
    ("inspect", "{path}.gz"),
    ("live", "kanal24", "--addresses", "{path}"),
    ("crawl", "kanal24", "-a", "urls={path}"),
    ("import", "{path}"),
    ("pair", "--labels", "{path}"),
    # to be written
    ("live", "kanal24", "--report", "{path}.json"),
    ("pair", "--review", "{path}"),
    ("crawl", "kanal24", "--report", "{path}"),
    ("inspect", "{folder}/page.html", "--html", "{path}"),
)
KINDS = ("pipe", "folder", "device", "socket")


def make(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))


@pytest.mark.parametrize(
    "command",
    [COMMANDS[0], *(pytest.param(x, marks=pytest.mark.thorough) for x in COMMANDS[1:])],
    ids=" ".join,
)
def test_what_is_no_file_is_neither_waited_for_nor_read_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    (tmp_path / "page.html").write_text("<title>A page</title>")
    for kind in KINDS:
        for ending in ("", ".gz", ".json"):
            make(kind, Path(f"{kind}{ending}"))
        arguments = [part.format(path=tmp_path / kind, folder=tmp_path) for part in command]
        done = forked.scrapy(*arguments, "-s", f"ARCHIVE_URI={tmp_path}/archive")
        assert done.returncode in {1, 2}, (kind, done.stderr)
        assert kind in done.stderr, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("crawl", "demo", "-O", "{place}/articles.jsonl"),
        ("crawl", "demo", "-o", "file://{place}/articles.jsonl"),
        ("genspider", "gazette", "gazette.example", "--into", "{place}"),
        ("pair", "--review", "{place}/pairs.csv"),
        ("record", "demo", "http://127.0.0.1:9/story.html", "--into", "{place}"),
        ("archive", "copy", "{other}", "{place}/copy"),
    ],
    ids=" ".join,
)
def test_no_command_writes_into_an_archive(tmp_path: Path, command: tuple[str, ...]) -> None:
    places = {"place": tmp_path / "archive", "other": tmp_path / "other"}
    for place in places.values():
        ArchiveWriter.open(place, run_id="test").close()
    before = sorted(tmp_path.rglob("*"))
    arguments = [part.format(**places) for part in command]
    if command[0] == "archive":
        assert main(arguments[1:]) == 2
    else:
        done = forked.scrapy(*arguments, "-s", f"ARCHIVE_URI={places['other']}")
        assert (done.returncode, "give another place" in done.stderr) == (2, True), done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="NOT TESTED: a pipe in memory; no /dev/shm")
def test_a_pipe_of_somebody_in_memory_is_no_pipe_of_the_shell() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        pipe = Path(folder) / "page.html"
        os.mkfifo(pipe)
        with pytest.raises(OSError, match="a pipe"):
            path_guard.expect_file(pipe)


def test_the_pipe_of_the_shell_is_read() -> None:
    reading, writing = os.pipe()
    try:
        path_guard.expect_file(Path(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)
        os.close(writing)
