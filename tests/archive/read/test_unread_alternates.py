"""A language is not called missing where its page is named and was not read: page, feed and SQL agree."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

import archive
from archive.__main__ import main
from archive.format.records import Alternate, ObservationRecord
from archive.read.unread_alternates import declared_alternates, unread_alternates
from tests.archive.viewer.test_web import serving, text_of

ENGLISH = "https://courier.example/en/news/3"
UNREAD = [
    ([], ""),
    ([("failed", "http-500")], "failed(http-500)"),
    ([("failed", "http-404"), ("failed", "timeout")], "failed(timeout)"),
    ([("skipped", "robots.txt")], "skipped(robots.txt)"),
    ([("dropped", "blocked-page")], "dropped(blocked-page)"),
    ([("skipped", "given-up")], "skipped(given-up)"),
]
MISSING = [
    [("failed", "timeout"), ("failed", "http-404")],
    [("skipped", "no-such-variant")],
    [("dropped", "home-page")],
    [("unchanged", "not-modified")],
]


@pytest.fixture
def written(open_writer, article, root):
    """Write a Ukrainian article that names its English page, visits there, and two articles in English."""

    def write(visits):
        declared = (
            Alternate("en", ENGLISH, "hreflang"),
            Alternate("uk", "https://courier.example/uk", "hreflang"),
        )
        alone = article(3, "uk", "Третя новина.", alternates=declared)
        with closing(open_writer()) as writer:
            for record in (alone, article(4, "en", "Fourth."), article(5, "en", "Fifth.")):
                writer.add_article(record)
            for hours, (outcome, reason) in enumerate(visits):
                at = alone.fetched_at + timedelta(hours=hours)
                writer.add_observation(
                    ObservationRecord(ENGLISH, ENGLISH, "courier", outcome, reason, at, None, "run-1")
                )
            writer.commit()
        return archive.open(root)

    return write


def missing_rows(opened):
    question = "SELECT missing, unread_url, unread_outcome FROM missing_languages WHERE languages = ['uk']"
    return [tuple(row.values()) for row in opened.sql(question).to_pylist()]


@pytest.mark.parametrize(("visits", "outcome"), UNREAD)
def test_a_page_that_was_not_read_may_exist(written, visits, outcome):
    opened = written(visits)
    assert missing_rows(opened) == [("en", ENGLISH, outcome or None)]
    (story_id,) = opened.articles(language="uk").to_arrow()["story_id"].to_pylist()
    (alternate,) = unread_alternates(opened, declared_alternates(opened, {story_id: ["uk"]}))
    assert (alternate.language, alternate.url, alternate.outcome) == ("en", ENGLISH, outcome)


@pytest.mark.parametrize("visits", MISSING)
def test_a_page_that_does_not_exist_or_is_another_article_is_missing(written, visits):
    opened = written(visits)
    assert missing_rows(opened) == [("en", None, None)]
    (story_id,) = opened.articles(language="uk").to_arrow()["story_id"].to_pylist()
    assert unread_alternates(opened, declared_alternates(opened, {story_id: ["uk"]})) == []


def test_a_story_with_an_article_of_unknown_language_surely_lacks_none(open_writer, article, root, tmp_path):
    with closing(open_writer()) as writer:
        unknown = replace(article(3, "ru", "git push"), language=None)
        for record in (article(1, "uk", "Перша."), article(2, "uk", "Друга."), unknown):
            writer.add_article(record)
        writer.commit()
    assert archive.open(root).sql("FROM missing_languages").to_pylist() == []
    assert main(["feed", "--output", str(tmp_path / "f.json"), "--archive", str(root)]) == 0
    items = json.loads(tmp_path.joinpath("f.json").read_bytes())["items"]
    assert [x["tags"] for x in items] == [["story"]] * 3
    with serving(root) as get:
        found = {x: json.loads(get(f"/stories.json?missing={x}")[2]) for x in ("uk", "en")}
    assert {x: [y["languages"] for y in stories] for x, stories in found.items()} == {
        "uk": [],
        "en": [["uk"], ["uk"]],
    }


@pytest.mark.parametrize(("visits", "kinds"), [(UNREAD[1][0], []), (MISSING[0], ["en"])])
def test_neither_a_feed_nor_a_page_calls_it_missing(written, tmp_path, root, visits, kinds):
    opened = written(visits)
    assert main(["feed", "--output", str(tmp_path / "f.json"), "--archive", str(root)]) == 0
    ids = [x["id"] for x in json.loads(tmp_path.joinpath("f.json").read_bytes())["items"]]
    assert [x.rpartition(":")[2] for x in ids if ":missing:" in x] == kinds
    (story_id,) = opened.articles(language="uk").to_arrow()["story_id"].to_pylist()
    with serving(root) as get:
        page = text_of(get(f"/stories/{story_id}")[2])
    assert (ENGLISH in page and "failed(http-500)" in page) == (not kinds)
