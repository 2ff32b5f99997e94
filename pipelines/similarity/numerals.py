"""Numbers that a text says in another form than the anchors read: «ХХ століття», a hundred, the nineties.

Before two numbers count as a contradiction, each is sought on the other side in every form a writer may use.
"""

import re
from collections.abc import Iterator
from decimal import InvalidOperation
from functools import lru_cache

from pipelines.similarity import numbers
from pipelines.similarity.number_words import by_word, words

_DIGITS = re.compile(rf"(?:{numbers.NUMBER})(?P<decade>s\b|[-–‑](?:х|ті|е|их|ые|ми)\b)?")
_RUN = re.compile(r"(?<![\d.,])\d{2,}(?![.,]?\d)")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
# Cyrillic letters in the shape of Roman numerals
_LOOKALIKE = str.maketrans("ІХСМ", "IXCM")
_ROMAN = re.compile(r"(?=[IVXLC]{2})(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


_ALONE = by_word("alone")
"""Words that say a number without another beside them; of a half and a quarter the per cent."""
_ENDINGS = frozenset(words("endings_of_ordinals"))
_LONGEST_ENDING = max(map(len, _ENDINGS))
_ORDINALS = by_word("ordinals", "teens", "tens", "ones")
_DECADES = by_word("decades")


def also_said(text: str) -> frozenset[str]:
    """Return the keys, as anchors have them, of numbers in every form; far too many are no harm."""
    return frozenset((*_in_digits(text), *_in_words(text)))


def same_number(key: str, printed: str) -> tuple[str, ...]:
    """Return the keys by which the number of an anchor may stand elsewhere: 20:00 as 20, 1990 as 90."""
    if re.fullmatch("[2-9]0", key) and not re.search(r"\d", printed):
        # an anchor reads `двадцять п'ята` as twenty
        return tuple(f"{key[0]}{ones}" for ones in range(10))
    if re.fullmatch(r"\d{1,2}:00", key):
        return key, key.partition(":")[0].lstrip("0") or "0"
    if re.fullmatch(r"\d+\.0", key):
        return key, key[:-2]
    if re.fullmatch(r"19\d0|20\d0", key):
        return key, key[2:]
    return (key, f"{key}:00") if re.fullmatch(r"1\d|2[0-3]", key) else (key,)


def _in_digits(text: str) -> Iterator[str]:
    for figure in _DIGITS.finditer(text):
        digits = figure[0][: len(figure[0]) - len(figure["decade"] or "")]
        try:
            value = numbers.amount(digits)
        except InvalidOperation:
            continue
        if key := numbers.key(value):
            yield key
        if figure["decade"] and value == int(value):
            yield from _of_decade(int(value))
    # `Ту-154М`, `№12345/6`
    yield from (run.lstrip("0") or "0" for run in _RUN.findall(text))


def _of_decade(value: int) -> Iterator[str]:
    yield str(value)
    yield from (str(value % 100), f"19{value % 100:02}", f"20{value % 100:02}")


def _in_words(text: str) -> Iterator[str]:
    tens = 0
    for word in _WORD.findall(text):
        keys, parts = _said(word)
        yield from keys
        for ordinal, ties in parts:
            if tens and ordinal:
                yield str(tens + ordinal)
            tens = ties


@lru_cache(maxsize=65_536)
def _said(word: str) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Return the keys of a word, and of each part its ordinal below ten and the tens that it says, or 0."""
    keys, parts = list[str](), list[tuple[int, int]]()
    if roman := _roman(word):
        keys.append(str(roman))
    plain = re.sub("['’ʼ]", "", word.lower()).replace("ё", "е")
    for part in plain.split("-"):
        if part in _ALONE:
            keys.append(str(_ALONE[part]))
        if part in _DECADES:
            keys += _of_decade(_DECADES[part])
        ordinal = _ordinal(part)
        if ordinal is not None:
            keys.append(str(ordinal))
        number_word = numbers.number_word(part)
        if number_word is not None and number_word.kind == "whole":
            keys.append(numbers.key(number_word.value))
        ties = int(number_word.value) if number_word is not None and number_word.kind == "ty" else 0
        parts.append((ordinal if ordinal is not None and ordinal < 10 else 0, ties))
    return tuple(keys), tuple(parts)


def _roman(word: str) -> int | None:
    latin = word.translate(_LOOKALIKE)
    if not _ROMAN.fullmatch(latin):
        return None
    values = [_VALUES[letter] for letter in latin]
    return sum(-x if x < after else x for x, after in zip(values, [*values[1:], 0], strict=True))


@lru_cache(maxsize=65_536)
def _ordinal(word: str) -> int | None:
    if word in _ORDINALS:
        return _ORDINALS[word]
    ends = range(len(word) - 1, max(0, len(word) - _LONGEST_ENDING - 1), -1)
    return next((_ORDINALS[word[:x]] for x in ends if word[:x] in _ORDINALS and word[x:] in _ENDINGS), None)
