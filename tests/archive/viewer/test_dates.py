"""Dates as a page of the viewer tells them."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import lxml.html
import pytest

import archive
from archive.__main__ import main
from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership
from archive.viewer.catalogue import Interface
from archive.viewer.figure_frames import FIGURES
from archive.viewer.search import fill, side_file
from archive.viewer.search.answers import Question
from archive.viewer.search.lookup import Lookup
from archive.writer import ArchiveWriter
from tests.archive.made import make_article
from tests.archive.viewer.test_alerts import feed_of


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "2026-03-01 11:00 UTC"),
        ({"published_at": None}, "no date"),
        ({"published_at": datetime(2026, 3, 1, tzinfo=UTC)}, "2026-03-01"),
    ],
)
def test_a_page_tells_when_its_article_was_published(  # noqa: PLR0917
    root, writer, article, tmp_path, changes, told
):
    writer.add_article(article(1, **changes))
    writer.commit()
    assert main(["view", "--archive", str(root), "--output", str(tmp_path / "pages"), "--no-browser"]) == 0
    (page,) = (tmp_path / "pages" / "stories").glob("*.html")
    (head,) = lxml.html.fromstring(page.read_text("utf-8")).xpath('//div[@class="head"]/p[2]')
    assert head.text_content().partition(" · ")[0] == told


@pytest.mark.parametrize(("hour", "lag"), [(9, "+2 h"), (0, None)])
def test_two_days_without_an_hour_give_no_lag(root, writer, variants, tmp_path, hour, lag):  # noqa: PLR0917
    uk, en = variants(1, "uk", "en")
    for record, of_day in ((uk, hour), (en, 11)):
        writer.add_article(replace(record, published_at=datetime(2026, 3, 1, of_day, tzinfo=UTC)))
    story = story_of_one(uk.article_id)
    writer.commit(lambda *_: Decisions((), (Membership(en.article_id, story),)))
    assert main(["view", "--archive", str(root), "--output", str(tmp_path / "pages"), "--no-browser"]) == 0
    (page,) = (tmp_path / "pages" / "stories").glob("*.html")
    for path in (page, tmp_path / "pages" / "index.html"):
        text = path.read_text("utf-8")
        assert ("+2 h" in text) == (lag is not None), path
        assert (">first<" in text) == (lag is not None), path
    opened = archive.open(root)
    fill.fill(opened)
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        (line,) = lookup.ask(Question()).lines
        assert bool(line.lag) == (lag is not None)


LATE = datetime(2026, 3, 10, 22, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("2026-03-11T00:50:00+02:00", "2026-03-11 (2026-03-10 UTC)"),
        (" 2026-03-11 00:50", "2026-03-11 (2026-03-10 UTC)"),
        ("2026-03-10", "2026-03-10"),
        ("2026-03-10T22:50:00Z", "2026-03-10 UTC"),
        ("2026-03-10T22:50:00+00:00", "2026-03-10 UTC"),
        ("11 березня 2026, 00:50", "2026-03-10 UTC"),
        ("2025-01-11T00:50:00+02:00", "2026-03-10 UTC"),  # not what was read
        ("2026-03-99", "2026-03-10 UTC"),
        ("2026-03-111", "2026-03-10 UTC"),
        (None, "2026-03-10 UTC"),
    ],
)
def test_a_day_is_that_of_the_page_or_of_utc(printed, told):
    assert Interface("en").day_of_page(LATE, printed) == told
    assert Interface("en").day_of_page(None, printed) == "no date"


@pytest.mark.parametrize(
    ("printed", "told", "day", "note"),
    [
        ("2026-03-11T00:50:00+02:00", ", 2026-03-11 (2026-03-10 UTC), https://", 11, ", urldate in UTC"),
        ("2026-03-10T22:50:00Z", ", 2026-03-10 UTC, https://", 10, ", date and urldate in UTC"),
    ],
)
def test_a_citation_has_the_day_of_the_page(root, writer, article, tmp_path, printed, told, day, note):  # noqa: PLR0917
    writer.add_article(article(1, published_at=LATE, published_raw=printed))
    writer.commit()
    assert main(["view", "--archive", str(root), "--output", str(tmp_path / "pages"), "--no-browser"]) == 0
    (page,) = (tmp_path / "pages" / "articles").glob("*.html")
    tree = lxml.html.fromstring(page.read_text("utf-8"))
    bibtex, csl = (x.text_content() for x in tree.iter("pre"))
    assert told in tree.text_content()
    assert (f"  date = {{2026-03-{day}}}" in bibtex, note in bibtex) == (True, True), bibtex
    assert json.loads(csl)[0]["issued"] == {"date-parts": [[2026, 3, day]]}
    assert note in json.loads(csl)[0]["note"]


DAY = datetime(2026, 3, 2, tzinfo=UTC)


def of_a_day(number, language, text, day, seen):
    record = make_article(number, language, text)
    return replace(record, published_at=day, published_source="meta day", published_raw="", fetched_at=seen)


@pytest.fixture
def days(tmp_path):
    """Ukrainian of the second of March, English of the fifth; the Ukrainian is edited on the sixth.

    Another Ukrainian story of the second has no English.
    """
    root = tmp_path / "news-archive"
    noon = DAY + timedelta(hours=12)
    uk = of_a_day(1, "uk", "Місто відкрило міст через річку.", DAY, noon)
    en = of_a_day(1, "en", "The city opened a bridge.", DAY + timedelta(days=3), noon + timedelta(days=3))
    members = [Membership(x.article_id, story_of_one(uk.article_id)) for x in (uk, en)]
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        writer.add_article(uk)
        writer.add_article(en)
        writer.add_article(of_a_day(2, "uk", "Трамвай знову ходить.", DAY, noon))
        writer.commit(lambda *_: Decisions((), tuple(members)))
    edited = of_a_day(1, "uk", "Місто відкрило міст через річку. Він новий.", DAY, noon + timedelta(days=4))
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        writer.add_article(edited)
        writer.commit()
    return root


def test_edits_have_no_hours(days):
    opened = archive.open(days)
    assert opened.sql("SELECT version, hours FROM edits").to_pylist() == [{"version": 2, "hours": None}]
    assert len(FIGURES["edits"](opened)) == 0


def test_no_language_is_late_and_a_missing_one_is_waited_for_to_the_end_of_the_day(days, tmp_path, capsys):
    feed = feed_of(days, tmp_path, capsys)
    alerts = {x["tags"][0]: x["date_published"] for x in feed("--late", "24")["items"]}
    assert "late" not in alerts
    assert alerts.get("missing") == "2026-03-04T00:00:00+00:00"


@pytest.mark.parametrize("command", [["show", "https://courier.example/uk/news/1"], ["search"]])
def test_commands_print_the_day(command, days, capsys):
    assert main([*command, "--archive", str(days)]) == 0
    printed = capsys.readouterr().out
    assert "2026-03-02" in printed
    assert "2026-03-02 00:00" not in printed
