"""Scrapy's commands on an archive whose rows command a terminal: what they print says it and does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from archive.format.snapshot import seal
from archive.writer import ArchiveWriter
from tests import forked
from tests.archive.conftest import make_article, make_page
from tests.archive.test_terminal import HOSTILE, OBEYED

if TYPE_CHECKING:
    from pathlib import Path

    from archive.format.records import ArticleRecord

SHOWN = "[link=file:///etc/passwd]"


def hostile(number: int, language: str) -> ArticleRecord:
    text = f"{HOSTILE.replace(chr(0), '')} {language} 17 {number}"
    changed = {"headline": text, "body": text, "byline": text, "authors": (text,)}
    return replace(make_article(number, language), **changed)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile") / "archive"
    with ArchiveWriter.open(root, run_id="20260301T120000Z-courier-1") as writer:
        for number in (1, 2):
            for language in ("uk", "en"):
                writer.add_article(*make_page(hostile(number, language)))
        writer.commit(summary={"sources/read": 1, "run/finished": 1})
    return root


@pytest.mark.parametrize(
    ("command", "prints_rows"),
    [
        (("pair", "--explain", make_article(1, "uk").url, make_article(1, "en").url), True),
        (("pair", "--explain", f"{HOSTILE} ", make_article(1, "en").url), False),
        (("pair", "--review", "{folder}/review.csv"), False),
        (("outlets",), False),
        (("reextract", f"x{HOSTILE}"), False),
    ],
)
def test_nothing_that_a_row_or_an_argument_says_is_obeyed(
    archive: Path, tmp_path: Path, command: tuple[str, ...], prints_rows: bool
) -> None:
    given = [x.replace("{folder}", str(tmp_path)).replace("\0", "") for x in command]
    done = forked.scrapy(*given, "-s", f"ARCHIVE_URI={archive}", COLUMNS="300")
    printed = done.stdout + done.stderr
    assert not OBEYED.search(printed), printed
    assert "Traceback" not in printed
    if prints_rows:
        assert done.returncode == 0
        assert SHOWN in printed


def test_counters_of_a_manifest_are_printed_letter_by_letter(archive: Path, tmp_path: Path) -> None:
    """What an outlet's last run says of itself is in the manifest."""
    manifest = max((archive / "_log").iterdir())
    document = json.loads(manifest.read_bytes())
    document.pop("sha256")
    document["run_id"] = "20260301T120000Z-demo-1"
    document["committed_at"] = "2099-01-01T00:00:00+00:00"
    document["summary"] = {"sources/read": 1, "run/problems": 1, f"failed({HOSTILE})": 3}
    before = manifest.read_bytes()
    manifest.write_bytes(seal(json.dumps(document, indent=1)))
    try:
        done = forked.scrapy("outlets", "-s", f"ARCHIVE_URI={archive}", COLUMNS="300")
    finally:
        manifest.write_bytes(before)
    assert done.returncode == 0, done.stderr
    assert not OBEYED.search(done.stdout)
