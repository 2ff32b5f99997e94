"""Whole pages: where a row leads, what is kept, and what a kill, a full disk and a power cut leave."""

import io
import os
import re
import shutil
from datetime import timedelta

import pandas as pd
import pytest
from warcio.archiveiterator import ArchiveIterator

import archive
from archive.exceptions import ArchiveDamaged, ArchiveWriteError, ArticleNotFound, PageNotKept
from archive.format.layout import Layout
from archive.pages import cdxj_index
from archive.pages import warc_files as files
from archive.pages.warc_files import RawFile
from archive.storage.interface import Storage
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.archive.traced_disk import under
from tests.support import tiers


def warc_files(root):
    return sorted((root / "_raw").glob("*.warc.gz"))


def kept(root):
    """Addresses of the pages in all WARC files, read by warcio with every digest checked."""
    urls = []
    for path in warc_files(root):
        for record in ArchiveIterator(io.BytesIO(path.read_bytes()), check_digests="raise"):
            record.content_stream().read()
            if record.rec_type == "response":
                urls.append(record.rec_headers.get_header("WARC-Target-URI"))
    return urls


def indexed(root):
    return [line.split(" ", 2)[2] for line in cdxj_index.lines(Storage(root))]


def test_a_version_leads_to_the_page_it_was_read_from(root, writer, article, page, noon):
    body = "<p>Площа Ринок</p>".encode("windows-1251")
    first, its_page = page(article(1), body)
    writer.add_article(first, its_page)
    writer.commit()
    edited, another = page(article(1, text="Інший текст.", fetched_at=noon + timedelta(days=1)), b"<p>2</p>")
    writer.add_article(edited, another)
    writer.commit()
    opened = archive.open(root)
    found = opened.raw(first.article_id, 1)
    assert (found.body, found.url, found.status, found.fetched_at) == (body, first.url, 200, noon)
    assert found.headers == (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))))
    assert opened.raw(first.article_id).body == b"<p>2</p>"
    with pytest.raises(ArticleNotFound, match="versions 1 to 2, not 3"):
        opened.raw(first.article_id, 3)
    with pytest.raises(ArticleNotFound):
        opened.raw("0" * 32)
    rows = pd.read_parquet(root / "versions").sort_values("version")
    assert list(rows["raw_length"]) == [len(its_page.response), len(another.response)]
    assert len(set(rows["raw_file"])) == 1
    assert grave(root) == []


def test_an_article_without_a_page_says_so(root, writer, article):
    writer.add_article(article(1))
    writer.commit()
    assert not (root / "_raw").exists()
    with pytest.raises(PageNotKept, match="KEEP_RAW was none"):
        archive.open(root).raw(article(1).article_id)


def test_a_look_that_brings_no_version_keeps_no_page(root, open_writer, article, page, noon):
    def look(writer, day, text, **changes):
        record = article(1, text=text, fetched_at=noon + timedelta(days=day), **changes)
        writer.add_article(*page(record, f"<p>{text} and advertisement {day}</p>".encode()))

    with open_writer() as writer:
        look(writer, 0, "A")
        look(writer, 1, "A")  # unchanged, seen in the open segment
        writer.commit()
        look(writer, 2, "A")  # unchanged, seen in the archive
        look(writer, 3, "A B")
        look(writer, 4, "A")  # reverted
        look(writer, 5, "A C", extractor="reader 2")  # our change or theirs: nobody can tell
        writer.commit()
        look(writer, 6, "A C", extractor="reader 2")
        writer.commit()
    assert len(kept(root)) == len(indexed(root)) == len(pd.read_parquet(root / "versions")) == 2
    assert grave(root) == []


def test_two_writers_never_share_a_file(root, open_writer, article, page):
    writers = [open_writer(), open_writer()]
    for number in range(6):
        writers[number % 2].add_article(*page(article(number)))
    for writer in writers:
        writer.commit()
        writer.close()
    assert len(warc_files(root)) == 2
    assert len(kept(root)) == 6
    assert grave(root) == []


def test_a_file_is_rolled_when_it_is_full(root, article, page, noon):
    folder = Storage(root)
    root.mkdir()
    file = RawFile(folder, "run/../1", lambda: noon, roll_at=700)
    pages = [page(article(number), os.urandom(300)) for number in range(5)]
    pointers = [file.append(members) for _, members in pages]
    file.close()
    assert [path.name for path in warc_files(root)] == [
        f"20260301-run_.._1-{number:05d}.warc.gz" for number in range(5)
    ]
    for (record, _), pointer in zip(pages, pointers, strict=True):
        assert files.read(folder, pointer).url == record.url


def test_a_refused_page_refuses_its_article_and_leaves_nothing(root, open_writer, article, page, limited):
    writer = open_writer()
    writer.add_article(*page(article(1), os.urandom(500)))
    size = warc_files(root)[0].stat().st_size
    with limited(size + 2000), pytest.raises(ArchiveWriteError, match="page was not stored"):
        writer.add_article(*page(article(2), os.urandom(5000)))
    assert warc_files(root)[0].stat().st_size == size
    assert writer.pending == 1
    writer.add_article(*page(article(2)))
    writer.commit()
    assert len(kept(root)) == 2
    assert grave(root) == []


def test_a_refused_record_takes_its_page_back(root, open_writer, article, page, limited):
    writer = open_writer()
    for number in range(8):  # small pages, large texts: the segment fills first
        writer.add_article(*page(article(number, text=os.urandom(3000).hex()), b"<p>1</p>"))
    size = warc_files(root)[0].stat().st_size
    segment = next(iter(Layout(root).segments.iterdir())).stat().st_size
    assert size < segment
    with limited(segment + 1000), pytest.raises(ArchiveWriteError, match="article was not stored"):
        writer.add_article(*page(article(9, text=os.urandom(3000).hex()), b"<p>2</p>"))
    assert warc_files(root)[0].stat().st_size == size
    writer.commit()
    assert grave(root) == []


@pytest.mark.parametrize(("end", "pages"), [("between", 11), ("torn", 10)])
def test_a_kill_between_page_and_record_is_harmless(root, program, end, pages):
    dying = program("pages.py", root, "run-x", 4, end)
    output, _ = dying.communicate()
    assert dying.returncode == -9
    assert output.split() == [str(number) for number in range(10)]
    with ArchiveWriter.open(root, run_id="next") as writer:
        assert writer.recovered == 2
        writer.commit()
    rows = pd.read_parquet(root / "articles")
    assert len(rows) == rows["raw_file"].notna().sum() == 10
    # the half page is cut off; the whole one that no row names is in the index, for a purge
    assert len(kept(root)) == len(indexed(root)) == pages
    assert grave(root) == []


@pytest.mark.parametrize("every", [3, 1000])
def test_kill_9_loses_no_acknowledged_page(root, program, every):
    acknowledged = 0
    for number in range(tiers.rounds(4)):
        running = [program("pages.py", root, f"run-{number}-{w}", every) for w in range(2)]
        for process in running:
            for _ in range(30 + 7 * number):
                assert process.stdout.readline()
            process.kill()
        for process in running:
            acknowledged += 30 + 7 * number + len(process.communicate()[0].splitlines())
    with ArchiveWriter.open(root, run_id="last") as writer:
        writer.commit()
    rows = pd.read_parquet(root / "articles")
    assert len(rows) >= acknowledged
    assert rows["raw_file"].notna().all()
    assert sorted(set(rows["url"]) - set(kept(root))) == []
    assert len(indexed(root)) == len(kept(root))
    assert grave(root) == []


def test_a_half_page_at_the_end_spoils_no_other(root, open_writer, article, page):
    with open_writer() as writer:
        writer.add_article(*page(article(1)))
        writer.commit()
    with warc_files(root)[0].open("ab") as file:
        file.write(page(article(2))[1].response[:200])
    assert archive.open(root).raw(page(article(1))[0].article_id).url == article(1).url
    folder = Storage(root)
    before = indexed(root)
    assert cdxj_index.rebuild(folder) == 1
    assert indexed(root) == before
    assert grave(root) == []


def test_a_page_that_a_power_cut_took_is_no_pointer_after_recovery(root, open_writer, article, page, caplog):
    writer = open_writer()
    for number in (1, 2):
        writer.add_article(*page(article(number)))
    copy = root.with_name("after-power-cut")
    shutil.copytree(root, copy, symlinks=True)
    # the segment reached the disk, the last page did not
    os.truncate(
        warc_files(copy)[0], warc_files(copy)[0].stat().st_size - len(page(article(2))[1].request) - 9
    )
    with open_writer("next", copy) as after:
        assert after.recovered == 2
        after.commit()
    assert "is lost, its text is not" in caplog.text
    rows = pd.read_parquet(copy / "articles").set_index("url")
    assert rows["raw_file"].notna().to_dict() == {article(1).url: True, article(2).url: False}
    assert grave(copy) == []
    assert len(kept(copy)) == 1


def test_a_living_writers_file_is_not_mended(root, open_writer, article, page):
    first = open_writer("run-1")
    first.add_article(*page(article(1)))
    size = warc_files(root)[0].stat().st_size
    os.truncate(warc_files(root)[0], size - 5)
    assert files.mend(Layout(root), "run-1") == []
    assert warc_files(root)[0].stat().st_size == size - 5


def test_verify_finds_a_page_that_is_gone_altered_or_another(root, open_writer, article, page):
    with open_writer() as writer:
        for number in range(3):
            writer.add_article(*page(article(number)))
        writer.commit()
    path = warc_files(root)[0]
    whole = path.read_bytes()
    row = archive.open(root).articles().to_arrow().to_pylist()[0]
    middle = row["raw_offset"] + row["raw_length"] // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 8]) + whole[middle + 1 :])
    assert len(grave(root)) == 1
    assert row["article_id"] in grave(root)[0]
    with pytest.raises(ArchiveDamaged, match=path.name):
        archive.open(root).raw(row["article_id"])
    # a page of the same length and compression, with another text
    path.write_bytes(whole)
    other = page(article(7), b"another page")[1].response
    path.write_bytes(whole[: row["raw_offset"]] + other + whole[row["raw_offset"] + len(other) :])
    assert any(row["article_id"] in text for text in grave(root))
    path.unlink()
    assert len(grave(root)) == 3


def test_only_files_of_the_archive_are_read(root, writer):
    with pytest.raises(ArchiveDamaged, match="expected a WARC file in _raw"):
        files.read(Storage(root), files.Pointer("_raw/../../secret.warc.gz", 0, 10))


def test_compaction_and_time_travel_keep_the_pointers(root, open_writer, article, page):
    from archive.operations.maintain import compact

    with open_writer() as writer:
        for number in range(5):
            writer.add_article(*page(article(number)))
            writer.commit()
    compact(root)
    opened = archive.open(root)
    for number in range(5):
        record = page(article(number))[0]
        assert opened.raw(record.article_id).url == record.url
    past = opened.articles(as_of=opened.snapshot.committed_at).to_pandas()
    assert past["raw_file"].notna().all()
    assert grave(root) == []


def test_a_page_is_written_and_synced_before_what_names_it(root, tmp_path, program):
    trace = tmp_path / "trace"
    traced = under(trace, calls="write,fsync,fdatasync,link,linkat")
    program("pages.py", root, "run-1", 3, "between", under=traced).communicate()
    begun, unsynced, page_written, records, commits = set(), False, False, 0, 0
    for line in trace.read_text().splitlines():
        call = re.search(r"(\w+)\(.*?(/[^>\"]*/(?:_raw|_wal|_tmp|_log)/?[^>\"]*)[>\"].* = \d+$", line)
        if call is None:
            continue
        name, path = call.groups()
        if name == "write" and path.endswith(".warc.gz"):
            page_written, unsynced = path in begun, True
            begun.add(path)
        elif name == "write" and "/_wal/" in path and path in begun:
            assert page_written, "a record was acknowledged before its page was written"
            page_written, records = False, records + 1
        elif name == "write":
            begun.add(path)
        elif "sync" in name and path.endswith(".warc.gz"):
            unsynced = False
        elif name == "fdatasync":
            assert not unsynced, "a record reached the disk before its page"
        elif name.startswith("link") and "/_log/" in line:
            assert not unsynced, "a manifest names a page that is not on disk"
            commits += 1
    assert (records, commits) == (10, 1 + 3)
