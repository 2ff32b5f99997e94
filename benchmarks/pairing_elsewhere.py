"""Measure pairing on texts it was not made for; used by benchmarks/pairing.py.

`--folds source`: weights fitted on all sources but one are measured on that one, so neither its stories
nor its kind of text has been seen. `--perturb`: full texts, the second of each pair altered as
benchmarks/pairing_perturbed.py says, and other shares of documents without partner.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from benchmarks.pairing_fit import cross_fit, fit_all
from benchmarks.pairing_perturbed import PERTURBED
from benchmarks.pairing_sets import SEEDS, draw, paragraphs, trial, trials
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.pairing_fit import Fitted
    from benchmarks.pairing_sets import Row, Trial
    from pipelines.pairing.content.weights import Weights

    Tested = list[tuple[Trial, Weights]]

SHARES = (0.0, 1 / 3, 2 / 3)


def source_of(row: Row) -> str:
    """By how its ids begin; the news of all years of WMT are one."""
    name = row.doc_id.partition(":")[0]
    return name if name in {"ntrex", "resistinua", "debian"} else "wmt"


def by_source(rows: list[Row], data: Path) -> Iterator[tuple[str, Tested]]:
    for source in sorted({source_of(row) for row in rows}):
        own = [row for row in rows if source_of(row) == source]
        others = [row for row in rows if source_of(row) != source]
        weights, known, _ = fit_all(others, cross_fit(others, data), paragraphs(data, others))
        yield source, [(each, weights) for each in trials(own, known)]


def altered(fitted: Fitted) -> Tested:
    """With weights of the other half, as the other tables have them."""
    return [
        (each, weights)
        for part, weights in zip(fitted.parts, fitted.weights, strict=True)
        for a, b in combinations(LANGUAGES, 2)
        for each in (
            *(_trial(part, a, b, seed, how, weights) for how in PERTURBED for seed in SEEDS),
            *(_shared(part, a, b, seed, alone, weights) for alone in SHARES for seed in SEEDS),
        )
    ]


def _trial(  # noqa: PLR0917
    part: list[Row], a: str, b: str, seed: int, how: str, weights: Weights, alone: float = 1 / 3
) -> Trial:
    return trial(draw(part, a, b, seed, alone), f"{a}-{b}", how, weights, ())


def _shared(part: list[Row], a: str, b: str, seed: int, alone: float, weights: Weights) -> Trial:  # noqa: PLR0917
    each = _trial(part, a, b, seed, "full", weights, alone)
    return replace(each, mode=f"{alone:.0%} alone")
