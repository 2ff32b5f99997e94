"""Marks of opposites: a word of one text, instead of which the other one has its opposite.

A mark must be right: each sentence has one of the two words and not the other, and nothing that denies.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from archive.format.marks import Contradiction
from pipelines.alignment.marks.name_marks import CAPITAL, resemble
from pipelines.alignment.marks.number_marks import LIKELY, Passage
from pipelines.similarity.lexicon import LANGUAGES
from pipelines.similarity.phrases import Occurrence, Phrases

_TABLE = Path(__file__).parent / "opposites.toml"
_DENIES = re.compile(
    r"\bне\b|\bн[іи]\b|\bн[іи](?:хт|кт|що|чог|чег|кол|когд|де|куди|як|как)|\bне(?:має|мож|льз)|\bнет\b|\bбе[зс]\b|жодн|відмов"
    r"|отказ|\bnot?\b|n['’]t\b|\bnever\b|\bnone\b|\bneither\b|\bnor\b|\bwithout\b|fail|refus|нев[^аеуці]"
    r"|\bun(?!der|ion|it|iv|iq|esc|icef)[a-z]{4}",
    re.IGNORECASE,
)
_PASSIVE = re.compile(r"\b(?:be|been|being|was|were|is|are)\s$")
_WITHOUT = re.compile(r"\b(?:without|бе[зс])\b", re.IGNORECASE)
_BESIDE = 3
"""Characters between two words of one name: a blank, or a blank and quotation marks."""
_NUMBER = re.compile(r"\s?(?:UAH )?[$€£]?(\d[\d.,]*)")


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    """Two lists of words by language, and where they are left alone."""

    words: dict[str, tuple[str, str]]
    unless: str | None = None
    """A regular expression of sentences that are left alone."""
    numbers: bool = False
    """True where a number must follow."""
    of_same: bool = False
    """True where the name before both must be the same."""


class _Table(Struct, frozen=True):
    opposites: tuple[_Row, ...]


@cache
def _rows() -> tuple[_Row, ...]:
    return msgspec.toml.decode(_TABLE.read_bytes(), type=_Table).opposites


@cache
def _words() -> dict[str, Phrases]:
    """Return the words of the table by language."""
    words = dict[str, Phrases]()
    for language in LANGUAGES:
        lists = list[tuple[int, int, str]]()
        for line, row in enumerate(_rows()):
            for number, beginnings in enumerate(row.words[language]):
                lists.append((line, number, beginnings))
        words[language] = Phrases(lists)
    return words


def opposite_marks(a: Passage, b: Passage) -> Iterator[Contradiction]:
    """Yield the word of a sentence and its opposite of a sentence that says the same besides."""
    words_a, words_b = _only_words(a), _only_words(b)
    for line, word in words_a.items():
        opposite = words_b.get(line)
        if opposite is None or opposite.phrase.list == word.phrase.list:
            continue
        row = _rows()[line]
        if row.unless and re.search(row.unless, f"{a.text}\n{b.text}", re.IGNORECASE):
            continue
        if row.of_same and not _are_of_same(a.text, word, b.text, opposite):
            continue
        if not _denies_besides(a.text, word, b.text) and not _denies_besides(b.text, opposite, a.text):
            number_a, number_b = _number_behind(a.text, word), _number_behind(b.text, opposite)
            # more than 300, less than 300
            if number_a == number_b or not ((number_a and number_b) or row.numbers):
                printed_a, printed_b = a.text[word.start : word.end], b.text[opposite.start : opposite.end]
                yield Contradiction(printed_a, printed_b, "opposite", LIKELY)


@lru_cache(maxsize=1024)
def _only_words(sentence: Passage) -> dict[int, Occurrence]:
    """Return, for each line of the table, the only word of a sentence that it has, in either list."""
    words = dict[int, Occurrence | None]()
    for occurrence in _words()[sentence.language].occurrences(sentence.text):
        line = occurrence.phrase.line
        former = words.get(line)
        if former and occurrence.start < former.end:
            # `not guilty` before `guilty`, `more` before `more than`
            if former.start == occurrence.start and former.end < occurrence.end:
                words[line] = occurrence
        else:
            words[line] = None if line in words else occurrence
    only = dict[int, Occurrence]()
    for line, word in words.items():
        if word and (not _rows()[line].numbers or _number_behind(sentence.text, word)):
            only[line] = word
    return only


def _number_behind(text: str, word: Occurrence) -> str | None:
    number = _NUMBER.match(text, word.end)
    return number[1] if number else None


def _denies_besides(text: str, word: Occurrence, opposite_text: str) -> bool:
    """Tell if anything but a word denies; not `without` where both sentences have it."""
    rest = text[: word.start] + text[word.end :]
    if _WITHOUT.search(opposite_text):
        rest = _WITHOUT.sub("", rest)
    return _DENIES.search(rest) is not None


def _are_of_same(a: str, word: Occurrence, b: str, opposite: Occurrence) -> bool:
    """Tell if the last names before two words may be one name: of who lost to whom, the subject."""
    if _PASSIVE.search(a, 0, word.start) or _PASSIVE.search(b, 0, opposite.start):
        return False
    for name_a in _last_names(a, word.start):
        for name_b in _last_names(b, opposite.start):
            if resemble(name_a, name_b):
                return True
    return False


def _last_names(text: str, end: int) -> list[str]:
    """Return the last name before a place, of two words beside each other both: Dynamo Kyiv."""
    names = [*CAPITAL.finditer(text, 0, end)][-2:]
    if len(names) == 2 and names[1].start() - names[0].end() > _BESIDE:
        names = names[1:]
    return [*map(itemgetter(0), names)]
