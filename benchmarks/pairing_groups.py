"""How many stories come out exactly right: `python benchmarks/pairing_groups.py [--data FILE]`.

Stories of three languages, of which two in three keep all, and one in three one language alone; beside them
the stories of one language only. What pairing joins by content is grouped as in the archive. Right is a
story of which all articles and no others are together. Weights are fitted on the other half of the stories,
by a hash of their id; three seeds.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive.records import LinkFacts
from benchmarks.pairing import DATA, SEEDS, Row, calibrate, fit, half_of, know, load, reading, trials
from pipelines.pairing import decide
from pipelines.pairing.content import compare

if TYPE_CHECKING:
    from pipelines.pairing.reading import Reading

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
        elif len(story) == 1 and chance < 0.5:
            kept += story.values()
    return kept


def facts(row: Row) -> LinkFacts:
    return LinkFacts(
        article_id=row.doc_id, story_id=row.doc_id, outlet="pool", language=row.language, url=row.doc_id,
        requested_url=row.doc_id, canonical_url=None, alternates=(), story_key=None, first_seen=NOW,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    rows = load(parser.parse_args().data)
    parts = [[row for row in rows if half_of(row.story_id) == half] for half in (0, 1)]
    known = [know(parts[1]), know(parts[0])]
    halves = [trials(parts[half], known[half]) for half in (0, 1)]
    fitted = [fit(halves[half], known[half]) for half in (0, 1)]
    calibrations = [calibrate([(x, fitted[1 - half]) for x in halves[half]]) for half in (0, 1)]
    print("texts  stories  of three  exactly right  of three")
    for mode in ("full", "lead"):
        right, right_of_three, all_of_three, stories = 0, 0, 0, 0
        for half in (0, 1):
            weights = replace(fitted[1 - half], calibration=calibrations[1 - half])
            for seed in SEEDS:
                kept = drawn(parts[half], seed)
                found = compare([named(row, mode) for row in kept], weights=weights)
                decisions = decide([facts(row) for row in kept], (), now=NOW, matches=found)
                story_of = {x.article_id: x.story_id for x in decisions.memberships}
                together, truth = defaultdict(set), defaultdict(set)
                for row in kept:
                    together[story_of.get(row.doc_id, row.doc_id)].add(row.doc_id)
                    truth[row.story_id].add(row.doc_id)
                said = [frozenset(x) for x in together.values()]
                for ids in truth.values():
                    fits = frozenset(ids) in said
                    stories, right = stories + 1, right + fits
                    all_of_three += len(ids) == 3
                    right_of_three += fits and len(ids) == 3
        print(
            f"{mode:5}  {stories:7}  {all_of_three:8}  {right / stories:13.3f}  "
            f"{right_of_three / all_of_three:8.3f}"
        )


def named(row: Row, mode: str) -> Reading:
    found = reading(row, mode)
    return replace(found, document=replace(found.document, article_id=row.doc_id))


if __name__ == "__main__":
    main()
