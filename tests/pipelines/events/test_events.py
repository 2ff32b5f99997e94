import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import archive
from archive.format.records import ArticleRecord, TextBlock
from archive.operations.partitions import ALONE, Spread
from archive.operations.purge import purge
from archive.writer import ArchiveWriter
from pipelines.events.event_search import find_events, same_events
from pipelines.events.shared_facts import Facts, _whole
from pipelines.pairing.run import pair_archive
from pipelines.similarity.anchors import Anchor
from pipelines.similarity.document import Document, read
from tests.support.forked import scrapy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BRIDGE = {
    ("harbour", "uk", 0): (
        "У Вилковому обвалився пішохідний міст через Білгородський канал",
        "Вранці 2 березня у Вилковому впав міст через Білгородський канал. У воді опинилися 11 людей, усіх "
        "витягли рибалки. Міст збудували 1974 року, повідомила міська голова Лариса Ткаченко.",
    ),
    ("delta", "uk", 2): (
        "Одинадцятеро людей впали у воду: що відомо про міст у Вилковому",
        "Рибалки врятували 11 вилківчан, під якими провалився настил старого мосту. Лариса Ткаченко каже, що "
        "переправу 1974 року двічі просили закрити. Поліція оглядає Білгородський канал.",
    ),
    ("river", "en", 5): (
        "Eleven rescued as footbridge collapses in Vylkove",
        "Fishermen pulled 11 people from the Bilhorod canal in Vylkove on March 2 after a bridge built in "
        "1974 gave way. Mayor Larysa Tkachenko said the crossing had been due for repair.",
    ),
}
OTHERS = {
    ("harbour", "uk", 1): (
        "Ізмаїльський порт прийняв перший пором цього року",
        "До Ізмаїла зайшов пором із 46 вантажівками. Начальник порту Сергій Гайдук чекає ще на чотири рейси.",
    ),
    ("delta", "uk", 3): (
        "У Рені відкрили виставку про дунайських лоцманів",
        "Музей у Рені показує 120 фотографій лоцманів. Куратор Ігор Мельник збирав їх дев'ять років.",
    ),
    ("river", "en", 4): (
        "Grain prices rise for a third week in Odesa",
        "A tonne of wheat cost 9,400 hryvnias on Monday, analyst Nina Bondar said, up from 9,150 last week.",
    ),
    ("delta", "uk", 6): (
        "У Татарбунарах обвалився дах шкільної їдальні",
        "Дах їдальні у Татарбунарах не витримав снігу. Нікого не поранено, збитки — 640 тисяч гривень.",
    ),
}


def named(outlet, hours):
    return hashlib.blake2b(f"{outlet} {hours}".encode(), digest_size=16).hexdigest()


def readings(texts):
    return [
        read(Document(f"{outlet} {hours}", outlet, language, *text, NOON + timedelta(hours=hours)))
        for (outlet, language, hours), text in texts.items()
    ]


def found(texts):
    rows = same_events(read_now := readings(texts), range(len(read_now)), now=NOON)
    return {(x.article_id_a, x.article_id_b): x for x in rows if x.tier != "none"}


def test_one_event_of_three_outlets_in_two_languages():
    rows = found(BRIDGE | OTHERS)
    assert set(rows) == {("delta 2", "harbour 0"), ("harbour 0", "river 5"), ("delta 2", "river 5")}
    row = rows["harbour 0", "river 5"]
    assert (row.language_a, row.language_b, row.hours_apart) == ("uk", "en", 5.0)
    assert {"1974", "11", "Ткаченко"} <= set(row.shared)
    assert set(json.loads(row.details)) == {"numbers", "counted_alike", "counted_otherwise", "quotes"}


def test_an_outlet_is_not_compared_with_itself_nor_with_what_came_days_later():
    texts = {("harbour", language, hours): text for (_, language, hours), text in BRIDGE.items()}
    assert found(texts | OTHERS) == {}
    late = {(outlet, code, 100 * hours): text for (outlet, code, hours), text in BRIDGE.items()}
    assert found(late | OTHERS) == {}


FINES = {
    ("harbour", "uk", 0): (
        "Нацбанк оштрафував «Білий Лебідь» на 3,4 млн гривень",
        "Національний банк застосував до банку «Білий Лебідь» штраф у 3,4 млн гривень за неналежну перевірку "
        "клієнтів. Банк має два місяці, щоб усунути порушення.",
    ),
    ("delta", "uk", 3): (
        "Нацбанк оштрафував «Степовий Кредит» на 780 тисяч гривень",
        "Національний банк застосував до банку «Степовий Кредит» штраф у 780 тисяч гривень за неналежну "
        "перевірку клієнтів. Банк має два місяці, щоб усунути порушення.",
    ),
}
FIRES = {
    ("harbour", "uk", 0): (
        "У Лубнах горів склад меблів, одна людина в лікарні",
        "Пожежа на складі меблів у Лубнах охопила 500 квадратних метрів. Сторож дістав опіки.",
    ),
    ("delta", "uk", 2): (
        "У Ковелі горів склад меблів, обійшлося без потерпілих",
        "Пожежа на складі меблів у Ковелі охопила 350 квадратних метрів. Людей усередині не було.",
    ),
}


def test_two_fines_and_two_fires_told_in_the_same_words_are_no_event():
    assert found(FINES | OTHERS) == {}
    assert found(FIRES | OTHERS) == {}


SNOW = {
    ("harbour", "en", 0): (
        "Snow stops trams in Lviv",
        "Trams stopped on Saturday in Lviv, where 35 centimetres of snow fell in the night. Snow lay on the "
        "tracks, the tram depot said.",
    ),
    ("river", "en", 3): (
        "Snow brings down Lviv market roof",
        "The roof of a market came down on Saturday in Lviv, where 35 centimetres of snow fell in the night. "
        "Snow lay there since Friday.",
    ),
}
RACES = {
    ("harbour", "en", 0): (
        "Anna Tkachenko wins World Cup sprint in Zarechny",
        "Anna Tkachenko won the women's sprint of the World Cup in Zarechny, with 6.3 seconds to spare. "
        "The World Cup in Zarechny goes on.",
    ),
    ("river", "en", 3): (
        "Norwegian wins men's World Cup sprint in Zarechny",
        "Martin Olsen of Norway won the men's sprint of the World Cup in Zarechny, with 6.3 seconds to "
        "spare. The World Cup in Zarechny goes on.",
    ),
}


def changed(texts, old, new):
    return {key: tuple(part.replace(old, new) for part in text) for key, text in texts.items()}


def test_what_each_story_of_a_town_and_a_day_has_makes_no_event_sure():
    def tier(texts):
        return [row.tier for row in found(texts | OTHERS).values()]

    assert "lvv" in Facts.of(readings(SNOW)[0]).common
    assert tier(SNOW) == ["probable"]
    assert tier(changed(SNOW, "night.", "night, as in January of 2026.")) == ["probable"]
    assert tier(changed(SNOW, "night.", "night, as in 1987.")) == ["sure"]
    assert tier(changed(SNOW, "night.", "night, as Tkachenko said.")) == ["sure"]
    bare = changed(SNOW, "35 centimetres of snow", "snow")
    assert tier(bare) == []
    assert tier(changed(bare, "night.", "night. A guard was jailed for 12 years.")) == ["probable"]
    assert tier(changed(bare, "night.", "night. A guard faces up to 12 years.")) == []


def test_two_winners_of_one_cup_are_no_event():
    assert found(RACES | OTHERS) == {}
    assert len(found(changed(RACES, "Norway", "Norway and Tkachenko") | OTHERS)) == 1
    assert len(found(changed(RACES, "spare", "spare after 7.5 kilometres") | OTHERS)) == 1
    asked = changed(changed(RACES, "Anna ", "Ms "), "Martin ", "Mr ")
    told = {
        key: (title, f"{text} {'It snowed. ' * 40}{name}")
        for (key, (title, text)), name in zip(
            asked.items(), ("They asked Anna Koval.", "They asked Martin Berg."), strict=True
        )
    }
    assert len(found(told | OTHERS)) == 1


VIRUS = {
    ("harbour", "en", 0): (
        "Aid for Zarechny hospitals",
        "Doctors in Zarechny said that COVID-19 came back two years ago. Yesterday the Tkachenko fund gave "
        "640,000 dollars.",
    ),
    ("river", "en", 3): (
        "Zarechny hospitals get aid",
        "Two long years ago COVID-19 came back to Zarechny, doctors said. The Tkachenko fund gave 640,000 "
        "dollars yesterday.",
    ),
}


def test_a_number_of_a_name_is_no_fact_and_what_is_shared_is_as_printed():
    assert Facts.of(readings(VIRUS)[0]).of_names == {"19"}
    (row,) = found(VIRUS | OTHERS).values()
    assert "COVID-19" in row.shared
    assert not {"19", "COVID"} & set(row.shared)
    texts = "\n".join((*VIRUS["harbour", "en", 0], *VIRUS["river", "en", 3]))
    assert all(shared in texts for shared in row.shared)
    for printed in ("two ago", "back two"):
        text = "It came back here two long years ago."
        start = text.index("two") / len(text)
        assert _whole(Anchor("×2×9", printed, start), text) in {"two long years ago", "back here two"}


COUNTS = {
    ("harbour", "en", 0): (
        "Zarechny ferry takes 640,000 passengers",
        "Over the last six weeks the ferry of the Tkachenko fund scored nine records, and seven new boats "
        "came. It was one of the calm months.",
    ),
    ("river", "en", 3): (
        "Ferry of Zarechny: 640,000 passengers",
        "The Tkachenko fund got seven new boats. In the last six weeks its ferry scored nine records, one of "
        "the calm months.",
    ),
}


def test_a_digit_is_shared_with_what_it_counts():
    (row,) = found(COUNTS | OTHERS).values()
    assert {"six weeks", "nine records", "seven new boats"} <= set(row.shared)
    assert not [x for x in row.shared if "last" in x or "scored" in x or x.startswith("one")]


def record(outlet, language, hours, headline, body):
    url = f"https://{outlet}.example/{language}/{hours}"
    fields = {
        "article_id": named(outlet, hours), "outlet": outlet, "url": url, "requested_url": url,
        "language": language, "language_evidence": (), "headline": headline, "body": body,
        "blocks": (TextBlock("paragraph", body),), "authors": (), "tags": (), "alternates": (),
        "published_at": NOON + timedelta(hours=hours), "raw_sha256": "0" * 64, "http_status": 200,
        "content_hash": hashlib.sha256(body.encode()).hexdigest(),
        "fetched_at": NOON + timedelta(days=3), "extractor": "test", "run_id": "test",
    }  # fmt: skip
    return ArticleRecord(**{**dict.fromkeys(ArticleRecord.__dataclass_fields__), **fields})


def add(root, texts):
    with ArchiveWriter.open(root, run_id="test") as writer:
        for key, text in texts.items():
            writer.add_article(record(*key, *text))
        writer.commit()


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "news-archive"


def rows(root):
    table = archive.open(root).table("same_event").to_pandas().sort_values("commit_seq")
    return {(row.article_id_a, row.article_id_b): row.tier for row in table.itertuples()}


def couple(one, other):
    return tuple(sorted((named(*one), named(*other))))


def test_a_run_takes_what_is_new_joins_no_story_and_says_nothing_twice(root):
    first = {key: text for key, text in BRIDGE.items() if key[0] != "river"}
    add(root, first | OTHERS)
    stories = archive.open(root).stories().to_pandas()
    assert find_events(str(root)).snapshot is not None
    own = couple(("harbour", 0), ("delta", 2))
    assert set(rows(root)) == {own}
    nothing = find_events(str(root))
    assert (nothing.articles, nothing.candidates, nothing.snapshot) == (0, 0, None)
    again = find_events(str(root), everything=True)
    assert (again.articles, again.tiers.total()) == (6, 0)
    pair_archive(str(root))

    key = ("river", "en", 5)
    add(root, {key: BRIDGE[key]})
    later = find_events(str(root))
    assert (later.articles, later.tiers.total()) == (1, 2)
    assert set(rows(root)) == {own, couple(("harbour", 0), key[::2]), couple(("delta", 2), key[::2])}
    assert len(archive.open(root).stories().to_pandas()) == len(stories) + 1
    assert list(pd.read_parquet(root / "same_event").columns)[:2] == ["article_id_a", "article_id_b"]

    # another text of an article is another event: the last row of the two says so
    changed = record(*key, "Vylkove library reopens", "The library has 20,000 books and a reading room.")
    with ArchiveWriter.open(root, run_id="edit") as writer:
        writer.add_article(replace(changed, fetched_at=NOON + timedelta(days=4)))
        writer.commit()
    find_events(str(root))
    assert rows(root) == {
        own: rows(root)[own],
        couple(("harbour", 0), key[::2]): "none",
        couple(("delta", 2), key[::2]): "none",
    }
    purge(str(root), "https://delta.example/uk/2", "test")
    assert set(rows(root)) == {couple(("harbour", 0), key[::2])}


def test_the_command_tells_what_it_has_found(root):
    add(root, BRIDGE | OTHERS)
    pair_archive(str(root))  # so that nothing but events is new
    run = scrapy("pair", "-s", f"ARCHIVE_URI={root}")
    assert run.returncode == 0, run.stderr
    assert "same event  3 new rows" in run.stdout
    assert f"(snapshot {archive.open(root).snapshot.id})" in run.stdout


def test_other_languages_are_counted_and_not_compared(root):
    added = ("delta", "be", 1), ("delta", None, 2)
    add(
        root, BRIDGE | OTHERS | dict.fromkeys(added, ("Мост у Вілкаве", "Упаў мост цераз Белгарадскі канал."))
    )
    found = find_events(str(root))
    assert found.left_out == {"be": 1, "no language": 1}
    assert found.in_words().endswith(
        "; 2 articles left out, only uk, en and ru are compared: be 1, no language 1"
    )
    assert find_events(str(root)).left_out == {}


def test_any_number_of_workers_finds_what_one_finds(root, tmp_path):
    """Days around a midnight, of which each is a part."""
    later = {(outlet, code, hours + 40): text for (outlet, code, hours), text in BRIDGE.items()}
    first = {key: text for key, text in (BRIDGE | OTHERS | later).items() if key[0] != "river"}
    add(root, first)
    find_events(str(root))
    add(root, {key: text for key, text in (BRIDGE | later).items() if key not in first})
    told = []
    for name, spread in {"alone": ALONE, "driven": Spread(driver=map), "two": Spread(2)}.items():
        shutil.copytree(root, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("state.sqlite*"))
        found = find_events(str(tmp_path / name), spread=spread, enough=1)
        table = archive.open(tmp_path / name).same_event().to_arrow()
        rows = table.drop_columns(["decided_at", "ingested_at"]).to_pylist()
        told.append((found.candidates, sorted(rows, key=lambda row: row["commit_seq"])))
    assert (told[0][0], len(told[0][1])) == (8, 7)
    assert told[0] == told[1] == told[2]
