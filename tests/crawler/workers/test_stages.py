"""What a worker decides of a page is what the stage lets pass, and needs nothing of Scrapy."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from crawler.items import Article, Claim, Look, TextLanguage
from pipelines.drop_refused import DecidedStage, Dropped
from pipelines.worker_stages import decide

AT = datetime(2026, 5, 14, 9, 30, tzinfo=UTC)
ADDRESS = "https://courier.example/news/815/"


def said(**fields):
    known = {
        "headline": "Council repairs three bridges",
        "body": "The council has set aside money for three bridges over the river. " * 8,
        "published_at": AT,
        "author_claims": (Claim("meta", "By Olena Marchuk"),),
        "text_language": TextLanguage("en", 0.999, trusted=True, letters=400),
    }
    return Article("courier", ADDRESS, ADDRESS, 200, AT, **(known | fields))


def test_everything_is_decided_at_once():
    decided = decide(said())
    assert (decided.language, decided.authors) == ("en", ("Olena Marchuk",))
    assert decided.article_id
    assert decided.content_hash
    assert decided.refused is None


def test_nothing_is_decided_of_what_is_refused():
    refused = decide(said(body=""))
    assert refused.refused is not None
    assert refused.refused.reason == "no-body"
    assert (refused.article_id, refused.language) == ("", None)


def test_the_stage_drops_what_was_refused_and_lets_pass_what_was_decided():
    decided = decide(said())
    assert DecidedStage().process_item(decided) is decided
    with pytest.raises(Dropped, match=r"has a headline and no text") as caught:
        DecidedStage().process_item(decide(said(body="")))
    assert caught.value.reason == "no-body"


def test_the_stage_decides_what_no_worker_has_seen():
    assert DecidedStage().process_item(said()) == decide(said())
    with pytest.raises(Dropped):
        DecidedStage().process_item(said(headline=None))


def test_a_look_passes():
    look = Look(ADDRESS, ADDRESS, "courier", "failed", "http-500", AT)
    assert DecidedStage().process_item(look) is look


def test_a_worker_needs_no_scrapy():
    taken = (
        "pipelines.worker_stages, crawler.story.worker_task, crawler.outlet.declaration, "
        "crawler.discovery.dates"
    )
    code = f"import sys, {taken}; print({{'scrapy', 'twisted'}} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
