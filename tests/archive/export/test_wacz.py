"""The exported package, taken apart as WACZ 1.1.1 says it is made."""

import hashlib
import io
import json
import zipfile

import pytest
from warcio.archiveiterator import ArchiveIterator

import archive
from archive.__main__ import main
from archive.exceptions import ArchiveWriteError
from archive.pages import warc_record


@pytest.fixture
def two_crawls(root, open_writer, article, page):
    """Two crawls, an edit, an article without a page; the last writer is still at it."""
    with open_writer("run-1") as writer:
        for number in range(3):
            writer.add_article(*page(article(number)))
        writer.add_article(article(9))
        writer.commit()
    writer = open_writer("run-2")
    writer.add_article(*page(article(1, text="Інший текст.")))
    writer.commit()
    with sorted((root / "_raw").glob("*.warc.gz"))[-1].open("ab") as file:
        file.write(page(article(5))[1].response[:100])
    return root


def test_a_package_holds_what_its_datapackage_says(two_crawls, tmp_path, capsys):
    target = tmp_path / "news.wacz"
    assert main(["export", "--wacz", str(target), "--archive", str(two_crawls)]) == 0
    assert capsys.readouterr().out.startswith(f"4 pages in {target}")
    with zipfile.ZipFile(target) as package:
        content = {name: package.read(name) for name in package.namelist()}
        assert {entry.compress_type for entry in package.infolist()} == {zipfile.ZIP_STORED}
    described = json.loads(content["datapackage.json"])
    assert (described["profile"], described["wacz_version"]) == ("data-package", "1.1.1")
    sealed = json.loads(content.pop("datapackage-digest.json"))
    assert sealed == {
        "path": "datapackage.json",
        "hash": "sha256:" + hashlib.sha256(content.pop("datapackage.json")).hexdigest(),
    }
    assert {entry["path"] for entry in described["resources"]} == set(content)
    for entry in described["resources"]:
        assert entry["name"] == entry["name"].lower()
        data = content[entry["path"]]
        assert (entry["bytes"], entry["hash"]) == (len(data), "sha256:" + hashlib.sha256(data).hexdigest())


def test_index_and_pages_lead_to_the_records(two_crawls, tmp_path):
    target = tmp_path / "news.wacz"
    main(["export", "--wacz", str(target), "--archive", str(two_crawls)])
    with zipfile.ZipFile(target) as package:
        content = {name: package.read(name) for name in package.namelist()}
    lines = content["indexes/index.cdx"].decode().splitlines()
    assert lines == sorted(lines)
    urls = []
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        start = int(entry["offset"])
        data = content["archive/" + entry["filename"]][start : start + int(entry["length"])]
        urls.append(warc_record.page(warc_record.read_member(data)[0]).url)
    assert len(urls) == 4
    head, *pages = map(json.loads, content["pages/pages.jsonl"].decode().splitlines())
    assert head["format"] == "json-pages-1.0"
    assert sorted(page["url"] for page in pages) == sorted(urls)
    assert {page["title"] for page in pages} <= {f"Headline {number} uk" for number in range(3)}
    assert pages[0]["ts"] == "2026-03-01T12:00:00.000000Z"
    for name, data in content.items():
        if name.startswith("archive/"):
            for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
                record.content_stream().read()


def test_what_is_there_is_not_overwritten_and_no_pages_is_no_package(
    two_crawls, tmp_path, article, open_writer, capsys
):
    target = tmp_path / "news.wacz"
    target.write_text("mine")
    assert main(["export", "--wacz", str(target), "--archive", str(two_crawls)]) == 1
    assert target.read_text() == "mine"
    assert "File exists" in capsys.readouterr().err
    bare = tmp_path / "bare"
    with open_writer("run-3", bare) as writer:
        writer.add_article(article(1))
        writer.commit()
    assert main(["export", "--wacz", str(tmp_path / "none.wacz"), "--archive", str(bare)]) == 1
    assert "KEEP_RAW=none" in capsys.readouterr().err
    assert not (tmp_path / "none.wacz").exists()


def test_a_full_disk_leaves_no_half_package(two_crawls, tmp_path, limited):
    from archive.export import wacz
    from archive.opening import utc_now

    target = tmp_path / "news.wacz"
    with limited(1500), pytest.raises(ArchiveWriteError, match=r"news\.wacz"):
        wacz.export(archive.open(two_crawls), target, utc_now())
    assert not target.exists()
