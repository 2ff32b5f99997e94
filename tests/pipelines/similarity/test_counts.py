import pytest

from pipelines.similarity.document import Document, read


def said(text, language):
    return {anchor.key: anchor.text for anchor in read(Document("a", "o", language, "", text)).digits}


@pytest.mark.parametrize(
    ("uk", "ru", "en"),
    [
        ("Кількість жертв зросла до 5", "Число жертв возросло до 5", "The death toll rises to 5"),
        ("поранено двох дітей", "двое детей ранены", "two children were injured"),
        ("вимкнуть 3 черги", "отключат три очереди", "3 queues will be switched off"),
        ("збили 7 шахедів", "сбили 7 шахедов", "7 Shaheds were shot down"),
        ("загинув один чоловік", "погиб 1 мужчина", "one man was killed"),
        ("Загинули: 5. Поранено: 12", "Погибли — 5", "Killed: 5. Wounded: 12."),
        ("удень +9°", "до 9 градусов тепла", "a high of 9C"),
    ],
)
def test_a_single_digit_is_an_anchor_with_what_it_counts(uk, ru, en):
    assert said(uk, "uk").keys() & said(ru, "ru").keys() & said(en, "en").keys()


def test_another_digit_or_another_thing_is_another_anchor():
    ours = said("вимкнуть 2 черги, поранено 3 людей", "uk")
    assert not ours.keys() & said("3 queues will be switched off, 2 people injured", "en").keys()
    assert "2 черги" in ours.values()


def test_a_number_counts_nothing_beyond_its_clause():
    counted = read(Document("a", "o", "en", "", "12 killed and 34 injured; 7 houses")).counted
    assert set(counted.values()) == {frozenset(("12",)), frozenset(("34",)), frozenset(("7",))}


def test_the_day_of_a_month_and_the_hour_count_nothing():
    assert said("5 травня о 9:15, 2024-05-07", "uk") == {}


@pytest.mark.parametrize(
    ("uk", "ru", "en"),
    [
        ("Погода у Сумах", "Сумы, 3 марта", "Sumy will have fog"),
        ("Удари по Донеччині", "Донецкая область", "Shelling of Donetsk region"),
        ("Одещина: без світла", "в Одессе", "Odesa"),
        ("на Слов'янськ", "Славянск", "in Sloviansk"),
    ],
)
def test_a_town_and_its_region_are_one_place_in_any_language(uk, ru, en):
    places = [
        {x.key for x in read(Document("a", "o", code, "", text)).places}
        for code, text in (("uk", uk), ("ru", ru), ("en", en))
    ]
    assert len(places[0]) == 1
    assert places[0] == places[1] == places[2]


def test_a_common_word_is_no_place():
    assert read(Document("a", "o", "uk", "", "Великі суми, рівне поле і крим солоний")).places == ()
