"""Ukrainian, Russian and English text in one alphabet, spelled as it sounds: `Кравчук` and `Kravchuk` alike.

One letter a sound, so that n-grams line up: c for ч and ch, w for ш sh щ, q for ц and ts, j for ж and zh.
What transliterations disagree about is folded away: г ґ g h, и і ы y, soft signs, doubled letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SOUNDS = str.maketrans({
    **dict(zip("абвгґдежзиійклмнопрстуфхцчшщы", "abvhhdejziiiklmnoprstufhqcwwi", strict=True)),
    "є": "e", "э": "e", "ю": "iu", "я": "ia", "y": "i", "g": "h",
    **dict.fromkeys("ьъ'’ʼ", ""),
    # After NFKD: the accents of é, and of й ї ё, whose letters read alike without.
    **dict.fromkeys(map(chr, range(0x300, 0x370)), ""),
})  # fmt: skip
# Longest first; applied to what was Latin before the letters change their meaning.
_ENGLISH = (
    *(("shch", "w"), ("sch", "w"), ("tch", "c"), ("dge", "dj"), ("kh", "h"), ("zh", "j"), ("sh", "w")),
    *(
        ("ch", "c"),
        ("ts", "q"),
        ("ph", "f"),
        ("th", "t"),
        ("ck", "k"),
        ("qu", "kv"),
        ("x", "ks"),
        ("ou", "u"),
        ("oo", "u"),
    ),
    *(("ee", "i"), ("ya", "ia"), ("yu", "iu"), ("ye", "e"), ("yi", "i")),
)
_DOUBLED = re.compile(r"(.)\1+")
_NOT_SOUND = re.compile(r"[^a-z0-9]+")
_SOFT_C = re.compile(r"c(?=[eiy])")
_VOWELS = re.compile(r"[aeiou]+")
_LATIN = re.compile(r"[a-z]+")


def fold(text: str) -> str:
    """Sounds and digits with single spaces between words."""
    plain = unicodedata.normalize("NFKD", text.lower())
    lower = _LATIN.sub(lambda word: _english(word[0]), plain)
    return _NOT_SOUND.sub(" ", _DOUBLED.sub(_once, lower.translate(_SOUNDS))).strip()


def skeleton(folded_word: str) -> str:
    """The first four consonants of a folded word: what is left of a name after cases and spellings.

    Empty below three; two consonants are anybody's.
    """
    initial = "a" if folded_word[:1] in set("aeiou") else ""
    consonants = _VOWELS.sub("", folded_word)
    return initial + consonants[:4] if len(consonants) >= 3 else ""


def _once(repeated: re.Match[str]) -> str:
    return repeated[0] if repeated[1].isdigit() else repeated[1]


@lru_cache(maxsize=65_536)
def _english(word: str) -> str:
    # Placeholders are capitals, as the word is lower case: c and q are about to be read as k.
    for spelling, sound in _ENGLISH:
        if spelling in word:
            word = word.replace(spelling, sound.upper())
    word = _SOFT_C.sub("s", word).replace("c", "k").replace("q", "k").replace("w", "v").replace("j", "dj")
    return word.lower()
