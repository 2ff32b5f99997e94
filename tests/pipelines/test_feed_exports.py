"""Scrapy's -O and -o: what a run has archived, in files beside the archive."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.newsrooms.herald import Herald
from tests.support.running import Crawl

FORMS = ("jsonl", "json", "csv", "parquet")


def _read(path: Path) -> list[dict[str, object]]:
    match path.suffix:
        case ".json":
            return list(json.loads(path.read_text()))
        case ".jsonl":
            return [json.loads(line) for line in path.read_text().splitlines()]
        case ".csv":
            with path.open(newline="") as file:
                return [dict(row) for row in csv.DictReader(file)]
    return pd.read_parquet(path).to_dict("records")  # type: ignore[return-value]


def test_the_files_have_what_this_run_archived(herald: Herald, tmp_path: Path) -> None:
    herald.publish(1, 2)
    herald.announce(1, 2)
    wanted = [part for form in FORMS for part in ("-O", f"{tmp_path}/first.{form}")]
    first = herald.crawl(*wanted)
    assert first.exit_code == 0, first.err
    archived = first.table("articles").set_index("article_id")
    assert len(archived) == 6
    for form in FORMS:
        rows = {str(row["article_id"]): row for row in _read(tmp_path / f"first.{form}")}
        assert rows.keys() == set(archived.index)
        assert all(row["body"] == archived.loc[x, "body"] for x, row in rows.items())
        assert {len(row) for row in rows.values()} == {46}
    at = {row["article_id"]: row["published_at"] for row in _read(tmp_path / "first.jsonl")}
    assert {x: pd.Timestamp(str(time)) for x, time in at.items()} == archived["published_at"].to_dict()

    # a second run writes what it archived, by other names, and tells a disk that takes nothing
    herald.publish(3, languages=("uk",))
    herald.announce(1, 2, 3)
    asked = ",".join(f"{herald.base}{herald.path(number)}" for number in (1, 3))
    files = ("-O", f"{tmp_path}/new.jsonl", "-O", "/dev/full:csv")
    second = herald.crawl("-a", f"url={asked}", "-s", "FEED_NAMES=zyte", *files)
    assert second.exit_code == 1
    assert "the articles are archived" in second.err
    assert len(second.table("articles")) == 7
    (row,) = _read(tmp_path / "new.jsonl")
    assert row["url"] == f"{herald.base}/news/3"
    assert row["inLanguage"] == "uk"
    assert str(row["datePublished"]).endswith("Z")
    assert row["articleBody"] == second.table("articles").set_index("url").loc[row["url"], "body"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-o", "old.parquet"), "parquet cannot be added to; -O writes it anew"),
        (("-O", "articles.doc"), "'doc'"),
        (("-s", "FEED_NAMES=ours"), "FEED_NAMES='ours': expected archive or zyte"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_first(
    crawl: Crawl, tmp_path: Path, arguments: tuple[str, str], told: str
) -> None:
    (tmp_path / "old.parquet").write_bytes(b"PAR1")
    option, value = arguments
    run = crawl("demo", option, f"{tmp_path}/{value}" if option != "-s" else value)
    assert run.exit_code == 2
    assert told in run.err
    assert not run.archive.exists()
