"""Marks of opposites: a word of one text, instead of which the other one has its opposite.

A mark must be right: each sentence has one of the two words and not the other, and nothing that denies.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from archive.format.marks import Contradiction
from pipelines.alignment.marks.number_marks import LIKELY, Passage

Patterns = tuple[re.Pattern[str], re.Pattern[str]]

_TABLE = Path(__file__).parent / "opposites.toml"
_DENIES = re.compile(
    r"\bне\b|\bн[іи]\b|\bн[іи](?:хт|кт|що|чог|чег|кол|когд|де|куди|як|как)|\bне(?:має|мож|льз)|\bнет\b|\bбе[зс]\b|жодн|відмов"
    r"|отказ|\bnot?\b|n['’]t\b|\bnever\b|\bnone\b|\bneither\b|\bnor\b|\bwithout\b|fail|refus|нев|\bun[a-z]{4}",
    re.IGNORECASE,
)


@cache
def _opposites() -> tuple[tuple[re.Pattern[str], dict[str, Patterns]], ...]:
    """Read the pairs of words by language, each with a pattern of sentences that are left alone."""
    pairs = list[tuple[re.Pattern[str], dict[str, Patterns]]]()
    for row in tomllib.loads(_TABLE.read_text("utf-8"))["opposites"]:
        unless = re.compile(row.pop("unless", r"(?!)"), re.IGNORECASE)
        patterns = dict[str, Patterns]()
        for language, (word, opposite) in row.items():
            patterns[language] = _compiled(word), _compiled(opposite)
        pairs.append((unless, patterns))
    return tuple(pairs)


def _compiled(beginning: str) -> re.Pattern[str]:
    """Compile a pattern of whole words and of the number behind them."""
    return re.compile(
        rf"(?P<word>(?:{beginning})(?:[^\W\d]|['’ʼ])*)(?:\s?(?P<number>\d[\d.,]*))?", re.IGNORECASE
    )


def opposite_marks(a: Passage, b: Passage) -> Iterator[Contradiction]:
    """Yield the word of a sentence and its opposite of a sentence that says the same besides."""
    for unless, patterns in _opposites():
        if unless.search(a.text) or unless.search(b.text):
            continue
        words_a, words_b = patterns[a.language], patterns[b.language]
        for first, second in ((0, 1), (1, 0)):
            word = _only(a.text, words_a[first], words_a[second])
            opposite = _only(b.text, words_b[second], words_b[first])
            # more than 300, less than 300
            if word and opposite and len({word["number"], opposite["number"]} - {None}) < 2:
                yield Contradiction(word["word"].strip(), opposite["word"].strip(), "opposite", LIKELY)


def _only(text: str, word: re.Pattern[str], opposite: re.Pattern[str]) -> re.Match[str] | None:
    """Return the only word of its kind in a sentence that neither has its opposite nor denies anything."""
    matches = [*word.finditer(text)]
    if len(matches) != 1 or opposite.search(text):
        return None
    (match,) = matches
    return None if _DENIES.search(text[: match.start()] + text[match.end() :]) else match
