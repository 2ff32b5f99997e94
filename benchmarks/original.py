"""Measure what tells the original of a story from its translations: `python benchmarks/original.py`.

The stories of ../shared/data/pairs say which language they were written in; that is the gold, and no text has
a note of it. Each sign below names one language of a story, or none. A sign is worth taking from a precision
of .97 on: `stories.original_language` is published. Bylines and links are not in these texts, and all are
translated line by line; newsrooms shorten, so the last sign is measured on shortened translations too.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pairing import wilson
from benchmarks.pairing_sets import DATA
from pipelines.similarity.background import shipped_lengths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Story = Mapping[str, str]
    """Texts of a story by language."""
    Sign = Callable[[Story], str | None]

WORTH = 0.97
_QUOTED = re.compile(r"[«“„\"]([^«»“”„\"]{3,400})[»”“\"]")
_LATIN = re.compile(r"\b[a-z]{3,}\b")
_CYRILLIC = re.compile(r"[а-яєіїґё]{3,}")
_IMPERIAL = re.compile(
    r"\b(?:miles?|feet|foot|inch(?:es)?|pounds?|acres?|gallons?|fahrenheit|ounces?)\b", re.IGNORECASE
)
_METRIC = re.compile(
    r"\b(?:kilomet|met(?:re|er)s?\b|kilogram|hectare|lit(?:re|er)s?\b|celsius)", re.IGNORECASE
)
_ENOUGH = 0.1
"""Share by which the least must differ from the next one."""


def least(measures: Mapping[str, float]) -> str | None:
    """Name the language with the least, if it is a tenth less than the next one."""
    (own, language), (other, _) = sorted((x, code) for code, x in measures.items())[:2]
    return language if own < (1 - _ENOUGH) * other else None


def shortest(story: Story) -> str | None:
    """Translations are longer, beside how long the languages are."""
    to_uk = {"uk": 0.0, "ru": shipped_lengths()["uk-ru"], "en": shipped_lengths()["uk-en"]}
    return least({code: len(text) * 2.718281828 ** to_uk[code] for code, text in story.items()})


def most_quoted(story: Story) -> str | None:
    """Who had the speech in its own language quotes more of it."""
    quoted = {code: sum(map(len, _QUOTED.findall(text))) / max(1, len(text)) for code, text in story.items()}
    (own, language), (other, _) = sorted(((x, code) for code, x in quoted.items()), reverse=True)[:2]
    return language if own * (1 - _ENOUGH) > other else None


def fewest_explained(story: Story) -> str | None:
    """Translators explain in brackets."""
    return least({code: text.count("(") + text.count("[") for code, text in story.items()})


def foreign_words(story: Story) -> str | None:
    """Words of the original are left standing: two or more in small letters, of the other script."""
    left = any(len(_LATIN.findall(text)) >= 2 for code, text in story.items() if code != "en")
    cyrillic = [code for code in story if code != "en"]
    if "en" in story and left:
        return "en"
    if "en" in story and len(_CYRILLIC.findall(story["en"])) >= 2 and len(cyrillic) == 1:
        return cyrillic[0]
    return None


def imperial(story: Story) -> str | None:
    """Miles and pounds, and nothing metric."""
    text = story.get("en", "")
    return "en" if _IMPERIAL.search(text) and not _METRIC.search(text) else None


def shortened(text: str) -> str:
    """Leave out each seventh sentence, as a desk does that has little room."""
    return " ".join(x for n, x in enumerate(re.split(r"(?<=[.!?…])\s+", text)) if n % 7 != 6)


SIGNS: Mapping[str, Sign] = {
    "shortest, by a tenth": shortest,
    "quotes most, by a tenth": most_quoted,
    "explains least in brackets": fewest_explained,
    "words of the other script left": foreign_words,
    "miles and pounds alone": imperial,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    if not arguments.data.is_file():
        parser.error(f"{arguments.data} is missing: --data names a file of stories in several languages")
    stories: dict[str, dict[str, str]] = defaultdict(dict)
    gold: dict[str, str] = {}
    for row in map(json.loads, arguments.data.read_text("utf-8").splitlines()):
        stories[row["story_id"]][row["lang"]] = f"{row['title']}\n{row['text']}"
        gold[row["story_id"]] = row["orig_lang"]
    asked = {key: story for key, story in stories.items() if len(story) > 1 and gold[key] in story}
    table = Table("sign", "says", "stories", "right", "precision", "from", "worth")
    cut = {key: {code: x if code == gold[key] else shortened(x) for code, x in story.items()}
           for key, story in asked.items()}  # fmt: skip
    whole = [(name, sign, asked) for name, sign in SIGNS.items()]
    for name, sign, told in (
        *whole,
        ("shortest, of translations without each seventh sentence", shortest, cut),
    ):
        said, right = Counter[str](), Counter[str]()
        for key, story in told.items():
            if (language := sign(story)) is not None:
                said[language] += 1
                right[language] += language == gold[key]
        for language, count in sorted(said.items()):
            share, low = right[language] / count, wilson(right[language], count)
            taken = "yes" if share >= WORTH else "no"
            table.add_row(
                name, language, str(count), str(right[language]), f"{share:.3f}", f"{low:.3f}", taken
            )
    table.caption = f"{len(asked)} stories; `from` is the lower end of the 95 % interval (Wilson)."
    Console(width=110).print(table)
    print("written in:", dict(Counter(gold[key] for key in asked)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
