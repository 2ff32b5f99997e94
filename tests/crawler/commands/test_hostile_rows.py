"""Scrapy's commands on an archive whose rows command a terminal: what they print says it and does nothing."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from archive.format.records import ArticleRecord, Decisions, LinkFacts, Membership, PairRecord
from archive.format.snapshot import seal
from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page
from tests.archive.test_terminal import HOSTILE, OBEYED
from tests.support import forked

SHOWN = "[link=file:///etc/passwd]"
TEXT = HOSTILE.replace("\0", "")


def hostile(number: int, language: str) -> ArticleRecord:
    text = f"{TEXT} {language} 17 {number}"
    changed = {"headline": text, "body": text, "byline": text, "authors": (text,)}
    return replace(make_article(number, language), **changed)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile") / "archive"
    with ArchiveWriter.open(root, run_id="20260301T120000Z-courier-1") as writer:
        for number in (1, 2):
            for language in ("uk", "en"):
                writer.add_article(*make_page(hostile(number, language)))
        for number in (8, 9):  # in a language that is none
            writer.add_article(*make_page(replace(make_article(number), language=TEXT)))
        writer.commit(pair_the_second, {"sources/read": 1, "run/finished": 1})
    return root


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    """A copy of its own: some commands write."""
    return Path(shutil.copytree(made, tmp_path / "archive", symlinks=True))


def pair_the_second(fresh: Sequence[LinkFacts], _related: Sequence[LinkFacts]) -> Decisions:
    """A pair by evidence that no pairing gives; the others are left to the command."""
    ids = {make_page(hostile(2, language))[0].article_id for language in ("uk", "en")}
    one, other = sorted((x for x in fresh if x.article_id in ids), key=lambda x: x.article_id)
    details = json.dumps({"evidence": [{"kind": TEXT}]})
    pair = PairRecord(one.article_id, other.article_id, TEXT, True, None, details, one.first_seen)
    return Decisions((pair,), (Membership(other.article_id, one.story_id),))


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


def said(printed: str, begins: str) -> list[str]:
    return [line for line in printed.splitlines() if begins in line]


def test_the_evidence_of_a_pair_is_printed_letter_by_letter(archive: Path) -> None:
    """Rich takes no word of it for markup: a tag would be gone, an odd one ends the command."""
    urls = [make_article(2, language).url for language in ("uk", "en")]
    done = forked.scrapy("pair", "--explain", *urls, "-s", f"ARCHIVE_URI={archive}", COLUMNS="1000")
    assert done.returncode == 0, done.stderr
    (line,) = said(done.stdout, "In the archive: a pair by")
    assert not OBEYED.search(line)
    assert SHOWN in line
    assert "[/nothing]" in line


def test_what_is_wrong_with_a_label_is_printed_letter_by_letter(archive: Path, tmp_path: Path) -> None:
    """The language of an article is from a row, the verdict from a file of `--review`."""
    labels = tmp_path / "labels.csv"
    with labels.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["a", "b", "verdict"])
        lines.writerow([make_article(8).url, make_article(9).url, "yes"])
        lines.writerow([make_article(1).url, f"https://x.example/{TEXT}", "yes"])
    done = forked.scrapy("pair", "--labels", str(labels), "-s", f"ARCHIVE_URI={archive}", COLUMNS="1000")
    assert done.returncode == 2, done.stderr
    for begins in ("not used: both are in", "not used: not in the archive"):
        assert len([line for line in said(done.stderr, begins) if "\ufffd" in line]) == 1
    assert not OBEYED.search(done.stderr)


def test_counters_of_a_manifest_are_printed_letter_by_letter(archive: Path) -> None:
    """What an outlet's last run says of itself is in the manifest."""
    manifest = max((archive / "_log").iterdir())
    document = json.loads(manifest.read_bytes())
    document.pop("sha256")
    document["run_id"] = "20260301T120000Z-demo-1"
    document["committed_at"] = "2099-01-01T00:00:00+00:00"
    document["summary"] = {"sources/read": 1, "run/problems": 1, f"failed({HOSTILE})": 3}
    manifest.write_bytes(seal(json.dumps(document, indent=1)))
    done = forked.scrapy("outlets", "-s", f"ARCHIVE_URI={archive}", COLUMNS="300")
    assert done.returncode == 0, done.stderr
    assert not OBEYED.search(done.stdout)
