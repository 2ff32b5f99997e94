"""Features: how much of a paragraph the other text says anywhere, and whether it has room for it.

What two texts of one story have in common says little: all their paragraphs have it. So what a paragraph of
the other text shares with its own partner does not count among the "rest".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.paragraph_runs import Weighed
from pipelines.alignment.paragraphs import Paragraphs
from pipelines.alignment.signals import Columns

Matrix = NDArray[np.floating]
Link = tuple[tuple[int, ...], tuple[int, ...]]

CONTENT_NAMES = (
    *("meanings", "meanings had", "meanings of one", "meanings of the rest", "meanings of one rest"),
    *("anchors", "anchors of one", "anchors of the rest", "anchors of one rest"),
    *("numbers lacked", "names lacked", "grams"),
    *("usual meanings", "usual anchors", "usual grams"),
    *("room in its gap", "room", "room beside links", "uk-ru"),
    *("meanings against", "rest against", "anchors against"),
)
_NOTHING = -0.2
"""Share where a paragraph has nothing of what is shared."""
_LETTERS = 30.0
"""Letters that are added to both sides of a ratio, so that short paragraphs give no large ones."""
_NO_ROOM = -4.0
_USUAL_MEANINGS, _USUAL_ANCHORS, _USUAL_GRAMS = 0.3, 0.5, 0.1
"""Values where no link is sure."""


@dataclass(frozen=True, slots=True)
class _Shares:
    """Weights of one kind of property of each paragraph outside of links, in the other text."""

    total: Matrix
    anywhere: Matrix
    most: Matrix
    """In the paragraph of the other text that has the most."""
    rest: Matrix
    most_rest: Matrix
    """The same without what a paragraph there has in common with its partner."""

    def of(self, weights: Matrix) -> Matrix:
        return _share(weights, self.total)


@dataclass(frozen=True, slots=True)
class _View:
    """Two texts as seen from one of them; links are its own paragraphs and the partners."""

    text: Paragraphs
    opposite: Paragraphs
    in_common: tuple[Columns, Columns]
    grams: Matrix
    letters: Matrix
    opposite_letters: Matrix
    in_order: Sequence[Link]
    links: Sequence[Link]


def contents(texts: Weighed, in_order: Sequence[Link], out_of_order: Sequence[Link]) -> tuple[Matrix, Matrix]:
    """Return CONTENT_NAMES of each paragraph of a and of b outside of these sure links, 0 for the rest."""
    compared, n, m = texts.compared, texts.n, texts.m
    a, b = compared.text_a, compared.text_b
    norms = a.signals[0].norms[:n, None] * b.signals[0].norms[None, :m]
    grams = compared.products[0] / np.maximum(norms, 1e-9)
    links = [*in_order, *out_of_order]
    letters_a, letters_b = texts.letters
    anchors, meanings = compared.in_common
    turned = anchors[::-1], meanings[::-1]
    return (
        _columns(_View(a, b, compared.in_common, grams, letters_a, letters_b, in_order, links)),
        _columns(_View(b, a, turned, grams.T, letters_b, letters_a, _turned(in_order), _turned(links))),
    )


def _turned(links: Sequence[Link]) -> list[Link]:
    turned: list[Link] = []
    for a, b in links:
        turned.append((b, a))
    return turned


def _columns(view: _View) -> Matrix:
    is_linked = np.zeros(len(view.letters), dtype=bool)
    for paragraphs, _ in view.links:
        is_linked[list(paragraphs)] = True
    places = np.flatnonzero(~is_linked).tolist()
    columns = np.zeros((len(view.letters), len(CONTENT_NAMES)))
    if places:
        columns[places] = _rows(view, places)
    return columns


def _rows(view: _View, places: list[int]) -> Matrix:
    """Return CONTENT_NAMES of these paragraphs, which no link has."""
    anchors, meanings = _shares(view, places, 1), _shares(view, places, 2)
    usual_meanings, usual_anchors, usual_grams = _usual(view)
    best, best_rest = meanings.of(meanings.most), meanings.of(meanings.most_rest)
    best_anchors = anchors.of(anchors.most)
    numbers, names = _lacked(view, places)
    in_gap, anywhere, beside = _room(view)
    languages = {view.text.language, view.opposite.language}
    every = np.ones(len(places))
    columns = (
        np.log1p(meanings.total),
        meanings.of(meanings.anywhere),
        best,
        meanings.of(meanings.rest),
        best_rest,
        np.log1p(anchors.total),
        best_anchors,
        np.log1p(anchors.rest),
        anchors.of(anchors.most_rest),
        np.log1p(numbers),
        np.log1p(names),
        view.grams[places].max(axis=1, initial=0),
        every * usual_meanings,
        every * usual_anchors,
        every * usual_grams,
        in_gap[places],
        anywhere[places],
        beside[places],
        every * (languages == {"uk", "ru"}),
        _against(meanings.total, best, usual_meanings),
        _against(meanings.total, best_rest, usual_meanings),
        _against(anchors.total, best_anchors, usual_anchors),
    )
    return np.column_stack(columns)


def _usual(view: _View) -> tuple[float, float, float]:
    """Return what links of two paragraphs have in common in the mean: meanings, anchors and n-grams."""
    singles: list[tuple[int, int]] = []
    for a, b in view.links:
        if len(a) == len(b) == 1:
            singles.append((a[0], b[0]))
    rows, partners = np.array(singles, dtype=np.intp).reshape(-1, 2).T
    signal, opposite = view.text.signals[2], view.opposite.signals[2]
    columns, opposite_columns = view.in_common[1]
    has = opposite.weights[np.ix_(partners, opposite_columns)] > 0
    meanings = (signal.weights[np.ix_(rows, columns)] * has).sum(axis=1)
    anchors = view.text.signals[1]
    had = anchors.weights[np.ix_(rows, view.in_common[0][0])].sum(axis=1)
    return (
        _mean(_share(meanings, signal.weights[rows].sum(axis=1)), _USUAL_MEANINGS),
        _mean(_share(had, anchors.weights[rows].sum(axis=1)), _USUAL_ANCHORS),
        _mean(view.grams[rows, partners], _USUAL_GRAMS),
    )


def _share(weights: Matrix, total: Matrix) -> Matrix:
    return np.where(total > 0, weights / np.maximum(total, 1e-9), _NOTHING)


def _mean(shares: Matrix, usual: float) -> float:
    some = shares[shares >= 0]
    return float(some.mean()) if some.size else usual


def _shares(view: _View, places: list[int], kind: int) -> _Shares:
    signal, opposite = view.text.signals[kind], view.opposite.signals[kind]
    columns, opposite_columns = view.in_common[kind - 1]
    weights = signal.weights[places][:, columns]
    # most words are in none of these paragraphs
    some = weights.any(axis=0)
    weights, columns, opposite_columns = weights[:, some], columns[some], opposite_columns[some]
    is_own, has = signal.weights[:, columns] > 0, opposite.weights[:, opposite_columns] > 0
    rest = has.copy()
    for paragraphs, partners in view.links:
        rest[list(partners)] &= ~is_own[list(paragraphs)].any(axis=0)
    return _Shares(
        signal.weights[places].sum(axis=1),
        weights.sum(axis=1),
        (weights @ has.T.astype(np.float32)).max(axis=1, initial=0),
        weights @ rest.any(axis=0).astype(np.float32),
        (weights @ rest.T.astype(np.float32)).max(axis=1, initial=0),
    )


def _lacked(view: _View, places: list[int]) -> tuple[Matrix, Matrix]:
    """Count the numbers and the names of each paragraph that the other text has nowhere."""
    opposite_keys = set(view.opposite.signals[1].keys.tolist())
    numbers, names = np.zeros(len(places)), np.zeros(len(places))
    for row, place in enumerate(places):
        for key in set(map(attrgetter("key"), view.text.readings[place].anchors)) - opposite_keys:
            count = numbers if key[0].isdigit() else names
            count[row] += 1
    return numbers, names


def _room(view: _View) -> tuple[Matrix, Matrix, Matrix]:
    """Return the letters that a paragraph may have where it would stand, anywhere, and in links.

    That is what no sure link has, and what paragraphs are longer than their partners; logarithms to its own.
    """
    letters, opposite_letters = view.letters, view.opposite_letters
    is_free = np.ones(len(opposite_letters), dtype=bool)
    longer = 0.0
    for paragraphs, partners in view.links:
        is_free[list(partners)] = False
        longer += max(0.0, float(opposite_letters[list(partners)].sum() - letters[list(paragraphs)].sum()))
    sums = np.append(0.0, np.cumsum(np.where(is_free, opposite_letters, 0.0)))
    after, before = np.zeros(len(letters), dtype=np.intp), np.full(len(letters), len(opposite_letters))
    for paragraphs, partners in view.in_order:
        after[paragraphs[-1] + 1 :] = np.maximum(after[paragraphs[-1] + 1 :], partners[-1] + 1)
        before[: paragraphs[0]] = np.minimum(before[: paragraphs[0]], partners[0])
    in_gap = sums[np.maximum(before, after)] - sums[after]
    return (
        np.maximum(_ratio(in_gap, letters), _NO_ROOM),
        _ratio(sums[-1:], letters),
        _ratio(np.array([longer]), letters),
    )


def _ratio(opposite_letters: Matrix, letters: Matrix) -> Matrix:
    return np.asarray(np.log((opposite_letters + _LETTERS) / (letters + _LETTERS)))


def _against(weights: Matrix, shares: Matrix, usual: float) -> Matrix:
    """Return how much a share of a paragraph's weights speaks against a partner, which has the usual one."""
    had, expected = np.clip(shares, 0.02, 0.98), min(max(usual, 0.1), 0.9)
    apart = had * np.log(had / expected) + (1 - had) * np.log((1 - had) / (1 - expected))
    signed = weights * np.where(had < expected, apart, -apart)
    return np.asarray(np.sign(signed) * np.log1p(np.abs(signed)))
