"""Tables of words and names of several words, looked up in a text by their beginnings.

In a table the words of a name are joined by `_`; `$` ends a whole word; small letters stand for either case.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*\d?")
_APOSTROPHES = str.maketrans("’ʼ", "''")
_REMEMBERED = 65_536
"""Words whose phrases are not looked for again."""


class Phrase(NamedTuple):
    """A name of a table: its line, and its list within the line."""

    line: int
    list: int
    words: tuple[str, ...]
    """Beginnings, as in the table."""


class Occurrence(NamedTuple):
    """A phrase in a text, which it begins and ends at these letters."""

    phrase: Phrase
    start: int
    end: int


class Phrases:
    """The phrases of a language; a row has a line, a list and its names, with blanks between them."""

    def __init__(self, rows: Iterable[tuple[int, int, str]]) -> None:
        self._by_letter = dict[str, list[Phrase]]()
        for line, number, names in rows:
            for name in names.split():
                phrase = Phrase(line, number, tuple(name.split("_")))
                self._by_letter.setdefault(phrase.words[0][0].lower(), []).append(phrase)
        self._beginning_with = lru_cache(_REMEMBERED)(self._search)

    def occurrences(self, text: str) -> Iterator[Occurrence]:
        """Yield the phrases of a text in its order."""
        matches = [*_WORD.finditer(text)]
        for n, match in enumerate(matches):
            for phrase in self._beginning_with(match[0]):
                last = n + len(phrase.words) - 1
                following = matches[n + 1 : last + 1]
                if last < len(matches) and all(map(_begins, phrase.words[1:], map(_printed, following))):
                    yield Occurrence(phrase, match.start(), matches[last].end())

    def _search(self, word: str) -> tuple[Phrase, ...]:
        phrases = list[Phrase]()
        for phrase in self._by_letter.get(word[0].lower(), ()):
            if _begins(phrase.words[0], word):
                phrases.append(phrase)
        return tuple(phrases)


def _printed(match: re.Match[str]) -> str:
    return match[0]


def _begins(beginning: str, printed: str) -> bool:
    """Tell if a word begins, or `$` is, as the table says."""
    word = printed.translate(_APOSTROPHES)
    if beginning.islower():
        word = word.lower()
    return word == beginning[:-1] if beginning.endswith("$") else word.startswith(beginning)
