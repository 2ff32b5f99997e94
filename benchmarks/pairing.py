"""Measure pairing by content: `python benchmarks/pairing.py [--data FILE] [--fit | --check | …]`.

Stories of ../shared/data/pairs are split into two halves by a hash of their id. Weights fitted on one
half are measured on the other, and the other way round, so no story is measured with weights that have
seen it. (The lexicon is written by hand, and not from these.) In each language pair half of the stories
keep both sides, a quarter only the first and a quarter only the second, so a third of the documents have
no partner; two seeds.

`rewrites` and `reports` are invented news of ours (benchmarks/invented_news.py), their part `dev`, in three
languages together; `late` are the rewrites, each up to four days after the first text of its story. They are
split by event, and by kind of report: `whole`, `halved`, and `alone` with nothing to pair.

`full` is the whole text, `lead` title and 300 characters. `halves` has the other half of each article as
a distractor. `abridged` drops half of the English (else Russian) sentences. `other day` has, for half of
the stories, a second text on the second side with every number changed, as in the daily report of the
next day. `few` is the same in pools of eight stories.

`--sets ours` measures what is shipped on our own rewrites and daily reports, see
benchmarks/pairing_invented.py; who tunes never asks for `--part kept`.

`--fit` fits on everything and writes pipelines/pairing/content/weights.json and background.npz. The same data
gives the same files: `--check` fits, writes nothing, and ends with 1 where something differs.
"""

import math
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from bisect import bisect_right
from collections import defaultdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from collections.abc import Sequence

from numpy.typing import NDArray

from benchmarks.invented_news import PARTS, rewrites
from benchmarks.invented_reports import reports
from benchmarks.pairing_fit import cross_fit, differs, fit_all, judged, write
from benchmarks.pairing_invented import measure
from benchmarks.pairing_sets import DATA, Trial, load
from benchmarks.quality_page import write as write_page
from pipelines.pairing.content.weights import FILE, Weights

Tested = Sequence[tuple[Trial, Weights]]
Counts = dict[tuple[str, str], NDArray[np.float64]]
"""By languages and kind of text: right, said, right `auto`, `auto`, and pairs to find."""

BANDS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1.0)

ON_PAGE = (
    *("full", "lead", "halves", "edited", "changed", "changed, dated", "converted, dated", "other day"),
)
"""Kinds of text in the table of the page of figures."""


def wilson(right: int, of: int) -> float:
    """Lower end of the 95 % interval of a share."""
    z, share = 1.96, right / of
    middle, spread = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2)
    return (middle - spread) / (1 + z * z / of)


def counted(tested: Tested) -> tuple[Counts, dict[tuple[str, str], dict[tuple[str, str], bool]]]:
    """Count pairs by languages and kind of text, and tell of each different `auto` pair if it is right."""
    sums: dict[tuple[str, str], NDArray[np.float64]] = defaultdict(lambda: np.zeros(5))
    apart: dict[tuple[str, str], dict[tuple[str, str], bool]] = defaultdict(dict)
    for trial, weights in tested:
        best, _, tiers = judged(trial, weights)
        truth, auto = (
            np.array([x.right for x in best], dtype=float),
            np.array([x == "auto" for x in tiers], dtype=bool),
        )
        yes = np.array([x in {"auto", "probable"} for x in tiers], dtype=bool)
        counts = [truth[yes].sum(), yes.sum(), truth[auto].sum(), auto.sum(), trial.gold]
        sums[trial.languages, trial.mode] += counts
        for x, sure in zip(best, auto, strict=True):
            if sure:
                apart[trial.languages, trial.mode][x.ids] = x.right
    return sums, apart


def accuracy_table(tested: Tested) -> Table:
    table = Table("pair", "texts", "P", "R", "F1", "auto P", "auto R", "different auto pairs", "auto P from")
    sums, apart = counted(tested)
    for key, (right, reported, sure_right, sure, gold) in sums.items():
        with np.errstate(invalid="ignore"):
            numbers = (
                right / reported, right / gold, 2 * right / (reported + gold), sure_right / sure,
                sure_right / gold,
            )  # fmt: skip
        of_auto = apart[key].values()
        table.add_row(
            *key,
            *(f"{x:.3f}" for x in numbers),
            str(len(of_auto)),
            f"{wilson(sum(of_auto), len(of_auto)):.3f}" if of_auto else "",
        )
    table.caption = (
        "A pair that several seeds drew counts once under `different auto pairs`; `auto P from` is the lower "
        "end of the 95 % interval (Wilson) that so many pairs give."
    )
    return table


def page_table(tested: Tested) -> Table:
    """Return precision and recall of each kind of text, and those of `auto`, for the page of figures."""
    sums, _ = counted(tested)
    pairs = list(dict.fromkeys(pair for pair, _ in sums if "-" in pair))
    table = Table("texts", *(f"{pair}: P, R; auto P, R" for pair in pairs))
    for mode in ON_PAGE:
        cells = []
        for pair in pairs:
            right, reported, sure_right, sure, gold = sums[pair, mode]
            of_all, of_auto = (right / reported, right / gold), (sure_right / sure, sure_right / gold)
            cells.append("; ".join(", ".join(f"{x:.3f}" for x in shares) for shares in (of_all, of_auto)))
        table.add_row(mode, *cells)
    return table


def reliability_table(tested: Tested) -> Table:
    bands: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for trial, weights in tested:
        best, likely, _ = judged(trial, weights)
        for probability, x in zip(likely, best, strict=True):
            bands[min(bisect_right(BANDS, probability), len(BANDS) - 1)].append((probability, x.right))
    table = Table("probability", "said, in the mean", "right", "pairs")
    for band, pairs in sorted(bands.items()):
        claim, right = (np.mean([x[n] for x in pairs]) for n in (0, 1))
        table.add_row(f"{BANDS[band - 1]}-{BANDS[band]}", f"{claim:.3f}", f"{right:.3f}", f"{len(pairs):,}")
    return table


def probable_table(tested: Tested) -> Table:
    """Return what is said of `probable` pairs, in the mean, and how many are right, by kind of text."""
    by_kind: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for trial, weights in tested:
        kind = trial.mode if "-" in trial.languages else f"{trial.languages}, {trial.mode}"
        for x, probability, tier in zip(*judged(trial, weights), strict=True):
            if tier == "probable":
                by_kind[kind].append((probability, x.right))
    table = Table("texts", "probable", "said, in the mean", "right")
    for kind, pairs in sorted(by_kind.items()):
        reported, right = (np.mean([x[n] for x in pairs]) for n in (0, 1))
        table.add_row(kind, str(len(pairs)), f"{reported:.3f}", f"{right:.3f}")
    return table


def main() -> int:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--fit", action="store_true", help="fit on all stories and write what is shipped")
    mode.add_argument("--check", action="store_true", help="fit, and say whether that is what is shipped")
    parser.add_argument("--write", action="store_true", help="write the tables into the page of figures")
    mode.add_argument("--sets", choices=["ours"], help="measure what is shipped on our own invented news")
    parser.add_argument("--part", choices=PARTS, default="dev", help="with --sets: the part that is measured")
    parser.add_argument("--errors", action="store_true", help="with --sets: list wrong and missed pairs")
    arguments = parser.parse_args()
    if arguments.errors and arguments.part == "kept":
        parser.error("--errors is for --part dev: nobody looks into the part that is kept back")
    if arguments.sets:
        table = measure(arguments.part, Console(width=150), lists_errors=arguments.errors)
        if arguments.write:
            write_page("rewrites and reports", table)
        return 0
    if not arguments.data.is_file():
        parser.error(f"{arguments.data} is missing: --data names a file of stories in several languages")
    rows, started, console = load(arguments.data), time.process_time(), Console(width=110)
    fitted = cross_fit(rows, arguments.data, [*rewrites("dev"), *reports("dev")])
    if arguments.fit or arguments.check:
        weights, facts, pairs = fit_all(rows, fitted)
        if arguments.check:
            differing = differs(weights, facts, arguments.data, pairs)
            print(f"{pairs:,} pairs: {'other: ' + ', '.join(differing) if differing else 'what is shipped'}")
            return int(bool(differing))
        write(weights, facts, arguments.data, pairs)
        print(f"{FILE}: {pairs:,} pairs of {arguments.data.name}")
    candidates = sum(len(x.pairs) for half in fitted.halves for trial in half for x in trial.blocks)
    console.print(accuracy_table(fitted.tested))
    console.print(reliability_table(fitted.tested), probable_table(fitted.tested))
    if arguments.write:
        write_page("pairs", page_table(fitted.tested))
        write_page("probability", reliability_table(fitted.tested))
    took = f"{time.process_time() - started:.0f} s CPU"
    console.print(f"{len(rows)} documents, {candidates:,} candidate pairs, {took}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
