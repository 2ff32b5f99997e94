"""The shortlist: candidates that are each other's best, whose passages are worth comparing."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.pairing.content.candidates import Compared, lags
from pipelines.pairing.content.features import (
    NAMES,
    Expected,
    checkable,
    features,
    headline_said,
    weight_of_shared,
    weight_of_words,
)
from pipelines.pairing.content.figures import FIGURES, digits_in_common, hours_contrary
from pipelines.pairing.content.passages import AGREEMENT, Agreement
from pipelines.pairing.content.rarity import Pool
from pipelines.pairing.content.rival_names import names_contrary
from pipelines.pairing.content.tiers import OTHER_DAY, SHORT, WORDS_OF_A_NAME, Evidence
from pipelines.pairing.content.traces import Rare
from pipelines.similarity.document import ArticleReading, Trace

WORTH = 0.005
"""Probability from which the passages are compared."""
_ROUNDS = 20
_COLUMNS = [NAMES.index(name) for name in FIGURES]
_ALIKE, _OTHERWISE = FIGURES.index("counted alike"), FIGURES.index("counted otherwise")
_PLACES_CONTRARY = FIGURES.index("places contrary")
SIGNALS = (
    *("own", "over rival", "over all others", "one to one", "short"),
    *AGREEMENT,
    *("another day", "places alone", "weight of shared anchors", "weight of shared words"),
    *("headline said", "third agrees", "third differs"),
    *FIGURES,
    "constant",
)
"""What the calibration of a pair takes in; see `Candidate.signals`."""
_THIRD = SIGNALS.index("third agrees")


@dataclass(frozen=True, slots=True)
class Block:
    """Two pools with their candidate pairs, not yet weighed."""

    pool_a: Pool
    pool_b: Pool
    pairs: list[tuple[int, int]]
    rows: NDArray[np.float64]
    """Features, a row for each pair."""
    lag: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    """Whether the dates of each pair allow it."""
    required: set[tuple[int, int]]

    @classmethod
    def of(
        cls,
        pool_a: Pool,
        pool_b: Pool,
        expected: Mapping[str, Expected],
        requested: set[tuple[str, str]] = frozenset(),  # type: ignore[assignment]
        rare: Rare | None = None,
    ) -> "Block":
        languages = f"{pool_a.readings[0].document.language}-{pool_b.readings[0].document.language}"
        may_be, lag = lags(pool_a.readings, pool_b.readings)
        compared = Compared.of(pool_a, pool_b, may_be)
        required = _places(pool_a, pool_b, requested)
        if rare is not None:
            required |= {pair for pair in rare.pairs(pool_a.readings, pool_b.readings) if may_be[pair]}
        pairs = sorted({*compared.candidates(), *required})
        i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        rows = features(compared, pairs, expected[languages])
        return cls(pool_a, pool_b, pairs, rows, lag[i, j].astype(np.float64), may_be[i, j], required)

    def ids(self, n: int) -> tuple[str, str]:
        i, j = self.pairs[n]
        return self.pool_a.readings[i].document.article_id, self.pool_b.readings[j].document.article_id


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair whose passages are worth comparing."""

    pool_a: Pool
    i: int
    pool_b: Pool
    j: int
    likely: float
    """Probability before the passages are compared; so is the rival's."""
    rival: float
    rival_odds: float
    """Odds of all other candidates of either article together, where those of having no partner are 1."""
    assigned: float
    """Probability where every article has one partner at most, and so have its rivals' other candidates."""
    figures: tuple[float, ...]
    """Values of FIGURES."""
    mutual: bool
    is_required: bool
    traces: tuple[Trace, ...]

    @property
    def sides(self) -> tuple[ArticleReading, ArticleReading]:
        return self.pool_a.readings[self.i], self.pool_b.readings[self.j]

    @property
    def ids(self) -> tuple[str, str]:
        a, b = self.sides
        return a.document.article_id, b.document.article_id

    @property
    def apart(self) -> timedelta | None:
        """Time between the two publications; None if one is unknown."""
        at_a, at_b = (reading.document.at for reading in self.sides)
        return abs(at_a - at_b) if at_a is not None and at_b is not None else None

    @property
    def letters(self) -> int:
        return min(reading.letters for reading in self.sides)

    def evidence(self, agreed: Agreement) -> Evidence:
        """Return what a person can check, once the passages are compared."""
        anchors, places = checkable(self.pool_a, self.i, self.pool_b, self.j)
        return Evidence(
            self.letters,
            anchors + len(self.traces),
            places,
            self.apart,
            agreed,
            digits=digits_in_common(*self.sides),
            # things that both count have other numbers, and none has the same
            counted_otherwise=bool(self.figures[_OTHERWISE]) and not self.figures[_ALIKE],
            hours_contrary=hours_contrary(*self.sides),
            places_contrary=bool(self.figures[_PLACES_CONTRARY]),
            words=weight_of_words(self.pool_a, self.i, self.pool_b, self.j),
            names_contrary=names_contrary(*self.sides),
        )

    def signals(self, evidence: Evidence, third: tuple[float, float]) -> tuple[float, ...]:
        """Return the values of SIGNALS.

        They are the pair's own logit, its lead over its rival and over all others with nobody among them,
        shortness, the passages, how far apart short ones are, if only places are in common, the weights of
        shared anchors and words, how much of the headlines is in the other text, what the third language
        says, and figures.
        """
        log_odds = logit(self.likely)
        # traces make no text likelier
        names = evidence.names - len(self.traces)
        return (
            log_odds,
            min(log_odds - logit(self.rival), 6.0),
            log_odds - math.log1p(self.rival_odds),
            logit(self.assigned),
            1.0 / math.log(max(self.letters, 50)),
            *evidence.agreement.signals(),
            self._another_day(names, evidence.words),
            float(evidence.places > 0 and not names),
            math.log1p(weight_of_shared(self.pool_a, self.i, self.pool_b, self.j)),
            math.log1p(evidence.words),
            headline_said(self.pool_a, self.i, self.pool_b, self.j),
            *third,
            *self.figures,
            1.0,
        )

    def _another_day(self, names: int, words: float) -> float:
        """Return 0 for two articles of one time or long ones, up to 1 for short ones of two days.

        A translation of a short text comes soon; the next report of its kind has the same words. The more
        names and rare words are in common, the less the lag says.
        """
        if self.apart is None:
            return 0.0
        short_and_apart = max(0.0, 1 - self.letters / SHORT) * min(self.apart / OTHER_DAY, 1.0)
        return short_and_apart / (1 + names + words / WORDS_OF_A_NAME)


def without_third(signals: tuple[float, ...]) -> tuple[float, ...]:
    """Return the values of SIGNALS as if there were no third language."""
    return (*signals[:_THIRD], 0.0, 0.0, *signals[_THIRD + 2 :])


class Thirds:
    """Likely partners of each article in each other language, before passages are compared."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, dict[str, float]]] = {}

    def add(self, block: Block, likely: NDArray[np.float64]) -> None:
        a, b = (side.readings[0].document.language for side in (block.pool_a, block.pool_b))
        for n in np.flatnonzero(likely >= WORTH).tolist():
            a_id, b_id = block.ids(n)
            self._of.setdefault(a_id, {}).setdefault(b, {})[b_id] = float(likely[n])
            self._of.setdefault(b_id, {}).setdefault(a, {})[a_id] = float(likely[n])

    def between(self, a_id: str, b_id: str) -> tuple[float, float]:
        """Return how likely one article in a third language is the partner of both, and two different ones.

        Both are 0 where there is no third language.
        """
        likely_a, likely_b = self._of.get(a_id, {}), self._of.get(b_id, {})
        agrees = differs = 0.0
        for language in likely_a.keys() & likely_b.keys():
            of_a, of_b = likely_a[language], likely_b[language]
            agrees = max([agrees, *(min(of_a[c], of_b[c]) for c in of_a.keys() & of_b.keys())])
            best_a, best_b = (max(of, key=lambda c: (of[c], c)) for of in (of_a, of_b))
            if best_a != best_b:
                differs = max(differs, min(of_a[best_a], of_b[best_b]))
        return agrees, differs


def shortlist(
    block: Block,
    likely: NDArray[np.float64],
    rare: Rare | None = None,
    *,
    due: Callable[[str, str], bool] = lambda _a, _b: True,
) -> Iterator[Candidate]:
    """Yield the pairs that are each other's likeliest, and those that were asked for."""
    if not block.pairs:
        return
    pairs, (i_of, j_of) = block.pairs, np.array(block.pairs).T
    odds = likely / np.maximum(1 - likely, 1e-6)
    assigned = one_to_one(i_of, j_of, odds)
    best_of_a, best_of_b = _ranked(i_of, likely), _ranked(j_of, likely)
    of_a, of_b = np.bincount(i_of, odds), np.bincount(j_of, odds)
    for n, (i, j) in enumerate(pairs):
        mutual = best_of_a[i][0] == n and best_of_b[j][0] == n
        ids = block.ids(n)
        if ((i, j) in block.required or (mutual and likely[n] >= WORTH)) and due(*ids):
            rivals = (k for k in (*best_of_a[i][:2], *best_of_b[j][:2]) if k != n)
            yield Candidate(
                block.pool_a,
                i,
                block.pool_b,
                j,
                float(likely[n]),
                max((float(likely[k]) for k in rivals), default=0.0),
                max(float(of_a[i] + of_b[j] - 2 * odds[n]), 0.0),
                float(assigned[n]),
                tuple(block.rows[n, _COLUMNS].tolist()),
                mutual,
                (i, j) in block.required,
                rare.shared(*ids) if rare is not None and block.allowed[n] else (),
            )


def one_to_one(a: NDArray[np.int64], b: NDArray[np.int64], odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each pair where an article has at most one partner.

    Belief propagation for matchings: a rival that has a likely partner of its own is hardly one. Having no
    partner has the odds 1.
    """
    of_a, of_b = np.ones(len(odds)), np.ones(len(odds))
    for _ in range(_ROUNDS):
        # odds that an article of a (b) is free for the pair, the others having said what they want
        said_a, said_b = odds * of_b, odds * of_a
        of_a, of_b = (
            1 / (1 + np.maximum(np.bincount(a, said_a)[a] - said_a, 0.0)),
            1 / (1 + np.maximum(np.bincount(b, said_b)[b] - said_b, 0.0)),
        )
    free = odds * of_a * of_b
    return np.asarray(free / (1 + free))


def story_by_story(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort candidates by story, so that few texts are kept in passages at once."""
    first: dict[str, int] = {}
    for number, candidate in enumerate(candidates):
        a, b = candidate.ids
        place = first.get(a, first.get(b, number))
        first.setdefault(a, place)
        first.setdefault(b, place)
    return sorted(candidates, key=lambda row: min(first[x] for x in row.ids))


def logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


def _places(pool_a: Pool, pool_b: Pool, requested: Iterable[tuple[str, str]]) -> set[tuple[int, int]]:
    """Return the index pairs of the wanted pairs that are in these two pools."""
    rows = {reading.document.article_id: i for i, reading in enumerate(pool_a.readings)}
    columns = {reading.document.article_id: j for j, reading in enumerate(pool_b.readings)}
    places = {(rows[a], columns[b]) for a, b in requested if a in rows and b in columns}
    return places | {(rows[b], columns[a]) for a, b in requested if b in rows and a in columns}


def _ranked(side: NDArray[np.int64], likely: NDArray[np.float64]) -> dict[int, list[int]]:
    """Return the candidates of each article of one side, the likeliest first."""
    ranked: dict[int, list[int]] = {}
    for n in np.argsort(-likely, kind="stable"):
        ranked.setdefault(int(side[n]), []).append(int(n))
    return ranked
