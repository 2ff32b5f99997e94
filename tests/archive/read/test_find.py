"""A story is found by the cache in the files that hold it; without one, or by a wrong one, in all files."""

import sqlite3
from contextlib import closing
from itertools import pairwise

import pyarrow.parquet as pq
import pytest

import archive
from archive.exceptions import ArticleNotFound, SnapshotNotFound
from archive.format.layout import Layout
from archive.opening import open_existing
from archive.read.find import at_address, find, find_article, spelled_otherwise
from archive.state import fingerprint
from archive.storage import locks


@pytest.fixture
def two_runs(open_writer, root, article):
    for first in (0, 10):
        with open_writer(f"run-{first}") as writer:
            for number in range(first, first + 10):
                writer.add_article(article(number))
            writer.commit()
    return root


def ways(row):
    return row["article_id"], row["article_id"][:12], row["story_id"], row["story_id"][:9], row["url"]


def forget_cache(root):
    (root / "state.sqlite").unlink()


def test_with_the_cache_the_answer_is_that_of_all_files(two_runs):
    columns = ["article_id", "story_id", "url"]
    rows = archive.open(two_runs).articles(columns=columns).to_pylist()[::5]  # of both runs
    found = {wanted: find(archive.open(two_runs), wanted) for row in rows for wanted in ways(row)}
    forget_cache(two_runs)
    assert found == {wanted: find(archive.open(two_runs), wanted) for wanted in found}
    assert all(len(x) == 1 for x in found.values())


def test_only_the_files_of_the_story_are_read(two_runs, article):
    opened = archive.open(two_runs)
    columns = ["article_id"]
    for file in opened.snapshot.stored("articles"):
        held = pq.read_table(two_runs / file.path, columns=columns, partitioning=None)[
            "article_id"
        ].to_pylist()
        if article(3).article_id not in held:
            (two_runs / file.path).unlink()
    assert [row["url"] for row in find(opened, article(3).article_id)] == [article(3).url]
    with pytest.raises(SnapshotNotFound):
        find(opened, article(13).article_id)


def change_cache(root, statement):
    layout = Layout(root)
    with locks.hold(layout.lock), closing(sqlite3.connect(root / "state.sqlite")) as cache:
        cache.execute(statement)
        cache.commit()
        cache.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        fingerprint.note(layout)
    fingerprint.note(layout)


def test_a_cache_that_names_another_file_is_not_believed(two_runs, article):
    _, _, head = open_existing(two_runs)
    paths = sorted(file.path for file in head.stored("articles") if file.rows)
    change_cache(two_runs, "UPDATE version SET file = (SELECT max(file) FROM version)")
    opened = archive.open(two_runs)
    assert len(paths) == 2
    for number in (3, 13):
        assert [row["url"] for row in find(opened, article(number).url)] == [article(number).url]


def test_the_row_and_the_pairs_of_a_story_are_read_from_their_files_alone(two_runs, article):
    opened = archive.open(two_runs)
    story_id = find(opened, article(3).article_id)[0]["story_id"]
    for table in ("stories", "articles"):
        for file in opened.snapshot.stored(table):
            rows = pq.read_table(two_runs / file.path, columns=["story_id"], partitioning=None)
            if story_id not in rows["story_id"].to_pylist():
                (two_runs / file.path).unlink()
    assert [row["story_id"] for row in opened.stories(story_id).to_pylist()] == [story_id]
    assert opened.only_in(story_id) == []


def test_a_cache_that_names_another_file_of_a_story_is_not_believed(two_runs, article):
    change_cache(two_runs, "UPDATE story SET file = (SELECT max(file) FROM story) WHERE article = 0")
    opened = archive.open(two_runs)
    for number in (3, 13):
        story_id = find(opened, article(number).url)[0]["story_id"]
        assert [row["story_id"] for row in opened.stories(story_id).to_pylist()] == [story_id]


def test_what_is_not_there_is_told(two_runs):
    opened = archive.open(two_runs)
    for wanted in ("", "0" * 32, "00000000", "https://courier.example/uk/news/99"):
        with pytest.raises(ArticleNotFound):
            find(opened, wanted)
    with pytest.raises(ArticleNotFound, match="the start of"):
        find_article(opened, shared_start(opened))


def shared_start(opened):
    """The first digit that two ids have in common."""
    ids = sorted(opened.articles(columns=["article_id"]).to_arrow()["article_id"].to_pylist())
    return next(a[0] for a, b in pairwise(ids) if a[0] == b[0])


def test_an_address_is_found_in_any_spelling_of_its_host(open_writer, root, article):
    """The host of a stored address may have other characters that stand for its letters."""
    with open_writer() as writer:
        for number, host in enumerate(("courier.example", "WWW.Courier.Example", "ｃourier.example")):
            url = f"https://{host}/news/bridge-{number}"
            writer.add_article(article(number, url=url, requested_url=url))
        writer.commit()
    opened = archive.open(root)
    urls = opened.articles(columns=["url"]).to_arrow()["url"].to_pylist()
    for number in range(3):
        (url,) = (x for x in urls if x.endswith(f"-{number}"))
        for start in ("https://courier.example", "http://m.courier.example"):
            asked = f"{start}/news/bridge-{number}"
            assert [row["url"] for row in at_address(opened, asked)[0]] == [url]
            assert spelled_otherwise(opened, asked) == [url]
        assert at_address(opened, f"https://herald.example/news/bridge-{number}")[0] == []
