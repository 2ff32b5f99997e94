"""The examples in the docstrings of the public library are right, and an archive shows itself."""

import doctest

import pyarrow.dataset as ds
import pytest

import archive
from archive.read import archive as reading
from archive.read import scan
from archive.writer import ArchiveWriter
from tests.archive.two_newsrooms import fill, id_of

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docstrings")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with ArchiveWriter.open("news-archive", run_id="run-1") as writer:
            fill(writer)
        yield archive.open("news-archive")


@pytest.mark.parametrize("module", [archive, reading, scan], ids=lambda module: module.__name__)
def test_examples_of_docstrings(opened, module):
    pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    question = "SELECT story_id FROM stories WHERE headline_en = 'The Luzhanka ferry is back'"
    [story] = opened.sql(question).to_pylist()
    names = {
        "archive": archive, "a": opened, "ds": ds,
        "article_id": id_of("courier", "library", "uk"), "story_id": story["story_id"],
    }  # fmt: skip
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for test in doctest.DocTestFinder().find(module, globs=names):
        runner.run(test)
    assert runner.summarize().attempted > 0
    assert runner.summarize().failed == 0


def test_a_notebook_shows_the_rows_of_each_table(opened):
    page = opened._repr_html_()
    assert "<td>articles</td><td>9</td>" in page
    assert "<td>versions</td><td>10</td>" in page


def test_the_name_of_an_archive_is_no_markup(tmp_path):
    with ArchiveWriter.open(tmp_path / "<b>\x1b[31m", run_id="run-1") as writer:
        fill(writer)
    opened = archive.open(tmp_path / "<b>\x1b[31m")
    assert "<b>" not in opened._repr_html_()
    assert "\x1b" not in repr(opened)


def test_rows_say_what_their_columns_are(opened):
    rows = opened.stories(columns=["story_id", "lag_uk"])
    assert repr(rows).startswith("<RowSet of story_id, lag_uk;")
    assert (
        "<td>lag_uk</td><td>int64</td><td>seconds from the first variant to this one; "
        "null where a page prints no hour</td>" in rows._repr_html_()
    )
    assert repr(opened.sql("SELECT 1 AS one")).startswith("<SqlRows of one;")
