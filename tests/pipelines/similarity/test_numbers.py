import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.similarity.anchors import anchors_of
from pipelines.similarity.numbers import number_word
from tests.support import tiers


def keys(text, language):
    return [anchor.key for anchor in anchors_of(text, language) if anchor.key[0].isdigit()]


@pytest.mark.parametrize(
    ("uk", "ru", "en", "said"),
    [
        ("втрати 1 234 567,5 грн", "потери 1.234.567,5 грн", "losses of 1,234,567.5 UAH", ["1234567.5"]),
        (
            "близько 11,4 тис. осіб",
            "около 11,4 тыс. человек",
            "eleven thousand four hundred people",
            ["11400"],
        ),
        ("4 тисячі бійців", "четыре тысячи бойцов", "4,000 fighters", ["4000"]),
        ("7 тисяч 26 дітей", "7 тысяч 26 детей", "7,026 children", ["7026"]),
        ("сорок п'ять осіб", "сорок пять человек", "forty-five people", ["45"]),
        ("двадцять один дім", "двадцать один дом", "twenty-one houses", ["21"]),
        ("двісті тридцять", "двести тридцать", "two hundred and thirty", ["230"]),
        ("2,5 мільярда", "2,5 млрд", "2.5 billion", ["2500000000"]),
        ("дві сотні глядачів", "двести зрителей", "two hundred viewers", ["200"]),
        ("п'ять сотень", "пять сотен", "five hundred", ["500"]),
        ("півтори тисячі", "полторы тысячи", "one and a half thousand", ["1500"]),
        ("пів мільйона", "полмиллиона", "half a million", ["500000"]),
        ("два з половиною мільйони", "два с половиной миллиона", "two and a half million", ["2500000"]),
        ("півтора року, півроку", "полтора года, полгода", "a year and a half, half a year", []),
        ("сотні людей", "сотни людей", "hundreds of people", []),
        ("у дванадцяти містах", "в двенадцати городах", "in twelve cities", ["12"]),
        ("17 травня", "17 мая", "on May 17", ["17/5"]),
        ("17-19 травня", "17–19 мая", "May 17-19", ["17/5", "19/5"]),
        ("17.05.2022", "17.05.2022", "2022-05-17", ["17/5", "2022"]),
        ("о 15:30", "в 15:30", "at 3:30 p.m.", ["15:30"]),
        ("о 00:15", "в 00:15", "at 12:15 am", ["0:15"]),
        ("рахунок 2:1", "счёт 2:1", "won 2-1", ["2-1"]),
        ("у XVIII столітті", "в XVIII веке", "in the 18th century", ["18"]),
    ],
)
def test_a_number_is_the_same_in_three_languages(uk, ru, en, said):
    assert (keys(uk, "uk"), keys(ru, "ru"), keys(en, "en")) == (said, said, said)


def test_an_apostrophe_of_any_kind_is_none_in_a_number_word():
    fifties = [number_word(f"п{apostrophe}ятдесят") for apostrophe in ("'", "’", "ʼ", "")]
    assert fifties[0] is not None
    assert len(set(fifties)) == 1


def test_two_numbers_side_by_side_stay_two():
    assert keys("рейси 25 і 31 скасовано", "uk") == ["25", "31"]
    assert keys("five ten twenty", "en") == ["10", "20"]
    assert keys("3 тисячі з 100 опитаних, двадцять з двох тисяч", "uk") == ["3000", "100", "20", "2000"]
    assert keys("у 2024 сотні людей", "uk") == ["2024"]


def test_a_single_digit_and_an_indefinite_thousand_say_nothing():
    assert keys("5 людей і тисячі інших", "uk") == []
    assert keys("thousands of people, 5 of them", "en") == []


def test_an_anchor_keeps_what_was_printed_and_where():
    (anchor,) = [x for x in anchors_of("x " * 50 + "eleven  thousand", "en") if x.key[0].isdigit()]
    assert (anchor.key, anchor.text) == ("11000", "eleven thousand")
    assert anchor.position == pytest.approx(100 / 116)


_PIECES = st.sampled_from([*"0123456789.,:-– \u00a0", "тисяч", "hundred", "and", "травня", "May", "pm", "XX"])


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=60).map("".join)))
@settings(max_examples=tiers.examples(300))
def test_whatever_looks_like_a_number_is_read(text):
    for language in ("uk", "ru", "en"):
        for anchor in anchors_of(text, language):
            assert anchor.key
            assert 0 <= anchor.position <= 1


def test_a_long_row_of_digits_takes_no_time():
    for text in ("1" * 20_000, "1," * 10_000, "1 234 " * 3_000, "12:" * 6_000, "hundred " * 2_500):
        assert len(list(anchors_of(text, "en"))) <= 10_000


@pytest.mark.parametrize(
    ("uk", "ru", "en", "said"),
    [
        ("літак Ф-16 і МіГ-29", "самолёт Ф-16 и МиГ-29", "an F-16 and a MiG-29", ["16f", "29mih"]),
        ("комплекс С-300", "комплекс С300", "an S-300 system", ["300s"]),
        ("версія 6.0.7", "версия 6.0.7", "version 6.0.7", ["6.0.7"]),
        ("зросли на 3,0 %", "выросли на 3,0 %", "rose by 3.0%", ["3.0"]),
        ("3,0 млн осіб", "3,0 млн человек", "3.0 million people", ["3000000"]),
        ("усього 1.234.567", "всего 1.234.567", "1,234,567 in all", ["1234567"]),
    ],
)
def test_a_model_and_a_version_are_as_telling_as_a_number(uk, ru, en, said):
    assert (keys(uk, "uk"), keys(ru, "ru"), keys(en, "en")) == (said, said, said)
