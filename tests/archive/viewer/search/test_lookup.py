"""Answers of the side file: their order, and the counts beside them."""

from contextlib import closing
from datetime import timedelta

import pytest

import archive
from archive.addresses import story_of_one
from archive.viewer.search import fill, side_file
from archive.viewer.search.answers import Question
from archive.viewer.search.lookup import Lookup
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article


@pytest.fixture(scope="module")
def lookup(tmp_path_factory):
    """Two stories with the word, of which the older has it in its headline; a third without it."""
    root = tmp_path_factory.mktemp("lookup") / "news-archive"
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        ferry = "Пором знову ходитиме. Пором чекали два роки. Про це каже сенаторка."
        writer.add_article(make_article(1, text=ferry, headline="Пором повертається"))
        port = "Порт відкрили. " + "Будівництво тривало довго. " * 20
        port += "Чекали, чекали, чекали пором сенаторки і страна."
        for number, outlet, text in ((2, "herald", port), (3, "herald", "Ринок закрили.")):
            published = NOON.replace(hour=12 + number)
            writer.add_article(make_article(number, text=text, outlet=outlet, published_at=published))
        writer.commit()
    opened = archive.open(root)
    fill.fill(opened)
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        yield lookup


def headlines(answer):
    return [line.articles[0].headline for line in answer.lines]


def test_by_match_the_story_that_is_about_the_word_comes_first(lookup):
    latest = lookup.ask(Question("пором", order="time"))
    assert headlines(latest) == ["Headline 2 uk", "Пором повертається"]
    best = lookup.ask(Question("пором", order="match"))
    assert (best.order, headlines(best)) == ("match", ["Пором повертається", "Headline 2 uk"])


def test_a_text_that_an_article_had_before_makes_no_story_match_better(root):
    """It belongs to no story, also not to the last in the file."""
    numbers = sorted((1, 2), key=lambda n: story_of_one(make_article(n).article_id))
    later = NOON + timedelta(days=1)
    before = make_article(numbers[0], text="Пором, пором, пором.", headline="Пором, пором і пором")
    now = make_article(numbers[0], text="Пором стоїть.", headline="Стоїть пором", fetched_at=later)
    last = make_article(numbers[1], text="Ринок закрили, а пором ходить, як і торік.", headline="Ринок")
    for run_id, articles in (("run-1", [before]), ("run-2", [now, last])):
        with ArchiveWriter.open(root, run_id=run_id) as writer:
            for article in articles:
                writer.add_article(article)
            writer.commit()
        fill.fill(archive.open(root))
    path = side_file.side_file(archive.open(root).storage.layout)
    with closing(Lookup(side_file.connect(path))) as lookup:
        assert headlines(lookup.ask(Question("пором", order="match"))) == ["Стоїть пором", "Ринок"]


def test_each_outlet_is_counted_as_if_no_outlet_were_chosen(lookup):
    """Whoever has chosen an outlet sees what the others would add."""
    answer = lookup.ask(Question(outlets=("courier",)))
    assert answer.found == 1
    assert answer.counts["outlet"] == {"herald": 2, "courier": 1}
    assert answer.counts["language"] == {"uk": 1}
    assert lookup.ask(Question("пором", outlets=("courier",))).counts["outlet"] == {"courier": 1, "herald": 1}


def test_a_phrase_is_found_by_each_of_its_words_forms(lookup):
    """Words have up to four keys: as many combinations are no reason to leave one out."""
    assert headlines(lookup.ask(Question('"чекати чекали чекати пороми"'))) == ["Headline 2 uk"]


def test_a_word_finds_its_forms_that_the_dictionary_lacks(lookup):
    """The dictionary has сенаторка as a form of сенатор, and сенаторки not at all."""
    assert lookup.ask(Question("сенаторка")).found == 2
    assert lookup.ask(Question("странный")).found == 0  # a Russian stem of страна, in a Ukrainian text
