"""What a worker decides of a page is what the stage lets pass, and needs nothing of Scrapy."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.settings import Settings

from crawler.items import Article, Claim, Observation, TextLanguage
from crawler.settings import ITEM_PIPELINES
from crawler.workers.stages import decide, worker_stages
from pipelines.drop_refused import Dropped, DropRefusedStage
from tests.support.running import python

STAGES = worker_stages(Settings({"ITEM_PIPELINES": ITEM_PIPELINES}))
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
    decided = decide(said(), STAGES)
    assert (decided.language, decided.authors) == ("en", ("Olena Marchuk",))
    assert decided.article_id
    assert decided.content_hash
    assert decided.refused is None


def test_nothing_is_decided_of_what_is_refused():
    refused = decide(said(body=""), STAGES)
    assert refused.refused is not None
    assert refused.refused.reason == "no-body"
    assert (refused.article_id, refused.language) == ("", None)


def test_the_stage_drops_what_was_refused_and_lets_pass_what_was_decided():
    decided = decide(said(), STAGES)
    for stage in (*STAGES, DropRefusedStage()):
        assert stage.process_item(decided) is decided
    with pytest.raises(Dropped, match=r"has a headline and no text") as caught:
        DropRefusedStage().process_item(decide(said(body=""), STAGES))
    assert caught.value.reason == "no-body"


def test_the_stages_decide_what_no_worker_has_seen():
    assert on_the_loop(said()) == decide(said(), STAGES).with_(is_decided=False)
    with pytest.raises(Dropped):
        on_the_loop(said(headline=None))


def on_the_loop(item):
    """As Scrapy calls them, in the order of the settings."""
    for stage in (*STAGES, DropRefusedStage()):
        item = stage.process_item(item)
    return item


def test_the_stages_are_those_of_the_settings_in_their_order():
    named = [f"{type(stage).__module__}.{type(stage).__name__}" for stage in STAGES]
    assert named == [
        *("pipelines.validate.ValidateStage", "pipelines.language.LanguageStage"),
        *("pipelines.authors.AuthorsStage", "pipelines.digest.DigestStage"),
    ]
    assert named == [name for name in ITEM_PIPELINES if name in named]
    turned = {name: 1000 - place for name, place in ITEM_PIPELINES.items()}
    assert [*map(type, worker_stages(Settings({"ITEM_PIPELINES": turned})))] == [*map(type, STAGES[::-1])]


def test_a_look_passes():
    look = Observation(ADDRESS, ADDRESS, "courier", "failed", "http-500", AT)
    assert on_the_loop(look) is look


def test_a_worker_needs_neither_scrapy_nor_requests_and_shares_what_declares_outlets_and_lists():
    taken = (
        "crawler.workers.stages, pipelines.validate, pipelines.language, pipelines.authors, "
        "pipelines.digest, crawler.extraction.fields.dates.parsing"
    )
    code = (
        f"import sys, importlib, {taken}; from crawler.workers.fork_server import PRELOADED\n"
        "for name in PRELOADED: importlib.import_module(name)\n"
        "print({'scrapy', 'twisted', 'requests', 'crawler.outlet.declaration', 'crawler.discovery.listing'}"
        " & sys.modules.keys() == {'crawler.outlet.declaration', 'crawler.discovery.listing'})"
    )
    done = python("-c", code, check=True)
    assert done.stdout.strip() == "True"
