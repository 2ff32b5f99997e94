import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.exceptions import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveNotFound,
    ArchiveNotWritable,
    NotAnArchive,
    SchemaTooNew,
)
from archive.format.layout import Layout
from archive.operations.purge import purge
from archive.writer import ArchiveWriter
from tests.archive import altered


def open_writing(root):
    return ArchiveWriter.open(root, run_id="run-1")


def test_the_archive_cannot_be_a_file(root):
    root.write_text("a file")
    for opening in (open_writing, archive.open):
        with pytest.raises(NotAnArchive, match="is a file"):
            opening(root)
    assert root.read_text() == "a file"


def test_a_folder_of_something_else_is_left_alone(root):
    root.mkdir()
    (root / "thesis.tex").write_text("mine")
    for opening in (open_writing, archive.open):
        with pytest.raises(NotAnArchive, match="is not an archive"):
            opening(root)
    assert [path.name for path in root.iterdir()] == ["thesis.tex"]


def test_an_empty_folder_becomes_an_archive(root):
    root.mkdir()
    open_writing(root).close()
    assert archive.open(root).snapshot.id == 0


def test_a_creation_that_was_cut_short_is_finished(root):
    Layout(root).create_folders()
    open_writing(root).close()
    assert len(pd.read_parquet(root / "articles")) == 0


@pytest.mark.parametrize("place", ["below-a-file", "/proc/news-archive"])
def test_where_nothing_can_be_written(root, place):
    if place == "below-a-file":
        root.write_text("a file")
        place = root / "news-archive"
    elif not Path("/proc/self").exists():
        pytest.skip("this system has no /proc")
    with pytest.raises((ArchiveNotWritable, NotAnArchive), match=r"Cannot write|is a file"):
        open_writing(place)


@pytest.mark.parametrize("name", ["state.sqlite", "_quarantine", "_wal"])
def test_a_start_that_fails_says_so_and_keeps_no_lock(root, article, name):
    with open_writing(root) as writer:
        writer.add_article(article(1))
    place = root / name
    if name == "state.sqlite":
        place.unlink()
        place.mkdir()
    else:
        place.rename(root.parent / name)
        place.write_text("in the way")
    with pytest.raises(ArchiveError, match="Cannot"):
        open_writing(root)
    if name == "state.sqlite":
        place.rmdir()
    else:
        place.unlink()
        (root.parent / name).rename(place)
    with open_writing(root) as writer:
        assert writer.recovered == 1


def test_a_reader_does_not_make_an_archive(root):
    with pytest.raises(ArchiveNotFound, match="There is no archive at"):
        archive.open(root)
    assert not root.exists()


@pytest.mark.parametrize(
    "uri", ["ftp://host/news", "file:///news", "s3://", "s3:///news", "s3://bucket/news?versions"]
)
def test_an_address_that_is_no_archives_is_refused_with_a_sentence(uri):
    for opening in (open_writing, archive.open):
        with pytest.raises(NotAnArchive, match="s3://"):
            opening(uri)


def test_keys_in_an_address_are_refused_and_not_repeated():
    with pytest.raises(NotAnArchive, match="environment") as refused:
        archive.open("s3://key:hush-hush@bucket/news")
    assert "hush" not in str(refused.value)


def test_a_newer_schema_is_refused_and_left_alone(root):
    open_writing(root).close()
    manifest = Layout(root).manifest(0)
    document = json.loads(manifest.read_text()) | {"schema_version": 99, "new_field": 1}
    manifest.write_text(json.dumps(document))
    before = sorted(root.rglob("*"))
    for opening in (open_writing, archive.open):
        with pytest.raises(SchemaTooNew, match=r"schema 99.*update"):
            opening(root)
    assert sorted(root.rglob("*")) == before


def test_importing_the_package_is_light():
    program = (
        "import sys, archive; heavy = {'pyarrow', 'pandas', 'scrapy', 'rich', 'crawler', 'pipelines'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_folder_is_opened_without_pyarrow_and_obstore(root):
    open_writing(root).close()
    program = (
        "import sys; from archive.opening import open_existing; print(open_existing(sys.argv[1])[2].id);"
        "print(sorted({'pyarrow', 'pandas', 'obstore'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "[]"]


def test_writing_imports_neither_pandas_nor_scrapy():
    program = "import sys, archive.writer; print({'pandas', 'scrapy', 'twisted'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_after_the_last_number_nothing_is_committed(root, article):
    """A snapshot beyond it would be one that nobody can open."""
    with open_writing(root) as writer:
        writer.add_article(article(1))
        writer.commit()
    altered.far_snapshot(10**8 - 1, root, None)
    refused = "Nothing can be committed after snapshot 100000000: expected a number below 100000000"
    with open_writing(root) as writer:
        writer.add_article(article(2))
        assert writer.commit().id == 10**8
        writer.add_article(article(3))
        with pytest.raises(ArchiveDamaged, match=refused):
            writer.commit()
    with pytest.raises(ArchiveDamaged, match=refused):
        open_writing(root)
    with pytest.raises(ArchiveDamaged, match=refused):
        purge(root, article(1).url, "asked")
    assert not (root / "_purged").exists()
    assert len(archive.open(root).articles()) == 2
