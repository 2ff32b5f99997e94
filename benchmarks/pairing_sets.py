"""Stories that pairing is fitted and measured on, and sets made of them; used by benchmarks/pairing.py."""

import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.alignment_fit import fit as fit_paragraphs
from benchmarks.alignment_sets import cases
from benchmarks.invented_news import part_by_hash
from benchmarks.pairing_changed import CHANGED, altered, published, reports_figures
from pipelines.alignment.paragraphs import prepared
from pipelines.alignment.weights import Weighting
from pipelines.pairing.content.candidates import Compared
from pipelines.pairing.content.features import Expected
from pipelines.pairing.content.rarity import pool
from pipelines.pairing.content.shortlist import Block
from pipelines.similarity.background import Background
from pipelines.similarity.document import ArticleReading, Document, read
from pipelines.similarity.lexicon import LANGUAGES
from pipelines.similarity.vectors import Vectors

DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"
MODES = ("full", "lead", "halves", "abridged", "edited", "other day", "few")
SEEDS = range(2)
_NUMBER = re.compile(r"\d+")
_Key = TypeVar("_Key", str, int)
_COMMON = 0.08
"""Share of the articles from which on an n-gram counts as common."""
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
    """Articles that are paired together: candidate pairs of each two languages, and which are one story."""

    languages: str
    mode: str
    blocks: tuple[Block, ...]
    truths: tuple[NDArray[np.float64], ...]
    """For each block, 1 for each pair that is one story."""
    gold: int


@dataclass(frozen=True)
class Known:
    """Facts about the languages, counted beforehand on stories that are not those of the trial."""

    backgrounds: dict[str, Background]
    expected: dict[str, Expected]
    passages: Weighting


def load(path: Path) -> list[Row]:
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Row(line["doc_id"], line["story_id"], line["lang"], line["title"], line["text"]) for line in lines
    ]


def another(number: str, seed: str) -> str:
    """As many digits, and not the same ones."""
    rng = random.Random(f"{number} {seed}")
    digits = "".join(rng.choice("123456789") for _ in number)
    return digits if digits != number else another(number, f"{seed}'")


def edited(title: str, text: str, seed: str) -> tuple[str, str]:
    """As a desk alters what another has written: one number another one wherever it stands, one line less."""
    rng = random.Random(f"{seed} edited")
    numbers = sorted({x[0] for x in _NUMBER.finditer(text) if len(x[0]) > 1})
    if numbers:
        old = rng.choice(numbers)
        new = str(rng.randrange(10 ** (len(old) - 1), 10 ** len(old)))
        title, text = (
            re.sub(rf"(?<!\d){old}(?!\d)", lambda x: new if new != old else _typo(x[0], rng), part)
            for part in (title, text)
        )
    rng = random.Random(f"{seed} a paragraph less")
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 2:
        del lines[rng.randrange(1, len(lines) - 1)]
    return title, "\n".join(lines)


def _typo(number: str, rng: random.Random) -> str:
    at = rng.randrange(len(number))
    return number[:at] + rng.choice("123456789".replace(number[at], "")) + number[at + 1 :]


@cache
def reading(row: Row, mode: str, part: int = 0) -> ArticleReading:
    text, title, sentences = row.text, row.title, _SENTENCE.split(row.text)
    if mode == "lead":
        text = text[:300]
    elif mode == "halves":
        middle = len(sentences) // 2
        text = " ".join(sentences[middle:] if part else sentences[:middle])
        title = "" if part else title
    elif mode == "edited":
        title, text = edited(title, text, row.doc_id)
    elif mode == "other day":
        text = _NUMBER.sub(lambda number: another(number[0], row.doc_id), text)
    elif mode == "abridged":
        places = random.Random(row.doc_id).sample(range(len(sentences)), max(1, len(sentences) // 2))
        text = " ".join(sentences[n] for n in sorted(places))
    return read(Document(f"{row.doc_id}#{part}{mode[:1]}", "pool", row.language, title, text))


def draw(rows: list[Row], a: str, b: str, seed: int, alone: float = 1 / 3) -> tuple[list[Row], list[Row]]:
    """Documents of two languages; `alone` is the share of them without partner."""
    both = (1 - alone) / (1 + alone)
    rng = random.Random(f"{seed} {a} {b}")
    stories: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        stories[row.story_id][row.language] = row
    side_a, side_b = [], []
    for _, story in sorted(stories.items()):
        chance = rng.random()
        if a in story and b in story:
            side_a += [story[a]] if chance < (1 + both) / 2 else []
            side_b += [story[b]] if chance < both or chance >= (1 + both) / 2 else []
        elif chance < 0.75 * alone:
            side_a += [story[a]] if a in story else []
            side_b += [story[b]] if b in story else []
    return side_a, side_b


def trial(
    drawn: tuple[list[Row], list[Row]], languages: str, mode: str, facts: Known, further: Sequence[Row] = ()
) -> Trial:
    parts = (0, 1) if mode == "halves" else (0,)
    # Of an abridged translation the original is whole.
    modes = [mode if mode in {"lead", "halves"} else "full"] * 2
    modes[1] = mode if mode in {"abridged", "edited"} else modes[1]
    side_a, side_b = (
        [(row.story_id, part, reading(row, mode_of_side, part)) for row in side for part in parts]
        for side, mode_of_side in zip(drawn, modes, strict=True)
    )
    side_b += [(f"{row.story_id} of another day", 0, reading(row, "other day")) for row in further]
    a, b = languages.split("-")
    pool_a = pool([entry[2] for entry in side_a], facts.backgrounds[a])
    pool_b = pool([entry[2] for entry in side_b], facts.backgrounds[b])
    block = slim(Block.of(pool_a, pool_b, facts.expected))
    truth = np.array([side_a[i][:2] == side_b[j][:2] for i, j in block.pairs], dtype=np.float64)
    gold = len({entry[:2] for entry in side_a} & {entry[:2] for entry in side_b})
    return Trial(languages, mode, (block,), (truth,), gold)


def slim(block: Block) -> Block:
    """Without the vectors, which are needed no more and take most of the memory."""
    none = Vectors.of([])
    pool_a, pool_b = (
        replace(side, ngrams=none, anchor_vectors=none, meaning_vectors=none)
        for side in (block.pool_a, block.pool_b)
    )
    return replace(block, pool_a=pool_a, pool_b=pool_b)


def paragraphs(data: Path, rows: Sequence[Row]) -> Weighting:
    """Fit weights that recognise passages that say the same, on these stories alone."""
    stories = {row.story_id for row in rows}
    chosen = [x for x in cases(data, (0,)) if x.story_id in stories]
    read_cases = [(x, *(prepared(x.texts[n], x.languages[n]) for n in (0, 1))) for x in chosen]
    return fit_paragraphs(read_cases, omissions=False)  # type: ignore[arg-type]


def know(rows: list[Row], passages: Weighting) -> Known:
    texts = {code: [reading(row, "full") for row in rows if row.language == code] for code in LANGUAGES}
    backgrounds = {code: background(texts[code]) for code in LANGUAGES}
    pools = {code: pool(texts[code], backgrounds[code]) for code in LANGUAGES}
    story = {row.doc_id + "#0f": row.story_id for row in rows}
    expected = {}
    for a, b in combinations(LANGUAGES, 2):
        pool_a, pool_b = pools[a], pools[b]
        stories_a, stories_b = (
            [story[article.document.article_id] for article in side.readings] for side in (pool_a, pool_b)
        )
        same = np.array(stories_a)[:, None] == np.array(stories_b)[None, :]
        length = np.median([
            math.log(pool_a.readings[i].letters / pool_b.readings[j].letters) for i, j in np.argwhere(same)
        ])  # fmt: skip
        nearest = (np.where(same, 0, signal).max(axis=1) for signal in Compared.of(pool_a, pool_b).signals)
        rivals = tuple(round(float(np.median(article)), 4) for article in nearest)
        expected[f"{a}-{b}"] = Expected(round(float(length), 4), rivals)
    return Known(backgrounds, expected, passages)


def background(readings: Sequence[ArticleReading]) -> Background:
    """Count what is common in the articles of one language."""
    keys, times = np.unique(np.concatenate([article.ngrams for article in readings]), return_counts=True)
    return Background(
        keys[times >= _COMMON * len(readings)],
        _shares([{anchor.key for anchor in (*article.anchors, *article.places)} for article in readings]),
        _shares([set(article.meanings) for article in readings]),
    )


def _shares(sets: Sequence[set[_Key]]) -> dict[_Key, float]:
    counts = Counter(key for keys in sets for key in keys)
    return {
        key: round(times / len(sets), 4) for key, times in sorted(counts.items()) if times >= 0.01 * len(sets)
    }


def trials(rows: list[Row], facts: Known, seeds: Sequence[int] = SEEDS) -> list[Trial]:
    return [
        trial(
            drawn, f"{a}-{b}", mode, facts, others(rows, drawn[0], b) if mode in {"other day", "few"} else ()
        )
        for a, b in combinations(LANGUAGES, 2)
        for mode in MODES
        for seed in seeds
        for drawn in ([draw(rows, a, b, seed)] if mode != "few" else small(draw(rows, a, b, seed), seed))
        if all(drawn)
    ]


def removed(rows: list[Row], facts: Known) -> list[Trial]:
    """Of each story one side only, so that nothing is to be paired."""
    drawn = ((a, b, draw(rows, a, b, 0, 1.0)) for a, b in combinations(LANGUAGES, 2))
    return [replace(trial(x, f"{a}-{b}", "full", facts), mode="alone") for a, b, x in drawn if all(x)]


def changed_trials(rows: list[Row], facts: Known) -> list[Trial]:
    """Return sets with changed figures and other units, and sets in which another day's report stands alone.

    Each with times of publication and without.
    """
    trials = []
    for a, b in combinations(LANGUAGES, 2):
        for seed in SEEDS:
            side_a, side_b = draw(rows, a, b, seed)
            stories = {row.story_id for row in side_a}
            reports = [
                x for x in rows if x.language == b and x.story_id in stories and reports_figures(x.text)
            ]
            for change, dated in product((*CHANGED, "translated"), (False, True)):
                side = reports if change == "another day" else side_b
                if side_a and side and (dated or change != "translated"):
                    trials.append(_changed_trial(side_a, side, f"{a}-{b}", change, facts, dated=dated))
    return trials


def _changed_trial(
    side_a: list[Row], side_b: list[Row], languages: str, change: str, facts: Known, *, dated: bool
) -> Trial:
    a, b = languages.split("-")
    pool_a = pool([altered_reading(row, "full", dated=dated) for row in side_a], facts.backgrounds[a])
    pool_b = pool([altered_reading(row, change, dated=dated) for row in side_b], facts.backgrounds[b])
    block, absent = slim(Block.of(pool_a, pool_b, facts.expected)), change == "another day"
    right = [not absent and side_a[i].story_id == side_b[j].story_id for i, j in block.pairs]
    gold = 0 if absent else len({row.story_id for row in side_a} & {row.story_id for row in side_b})
    mode = f"{change}, dated" if dated else change
    return Trial(languages, mode, (block,), (np.array(right, dtype=np.float64),), gold)


@cache
def altered_reading(row: Row, change: str, *, dated: bool) -> ArticleReading:
    title, text = altered(row.title, row.text, change, row.language, row.doc_id)
    at = published(change, row.story_id, row.doc_id) if dated else None
    return read(Document(f"{row.doc_id}#{change}{dated}", "pool", row.language, title, text, at))


def others(rows: list[Row], drawn: list[Row], language: str) -> list[Row]:
    """Of half of the stories the other side, whether it was drawn or not; where it has two numbers to change.

    With one of them another, all else being the same, it is more often the text as an editor has left it.
    """
    stories = {row.story_id for row in drawn if part_by_hash(row.doc_id, 1)}
    return [
        row
        for row in rows
        if row.language == language
        and row.story_id in stories
        and len({x for x in _NUMBER.findall(row.text) if len(x) > 1}) >= 2
    ]


def small(drawn: tuple[list[Row], list[Row]], seed: int) -> Iterator[tuple[list[Row], list[Row]]]:
    """Pools of eight stories, as a new archive has them in a week."""
    stories = sorted({row.story_id for side in drawn for row in side})
    random.Random(seed).shuffle(stories)
    for start in range(0, len(stories) - 7, 8):
        chosen = set(stories[start : start + 8])
        side_a, side_b = ([row for row in side if row.story_id in chosen] for side in drawn)
        if side_a and side_b:
            yield side_a, side_b
