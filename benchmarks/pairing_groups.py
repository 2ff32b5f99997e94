"""Count the stories that come out exactly right; used by benchmarks/pairing.py.

Of the stories of three languages two in three keep all, and one in three keeps one language. Beside them
are the stories of two languages, and half of those of one. Pairs by content are grouped as in the
archive. A story is right when all its articles and no others are together. Weights are fitted on the
other half of the stories, by a hash of their id; three seeds.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime

from rich.table import Table

from archive.format.records import LinkFacts
from benchmarks.pairing_fit import Fitted
from benchmarks.pairing_sets import SEEDS, Row, reading
from pipelines.pairing.content.compare import compare
from pipelines.pairing.content.weights import Weights
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.similarity.document import ArticleReading

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def drawn(rows: list[Row], seed: int) -> list[Row]:
    stories: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        stories[row.story_id][row.language] = row
    rng, kept = random.Random(seed), list[Row]()
    for _, story in sorted(stories.items()):
        chance, languages = rng.random(), sorted(story)
        if len(story) == 3:
            kept += story.values() if chance < 2 / 3 else [story[rng.choice(languages)]]
        elif len(story) == 2 or chance < 0.5:
            kept += story.values()
    return kept


def facts(row: Row) -> LinkFacts:
    return LinkFacts(
        article_id=row.doc_id, story_id=row.doc_id, outlet="pool", language=row.language, url=row.doc_id,
        requested_url=row.doc_id, canonical_url=None, alternates=(), story_key=None, first_seen=NOW,
    )  # fmt: skip


def grouped_right(kept: list[Row], mode: str, weights: Weights) -> Counter[str]:
    found = compare([named(row, mode) for row in kept], weights=weights)
    decisions = decide([facts(row) for row in kept], (), DecisionBasis(now=NOW, matches=found))
    story_of = {x.article_id: x.story_id for x in decisions.memberships}
    together, truth = defaultdict(set), defaultdict(set)
    for row in kept:
        together[story_of.get(row.doc_id, row.doc_id)].add(row.doc_id)
        truth[row.story_id].add(row.doc_id)
    said, count = {frozenset(x) for x in together.values()}, Counter[str]()
    for ids in truth.values():
        for which in ("all", str(len(ids))):
            count[which] += 1
            count[f"{which} right"] += frozenset(ids) in said
    return count


def groups_table(fitted: Fitted) -> Table:
    table = Table("texts", "stories", "exactly right", "of three languages", "exactly right")
    for mode in ("full", "lead"):
        count = Counter[str]()
        for part, weights in zip(fitted.parts, fitted.weights, strict=True):
            for seed in SEEDS:
                count += grouped_right(drawn(part, seed), mode, weights)
        cells = (x for n in ("all", "3") for x in (f"{count[n]:,}", f"{count[f'{n} right'] / count[n]:.3f}"))
        table.add_row(mode, *cells)
    return table


def named(row: Row, mode: str) -> ArticleReading:
    found = reading(row, mode)
    return replace(found, document=replace(found.document, article_id=row.doc_id))
