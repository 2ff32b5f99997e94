"""Twelve pages in the newest designs of Ukrainian newsrooms: tests/fixtures/newsrooms_2026/README.md."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.extraction.document.text import for_comparison
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from pipelines.authors import authors_of

PAGES = sorted((Path(__file__).parents[2] / "fixtures/newsrooms_2026/pages").glob("*.html"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page(path: Path) -> None:
    gold = json.loads((path.parents[1] / "gold" / f"{path.stem}.json").read_text("utf-8"))
    published = datetime.fromisoformat(gold["published"])
    fetch = Fetch(gold["url"], gold["url"], path.read_bytes(), None, 200, published + timedelta(days=3))
    read = extract(fetch, Hints("courier"))

    expected = [for_comparison(block["text"]) for block in gold["blocks"] if block["kind"] != "caption"]
    either = {for_comparison(line) for line in gold["either"]}
    found = [for_comparison(block.text) for block in read.blocks if block.kind != "caption"]
    assert [line for line in found if line not in either] == expected
    assert [words for words in gold["not_in_text"] if words in f"{read.body}\n"] == []
    assert read.headline == gold["headline"]
    assert list(authors_of(read)[0]) == gold["authors"]
    assert read.published_at == published
    assert (read.access == "partial") == gold["paywalled"]


def test_there_are_twelve() -> None:
    assert len(PAGES) == 12
