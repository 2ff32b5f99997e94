"""Articles, pages and stories that tests put into archives; their programs import nothing else of pytest."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.format.records import Alternate, ArticleRecord, LanguageEvidence, ObservationRecord, TextBlock
from archive.pages.warc_record import Exchange, build

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


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


def make_look(url, outcome="failed", reason="http-404", status=404, at=NOON, **changes):
    return replace(ObservationRecord(url, url, "courier", outcome, reason, at, status, "run-1"), **changes)


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
