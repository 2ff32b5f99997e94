"""langdetect's n-gram profiles, scored in one scan instead of random trials.

langdetect draws n-grams at random until one language leads, so another seed gives another answer. Its global
factory returns `pl` for Ukrainian while a second thread is still loading it. Here each n-gram of the text
counts once, so there is no seed. The tables are built when this module is imported, so threads cannot race.
Sums are of integers, and therefore equal in any order and on any machine.
"""

import json
import math
from collections import Counter
from itertools import chain, repeat
from operator import add
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY

from archive.format.languages import LANGUAGES

_CYRILLIC = ("uk", "ru", "bg", "mk")
_LATIN = (
    "en", "pl", "de", "cs", "sk", "ro", "fr", "es", "it", "pt", "nl", "tr", "hu", "lt", "hr", "sv",
    "da", "no", "fi", "et", "lv", "sl", "sq", "id", "tl", "vi", "sw", "so", "af", "cy", "ca",
)  # fmt: skip

_SMOOTHING = 0.5 / 10_000
"""langdetect's ALPHA_DEFAULT / BASE_FREQ: weight of an n-gram that a language does not have."""
_DEPENDENCE = 8.0
"""Divisor of the evidence: neighbouring n-grams share letters, so they say less than their number."""
_EXPECTED = dict.fromkeys(LANGUAGES, 10.0)
"""Weight of a language before anything is read: outlets are crawled for these three.

It decides a few headlines made of names (Livingston 1-0 Rangers), never a text of 150 letters.
"""
_SCALE = 1000
_BITS = 32
_FIELD = (1 << _BITS) - 1


class Profiles:
    """N-gram tables of the languages of one script."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages
        # one integer for each n-gram, with 32 bits for each language: one addition adds to all of them; no
        # carry, as a thousand characters have 3,000 n-grams of at most 9,904, far below 2**32
        unknown = _surprise(0.0)
        unknown_to_all = sum(unknown << _BITS * place for place in range(len(languages)))
        self._table: dict[str, int] = {}
        for place, language in enumerate(languages):
            profile = json.loads(Path(PROFILES_DIRECTORY, language).read_bytes())
            for ngram, count in profile["freq"].items():
                surprise = _surprise(count / profile["n_words"][len(ngram) - 1]) - unknown
                self._table[ngram] = self._table.get(ngram, unknown_to_all) + (surprise << _BITS * place)

    def score(self, words: str) -> dict[str, float]:
        """Return the probability of each language, in the order of the profiles; empty without known n-grams.

        `words` has one space between words.
        """
        padded = f" {words} "
        pairs = list(map(add, padded, padded[1:]))
        ngrams = chain(pairs, map(add, pairs, padded[2:]))
        # each occurrence is added: to count them first takes longer, but for the few letters
        packed = sum(map(self._table.get, ngrams, repeat(0)))
        for letter, times in Counter(words).items():
            packed += self._table.get(letter, 0) * times
        if not packed:
            return {}
        surprise = [packed >> _BITS * i & _FIELD for i in range(len(self.languages))]
        least = min(surprise)
        weights = [
            math.exp((least - bits) / (_SCALE * _DEPENDENCE)) * _EXPECTED.get(language, 1.0)
            for language, bits in zip(self.languages, surprise, strict=True)
        ]
        total = sum(weights)
        return {language: weight / total for language, weight in zip(self.languages, weights, strict=True)}


def _surprise(share: float) -> int:
    """Return the scaled negative logarithm of an n-gram's share."""
    return round(-_SCALE * math.log(_SMOOTHING + share))


cyrillic = Profiles(_CYRILLIC)
latin = Profiles(_LATIN)
