"""The index of the pages: keys as others compute them, few files, and every page found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.format.layout import Layout
from archive.operations import maintain
from archive.pages import cdxj_index, warc_files
from archive.pages.warc_files import RawFile
from archive.storage import locks
from archive.storage.interface import Storage
from tests.support.running import python


@pytest.mark.parametrize(
    ("url", "key"),
    [  # as the package `surt` 0.3.1 gives them
        ("http://www.visnyk.example/rus/1/?b=2&a=1", "example,visnyk)/rus/1?a=1&b=2"),
        ("https://WWW2.Visnyk.example:443/News/X-1.html#top", "example,visnyk)/news/x-1.html"),
        ("http://127.0.0.1:8080/a", "1,0,0,127:8080)/a"),
        ("https://x.example/%D0%9F/a%2fb", "example,x)/%d0%9f/a/b"),
        ("https://x.example/Пара//б?я", "example,x)/%d0%9f%d0%b0%d1%80%d0%b0/%d0%b1?%d1%8f"),
        ("https://x.example", "example,x)/"),
        ("https://президент.укр/a?", "xn--j1amh,xn--d1abbgf6aiiy)/a"),
        ("http://[::1]:80/a", "::1)/a"),
    ],
)
def test_keys_are_those_of_other_tools(url, key):
    assert cdxj_index.surt(url) == key


@given(st.text(max_size=40))
def test_any_text_has_a_key_of_one_line(text):
    for url in (text, f"https://{text}", f"https://x.example/{text}"):
        key = cdxj_index.surt(url)
        assert not set(key) & set(" \n\r\t")


@pytest.fixture
def pages(root, article, page, noon):
    """Add pages to one WARC file: pages(number, …) -> pointers."""
    for folder in Layout(root).first_folders():
        folder.mkdir(parents=True, exist_ok=True)
    file = RawFile(Storage(root), "run-1", lambda: noon)
    yield lambda *numbers: [file.append(page(article(number))[1]) for number in numbers]
    file.close()


def test_every_page_is_found_by_its_address_in_any_number_of_commits(root, pages, article):
    folder = Storage(root)
    where = {}
    for start in range(0, 60, 3):
        numbers = range(start, start + 3)
        pointers = pages(*numbers)
        where.update(zip(numbers, pointers, strict=True))
        cdxj_index.add(folder, pointers)
    assert len(list(folder.layout.raw_index.iterdir())) <= 10
    for number, pointer in where.items():
        assert cdxj_index.find(folder, article(number).url) == [pointer]
    assert cdxj_index.find(folder, article(5).url.replace("https://", "http://www.")) == [where[5]]
    for absent in ("https://courier.example/uk/news/", "https://a.example/", "https://z.example/"):
        assert cdxj_index.find(folder, absent) == []


def test_the_same_pages_again_change_nothing(root, pages):
    folder = Storage(root)
    pointers = pages(1, 2)
    for _ in range(12):
        cdxj_index.add(folder, pointers)
    assert len(list(folder.layout.raw_index.iterdir())) == 1
    cdxj_index.add(folder, pointers[:1])  # in another file, once more
    assert len(list(cdxj_index.lines(folder))) == 2
    assert len(cdxj_index.find(folder, warc_files.read(folder, pointers[0]).url)) == 1


def test_the_index_is_sorted_and_rebuilt_the_same(root, pages):
    folder = Storage(root)
    for number in (9, 1, 5, 3, 12):
        cdxj_index.add(folder, pages(number))
    lines = list(cdxj_index.lines(folder))
    assert lines == sorted(lines)
    assert cdxj_index.rebuild(folder) == 5
    assert list(cdxj_index.lines(folder)) == lines
    assert len(list(folder.layout.raw_index.iterdir())) == 1


def test_repair_makes_a_lost_index_anew(root, open_writer, article, page):
    with open_writer() as writer:
        for number in (3, 1, 2):
            writer.add_article(*page(article(number)))
        writer.commit()
    folder = Storage(root)
    lines = list(cdxj_index.lines(folder))
    assert len(lines) == 3
    for path in folder.layout.raw_index.iterdir():
        path.unlink()
    maintain.repair(root, rebuild=True)
    assert list(cdxj_index.lines(folder)) == lines


def test_a_damaged_page_takes_no_other_from_the_index_made_anew(root, pages):
    folder = Storage(root)
    first, second, third = pages(1, 2, 3)
    cdxj_index.add(folder, [first, second, third])
    lines = list(cdxj_index.lines(folder))
    hurt = bytearray((root / second.file).read_bytes())
    hurt[second.offset : second.offset + 8] = b"\xff" * 8
    (root / second.file).write_bytes(hurt)
    (folder.layout.raw_index / "damaged.cdxj").write_bytes(b"\xff\n\nexample 1 {}\n")
    with locks.hold(folder.layout.lock):
        assert cdxj_index.rebuild(folder) == 3
    assert list(cdxj_index.lines(folder)) == lines


def test_an_entry_says_what_a_replay_needs_and_warcio_finds_the_same(root, pages, article):
    folder = Storage(root)
    cdxj_index.add(folder, pages(1, 2))
    key, moment, entry = next(cdxj_index.lines(folder)).split(" ", 2)
    assert (key, moment) == ("example,courier)/uk/news/1", "20260301120000")
    entry = json.loads(entry)
    path = folder.layout.raw / entry["filename"]
    fields = "offset,warc-type,warc-target-uri,http:status,warc-payload-digest"
    told = python("-m", "warcio.cli", "index", "-f", fields, str(path), check=True).stdout
    answers = [x for x in map(json.loads, told.splitlines()) if x["warc-type"] == "response"]
    assert answers[0]["offset"] == entry["offset"]
    assert answers[0]["warc-target-uri"] == entry["url"] == article(1).url
    assert answers[0]["http:status"] == entry["status"] == "200"
    assert answers[0]["warc-payload-digest"] == entry["digest"]
    assert entry["mime"] == "text/html"


def test_what_is_no_page_is_not_in_the_index(root, pages, caplog):
    folder = Storage(root)
    (pointer,) = pages(1)
    cdxj_index.add(
        folder, [warc_files.Pointer(pointer.file, 0, 10), warc_files.Pointer("_raw/none.warc.gz", 0, 10)]
    )
    assert list(cdxj_index.lines(folder)) == []
    assert caplog.text.count("it is not in the index") == 2
