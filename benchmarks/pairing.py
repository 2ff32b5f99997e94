"""How well content tells translations: `python benchmarks/pairing.py [--data FILE] [--fit]`.

Stories of ../shared/data/pairs in two halves by a hash of their id: weights fitted on one are measured on
the other, and the other way round, so no story is measured with weights that have seen it (the lexicon is
written by hand, and not from these). In each language pair half of the stories keep both sides, a quarter
only the first and a quarter only the second, so a third of the documents have no partner; three seeds.
`full` is the whole text, `lead` title and 300 characters, `halves` has the other half of each article as a
distractor, `abridged` half of the English (else Russian) sentences dropped. Baseline: the same candidates
and fit with n-grams of transliteration only. `--fit` fits on everything and writes
pipelines/pairing/weights.json; the same data gives the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from pipelines.pairing import content
from pipelines.pairing.candidates import candidates
from pipelines.pairing.content import LANGUAGES, Weights
from pipelines.pairing.features import NAMES, features
from pipelines.pairing.rarity import pool
from pipelines.pairing.reading import Document, Reading, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "../shared/data/pairs/dev.jsonl"
MODES = ("full", "lead", "halves", "abridged")
SEEDS = range(3)
BASELINE = [n for n, name in enumerate(NAMES) if name.startswith("ngrams")]
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Row:
    """A line of the data set; equal ids are the same text."""

    doc_id: str
    story_id: str
    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Trial:
    """One pool of a language pair: candidate pairs with their features, and which are translations."""

    languages: str
    mode: str
    pairs: list[tuple[int, int]]
    rows: NDArray[np.float64]
    truth: NDArray[np.float64]
    gold: int


def load(path: Path) -> list[Row]:
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Row(each["doc_id"], each["story_id"], each["lang"], each["title"], each["text"]) for each in lines
    ]


def half_of(story_id: str) -> int:
    return hashlib.sha256(story_id.encode()).digest()[0] % 2


@cache
def reading(row: Row, mode: str, part: int = 0) -> Reading:
    text, title, sentences = row.text, row.title, _SENTENCE.split(row.text)
    if mode == "lead":
        text = text[:300]
    elif mode == "halves":
        middle = len(sentences) // 2
        text = " ".join(sentences[middle:] if part else sentences[:middle])
        title = "" if part else title
    elif mode == "abridged":
        kept = random.Random(row.doc_id).sample(range(len(sentences)), max(1, len(sentences) // 2))
        text = " ".join(sentences[n] for n in sorted(kept))
    return read(Document(f"{row.doc_id}#{part}", "pool", row.language, title, text))


def draw(rows: list[Row], a: str, b: str, seed: int) -> tuple[list[Row], list[Row]]:
    """Documents of two languages, a third of them without partner."""
    rng = random.Random(f"{seed} {a} {b}")
    stories: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        stories[row.story_id][row.language] = row
    ours, theirs = [], []
    for _, story in sorted(stories.items()):
        chance = rng.random()
        if a in story and b in story:
            ours += [story[a]] if chance < 0.75 else []
            theirs += [story[b]] if chance < 0.5 or chance >= 0.75 else []
        elif chance < 0.25:
            ours += [story[a]] if a in story else []
            theirs += [story[b]] if b in story else []
    return ours, theirs


def trial(drawn: tuple[list[Row], list[Row]], languages: str, mode: str, length: float) -> Trial:
    parts = (0, 1) if mode == "halves" else (0,)
    # Of an abridged translation the original is whole.
    modes = ("full" if mode == "abridged" else mode, mode)
    ours, theirs = (
        [(row.story_id, part, reading(row, how, part)) for row in side for part in parts]
        for side, how in zip(drawn, modes, strict=True)
    )
    one, other = pool([each[2] for each in ours]), pool([each[2] for each in theirs])
    pairs = candidates(one, other, np.ones((len(ours), len(theirs)), dtype=np.bool_))
    truth = np.array([ours[i][:2] == theirs[j][:2] for i, j in pairs], dtype=np.float64)
    gold = len({each[:2] for each in ours} & {each[:2] for each in theirs})
    return Trial(languages, mode, pairs, features(one, other, pairs, length), truth, gold)


def lengths(rows: list[Row]) -> dict[str, float]:
    stories: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        stories[row.story_id][row.language] = row
    return {
        f"{a}-{b}": round(
            float(
                np.median(
                    [
                        math.log(reading(story[a], "full").letters / reading(story[b], "full").letters)
                        for story in stories.values()
                        if a in story and b in story
                    ]
                )
            ),
            4,
        )
        for a, b in combinations(LANGUAGES, 2)
    }


def trials(rows: list[Row], length: dict[str, float]) -> list[Trial]:
    return [
        trial(draw(rows, a, b, seed), f"{a}-{b}", mode, length[f"{a}-{b}"])
        for a, b in combinations(LANGUAGES, 2)
        for mode in MODES
        for seed in SEEDS
    ]


def fit(seen: list[Trial], length: dict[str, float], columns: list[int] | None = None) -> Weights:
    """Logistic regression by Newton's method, with an L2 penalty of 1 on standardised features."""
    rows, truth = np.vstack([each.rows for each in seen]), np.concatenate([each.truth for each in seen])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    chosen = np.array([columns is None or n in columns for n in range(len(NAMES))], dtype=np.float64)
    design = np.c_[(rows - mean) / scale * chosen, np.ones(len(rows))]
    penalty = np.r_[np.ones(len(NAMES)), 1e-9]
    weight = np.zeros(design.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(design @ weight, -40, 40)))
        slope = design.T @ (likely - truth) + penalty * weight
        curve = (design * (likely * (1 - likely))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weight -= step
        if np.abs(step).max() < 1e-9:
            break
    return Weights(mean, scale, weight[:-1] * chosen, float(weight[-1]), length)


def judged(each: Trial, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and truth of the pairs that are mutually best."""
    likely = weights.probabilities(each.rows)
    best: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for n in np.argsort(-likely, kind="stable"):
        for side in (0, 1):
            best[side].setdefault(each.pairs[n][side], int(n))
    mutual = [n for n, (i, j) in enumerate(each.pairs) if best[0][i] == n and best[1][j] == n]
    return likely[mutual], each.truth[mutual]


def report(tested: list[tuple[Trial, Weights]], title: str) -> Table:
    table = Table("pair", "texts", "P", "R", "F1", "auto P", "auto R", "candidates hold", title=title)
    bands: dict[int, list[float]] = defaultdict(list)
    sums: dict[tuple[str, str], NDArray[np.float64]] = defaultdict(lambda: np.zeros(6))
    for each, weights in tested:
        likely, truth = judged(each, weights)
        yes, auto = likely >= 0.5, likely >= 0.9
        counts = [truth[yes].sum(), yes.sum(), truth[auto].sum(), auto.sum(), each.gold, each.truth.sum()]
        sums[each.languages, each.mode] += counts
        for probability, right in zip(likely, truth, strict=True):
            bands[min(int(probability * 10), 9)].append(right)
    for (languages, mode), (right, said, sure_right, sure, gold, held) in sums.items():
        numbers = (
            right / said,
            right / gold,
            2 * right / (said + gold),
            sure_right / sure,
            sure_right / gold,
            held / gold,
        )
        table.add_row(languages, mode, *(f"{number:.3f}" for number in numbers))
    table.caption = "right by probability: " + ", ".join(
        f".{band}: {np.mean(bands[band]):.3f} of {len(bands[band])}" for band in sorted(bands)
    )
    return table


def write(weights: Weights, data: Path, sets: list[Trial]) -> None:
    stored = {
        "version": 1,
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "pairs": sum(len(each.pairs) for each in sets),
        "features": list(NAMES),
        **{
            name: [round(float(x), 6) for x in getattr(weights, name)] for name in ("mean", "scale", "weight")
        },
        "bias": round(weights.bias, 6),
        "length": weights.length,
    }
    path = Path(content.__file__).parent / "weights.json"
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {stored['pairs']} pairs of {data.name}, sha256 {stored['data_sha256'][:12]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--fit", action="store_true", help="fit on all stories and write weights.json")
    arguments = parser.parse_args()
    if not arguments.data.is_file():
        parser.error(f"{arguments.data} is missing: --data names a file of stories in several languages")
    rows = load(arguments.data)
    started = time.process_time()
    parts = [[row for row in rows if half_of(row.story_id) == half] for half in (0, 1)]
    # What is expected of a half is known from the other one too.
    length = [lengths(parts[1]), lengths(parts[0])]
    halves = [trials(parts[half], length[half]) for half in (0, 1)]
    count = sum(len(each.pairs) for half in halves for each in half)
    print(f"{len(rows)} documents, {count} candidate pairs, {time.process_time() - started:.0f} s CPU")
    console = Console(width=110)
    for title, columns in (("n-grams only", BASELINE), ("all features", None)):
        fitted = [fit(halves[half], length[half], columns) for half in (0, 1)]
        tested = [(each, fitted[1 - half]) for half in (0, 1) for each in halves[half]]
        console.print(report(tested, title))
    if arguments.fit:
        # Both halves and their pools together, so that rarity is also seen in larger ones.
        everywhere = lengths(rows)
        sets = [*halves[0], *halves[1], *trials(rows, everywhere)]
        write(fit(sets, everywhere), arguments.data, sets)


if __name__ == "__main__":
    main()
