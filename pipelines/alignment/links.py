"""Links between paragraphs of two variants that say the same: first in order, then out of order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipelines.alignment.path import best_path
from pipelines.alignment.signals import features
from pipelines.alignment.weights import shipped_weighting
from pipelines.similarity.background import shipped_lengths
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.alignment.paragraphs import Paragraphs
    from pipelines.alignment.weights import Weighting

    Matrix = NDArray[np.float32]

Kind = Literal["aligned", "moved"]


@dataclass(frozen=True, slots=True)
class ParagraphLink:
    """Linked paragraphs, by their place among those compared, and the probability that they say the same."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    kind: Kind
    probability: float


def find_links(one: Paragraphs, other: Paragraphs, weighting: Weighting | None = None) -> list[ParagraphLink]:
    """Return the links in the order of `one`; each paragraph is in at most one."""
    if LANGUAGES.index(one.language) > LANGUAGES.index(other.language):
        turned = find_links(other, one, weighting)
        return sorted((ParagraphLink(x.b, x.a, x.kind, x.probability) for x in turned), key=lambda x: x.a)
    expected = shipped_lengths()[f"{one.language}-{other.language}"]
    weighting = weighting or shipped_weighting()
    return linked(weighting.logits(features(one, other, expected)), one.singles, other.singles, weighting)


def linked(logits: Matrix, n: int, m: int, weighting: Weighting) -> list[ParagraphLink]:
    """Find links from the log-odds of all units; the first n rows and m columns are single paragraphs."""
    single, double = weighting.in_order
    by_size = logits[:n, :m] + single, logits[n:, :m] + double, logits[:n, m:] + double
    found = []
    for i, down, j, right in best_path(*by_size):
        gain = by_size[1 if down == 2 else 2 if right == 2 else 0][i, j]
        found.append(
            ParagraphLink(
                tuple(range(i, i + down)), tuple(range(j, j + right)), "aligned", _probability(gain)
            )
        )
    return sorted([*found, *_moved(logits[:n, :m], found, weighting.elsewhere)], key=lambda x: x.a)


def _moved(logits: Matrix, found: list[ParagraphLink], least: float) -> list[ParagraphLink]:
    """Link paragraphs that are still free, the likeliest first."""
    free = logits.copy()
    free[[i for x in found for i in x.a], :] = -np.inf
    free[:, [j for x in found for j in x.b]] = -np.inf
    moved = []
    while free.size and (best := int(free.argmax())) >= 0:
        i, j = divmod(best, free.shape[1])
        if free[i, j] < least:
            break
        moved.append(ParagraphLink((i,), (j,), "moved", _probability(free[i, j])))
        free[i, :] = -np.inf
        free[:, j] = -np.inf
    return moved


def _probability(logit: np.float32) -> float:
    return round(float(1 / (1 + np.exp(-logit))), 4)
