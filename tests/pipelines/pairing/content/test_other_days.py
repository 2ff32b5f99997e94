"""Reports of two days, whose right partner is absent, and translations with a changed figure."""
# ruff: noqa: E501 - texts

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.pairing.content.days import Days
from pipelines.pairing.content.passages import Agreement
from pipelines.pairing.content.tiers import HELD_BACK, Evidence
from pipelines.similarity.document import Document, read
from pipelines.similarity.units import converted
from tests.pipelines.pairing.matching import match

AT = datetime(2026, 10, 6, 15, tzinfo=UTC)
COVERED = Agreement((0.8, 0.9), contrary=1)
BRIDGE_UK = (
    "Ремонт мосту в Лубнах подорожчав до 48 млн гривень",
    "Міська рада Лубен виділила 48 млн гривень на ремонт мосту через Сулу, повідомив мер Олег Сіренко.\n"
    "Роботи почнуться 12 жовтня і триватимуть 140 днів. Міст збудували 1968 року, останній ремонт був 1994-го.\n"
    "Під час огляду 17 вересня інженери знайшли 32 тріщини в опорах. Рух вантажівок обмежили до 25 тонн.\n"
    "Об'їзд завдовжки 19 км пролягатиме через Засулля. Щодня мостом користуються 11 тисяч автомобілів.",
)
BRIDGE_EN = (
    "Lubny bridge repair cost rises to 48 million hryvnias",
    "The city council of Lubny has set aside 48 million hryvnias to repair the bridge over the Sula, mayor Oleh "
    "Sirenko said.\n"
    "Work starts on October 12 and will take 140 days. The bridge was built in 1968 and last repaired in 1994.\n"
    "During an inspection on September 17 engineers found 32 cracks in the piers. Lorries are limited to 25 tonnes.\n"
    "A detour of 19 km will lead through Zasullia. Every day 11 thousand cars use the bridge.",
)


def document(name, language, headline, text, hours=0.0):
    return Document(name, "courier", language, headline, text, AT + timedelta(hours=hours))


def best(uk, en, hours=0.0):
    return match([document("a", "uk", *uk), document("b", "en", *en, hours)])


def test_a_forecast_for_another_day_is_no_partner_where_the_right_one_is_absent():
    ours = (
        "Прогноз погоди на 7 жовтня",
        "У середу в Полтаві очікують невеликий дощ. Вдень +14, вночі +6. Вітер південний.",
    )
    theirs = (
        "Weather in Ukraine on October 9",
        "Light rain is expected in Poltava on Friday. It will be 14 degrees by day and 6 at night, wind southerly.",
    )
    assert all(x.probability <= HELD_BACK and not x.likely for x in best(ours, theirs, 48))


def test_two_dispatches_of_a_day_that_count_otherwise_are_two_reports():
    ours = "Удар по Полтаві", "У Полтаві загинули 4 людини. Рятувальники розбирають завали."
    theirs = "Strike on Poltava", "In Poltava 7 people were killed. Rescuers are searching the rubble."
    assert all(x.probability <= HELD_BACK and not x.likely for x in best(ours, theirs, 4))
    (pair,) = best(ours, (theirs[0], theirs[1].replace("7", "4")), 4)
    assert pair.likely


def test_dispatches_of_one_town_with_a_number_by_chance_are_two_reports():
    ours = "Погода в Полтаві", "У Полтаві туман і мряка. Температура 13 градусів."
    theirs = "Strike on Poltava", "In Poltava two people were killed. Rescuers are looking for 13 others."
    assert all(x.probability <= HELD_BACK and not x.likely for x in best(ours, theirs, 4))


def test_the_later_a_brief_text_the_less_likely_is_it_the_same():
    ours = "Вода у Полтаві", "У Полтаві ремонтують водогін."
    theirs = "Water in Poltava", "In Poltava a water main is being repaired."
    soon, later = (best(ours, theirs, hours)[0] for hours in (1, 10))
    assert later.probability < soon.probability
    # of long texts the lag says less
    assert best(BRIDGE_UK, BRIDGE_EN, 10)[0].probability > 0.99


def test_a_brief_story_told_again_on_the_next_day_is_known_by_its_rare_words():
    ours = (
        "Ночівля в горах",
        "Троє туристів заблукали на Чорногорі й ночували у снігу, у жінки обморожені пальці. Рятувальники знайшли їх "
        "уранці біля озера, побачивши світло телефону. Маршрут туристи не зареєстрували.",
    )
    theirs = (
        "A night in the snow",
        "Hikers lost their way on Chornohora and spent the night in a hole in the snow. Rescuers saw the light of a "
        "phone near the lake in the morning. A woman has frostbite on her fingers.",
    )
    (pair,) = best(ours, theirs, 40)
    assert pair.tier == "probable"


def test_a_changed_figure_undoes_no_complete_translation():
    (whole,) = best(BRIDGE_UK, BRIDGE_EN, 2)
    assert whole.tier == "auto"
    changed = tuple(text.replace("32 cracks", "23 cracks") for text in BRIDGE_EN)
    (pair,) = best(BRIDGE_UK, changed, 2)
    assert pair.likely


def test_the_same_paragraphs_with_other_figures_are_of_another_day():
    other = (
        BRIDGE_EN[0].replace("48", "61"),
        BRIDGE_EN[1]
        .translate(str.maketrans("123456789", "987654321"))
        .replace("October 87", "October 14")
        .replace("September 83", "September 21"),
    )
    assert all(x.probability <= HELD_BACK and not x.likely for x in best(BRIDGE_UK, other, 24))


@pytest.mark.parametrize(
    ("headline", "text", "contrary"),
    [
        ("Losses as of October 7", "Tanks: +5.", False),
        ("Losses as of October 9", "Tanks: +5.", True),
        ("Losses", "On Wednesday five tanks were hit.", False),
        ("Losses", "On Friday five tanks were hit.", True),
        ("Losses", "Five tanks were hit.", False),
    ],
)
def test_the_day_of_a_headline_is_looked_for_in_the_other_article(headline, text, contrary):
    ours = Days.of(read(document("a", "uk", "Втрати станом на 7 жовтня", "Танків: +5.")))
    theirs = Days.of(read(document("b", "en", headline, text, 20)))
    assert ours.contrary(theirs) is contrary
    assert theirs.contrary(ours) is contrary


@pytest.mark.parametrize(
    ("evidence", "held"),
    [
        (Evidence(900, 9, apart=timedelta(hours=2), agreement=Agreement(shared=9, contrary=1)), False),
        (Evidence(900, 9, apart=timedelta(hours=30), agreement=Agreement(shared=9, contrary=1)), False),
        (Evidence(900, 9, apart=timedelta(hours=30), agreement=Agreement(shared=1, contrary=1)), False),
        (Evidence(900, 9, apart=timedelta(hours=30), agreement=Agreement(shared=1, contrary=2)), True),
        (Evidence(900, 2, apart=timedelta(hours=30), agreement=Agreement(shared=1, contrary=1)), True),
        (Evidence(500, 9, 5, apart=timedelta(hours=30), agreement=Agreement(shared=1, contrary=1)), True),
        (Evidence(900, 9, apart=None, agreement=Agreement(shared=2, contrary=3)), True),
        (Evidence(300, 2, apart=timedelta(hours=30)), True),
        (Evidence(300, 3, apart=timedelta(hours=30)), False),
        (Evidence(900, 9, agreement=Agreement(shared=9, days_contrary=True)), True),
        (Evidence(120, 3, counted_otherwise=True), True),
        (Evidence(200, 3, counted_otherwise=True), False),
        (Evidence(120, 3, agreement=Agreement(shared=1), counted_otherwise=True), False),
        (Evidence(120, 2, 2, agreement=Agreement(contrary=1)), True),
        (Evidence(120, 2, 1, agreement=Agreement(contrary=1)), False),
        (Evidence(120, 2, 2), False),
        (Evidence(120, 2, 1, agreement=Agreement(shared=1), digits=2), True),
        (Evidence(120, 2, 1, agreement=Agreement(shared=1), digits=3), False),
        (Evidence(120, 3, 1, agreement=Agreement(shared=1), digits=2), False),
        (Evidence(120, 2, 1, agreement=Agreement(shared=1), digits=2, words=3.0), False),
        (Evidence(200, 2, 1, agreement=Agreement(shared=1), digits=2), False),
        (Evidence(120, 3, agreement=Agreement(shared=1, contrary=1), counted_otherwise=True), True),
        (Evidence(300, 4, apart=timedelta(hours=30), agreement=Agreement(shared=3, contrary=1)), True),
        (Evidence(300, 4, apart=timedelta(hours=30), agreement=Agreement(shared=4, contrary=1)), False),
        (Evidence(700, 3, hours_contrary=True, counted_otherwise=True), True),
        (Evidence(900, 3, hours_contrary=True, counted_otherwise=True), False),
        (Evidence(700, 3, hours_contrary=True), False),
        (Evidence(120, 3, places_contrary=True), True),
        (Evidence(200, 3, places_contrary=True), False),
        (Evidence(300, 2, apart=timedelta(hours=30), words=13.0), False),
        (Evidence(120, 2, apart=timedelta(hours=30), words=13.0), True),
        (Evidence(300, 2, apart=timedelta(hours=30), agreement=Agreement(contrary=1), words=13.0), True),
        (Evidence(500, 2, apart=timedelta(hours=30), agreement=Agreement(contrary=1), words=13.0), True),
        (Evidence(500, 2, apart=timedelta(hours=30), agreement=COVERED, words=13.0), False),
    ],
)
def test_what_holds_a_pair_back(evidence, held):
    assert evidence.published(0.95) == (HELD_BACK if held else 0.95)


def test_an_amount_in_two_units_is_one():
    pairs = converted("25 miles away, 14°F, 180 pounds", "за 40 км, −10 °С, 82 кг, 5 м/с")
    assert [(a.text, b.text) for a, b in pairs] == [
        ("25 miles", "40 км"),
        ("14°F", "−10 °С"),
        ("180 pounds", "82 кг"),
    ]
    assert converted("25 miles", "25 км") == []


@pytest.mark.parametrize(
    ("letters", "contrary", "apart", "published"),
    [
        (300, 0, None, HELD_BACK),
        (700, 0, None, HELD_BACK),
        (900, 0, None, 0.8),
        (700, 1, None, 0.8),
        (900, 2, None, HELD_BACK),
        (900, 2, timedelta(0), 0.8),
        (300, 0, timedelta(0), 0.8),
    ],
)
def test_without_a_time_of_publication_a_brief_or_most_figures_otherwise_is_no_pair(
    letters, contrary, apart, published
):
    agreed = Agreement((1.0, 1.0), shared=1, contrary=contrary)
    evidence = Evidence(letters, 6, apart=apart, agreement=agreed, words=15.0)
    assert evidence.published(0.8) == published
    assert Evidence(300, 6).published(0.95) == 0.95
