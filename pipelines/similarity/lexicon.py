"""Meanings of common words in any of the three languages: lexicon.txt beside this file, read once."""

import re
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import chain, repeat
from pathlib import Path

from archive.format.languages import COMPARED_LANGUAGES
from pipelines.similarity.phrases import Phrases

LANGUAGES = COMPARED_LANGUAGES
"""Languages that folding and the lexicon know, in the order in which a pair is compared."""
LEXICON = Path(__file__).parent / "lexicon.txt"
_PLACES = Path(__file__).parent / "places.txt"
_COUNTRIES = Path(__file__).parent / "countries.txt"
_ORGANISATIONS = Path(__file__).parent / "organisations.txt"
_OWN, _CALLED_SO = 0, 1
"""Lists of a line of organisations.txt: its names, and those behind @, of what may be called so."""
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)?")
_APOSTROPHES = str.maketrans("’ʼ", "''")


def meanings(text: str, language: str) -> dict[int, int]:
    """Count the meanings in a text, by their line; empty for a language without a column."""
    lines_of_words = map(meanings_of, repeat(language), _WORD.findall(text.lower()))
    return dict(Counter(chain.from_iterable(lines_of_words)))


def words_of(text: str, language: str, requested: Collection[int]) -> dict[int, str]:
    """Return, for each wanted meaning that the text has, the first word with it."""
    word_of_meaning: dict[int, str] = {}
    for match in _WORD.finditer(text):
        for meaning in meanings_of(language, match[0].lower()):
            if meaning in requested:
                word_of_meaning.setdefault(meaning, match[0])
    return word_of_meaning


@cache
def _beginnings(file: Path) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return, for each language, the lines of each beginning of a word; a `$` ends a whole word."""
    beginnings: dict[str, dict[str, tuple[int, ...]]] = {language: {} for language in LANGUAGES}
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("#"):
            continue
        for language, column in zip(LANGUAGES, line.split("|"), strict=False):
            for beginning in column.translate(_APOSTROPHES).split():
                beginnings[language][beginning] = (*beginnings[language].get(beginning, ()), number)
    return beginnings


@lru_cache(maxsize=65_536)
def meanings_of(language: str, word: str) -> tuple[int, ...]:
    """Return the meanings of a word in lower case: those of the whole word and of its longest beginning."""
    return _lines_of(LEXICON, language, word)


@lru_cache(maxsize=65_536)
def places_of(language: str, name: str) -> tuple[int, ...]:
    """Return the lines of places.txt that a name is on: one, or none."""
    return _lines_of(_PLACES, language, name.lower())


@lru_cache(maxsize=65_536)
def countries_of(language: str, name: str) -> tuple[int, ...]:
    """Return the lines of countries.txt that a name, or an adjective, is on."""
    return _lines_of(_COUNTRIES, language, name.lower())


@lru_cache(maxsize=65_536)
def governed_from(language: str, town: str) -> tuple[int, ...]:
    """Return the lines of the countries for which a text may name a town: Берлін for Germany."""
    return _lines_of(_COUNTRIES, language, f"@{town.lower()}")


@cache
def _longest(file: Path, language: str) -> int:
    """Return the length of the longest beginning: a word of a page may have a million letters."""
    return max(map(len, _beginnings(file).get(language, {})), default=0)


def _lines_of(file: Path, language: str, word: str) -> tuple[int, ...]:
    beginnings, word = _beginnings(file).get(language, {}), word.translate(_APOSTROPHES)
    lines_of_word = beginnings.get(f"{word}$", ())
    # the longest beginning is the most particular one
    for end in range(min(len(word), _longest(file, language)), 2, -1):
        if further_lines := beginnings.get(word[:end]):
            return tuple(dict.fromkeys((*lines_of_word, *further_lines))) if lines_of_word else further_lines
    return lines_of_word


@cache
def _organisations() -> dict[str, Phrases]:
    """Return the names of organisations.txt by language."""
    rows: dict[str, list[tuple[int, int, str]]] = {language: [] for language in LANGUAGES}
    for number, line in enumerate(_ORGANISATIONS.read_text("utf-8").splitlines()):
        columns = () if line.startswith("#") else line.split("|")
        for language, column in zip(LANGUAGES, columns, strict=False):
            for name in column.split():
                list_of_name = _CALLED_SO if name.startswith("@") else _OWN
                rows[language].append((number, list_of_name, name.removeprefix("@")))
    return {language: Phrases(names) for language, names in rows.items()}


def organisations_in(text: str, language: str) -> dict[int, str]:
    """Return the organisations of a text as printed, by their lines; empty: what may be called so."""
    organisations = dict[int, str]()
    names = _organisations().get(language)
    for phrase, start, end in names.occurrences(text) if names else ():
        printed = text[start:end] if phrase.list == _OWN else ""
        organisations[phrase.line] = organisations.get(phrase.line, "") or printed
    return organisations
