"""Pages whose commands a shell runs from top to bottom, as a reader would."""

import ast
import os
import re
import shlex
import subprocess
import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

import archive
from archive.writer import ArchiveWriter
from tests.archive.two_newsrooms import fill, id_of
from tests.support.forked import A_WHILE
from triptych.__main__ import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    with ArchiveWriter.open(tmp_path / "news-archive", run_id="run-1") as writer:
        fill(writer)
    return tmp_path


def run_blocks(page, heading, folder):
    """Run the fenced `sh` blocks of a section; return what they print."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    section = re.split(rf"^## {heading}$", text, maxsplit=1, flags=re.M)[1].split("\n## ")[0]
    script = "set -e\n" + "".join(re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=A_WHILE,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_a_backup_is_restored_when_the_disk_is_gone(folder):
    rows = archive.open(folder / "news-archive").articles().to_arrow()
    assert "The archive is whole." in run_blocks("how-to/restore-a-backup.md", "Back up", folder)
    (folder / "news-archive").rename(folder / "lost")
    assert "The archive is whole." in run_blocks("how-to/restore-a-backup.md", "Restore", folder)
    restored = archive.open(folder / "news-archive")
    assert restored.articles().to_arrow() == rows
    assert (folder / "news-archive/articles").is_symlink()


@pytest.mark.parametrize(
    "page", ["how-to/maintain-an-archive.md", "how-to/read-an-archive.md", "reference/sql.md"]
)
def test_the_commands_of_a_page_succeed(page, folder, monkeypatch):
    """Each line of its `sh` blocks, without the redirection."""
    pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    monkeypatch.chdir(folder)
    text = (ROOT / "docs" / page).read_text("utf-8")
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)).splitlines()
    assert lines
    for line in lines:
        arguments = shlex.split(line.partition(" > ")[0], comments=True)
        assert arguments[0] == "triptych"
        began_later = "--as-of" in arguments
        assert main(arguments[1:]) == int(began_later), line


def test_the_python_of_reading_an_archive_runs(folder, monkeypatch):
    """Each statement of the page, on an archive without raw pages that began a moment ago."""
    pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    pytest.importorskip("polars", reason="NOT TESTED: polars is missing")
    monkeypatch.chdir(folder)
    text = (ROOT / "docs/how-to/read-an-archive.md").read_text("utf-8")
    code = "".join(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S))
    [story] = archive.open("news-archive").sql("SELECT story_id FROM stories LIMIT 1").to_pylist()
    names = {"story_id": story["story_id"], "article_id": id_of("courier", "library", "uk")}
    statements = ast.parse(code).body
    assert len(statements) > 20
    for statement in statements:
        source = ast.unparse(statement)
        may_fail = "a.raw(" in source or "as_of" in source
        with suppress(archive.PageNotKept, archive.SnapshotNotFound) if may_fail else nullcontext():
            exec(compile(ast.Module([statement], []), "read-an-archive.md", "exec"), names)
