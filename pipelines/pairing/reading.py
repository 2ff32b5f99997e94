"""An article as content scoring sees it: n-grams of its sounds, and its numbers and names in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.pairing.folding import fold, skeleton
from pipelines.pairing.lexicon import meanings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray

_READ = 20_000
"""Characters of an article that count; a long read says which story it is well before its end."""
_NUMBER = r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_MONTHS = (
    "січня января january jan", "лютого февраля february feb", "березня марта march mar",
    "квітня апреля april apr", "травня мая may", "червня июня june jun", "липня июля july jul",
    "серпня августа august aug", "вересня сентября september sep sept", "жовтня октября october oct",
    "листопада ноября november nov", "грудня декабря december dec",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_DATE = (
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:-?го)?[ \u00a0](?:of )?(?P<month>{_NAMES})\b"
    rf"|\b(?P<month_first>{_NAMES})\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]?\d)"
)
_TOKEN = re.compile(
    rf"(?P<date>{_DATE})|(?P<number>{_NUMBER})|(?P<word>[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*)"
    r"|(?P<end>[.!?…:\n«»“”\"])",
    re.IGNORECASE,
)
_SENTENCE_END = set('.!?…:\n«»“”"')


@dataclass(frozen=True, slots=True)
class Document:
    """What scoring needs of an article; `at` is when it was published, None where that is unknown."""

    article_id: str
    outlet: str
    language: str
    headline: str
    body: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A number, a date or a name: what survives translation. Equal keys are the same, in any script."""

    key: str
    text: str
    position: float
    """Where in the article it stands, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Reading:
    document: Document
    ngrams: NDArray[np.uint32]
    """Hashes of the distinct 3-, 4- and 5-grams, sorted."""
    counts: NDArray[np.float32]
    """How often each of them occurs."""
    meanings: dict[int, int]
    """How often each meaning of lexicon.txt occurs."""
    anchors: tuple[Anchor, ...]
    """In the order of the text."""
    letters: int


def read(document: Document) -> Reading:
    text = f"{document.headline}\n{document.body}"[:_READ]
    folded = fold(text)
    ngrams, counts = _ngrams(folded)
    return Reading(
        document,
        ngrams,
        counts,
        meanings(text, document.language),
        tuple(_anchors(text, document.language)),
        len(folded),
    )


def _ngrams(folded: str) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    letters = np.frombuffer(f" {folded} ".encode("ascii"), dtype=np.uint8).astype(np.uint64)
    hashes = []
    rolling = letters
    for n in range(2, 6):
        rolling = rolling[:-1] * np.uint64(1_000_003) + letters[n - 1 :]
        if n >= 3:
            # The product's high half is where all letters have had their say.
            hashes.append(((rolling * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)).astype(np.uint32))
    found, counts = np.unique(np.concatenate(hashes), return_counts=True)
    return found, counts.astype(np.float32)


def _anchors(text: str, language: str) -> Iterator[Anchor]:
    starts = True
    for token in _TOKEN.finditer(text):
        number, word, end = token["number"], token["word"], token["end"]
        position = token.start() / max(1, len(text))
        if token["date"]:
            month = _MONTH[(token["month"] or token["month_first"]).lower()]
            yield Anchor(f"{int(token['day'] or token['day_after'])}/{month}", token["date"], position)
        elif number:
            if digits := _digits(number):
                yield Anchor(digits, number, position)
        elif word:
            # The first word of a sentence is capital whether it is a name or not; a later mention will tell.
            foreign = language != "en" and word.isascii() and len(word) > 2
            if (word[0].isupper() and not starts) or foreign:
                for part in word.replace("’", "-").replace("'", "-").split("-"):
                    if sound := skeleton(fold(part)):
                        yield Anchor(sound, part, position)
        starts = bool(end) and end in _SENTENCE_END if end else False


def _digits(number: str) -> str:
    """1,000 and 1 000 and 1000 alike, 3.5 and 3,5 alike; empty for a single digit, which is anywhere."""
    whole = re.sub(r"[.,\u00a0\u202f ](?=\d{3}(?!\d))", "", number)
    plain = whole.replace(",", ".")
    return plain if len(plain) > 1 else ""
