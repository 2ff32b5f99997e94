import hashlib
import importlib
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.format.records import (
    Alternate,
    ArticleRecord,
    LanguageEvidence,
    ObservationRecord,
    TextBlock,
)
from archive.pages.warc_record import Exchange, build
from archive.writer import ArchiveWriter
from tests.archive.small_disk import file_size_limit
from tests.support import tiers

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROGRAMS = Path(__file__).parent / "programs"
CHECKOUT = Path(__file__).parents[2]
PART = os.environ.get("TRIPTYCH_FAULTS_PART", "0/1")
"""`1/3`: the second third of all cases, for as many processes."""


def chosen(found, sample):
    """A sample of cases, the same each time; with TRIPTYCH_FAULTS all, or the part that is named."""
    if "TRIPTYCH_FAULTS" not in os.environ:
        return random.Random(18).sample(found, tiers.examples(sample))
    number, parts = map(int, PART.split("/"))
    return found[number::parts]


def make_article(number=1, language="uk", text="Перший абзац.", **changes):
    url = f"https://courier.example/{language}/news/{number}"
    record = ArticleRecord(
        article_id=hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
        outlet="courier",
        url=url,
        requested_url=url,
        canonical_url=url,
        language=language,
        language_confidence=0.99,
        language_evidence=(LanguageEvidence("text", language),),
        language_reason=None,
        html_lang=language,
        headline=f"Headline {number} {language}",
        lead=None,
        body=text,
        blocks=(TextBlock("paragraph", text),),
        byline="Автор: Олена Коваль",
        authors=("Олена Коваль",),
        authors_source="printed",
        published_at=NOON - timedelta(hours=1),
        published_raw="11:00",
        published_source="meta",
        modified_at=None,
        modified_raw=None,
        section=None,
        tags=("місто",),
        image_url=None,
        image_caption=None,
        alternates=(),
        story_key=None,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        raw_sha256=hashlib.sha256(b"raw" + text.encode()).hexdigest(),
        http_status=200,
        etag='"1"',
        last_modified=None,
        fetched_at=NOON,
        extractor="reader 1",
        run_id="run-1",
        extra=None,
    )
    return replace(record, **changes)


def make_page(record, body=None):
    """The record with the hash and id of its own page, and the page."""
    body = body if body is not None else f"<html><p>{record.url} {record.body}</p></html>".encode()
    record = replace(
        record,
        article_id=hashlib.blake2b(record.url.encode(), digest_size=16).hexdigest(),
        raw_sha256=hashlib.sha256(body).hexdigest(),
    )
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    exchange = Exchange(record.url, record.http_status, record.fetched_at, (), headers)
    return record, build(exchange, body)


@pytest.fixture
def page():
    """Build an article with its page: page(record, body) -> (record, page)."""
    return make_page


@pytest.fixture
def article():
    """Build an article: article(number, language, text, **fields)."""
    return make_article


def make_variants(number, *languages, **changes):
    """Articles of one story that name each other by hreflang."""
    return [
        make_article(
            number,
            language,
            alternates=tuple(
                Alternate(other, f"https://courier.example/{other}/news/{number}", "hreflang")
                for other in languages
                if other != language
            ),
            **changes,
        )
        for language in languages
    ]


@pytest.fixture
def variants():
    """Build a story: variants(number, *languages, **fields)."""
    return make_variants


@pytest.fixture
def look():
    def build(url, outcome="failed", reason="http-404", status=404, at=NOON, **changes):
        return replace(
            ObservationRecord(url, url, "courier", outcome, reason, at, status, "run-1"), **changes
        )

    return build


@pytest.fixture
def root(tmp_path):
    return tmp_path / "news-archive"


@pytest.fixture(scope="session")
def copied(tmp_path_factory):
    """Copy the archive that a function writes into a folder, which is written once: copied(build, root).

    Returns what the function does. A copy takes a tenth of the CPU of two commits.
    """
    built = {}

    def copy(build, root):
        if build not in built:
            folder = tmp_path_factory.mktemp("built") / "news-archive"
            built[build] = folder, build(folder)
        folder, outcome = built[build]
        shutil.copytree(folder, root, symlinks=True)
        return outcome

    return copy


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The archive of tests/archive/two_newsrooms.py, for tests that only read; the others have a copy."""
    two_newsrooms = importlib.import_module("tests.archive.two_newsrooms")  # which imports from here
    root = tmp_path_factory.mktemp("filled") / "news-archive"
    two_newsrooms.write(root)
    return root


@pytest.fixture
def open_writer(root):
    """Open writers that are closed when the test ends."""
    writers = []

    def build(run_id="run-1", folder=root, **options):
        writers.append(ArchiveWriter.open(folder, run_id=run_id, **options))
        return writers[-1]

    yield build
    for writer in writers:
        writer.close()


@pytest.fixture
def writer(open_writer):
    return open_writer()


@pytest.fixture
def program():
    """Start a real process: program("appends.py", root, …); it is gone when the test ends."""
    running = []

    def start(name, *arguments, under=(), env=None, **options):
        process = subprocess.Popen(
            [*map(str, under), sys.executable, str(PROGRAMS / name), *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), **(env or {})},
            **options,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


@pytest.fixture
def limited():
    """A disk that takes files up to a size: `with limited(size):`."""
    return file_size_limit


@pytest.fixture
def noon():
    return NOON
