"""Dates as a page of the viewer tells them."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import lxml.html
import pytest

import archive
from archive.__main__ import main
from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership
from archive.viewer.catalogue import Interface
from archive.viewer.search import fill, side_file
from archive.viewer.search.answers import Question
from archive.viewer.search.lookup import Lookup


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
        ("2026-03-11T00:50:00+02:00", "2026-03-11"),
        (" 2026-03-11 00:50", "2026-03-11"),
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
        ("2026-03-11T00:50:00+02:00", ", 2026-03-11, https://", 11, ", urldate in UTC"),
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
