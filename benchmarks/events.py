"""Measure `same_event`: `python benchmarks/events.py`.

Stories written by hand as three newsrooms would tell them (benchmarks/invented_news.py), each language an
outlet of its own, near twins among them. Around them stand as many articles of ../shared/data/pairs, one a
story, of other outlets and with dates of the same two weeks; without that folder the stories are alone.
Weights are fitted on the part `dev` and measured on the part `kept`, which nobody has read to tune anything.

`tf-idf` is the cosine of transliterated n-grams, `all three` the sum that picks the candidates; both with the
threshold that is best on the very set they are measured on. Recall is of all pairs of the gold, candidates
or not. `--fit` fits on `dev` and writes pipelines/events/weights.json; `--check` fails where it does not.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.invented_news import rewrites
from pipelines.events.event_search import PROBABLE, READ, SURE
from pipelines.events.likeness import (
    FILE,
    NAMES,
    EventWeights,
    likenesses,
    shipped_event_weights,
    standardised,
)
from pipelines.similarity.document import Document, read
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.invented_news import Part

DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"
AROUND = 300
RIDGE = 1.0


class Weighed:
    """The candidates of a part, with their features, and which of them are pairs."""

    def __init__(self, part: Part) -> None:
        documents = [
            Document(x.doc_id, x.language, x.language, x.headline, x.text[:READ], x.published)
            for x in rewrites(part)
        ]
        stories = {x.doc_id: x.story_id for x in rewrites(part)}
        self.gold = {ids for ids in combinations(sorted(stories), 2) if stories[ids[0]] == stories[ids[1]]}
        documents += around(part)
        readings = [read(x) for x in documents]
        began = time.process_time()
        found = list(likenesses(readings, range(len(readings))))
        self.ms = 1000 * (time.process_time() - began) / len(readings)
        self.articles = len(documents)
        self.x = np.array([each.features for each in found])
        pairs = [
            tuple(sorted((documents[each.i].article_id, documents[each.j].article_id))) for each in found
        ]
        self.y = np.array([pair in self.gold for pair in pairs], dtype=np.float64)

    def row(self, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
        right, said = self.y[chosen].sum(), int(chosen.sum())
        precision, recall = right / max(1, said), right / len(self.gold)
        f1 = 2 * right / max(1, said + len(self.gold))
        return str(said), f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"

    def best(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Choose by the threshold that is best on this very set."""
        order = np.sort(np.unique(scores))[::-1][: 4 * len(self.gold)]
        return scores >= max(
            order, key=lambda t: self.y[scores >= t].sum() / ((scores >= t).sum() + len(self.gold))
        )


def around(part: Part) -> list[Document]:
    if not DATA.exists():
        print(f"{DATA} is missing: the stories stand alone", file=sys.stderr)
        return []
    rng = random.Random(f"around {part}")
    rows = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
    rng.shuffle(rows)
    stories = {row["story_id"]: row for row in rows if row["lang"] in LANGUAGES}
    first = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        Document(
            f"around:{row['doc_id']}",
            f"other-{row['lang']}",
            row["lang"],
            row["title"] or "",
            row["text"][:READ],
            first + timedelta(minutes=rng.randrange(15 * 1_440)),
        )
        for row in list(stories.values())[:AROUND]
    ]


def fit(each: Weighed) -> EventWeights:
    """Logistic regression by Newton's method."""
    mean, scale = (np.round(x, 5) for x in (each.x.mean(axis=0), each.x.std(axis=0) + 1e-4))
    z = np.column_stack([standardised(each.x, mean, scale), np.ones(len(each.x))])
    w, ridge = np.zeros(z.shape[1]), np.diag([*(RIDGE,) * len(NAMES), 0.0])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        curve = (z * (p * (1 - p))[:, None]).T @ z + ridge
        step = np.linalg.solve(curve, z.T @ (each.y - p) - ridge @ w)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    return EventWeights(mean, scale, np.round(w[:-1], 4), round(float(w[-1]), 4))


def stored(weights: EventWeights) -> str:
    document = {
        "version": 1,
        "features": list(NAMES),
        **{name: getattr(weights, name).tolist() for name in ("mean", "scale", "weight")},
        "bias": weights.bias,
    }
    return json.dumps(document, indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fit", action="store_true", help="fit on dev and write the weights")
    how.add_argument("--check", action="store_true", help="fit, and say whether that is what is shipped")
    options = parser.parse_args()
    if options.fit or options.check:
        fitted = stored(fit(Weighed("dev")))
        if options.check:
            same = fitted == FILE.read_text("utf-8")
            print("what is shipped" if same else "other weights")
            return int(not same)
        FILE.write_text(fitted, encoding="utf-8")
        print(f"weights in {FILE}")
        return 0
    table = Table("part", "way", "said", "precision", "recall", "F1")
    for part in ("dev", "kept"):
        each = Weighed(part)
        p = shipped_event_weights().probabilities(each.x)
        print(
            f"{part}: {each.articles} articles, {len(each.gold)} pairs, {len(each.y)} candidates, "
            f"{each.ms:.1f} ms of CPU an article for comparing"
        )
        for name, chosen in (
            ("sure", p >= SURE),
            ("probable", (p >= PROBABLE) & (p < SURE)),
            ("sure and probable", p >= PROBABLE),
            ("tf-idf, best threshold", each.best(each.x[:, NAMES.index("ngrams")])),
            ("all three, best threshold", each.best(each.x[:, NAMES.index("together")])),
        ):
            table.add_row(part, name, *each.row(chosen))
    Console(width=100).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
