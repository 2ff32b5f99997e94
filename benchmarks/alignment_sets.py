"""Texts whose matching paragraphs are known; used by benchmarks/alignment.py."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Link = tuple[tuple[int, ...], tuple[int, ...]]

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
