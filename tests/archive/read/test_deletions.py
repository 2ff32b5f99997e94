"""`gone` of articles: in the library, in SQL, in exports and in the past, of one archive."""

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.__main__ import main
from archive.format.records import ObservationRecord
from archive.writer import ArchiveWriter
from tests.archive.two_newsrooms import DAY, HOUR, fill, id_of, url_of

GONE = id_of("herald", "market", "en")
BACK = id_of("courier", "ferry", "en")
SINCE = DAY + 50 * HOUR
PAGE = Path(__file__).parents[3] / "docs/how-to/read-an-archive.md"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """One article is gone; another was, and has come back."""
    root = tmp_path_factory.mktemp("gone") / "news-archive"
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        fill(writer)
        address = url_of("courier", "ferry", "en")
        looks = [("failed", "http-410", 410)] * 3 + [("unchanged", "not-modified", 304)]
        for n, (outcome, reason, status) in enumerate(looks):
            at = DAY + (72 + n) * HOUR
            writer.add_observation(
                ObservationRecord(address, address, "courier", outcome, reason, at, status, "run-1")
            )
            writer.commit()
    return root


def found(rows):
    return {row["article_id"]: (row["gone"], row["gone_reason"]) for row in rows if row["gone_reason"]}


EXPECTED = {GONE: (SINCE, "http-404"), BACK: (None, "came-back")}


def test_it_is_a_column_of_articles(root):
    opened = archive.open(root)
    whole = opened.articles()
    assert whole.schema.names[-2:] == whole.to_arrow().column_names[-2:] == ["gone", "gone_reason"]
    assert found(whole.to_pylist()) == EXPECTED
    assert whole.to_pandas()["gone"].dtype == "datetime64[us, UTC]"
    chosen = opened.articles(language="en", columns=["gone_reason", "article_id", "gone"])
    assert chosen.to_arrow().column_names == ["gone_reason", "article_id", "gone"]
    assert found(row for batch in chosen.batches(1) for row in batch.to_pylist()) == EXPECTED
    assert opened.articles(columns=["headline"]).to_arrow().column_names == ["headline"]


def test_articles_are_chosen_by_it(root):
    opened = archive.open(root)
    assert opened.articles(gone=True).to_pandas()["article_id"].tolist() == [GONE]
    assert len(opened.articles(gone=False)) == len(opened.articles()) - 1
    with pytest.raises(ValueError, match="no column 'went'"):
        opened.articles(columns=["went"])


def test_the_past_knows_what_was_known_then(root):
    opened = archive.open(root)
    commits = [snapshot.committed_at for snapshot in opened.snapshots()]
    told = [found(opened.articles(as_of=at).to_pylist()) for at in commits]
    gone, out = {GONE: EXPECTED[GONE]}, (DAY + 74 * HOUR, "http-410")
    # empty; the texts; one is gone; two looks; the third; it is there again
    assert told == [{}, {}, gone, gone, gone, {**gone, BACK: out}, EXPECTED]
    assert [len(opened.articles(gone=True, as_of=at)) for at in commits] == [0, 0, 1, 1, 1, 2, 1]
    assert found(opened.at(5).articles().to_pylist()) == told[5]


def test_sql_has_it(root):
    pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    opened = archive.open(root)
    assert found(opened.sql("FROM articles").to_pylist()) == EXPECTED
    (row,) = opened.sql("SELECT count(*) AS n, count(gone) AS gone FROM articles").to_pylist()
    assert row == {"n": 9, "gone": 1}
    assert opened.sql("SELECT article_id FROM deletions").to_pylist() == [{"article_id": GONE}]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_each_export_has_it(root, tmp_path, form):
    file = tmp_path / f"articles.{form}"
    assert main(["export", "--archive", str(root), "--format", form, "--output", str(file)]) == 0
    if form == "csv":
        rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    elif form == "jsonl":
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    else:
        rows = pd.read_parquet(file).to_dict("records")
    by_id = {row["article_id"]: row for row in rows}
    assert pd.Timestamp(by_id[GONE]["gone"]) == SINCE
    assert [by_id[x]["gone_reason"] for x in (GONE, BACK)] == ["http-404", "came-back"]


def test_the_data_set_tells_how_many(root, tmp_path):
    assert main(["export", "--archive", str(root), "--dataset", str(tmp_path / "set")]) == 0
    frame = pd.read_parquet(tmp_path / "set/data/articles")
    assert frame["gone"].count() == 1
    readme = (tmp_path / "set/README.md").read_text("utf-8")
    assert "Removed by their outlets: 1 of the articles;" in readme
    package = json.loads((tmp_path / "set/datapackage.json").read_text("utf-8"))
    named = {field["name"] for one in package["resources"] for field in one["schema"]["fields"]}
    assert {"gone", "gone_reason"} <= named


def test_the_terminal_tells(root, capsys):
    assert main(["show", "--archive", str(root), GONE]) == 0
    assert f"removed, known since {SINCE:%Y-%m-%d}" in " ".join(capsys.readouterr().out.split())
    assert main(["show", "--archive", str(root), BACK]) == 0
    assert "was gone, came" in " ".join(capsys.readouterr().out.split())
    assert main(["ls", "--archive", str(root)]) == 0
    assert re.findall(r"\+1\b", capsys.readouterr().out) == ["+1", "+1"]


def test_pandas_alone_finds_it_as_the_page_says(root, monkeypatch):
    text = PAGE.read_text("utf-8")
    (code,) = re.findall(r"```python\n(articles = .*?)```", text[text.index("## Deletions") :], re.S)
    monkeypatch.chdir(root.parent)
    names = {"pd": pd}
    exec(code, names)
    gone = names["articles"].set_index("article_id")["gone"].dropna()
    assert gone.to_dict() == {GONE: pd.Timestamp(SINCE)}
