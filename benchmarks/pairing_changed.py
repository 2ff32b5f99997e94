"""Texts with changed figures, reports of another day, and dates; used by benchmarks/pairing_sets.py.

`changed` alters one figure in ten of the second text (one at least), each wherever it stands, as a desk does
that puts 23 wounded in place of 32. `converted` tells lengths, weights and areas of the second text in other
units. Both stay one story. `another day` has of a text that reports figures every figure otherwise, in the
headline too, and comes one to three days before or after.
"""

import random
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

CHANGED = ("changed", "converted", "another day")
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
MINUTES = 14 * 1_440
"""The stories are of two weeks."""
SOON, HOURS, LATEST = 0.8, 6.0, 90.0
"""Share of translations that follow soon, their mean lag, and the longest lag of the rest."""
_REPORT_FIGURES, _REPORT_LETTERS = 4, 200
"""Figures that a report has at least, and the most letters for each."""
_FIGURE = re.compile(r"(?<![\d.,:/])\d+(?:[.,]\d+)?(?![\d/:]|[.,]\d)")
_UNIT = re.compile(
    r"(?P<value>\d+(?:[.,]\d+)?)(?P<gap>[\s\u00a0-]?)"
    r"(?P<unit>kilomet(?:er|re)s?|km|miles?|met(?:er|re)s?|feet|kilograms?|kg|pounds?|°C|hectares?|acres?"
    r"|кілометр\w*|километр\w*|км|миль|милі|мили|метр\w*|фут\w*|кілограм\w*|килограмм\w*|кг|°С|гектар\w*|га)\b"
)
_OTHER = tomllib.loads(Path(__file__).parent.joinpath("data/units.toml").read_text("utf-8"))["units"]
_LANGUAGES = ("uk", "ru", "en")


def changed(title: str, text: str, seed: str) -> tuple[str, str]:
    """Alter one figure in ten, each wherever it stands."""
    rng = random.Random(f"{seed} changed")
    figures = sorted({x[0] for x in _FIGURE.finditer(f"{title}\n{text}") if len(x[0]) > 1})
    wrong = {x: _another(x, rng) for x in rng.sample(figures, min(len(figures), 1 + len(figures) // 10))}
    return _replaced(title, wrong.get), _replaced(text, wrong.get)


def altered(title: str, text: str, change: str, language: str, seed: str) -> tuple[str, str]:
    """Return headline and text altered in one of the ways of CHANGED, or as they are."""
    if change == "changed":
        return changed(title, text, seed)
    if change == "converted":
        return converted(title, text, language)
    if change == "another day":
        rng = random.Random(f"{seed} another day")
        figures = {x[0] for x in _FIGURE.finditer(f"{title}\n{text}") if x[0] != "0"}
        others = {x: _another(x, rng) for x in sorted(figures)}
        return _replaced(title, others.get), _replaced(text, others.get)
    return title, text


def reports_figures(text: str) -> bool:
    """Tell if a text has as many figures as a daily report."""
    figures = {x[0] for x in _FIGURE.finditer(text) if len(x[0]) > 1}
    return len(figures) >= _REPORT_FIGURES and len(text) <= _REPORT_LETTERS * len(figures)


def published(change: str, story_id: str, doc_id: str) -> datetime:
    """Return when an original (`full`), a translation or the report of another day came out."""
    at = FIRST + timedelta(minutes=random.Random(story_id).randrange(MINUTES))
    rng = random.Random(f"{change} {doc_id}")
    if change == "full":
        return at
    if change == "another day":
        return at + timedelta(days=rng.choice((-1, 1, 1, 2, 3)), minutes=rng.randrange(-60, 60))
    return at + lag(rng)


def lag(rng: random.Random) -> timedelta:
    """Draw how long after its original a translation comes out."""
    return timedelta(hours=rng.expovariate(1 / HOURS) if rng.random() < SOON else rng.uniform(0, LATEST))


def _another(figure: str, rng: random.Random) -> str:
    """Return a figure of the same form that differs by a tenth at least."""
    if re.fullmatch("[0.,]*", figure):
        return f"1{figure[1:]}"
    while True:
        digits = [rng.choice("123456789") if x.isdigit() else x for x in figure]
        value, before = (float(x.replace(",", ".")) for x in ("".join(digits), figure))
        if abs(value - before) > 0.1 * max(value, before):
            return "".join(digits)


def _replaced(text: str, by: Callable[[str], str | None]) -> str:
    return _FIGURE.sub(lambda x: by(x[0]) or x[0], text)


def converted(title: str, text: str, language: str) -> tuple[str, str]:
    """Tell lengths, weights and areas in other units."""
    column = _LANGUAGES.index(language)

    def other(match: re.Match[str]) -> str:
        for pattern, factor, names in _OTHER:
            if re.match(pattern, match["unit"]):
                value = float(match["value"].replace(",", ".")) * factor
                return f"{value:.0f} {names[column]}" if value >= 10 else f"{value:.1f} {names[column]}"
        return match[0]

    return _UNIT.sub(other, title), _UNIT.sub(other, text)
