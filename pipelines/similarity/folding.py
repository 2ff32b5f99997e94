"""Folding: Ukrainian, Russian and English text in one alphabet, by sound. Кравчук equals Kravchuk.

One letter stands for one sound, so that n-grams line up: c for ч and ch, w for ш sh щ, q for ц and ts, j for
ж and zh. Differences between transliterations are removed: г ґ g h, и і ы y, soft signs, doubled letters.
"""

import re
import unicodedata
from functools import lru_cache
from operator import itemgetter

_SOUNDS = str.maketrans({
    **dict(zip("абвгґдежзиійклмнопрстуфхцчшщы", "abvhhdejziiiklmnoprstufhqcwwi", strict=True)),
    "є": "e", "э": "e", "ю": "iu", "я": "ia", "y": "i", "g": "h",
    **dict.fromkeys("ьъ'’ʼ", ""),
    # after NFKD: the accents of é, and those of й ї ё, whose letters read alike without them
    **dict.fromkeys(map(chr, range(0x300, 0x370)), ""),
})  # fmt: skip
# longest first; applied to Latin words before the letters change their meaning
_ENGLISH = (
    *(("shch", "w"), ("sch", "w"), ("tch", "c"), ("dge", "dj"), ("kh", "h"), ("zh", "j"), ("sh", "w")),
    *(("ch", "c"), ("ts", "q"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "kv"), ("x", "ks")),
    *(("ou", "u"), ("oo", "u")),
    *(("ee", "i"), ("ya", "ia"), ("yu", "iu"), ("ye", "e"), ("yi", "i")),
)
_DOUBLED = re.compile(r"([a-z])\1+")
_FIRST = itemgetter(1)
"""What "\\1" stands for, several times faster as a function."""
_NOT_SOUND = re.compile(r"[^a-z0-9]+")
_SOFT_C = re.compile(r"c(?=[eiy])")
_VOWELS = re.compile(r"[aeiou]+")
_LATIN = re.compile(r"[a-z]+")


def fold(text: str) -> str:
    """Return sounds and digits, with single spaces between words."""
    return " ".join(filter(None, map(_folded_word, text.split())))


@lru_cache(maxsize=131_072)
def _folded_word(word: str) -> str:
    """Fold a piece of text without spaces, most of which come again and again."""
    plain = unicodedata.normalize("NFKD", word.lower())
    lower = _LATIN.sub(_english, plain)
    return _NOT_SOUND.sub(" ", _DOUBLED.sub(_FIRST, lower.translate(_SOUNDS))).strip()


def skeleton(folded_word: str) -> str:
    """Return the first four consonants of a folded word: the part of a name that cases and spellings keep.

    Empty with fewer than three consonants: too many names share two.
    """
    initial = "a" if folded_word[:1] in set("aeiou") else ""
    consonants = _VOWELS.sub("", folded_word)
    return initial + consonants[:4] if len(consonants) >= 3 else ""


def _english(latin: re.Match[str]) -> str:
    word = latin[0]
    # capitals mark finished sounds, as the word is lower case: c and q are read as k below
    for spelling, sound in _ENGLISH:
        if spelling in word:
            word = word.replace(spelling, sound.upper())
    word = _SOFT_C.sub("s", word).replace("c", "k").replace("q", "k").replace("w", "v").replace("j", "dj")
    return word.lower()
