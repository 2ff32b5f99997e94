"""A copy from a folder into a bucket and back."""

import archive
from archive.operations.copy import copy
from tests.archive.findings import grave


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
