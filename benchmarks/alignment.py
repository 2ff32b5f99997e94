"""How well paragraphs of a story's variants are laid beside each other: `python benchmarks/alignment.py`.

Stories of ../shared/data/pairs whose variants have the same lines, which were translated line by line. A
seeded script makes paragraphs of one to three lines, the same in both; then on either side it drops 15 in a
hundred, merges two that follow each other at 10 in a hundred, and in half of the texts carries one to another
place. Weights are fitted on one half of the stories, by a hash of their id; the other half is what is shown.
`links` counts a link as right only when it has exactly the right paragraphs of both sides, moved ones too;
`omitted` counts paragraphs that the other side does not have; `moved` those links that were carried.

`gale-church` is the length-only algorithm of 1993 with its own parameters; `n-grams` our path with the cosine
of transliterated n-grams alone, fitted on the same half. Neither looks for moved paragraphs, so `without
moved` shows ours on texts in which none was carried. `--fit` fits on all stories and writes
pipelines/alignment/weights.json; the same data gives the same file, which `--check` sees to.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.alignment.links import find_links, linked
from pipelines.alignment.monotone import STEPS, best_path
from pipelines.alignment.paragraphs import grouped
from pipelines.alignment.signals import NAMES, features
from pipelines.alignment.weighting import FILE, Weighting
from pipelines.pairing.weights import shipped_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipelines.alignment.paragraphs import Groups

    Link = tuple[tuple[int, ...], tuple[int, ...]]

DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"
PAIRS = (("uk", "ru"), ("uk", "en"), ("ru", "en"))
DROPPED, MERGED = 0.15, 0.10
SEEDS = range(2)


@dataclass(frozen=True)
class Case:
    """Two texts in paragraphs, and which of them say the same."""

    languages: tuple[str, str]
    story_id: str
    carried: bool
    texts: tuple[tuple[str, ...], tuple[str, ...]]
    links: frozenset[Link]
    moved: frozenset[Link]


def stories(path: Path) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        lines = [x.strip() for x in row["text"].split("\n") if x.strip()]
        found[row["story_id"]].setdefault(row["lang"], lines)
    return found


def half(story_id: str) -> int:
    return hashlib.sha256(story_id.encode()).digest()[0] % 2


def cases(path: Path, seeds: Sequence[int] = SEEDS) -> Iterator[Case]:
    for story_id, variants in sorted(stories(path).items()):
        for a, b in PAIRS:
            if a in variants and b in variants and len(variants[a]) == len(variants[b]) >= 4:
                for seed in seeds:
                    rng = random.Random(f"{story_id} {a} {b} {seed}")
                    made = case(story_id, (a, b), variants[a], variants[b], rng)
                    if all(made.texts):
                        yield made


def case(
    story_id: str, languages: tuple[str, str], ours: list[str], theirs: list[str], rng: random.Random
) -> Case:
    cuts = [0]
    while cuts[-1] < len(ours):
        cuts.append(min(len(ours), cuts[-1] + rng.choice((1, 1, 2, 3))))
    spans = [range(start, end) for start, end in pairwise(cuts)]
    paragraphs = list(range(len(spans)))
    kept_a = [x for x in paragraphs if rng.random() >= DROPPED]
    kept_b = [x for x in paragraphs if rng.random() >= DROPPED]
    carried = None
    both = [x for x in kept_a if x in kept_b]
    if rng.random() < 0.5 and len(both) >= 4:
        carried = rng.choice(both)
        at = kept_b.index(carried)
        kept_b.remove(carried)
        places = [x for x in range(len(kept_b) + 1) if abs(x - at) >= 2]
        kept_b.insert(rng.choice(places) if places else at, carried)
    side_a, side_b = merged(kept_a, carried, rng), merged(kept_b, carried, rng)
    links, moved = set(), set()
    # what shares a line belongs together; two merged ones that overlap in part chain up, as in life
    for group_a, group_b in components(side_a, side_b):
        link = (tuple(group_a), tuple(group_b))
        if group_a and group_b:
            links.add(link)
            if carried is not None and any(carried in side_a[i] for i in group_a):
                moved.add(link)
    texts = tuple(
        tuple(" ".join(lines[n] for x in group for n in spans[x]) for group in side)
        for side, lines in ((side_a, ours), (side_b, theirs))
    )
    return Case(
        languages, story_id, carried is not None, (texts[0], texts[1]), frozenset(links), frozenset(moved)
    )


def merged(kept: list[int], carried: int | None, rng: random.Random) -> list[tuple[int, ...]]:
    side: list[tuple[int, ...]] = []
    for x in kept:
        if (
            side
            and len(side[-1]) == 1
            and side[-1][0] == x - 1
            and carried not in {x, x - 1}
            and rng.random() < MERGED
        ):
            side[-1] = (x - 1, x)
        else:
            side.append((x,))
    return side


def components(
    side_a: list[tuple[int, ...]], side_b: list[tuple[int, ...]]
) -> Iterator[tuple[list[int], list[int]]]:
    of_a = {x: i for i, group in enumerate(side_a) for x in group}
    of_b = {x: j for j, group in enumerate(side_b) for x in group}
    done: set[int] = set()
    for i in range(len(side_a)):
        if i in done:
            continue
        group_a, group_b = {i}, set()
        while True:
            more_b = {of_b[x] for n in group_a for x in side_a[n] if x in of_b}
            more_a = group_a | {of_a[x] for n in more_b for x in side_b[n] if x in of_a}
            if (more_a, more_b) == (group_a, group_b):
                break
            group_a, group_b = more_a, more_b
        done |= group_a
        yield sorted(group_a), sorted(group_b)


def fit(
    groups: Sequence[tuple[Case, Groups, Groups]], columns: Sequence[int], like: Weighting | None = None
) -> Weighting:
    """Logistic regression by Newton's method; links against all other cells, so the bias is that of life.

    What order is worth is taken from `like`, or else tried out.
    """
    rows, right = [], []
    for each, one, other in groups:
        table = features(one, other, length(each.languages))
        n, m = one.singles, other.singles
        truth = np.zeros(table.shape[:2], dtype=bool)
        for a, b in each.links:
            if len(a) <= 2 and len(b) <= 2 and len(a) + len(b) <= 3 and connected(a) and connected(b):
                truth[a[0] + (n if len(a) == 2 else 0), b[0] + (m if len(b) == 2 else 0)] = True
        wanted = np.ones_like(truth)
        wanted[n:, m:] = False
        rows.append(table[wanted])
        right.append(truth[wanted])
    x, y = np.concatenate(rows).astype(np.float64), np.concatenate(right).astype(np.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    chosen = list(columns)
    z = np.column_stack([(x - mean)[:, chosen] / scale[chosen], np.ones(len(x))])
    w = np.zeros(z.shape[1])
    ridge = np.diag([*(1.0,) * len(chosen), 0.0])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + ridge, z.T @ (y - p) - ridge @ w)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    weight = np.zeros(len(NAMES))
    weight[chosen] = w[:-1]
    # as stored, so that what is measured is what is shipped
    parts = (np.round(part, 5).astype(np.float32) for part in (mean, scale, weight))
    fitted = Weighting(*parts, round(float(w[-1]), 5))
    if like is not None:
        return replace(fitted, in_order=like.in_order, elsewhere=like.elsewhere)
    return in_order(fitted, groups)


def in_order(weighting: Weighting, groups: Sequence[tuple[Case, Groups, Groups]]) -> Weighting:
    """How much the order is worth: the best F1 of links, then of the moved ones, on these texts."""
    known = [
        (each, weighting.logits(features(one, other, length(each.languages))), one.singles, other.singles)
        for each, one, other in groups
    ]

    def f1(tried: Weighting) -> float:
        right = said = true = 0
        for each, logits, n, m in known:
            found = {(x.a, x.b) for x in linked(logits, n, m, tried)}
            right, said, true = right + len(found & each.links), said + len(found), true + len(each.links)
        return 2 * right / max(1, said + true)

    best = replace(weighting, elsewhere=99.0)
    for single in np.arange(1.0, 6.5, 1.0):
        for double in single + np.arange(0.0, 3.0, 0.5):
            tried = replace(best, in_order=(float(single), float(double)))
            best = max(best, tried, key=f1)
    moved = [replace(best, elsewhere=float(x)) for x in np.arange(-3.0, 4.0, 1.0)]
    return max(moved, key=f1)


def connected(numbers: tuple[int, ...]) -> bool:
    return numbers[-1] - numbers[0] == len(numbers) - 1


def length(languages: tuple[str, str]) -> float:
    return shipped_weights().expected["-".join(languages)].length


def gale_church(each: Case, _one: Groups, _other: Groups) -> list[Link]:
    """Gale and Church 1993: c = 1, s² = 6.8, and its priors, on characters; costs turned into gains."""
    a, b = ([len(text) for text in side] for side in each.texts)
    priors = {(1, 1): 0.89, (2, 1): 0.0445, (1, 2): 0.0445, (1, 0): 0.00495, (0, 1): 0.00495}

    def cost(step: tuple[int, int], one: float, other: float) -> float:
        delta = abs(other - one) / math.sqrt(6.8 * max(1.0, (one + other) / 2))
        return -math.log(priors[step]) - math.log(max(1e-300, math.erfc(delta / math.sqrt(2))))

    alone_a, alone_b = [cost((1, 0), x, 0) for x in a], [cost((0, 1), 0, x) for x in b]
    tables = []
    for down, right in STEPS[2:]:
        gain = np.full((len(a) - down + 1, len(b) - right + 1), -1e9, dtype=np.float32)
        for i in range(gain.shape[0]):
            for j in range(gain.shape[1]):
                ours, theirs = sum(a[i : i + down]), sum(b[j : j + right])
                apart = sum(alone_a[i : i + down]) + sum(alone_b[j : j + right])
                gain[i, j] = apart - cost((down, right), ours, theirs)
        tables.append(gain)
    return [(tuple(range(i, i + x)), tuple(range(j, j + y))) for i, x, j, y in best_path(*tables)]


def ours(weighting: Weighting) -> Callable[[Case, Groups, Groups], list[Link]]:
    return lambda _each, one, other: [(x.a, x.b) for x in find_links(one, other, weighting)]


def measure(
    groups: Sequence[tuple[Case, Groups, Groups]], way: Callable[[Case, Groups, Groups], list[Link]]
) -> Counter[str]:
    count: Counter[str] = Counter()
    for each, one, other in groups:
        found = set(way(each, one, other))
        count["links said"] += len(found)
        count["links true"] += len(each.links)
        count["links right"] += len(found & each.links)
        lone, said = alone(each, each.links), alone(each, found)
        count["omitted said"] += len(said)
        count["omitted true"] += len(lone)
        count["omitted right"] += len(said & lone)
        crossing = {link for link in found if link in each.moved}
        count["moved true"] += len(each.moved)
        count["moved right"] += len(crossing)
    return count


def alone(each: Case, links: frozenset[Link] | set[Link]) -> set[tuple[int, int]]:
    taken = {(side, n) for link in links for side in (0, 1) for n in link[side]}
    return {(side, n) for side in (0, 1) for n in range(len(each.texts[side]))} - taken


def scores(count: Counter[str], what: str) -> list[str]:
    precision = count[f"{what} right"] / max(1, count[f"{what} said"])
    recall = count[f"{what} right"] / max(1, count[f"{what} true"])
    return [f"{x:.3f}" for x in (precision, recall, 2 * precision * recall / max(1e-9, precision + recall))]


def stored(weighting: Weighting, data: Path) -> str:
    """As weights.json has it."""
    document = {
        "version": 2,
        "features": list(NAMES),
        **{
            name: [round(float(x), 5) for x in getattr(weighting, name)]
            for name in ("mean", "scale", "weight")
        },
        "bias": weighting.bias,
        "in_order": list(weighting.in_order),
        "elsewhere": weighting.elsewhere,
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
    }
    return json.dumps(document, indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fit", action="store_true", help="fit on all stories and write the weights")
    how.add_argument("--check", action="store_true", help="fit, and say whether that is what is shipped")
    options = parser.parse_args()
    if not options.data.exists():
        print(f"{options.data} is missing: this benchmark needs the stories of ../shared", file=sys.stderr)
        return 2
    every = list(cases(options.data))
    began = time.process_time()
    read = [(x, grouped(x.texts[0], x.languages[0]), grouped(x.texts[1], x.languages[1])) for x in every]
    reading = time.process_time() - began
    if options.fit or options.check:
        fitted = stored(fit(read, range(len(NAMES))), options.data)
        if options.check:
            same = fitted == FILE.read_text("utf-8")
            print(f"{len(every)} texts: {'what is shipped' if same else 'other weights'}")
            return int(not same)
        FILE.write_text(fitted, encoding="utf-8")
        print(f"weights of {len(every)} texts in {FILE}")
        return 0
    tuned = [x for x in read if not half(x[0].story_id)]
    shown = [x for x in read if half(x[0].story_id)]
    full, grams = fit(tuned, range(len(NAMES))), fit(tuned, GRAMS)
    print(f"in order {full.in_order}, elsewhere {full.elsewhere}")
    console = Console(width=120)
    table = Table("pair", "texts", "way", "links P", "R", "F1", "omitted P", "R", "F1", "moved R")
    for languages in PAIRS:
        own = [x for x in shown if x[0].languages == languages]
        for name, way, some in (
            ("ours", ours(full), own),
            ("n-grams", ours(grams), own),
            ("gale-church", gale_church, own),
            ("ours, none moved", ours(full), [x for x in own if not x[0].carried]),
            ("gale-church, none moved", gale_church, [x for x in own if not x[0].carried]),
        ):
            count = measure(some, way)
            moved = f"{count['moved right'] / count['moved true']:.3f}" if count["moved true"] else ""
            table.add_row(
                "-".join(languages),
                str(len(some)),
                name,
                *scores(count, "links"),
                *scores(count, "omitted"),
                moved,
            )
    console.print(table)
    began = time.process_time()
    for _, one, other in shown:
        find_links(one, other, full)
    linking = time.process_time() - began
    paragraphs = sum(len(side) for each in every for side in each.texts) / len(every)
    print(
        f"{paragraphs:.0f} paragraphs a pair in the mean; CPU a pair: reading both texts "
        f"{1000 * reading / len(every):.1f} ms, aligning {1000 * linking / len(shown):.1f} ms"
    )
    return 0


GRAMS = [
    n
    for n, name in enumerate(NAMES)
    if "ngrams" in name or name in {"two of a", "two of b", "less alike than a part"}
]

if __name__ == "__main__":
    sys.exit(main())
