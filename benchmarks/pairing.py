"""How well content tells translations: `python benchmarks/pairing.py [--data FILE] [--fit]`.

Stories of ../shared/data/pairs in two halves by a hash of their id: weights fitted on one are measured on
the other, and the other way round, so no story is measured with weights that have seen it (the lexicon is
written by hand, and not from these). In each language pair half of the stories keep both sides, a quarter
only the first and a quarter only the second, so a third of the documents have no partner; three seeds.
`full` is the whole text, `lead` title and 300 characters, `halves` has the other half of each article as a
distractor, `abridged` half of the English (else Russian) sentences dropped. `other day` has, of half of the
stories, a second text on the second side with every number another one, as the daily report of the next day
has it; `few` the same in pools of eight stories. Baseline: the same candidates
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
import sys
import time
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import alignment
from pipelines.alignment.paragraphs import grouped
from pipelines.alignment.weighting import shipped_weighting
from pipelines.pairing.background import Background, count, save
from pipelines.pairing.candidates import Compared
from pipelines.pairing.content import WORTH
from pipelines.pairing.features import NAMES, Expected, features
from pipelines.pairing.passages import Agreement, agreement, passages
from pipelines.pairing.rarity import pool
from pipelines.pairing.reading import Document, Reading, read
from pipelines.pairing.weights import CROSSED, FILE, LANGUAGES, Weights, calibrating, crossed, logit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipelines.alignment.paragraphs import Groups
    from pipelines.alignment.weighting import Weighting

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "../shared/data/pairs/dev.jsonl"
MODES = ("full", "lead", "halves", "abridged", "other day", "few")
SEEDS = range(3)
_NUMBER = re.compile(r"\d+")
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
    sides: tuple[Sequence[Reading], Sequence[Reading]]


@dataclass(frozen=True)
class Known:
    """What is known beforehand of the languages, counted on stories that are not those of the trial."""

    backgrounds: dict[str, Background]
    expected: dict[str, Expected]
    passages: Weighting


def load(path: Path) -> list[Row]:
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Row(each["doc_id"], each["story_id"], each["lang"], each["title"], each["text"]) for each in lines
    ]


def half_of(story_id: str) -> int:
    return hashlib.sha256(story_id.encode()).digest()[0] % 2


def another(number: str, seed: str) -> str:
    """As many digits, and not the same ones."""
    rng = random.Random(f"{number} {seed}")
    digits = "".join(rng.choice("123456789") for _ in number)
    return digits if digits != number else another(number, f"{seed}'")


@cache
def reading(row: Row, mode: str, part: int = 0) -> Reading:
    text, title, sentences = row.text, row.title, _SENTENCE.split(row.text)
    if mode == "lead":
        text = text[:300]
    elif mode == "halves":
        middle = len(sentences) // 2
        text = " ".join(sentences[middle:] if part else sentences[:middle])
        title = "" if part else title
    elif mode == "other day":
        text = _NUMBER.sub(lambda number: another(number[0], row.doc_id), text)
    elif mode == "abridged":
        kept = random.Random(row.doc_id).sample(range(len(sentences)), max(1, len(sentences) // 2))
        text = " ".join(sentences[n] for n in sorted(kept))
    return read(Document(f"{row.doc_id}#{part}{mode[:1]}", "pool", row.language, title, text))


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


def trial(
    drawn: tuple[list[Row], list[Row]], languages: str, mode: str, known: Known, others: Sequence[Row] = ()
) -> Trial:
    parts = (0, 1) if mode == "halves" else (0,)
    # Of an abridged translation the original is whole.
    modes = [mode if mode in {"lead", "halves"} else "full"] * 2
    modes[1] = "abridged" if mode == "abridged" else modes[1]
    ours, theirs = (
        [(row.story_id, part, reading(row, how, part)) for row in side for part in parts]
        for side, how in zip(drawn, modes, strict=True)
    )
    theirs += [(f"{row.story_id} of another day", 0, reading(row, "other day")) for row in others]
    a, b = languages.split("-")
    one = pool([each[2] for each in ours], known.backgrounds[a])
    other = pool([each[2] for each in theirs], known.backgrounds[b])
    compared = Compared.of(one, other)
    pairs = compared.candidates()
    truth = np.array([ours[i][:2] == theirs[j][:2] for i, j in pairs], dtype=np.float64)
    gold = len({each[:2] for each in ours} & {each[:2] for each in theirs})
    rows = features(compared, pairs, known.expected[languages])
    return Trial(languages, mode, pairs, rows, truth, gold, (one.readings, other.readings))


def paragraphs(data: Path, half: int) -> Weighting:
    """What tells paragraphs, and here passages, that say the same; weights fitted on these stories alone."""
    cases = [x for x in alignment.cases(data, (0,)) if half_of(x.story_id) == half]
    read_cases = [(x, *(grouped(x.texts[n], x.languages[n]) for n in (0, 1))) for x in cases]
    return alignment.fit(read_cases, range(len(alignment.NAMES)), shipped_weighting())  # type: ignore[arg-type]


_CUT: dict[str, Groups | None] = {}


def cut(side: Reading) -> Groups | None:
    if side.document.article_id not in _CUT:
        _CUT[side.document.article_id] = passages(side)
    return _CUT[side.document.article_id]


def know(rows: list[Row], told: Weighting) -> Known:
    texts = {code: [reading(row, "full") for row in rows if row.language == code] for code in LANGUAGES}
    backgrounds = {code: count(texts[code]) for code in LANGUAGES}
    pools = {code: pool(texts[code], backgrounds[code]) for code in LANGUAGES}
    story = {row.doc_id + "#0f": row.story_id for row in rows}
    expected = {}
    for a, b in combinations(LANGUAGES, 2):
        one, other = pools[a], pools[b]
        ours, theirs = ([story[each.document.article_id] for each in side.readings] for side in (one, other))
        same = np.array(ours)[:, None] == np.array(theirs)[None, :]
        length = np.median([
            math.log(one.readings[i].letters / other.readings[j].letters) for i, j in np.argwhere(same)
        ])  # fmt: skip
        nearest = (np.where(same, 0, signal).max(axis=1) for signal in Compared.of(one, other).signals)
        rivals = tuple(round(float(np.median(each)), 4) for each in nearest)
        expected[f"{a}-{b}"] = Expected(round(float(length), 4), rivals)
    return Known(backgrounds, expected, told)


def trials(rows: list[Row], known: Known) -> list[Trial]:
    return [
        trial(
            drawn, f"{a}-{b}", mode, known, others(rows, drawn[0], b) if mode in {"other day", "few"} else ()
        )
        for a, b in combinations(LANGUAGES, 2)
        for mode in MODES
        for seed in SEEDS
        for drawn in ([draw(rows, a, b, seed)] if mode != "few" else small(draw(rows, a, b, seed), seed))
    ]


def others(rows: list[Row], ours: list[Row], language: str) -> list[Row]:
    """Of half of the stories the other side, whether it was drawn or not; where it has numbers to change."""
    stories = {row.story_id for row in ours if hashlib.sha256(row.doc_id.encode()).digest()[1] % 2}
    return [
        row
        for row in rows
        if row.language == language and row.story_id in stories and len(re.findall(r"\d\d", row.text)) >= 2
    ]


def small(drawn: tuple[list[Row], list[Row]], seed: int) -> Iterator[tuple[list[Row], list[Row]]]:
    """Pools of eight stories, as a new archive has them in a week."""
    stories = sorted({row.story_id for side in drawn for row in side})
    random.Random(seed).shuffle(stories)
    for start in range(0, len(stories) - 7, 8):
        chosen = set(stories[start : start + 8])
        ours, theirs = ([row for row in side if row.story_id in chosen] for side in drawn)
        if ours and theirs:
            yield ours, theirs


def fit(seen: list[Trial], known: Known) -> Weights:
    """Logistic regression with an L2 penalty of 10 on standardised features and their products."""
    rows, truth = np.vstack([each.rows for each in seen]), np.concatenate([each.truth for each in seen])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = crossed(rows, mean, scale)
    spread = design.std(axis=0) + 1e-9
    weight = newton(
        np.c_[design / spread, np.ones(len(rows))],
        truth,
        np.r_[np.full(design.shape[1], 10.0), 1e-9],
    )
    return Weights(
        mean, scale, weight[:-1] / spread, float(weight[-1]), known.expected, known.backgrounds,
        passages=known.passages,
    )  # fmt: skip


def newton(
    design: NDArray[np.float64], truth: NDArray[np.float64], penalty: NDArray[np.float64]
) -> NDArray[np.float64]:
    weight = np.zeros(design.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(design @ weight, -40, 40)))
        slope = design.T @ (likely - truth) + penalty * weight
        curve = (design * (likely * (1 - likely))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weight -= step
        if np.abs(step).max() < 1e-9:
            break
    return weight


@dataclass(frozen=True)
class Best:
    """A pair that is mutually best, and worth a look: probability before calibration, and its rival's."""

    place: tuple[int, int]
    likely: float
    rival: float
    letters: int
    agreed: Agreement
    right: bool


_AGREED: dict[tuple[str, str, int], Agreement] = {}


def mutual(each: Trial, weights: Weights) -> list[Best]:
    likely = weights.probabilities(each.rows) if len(each.rows) else np.empty(0)
    ranked: tuple[dict[int, list[int]], dict[int, list[int]]] = (defaultdict(list), defaultdict(list))
    for n in np.argsort(-likely, kind="stable"):
        for side in (0, 1):
            ranked[side][each.pairs[n][side]].append(int(n))
    found = []
    for n, (i, j) in enumerate(each.pairs):
        if ranked[0][i][0] == n and ranked[1][j][0] == n and likely[n] >= WORTH:
            rival = max([likely[k] for k in (*ranked[0][i][1:2], *ranked[1][j][1:2])], default=0.0)
            a, b = each.sides[0][i], each.sides[1][j]
            key = a.document.article_id, b.document.article_id, id(weights.passages)
            if key not in _AGREED:
                _AGREED[key] = agreement(cut(a), cut(b), weights.passages)
            letters = min(a.letters, b.letters)
            found.append(
                Best((i, j), float(likely[n]), float(rival), letters, _AGREED[key], bool(each.truth[n]))
            )
    return found


def calibrate(seen: list[tuple[Trial, Weights]]) -> tuple[float, ...]:
    """On pairs whose weights have not seen them; else it would find nothing to correct. L2 penalty of 10."""
    found = [one for each, weights in seen for one in mutual(each, weights)]
    design = np.array([
        calibrating(logit(x.likely), logit(x.rival), x.letters, x.agreed) for x in found
    ])  # fmt: skip
    mean, scale = design.mean(axis=0), design.std(axis=0)
    mean[-1], scale[-1] = 0.0, 1.0
    penalty = np.r_[np.full(design.shape[1] - 1, 10.0), 1e-9]
    weight = newton((design - mean) / scale, np.array([x.right for x in found], dtype=float), penalty) / scale
    weight[-1] -= weight @ mean
    return tuple(round(float(x), 6) for x in weight)


def judged(
    each: Trial, weights: Weights
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Probability, truth, and whether it is sure, of the pairs that are mutually best."""
    found = mutual(each, weights)
    likely = np.array([weights.published(x.likely, x.rival, x.letters, x.agreed) for x in found])
    sure = np.array([p >= (0.97 if x.letters < 400 else 0.9) for p, x in zip(likely, found, strict=True)])
    return likely, np.array([x.right for x in found], dtype=float), sure.astype(np.bool_)


BANDS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1.0)


def report(tested: list[tuple[Trial, Weights]]) -> Table:
    table = Table("pair", "texts", "P", "R", "F1", "auto P", "auto R", "candidates hold")
    bands: dict[int, list[tuple[float, float]]] = defaultdict(list)
    sums: dict[tuple[str, str], NDArray[np.float64]] = defaultdict(lambda: np.zeros(6))
    for each, weights in tested:
        likely, truth, auto = judged(each, weights)
        yes = likely >= 0.5
        counts = [truth[yes].sum(), yes.sum(), truth[auto].sum(), auto.sum(), each.gold, each.truth.sum()]
        sums[each.languages, each.mode] += counts
        for probability, right in zip(likely, truth, strict=True):
            bands[min(bisect_right(BANDS, probability), len(BANDS) - 1)].append((probability, right))
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
    table.caption = "said -> right, by probability: " + ", ".join(
        f"{BANDS[band - 1]}-{BANDS[band]}: {np.mean([p for p, _ in found]):.3f} -> "
        f"{np.mean([right for _, right in found]):.3f} of {len(found)}"
        for band, found in sorted(bands.items())
    )
    return table


def write(weights: Weights, known: Known, data: Path, sets: list[Trial]) -> None:
    data_sha256 = hashlib.sha256(data.read_bytes()).hexdigest()
    stored = {
        "version": 4,
        "data_sha256": data_sha256,
        "pairs": sum(len(each.pairs) for each in sets),
        "features": list(NAMES),
        "crossed": list(CROSSED),
        **{
            name: [round(float(x), 6) for x in getattr(weights, name)] for name in ("mean", "scale", "weight")
        },
        "bias": round(weights.bias, 6),
        "calibration": list(weights.calibration),
        "expected": {
            languages: {"length": each.length, "rivals": list(each.rivals)}
            for languages, each in weights.expected.items()
        },
    }
    FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    save(known.backgrounds)
    print(f"{FILE}: {stored['pairs']} pairs of {data.name}, sha256 {data_sha256[:12]}")


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
    # What is known of a half beforehand is counted on the other one.
    known = [know(parts[1 - half], paragraphs(arguments.data, 1 - half)) for half in (0, 1)]
    halves = [trials(parts[half], known[half]) for half in (0, 1)]
    found = sum(len(each.pairs) for half in halves for each in half)
    print(f"{len(rows)} documents, {found} candidate pairs, {time.process_time() - started:.0f} s CPU")
    console = Console(width=110)
    fitted = [fit(halves[half], known[half]) for half in (0, 1)]
    unseen = [[(each, fitted[1 - half]) for each in halves[half]] for half in (0, 1)]
    # what corrects the probabilities of a half, from the other half as well
    corrected = [replace(fitted[1 - half], calibration=calibrate(unseen[1 - half])) for half in (0, 1)]
    console.print(report([(each, corrected[half]) for half in (0, 1) for each in halves[half]]))
    if arguments.fit:
        # Both halves and their pools together, so that rarity is also seen in larger ones.
        everywhere = know(rows, shipped_weighting())
        sets = [*halves[0], *halves[1], *trials(rows, everywhere)]
        weights = replace(fit(sets, everywhere), calibration=calibrate([*unseen[0], *unseen[1]]))
        write(weights, everywhere, arguments.data, sets)


if __name__ == "__main__":
    main()
