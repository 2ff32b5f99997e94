"""Adjectives of number and measure are read as their figures, in all three languages."""

import pytest

from pipelines.similarity.anchors import numbers_and_names
from pipelines.similarity.numbers import number_word

UK = {
    "ones": ("одно дво три чотири п'яти шести семи восьми дев'яти"),
    "teens": (
        "десяти одинадцяти дванадцяти тринадцяти чотирнадцяти п'ятнадцяти шістнадцяти сімнадцяти "
        "вісімнадцяти дев'ятнадцяти"
    ),
    "ties": ("двадцяти тридцяти сорока п'ятдесяти шістдесяти сімдесяти вісімдесяти дев'яносто"),
    "families": ("тисячний тисячного тисячних річний річної річну метрового денними поверховій"),
}
RU = {
    "ones": ("одно двух трёх четырёх пяти шести семи восьми девяти"),
    "teens": (
        "десяти одиннадцати двенадцати тринадцати четырнадцати пятнадцати шестнадцати семнадцати "
        "восемнадцати девятнадцати"
    ),
    "ties": ("двадцати тридцати сорока пятидесяти шестидесяти семидесяти восьмидесяти девяносто"),
    "families": ("тысячный тысячного тысячных летний летнего летняя метровую дневными этажной"),
}
EN = {
    "ones": ("one two three four five six seven eight nine"),
    "teens": ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
    "ties": ("twenty thirty forty fifty sixty seventy eighty ninety"),
    "families": ("-thousand-strong -year-old -year -metre -day -storey"),
}


def composed(number, words, between=""):
    if number < 10:
        return words["ones"].split()[number - 1]
    if number < 20:
        return words["teens"].split()[number - 10]
    ties, one = words["ties"].split()[number // 10 - 2], number % 10
    return f"{ties}{between}{words['ones'].split()[one - 1]}" if one else ties


def keys(text, language):
    return [x.key for x in numbers_and_names(text, language) if x.key[0].isdigit()]


@pytest.mark.parametrize(("language", "words"), [("uk", UK), ("ru", RU), ("en", EN)])
def test_every_number_of_every_family(language, words):
    wrong = []
    for number in range(2, 100):
        for family in words["families"].split():
            adjective = composed(number, words, "-" if language == "en" else "") + family
            times = 1000 if "ыс" in family or "ис" in family or "thousand" in family else 1
            wrong += [
                (adjective, found)
                for text in (f"слово {adjective} слово", adjective.capitalize())
                if (found := keys(text, language)) != [str(number * times)]
            ]
    assert not wrong


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "девятитысячного митинга", ["9000"]),
        ("en", "a rally of nine thousand, nine-thousand-strong", ["9000", "9000"]),
        ("uk", "дев\u2019ятитисячний мітинг", ["9000"]),
        ("ru", "стотысячная армия и двухсотпятидесятитысячный тираж", ["100000", "250000"]),
        ("uk", "сторічний дуб, трьохсотмільйонна позика", ["100", "300000000"]),
        ("ru", "двадцати-тридцатилетние и пять двухметровых", ["20", "30", "5", "2"]),
        ("en", "a two-hundred-metre tower, a hundred-year-old oak", ["200", "100"]),
        ("ru", "двадцать пятилетних детей, тридцатилетний миллион", ["20", "5", "30"]),
    ],
)
def test_in_texts(language, text, expected):
    assert keys(text, language) == expected


NO_NUMBERS = (
    "одноденний однорічний двосторонній двоюрідний десятиліття десятилетие столетие двукратный тритон "
    "семитский сорока трилогия пятилетка тысячный летний піврічний багаторічний one-day two-thirds "
    "six-point-six multi-million-dollar million-dollar two-three-year-old second-hand three-quarters"
)


@pytest.mark.parametrize("word", NO_NUMBERS.split())
def test_what_says_no_number_of_a_measure(word):
    found = number_word(word)
    assert found is None or found.kind != "whole"
