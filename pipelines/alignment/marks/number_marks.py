"""Marks of numbers: two that stand at the same place of two texts and contradict each other.

A mark must be right, so every way in which two texts may give one number is tried first: words and digits,
rounding, scales, 12 and 24 hours, decades, units, currencies. A number of one text alone is no mark.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.format.marks import Contradiction
from pipelines.alignment.marks.quantities import (
    Quantity,
    agree,
    are_close,
    comparable,
    is_conversion,
    is_other_period,
    quantities,
    unit_of,
)
from pipelines.similarity.counts import things_in, things_of, words_of
from pipelines.similarity.number_words import by_word
from pipelines.similarity.numerals import also_said, same_number
from pipelines.similarity.weekdays import may_name_weekday, weekdays_in

MOST = 40
"""Numbers of linked paragraphs from which they are a table, whose rows nobody can tell apart."""
_APART = 0.3
"""Share of a paragraph that two numbers may stand apart."""
_ALIKE_WORDS, _ALIKE_SHARE = 3, 0.3
"""Words around two numbers that are common to both, and their share, from which the places are the same."""
_ALIKE_COUNTED = 2
"""Words beside two numbers, for what they count and what became of it, that show one place, too."""
_SURE, LIKELY = 0.97, 0.93
"""Probabilities of a mark whose place the numbers beside it or the thing counted tell, and of others."""
_LITERAL = 0.5
"""Share of the words around two numbers that both texts have, from which they are literal."""
_FAR = 10
"""How many times one number may be the other in literal texts: a profit and its share are further apart."""
_IN_ORDER = 2
"""Equal numbers from which their order alone shows whose place another one has."""
_NEAR = 70
"""Characters before and after a number that are its place."""
_OF_THEM = 20
"""Characters from a number on in which `two of them` ends."""
_WORDS_AFTER = 3
"""Words after a number that it may count."""
_ZONE = re.compile(
    r"\b(?:local|місцев|местн|київськ\w+ час|киевск\w+ врем|за києв|GMT|UTC|CET|E[DS]T\b)", re.IGNORECASE
)
_INCLUDING = re.compile(
    r"\b(?:includ|among|of (?:them|whom|these)|серед|з них|із них|у тому числі|в тому числі|зокрема|включ"
    r"|среди|из них|из которых|з яких|із яких|в том числе)",
    re.IGNORECASE,
)
_REST = re.compile(r"\b(?:other|rest|remaining|інш|решт|остальн|други|єдин|единств|only one)", re.IGNORECASE)
_TWICE = re.compile(
    r"\b(?:twice|doubl|half|halv|у?двічі|в?двоє|вдвічі|удвічі|подво|вдвое|удво|два рази|два раза)",
    re.IGNORECASE,
)
_ALL = 100
"""Per cent."""
_LABEL = re.compile(r"^\s*(?:\(\d{1,3}\)|\[\d{1,3}\]|\d{1,3}\))\s")
"""Of a note or a list, at its beginning: editions number them as they like."""
_DAY_IN_WORDS = re.compile(rf"\b[^\W\d]{{3,}}ого (?:{'|'.join(by_word('months'))})\b", re.IGNORECASE)
_NIGHT = re.compile(r"night|\b(?:опів)?н[іо]ч|пол[уо]ноч|півн[іо]ч", re.IGNORECASE)
_NAME = re.compile(r"(?<=[^.!?…] )(?=[^a-zа-яіїєґё])[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Passage:
    """Linked paragraphs of one text."""

    text: str
    language: str


def number_marks(a: Passage, b: Passage) -> tuple[tuple[Contradiction, ...], tuple[Contradiction, ...]]:
    """Return the contradictions and the conversions of linked paragraphs."""
    differ, converted = _number_marks(a, b)
    return (*differ, *_weekday_marks(a, b)), converted


def _weekday_marks(a: Passage, b: Passage) -> Iterator[Contradiction]:
    """Yield the day of the week that each text has instead of the other's.

    A night belongs to two days, and a date that one text has alone may be the other's day of the week.
    """
    if not (may_name_weekday(a.text) and may_name_weekday(b.text)):
        return
    if _NIGHT.search(a.text) or _NIGHT.search(b.text):
        return
    days_a, days_b = weekdays_in(a.text), weekdays_in(b.text)
    only_a, only_b = days_a.keys() - days_b.keys(), days_b.keys() - days_a.keys()
    if len(only_a) == len(only_b) == 1 and _dates(a) == _dates(b):
        yield Contradiction(days_a[only_a.pop()], days_b[only_b.pop()], None, LIKELY)


def _dates(passage: Passage) -> set[str]:
    dates = set[str]()
    for number in quantities(passage.text, passage.language):
        if number.kind == "date":
            dates.add(number.key)
    return dates


def _number_marks(a: Passage, b: Passage) -> tuple[Sequence[Contradiction], tuple[Contradiction, ...]]:
    a = Passage(_LABEL.sub("", a.text, count=1), a.language)
    b = Passage(_LABEL.sub("", b.text, count=1), b.language)
    numbers_a, numbers_b = quantities(a.text, a.language), quantities(b.text, b.language)
    if not (0 < len(numbers_a) <= MOST and 0 < len(numbers_b) <= MOST):
        return (), ()
    sides = _Sides(a, b, numbers_a, numbers_b)
    if len(sides.matched) in {len(numbers_a), len(numbers_b)}:
        return (), ()
    differ, converted = list[Contradiction](), list[Contradiction]()
    said_in_a, said_in_b = also_said(a.text), also_said(b.text)
    for i, j, confidence in sides.same_places():
        number_a, number_b = numbers_a[i], numbers_b[j]
        counted = number_a.unit or _counted(sides, i, j)
        mark = Contradiction(number_a.text, number_b.text, counted, confidence)
        if is_conversion(number_a, number_b):
            converted.append(mark)
            continue
        in_b, in_a = _is_said(number_a, said_in_b), _is_said(number_b, said_in_a)
        # `63 injured, 36 evacuated` and `36 injured, 36 evacuated`: a number at another place hides nothing
        is_sure = not (in_a and in_b) and confidence >= _SURE and _is_of_one_thing(number_a, number_b)
        if is_sure or _have_other_units(number_a, number_b) or not (in_a or in_b):
            differ.append(mark)
    return differ, tuple(converted)


def _is_of_one_thing(number_a: Quantity, number_b: Quantity) -> bool:
    is_time = number_a.unit is not None or number_a.kind == number_b.kind == "year"
    return is_time or _common_word(number_a, number_b) is not None


class _Sides:
    """The numbers of both passages, and which of them are equal."""

    def __init__(
        self, a: Passage, b: Passage, numbers_a: Sequence[Quantity], numbers_b: Sequence[Quantity]
    ) -> None:
        self.a, self.b = a, b
        self.numbers_a, self.numbers_b = numbers_a, numbers_b
        self.matched = dict[int, int]()
        """Numbers of b by numbers of a, each with the nearest that is the same, else with one that may be."""
        matched_b = set[int]()
        for *_, i, j in sorted(self._equal()):
            if i not in self.matched and j not in matched_b:
                self.matched[i] = j
                matched_b.add(j)
        self._alone_b = sorted(set(range(len(numbers_b))) - matched_b)

    def _equal(self) -> Iterator[tuple[bool, bool, float, int, int]]:
        for i, number_a in enumerate(self.numbers_a):
            for j, number_b in enumerate(self.numbers_b):
                if agree(number_a, number_b):
                    # of `13 April 2024 and 1 October 2024`, each year goes with its day
                    is_behind_equal = (
                        i > 0 and j > 0 and self.numbers_a[i - 1].key == self.numbers_b[j - 1].key
                    )
                    apart = self._apart(number_a, number_b)
                    yield number_a.key != number_b.key, not is_behind_equal, apart, i, j

    def _apart(self, number_a: Quantity, number_b: Quantity) -> float:
        return abs(number_a.start / len(self.a.text) - number_b.start / len(self.b.text))

    def same_places(self) -> Iterator[tuple[int, int, float]]:
        """Yield two numbers without an equal one at the same place, and how likely a reader agrees.

        Each is the only partner of the other.
        """
        likely = dict[tuple[int, int], float]()
        for i, number_a in enumerate(self.numbers_a):
            for j in self._alone_b if i not in self.matched else ():
                number_b = self.numbers_b[j]
                if comparable(number_a, number_b) and self._is_near(i, j) and not self._is_explained(i, j):
                    likely[i, j] = self._confidence(i, j)
        for (i, j), confidence in likely.items():
            has_rival = False
            for x, y in likely:
                # `46 million hryvnias ($1.1 million)`: the conversion is no rival
                is_conversion = self._is_of_one_unit(i, j) and not self._is_of_one_unit(x, y)
                if (x == i) != (y == j) and not is_conversion:
                    has_rival = True
            if confidence and not has_rival:
                yield i, j, confidence

    def _is_explained(self, i: int, j: int) -> bool:
        """Tell if two numbers differ because one text has a sum, the hours of a time or another period."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        if number_a.kind == number_b.kind == "date":
            return _DAY_IN_WORDS.search(f"{self.a.text}\n{self.b.text}") is not None
        if is_conversion(number_a, number_b) or number_a.kind == "year":
            return False
        if number_a.kind == number_b.kind == "time":
            has_zone = _ZONE.search(self.a.text) or _ZONE.search(self.b.text)
            return has_zone is not None and number_a.key[-2:] == number_b.key[-2:]
        if self._is_counted_from_the_other(number_a, number_b):
            return True
        if number_b.value is not None and _is_part(self.numbers_a, i, number_b.value, self.a.text):
            return True
        if number_a.value is not None and _is_part(self.numbers_b, j, number_a.value, self.b.text):
            return True
        return is_other_period(number_a, number_b)

    def _is_counted_from_the_other(self, number_a: Quantity, number_b: Quantity) -> bool:
        """Tell if one text counts the rest, or what is half or twice as many: `the other 26`, one of 27."""
        if not number_a.value or not number_b.value:
            return False
        # two of 15 against, 13 of 15 for; nine, two fewer than eleven; 90 % are not, 10 % are
        total = number_a.value + number_b.value
        if total in map(_value, self.numbers_a) and total in map(_value, self.numbers_b):
            return True
        if total == _ALL and number_a.unit == number_b.unit == "percent":
            return True
        less, more = sorted((number_a.value, number_b.value))
        is_rest = more - less == 1 and (_REST.search(self.a.text) or _REST.search(self.b.text))
        is_double = more == 2 * less and (_TWICE.search(self.a.text) or _TWICE.search(self.b.text))
        return bool(is_rest or is_double)

    def _is_of_one_unit(self, i: int, j: int) -> bool:
        return self.numbers_a[i].unit == self.numbers_b[j].unit

    def _is_near(self, i: int, j: int) -> bool:
        """Tell if two numbers are near, or the languages' order of words alone may set them apart."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        if self._apart(number_a, number_b) <= _APART or self._is_only_difference(i, j):
            return True
        framed, _ = self._frame(i, j)
        return framed and _common_word(number_a, number_b) is not None

    def _is_only_difference(self, i: int, j: int) -> bool:
        """Tell if all other numbers of both texts are equal, and these two measure or count one thing."""
        alone_a = len(self.numbers_a) - len(self.matched)
        if (alone_a, len(self._alone_b)) != (1, 1):
            return False
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        alike = self._context(number_a, number_b)[1]
        is_time = number_a.unit is not None or number_a.kind in {"date", "time", "year"}
        return alike and (is_time or _common_word(number_a, number_b) is not None)

    def _is_alone(self, i: int, j: int) -> bool:
        """Tell if two numbers are all that differs, of texts with most words in common: 4 or 9 billion."""
        a, b = self.numbers_a[i].value, self.numbers_b[j].value
        if not a or not b or max(a, b) > _FAR * min(a, b) or not self._is_only_difference(i, j):
            return False
        things_a = things_in(self.a.text, self.a.language)
        things_b = things_in(self.b.text, self.b.language)
        return len(things_a & things_b) >= _LITERAL * max(1, min(len(things_a), len(things_b)))

    def _confidence(self, i: int, j: int) -> float:
        """Return how likely two numbers stand for the same; 0 where that is not sure enough for a mark."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        # two years are no two months
        has_other_unit = number_a.value is not None and number_a.value == number_b.value
        counted = has_other_unit or _common_word(number_a, number_b) is not None
        framed, has_neighbour = self._frame(i, j)
        if not self._is_one_place(i, j, counted=counted):
            return 0
        # of counts without a word for what they count, neither shows anything
        has_unit = number_a.unit is not None and number_a.unit == number_b.unit
        in_order = self._is_of_one_order(i, j)
        literal = in_order and (has_unit or _are_of_one_size(number_a, number_b))
        literal = literal or (has_unit and self._is_alone(i, j))
        if self._are_two_things(number_a, number_b, counted=counted, literal=literal):
            return 0
        return _SURE if framed and (has_neighbour or counted) else LIKELY

    def _is_one_place(self, i: int, j: int, *, counted: bool) -> bool:
        """Tell if the words and the numbers around two numbers show one place of both texts."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        framed, has_neighbour = self._frame(i, j)
        common, alike = self._context(number_a, number_b)
        if number_a.kind == "money" and number_a.unit != number_b.unit:
            return framed and alike
        in_words = not (number_a.digits and number_b.digits)
        if not counted and (in_words or "count" in {number_a.kind, number_b.kind}):
            are_alone = len(self.numbers_a) == len(self.numbers_b) == 1
            return framed and common and (has_neighbour or ((alike or are_alone) and not in_words))
        return alike or (framed and (common or has_neighbour))

    def _are_two_things(
        self, number_a: Quantity, number_b: Quantity, *, counted: bool, literal: bool
    ) -> bool:
        """Tell if two numbers of one place are of two things: far from each other, or of somebody else."""
        may_be_same = are_close(number_a, number_b) or is_conversion(number_a, number_b)
        if not (may_be_same or literal or self._is_literal(number_a, number_b)):
            return True
        has_unit = number_a.digits and number_b.digits and "count" not in {number_a.kind, number_b.kind}
        may_be_age = number_a.unit == "year" and number_b.unit in {None, "year"}
        if not may_be_age and (counted or has_unit):
            return False
        return self._are_of_others(number_a, number_b)

    def _is_of_one_order(self, i: int, j: int) -> bool:
        """Tell if both texts have the same numbers in one order, two or more, but for these."""
        count = len(self.numbers_a)
        if i != j or not _IN_ORDER < count == len(self.numbers_b) or len(self.matched) != count - 1:
            return False
        return [*self.matched] == [*self.matched.values()]

    def _context(self, number_a: Quantity, number_b: Quantity) -> tuple[bool, bool]:
        """Tell if the words around two numbers have any in common, and if they have many."""
        around_a, around_b = _words_around(number_a, self.a), _words_around(number_b, self.b)
        common, least = len(around_a & around_b), min(len(around_a), len(around_b))
        # «загинули 11 людей», 17 people died
        is_counted = _common_words(number_a, number_b) >= _ALIKE_COUNTED
        return common > 0, is_counted or common >= min(_ALIKE_WORDS, _ALIKE_SHARE * max(1, least))

    def _is_literal(self, number_a: Quantity, number_b: Quantity) -> bool:
        """Tell if all other numbers are common, and what is counted, or most words around the two."""
        if len(self.numbers_a) - len(self.matched) + len(self._alone_b) != 2:
            return False
        is_money = number_a.kind == "money"
        if not is_money and number_a.unit == number_b.unit and _common_word(number_a, number_b) is not None:
            return True
        around_a, around_b = _words_around(number_a, self.a), _words_around(number_b, self.b)
        return len(around_a & around_b) >= _LITERAL * max(1, len(around_a), len(around_b))

    def _are_of_others(self, number_a: Quantity, number_b: Quantity) -> bool:
        """Tell if both texts name, beside the number, somebody or something that the other does not mention.

        That is for years the man or woman of an age, for other numbers what has a name: a town, a front.
        """
        if number_a.unit == "year":
            own_a, own_b = _things_beside(number_a), _things_beside(number_b)
        else:
            own_a, own_b = _name_beside(number_a, self.a), _name_beside(number_b, self.b)
        in_a = things_in(self.a.text, self.a.language)
        in_b = things_in(self.b.text, self.b.language)
        return bool(own_a and own_b) and own_a.isdisjoint(in_b) and own_b.isdisjoint(in_a)

    def _frame(self, i: int, j: int) -> tuple[bool, bool]:
        """Tell if the numbers before and after two numbers are equal, or none, and if there is such a one."""
        before = i > 0 and j > 0 and self.matched.get(i - 1) == j - 1
        after = self.matched.get(i + 1) == j + 1
        are_last = i + 1 == len(self.numbers_a) and j + 1 == len(self.numbers_b)
        return (before or i == j == 0) and (after or are_last), before or after


def _are_of_one_size(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if neither of two numbers in digits is twice the other."""
    a, b = number_a.value, number_b.value
    return bool(a and b and number_a.digits and number_b.digits and max(a, b) < 2 * min(a, b))


def _value(number: Quantity) -> Decimal | None:
    return number.value


def _have_other_units(number_a: Quantity, number_b: Quantity) -> bool:
    return None not in {number_a.unit, number_b.unit} and number_a.unit != number_b.unit


def _is_said(number: Quantity, keys: frozenset[str]) -> bool:
    """Tell if a text has a number in any form."""
    if number.kind == "year":
        return number.key in keys
    return not keys.isdisjoint(same_number(number.key, number.text))


def _is_part(numbers: Sequence[Quantity], i: int, total: Decimal, text: str) -> bool:
    """Tell if a number and another within two places, which it does not include, make `total` together."""
    part = numbers[i].value
    for addend in (*numbers[max(0, i - 2) : i], *numbers[i + 1 : i + 3]):
        if part is not None and addend.value is not None and part + addend.value == total:
            # `17 people, among them two children`
            return not _INCLUDING.search(text, numbers[i].start, addend.start + _OF_THEM)
    return False


def _common_word(number_a: Quantity, number_b: Quantity) -> str | None:
    """Return the word of the first number for a thing that both count."""
    return _first_common(number_a.counted, number_b.counted)


def _common_words(number_a: Quantity, number_b: Quantity) -> int:
    """Count the words beside the first number for what stands beside the other, too."""
    things_b = {thing for thing, _ in number_b.counted}
    return len({word for thing, word in number_a.counted if thing in things_b})


def _first_common(words_a: Sequence[tuple[int, str]], words_b: Sequence[tuple[int, str]]) -> str | None:
    things = dict(words_b)
    for thing, word in words_a:
        if thing in things:
            return word
    return None


def _counted(sides: _Sides, i: int, j: int) -> str | None:
    """Return what a reader sees that both numbers count, as the first text prints it."""
    nouns_a, nouns_b = _nouns_after(sides.numbers_a[i], sides.a), _nouns_after(sides.numbers_b[j], sides.b)
    return _first_common(nouns_a, nouns_b)


def _nouns_after(number: Quantity, passage: Passage) -> list[tuple[int, str]]:
    """Return the words just after a number; a name is not counted, nor is what an ordinal tells apart."""
    end = number.start + len(number.text)
    words = [] if number.ordinal else words_of(passage.text[end : end + _NEAR])[:_WORDS_AFTER]
    nouns: list[tuple[int, str]] = []
    for thing, word in things_of(words, passage.language):
        if word.islower():
            nouns.append((thing, word))
    return nouns


def _things_beside(number: Quantity) -> frozenset[int]:
    things = set[int]()
    for thing, word in number.counted:
        if unit_of(word) is None:
            things.add(thing)
    return frozenset(things)


def _name_beside(number: Quantity, passage: Passage) -> frozenset[int]:
    """Return the meanings or the sound of the nearest word in capitals that begins no sentence."""
    end = number.start + len(number.text)
    before = _NAME.findall(passage.text, max(0, number.start - _NEAR), number.start)
    names = before[-1:] or _NAME.findall(passage.text, end, end + _NEAR)[:1]
    return things_in(" ".join(names), passage.language)


def _words_around(number: Quantity, passage: Passage) -> frozenset[int]:
    start, end = max(0, number.start - _NEAR), number.start + len(number.text) + _NEAR
    return things_in(passage.text[start:end], passage.language)
