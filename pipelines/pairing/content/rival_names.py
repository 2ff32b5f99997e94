"""Names of brief texts that stand in each other's place.

Two mayors under suspicion, two banks with a fine, two towns under fire: the reports are alike but for the
names. In a translation nearly all names are in both texts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from pipelines.pairing.content.tiers import BRIEF
from pipelines.similarity.document import ArticleReading, Document, text_of
from pipelines.similarity.folding import fold, skeleton
from pipelines.similarity.lexicon import meanings_of, places_of

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)?")
_SENTENCE_END = frozenset(".!?…:\n")
_SPACES = 3
"""Characters before a word that are looked at."""
_BEGINNING = 5
"""Sounds that the cases of a name share."""
_ALIKE, _ALIKE_SOUNDS = 0.65, 3
"""Share of sounds that two spellings of a name have in common, and first sounds that are enough."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a text, as far as names are compared with them."""

    names: tuple[str, ...]
    """Names that the text has inside a sentence, each once."""
    capital: set[str]
    """Capital words that are none of the lexicon, folded."""
    skeletons: set[str]
    """Consonants of all words, as `київський` is of the same town."""
    places: set[int]
    """Lines of the places that it names."""


def names_contrary(a: ArticleReading, b: ArticleReading) -> bool:
    """Tell if both of two brief texts have names of their own, and at least as many as they share.

    It compares each word of a name, in any script, by its sounds, its consonants or as a known place.
    """
    if max(a.letters, b.letters) >= BRIEF:
        return False
    words_a, words_b = _words(a.document), _words(b.document)
    shared_a, alone_a = _compared(a.document.language, words_a, words_b)
    shared_b, alone_b = _compared(b.document.language, words_b, words_a)
    alone = min(alone_a, alone_b)
    return alone > 0 and alone >= max(shared_a, shared_b)


def _compared(language: str, words: _Words, counterpart: _Words) -> tuple[int, int]:
    """Count the names that the other text has, and those that it does not; common words are neither."""
    shared = alone = 0
    for name in words.names:
        sounds, places = fold(name), places_of(language, name)
        if skeleton(sounds) in counterpart.skeletons or not counterpart.places.isdisjoint(places):
            shared += 1
        elif not places and meanings_of(language, name.lower()):
            continue
        elif any(_are_spellings(sounds, word) for word in counterpart.capital):
            shared += 1
        else:
            alone += 1
    return shared, alone


def _are_spellings(sounds: str, word: str) -> bool:
    begin_alike = sounds[:_ALIKE_SOUNDS] == word[:_ALIKE_SOUNDS]
    return begin_alike or SequenceMatcher(None, sounds, word).ratio() >= _ALIKE


@lru_cache(maxsize=64)  # an article is compared with several others
def _words(document: Document) -> _Words:
    capital, skeletons, places = set[str](), set[str](), set[int]()
    text = text_of(document)
    for word in _WORD.findall(text):
        sounds = fold(word)
        skeletons.add(skeleton(sounds))
        if word[0].isupper():
            places.update(places_of(document.language, word))
            if not meanings_of(document.language, word.lower()):
                capital.add(sounds)
    skeletons.discard("")
    return _Words(tuple(_names(text)), capital, skeletons, places)


def _names(text: str) -> Iterator[str]:
    """Yield the names of a text, each in the first form that it has; acronyms differ between languages."""
    first_forms, inside = dict[str, str](), set[str]()
    for match in _WORD.finditer(text):
        word = match[0]
        if word[0].isupper() and not word.isupper():
            beginning = fold(word)[:_BEGINNING]
            first_forms.setdefault(beginning, word)
            if not _begins(text, match.start()):
                inside.add(beginning)
    for beginning, word in first_forms.items():
        if beginning in inside:
            yield word


def _begins(text: str, at: int) -> bool:
    """Tell if the word there begins a sentence; one that opens a quotation is mostly a name."""
    before = text[max(0, at - _SPACES) : at].rstrip(" \u00a0")
    return not before or before[-1] in _SENTENCE_END
