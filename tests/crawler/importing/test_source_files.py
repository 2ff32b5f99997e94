"""Files, addresses and lists as they are named on the command line; a list may come from anybody."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler.exceptions import WrongSource
from crawler.importing.source_files import SourceFinder
from tests.crawler.importing.range_server import RangeServer

PATHS = "crawl-data/CC-NEWS/2025/03/CC-NEWS-20250301-00001.warc.gz\n\n b.warc \n"


@pytest.fixture
def server() -> Iterator[RangeServer]:
    with RangeServer() as running:
        yield running


def given(prefix: str | None = None) -> SourceFinder:
    settings = {"PROXY": "", "USER_AGENT": "t", "RESOLVE_TO": "files.example=127.0.0.1"}
    return SourceFinder(Settings(settings), prefix=prefix)


def test_a_list_is_paths_below_the_prefix(tmp_path: Path, server: RangeServer) -> None:
    (tmp_path / "warc.paths").write_text(PATHS)
    server.files["/warc.paths.gz"] = gzip.compress(PATHS.encode())
    here, there = str(tmp_path / "warc.paths"), f"http://files.example:{server.port}/warc.paths.gz"
    for name in (here, there):
        for prefix in ("https://data.example/x", "s3://bucket", "s3://bucket/"):
            found = [source.address for source in given(prefix).sources([name])]
            assert found == [f"{prefix.rstrip('/')}/{line.strip()}" for line in PATHS.split()]
    (tmp_path / "b.warc").write_bytes(b"")
    (tmp_path / "one.paths").write_text("b.warc")
    assert [x.address for x in given(str(tmp_path)).sources([str(tmp_path / "one.paths")])] == ["b.warc"]
    for name in (here, f"{there}?signature=x"):
        with pytest.raises(WrongSource, match="say with --prefix"):
            given().sources([name])


@pytest.mark.parametrize(
    "line",
    [
        "../secret.warc.gz",
        "a/../../secret.warc.gz",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "s3://other/key.warc.gz",
        "@169.254.169.254/a.warc.gz:80",
        "a/%2e%2e/b.warc.gz",
        "a\\..\\b.warc.gz",
        "a.warc.gz?x=1",
        "a.warc.gz#x",
        "a/./b.warc.gz",
        "a//b.warc.gz",
        "a\x00.warc.gz",
        "a\u202e.warc.gz",
        "a" * 2000,
    ],
)
@pytest.mark.parametrize("prefix", ["https://data.example/", "s3://bucket/", "."])
def test_a_line_that_leads_elsewhere_is_refused_and_nothing_is_read(
    tmp_path: Path, line: str, prefix: str
) -> None:
    (tmp_path / "warc.paths").write_text(f"fine.warc.gz\n{line}\n")
    with pytest.raises(WrongSource, match="expected paths below the prefix"):
        given(prefix)._paths(str(tmp_path / "warc.paths"))


def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "bomb.paths.gz").write_bytes(gzip.compress(bytes(65 << 20)))
    (tmp_path / "cut.paths.gz").write_bytes(gzip.compress(PATHS.encode() * 99)[:-20])
    (tmp_path / "other.paths").write_bytes(b"\xff\xfe\x00")
    for name, told in (
        ("http://169.254.169.254/a.warc.gz", "refused (private-address)"),
        ("http://169.254.169.254/warc.paths.gz", "refused (private-address)"),
        ("http://localhost/a.warc.gz", "refused (private-address)"),
        ("https://user:secret@files.example/a.warc.gz", "refused (credentials)"),
        ("file:///etc/passwd", "expected a file's path"),
        ("ftp://files.example/a.warc.gz", "expected a file's path"),
        ("s3://", "expected s3://bucket/key"),
        ("s3://key:secret@bucket/a", "expected s3://bucket/key"),
        (str(tmp_path), "is not a file"),
        (str(tmp_path / "none.warc"), "No such file"),
        (str(tmp_path / "bomb.paths.gz"), "has more than"),
        (str(tmp_path / "cut.paths.gz"), "is not a list of paths"),
        (str(tmp_path / "other.paths"), "is not a list of paths"),
    ):
        with pytest.raises(WrongSource) as refused:
            given("https://data.example/").sources([name])
        assert told in str(refused.value)
    for prefix in ("http://169.254.169.254/", "file:///etc/", "gopher://x/"):
        (tmp_path / "warc.paths").write_text("a.warc.gz")
        with pytest.raises(WrongSource):
            given(prefix).sources([str(tmp_path / "warc.paths")])


def test_what_the_system_says_of_a_file_is_told_without_its_number(tmp_path: Path) -> None:
    for name, message in (
        (str(tmp_path / "none.warc"), ": No such file or directory"),
        ("a\0b", "null byte"),
        ("/proc/self/mem", ": Input/output error"),  # it can be opened, and not read
    ):
        with pytest.raises(WrongSource) as error:
            given().sources([name])
        assert str(error.value).endswith(message)
        assert "Errno" not in str(error.value)


def test_a_part_of_a_file_may_lie_anywhere_in_it(tmp_path: Path, server: RangeServer) -> None:
    (tmp_path / "a.warc").write_bytes(b"0123456789")
    server.files["/a.warc"] = b"0123456789"
    for name in (str(tmp_path / "a.warc"), f"http://files.example:{server.port}/a.warc"):
        assert given().part(name, 3, 4) == b"3456"
