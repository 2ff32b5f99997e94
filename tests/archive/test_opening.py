import json
import os
import re
import subprocess
import sys
import tempfile
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
    WrongOutput,
)
from archive.format.layout import Layout
from archive.operations.purge import purge
from archive.writer import ArchiveWriter
from tests.archive.strangers import altered
from tests.archive.traced_disk import under
from tests.support.forked import scrapy
from tests.support.running import python


def open_writing(root):
    return ArchiveWriter.open(root, run_id="run-1")


def test_the_archive_cannot_be_a_file(root):
    root.write_text("a file")
    for opening in (open_writing, archive.open):
        with pytest.raises(NotAnArchive, match="is a file"):
            opening(root)
    assert root.read_text() == "a file"


@pytest.mark.parametrize("own", ["thesis.tex", "articles/1.html"])
def test_a_folder_of_something_else_is_left_alone(root, own):
    """Pages that `view --output` had written were "damaged or made to do harm"."""
    (root / own).parent.mkdir(parents=True)
    (root / own).write_text("mine")
    for opening in (open_writing, archive.open):
        with pytest.raises(NotAnArchive, match="is not an archive"):
            opening(root)
    assert [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()] == [own]


def test_no_archive_is_made_in_an_archive(root):
    """Its files would be read as rows of the other."""
    open_writing(root).close()
    with pytest.raises(WrongOutput, match="is in the archive"):
        open_writing(root / "articles/deep")
    assert len(pd.read_parquet(root / "articles")) == 0


def test_an_empty_folder_becomes_an_archive(root):
    root.mkdir()
    open_writing(root).close()
    assert archive.open(root).snapshot.id == 0


def test_a_creation_that_was_cut_short_is_finished(root):
    for folder in Layout(root).first_folders():
        folder.mkdir(parents=True, exist_ok=True)
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
    done = python("-c", program, check=True)
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
    done = python("-c", program, check=True)
    assert done.stdout.strip() == "set()"


def _killed(root, article, count):
    """Writers that have acknowledged an article each and died: their segments stay, their locks are gone."""
    writers = [ArchiveWriter.open(root, run_id=f"run-{number}") for number in range(count)]
    for number, writer in enumerate(writers):
        writer.add_article(article(number))
    for writer in writers:
        writer.close()


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_opening_that_fails_at_one_segment_lets_go_of_all(root, article, position):
    """Of three dead writers' articles the same process recovers three, once it can."""
    _killed(root, article, 3)
    paths = sorted(Layout(root).segments.glob("*.jsonl.zst"), key=lambda path: path.stat().st_mtime)
    assert len(paths) == 3
    # a folder in the place of a segment cannot be opened as one
    in_the_way = paths[position]
    in_the_way.rename(root / "aside")
    in_the_way.mkdir()
    with pytest.raises(ArchiveError, match="Cannot start writing"):
        open_writing(root)
    in_the_way.rmdir()
    (root / "aside").rename(in_the_way)
    with open_writing(root) as writer:
        assert writer.recovered == 3


@pytest.mark.parametrize("name", ["_log", "_log/00000000000000000000.json"])
def test_a_log_that_cannot_be_read_is_a_sentence(root, name):
    open_writing(root).close()
    path = root / name
    path.rename(root.parent / "aside")
    if name == "_log":
        # listed, and ends in an error of the system: a link that leads in a circle would be refused before
        path.mkdir()
        path.rmdir()
        path.write_text("no folder")
    else:
        path.mkdir()
    for opening in (open_writing, archive.open):
        with pytest.raises(ArchiveError):
            opening(root)


REFUSES = """
import os, sys
from pathlib import Path
import archive
from archive.exceptions import ArchiveError
from archive.operations import maintain
from archive.writer import ArchiveWriter
def use(root):
    for work in (lambda: archive.open(root), lambda: ArchiveWriter.open(root, run_id="run-2").close(),
                 lambda: maintain.gc(root), lambda: maintain.repair(root)):
        try:
            work()
            print("done")
        except ArchiveError as error:
            print(type(error).__name__, error)
use(Path(sys.argv[2]))  # imports all that is needed, which nobody may not read
os.setgid(65534), os.setuid(65534)
use(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("closed", ["_log", "_wal", "_tmp", "_purged", "_views", "_data", "."])
def test_what_the_system_refuses_is_an_error_of_the_archive(article, closed):
    """In another process, as nobody: root may do everything."""
    if os.geteuid():
        pytest.skip("NOT TESTED: refusals of the system; only root can become nobody")
    with tempfile.TemporaryDirectory() as folder:  # nobody may not enter the folders of pytest
        place = Path(folder)
        root = place / "news-archive"
        with open_writing(root) as writer:
            writer.add_article(article(1))
            writer.commit()
        (root / "_purged").mkdir()
        open_writing(place / "other").close()
        for path in [place, root, *root.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o777)
        (root / closed).chmod(0o000)
        done = scrapy(REFUSES, str(root), str(place / "other"), module="-c")
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == 0
        said = done.stdout.splitlines()[4:]
        assert len(said) == 4
        assert all(text == "done" or "ermission denied" in text for text in said), said


def test_each_new_folder_is_durable_before_a_manifest_or_a_record_is(root, tmp_path, program):
    """mkdir(2), then fsync(2) of the parent, before the log gets its next name."""
    trace = tmp_path / "trace"
    calls = "mkdir,mkdirat,fsync,fdatasync,rename,renameat,renameat2,link,linkat"
    place = root / "deep" / "down"
    done = program("appends.py", place, "run-1", 0, 3, 1, under=under(trace, calls=calls))
    done.communicate()
    assert done.returncode == 0
    made, open_still, links = 0, set(), 0
    for line in trace.read_text().splitlines():
        event = line.split(maxsplit=1)[1]
        paths = [x for pair in re.findall(r'<(/[^>]*)>|"(/[^"]*)"', event) for x in pair if x]
        if "= 0" not in event or not any(x.startswith(str(root.parent)) for x in paths):
            continue
        last = paths[-1]
        if event.startswith("mkdir") and "/_tmp/" not in last:
            made += 1
            open_still.add(last)
        elif event.startswith(("fsync", "fdatasync")):
            open_still = {x for x in open_still if str(Path(x).parent) != last}
        elif event.startswith("link") and "/_log/" in last:
            links += 1
            # views are made anew by whoever finds none
            assert {x for x in open_still if "/_views" not in x} == set()
    assert links == 4
    assert made > 10


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
