"""Files in a bucket, on a server on loopback that knows the three requests which reading needs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.settings import Settings

from archive.storage.object_store import _KEYS, Store
from crawler.exceptions import SourceFailed, Unavailable, WrongSource
from crawler.importing.remote_file import Part, RemoteFile
from crawler.importing.source_files import BucketFile, SourceFinder
from tests.crawler.importing.loopback import LoopbackHandler, LoopbackServer

DATA = random.Random(5).randbytes(3_210)
OBJECTS = {"a/1.warc.gz": DATA, "a/2.arc": b"", "a/notes.txt": b"x"}


class Handler(LoopbackHandler):
    status: int | None = None

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if self.status is not None:
            self._answer(self.status, b"")
        elif "list-type=2" in address.query:
            self._answer(200, self._listing(parse_qs(address.query)["prefix"][0]))
        elif (data := OBJECTS.get(address.path.removeprefix("/news/"))) is None:
            self._answer(404, b"")
        elif span := self.headers.get("Range"):
            begin, end = map(int, span.removeprefix("bytes=").split("-"))
            part = data[begin : end + 1]
            content_range = f"bytes {begin}-{begin + len(part) - 1}/{len(data)}"
            self._answer(206, part, **{"Content-Range": content_range})
        else:
            self._answer(200, data)

    def _listing(self, prefix: str) -> bytes:
        entry = (
            "<Contents><Key>{}</Key><Size>{}</Size>"
            "<LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
        )
        entries = "".join(
            entry.format(key, len(data)) for key, data in OBJECTS.items() if key.startswith(prefix)
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>".encode()

    def _answer(self, status: int, data: bytes, **headers: str) -> None:
        self.answer(status, data, {**headers, "ETag": '"1"', "Last-Modified": formatdate(0, usegmt=True)})


@pytest.fixture
def endpoint() -> Iterator[str]:
    with LoopbackServer(Handler) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def stored(endpoint: str, key: str) -> BucketFile:
    return BucketFile(Store("s3://news", endpoint, anonymous=True), key)


def test_parts_end_where_the_object_ends(endpoint: str) -> None:
    file = stored(endpoint, "a/1.warc.gz")
    assert file.part(0, 1000) == Part(DATA[:1000], 3_210, '"1"')
    assert file.part(3_000, 1000) == Part(DATA[3_000:], 3_210, '"1"')
    assert file.part(3_210, 1000) == Part(b"", 3_210, '"1"')
    assert stored(endpoint, "a/2.arc").part(0, 1000) == Part(b"", 0, '"1"')
    with RemoteFile(stored(endpoint, "a/1.warc.gz"), (), 1000) as whole:
        assert whole.read() == DATA
    with pytest.raises(SourceFailed, match="there is no such object"):
        stored(endpoint, "a/3.warc.gz").part(0, 1000)


@pytest.mark.parametrize(("status", "error"), [(503, Unavailable), (403, SourceFailed)])
def test_what_may_pass_is_told_from_what_will_not(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(Handler, "status", status)
    with pytest.raises(error, match=str(status)) as failure:
        stored(endpoint, "a/1.warc.gz").part(0, 1000)
    assert type(failure.value) is error


@pytest.mark.parametrize(("status", "error"), [(503, SourceFailed), (403, WrongSource)])
def test_a_list_that_may_come_later_is_told_from_one_that_will_not(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(Handler, "status", status)
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), endpoint=endpoint, anonymous=True)
    with pytest.raises(error) as failure:
        finder.sources(["s3://news/a/"])
    assert type(failure.value) is error


@pytest.mark.parametrize("key", ["", "k"])
@pytest.mark.parametrize("anonymous", [True, False])
def test_a_bucket_is_asked_without_keys_where_there_are_none_or_none_are_wanted(
    monkeypatch: pytest.MonkeyPatch, key: str, anonymous: bool
) -> None:
    for name in _KEYS:
        monkeypatch.delenv(name, raising=False)
    if key:
        monkeypatch.setenv(_KEYS[0], key)
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), anonymous=anonymous)
    assert finder._store("s3://news")._anonymous == (anonymous or not key)


def test_the_web_archives_below_a_prefix_are_found(endpoint: str) -> None:
    settings = Settings({"PROXY": "", "USER_AGENT": "t"})
    finder = SourceFinder(settings, endpoint=endpoint, anonymous=True)
    sources = finder.sources(["s3://news/a/"])
    assert [source.address for source in sources] == ["s3://news/a/1.warc.gz", "s3://news/a/2.arc"]
    with sources[0].open() as file:
        assert file.read() == DATA
    assert [source.address for source in finder.sources(["s3://news/a/notes.txt"])] == [
        "s3://news/a/notes.txt"
    ]
    with pytest.raises(WrongSource, match=r"no object there ends with \.warc"):
        finder.sources(["s3://news/b/"])
    for wrong in ("s3://news/a?x=1", "s3://news/a#b", "s3://id:secret@news/a", "s3:///a"):
        with pytest.raises(WrongSource, match=r"s3://(news)?…: expected s3://bucket/key"):
            finder.sources([wrong])


def test_a_prefix_has_so_many_objects(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), endpoint=endpoint, anonymous=True)
    monkeypatch.setattr("crawler.importing.source_files._MOST", 3)
    assert len(finder.sources(["s3://news/a/"])) == 2
    monkeypatch.setattr("crawler.importing.source_files._MOST", 2)
    with pytest.raises(WrongSource, match="has more than 2 objects: give a longer prefix"):
        finder.sources(["s3://news/a/"])
