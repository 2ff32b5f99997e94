"""A page in two languages: its text, and below it the translation of the whole text."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from crawler.extraction.language.alphabets import (
    CYRILLIC_WORD,
    LATIN_WORD,
    ONLY_RUSSIAN,
    ONLY_UKRAINIAN,
    count,
    uk_share,
)

_LEAST = 500
"""Letters of each of the two texts, at least."""
_RATIO = 0.5
"""Length of the shorter text, of the longer one's, at least: less is a quotation."""
_PURE = 0.95
"""Share of a text's letters that must be in blocks of its language."""
_LINE = 25
"""Letters of a block, below which it may be a name."""
_PARAGRAPH = 100
"""Characters of a paragraph."""
_MOSTLY = 0.7
_SENTENCE = re.compile(r"[.!?…:][»”\"')\]]*$")
_UNMIXED = 0.15
"""Share of Ukrainian letters in Russian, at most."""


class TwoTexts(NamedTuple):
    break_at: int
    """Index of the block with which the second text begins."""
    first_is_own: bool
    """The first text is in the language of the headline, or the headline does not tell."""


def find_break(blocks: Sequence[str], headline: str | None) -> TwoTexts | None:
    """Return where a second text of the same length begins in another language; None for one text."""
    if _ends_as_it_begins(blocks):
        return None
    kinds = [_kind(block) for block in blocks]
    languages = set(kinds) - {None}
    if languages <= {"latin"} or not ("latin" in languages or {"uk", "ru"} <= languages):
        return None
    pairs = [("latin", "cyrillic"), ("cyrillic", "latin"), ("uk", "ru"), ("ru", "uk")]
    for first, second in pairs:
        at = _break(blocks, [_is_of(kind, first) for kind in kinds], [_is_of(kind, second) for kind in kinds])
        if (
            at is not None
            and _is_sure(blocks[:at], kinds[:at], first)
            and _is_sure(blocks[at:], kinds[at:], second)
            and _are_sentences(blocks[at:] if second == "latin" else blocks[:at])
        ):
            return TwoTexts(at, _first_is_own(headline or "", second))
    return None


def _ends_as_it_begins(blocks: Sequence[str]) -> bool:
    """Tell fast if a few blocks at both ends are of one language."""
    long = [block for block in blocks if len(block) > _PARAGRAPH]
    kinds = {_kind(block) for block in (*long[:2], *long[-2:])}
    return len(kinds) < 2 and kinds <= {"latin", "uk", "ru"}


def _is_sure(blocks: Sequence[str], kinds: Sequence[str | None], expected: str) -> bool:
    """Tell if most letters of a text are in blocks that tell its language, not only its alphabet."""
    if expected not in {"uk", "ru"}:
        return True
    telling = 0
    for block, kind in zip(blocks, kinds, strict=True):
        telling += len(block) if kind == expected else 0
    return 2 * telling > sum(map(len, blocks))


def _are_sentences(blocks: Sequence[str]) -> bool:
    """Tell if most letters of a text are in sentences: a listing of a program is no translation."""
    sentences = [*filter(_SENTENCE.search, blocks)]
    return len(sentences) > 1 and 2 * sum(map(len, sentences)) > sum(map(len, blocks))


def _first_is_own(headline: str, second: str) -> bool:
    """Tell if the headline is not in the language of the second text."""
    if second in {"uk", "ru"}:
        telling, against = ONLY_UKRAINIAN, ONLY_RUSSIAN
        if second == "ru":
            telling, against = against, telling
        folded = headline.lower()
        return not count(folded, telling) or count(folded, against) > 0
    return not _is_of(_kind(headline, 1), second)


def _break(blocks: Sequence[str], of_first: Sequence[bool], of_second: Sequence[bool]) -> int | None:
    sizes = [len(block) for block in blocks]
    above = [0, *accumulate(size if is_of else 0 for size, is_of in zip(sizes, of_first, strict=True))]
    second = [0, *accumulate(size if is_of else 0 for size, is_of in zip(sizes, of_second, strict=True))]
    total = [0, *accumulate(sizes)]
    # the break with the most letters on their own side
    at = max(range(len(blocks) + 1), key=lambda i: above[i] + second[-1] - second[i])
    upper, lower = total[at], total[-1] - total[at]
    if min(upper, lower) < max(_LEAST, _RATIO * max(upper, lower)):
        return None
    is_pure = above[at] >= _PURE * upper and second[-1] - second[at] >= _PURE * lower
    return at if is_pure else None


def _kind(text: str, least: int = _LINE) -> str | None:
    """Return the script of a block, or `uk` or `ru` where its letters tell; None for a short one."""
    cyrillic = sum(map(len, CYRILLIC_WORD.findall(text)))
    latin = sum(map(len, LATIN_WORD.findall(text)))
    if cyrillic + latin < least:
        return None
    if latin > _MOSTLY * (cyrillic + latin):
        return "latin"
    if cyrillic <= _MOSTLY * (cyrillic + latin):
        return None
    share = uk_share(text.lower())
    if share is None:
        return "cyrillic"
    return "uk" if share > 1 - _UNMIXED else "ru" if share < _UNMIXED else "cyrillic"


def _is_of(kind: str | None, expected: str) -> bool:
    if expected == "cyrillic":
        return kind in {"cyrillic", "uk", "ru"}
    if expected in {"uk", "ru"}:
        # a block without telling letters is of either
        return kind in {expected, "cyrillic", None}
    return kind == expected
