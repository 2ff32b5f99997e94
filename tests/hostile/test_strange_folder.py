"""Every command, given in a stranger's folder: no module that lies in it is imported."""

import argparse
import os
import pkgutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from archive.__main__ import parser
from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page
from tests.support.forked import A_WHILE
from triptych.command_line import command_line

TRIPTYCH = Path(sys.executable).with_name("triptych")
OURS = {"archive", "crawler", "pipelines", "triptych", "evil", "sitecustomize", "usercustomize"}
OTHERS = {module.name for module in pkgutil.iter_modules()}
NAMES = sorted({*sys.stdlib_module_names, *OURS, *OTHERS})
NOWHERE = "http://127.0.0.1:9/article.html"

WITH_CHILDREN = (
    ("archive", "compact", "--processes", "2"),
    ("archive", "export", "--format", "jsonl", "--processes", "2", "--output", "../out"),
    ("reextract",),
    ("search", "text"),
)
"""Commands that start processes of their own, by every way there is: forkserver, spawn, `python -m`."""
OTHER_COMMANDS = (
    ("completion", "bash"),
    ("crawl", "demo"),
    ("crawl", "--all", "--dry-run"),
    ("diff", "0"),
    ("doctor",),
    ("export", "--format", "csv", "--output", "../out"),
    ("feed",),
    ("genspider", "gazette", "gazette.example"),
    ("import", "none.warc"),
    ("inspect", NOWHERE),
    ("list",),
    ("live", "none"),
    ("ls",),
    ("outlets",),
    ("pair",),
    ("record", "demo", NOWHERE),
    ("revisit", "demo"),
    ("schedule", "cron"),
    ("show", "0"),
    ("sql", "FROM articles"),
    ("verify",),
    ("watch",),
    ("why", NOWHERE),
)

OF_ARCHIVES = (
    ("copy", "news-archive", "../copy"),
    ("diff", "0"),
    ("export", "--format", "csv", "--output", "../out"),
    ("feed", "--output", "../feed.xml"),
    ("gc",),
    ("ls",),
    ("migrate",),
    ("purge", "none", "--reason", "test"),
    ("raw", "0"),
    ("repair",),
    ("search", "text"),
    ("show", "0"),
    ("sql", "FROM articles"),
    ("verify", "--all"),
    ("why", NOWHERE),
)


@pytest.fixture
def received(tmp_path):
    """A folder with an archive, a Scrapy project, and modules that leave a file when they run."""
    folder = tmp_path / "received"
    folder.mkdir()
    for name in NAMES:
        marker = str(tmp_path / f"ran-{name}")
        (folder / f"{name}.py").write_text(f"open({marker!r}, 'w').close()\n")
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = evil\n")
    with ArchiveWriter.open(folder / "news-archive", run_id="run") as writer:
        for number in range(4):
            record, page = make_page(make_article(number))
            writer.add_article(record, page)
            writer.commit()
    return folder


def run_in(folder, *words):
    done = subprocess.run(
        [str(TRIPTYCH), *words],
        cwd=folder,
        env={**os.environ, "TRIPTYCH_CACHE": str(folder.parent / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=A_WHILE,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def imported(folder):
    return sorted(path.name for path in folder.parent.glob("ran-*"))


def test_no_child_of_a_command_imports_from_the_working_folder(received):
    for words in WITH_CHILDREN:
        done = run_in(received, *words)
        assert (done.returncode, imported(received)) == (0, []), (words, done.stderr)


def test_no_crawl_of_a_fleet_imports_from_the_working_folder(received):
    """Its crawls are processes with workers of their own; no site is asked."""
    nowhere = ("-s", "RESOLVE_TO=127.0.0.1", "-s", "ALLOW_PRIVATE_NETWORK=True", "-s", "RETRY_TIMES=0")
    run_in(received, "crawl", "--all", "bihus", *nowhere)
    assert "could be read" in (received / "triptych-logs/bihus.log").read_text()
    assert imported(received) == []


def test_the_processes_of_view_import_nothing_from_the_working_folder(received):
    command = [str(TRIPTYCH), "view", "--no-browser", "--port", "0"]
    environment = {**os.environ, "TRIPTYCH_CACHE": str(received.parent / "cache")}
    with subprocess.Popen(
        command, cwd=received, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            assert "http://" in server.stdout.readline()
            side_files = received.parent / "cache"
            while not list(side_files.rglob("search.sqlite")):
                assert server.poll() is None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
    assert imported(received) == []


@pytest.mark.slow
def test_no_command_imports_from_the_working_folder(received):
    for words in (*OTHER_COMMANDS, *(("archive", *words) for words in OF_ARCHIVES)):
        done = run_in(received, *words)
        assert imported(received) == [], (words, done.stderr)


def test_no_command_is_forgotten():
    tried = {words[0] for words in (*WITH_CHILDREN, *OTHER_COMMANDS)} | {"view"}
    assert tried == set(command_line().commands)
    tried = {words[0] for words in OF_ARCHIVES} | {
        words[1] for words in WITH_CHILDREN if words[0] == "archive"
    }
    (commands,) = (x for x in parser()._actions if isinstance(x, argparse._SubParsersAction))
    assert tried | {"view"} == set(commands.choices)
