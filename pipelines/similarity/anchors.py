"""Anchors: the numbers, dates and names of a text in their order, which translation keeps."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipelines.similarity import numbers
from pipelines.similarity.folding import fold, skeleton

_TOKEN = re.compile(
    # what a token may be is told by its first character, so that the rest is not tried
    rf"(?=[^\W\d_])(?:(?P<model>{numbers.MODEL})|(?P<word>[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*))"
    r"|(?P<end>[.!?…:\n«»“”\"])"
    rf"|(?=\d)(?:(?P<date>{numbers.DATE})|(?P<version>{numbers.VERSION})|(?P<time>{numbers.TIME})"
    rf"|(?P<number>{numbers.NUMBER}))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[ \u00a0]?([^\W\d_]+)")
# `two and a half million`, `два з половиною мільйони`
_BESIDE_HALF = frozenset(("and", "a", "з", "із", "с"))
_SENTENCE_END = frozenset('.!?…:\n«»“”"')


@dataclass(frozen=True, slots=True)
class Anchor:
    """A number, a date or a name. Anchors with equal keys mean the same, in any script."""

    key: str
    text: str
    position: float
    """Place in the text, from 0 to 1."""


@dataclass(slots=True)
class _Number:
    """A number while it is being read: `two hundred thousand` takes three words."""

    start: int
    end: int
    current: Decimal
    kind: str
    total: Decimal = Decimal(0)

    def takes(self, word: numbers.NumberWord, end: int) -> bool:
        """Take the word if it belongs to the number; `hundred` after `five` does, `ten` does not."""
        if "whole" in {word.kind, self.kind}:
            return False
        if word.kind == "scale" and self.current:
            if word.value == 100:
                if self.current >= 100:
                    return False
                self.current *= 100
            else:
                self.total, self.current = self.total + self.current * word.value, Decimal(0)
        elif self._goes_with(word):
            self.current += word.value
        else:
            return False
        self.kind = "hundred" if word.kind == "scale" and word.value == 100 else word.kind
        self.end = end
        return True

    def _goes_with(self, word: numbers.NumberWord) -> bool:
        if self.kind == "scale":
            return word.kind != "half"
        if self.kind == "hundred":
            return word.kind in {"one", "ten", "ty"}
        if word is numbers.HALF:
            return self.kind in {"one", "ten", "ty"}
        return self.kind == "ty" and word.kind == "one"

    def adds(self, digits: str, end: int) -> bool:
        """Take these digits if they belong to the number, as in `7 тисяч 26`."""
        fits = self.kind == "scale" and not self.current and len(digits) <= 3 and digits.isdecimal()
        if fits:
            self.current, self.kind, self.end = Decimal(digits), "digits", end
        return fits


def numbers_and_names(text: str, language: str) -> Iterator[Anchor]:
    """Yield the anchors of a text, and its single digits, whose keys have one character."""
    return _Reader(text, language).anchors()


@lru_cache(maxsize=1_024)
def paragraph_anchors(text: str, language: str) -> tuple[Anchor, ...]:
    """Return numbers and names of a paragraph, which its alignment and its marks ask for, several times."""
    return tuple(numbers_and_names(text, language))


def anchors_of(text: str, language: str) -> tuple[Anchor, ...]:
    """Return the anchors of a paragraph; a single digit is none, as any text has some."""
    return tuple(anchor for anchor in paragraph_anchors(text, language) if len(anchor.key) > 1)


class _Reader:
    """State of a walk over a text: the number that is being read, and whether a sentence begins."""

    def __init__(self, text: str, language: str) -> None:
        self._text, self._language, self._long = text, language, max(1, len(text))
        self._starts, self._read_to = True, 0
        self._number: _Number | None = None

    def anchors(self) -> Iterator[Anchor]:
        for token in _TOKEN.finditer(self._text):
            if token.start() < self._read_to:
                continue
            if self._number is not None:
                yield from self._read(token)
            elif token.lastgroup == "end":
                self._starts = True
            elif token.lastgroup == "word":
                counts, names = _word(token[0], self._language)
                if counts:
                    yield from self._read(token)
                    continue
                if names:
                    yield from self._names(token, names)
                self._starts = False
            else:
                yield from self._read(token)
        yield from self._end_number()

    def _read(self, token: re.Match[str]) -> Iterator[Anchor]:
        word = token["word"]
        parts = _parts(word) if word else ()
        number_words = _number_words(parts)
        if self._number is not None:
            between = self._text[self._number.end : token.start()]
            goes_on = _goes_on(between, self._number.kind, number_words)
            if goes_on and token["number"] and self._number.adds(token["number"], token.end()):
                return
            if not (goes_on and number_words) and word not in _BESIDE_HALF:
                yield from self._end_number()
        position = token.start() / self._long
        if number_words:
            yield from self._take_words(token, number_words)
        elif word and (date := numbers.date_after(word, self._text, token.end())):
            keys, self._read_to = date
            for key in keys:
                yield Anchor(key, self._text[token.start() : self._read_to], position)
        elif word:
            yield from self._names(token, _word(word, self._language)[1])
        elif token["number"]:
            self._begin_number(token)
        else:
            yield from _in_digits(token, position)
        self._starts = token["end"] in _SENTENCE_END

    def _names(self, token: re.Match[str], names: Iterable[tuple[str, str]]) -> Iterator[Anchor]:
        # the first word of a sentence is capital, name or not; a later mention decides
        if not self._starts or _is_foreign(token[0], self._language):
            position = token.start() / self._long
            for key, name in names:
                yield Anchor(key, name, position)

    def _take_words(
        self, token: re.Match[str], number_words: Iterable[numbers.NumberWord]
    ) -> Iterator[Anchor]:
        for part in number_words:
            if self._number is not None and self._number.takes(part, token.end()):
                continue
            yield from self._end_number()
            if part.kind != "scale":
                self._number = _Number(token.start(), token.end(), Decimal(part.value), part.kind)

    def _begin_number(self, token: re.Match[str]) -> None:
        following = _WORD.match(self._text, token.end())
        scale = numbers.number_word(following[1]) if following else None
        is_scaled = scale is not None and scale.kind == "scale"
        value = numbers.amount(token["number"], self._language if is_scaled else None)
        self._number = _Number(token.start(), token.end(), value, "digits")

    def _end_number(self) -> Iterator[Anchor]:
        if self._number is not None:
            yield from _anchor_of_number(self._number, self._text, self._long)
            self._number = None


def _in_digits(token: re.Match[str], position: float) -> Iterator[Anchor]:
    """Yield the anchors of a date, a time, a model or a version; none for the end of a sentence."""
    if token["date"]:
        for key in numbers.dates(token):
            yield Anchor(key, token["date"], position)
    elif token["time"]:
        yield Anchor(numbers.time(token), token["time"].strip(), position)
    elif token["model"]:
        # digits first: F-15 and F-16 contradict each other as numbers do
        yield Anchor(token["make"] + fold(token["mark"]), token["model"], position)
    elif token["version"]:
        yield Anchor(token["version"], token["version"], position)


def _goes_on(between: str, kind: str, number_words: tuple[numbers.NumberWord, ...]) -> bool:
    words = between.replace("\u00a0", " ").replace("-", " ").split()
    halved = kind == "half" or number_words[:1] == (numbers.HALF,)
    return words in ([], ["and"]) or (halved and set(words) <= _BESIDE_HALF)


def _anchor_of_number(number: _Number, text: str, long: int) -> Iterator[Anchor]:
    if number.kind == "half":
        # each language counts halves in its own way: `a year and a half`, `півтора року`
        return
    printed = " ".join(text[number.start : number.end].split())
    value = number.total + number.current
    yield Anchor(numbers.precise(printed) or numbers.key(value), printed, number.start / long)
    if rounded := numbers.rounded_decimal(printed, value):
        yield Anchor(rounded, printed, number.start / long)


@lru_cache(maxsize=131_072)
def _word(word: str, language: str) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """Tell if a word may be of a number or a date; return the names in it, none for most words, by keys."""
    parts = _parts(word)
    counts = numbers.is_month(word) or bool(_number_words(parts))
    if not (word[0].isupper() or _is_foreign(word, language)):
        return counts, ()
    if century := numbers.roman(word):
        return counts, ((str(century), word),)
    names = ((skeleton(fold(part)), part) for part in parts)
    return counts, tuple((key, name) for key, name in names if key)


def _is_foreign(word: str, language: str) -> bool:
    return language != "en" and word.isascii() and len(word) > 2


def _parts(word: str) -> tuple[str, ...]:
    """Return the parts of a name with hyphens or apostrophes; an apostrophe in a number word is no seam."""
    if numbers.number_word(word):
        return (word,)
    return tuple(word.replace("’", "-").replace("'", "-").split("-"))


def _number_words(parts: tuple[str, ...]) -> tuple[numbers.NumberWord, ...]:
    """Return all parts as number words, or nothing if one of them is none."""
    words = [numbers.number_word(part) for part in parts]
    return tuple(word for word in words if word) if all(words) else ()
