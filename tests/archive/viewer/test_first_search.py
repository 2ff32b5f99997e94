"""The first search of an archive that nobody has opened before."""

import json
import os
import re
import select
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest

import archive
from archive.storage import locks
from archive.viewer.search import fill, read_texts, side_file, word_forms
from archive.viewer.search.answers import Question
from archive.viewer.search.lookup import Lookup
from tests.archive.viewer.test_web import ask, serving, text_of
from tests.hostile.processes import children

NEVER_RUN = ("archive", "triptych", "multiprocessing", "json", "sqlite3", "pyarrow", "sitecustomize")


@pytest.fixture
def unread(open_writer, article, root):
    """An archive whose side file has the lists and none of the texts."""
    with closing(open_writer()) as writer:
        writer.add_article(article(1, "uk", "Трамвай зупинився."))
        writer.commit()
    fill.fill(archive.open(root), texts=False)
    return root


def filling_waits(root):
    return locks.hold(side_file.side_file(archive.open(root).storage.layout).with_suffix(".lock"))


def filling_processes(server=None):
    """Processes of this server, or another, that fill side files; other tests may have children, too."""
    filling = []
    for pid in children(server or os.getpid()):
        with suppress(OSError):  # it has ended
            if b"archive.viewer" in command_line(pid):
                filling.append(pid)
    return filling


def command_line(pid):
    """Wait out the moment within exec, after the descriptors are closed, in which a process has none."""
    while True:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        is_zombie = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        if line or is_zombie:
            return line
        os.sched_yield()


def wait_for_filling(server=None):
    """Wait until what fills has ended; leave it to its server, this process or another, to collect it."""
    for pid in filling_processes(server):
        with suppress(ProcessLookupError), running(pid) as end:
            select.select([end], [], [])


@contextmanager
def running(pid):
    """A descriptor that is readable once the process has ended."""
    descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_a_search_before_the_first_text_loads_no_dictionary(unread, monkeypatch):
    """It takes a second, which filling would wait for."""
    # the other tests of this process keep theirs
    monkeypatch.setattr(word_forms, "_dictionary", cache(word_forms._dictionary.__wrapped__))
    with closing(
        Lookup(side_file.connect(side_file.side_file(archive.open(unread).storage.layout)))
    ) as lookup:
        assert lookup.ask(Question("трамваї")).found == 0
    assert word_forms._dictionary.cache_info().currsize == 0


def test_lemmas_are_loaded_in_full_for_many_words_alone(unread, open_writer, article, monkeypatch):
    monkeypatch.setattr(word_forms, "_in_full", set())
    fill.fill(archive.open(unread))
    assert word_forms._in_full == set()
    monkeypatch.setattr(read_texts, "_FEW_WORDS", 0)
    with closing(open_writer()) as writer:
        writer.add_article(article(2, "en", "Trams stop."))
        writer.commit()
    fill.fill(archive.open(unread))
    assert word_forms._in_full == {"en"}


def test_a_search_finds_what_was_read_between_two_requests(unread):
    search = "/search?q=" + quote("трамваї")
    with serving(unread) as get:
        with filling_waits(unread):
            _, _, body = get(search)
            assert "0 of 1 so far" in text_of(body)
            assert "No story matches" not in text_of(body)
            assert b"data-reload" in body
            assert (get("/search.json?q=x")[0], get("/search.atom?q=x")[0]) == (503, 503)
        wait_for_filling()
        told = text_of(get(search)[2])
        assert "1 story" in told
        assert "so far" not in told
        assert len(json.loads(get(search.replace("?", ".json?"))[2])) == 1
        assert "No story matches" in text_of(get("/search?q=nothing")[2])


def test_a_page_of_an_older_snapshot_says_that_newer_commits_are_being_read(unread, open_writer, article):
    with closing(open_writer()) as writer:
        writer.add_article(article(2, "uk", "Метро працює."))
        writer.commit()
    with serving(unread) as get:
        with filling_waits(unread):
            first = text_of(get("/")[2])
            assert "Newer commits are being read: this page is still of snapshot 1." in first
            assert "1 story" in first
        wait_for_filling()
        last = text_of(get("/")[2])
        assert "Newer commits" not in last
        assert "2 stories" in last


def test_texts_that_were_read_by_filling_that_was_killed_are_found(unread):
    """A text is kept at once, and noted every ten seconds."""
    opened = archive.open(unread)
    path = side_file.side_file(opened.storage.layout)
    with closing(side_file.connect(path)) as connection:
        (docs,) = connection.execute("SELECT data FROM digest WHERE name = 'docs'").fetchone()
    fill.fill(opened)
    with side_file.writing(path) as connection:
        connection.execute("UPDATE digest SET data = ? WHERE name = 'docs'", (docs,))
    fill.fill(opened)
    with closing(Lookup(side_file.connect(path))) as lookup:
        assert (lookup.read, lookup.ask(Question("трамваї")).found) == (1, 1)


def test_texts_that_nobody_will_read_are_told(unread):
    with serving(unread) as get:
        with filling_waits(unread):
            assert "so far" in text_of(get("/search?q=x")[2])
            (filling,) = filling_processes()
            # for a moment a killed process runs on without its command line, so it is not looked for by that
            with running(filling) as end:
                os.kill(filling, 9)
                select.select([end], [], [])
        told = text_of(get("/search?q=x")[2])
    assert "only 0 of 1 texts" in told
    assert "No story matches" not in told


def test_nothing_of_the_current_folder_is_run(unread, tmp_path):
    """A folder that was received may hold modules with the names of ours and of Python's."""
    for name in NEVER_RUN:
        tmp_path.joinpath(f"{name}.py").write_text(f"open({str(tmp_path / 'RAN')!r}, 'a').write({name!r})")
    command = [
        Path(sys.executable).with_name("triptych"),
        "view",
        "--no-browser",
        "--no-secret",
        "--port",
        "0",
    ]
    with subprocess.Popen(
        [*command, "--archive", unread], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as view:
        try:
            port = int(re.search(r"127\.0\.0\.1:(\d+)", view.stdout.readline())[1])
            while ask(port, "/search.json?q=x")[0] == 503:
                wait_for_filling(view.pid)
        finally:
            view.terminate()
    assert not tmp_path.joinpath("RAN").exists()
