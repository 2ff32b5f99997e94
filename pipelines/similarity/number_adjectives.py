"""Adjectives that say a number and a measure: `девятитысячный`, `тридцятирічний`, `fifty-year-old`.

Only measures whose adjective is translated with its number are read. `Двосторонній` is bilateral,
`десятиліття` a decade and `двукратный` double: no side, decade or fold is read, nor one of anything.
"""

import re
from decimal import Decimal

_ONES = {
    2: "дво двох двух дву",
    3: "три трьох трех",
    4: "чотири чотирьох четырех",
    5: "пяти",
    6: "шести",
    7: "семи",
    8: "восьми",
    9: "девяти",
}
_TEENS = {
    10: "десяти",
    11: "одинадцяти одиннадцати",
    12: "дванадцяти двенадцати",
    13: "тринадцяти тринадцати",
    14: "чотирнадцяти четырнадцати",
    15: "пятнадцяти пятнадцати",
    16: "шістнадцяти шестнадцати",
    17: "сімнадцяти семнадцати",
    18: "вісімнадцяти восемнадцати",
    19: "девятнадцяти девятнадцати",
}
_TIES = {
    20: "двадцяти двадцати",
    30: "тридцяти тридцати",
    40: "сорока",
    50: "пятдесяти пятидесяти",
    60: "шістдесяти шестидесяти",
    70: "сімдесяти семидесяти",
    80: "вісімдесяти восьмидесяти",
    90: "девяносто девяноста",
}
_HUNDREDS = {
    100: "сто",
    200: "двохсот двухсот",
    300: "трьохсот трехсот",
    400: "чотирьохсот четырехсот",
    500: "пятисот",
    600: "шестисот",
    700: "семисот",
    800: "восьмисот",
    900: "девятисот",
}
_THOUSANDS = {
    "тисячн": 1_000,
    "тысячн": 1_000,
    "мільйонн": 1_000_000,
    "миллионн": 1_000_000,
    "мільярдн": 1_000_000_000,
    "миллиардн": 1_000_000_000,
}
_MEASURES = (
    "річн летн літн годовал місячн месячн тижнев недельн денн дневн годинн часов хвилинн минутн секундн "
    "метров кілометров километров сантиметров міліметров миллиметров тонн літров литров градусн поверхов "
    "этажн кімнатн комнатн бальн балльн гривнев доларов долларов"
)
_ENDINGS = (
    "ий ый ой ій а я ая яя е є ее ое і и ие ые ого его ього ої ьої ей ому ему ьому ім им ым ем ом ою ьою ею "
    "их ых іх ими ыми іми у ю ую юю"
)
_EN_MEASURES = (
    "year month week day hour minute second metre meter kilometre kilometer centimetre centimeter millimetre "
    "millimeter mile foot inch ton tonne litre liter degree storey story room bedroom point hryvnia dollar "
    "strong"
)
EN_MEASURES = frozenset(_EN_MEASURES.split())


def _any_of(forms: dict[int, str]) -> str:
    return "|".join(form for value in forms.values() for form in value.split())


_BY_FORM = {
    form: value
    for forms in (_ONES, _TEENS, _TIES, _HUNDREDS)
    for value, names in forms.items()
    for form in names.split()
} | {"одно": 1}
_CYRILLIC = re.compile(
    rf"(?P<hundreds>{_any_of(_HUNDREDS)})?"
    rf"(?:(?P<teens>{_any_of(_TEENS)})|(?P<ties>{_any_of(_TIES)})?(?P<ones>{_any_of(_ONES)}|(?<=.)одно)?)"
    rf"(?P<measure>{'|'.join((*_THOUSANDS, *_MEASURES.split()))})(?:{'|'.join(_ENDINGS.split())})"
)


def adjective_value(plain: str) -> Decimal | None:
    """Return the number in a Cyrillic adjective, in lower case and without apostrophes; None for others."""
    match = _CYRILLIC.fullmatch(plain)
    if match is None:
        return None
    value = sum(_BY_FORM[part] for part in match.group("hundreds", "teens", "ties", "ones") if part)
    return Decimal(value * _THOUSANDS.get(match["measure"], 1)) if value > 1 else None
