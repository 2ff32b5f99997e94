"""`scrapy import` of files in a bucket: one, all below a prefix, a list; without keys where anybody may."""

import gzip
import os
import urllib.request
from datetime import timedelta

import obstore
import pytest
from scrapy.settings import Settings

from archive.storage.object_store import Store
from crawler.exceptions import SourceFailed, WrongSource
from crawler.importing.remote_file import RemoteFile
from crawler.importing.source_files import BucketFile, SourceFinder
from tests.crawler.commands.test_import import address, page
from tests.crawler.importing.test_web_archives import record

PART = 1000


@pytest.fixture
def bucket(store):
    """Address of a prefix, with two web archives and something else below it."""
    for number in (1, 2):
        store.put(f"2025/{number}.warc.gz", record(address(number, "uk"), page(number)))
    store.put("2025/notes.txt", b"no web archive")
    return f"{store.uri}/2025/"


def given(**more):
    return SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), **more)


def test_all_below_a_prefix_and_a_list_and_one(crawl, bucket, store, tmp_path):
    done = crawl(bucket, private=False, command="import")
    assert done.exit_code == 0, done.err
    assert sorted(done.table("articles")["url"]) == [address(1, "uk"), address(2, "uk")]
    assert done.table("articles")["source_archive"].str.startswith(f"{store.uri}/2025/").all()
    store.put("warc.paths.gz", gzip.compress(b"2025/1.warc.gz\n2025/2.warc.gz\n"))
    again = crawl(f"{store.uri}/warc.paths.gz", "--prefix", store.uri, private=False, command="import")
    assert again.exit_code == 0, again.err
    assert "2  whole files that were read to their end before" in again.out
    assert len(again.table("versions")) == 2
    missing = crawl(f"{bucket}3.warc.gz", private=False, command="import")
    assert missing.exit_code == 1
    assert "there is no such object" in missing.err
    for nothing in (f"{store.uri}/2024/", "s3://nobodys-bucket/x/"):
        with pytest.raises(WrongSource):
            given().sources([nothing])


def test_parts_of_an_object_through_a_connection_that_is_cut(store, cuts):
    data = os.urandom(8 * PART + 5)
    store.put("large.warc.gz", data)
    place = BucketFile(Store(store.uri.rpartition("/")[0]), "news/large.warc.gz")
    with RemoteFile(place, (0.1,) * 4, PART) as file:
        assert file.size == len(data)
        assert file.read(PART) == data[:PART]
        cuts.lose_answer(r"GET /\S*large", times=2)
        assert file.read() == data[PART:]
    with RemoteFile(place, (0.0,), PART) as file:
        file.read(PART)
        store.put("large.warc.gz", data[::-1])
        with pytest.raises(SourceFailed, match="another file is there"):
            file.read()


def test_a_bucket_of_anybody_is_read_without_keys(server, bucket, store, monkeypatch):
    (source,) = given().sources([f"{bucket}1.warc.gz"])
    with source.open() as file:
        assert file.read(2) == b"\x1f\x8b"
    signed = obstore.sign(store._client, "PUT", "public.warc.gz", timedelta(minutes=5))
    public = urllib.request.Request(signed, b"anybody", {"x-amz-acl": "public-read"}, method="PUT")
    urllib.request.urlopen(public).close()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "wrong")
    with given(anonymous=True).sources([f"{store.uri}/public.warc.gz"])[0].open() as file:
        assert file.read() == b"anybody"
    with pytest.raises(SourceFailed, match="answered 403"):
        given().sources([f"{store.uri}/public.warc.gz"])[0].open()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    elsewhere = given(endpoint=server["endpoint"])
    with elsewhere.sources([f"{store.uri}/public.warc.gz"])[0].open() as file:
        assert file.read() == b"anybody"
    with pytest.raises(SourceFailed, match=r"403|may not do this"):
        elsewhere.sources([f"{bucket}1.warc.gz"])[0].open()
