"""Words of three languages: the key that all forms of a word share, and a question taken apart.

A key is the lemma, or the stem of a word in no dictionary: stems of lemmas join words of other
meanings, вода and водій, страна and странный (`benchmarks/view.py --words`). Lemmas take a second to load:
what fills the side file keeps each word of the archive with its key, and a question loads them for a word
that is in the archive in other forms alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from archive.format.languages import LANGUAGES, SEARCHED_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simplemma.strategies import DictionaryLookupStrategy

    KeysOf = Callable[[str], "frozenset[str]"]
    """The keys of a plain word in any language."""

WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_WHOLE = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
_LONGEST = 40
"""Characters of a word that count; a longer one is no word of a language."""
MOST_TERMS = 30
"""Words and phrases that a question has at most."""
_OR = frozenset(("OR", "АБО", "ИЛИ", "|"))
_SHORTEST_PREFIX = 2

_UNLISTED = "ǀ"
"""Stands between a stem and its language; a letter, so that the index takes it for a part of the word."""
_SHORTEST_STEM = 4
"""Characters of the stem by which a word in a question finds words in no dictionary."""
_MOST_STEPS = 3
_VERB_STEM = re.compile("[а-я]{3,}[аеиуыюя]")
_MOST_BEGINNINGS = 64
"""Combinations of forms that a phrase is written in, before its last word."""
_REFLEXIVE = re.compile(r"(?<=т[иь])с[яь]$")
_MISTAKEN = {("uk", "гривна"): "гривня", ("uk", "вільна"): "вільний", ("uk", "холодна"): "холодний"}
"""Lemmas of forms that news has of another word: гривні, вільною."""
_UK_ENDING = re.compile(
    r"(?:ими|ами|ями|ого|ому|еві|ові|єві|ах|ях|ою|ею|єю|ий|ій|їй|их|іх|їх|им|ім|їм|ів|їв|ам|ям|ом|ем|єм|ої|"
    r"ти|ли|ла|ло|но|то|уть|ють|ять|ать|[аяоеєиіїуюьй])$"
)


def words(text: str) -> list[str]:
    """List the words of a text, in lower case and without apostrophes."""
    # of the whole text at once: a third of the time of each word by itself
    for apostrophe in "'’ʼ":
        text = text.replace(apostrophe, "")
    return [x[:_LONGEST] for x in _WHOLE.findall(text.lower())]


def plain(word: str) -> str:
    return word.lower().translate(_APOSTROPHES)[:_LONGEST]


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    import snowballstemmer  # noqa: PLC0415  .03 s: lists need no stems

    stem: Callable[[str], str] = snowballstemmer.stemmer(language).stemWord
    return stem


def stem(word: str, language: str) -> str:
    """Cut the ending of a plain word. Snowball has no Ukrainian, so its endings are listed here."""
    if language == "uk":
        return _UK_ENDING.sub("", word) if len(word) > 3 else word
    stemmer = LANGUAGES[language].stemmer if language in LANGUAGES else None
    return _stemmer(stemmer)(word) if stemmer else word


def key(word: str, language: str | None, *, low_memory: bool = False) -> str:
    """Return what all forms of a plain word have in common, as far as the dictionary of its language goes.

    With `low_memory` the lemmas of three languages take 35 MB and 200 µs a word, else 245 MB and 15 µs:
    where they are in memory in full already, those are asked.
    """
    if language not in SEARCHED_LANGUAGES or word.isdigit():
        return word
    for form in _forms(word, language):
        if lemma := _lemma(form, language, low_memory=low_memory):
            return lemma
    return _unlisted(word, language)


def _forms(word: str, language: str) -> Iterator[str]:
    """List what a dictionary may have of a plain word: прибирають of прибираються, читать of читающий."""
    yield word
    if language != "en" and word.endswith(("ся", "сь")):
        yield word[:-2]
    if language == "ru" and (verb := _VERB_STEM.fullmatch(stem(word, language))):
        yield f"{verb[0]}ть"


def _unlisted(word: str, language: str) -> str:
    """Make the key of a word that no dictionary has; no lemma is spelled so."""
    plain_e = word.replace("ё", "е")
    return f"{stem(plain_e, language) or plain_e}{_UNLISTED}{language}"


def _lemma(word: str, language: str, *, low_memory: bool) -> str | None:
    """Look a plain word up: вільною, вільна, вільний."""
    dictionary = _dictionary(low_memory=low_memory and language not in _in_full)
    if not low_memory:
        _in_full.add(language)
    lemma = None
    for _ in range(_MOST_STEPS):
        entry = dictionary.get_lemma(lemma or word, language)
        if entry is None or " " in entry or plain(entry) == lemma:
            break
        lemma = plain(entry)
    if lemma is None:
        return None
    lemma = _REFLEXIVE.sub("", lemma.replace("ё", "е"))
    return _MISTAKEN.get((language, lemma), lemma)


_in_full: set[str] = set()
"""Languages whose lemmas this process has, whatever memory they take."""


@cache
def _dictionary(*, low_memory: bool) -> DictionaryLookupStrategy:
    from simplemma import strategies  # noqa: PLC0415  as above

    low, usual = strategies.LOW_MEMORY_DICTIONARY_FACTORY, strategies.DEFAULT_DICTIONARY_FACTORY
    return strategies.DictionaryLookupStrategy(low if low_memory else usual)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; one word where it is no phrase."""

    words: tuple[str, ...]
    is_prefix: bool
    is_excluded: bool


Choice = tuple[Term, ...]
"""Terms of which a text has at least one; a term that it must not have stands by itself."""


def choices(question: str) -> tuple[Choice, ...]:
    """Take a question apart: words, "phrases", prefixes*, either OR other, -what -"must not be there".

    Nothing a person types is an error: what is no word is passed over.
    """
    parsed: list[Choice] = []
    joins = False
    for sign, phrase, word, star in re.findall(r'(-?)(?:"([^"]*)"?|([^\s"*]+)(\*?))', question):
        parts = tuple(words(phrase or word))
        if word in _OR and not sign:
            joins = bool(parsed)
        elif parts:
            term = Term(parts, bool(star) and len(parts[-1]) >= _SHORTEST_PREFIX, bool(sign))
            if joins and not sign and not parsed[-1][0].is_excluded:
                parsed[-1] += (term,)
            else:
                parsed.append((term,))
            joins = False
    return tuple(parsed)


def expression(question: Sequence[Choice], keys_of: KeysOf) -> str | None:
    """Write a question in the language of FTS5; None where it asks for nothing.

    Every word is quoted, so that no word of a person is an operator.
    """
    required, unwanted = [], []
    for choice in question:
        query = " OR ".join(_term(x, keys_of) for x in choice)
        if choice[0].is_excluded:
            unwanted.append(query)
        else:
            required.append(f"({query})")
    if not required:
        return None
    return f"({' AND '.join(required)}) NOT ({' OR '.join(unwanted)})" if unwanted else " AND ".join(required)


def _term(term: Term, keys_of: KeysOf) -> str:
    *first, last = term.words
    ends = [f'"{last}" *'] if term.is_prefix else [f'"{x}"' for x in sorted(keys_of(last))]
    if not first:
        return " OR ".join(ends)
    # a phrase: each of its words in each of its forms, one after the other
    starts = [""]
    for word in first:
        forms = sorted(keys_of(word))
        starts = [f'{start}"{form}" + ' for start in starts for form in forms][:_MOST_BEGINNINGS]
    return " OR ".join(f"{start}{end}" for start in starts for end in ends)


def keys(word: str) -> frozenset[str]:
    """Make the keys of a plain word in each language that its letters are of."""
    return frozenset(key(word, x, low_memory=True) for x in _languages_of(word))


def further_keys(word: str) -> frozenset[str]:
    """Make the keys that forms of a plain word may have besides its own.

    The word itself, where it is the lemma of a form, and its stem, for forms in no dictionary: English has
    none of a word that it has.
    """
    further = {word.replace("ё", "е")}
    for language in _languages_of(word):
        is_whole = language == "en" and _lemma(word, language, low_memory=True)
        if not is_whole and len(stem(word, language)) >= _SHORTEST_STEM:
            further.add(_unlisted(word, language))
    return frozenset(further)


def _languages_of(word: str) -> list[str]:
    alphabet = "cyrillic" if re.search("[а-яіїєґё]", word) else "latin"
    return [x for x in SEARCHED_LANGUAGES if LANGUAGES[x].alphabet == alphabet]


def pieces(text: str, is_hit: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """Split a text into what is not asked for and the words that are."""
    last = 0
    for match in WORD.finditer(text):
        if is_hit(plain(match[0])):
            if match.start() > last:
                yield text[last : match.start()], False
            yield match[0], True
            last = match.end()
    if last < len(text):
        yield text[last:], False


def snippet(text: str, is_hit: Callable[[str], bool], length: int = 240) -> tuple[tuple[str, bool], ...]:
    """Cut the part of a text where the first word that is asked for stands, marked; () where none does."""
    first = next((x for x in WORD.finditer(text) if is_hit(plain(x[0]))), None)
    if first is None:
        return ()
    start = max(0, first.start() - length // 3)
    if start:
        start = text.find(" ", start, first.start()) + 1 or start
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), first.end())
    marked = list(pieces(" ".join(text[start:end].split()), is_hit))
    return tuple([("… ", False)] * bool(start) + marked + [(" …", False)] * (end < len(text)))
