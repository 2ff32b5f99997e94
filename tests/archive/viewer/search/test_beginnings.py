"""Words by their first letters: the same texts as the index of words finds, text by text."""

from contextlib import closing
from datetime import timedelta

import pytest

import archive
from archive.viewer import outlet as outlets
from archive.viewer.search import fill, side_file
from archive.viewer.search.answers import EPOCH, Question
from archive.viewer.search.beginnings import NewBeginnings, docs_beginning
from archive.viewer.search.lookup import Lookup
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article

TEXTS = {
    1: "Пором знову ходитиме, пори року немає.",
    2: "Порт відкрили. Потяг стоїть.",
    3: "Ринок закрили.",
    4: "Новий порт, нові потяги.",
}


def commit(root, run_id, *articles):
    with ArchiveWriter.open(root, run_id=run_id) as writer:
        for article in articles:
            writer.add_article(article)
        writer.commit()
    fill.fill(archive.open(root))


def opened(root):
    return closing(Lookup(side_file.connect(side_file.side_file(archive.open(root).storage.layout))))


@pytest.fixture
def filled(root):
    """The first three texts come at once, the last one with a later crawl."""
    records = [make_article(n, text=text, headline=f"{n}", published_at=NOON) for n, text in TEXTS.items()]
    commit(root, "run-1", *records[:3])
    commit(root, "run-2", records[3])
    return root


def found(lookup, text):
    return {int(line.articles[0].headline) for line in lookup.ask(Question(text)).lines}


def test_the_beginning_of_a_word_finds_each_text_with_such_a_word_once(filled):
    with opened(filled) as lookup:
        expected = {
            "по*": {1, 2, 4},
            "пор*": {1, 2, 4},
            "порт*": {2, 4},
            "потя*": {2, 4},
            "закри*": {3},
            "закрит*": {3},
            "закритий*": set(),
            "потя* -нови*": {2},
            "закри* OR ринок": {3},
            "закри* OR потяг": {2, 3, 4},
            "потяг OR закри* -новий": {2, 3},
            "ринок ИЛИ ходити порт": set(),
            "ринок OR порт OR закри*": {2, 3, 4},
            "порт АБО -потяг": set(),
            "OR пором OR": {1},
            '"новий порт" | закрили': {3, 4},
            "рин*": {3},
            "жж*": set(),
            "по* новий": {4},
            "по* -но*": {1, 2},
            "пор* по* -порт": {1},
            "-по* закрили": {3},
            "новий-по*": {4},
            'по* -"новий порт" -рік*': {2},
            "-по*": set(),
        }
        assert {x: found(lookup, x) for x in expected} == expected


def test_a_file_that_is_read_again_adds_to_the_same_row(tmp_path):
    """A number takes 16 bits: texts beyond them have a row of their own."""
    with closing(side_file.open_texts(tmp_path / "search.sqlite", 0)) as texts:
        texts_read = ((1, ["міст", "місто"]), (16_383, ["місяць"]), (16_384, ["міст"]), (2, ["мати"]))
        for number, words in texts_read:
            new = NewBeginnings()
            new.add(number, words)
            new.write(texts)
        assert docs_beginning(texts, "міс").tolist() == [1, 16_383, 16_384]
        assert sorted(set(docs_beginning(texts, "м").tolist())) == [1, 2, 16_383, 16_384]
        assert sorted(set(docs_beginning(texts, "міст").tolist())) == [1, 16_384]
        assert docs_beginning(texts, "місяц").tolist() == [16_383]
        assert docs_beginning(texts, "місяць").tolist() == [16_383]
        query = "SELECT count(*), typeof(docs) FROM beginning WHERE length = 3"
        assert texts.execute(query).fetchone() == (3, "blob")


def test_a_text_is_counted_on_the_day_of_its_outlet_and_language(filled):
    def counted(lookup, text=""):
        rows = {}
        for track in lookup.over_time(Question(text)):
            for day, articles, all_articles in track.rows():
                rows[track.outlet, track.language, (day - NOON.date()).days] = (articles, all_articles)
        return rows

    assert (NOON.date() - EPOCH).days > 0
    with opened(filled) as lookup:
        assert counted(lookup, "порт") == {("courier", "uk", 0): (2, 4)}
    at = NOON + timedelta(days=3)
    later = make_article(2, text="Порт відкрили знову.", headline="2", published_at=at, fetched_at=at)
    before = NOON - timedelta(days=1)
    herald = make_article(5, "en", "The port is open.", outlet="herald", published_at=before)
    commit(filled, "run-3", later, herald)
    with opened(filled) as lookup:
        assert counted(lookup, "порт") == {
            ("courier", "uk", 0): (1, 3),
            ("courier", "uk", 3): (1, 1),
            ("herald", "en", -1): (0, 1),
        }


def test_the_latest_visits_of_an_outlet_are_read_from_the_files_that_have_them(root, look):
    home = "https://courier.example/"
    # the day before the last is in two files, and only both have its latest visits
    runs = ((0, range(60)), (1, range(0, 100, 2)), (1, range(1, 100, 2)), (2, range(60)))
    for run, (day, seconds) in enumerate(runs):
        with ArchiveWriter.open(root, run_id=f"run-{run}") as writer:
            at = NOON + timedelta(days=day)
            for n in seconds:
                writer.add_observation(look(f"{home}{day}/{n}", at=at + timedelta(seconds=n)))
            if day == 0:
                writer.add_observation(look(home, reason="expectation-missed", status=None, at=at))
            writer.commit()
    reader = archive.open(root)
    fill.fill(reader)
    with opened(root) as lookup:
        visits = outlets.recent(reader, lookup, "courier")
        expected = [f"{home}2/{n}" for n in reversed(range(60))]
        expected += [f"{home}1/{n}" for n in reversed(range(60, 100))]
        assert [x["requested_url"] for x in visits] == expected
        latest = lookup.days.files("courier", 100)
        missed = lookup.days.files("courier", 1, "expectation-missed")
        assert (len(latest), len(missed), latest & missed) == (3, 1, set())
        assert len(outlets.missed(reader.of_files(missed), "courier")) == 1
        assert lookup.days.visits_of("courier") == 220
        assert {reason for _, _, reason, _ in lookup.days.visits("courier", 60)} == {"http-404"}
        assert outlets.recent(reader, lookup, "nobody") == []


def test_texts_without_a_word_do_not_end_filling(root):
    commit(root, "run-1", make_article(1, text="…", headline="—"))
    commit(root, "run-2", make_article(2, text="Пором.", headline="2"))
    with opened(root) as lookup:
        assert found(lookup, "пор*") == {2}
