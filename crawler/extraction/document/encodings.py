"""The encoding that the letters of a page speak for, where its claim is missing or wrong.

A single-byte encoding decodes anything, so a wrong claim gives no error. It gives words that no language has:
`оПХБЕР`, `Ïðèâåò`, `ЏаЁўҐв`.
"""

import re
from itertools import pairwise

LABELS = {
    "koi8-ru": "koi8-u",
    "koi8-r": "koi8-u",
    "x-mac-ukrainian": "mac-cyrillic",
    "x-mac-cyrillic": "mac-cyrillic",
}
"""Labels of the WHATWG Encoding Standard that w3lib does not know, with Python's names.

KOI8-U is KOI8-R with eight Ukrainian letters in place of parts of boxes, and pages call it so.
"""
_CYRILLIC = ("cp1251", "koi8-u", "cp866", "iso8859-5")
_SINGLE_BYTE = re.compile(r"cp(?:125\d|866)|koi8|iso8859|latin")
_BYTES_READ = 200_000
_MOST_RUNS = 2_000
_FEWEST_PAIRS = 20
_RIGHT = 0.75
_BETTER = 0.08
"""How much better than its claim another encoding must read a page."""
_COMMON = frozenset("оаеиінтсрвлкмдпуязьбы")
"""Nine of ten letters of a Ukrainian, Russian or Bulgarian text."""

_TYPOGRAPHY = "\u00a0«»„“”‘’‚–—…№©®•·°§"
_RUN = re.compile("[A-Za-z\u0080-\uffff]+")
_SEPARATOR = re.compile(f"[{_TYPOGRAPHY}]+")
_TAG = re.compile(rb"<(script|style)\b.*?</\1|<[^>]*>", re.DOTALL | re.IGNORECASE)


def by_letters(body: bytes, claim: str | None) -> str | None:
    """Return the Cyrillic encoding that reads the text clearly better than the claimed one, or None.

    `claim`: Python's name, None without a claim. A claim of several bytes a letter is never disputed here:
    its decoder has already accepted the bytes.
    """
    if claim is not None and not _SINGLE_BYTE.match(claim):
        return None
    text = _TAG.sub(b" ", body[:_BYTES_READ])
    if text.isascii():
        return None
    claimed_score = None if claim is None else plausibility(text.decode(claim, "replace"))
    if claim is not None and claimed_score is None:
        return None
    to_beat = max(_RIGHT, (claimed_score or 0) + _BETTER)
    best = None
    for encoding in _CYRILLIC:
        score = plausibility(text.decode(encoding, "replace"))
        if encoding != claim and score is not None and score > to_beat:
            best, to_beat = encoding, score
    return best


def plausibility(text: str) -> float | None:
    """Return the share of neighbouring letters that words have, of those with a letter outside ASCII.

    None if the text has too few.
    """
    points = 0.0
    pairs = 0
    for number, match in enumerate(_RUN.finditer(_SEPARATOR.sub(" ", text))):
        if number > _MOST_RUNS:
            break
        run = match[0]
        if run.isascii():
            continue
        for first, second in pairwise(run):
            if not (first.isascii() and second.isascii()):
                pairs += 1
                points += _points(first, second)
    return points / pairs if pairs >= _FEWEST_PAIRS else None


def _points(first: str, second: str) -> float:
    if not (first.isalpha() and second.isalpha()):
        return 0
    if _is_latin(first) or _is_latin(second):
        # é beside ASCII is French; two of them side by side are Cyrillic read as Latin
        return float(first.isascii() or second.isascii()) if _is_latin(first) == _is_latin(second) else 0
    if second.isupper() and not first.isupper():
        return 0
    points = 0.8 if second.isupper() else 1.0
    if "\u0400" <= first <= "\u04ff":
        points *= ((first.lower() in _COMMON) + (second.lower() in _COMMON)) / 2
    return points


def _is_latin(letter: str) -> bool:
    return letter < "\u0250"
