"""A purge and what has been read before it: the tombstones of a living writer, the pages of the cache."""

import sqlite3
from contextlib import closing

import pytest

from archive.exceptions import ArticlePurged
from archive.format.records import Alternate
from archive.operations.purge import purge
from archive.state.tombstones import PurgedAddress
from tests.archive.findings import grave


def test_a_writer_that_knows_of_a_purge_hears_of_the_next(root, open_writer, article):
    with open_writer("run-1") as writer:
        for number in range(3):
            writer.add_article(article(number))
        writer.commit()
    purge(root, article(0).url, "asked")
    writer = open_writer("run-2")
    assert isinstance(writer.known(article(0).url), PurgedAddress)
    purge(root, article(1).url, "asked")
    assert isinstance(writer.known(article(1).url), PurgedAddress)
    with pytest.raises(ArticlePurged):
        writer.add_article(article(1, text="again"))
    writer.add_article(article(2, text="edited"))
    writer.commit()
    assert grave(root) == []


def test_what_the_cache_had_of_a_purged_article_lies_in_no_free_page(root, open_writer, article):
    """SQLite keeps the bytes of free pages, unless it is built to wipe them."""
    names = tuple(Alternate("en", f"https://courier.example/en/{number}", "link") for number in range(2000))
    with open_writer("run-1") as writer:
        writer.add_article(article(1, alternates=names))
        writer.add_article(article(2))
        writer.commit()
    purge(root, article(1).url, "asked")
    with closing(sqlite3.connect(root / "state.sqlite")) as cache:
        assert cache.execute("PRAGMA freelist_count").fetchone() == (0,)
