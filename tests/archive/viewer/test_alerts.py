"""A saved search as a feed: what is new in it, under ids that never change."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest

import archive
from archive.__main__ import main
from archive.format.records import Decisions, Membership
from archive.viewer.web.alerts import Alert
from archive.viewer.web.formats import Feed, as_atom
from archive.writer import ArchiveWriter
from tests.archive.two_newsrooms import BRIDGE, DAY, id_of, record_of, url_of, write
from tests.archive.viewer.test_web import serving


def feed_of(root, tmp_path, capsys):
    def call(*arguments, name="f.json"):
        out = tmp_path / name
        try:
            code = main(["feed", *arguments, "--output", str(out), "--archive", str(root)])
        except SystemExit as ended:
            code = ended.code
        call.said = capsys.readouterr()
        if code:
            assert not out.exists()
            return code
        return json.loads(out.read_bytes()) if name.endswith(".json") else out.read_bytes()

    return call


@pytest.fixture
def feed(filled, tmp_path, capsys):
    return feed_of(filled, tmp_path, capsys)


def kinds(items):
    return [(x["tags"][0], x["url"].removeprefix("https://")) for x in items]


def test_new_stories_edits_and_what_is_missing(feed):
    items = feed("--outlet", "courier")["items"]
    assert sorted(kinds(items)) == [
        ("edit", "courier.example/uk/library"),
        ("missing", "courier.example/en/bridge"),
        ("missing", "courier.example/en/bridge"),
        ("missing", "courier.example/ru/library"),
        ("story", "courier.example/en/bridge"),
        ("story", "courier.example/en/ferry"),
        ("story", "courier.example/ru/library"),
    ]
    times = [x["date_published"] for x in items]
    assert times == sorted(times, reverse=True)
    (edit,) = [x for x in items if x["tags"] == ["edit"]]
    assert edit["id"] == f"urn:triptych:edit:{id_of('courier', 'library', 'uk')}:2"
    assert edit["title"] == "Edited in Ukrainian: Бібліотека працюватиме до ранку"
    assert edit["content_text"] == "− вночі … відкрита … 23:00.\n+ до ранку … 06:00."
    # translations that came in time are news of their story, and no more
    (ferry,) = [x for x in items if x["title"] == "The Luzhanka ferry is back"]
    assert (ferry["date_published"], ferry["date_modified"]) == (
        "2026-03-02T08:00:00+00:00",
        "2026-03-02T09:15:00+00:00",
    )


def test_a_language_is_missing_when_its_time_is_over_and_no_sooner(feed):
    early = feed("--outlet", "courier", "--late", "87600")["items"]
    assert "missing" not in {kind for kind, _ in kinds(early)}


def test_words_and_filters_are_those_of_search(feed):
    assert {x["external_url"] for x in feed("--search", "пором")["items"]} == {
        url_of("courier", "ferry", "en"),
        url_of("herald", "ferry", "uk"),
    }
    address = "http://127.0.0.1:8765/search?q=%D0%BF%D0%BE%D1%80%D0%BE%D0%BC&missing=en"
    made = feed("--search", address)
    assert made["title"].startswith("пором · ")
    assert {x["external_url"] for x in made["items"]} == {url_of("herald", "ferry", "uk")}
    assert len(feed("--most", "2")["items"]) == 2
    # three hours are late for the market
    late = [x for x in feed("--outlet", "herald", "--late", "2")["items"] if x["tags"] == ["late"]]
    assert [(x["id"], x["title"]) for x in late] == [
        (
            f"urn:triptych:late:{id_of('herald', 'market', 'en')}",
            "In English 3 h later: The market closes for repairs",
        )
    ]


def test_a_feed_in_the_language_of_its_reader(feed, filled):
    titles = {x["title"] for x in feed("--outlet", "courier", "--interface", "uk")["items"]}
    assert "Змінено текст українською: Бібліотека працюватиме до ранку" in titles
    assert any(x.startswith("Минуло 24 год, російською досі немає: ") for x in titles)
    with serving(filled) as get:
        page = get("/?outlet=courier", Accept_Language="ru")[2].decode()
        (address,) = set(re.findall(r'href="(/search\.atom[^"]*)"', page))
        # a reader of feeds asks for no language: the address has it
        atom = feedparser.parse(get(address.replace("&amp;", "&"))[2])
    assert address == "/search.atom?outlet=courier&amp;interface=ru"
    assert "Изменён текст на украинском: Бібліотека працюватиме до ранку" in {x.title for x in atom.entries}


def test_atom_is_valid_and_says_the_same(feed):
    told = feed("--base", "http://127.0.0.1:8765/")["items"]
    assert all(x["url"].startswith("http://127.0.0.1:8765/") for x in told)
    read = feedparser.parse(feed("--base", "http://127.0.0.1:8765/", name="f.atom"))
    assert not read.bozo
    assert read.feed.id.startswith("urn:triptych:search:")
    for entry, item in zip(read.entries, told, strict=True):
        assert (entry.id, entry.title, entry.link) == (item["id"], item["title"], item["url"])
        assert (entry.published, entry.updated) == (item["date_published"], item["date_modified"])
        assert (entry.tags[0].term, entry.content[0].value) == (item["tags"][0], item["content_text"])


def test_a_feed_keeps_each_character_that_xml_has():
    alert = Alert("urn:1", "story", DAY, DAY, "🚋 відкрито\ufffe", "", "uk", "1", "", "")
    (entry,) = feedparser.parse(as_atom(Feed("urn:f", "f", (alert,)))).entries
    assert entry.title == "🚋 відкрито"


def test_the_same_snapshot_gives_the_same_bytes(feed):
    feed("--most", "3")
    assert feed.said.out.startswith("3 entries in ")
    assert feed("--search", "пором", name="f.atom") == feed("--search", "пором", name="f.atom")


def test_what_is_wrong_is_a_sentence(feed):
    for wrong in (
        ("--outlet", "curier"),
        ("--base", "javascript:alert(1)"),
        ("--late", "soon"),
    ):
        assert feed(*wrong) == 2
    assert feed(name="f.rss") == 2
    assert "must end with .atom, .xml or .json" in feed.said.err


def test_the_served_feed_is_the_same(feed, filled):
    with serving(filled) as get:
        told = json.loads(get("/search.feed.json?outlet=courier")[2])
        late = json.loads(get("/search.feed.json?outlet=herald&late=2")[2])
        atom = feedparser.parse(get("/search.atom?outlet=courier")[2])
    items = feed("--outlet", "courier")["items"]
    assert [x["id"] for x in told["items"]] == [x["id"] for x in items]
    assert [x.id for x in atom.entries] == [x["id"] for x in items]
    assert "late" in {x["tags"][0] for x in late["items"]}
    assert all("/stories/" in x["url"] or "/articles/" in x["url"] for x in told["items"])


def test_what_was_missing_and_came_late_is_an_alert_of_its_own(copied, root, tmp_path, capsys):
    """The bridge comes in Russian a day and a half later."""
    copied(write, root)
    feed = feed_of(root, tmp_path, capsys)
    before = {x["id"]: x for x in feed("--outlet", "courier")["items"]}
    published, headline, _ = BRIDGE["en"]
    told = (published + timedelta(hours=36), "Мост покрасили", ["Старый мост снова зелёный."])
    late = record_of("courier", "bridge", "ru", told)
    hostile = replace(
        record_of("courier", "tunnel", "uk", (published, f"{headline} ]]> \x1b \u202e", ["Текст."])),
        published_at=None,
        url="javascript:alert(1)",
    )
    homes = archive.open(root).articles(columns=["article_id", "story_id"]).to_pylist()
    (story,) = [x["story_id"] for x in homes if x["article_id"] == id_of("courier", "bridge", "en")]
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        writer.add_article(late)
        writer.add_article(hostile)
        writer.commit(lambda *_: Decisions((), (Membership(late.article_id, story),)))
    after = {x["id"]: x for x in feed("--outlet", "courier")["items"]}
    gone, came = set(before) - set(after), set(after) - set(before)
    assert gone == {f"urn:triptych:missing:{story}:ru"}
    assert f"urn:triptych:late:{late.article_id}" in came
    assert after[f"urn:triptych:late:{late.article_id}"]["title"] == "In Russian 36 h later: Мост покрасили"
    # an article without a date is told of once, at the time when it was first seen, and misses nothing
    assert len(came) == 2
    (told_of,) = came - {f"urn:triptych:late:{late.article_id}"}
    # its address is no link, its text no command
    assert "external_url" not in after[told_of]
    assert after[told_of]["title"] == f"{headline} ]]> \ufffd \ufffd"
    read = feedparser.parse(feed("--outlet", "courier", name="f.atom"))
    assert not read.bozo
    assert {link["href"].partition(":")[0] for entry in read.entries for link in entry.get("links", ())} == {
        "https"
    }
    # the others are as they were, but for the story that has one more language
    changed = {x for x in set(before) & set(after) if before[x] != after[x]}
    assert {before[x]["external_url"] for x in changed} == {url_of("courier", "bridge", "en")}
