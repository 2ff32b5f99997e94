"""A copy from a folder into a bucket and back."""

import json

import archive
from archive.operations.copy import copy
from archive.viewer.search import fill
from tests.archive.findings import grave
from tests.archive.viewer.test_web import serving


def test_a_bucket_gets_an_archive_and_gives_it_back(uri, root, open_writer, article, page):
    with open_writer("run-1") as writer:
        writer.add_article(*page(article(1)))
        writer.commit()
    open_writer("run-2").add_article(*page(article(2)))
    first = copy(str(root), uri)
    assert (first.files > 3, first.segments) == (True, 1)
    again = copy(str(root), uri)
    assert (again.files, again.equal) == (0, first.files)
    assert grave(uri) == []

    with open_writer("run-3") as writer:
        writer.add_article(*page(article(3)))
        writer.commit()
    copy(str(root), uri)
    back = root.with_name("back")
    copy(uri, str(back))
    assert grave(back) == []
    assert copy(uri, str(back)).files == 0
    assert archive.open(back).articles().to_arrow().equals(archive.open(root).articles().to_arrow())

    other = f"{uri}-2"
    moved = copy(uri, other)
    assert copy(uri, other).equal == moved.files
    assert grave(other) == []


def test_a_page_asks_a_bucket_in_sql(uri, root, open_writer, article):
    with open_writer("run-1") as writer:
        writer.add_article(article(1))
        writer.commit()
    copy(str(root), uri)
    fill.fill(archive.open(uri))
    with serving(uri) as get:
        answer = get("/sql.json?q=SELECT+headline+FROM+articles")
        assert (answer[0], json.loads(answer[2])) == (200, [{"headline": "Headline 1 uk"}]), answer
