"""Texts whose matching paragraphs are known; used by benchmarks/alignment.py."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from benchmarks.invented_news import part_by_hash

Link = tuple[tuple[int, ...], tuple[int, ...]]
Sides = tuple[list[tuple[int, ...]], list[tuple[int, ...]]]
"""Of each text the paragraphs, each with the numbers of its spans."""

PAIRS = (("uk", "ru"), ("uk", "en"), ("ru", "en"))
DROPPED, MERGED = 0.15, 0.10
RUN_SIZES = (2, 3, 4)
DROPPED_OF_RUNS, RUN_BEGINS, CUT_ANEW = 0.08, 0.10, 0.05
"""Chances in texts with runs: that a paragraph is missing on a side, that a run of either side begins here as
one paragraph of the other, and that four paragraphs are cut in another way on each side."""
SEEDS = range(2)
RUNS_DROPPED = 0.1
RUNS = Path(__file__).parent / "data" / "runs.txt"
RUNS_2 = RUNS.with_name("runs_2.txt")
RETOLD = RUNS, RUNS_2
NUMBERS = RUNS.with_name("numbers_1.tsv"), RUNS.with_name("numbers_2.tsv")
NUMBERS_TEXTS, NUMBERS_DROPPED = 700, 0.15
SWALLOWED = 8
"""One in so many linked paragraphs becomes a part of another."""


@dataclass(frozen=True)
class Case:
    """Two texts in paragraphs, and which of them say the same."""

    languages: tuple[str, str]
    story_id: str
    carried: bool
    texts: tuple[tuple[str, ...], tuple[str, ...]]
    links: frozenset[Link]
    moved: frozenset[Link]
    headlines: tuple[str, str] = ("", "")
    had: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    """Share of the letters of each paragraph that the other text has too."""

    @property
    def retold(self) -> bool:
        return any(self.headlines)

    def runs(self) -> Iterator[tuple[str, set[tuple[int, int]]]]:
        """Yield each link of several paragraphs as `1:3`, with the paragraphs that it has."""
        for a, b in self.links:
            if len(a) + len(b) > 2:
                few, many = sorted((len(a), len(b)))
                yield f"{few}:{many}", {*((0, i) for i in a), *((1, j) for j in b)}


def stories(path: Path) -> dict[str, dict[str, list[str]]]:
    variants: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        lines = [x.strip() for x in row["text"].split("\n") if x.strip()]
        variants[row["story_id"]].setdefault(row["lang"], lines)
    return variants


def cases(path: Path, seeds: Sequence[int] = SEEDS, kind: str = "") -> Iterator[Case]:
    """Yield cases of one kind: dropped and moved paragraphs, or `runs`."""
    make = {"": case, "runs": case_of_runs}[kind]
    for story_id, variants in sorted(stories(path).items()):
        for a, b in PAIRS:
            if a in variants and b in variants and len(variants[a]) == len(variants[b]) >= 4:
                for seed in seeds:
                    rng = random.Random(" ".join(filter(None, (story_id, a, b, str(seed), kind))))
                    new_case = make(story_id, (a, b), variants[a], variants[b], rng)
                    if all(new_case.texts):
                        yield new_case


def case(
    story_id: str, languages: tuple[str, str], lines_a: list[str], lines_b: list[str], rng: random.Random
) -> Case:
    spans = _spans(len(lines_a), (1, 1, 2, 3), rng)
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
    links = _links((side_a, side_b))
    moved_links = frozenset(link for link in links if any(carried in side_a[i] for i in link[0]))
    texts = _texts((side_a, side_b), (lines_a, lines_b), spans)
    had = _had((side_a, side_b), (lines_a, lines_b), spans)
    return Case(languages, story_id, carried is not None, texts, links, moved_links, had=had)


def case_of_runs(
    story_id: str, languages: tuple[str, str], lines_a: list[str], lines_b: list[str], rng: random.Random
) -> Case:
    """Make two texts of which either has runs of two to four paragraphs as one of the other."""
    spans = _spans(len(lines_a), (1, 1, 2), rng)
    sides: Sides = ([], [])
    at = 0
    while at < len(spans):
        remaining, chance = len(spans) - at, rng.random()
        if chance < RUN_BEGINS and remaining >= 2:
            run = min(remaining, rng.choice(RUN_SIZES))
            run_side, parts = rng.sample(sides, 2)
            run_side.append(tuple(range(at, at + run)))
            parts += [(x,) for x in range(at, at + run)]
        elif chance < RUN_BEGINS + CUT_ANEW and remaining >= 4:
            run = 4
            two, three = rng.sample(sides, 2)
            two += [(at, at + 1), (at + 2, at + 3)]
            three += [(at,), (at + 1, at + 2), (at + 3,)]
        else:
            run = 1
            missing = rng.random()
            for place, side in enumerate(sides):
                if not place * DROPPED_OF_RUNS <= missing < (place + 1) * DROPPED_OF_RUNS:
                    side.append((at,))
        at += run
    texts = _texts(sides, (lines_a, lines_b), spans)
    had = _had(sides, (lines_a, lines_b), spans)
    return Case(languages, story_id, False, texts, _links(sides), frozenset(), had=had)


def _spans(count: int, sizes: Sequence[int], rng: random.Random) -> list[range]:
    """Cut so many lines into paragraphs of these sizes."""
    cuts = [0]
    while cuts[-1] < count:
        cuts.append(min(count, cuts[-1] + rng.choice(sizes)))
    return [range(start, end) for start, end in pairwise(cuts)]


def _links(sides: Sides) -> frozenset[Link]:
    """What shares a line belongs together; two merged ones that overlap in part chain up, as in life."""
    return frozenset((tuple(a), tuple(b)) for a, b in components(*sides) if a and b)


def _had(
    sides: Sides, lines_of_sides: tuple[list[str], list[str]], spans: Sequence[Sequence[int]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    shares: list[tuple[float, ...]] = []
    for side, opposite, lines in zip(sides, reversed(sides), lines_of_sides, strict=True):
        letters = [sum(len(lines[n]) for n in span) for span in spans]
        told = {x for group in opposite for x in group}
        shares.append(
            tuple(
                sum(letters[x] for x in told.intersection(group)) / sum(letters[x] for x in group)
                for group in side
            )
        )
    return shares[0], shares[1]


def _texts(
    sides: Sides, lines_of_sides: tuple[list[str], list[str]], spans: Sequence[Sequence[int]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    text_a, text_b = (
        tuple(" ".join(lines[n] for x in group for n in spans[x]) for group in side)
        for side, lines in zip(sides, lines_of_sides, strict=True)
    )
    return text_a, text_b


def merged(places: list[int], carried: int | None, rng: random.Random) -> list[tuple[int, ...]]:
    side: list[tuple[int, ...]] = []
    for x in places:
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


def runs(
    part: str | None = None, seeds: Sequence[int] = SEEDS, files: Sequence[Path] = RETOLD
) -> Iterator[Case]:
    """Yield texts of ours in which three or four paragraphs of one side stand as one on the other.

    They are invented stories told in the same order of sentences, with numbers that look single-sided and
    are not: Roman ones in Cyrillic letters, words beside digits, figures that stand in the other's headline.
    Sentences outside of the runs are dropped, a tenth of each side: those are the true omissions. `part` is
    `dev` or `kept`, by a hash of the story, or as its heading says.
    """
    for block in (x for file in files for x in file.read_text("utf-8").split("=== ")[1:]):
        name, *sides = block.split("--- ")
        story_id, part_of_story = (*name.split(), ("dev", "kept")[part_by_hash(name.strip())])[:2]
        texts = {language: lines for language, *lines in (side.strip().split("\n") for side in sides)}
        if part in {None, part_of_story}:
            for a, b in PAIRS:
                for seed in seeds:
                    rng = random.Random(f"{story_id} {a} {b} {seed}")
                    yield _with_runs(story_id, (a, b), (texts[a], texts[b]), rng)


def _with_runs(
    story_id: str, languages: tuple[str, str], lines_of_sides: tuple[list[str], list[str]], rng: random.Random
) -> Case:
    """Merge one or two runs of lines after the headline, each on a side of its own choice."""
    sides: Sides = ([], [])
    at, end = 1, len(lines_of_sides[0])
    before = rng.randrange(3)
    while at < end:
        length = rng.choice((3, 4))
        if before == 0 and at + length <= end:
            run_side = rng.randrange(2)
            sides[run_side].append(tuple(range(at, at + length)))
            sides[1 - run_side].extend((n,) for n in range(at, at + length))
            at, before = at + length, rng.randint(1, 2)
        else:
            dropped = rng.choice((0, 1)) if rng.random() < 2 * RUNS_DROPPED else None
            for n, side in enumerate(sides):
                side.extend([(at,)] if n != dropped else [])
            at, before = at + 1, max(0, before - 1)
    texts = _texts(sides, lines_of_sides, [(n,) for n in range(end)])
    headlines = lines_of_sides[0][0], lines_of_sides[1][0]
    return Case(languages, story_id, False, texts, _links(sides), frozenset(), headlines)


def of_single_paragraphs(count: int = NUMBERS_TEXTS) -> Iterator[Case]:
    """Yield texts of four to nine paragraphs of news, as two newsrooms tell each; a seventh is on one side.

    They tell how little a paragraph may have in common with its partner, and nothing of what the paragraphs
    of one story have in common.
    """
    paragraphs_by_languages: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for path in NUMBERS:
        for line in path.read_text("utf-8").splitlines():
            language_a, language_b, _, a, b = line.split("\t")
            paragraphs_by_languages[language_a, language_b].append((a, b))
    rng = random.Random("single paragraphs")
    for number in range(count):
        languages = rng.choice(sorted(paragraphs_by_languages))
        texts: tuple[list[str], list[str]] = ([], [])
        links: set[Link] = set()
        for paragraphs in rng.sample(paragraphs_by_languages[languages], rng.randint(4, 9)):
            missing = rng.random()
            for place, (side, text) in enumerate(zip(texts, paragraphs, strict=True)):
                if not place * NUMBERS_DROPPED <= missing < (place + 1) * NUMBERS_DROPPED:
                    side.append(text)
            if missing >= 2 * NUMBERS_DROPPED:
                links.add(((len(texts[0]) - 1,), (len(texts[1]) - 1,)))
        if texts[0] and texts[1]:
            sides, story_id = (tuple(texts[0]), tuple(texts[1])), f"single paragraphs {number}"
            headlines = texts[0][0], texts[1][0]
            yield Case(languages, story_id, False, sides, frozenset(links), frozenset(), headlines)


def swallowed(texts: Iterable[Case]) -> Iterator[Case]:
    """Yield texts of which one side tells some paragraphs inside of others that stand elsewhere.

    They show what is not left out although nothing is like it. Of the links only the paragraphs are right.
    """
    for case in texts:
        rng = random.Random(f"swallowed {case.story_id} {case.languages} {case.texts[0][0]}")
        side = rng.randrange(2)
        links = sorted(link for link in case.links if len(link[0]) == len(link[1]) == 1)
        rng.shuffle(links)
        singles = [link[side][0] for link in links]
        lost = singles[: max(1, len(singles) // SWALLOWED)]
        paragraphs = dict(enumerate(case.texts[side]))
        for place in lost:
            hosts = [x for x in singles[len(lost) :] if abs(x - place) > 1]
            if hosts:
                host = rng.choice(hosts)
                parts = [paragraphs[host], paragraphs.pop(place)]
                rng.shuffle(parts)
                paragraphs[host] = " ".join(parts)
        if len(paragraphs) < len(case.texts[side]):
            linked_places = [{x for link in case.links for x in link[n]} for n in (0, 1)]
            told = [tuple(sorted(linked_places[0])), tuple(sorted(linked_places[1]))]
            told[side] = tuple(n for n, place in enumerate(paragraphs) if place in linked_places[side])
            sides = [case.texts[0], case.texts[1]]
            sides[side] = tuple(paragraphs.values())
            yield replace(
                case,
                texts=(sides[0], sides[1]),
                links=frozenset({(told[0], told[1])}),
                moved=frozenset(),
                headlines=("", ""),
            )
