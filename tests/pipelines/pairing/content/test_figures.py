"""What numbers say for and against a pair, when two articles appeared, and what makes a tier."""

from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.pairing.content.candidates import lags
from pipelines.pairing.content.features import checkable, headline_said
from pipelines.pairing.content.figures import (
    FIGURES,
    Figures,
    _round_values,
    _value,
    hours_contrary,
    rounded_alike,
)
from pipelines.pairing.content.passages import Agreement, agreement, passages
from pipelines.pairing.content.rarity import pool
from pipelines.pairing.content.shortlist import one_to_one
from pipelines.pairing.content.tiers import Evidence
from pipelines.similarity.document import Document, read

AT = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)


def reading(headline, body="", language="en", at=None):
    return read(Document(headline, "courier", language, headline, body, at))


def figures(one, other):
    values = Figures.of(one).against(Figures.of(other))
    assert values[:3] == Figures.of(other).against(Figures.of(one))[:3]
    return dict(zip(FIGURES, values, strict=True))


@pytest.mark.parametrize(
    ("uk", "en", "alike", "contrary", "missing"),
    [
        ("Вийшов Ruby 2.5.1", "Ruby 2.2.10 Released", 0, 1, 1),
        ("Вийшов Ruby 2.5.1", "Ruby 2.5.1 Released", 1, 0, 0),
        ("Загинули 5 людей", "7 people killed", 0, 1, 1),
        ("Згоріло 34 кіоски", "About 30 stalls burned", 1, 0, 0),
        ("1 180 загиблих", "1,190 killed", 0, 1, 1),
        ("Згоріли кіоски", "The market burned", 0, 0, 0),
    ],
)
def test_numbers_of_headlines_agree_or_contradict(uk, en, alike, contrary, missing):
    found = figures(reading(uk, "У 2024 році.", "uk"), reading(en, "In 2024."))
    assert [found[name] for name in FIGURES[:3]] == [alike, contrary, missing]


def test_a_number_of_the_headline_may_stand_in_the_other_text():
    found = figures(
        reading("Загинули 5 людей", "", "uk"), reading("Blast in 12 houses", "Five people were killed.")
    )
    assert (found["headline numbers alike"], found["headline numbers contrary"]) == (1, 0)


@pytest.mark.parametrize(
    ("uk", "en", "contrary"),
    [
        ("Погода у Полтаві", "Sunshine in Odesa", 1),
        ("Погода у Полтаві й Одесі", "Sunshine in Odesa", 0),
        ("Погода", "Sunshine in Odesa", 0),
    ],
)
def test_places_contradict_where_none_is_the_same(uk, en, contrary):
    assert figures(reading(uk, "", "uk"), reading(en))["places contrary"] == contrary


def test_a_rounded_number_is_an_anchor_from_a_hundred_on():
    exact, rough = reading("Losses: 1,231 men, 34 guns"), reading("Понад 1 200 осіб, 30 гармат", "", "uk")
    assert Figures.of(exact).rounded_in(Figures.of(rough)) == 1
    assert Figures.of(exact).rounded_in(Figures.of(exact)) == 0


NUMBERS = st.frozensets(st.integers(0, 400).map(str) | st.sampled_from(["29.7", "30.0", "11400", "11000"]))


@given(NUMBERS, NUMBERS)
def test_numbers_are_alike_that_are_one_number_rounded_on_one_side(numbers_a, numbers_b):
    alike = set()
    for a, b in product(numbers_a, numbers_b):
        if {*_value(b)} & {*_round_values(a)} or {*_value(a)} & {*_round_values(b)}:
            alike |= {a, b}
    assert rounded_alike(numbers_a, numbers_b) == alike


def test_a_paragraph_of_20000_numbers_is_compared():
    """Each with each they took nine minutes, and a page may have forty times as many."""
    thousands, exact = ([str(number + more) for number in range(10**8, 10**9, 45_000)] for more in (0, 7))
    assert {"100000000", "100000007"} <= rounded_alike(thousands, exact)


def test_a_number_of_any_length_is_compared():
    long = reading(f"Prize of {'9' * 400}", f"Or {'7' * 5_000}.")
    assert figures(long, long)["headline numbers alike"] == 1


def test_a_rival_that_has_a_partner_of_its_own_is_hardly_one():
    # a-c is as likely as b-c; b alone has d as well
    odds = np.array([3.0, 3.0, 60.0])
    found = one_to_one(np.array([0, 1, 1]), np.array([0, 0, 1]), odds)
    assert found[2] > 0.9
    assert found[0] > 0.65
    assert found[1] < 0.2


def tier(probability, letters, *, alone, checkable, places=0, contrary=False, apart=None):
    agreed = Agreement(shared=9, contrary=int(contrary))
    return Evidence(letters, checkable, places, apart, agreed).tier(probability, alone)


def test_a_short_text_and_one_of_another_day_are_not_beyond_doubt():
    told = [
        tier(0.99, letters, alone=0.9, checkable=3, apart=timedelta(hours=hours))
        for letters, hours in ((300, 2), (300, 20), (900, 20))
    ]
    assert told == ["auto", "probable", "auto"]
    assert tier(0.99, 300, alone=0.9, checkable=3, apart=None) == "auto"


def test_one_thing_counted_otherwise_contradicts():
    ours = reading("Удар", "Поранено 8 дітей, зруйновано 12 будинків.", "uk")
    same = figures(ours, reading("Strike", "Eight children were injured and 12 houses destroyed."))
    other = figures(ours, reading("Strike", "Four children were injured and 15 houses destroyed."))
    assert same["counted alike"] > other["counted alike"] == 0
    assert other["counted otherwise"] > same["counted otherwise"] == 0


@pytest.mark.parametrize(
    ("uk", "en", "contrary"),
    [
        ("Удар стався о 5:50.", "The strike came at 8:10 p.m.", True),
        ("Удар стався о 8:10.", "The strike came at 8:10 p.m.", False),
        ("Удар стався о 5:50, ще один о 20:10.", "The strike came at 8:10 p.m.", False),
        ("Удар стався о 20:10.", "The strike came on May 8.", False),
        ("Удар стався 8 травня.", "The strike came at 8:10 p.m.", False),
    ],
)
def test_hours_contradict_where_none_is_the_same(uk, en, contrary):
    assert hours_contrary(reading(uk, language="uk"), reading(en)) is contrary


def test_a_lag_of_hours_is_likelier_than_one_of_days():
    ours = [reading("a", at=AT)]
    theirs = [reading(str(hours), at=AT + timedelta(hours=hours)) for hours in (1, 24, 72, 120)]
    allowed, added = lags(ours, theirs)
    assert allowed.tolist() == [[True, True, True, False]]
    assert added[0, 0] > 0 > added[0, 1] > added[0, 2]
    assert added[0, 3] == 0


def test_articles_of_one_time_and_undated_ones_gain_nothing_by_it():
    allowed, added = lags([reading("a", at=AT)], [reading("b", at=AT), reading("c", at=AT), reading("d")])
    assert allowed.all()
    assert added[0].tolist() == pytest.approx([0, 0, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("probability", "letters", "alone", "checkable", "said"),
    [
        (0.99, 800, 0.99, 2, "auto"),
        (0.99, 800, 0.99, 1, "auto"),
        (0.98, 800, 0.98, 1, "probable"),
        (0.99, 800, 0.99, 0, "review"),
        (0.99, 800, 0.2, 5, "probable"),
        (0.95, 300, 0.95, 5, "probable"),
        (0.6, 800, 0.6, 0, "review"),
        (0.05, 800, 0.05, 0, "none"),
    ],
)
def test_a_tier_needs_evidence_that_a_person_can_check(probability, letters, alone, checkable, said):
    assert tier(probability, letters, alone=alone, checkable=checkable) == said


def pools(uk, en):
    return pool([reading(*uk, "uk")]), pool([reading(*en)])


@pytest.mark.parametrize(
    ("uk", "en", "found", "places"),
    [
        ("У порту Чорноморська затонув буксир.", "A tug sank off Chornomorsk.", 1, 1),
        ("У порту Чорноморська затонув буксир Вайгач.", "The tug Vaihach sank off Chornomorsk.", 2, 1),
        ("У порту Чорноморська загинули 17 моряків.", "17 sailors died in Chornomorsk.", 2, 1),
        ("Буксир затонув.", "A tug sank.", 0, 0),
    ],
)
def test_anchors_are_counted_and_the_places_among_them(uk, en, found, places):
    one, other = pools(("Порт", uk), ("Port", en))
    assert checkable(one, 0, other, 0) == (found, places)


def test_a_pair_with_a_number_that_differs_must_be_very_likely():
    assert tier(0.98, 800, alone=0.98, checkable=9, contrary=True) == "probable"
    assert tier(0.99, 800, alone=0.99, checkable=9, contrary=True) == "auto"


def test_places_alone_make_no_pair_sure():
    assert tier(0.999, 800, alone=0.999, checkable=2, places=2) == "probable"
    assert tier(0.999, 800, alone=0.999, checkable=2, places=1) == "auto"
    assert tier(0.98, 800, alone=0.98, checkable=2, places=1) == "probable"


def test_words_are_evidence_where_they_are_rare_together():
    others = [("Уряд ухвалив закон.", "The government passed a law.")] * 40

    def found(uk, en):
        sides = [(uk, en), *others]
        ours = pool([reading("", text, "uk") for text, _ in sides])
        return checkable(ours, 0, pool([reading("", text) for _, text in sides]), 0)[0]

    assert found("Бджоли гинуть, аграрії мовчать.", "Bees die, farmers are silent.") == 1
    assert found("Бджоли є.", "Bees exist.") == 0
    assert found("Уряд ухвалив закон.", "The government passed a law.") == 0


def test_a_headline_is_said_where_the_other_text_has_what_it_names():
    tug = ("Буксир затонув біля Чорноморська", "Екіпаж із п’яти моряків урятовано.")
    same = ("Border guards rescue five from sinking tug", "The tug went down off Chornomorsk.")
    ship = ("Filipino officer dies as drones hit corn ship", "The vessel was in the port of Chornomorsk.")
    said = {en[0]: headline_said(*(x for side in pools(tug, en) for x in (side, 0))) for en in (same, ship)}
    assert said[same[0]] > said[ship[0]]
    one, other = pools(("", "Буксир затонув."), ("", "A tug sank."))
    assert headline_said(one, 0, other, 0) == 0.5


def test_a_brief_in_the_background_of_another_story_begins_late():
    brief = (
        "В Одессе 14 мая сгорел склад зерна «Чернозём»: огонь уничтожил 340 тонн пшеницы, "
        "ущерб 2 600 000 гривен."
    )
    told = (
        "A grain store of Chornozem burned down in Odesa on May 14: the fire destroyed 340 tonnes of wheat, "
        "a loss of 2,600,000 hryvnias."
    )
    rest = " ".join(
        f"The mayor of {place} promised {n} new buses to residents of the town, and a school."
        for n, place in enumerate(("Kovel", "Lutsk", "Rivne", "Sarny", "Dubno", "Ostroh"), start=21)
    )
    one = passages(reading("", brief, "ru"))
    first, last = (
        agreement(one, passages(reading("", text))) for text in (f"{told} {rest}", f"{rest} {told}")
    )
    assert first.begins == 0
    assert last.begins > 0.5
