"""Features: the similarity of two articles, as numbers that fitted weights turn into a probability.

To find the partner is easy; to see that there is none is the work. So most features are the lead of a
candidate over the others of the same article.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.pairing.content.candidates import Compared
from pipelines.pairing.content.figures import FIGURES, Figures
from pipelines.pairing.content.rarity import Pool
from pipelines.similarity.document import ArticleReading, text_of
from pipelines.similarity.lexicon import meanings, words_of

SIGNALS = ("ngrams", "anchors", "meanings", "together")
_OF_EACH = ("", " over others of a", " over others of b", " over best other", " times best other")
FACTS = (
    *("numbers", "numbers only in a", "numbers only in b", "both have numbers"),
    *("shared numbers", "contrary numbers", "contrary numbers of all"),
    *FIGURES,
    *("order", "drift"),
)
"""Features of the two texts alone, whatever the others are."""
NAMES = (
    *(f"{signal}{how}" for signal in SIGNALS for how in _OF_EACH),
    *FACTS,
    *("length", "short", "short ngrams", "surprise of a", "surprise of b"),
)
_LEAST = 0.01
_FEW = 8
_SOME = 6
_RARE, _TOGETHER = 1.5, 6.0
"""Rarity from which a word is one that a person would look for: about one article in five has it. And that of
several words which together hardly another article has: about one in four hundred."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected values of a language pair."""

    length: float = 0.0
    """Logarithm of the length ratio, first language to second."""
    rivals: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    """Per signal: median similarity of an article to the nearest one that is no translation of it.

    It stands for missing rivals, so that a candidate without rivals is not taken for the best of many.
    """


def features(compared: Compared, pairs: Sequence[tuple[int, int]], expected: Expected) -> NDArray[np.float64]:
    """Return one row for each pair, with the columns of NAMES."""
    if not pairs:
        return np.empty((0, len(NAMES)))
    i, j = np.array(pairs).T
    columns: dict[str, NDArray[np.float64]] = {}
    for name, signal, rival in zip(SIGNALS, compared.signals, expected.rivals, strict=True):
        scores, masked = signal[i, j].astype(np.float64), signal * compared.allowed
        columns[name] = scores
        columns |= _leads(
            name, scores, _others(masked, i, scores, rival), _others(masked.T, j, scores, rival)
        )
    columns |= dict(zip(FACTS, _facts(compared.pool_a, compared.pool_b, pairs).T, strict=True))
    a, b = _letters(compared.pool_a)[i], _letters(compared.pool_b)[j]
    columns["length"] = np.abs(np.log((1 + a) / (1 + b)) - expected.length)
    columns["short"] = np.log(1 + np.minimum(a, b))
    columns["short ngrams"] = columns["short"] * columns["ngrams"]
    together, allowed, rival = compared.signals[-1], compared.allowed, expected.rivals[-1]
    columns["surprise of a"] = _surprise(together, allowed, i, columns["together"], rival)
    columns["surprise of b"] = _surprise(together.T, allowed.T, j, columns["together"], rival)
    return np.column_stack([columns[name] for name in NAMES])


def _letters(side: Pool) -> NDArray[np.float64]:
    return np.array([reading.letters for reading in side.readings], dtype=np.float64)


def _leads(
    name: str, scores: NDArray[np.float64], of_a: NDArray[np.float64], of_b: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the lead of a score over the four next best of either side, by the name of the feature."""
    best = np.maximum(of_a[:, 0], of_b[:, 0])
    return {
        f"{name} over others of a": scores - of_a.mean(axis=1),
        f"{name} over others of b": scores - of_b.mean(axis=1),
        f"{name} over best other": scores - best,
        f"{name} times best other": np.log((scores + _LEAST) / (best + _LEAST)),
    }


def _others(
    signal: NDArray[np.float32], rows: NDArray[np.int64], scores: NDArray[np.float64], rival: float
) -> NDArray[np.float64]:
    """Return the four best others in the row of each pair, best first; `rival` stands for missing ones."""
    five = np.partition(signal, -5, axis=1)[:, -5:] if signal.shape[1] > 5 else signal
    best = five.astype(np.float64)[rows]
    # the pair's own score is among the five, unless five others are better
    itself = np.argmax(best == scores[:, None], axis=1)
    is_best = best[np.arange(len(rows)), itself] == scores
    best[np.flatnonzero(is_best), itself[is_best]] = -1
    usual = np.tile(rival * np.array([1.0, 0.9, 0.8, 0.7]), (len(rows), 1))
    return np.sort(np.column_stack([best, usual]), axis=1)[:, ::-1][:, :4]


def _surprise(
    signal: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    rows: NDArray[np.int64],
    scores: NDArray[np.float64],
    rival: float,
) -> NDArray[np.float64]:
    """Return by how many standard deviations a score is above the best one of so many strangers.

    The best of many is high by chance alone, the more so among articles that are much alike. Where there are
    few, the usual similarity counts as _FEW more.
    """
    masked = signal * allowed
    count = allowed.sum(axis=1) + _FEW
    mean = (masked.sum(axis=1) + _FEW * rival / 3) / count
    square = ((masked * masked).sum(axis=1) + _FEW * 2 * (rival / 3) ** 2) / count
    spread = np.sqrt(np.maximum(square - mean * mean, 1e-4))
    expected = np.sqrt(2 * np.log(count))
    return np.asarray((scores - mean[rows]) / spread[rows] - expected[rows], dtype=np.float64)


def _facts(pool_a: Pool, pool_b: Pool, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    figures_a, figures_b = ([_figures(item) for item in side.anchors] for side in (pool_a, pool_b))
    once, once_other = ([_once(item) for item in side.readings] for side in (pool_a, pool_b))
    reports_a, reports_b = ([Figures.of(item) for item in side.readings] for side in (pool_a, pool_b))
    facts = []
    for i, j in pairs:
        numbers = _numbers(figures_a[i], figures_b[j])
        facts.append((*numbers, *reports_a[i].against(reports_b[j]), *_order(once[i], once_other[j])))
    return np.array(facts, dtype=np.float64)


def weight_of_shared(pool_a: Pool, i: int, pool_b: Pool, j: int) -> float:
    """Return the sum of the rarities of the anchors that both articles have."""
    shared = pool_a.anchors[i].keys() & pool_b.anchors[j].keys()
    return sum(sorted(min(pool_a.rarity[key], pool_b.rarity[key]) for key in shared))


def weight_of_words(pool_a: Pool, i: int, pool_b: Pool, j: int) -> float:
    """Return the sum of the rarities of the rarest words, by their meanings, that both articles have."""
    shared = pool_a.meanings[i].keys() & pool_b.meanings[j].keys()
    rarities = (min(pool_a.rarity_of_meanings[key], pool_b.rarity_of_meanings[key]) for key in shared)
    return sum(sorted((rarity for rarity in rarities if rarity >= _RARE), reverse=True)[:_SOME])


def headline_said(pool_a: Pool, i: int, pool_b: Pool, j: int) -> float:
    """Return the share of either headline that the other article has anywhere, by rarity; the lesser one.

    Headlines have what a story is about: of two events in one town, neither text has all of the other's
    headline. It is .5 where neither has a headline with a name, a number or a known word.
    """
    headline_a, headline_b = _headline(pool_a, i), _headline(pool_b, j)
    shares = [
        sum(value for key, value in headline.items() if key in keys) / sum(headline.values())
        for headline, keys in ((headline_a, _keys(pool_b, j)), (headline_b, _keys(pool_a, i)))
        if headline
    ]
    return min(shares, default=0.5)


def _headline(side: Pool, i: int) -> dict[str | int, float]:
    """Return the rarity of the anchors and meanings of a headline."""
    reading = side.readings[i]
    document = reading.document
    ends = (len(document.headline) + 0.5) / max(1, len(text_of(document)))
    anchors = (*reading.anchors, *reading.places, *reading.digits)
    rarity_of: dict[str | int, float] = {x.key: side.rarity[x.key] for x in anchors if x.position < ends}
    for key in meanings(document.headline, document.language):
        if key in reading.meanings:
            rarity_of[key] = side.rarity_of_meanings[key]
    return rarity_of


def _keys(side: Pool, i: int) -> set[str | int]:
    return {*side.anchors[i], *side.meanings[i]}


def checkable(pool_a: Pool, i: int, pool_b: Pool, j: int) -> tuple[int, int]:
    """Count the anchors that both articles have, and those of them that are known towns, regions or days.

    A digit counts once, whatever it may count, and so does a name in several forms, or that is a place too. A
    rounded number is an anchor as well. Where there are none, rare words are as good as one: two or more that
    together hardly another article has.
    """
    shared = pool_a.anchors[i].keys() & pool_b.anchors[j].keys()
    # `×5×480`: the digit stands between the signs
    numbers = {key[:2] if key[0] == "×" else key for key in shared if key[0] == "×" or key[0].isdigit()}
    names = _names(pool_a.readings[i], pool_b.readings[j], shared)
    count = len(numbers) + len(names)
    count += Figures.of(pool_a.readings[i]).rounded_in(Figures.of(pool_b.readings[j]))
    if not count:
        words = _rare_words(pool_a, i, pool_b, j)
        return int(len(words) >= 2 and sum(rarity for rarity, _ in words) >= _TOGETHER), 0
    days = sum(1 for key in numbers if "/" in key)
    return count, sum(names.values()) + days


def _names(
    reading_a: ArticleReading, reading_b: ArticleReading, shared: Collection[str]
) -> dict[frozenset[str], bool]:
    """Return the names that both articles have, each in the forms they print, and whether it is a place."""
    places = set[str]()
    printed = dict[str, set[str]]()
    for reading in (reading_a, reading_b):
        places.update(x.text for x in reading.places if x.key in shared)
        for anchor in (*reading.places, *reading.anchors):
            if anchor.key in shared and not anchor.key[0].isdigit():
                printed.setdefault(anchor.key, set()).add(anchor.text)
    names = dict[frozenset[str], bool]()
    for _, texts in sorted(printed.items()):
        same = [name for name in names if not texts.isdisjoint(name)]
        forms = texts.union(*same)
        for name in same:
            del names[name]
        names[frozenset(forms)] = not forms.isdisjoint(places)
    return names


def rare_words(pool_a: Pool, i: int, pool_b: Pool, j: int) -> tuple[tuple[str, str], ...]:
    """Return rare words that both articles have, as each prints them, the rarest first."""
    return tuple(words for _, words in _rare_words(pool_a, i, pool_b, j))


def _rare_words(pool_a: Pool, i: int, pool_b: Pool, j: int) -> list[tuple[float, tuple[str, str]]]:
    shared = pool_a.meanings[i].keys() & pool_b.meanings[j].keys()
    rarity = {key: min(pool_a.rarity_of_meanings[key], pool_b.rarity_of_meanings[key]) for key in shared}
    rarest = sorted((key for key in shared if rarity[key] >= _RARE), key=lambda key: (-rarity[key], key))
    words_a, words_b = (
        words_of(text_of(reading.document), reading.document.language, rarest)
        for reading in (pool_a.readings[i], pool_b.readings[j])
    )
    # a word may have several meanings: it counts once, on either side
    pairs, printed = list[tuple[float, tuple[str, str]]](), set[tuple[int, str]]()
    for key in rarest:
        if key in words_a and key in words_b:
            words = words_a[key], words_b[key]
            sides = {(side, word.lower()) for side, word in enumerate(words)}
            if printed.isdisjoint(sides):
                pairs.append((rarity[key], words))
                printed |= sides
    return pairs


def _figures(anchors: Mapping[str, float]) -> dict[str, float]:
    return {key: value for key, value in anchors.items() if key[0].isdigit()}


def _numbers(figures_a: Mapping[str, float], figures_b: Mapping[str, float]) -> tuple[float, ...]:
    """Compare the numbers of two articles.

    Returns their cosine; for each side the share that the other lacks; 1 if both have numbers; the count of
    shared ones; the count of contrary ones, those that each side has in place of another's; and the share of
    contrary ones. A daily report has the same text with other numbers, while a shortened text only lacks
    some.
    """
    if not figures_a or not figures_b:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    shared = len(figures_a.keys() & figures_b.keys())
    contrary = min(len(figures_a), len(figures_b)) - shared
    norm = math.sqrt(sum(v * v for v in figures_a.values()) * sum(v * v for v in figures_b.values()))
    return (
        sum(value * figures_b[key] for key, value in figures_a.items() if key in figures_b) / norm,
        sum(value for key, value in figures_a.items() if key not in figures_b) / sum(figures_a.values()),
        sum(value for key, value in figures_b.items() if key not in figures_a) / sum(figures_b.values()),
        1.0,
        math.log1p(shared),
        math.log1p(contrary),
        contrary / (contrary + shared + 1),
    )


def _order(a: Mapping[str, float], b: Mapping[str, float]) -> tuple[float, float]:
    """Return the share of shared anchors in the same order, and their mean distance, both from 0 to 1.

    Only anchors that occur once on each side count. With fewer than three of them, the result is a guess in
    the middle.
    """
    shared = a.keys() & b.keys()
    if len(shared) < 3:
        return 0.5, 0.3
    drift = sum(sorted(abs(a[key] - b[key]) for key in shared))
    return _in_order(a, b)[0] / len(shared), drift / len(shared)


def in_order(text_a: ArticleReading, text_b: ArticleReading) -> tuple[int, int]:
    """Return how many anchors stand in the same order, and how many occur once on each side."""
    return _in_order(_once(text_a), _once(text_b))


def _in_order(a: Mapping[str, float], b: Mapping[str, float]) -> tuple[int, int]:
    tails: list[float] = []
    shared = sorted(a.keys() & b.keys(), key=lambda key: (a[key], key))
    for key in shared:
        at = bisect_left(tails, b[key])
        tails[at : at + 1] = [b[key]]
    return len(tails), len(shared)


def _once(reading: ArticleReading) -> dict[str, float]:
    times = Counter(anchor.key for anchor in reading.anchors)
    return {anchor.key: anchor.position for anchor in reading.anchors if times[anchor.key] == 1}
