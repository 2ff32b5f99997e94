"""The demo's archive, read back with pandas, against what the newsroom's own stories say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.viewer import stored_figures
from archive.viewer.charts import draw_all
from archive.viewer.render import NO_ARCHIVE, Pages
from tests.support.demo_port import alone_at_its_port
from tests.support.expected import expected_articles, expected_dropped, expected_missing
from tests.support.expected_pairs import expected_pairs
from tests.support.forked import scrapy

ROOT = Path(__file__).parents[3]
ARTICLES = {article.path: article for article in expected_articles()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo") / "news-archive"
    with alone_at_its_port():
        run = scrapy("crawl", "demo", "-s", f"ARCHIVE_URI={folder}")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return folder, run.stdout


@pytest.fixture(scope="module")
def rows(demo: tuple[Path, str]) -> pd.DataFrame:
    articles = pd.read_parquet(demo[0] / "articles")
    return articles.assign(path=articles["url"].str.replace(r"^http://[^/]+", "", regex=True)).set_index(
        "path"
    )


def test_each_article_is_one_row(rows: pd.DataFrame) -> None:
    assert sorted(rows.index) == sorted(ARTICLES)


@pytest.mark.parametrize("path", sorted(ARTICLES))
def test_the_row_says_what_the_page_says(rows: pd.DataFrame, path: str) -> None:
    row, article = rows.loc[path], ARTICLES[path]
    assert row["language"] == article.language
    assert row["headline"] == article.headline
    assert [block["text"] for block in row["blocks"] if block["kind"] != "caption"] == [
        block.text for block in article.blocks
    ]
    assert [block["kind"] for block in row["blocks"] if block["kind"] != "caption"] == [
        block.kind for block in article.blocks
    ]
    assert row["body"] == article.body
    assert tuple(row["authors"]) == article.authors
    assert len(row["author_ids"]) == len(article.authors)
    assert (row["byline"] if isinstance(row["byline"], str) else None) == article.byline
    assert row["published_at"] == pd.Timestamp(article.published_at)
    # many pages print the day of publication again as that of the last change
    assert row["modified_at"] == pd.Timestamp(article.modified_at or article.published_at) or (
        article.modified_at is None and pd.isna(row["modified_at"])
    )
    assert (row["image_caption"] if isinstance(row["image_caption"], str) else None) == article.caption


def test_pairs_are_exactly_those_that_something_names(demo: tuple[Path, str], rows: pd.DataFrame) -> None:
    path_of = {row.article_id: path for path, row in rows.iterrows()}
    pairs = pd.read_parquet(demo[0] / "pairs")
    found = {frozenset((path_of[row.article_id_a], path_of[row.article_id_b])) for row in pairs.itertuples()}
    named = {frozenset(pair.paths) for pair in expected_pairs() if pair.evidence}
    assert found == named


def test_stories_join_their_languages(demo: tuple[Path, str], rows: pd.DataFrame) -> None:
    by_story = rows.groupby("story_id").groups
    told = {frozenset(paths) for paths in by_story.values()}
    assert all(len({ARTICLES[path].story for path in paths}) == 1 for paths in told)
    stories = pd.read_parquet(demo[0] / "stories")
    assert (stories["n_variants"] == 3).sum() >= 8
    assert set(stories["story_id"]) == set(rows["story_id"])


def test_what_was_not_kept_has_its_reason(demo: tuple[Path, str]) -> None:
    looks = pd.read_parquet(demo[0] / "observations")
    looks["path"] = looks["requested_url"].str.replace(r"^http://[^/]+", "", regex=True)
    assert set(looks.loc[looks["outcome"] == "dropped", "path"]) == set(expected_dropped())
    assert set(looks.loc[looks["outcome"] == "failed", "path"]) == set(expected_missing())
    assert looks.loc[looks["outcome"] != "archived", "reason"].notna().all()


def test_the_report_names_the_archive_and_how_to_read_it(demo: tuple[Path, str]) -> None:
    folder, out = demo
    assert f'pandas.read_parquet("{folder}/articles")' in out
    assert "story-id" in out
    assert "not-an-article 1" in out
    assert "http-404 1" in out


def test_on_the_next_day_an_edit_and_a_missing_page_are_seen(demo: tuple[Path, str], tmp_path: Path) -> None:
    shutil.copytree(demo[0], copy := tmp_path / "news-archive", symlinks=True)
    with alone_at_its_port():
        run = scrapy("crawl", "demo", "-a", "day=2", "-s", f"ARCHIVE_URI={copy}")
    assert run.returncode == 0, run.stderr
    opened = archive.open(copy)
    (edited,) = (row for row in opened.articles().to_pylist() if row["version"] == 2)
    assert "{+коштуватиме 15 +}" in str(opened.diff(edited["article_id"], 1, 2))
    missing = [row for row in opened.observations().to_pylist() if row["missing"]]
    assert [(row["missing"], row["gone"], row["reason"]) for row in missing] == [(1, False, "http-404")]
    charts = draw_all(Pages("en", NO_ARCHIVE), stored_figures.make(opened))
    names = ["lag", "months", "coverage", "translated", "balance", "edits", "sections"]
    assert [x.name for x in charts] == names
    # what is left out is known after `triptych pair`, see test_pair_command.py
    empty = [x.name for x in charts if (x.drawing is None or x.narrow is None) and x.table is None]
    assert empty == ["sections"]


def test_the_library_reads_the_same_snapshot(demo: tuple[Path, str], rows: pd.DataFrame) -> None:
    frame = archive.open(demo[0]).articles(language="ru", columns=["article_id", "published_at"]).to_pandas()
    assert set(frame["article_id"]) == set(rows.loc[rows["language"] == "ru", "article_id"])
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
