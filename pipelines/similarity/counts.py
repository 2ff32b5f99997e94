"""Counts: numbers with what they count. One digit says nothing alone; `5 killed` does."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import islice
from zlib import crc32

from pipelines.similarity import numbers
from pipelines.similarity.anchors import Anchor
from pipelines.similarity.folding import fold, skeleton
from pipelines.similarity.lexicon import meanings_of

_AROUND = 60
"""Characters before and after a number in which its noun is looked for."""
_WORDS = 3
"""Words before and after a number that it may count."""
_MOST = 60
"""Numbers of a text that are read: a table has hundreds."""
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*|[\d.!?…;:,()\n«»“”\"–—]")
_LABEL = frozenset([":", "(", "–", "—"])
"""Stand between a label and its number: `Killed: 5`, `танки — 5`."""
_DEGREE = re.compile(r"\s?(?:°|º|C\b|С\b)")
_END = frozenset(["and", "or", "but", "та", "і", "й", "и", "а", "або", "или", "но", "але", "while", "пока"])
_BY_SOUND = 1 << 20
"""Added to the hash of a sound, so that it is no line of the lexicon."""

Counted = dict[int, frozenset[str]]
"""What is counted, as a line of the lexicon or a hash of its sound, with the keys of its numbers."""


def counts_of(text: str, language: str, anchors: Iterable[Anchor]) -> tuple[tuple[Anchor, ...], Counted]:
    """Return anchors of the single digits, one for each thing that they may count, and all that is counted.

    `anchors` are the numbers and names of the text. A number may count what stands after it or before it in
    its clause: `5 killed`, `the toll rises to 5`.
    """
    digits: dict[str, Anchor] = {}
    counted: dict[int, set[str]] = {}
    long = max(1, len(text))
    for number in islice((x for x in anchors if _is_amount(x.key)), _MOST):
        start = round(number.position * long)
        end = start + len(number.text)
        following = text[end : end + _AROUND]
        after = things_of(_WORD.findall(following), language)
        if unit := _DEGREE.match(following):
            after += [(thing, unit[0].strip()) for thing in _degree()]
        words = _WORD.findall(text[max(0, start - _AROUND) : start])[::-1]
        before = things_of(words[1:] if words[:1] and words[0] in _LABEL else words, language)
        for thing, word in (*after, *before):
            counted.setdefault(thing, set()).add(number.key)
            if len(number.key) == 1:
                printed = f"{number.text} {word}" if (thing, word) in after else f"{word} {number.text}"
                key = f"{number.key}×{thing}"
                digits.setdefault(key, Anchor(f"×{key}", printed, number.position))
    return tuple(digits.values()), {thing: frozenset(keys) for thing, keys in counted.items()}


def _is_amount(key: str) -> bool:
    """Tell a number from a name, a date, a time, a model and a version."""
    return key.replace(".", "", 1).isdecimal()


def words_of(text: str) -> list[str]:
    """Return the words of a text, and the signs that end a clause."""
    return _WORD.findall(text)


def things_of(words: Sequence[str], language: str) -> list[tuple[int, str]]:
    """Return what these words mean, up to the end of the clause."""
    counted_things, long_words = [], 0
    for word in words:
        if not word[0].isalpha() or word.lower() in _END or long_words == _WORDS:
            break
        things = _things_of(word.lower(), language)
        long_words += bool(things) or len(word) > 3
        counted_things += [(thing, word) for thing in things]
    return counted_things


@lru_cache(maxsize=1_024)
def things_in(text: str, language: str) -> frozenset[int]:
    """Return what all words of a text mean."""
    things = set[int]()
    for word in _WORD.findall(text):
        if word[0].isalpha():
            things.update(_things_of(word.lower(), language))
    return frozenset(things)


@cache
def _degree() -> tuple[int, ...]:
    return meanings_of("en", "degree")


@lru_cache(maxsize=65_536)
def _things_of(word: str, language: str) -> tuple[int, ...]:
    """Return the meanings of a word; one without any counts by its sound, as a name does."""
    if numbers.number_word(word) is not None:
        return ()
    if things := meanings_of(language, word):
        return things
    sound = skeleton(fold(word)) if len(word) > 3 else ""
    return (_BY_SOUND + crc32(sound.encode()),) if sound else ()
