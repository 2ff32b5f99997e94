"""What `verify` finds in a view, what it remembers, and what `repair` mends."""

import os
import shutil

import pandas as pd
import pytest

from archive.__main__ import main
from archive.format.layout import Layout
from archive.operations.maintain import compact, repair
from archive.operations.verify import check
from tests.archive.findings import grave


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def three_pages(root, writer, article, page):
    for number in range(3):
        writer.add_article(*page(article(number)))
        writer.commit()
    writer.close()
    return root


def counts(root, **options):
    done = check(root, **options)
    assert not [x for x in done.findings if x.grave]
    tally = done.tally
    return tally.files, tally.pages, tally.skipped_files, tally.skipped_pages


def lose_file(view):
    next(iter((view / "articles").iterdir())).unlink()


def lose_table(view):
    shutil.rmtree(view / "versions")


def cut_file(view):
    path = next(iter((view / "articles").iterdir()))
    data = path.read_bytes()
    path.unlink()  # not the data file itself, which has another name for the same bytes
    path.write_bytes(data[:-1])


def add_file(view):
    path = next(iter((view / "articles").iterdir()))
    shutil.copy(path, path.with_name("another.parquet"))


def lose_link(view):
    (view.parents[1] / "articles").unlink()


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (lose_file, "is missing"),
        (lose_table, "is missing"),
        (cut_file, "is altered"),
        (add_file, "is too much"),
        (lose_link, "articles: the link to the view is missing"),
    ],
)
def test_a_view_that_lacks_something_is_found_and_mended(three_pages, harm, found):
    harm(Layout(three_pages).view(3))
    assert any(found in text for text in grave(three_pages))
    assert main(["verify", "--archive", str(three_pages)]) == 1
    repair(three_pages)
    assert grave(three_pages) == []
    assert len(pd.read_parquet(three_pages / "articles")) == 3
    assert list(Layout(three_pages).temporary.iterdir()) == []


def test_what_was_looked_at_is_believed_until_all_is_asked_for(three_pages, root, open_writer, article, page):
    files, pages, *believed = counts(three_pages)
    assert files > 10
    assert (pages, believed) == (3, [0, 0])
    assert counts(three_pages) == (0, 0, files, 3)
    assert counts(three_pages, everything=True) == (files, 3, 0, 0)
    with open_writer("run-2") as writer:
        writer.add_article(*page(article(9)))
        writer.commit()
    now_files, now_pages, _, before = counts(three_pages)
    assert 0 < now_files < files
    assert (now_pages, before) == (1, 3)
    compact(three_pages)
    # the files are others, the pages are not
    assert counts(three_pages)[1::2] == (0, 4)


def test_a_byte_that_a_disk_has_lost_is_found_by_all(three_pages, capsys):
    path = max((three_pages / "_data" / "observations").rglob("*.parquet"), key=lambda x: x.stat().st_size)
    assert main(["verify", "--archive", str(three_pages)]) == 0
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    capsys.readouterr()
    main(["verify", "--archive", str(three_pages)])  # the rows may be unreadable, which is seen in any case
    assert "pages were skipped: this machine has checked them since" in capsys.readouterr().out
    assert main(["verify", "--all", "--archive", str(three_pages)]) == 1
    assert main(["verify", "--archive", str(three_pages)]) == 1, (
        "what was found wrong is not believed any more"
    )


def test_a_page_that_was_overwritten_is_looked_at_again(three_pages):
    counts(three_pages)
    (file,) = (three_pages / "_raw").glob("*.warc.gz")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    for _ in range(2):
        assert any("page of" in x.text for x in check(three_pages).findings)


def test_where_the_cache_cannot_be_made_everything_is_looked_at(three_pages, cache):
    shutil.rmtree(cache, ignore_errors=True)
    cache.write_text("a file in its place")
    files, pages, *believed = counts(three_pages)
    assert (files > 10, pages, believed) == (True, 3, [0, 0])
    assert counts(three_pages) == (files, pages, *believed)
    cache.unlink()
    counts(three_pages)
    (memory,) = cache.rglob("*.sqlite")
    memory.write_bytes(b"no database" * 1000)
    assert counts(three_pages) == (files, pages, *believed)
