"""Fit pairing weights on stories, corrected on stories they have not seen; used by benchmarks/pairing.py."""

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.invented_news import NewsText, part_by_hash, pools
from benchmarks.pairing_changed import lag
from benchmarks.pairing_sets import (
    SEEDS,
    Known,
    Row,
    Trial,
    changed_trials,
    know,
    paragraphs,
    removed,
    slim,
    trials,
)
from pipelines.alignment.weights import Weighting, shipped_weighting
from pipelines.pairing.content.features import NAMES
from pipelines.pairing.content.passages import Agreement, Passages
from pipelines.pairing.content.rarity import pool
from pipelines.pairing.content.shortlist import SIGNALS, Block, Candidate, Thirds, shortlist, without_third
from pipelines.pairing.content.tiers import Evidence, Tier
from pipelines.pairing.content.weights import CROSSED, FILE, Weights, crossed
from pipelines.similarity.background import FILE as BACKGROUND
from pipelines.similarity.background import LENGTHS_FILE, Background, shipped_background
from pipelines.similarity.document import ArticleReading, Document, read
from pipelines.similarity.lexicon import LANGUAGES, LEXICON

_SIGN_OF = {
    "short": 0, "constant": 0, "contrary passages": -1, "dense contrary": -1, "replaced share": -1,
    "begins late": -1, "days contrary": -1, "days apart": -1, "another day": -1, "places alone": -1,
    "third differs": -1, "headline numbers contrary": -1, "headline numbers missing": -1,
    "counted otherwise": -1, "places contrary": -1,
}  # fmt: skip
SIGNS = np.array([_SIGN_OF.get(name, 1) for name in SIGNALS])
"""For each of SIGNALS, whether it speaks for a pair (1), against it (-1), or either (0)."""


def fit(sets: list[Trial], facts: Known) -> Weights:
    """Logistic regression with an L2 penalty of 10 on standardised features and their products.

    The lag is added as it is: how it is spread in these stories says little of other outlets.
    """
    blocks = [
        (block, truth) for trial in sets for block, truth in zip(trial.blocks, trial.truths, strict=True)
    ]
    rows, truth = np.vstack([x.rows for x, _ in blocks]), np.concatenate([x for _, x in blocks])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = crossed(rows, mean, scale)
    spread = design.std(axis=0) + 1e-9
    weight = newton(
        np.c_[design / spread, np.ones(len(rows))],
        truth,
        np.r_[np.full(design.shape[1], 10.0), 1e-9],
        np.concatenate([x.lag for x, _ in blocks]),
    )
    return Weights(
        mean, scale, weight[:-1] / spread, float(weight[-1]), facts.expected, facts.backgrounds,
        passages=facts.passages,
    )  # fmt: skip


def newton(
    design: NDArray[np.float64],
    truth: NDArray[np.float64],
    penalty: NDArray[np.float64],
    added: NDArray[np.float64] | float = 0.0,
    counts: NDArray[np.float64] | float = 1.0,
) -> NDArray[np.float64]:
    """Fit a logistic regression; each row has `added` to its log-odds, and counts so many times."""
    weight = np.zeros(design.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(design @ weight + added, -40, 40)))
        slope = design.T @ (counts * (likely - truth)) + penalty * weight
        curve = (design * (counts * likely * (1 - likely))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weight -= step
        if np.abs(step).max() < 1e-9:
            break
    return weight


def by_their_signs(
    signs: NDArray[np.int_], fit_of: Callable[[NDArray[np.bool_]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Fit, leave out each signal that speaks against what it stands for, and fit again."""
    is_used, weight = np.full(len(signs), True), np.zeros(len(signs))
    while True:
        weight[:] = 0.0
        weight[is_used] = fit_of(is_used)
        against = weight * signs < 0
        if not against.any():
            return weight
        is_used &= ~against


@dataclass(frozen=True)
class Best:
    """A pair that is mutually best, and worth a look."""

    ids: tuple[str, str]
    signals: tuple[float, ...]
    evidence: Evidence
    right: bool


_AGREED: dict[tuple[str, str, int], Agreement] = {}
_PASSAGES: dict[int, Passages] = {}
"""By the weights that link passages; the texts of a fit are so few that all are kept."""
_MUTUAL: dict[tuple[int, int], tuple[Trial, NDArray[np.float64], list[Best]]] = {}
"""By trial and weights, which are kept so that no other ones get their numbers."""


def mutual(trial: Trial, weights: Weights) -> list[Best]:
    """Return the pairs that are mutually best; the calibration makes no difference."""
    key = id(trial), id(weights.weight)
    if key not in _MUTUAL:
        _MUTUAL[key] = trial, weights.weight, _mutual(trial, weights)
    return _MUTUAL[key][2]


def _mutual(trial: Trial, weights: Weights) -> list[Best]:
    thirds, candidates = Thirds(), list[tuple[Candidate, bool]]()
    for block, truth in zip(trial.blocks, trial.truths, strict=True):
        if block.pairs:
            likely = weights.probabilities(block.rows, block.lag)
            thirds.add(block, likely)
            right = {block.ids(n): bool(x) for n, x in enumerate(truth)}
            candidates += [(x, right[x.ids]) for x in shortlist(block, likely)]
    return [_best(x, _agreed(x, weights), thirds.between(*x.ids), right=right) for x, right in candidates]


def _best(candidate: Candidate, agreed: Agreement, third: tuple[float, float], *, right: bool) -> Best:
    evidence = candidate.evidence(agreed)
    return Best(candidate.ids, candidate.signals(evidence, third), evidence, right)


def _agreed(candidate: Candidate, weights: Weights) -> Agreement:
    key = *candidate.ids, id(weights.passages)
    if key not in _AGREED:
        passages = _PASSAGES.setdefault(key[-1], Passages(weights.passages, keep=10**6))
        _AGREED[key] = passages.agreement(*candidate.sides)
    return _AGREED[key]


def calibrate(tested: list[tuple[Trial, Weights]]) -> tuple[float, ...]:
    """On pairs whose weights have not seen them; else it would find nothing to correct. L2 penalty of 10.

    A signal never speaks against what it stands for: where the fit says so, it is left out and fitted again.
    """
    pairs = [pair for trial, weights in tested for pair in mutual(trial, weights)]
    design = np.array([x.signals for x in pairs])
    mean, scale = design.mean(axis=0), design.std(axis=0) + 1e-9
    mean[-1], scale[-1] = 0.0, 1.0
    right, plain = np.array([x.right for x in pairs], dtype=float), (design - mean) / scale
    weight = by_their_signs(
        SIGNS, lambda is_used: newton(plain[:, is_used], right, np.r_[np.full(is_used.sum() - 1, 10.0), 1e-9])
    )
    weight /= scale
    weight[-1] -= weight @ mean
    return tuple(round(float(x), 6) for x in weight)


def judged(trial: Trial, weights: Weights) -> tuple[list[Best], NDArray[np.float64], list[Tier]]:
    """The pairs that are mutually best, their probability, and their tier."""
    pairs, likely, tiers = mutual(trial, weights), list[float](), list["Tier"]()
    for x in pairs:
        likely.append(x.evidence.published(weights.published(x.signals)))
        tiers.append(x.evidence.tier(likely[-1], weights.published(without_third(x.signals))))
    return pairs, np.array(likely), tiers


@dataclass(frozen=True)
class Fitted:
    """Of each half of the stories: its rows, and weights that have seen none of it."""

    parts: tuple[list[Row], list[Row]]
    halves: tuple[list[Trial], list[Trial]]
    weights: tuple[Weights, Weights]
    unseen: list[tuple[Trial, Weights]]
    """Without the correction, which is fitted on them."""

    @property
    def tested(self) -> list[tuple[Trial, Weights]]:
        return [(trial, self.weights[half]) for half in (0, 1) for trial in self.halves[half]]


def cross_fit(rows: list[Row], data: Path, news: Sequence[NewsText] = ()) -> Fitted:
    parts = [[row for row in rows if part_by_hash(row.story_id) == half] for half in (0, 1)]
    # what is known of a half beforehand is counted on the other one
    facts = [know(part, paragraphs(data, part)) for part in reversed(parts)]
    halves = [
        [
            *trials(parts[half], facts[half]),
            *removed(parts[half], facts[half]),
            *changed_trials(parts[half], facts[half]),
            *news_trials([x for x in news if half_of_news(x) == half], facts[half]),
        ]
        for half in (0, 1)
    ]
    # weights keep what is known of the stories that they were fitted on, and go to the other half with it
    fitted = [fit(halves[half], facts[1 - half]) for half in (0, 1)]
    unseen = [[(trial, fitted[1 - half]) for trial in halves[half]] for half in (0, 1)]
    # what corrects the probabilities of a half, from the other half as well
    weights = [replace(fitted[1 - half], calibration=calibrate(unseen[1 - half])) for half in (0, 1)]
    return Fitted(tuple(parts), tuple(halves), tuple(weights), [*unseen[0], *unseen[1]])


def fit_all(rows: list[Row], fitted: Fitted, passages: Weighting | None = None) -> tuple[Weights, Known, int]:
    """Fit the weights to ship, and count their pairs; `told`: weights for passages, if not as shipped.

    Both halves, and pools of both together, so that rarity is also seen in larger ones.
    """
    facts = know(rows, passages or shipped_weighting())
    sets = [*fitted.halves[0], *fitted.halves[1], *trials(rows, facts, seeds=SEEDS[:1])]
    weights = replace(fit(sets, facts), calibration=calibrate(fitted.unseen))
    return weights, facts, sum(len(x.pairs) for trial in sets for x in trial.blocks)


def stored(weights: Weights, data: Path, pairs: int) -> str:
    """As weights.json has it."""
    document = {
        "version": 16,
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "pairs": pairs,
        "features": list(NAMES),
        "crossed": list(CROSSED),
        "signals": list(SIGNALS),
        **{
            name: [round(float(x), 6) for x in getattr(weights, name)] for name in ("mean", "scale", "weight")
        },
        "bias": round(weights.bias, 6),
        "calibration": list(weights.calibration),
        "rivals": {languages: list(expected.rivals) for languages, expected in weights.expected.items()},
    }
    return json.dumps(document, indent=1) + "\n"


def lengths(weights: Weights) -> str:
    """As lengths.json has it."""
    document = {languages: expected.length for languages, expected in weights.expected.items()}
    return json.dumps(document, indent=1) + "\n"


def write(weights: Weights, facts: Known, data: Path, pairs: int) -> None:
    FILE.write_text(stored(weights, data, pairs), encoding="utf-8")
    LENGTHS_FILE.write_text(lengths(weights), encoding="utf-8")
    save(facts.backgrounds)


def save(backgrounds: Mapping[str, Background]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {}
    for language, background in sorted(backgrounds.items()):
        arrays[f"{language} ngrams"] = background.ngrams
        arrays[f"{language} anchors"] = np.array(list(background.anchors), dtype=np.str_)
        arrays[f"{language} anchor shares"] = np.array(list(background.anchors.values()), dtype=np.float32)
        arrays[f"{language} meanings"] = np.array(list(background.meanings), dtype=np.uint16)
        arrays[f"{language} meaning shares"] = np.array(list(background.meanings.values()), dtype=np.float32)
    np.savez_compressed(BACKGROUND, allow_pickle=False, **arrays)


def differs(weights: Weights, facts: Known, data: Path, pairs: int) -> list[str]:
    """Name the shipped files that would come out different."""
    names = [] if stored(weights, data, pairs) == FILE.read_text("utf-8") else [FILE.name]
    names += [] if lengths(weights) == LENGTHS_FILE.read_text("utf-8") else [LENGTHS_FILE.name]
    for language, background in facts.backgrounds.items():
        shipped = shipped_background(language)
        same = (
            np.array_equal(background.ngrams, shipped.ngrams)
            and {key: float(np.float32(x)) for key, x in background.anchors.items()} == dict(shipped.anchors)
            and {key: float(np.float32(x)) for key, x in background.meanings.items()}
            == dict(shipped.meanings)
        )
        names += [] if same else [f"background.npz ({language})"]
    return names


def half_of_news(text: NewsText) -> int:
    """By event, so that near twins are together; daily reports by kind, so that no template is in both."""
    group = text.event if text.kind == "rewrite" else text.kind
    return part_by_hash(group, 2)


@cache
def reading(text: NewsText) -> ArticleReading:
    """Read a text; a rewrite without the words that were added to the lexicon after it had been read.

    Of other newsrooms' words the lexicon has fewer, and weights fitted on these would expect too many.
    """
    article = read(Document(text.doc_id, "invented", text.language, text.headline, text.text, text.published))
    if text.kind != "rewrite":
        return article
    return replace(article, meanings={x: n for x, n in article.meanings.items() if x < _added()})


@cache
def _added() -> int:
    """Return the first line of the lexicon that was added."""
    lines = LEXICON.read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines) if line.startswith("# Added"))


def news_trials(texts: Sequence[NewsText], facts: Known) -> list[Trial]:
    """Rewrites as they came and some of them days later, and reports.

    Each set is whole, halved and with the originals removed.
    """
    kinds = {"rewrites": [x for x in texts if x.kind == "rewrite"]}
    kinds["late"] = list(later(kinds["rewrites"]))
    kinds["reports"] = [x for x in texts if x.kind != "rewrite"]
    return [trial for name, some in kinds.items() if some for trial in _news_trials(name, some, facts)]


def later(texts: Sequence[NewsText]) -> Iterator[NewsText]:
    """Yield the texts with the lag of translations after their story's first, by another name."""
    first: dict[str, datetime] = {}
    for text in sorted(texts, key=lambda x: (x.published, x.doc_id)):
        doc_id, at = f"{text.doc_id} later", first.setdefault(text.story_id, text.published)
        if at != text.published:
            at += lag(random.Random(doc_id))
        yield replace(text, doc_id=doc_id, published=at)


def _news_trials(name: str, texts: Sequence[NewsText], facts: Known) -> list[Trial]:
    trials = []
    for texts_of_pool in pools(texts):
        gold = texts_of_pool.gold()
        sides = {
            code: pool(
                [reading(x) for x in texts_of_pool.texts if x.language == code], facts.backgrounds[code]
            )
            for code in LANGUAGES
            if any(x.language == code for x in texts_of_pool.texts)
        }
        blocks = [slim(Block.of(sides[a], sides[b], facts.expected)) for a, b in combinations(sides, 2)]
        truths = [
            np.array([tuple(sorted(x.ids(n))) in gold for n in range(len(x.pairs))], dtype=np.float64)
            for x in blocks
        ]
        trials.append(Trial(name, texts_of_pool.variant, tuple(blocks), tuple(truths), len(gold)))
    return trials
