"""Measure how well paragraphs of a story's variants are aligned: `python benchmarks/alignment.py`.

The texts are stories of ../shared/data/pairs whose variants were translated line by line. A seeded script
makes paragraphs of one to three lines, the same in both variants. Then, on either side, it drops 15
paragraphs in a hundred, merges two neighbours at 10 in a hundred, and in half of the texts carries one to
another place. Weights are fitted on one half of the stories, by a hash of their id, and measured on the
other, and the other way round.

A second set, `runs`, has the same stories cut otherwise: at one place in ten two to four paragraphs of one
side are one of the other, at one in twenty four are cut in another way on each side, and 16 in a hundred
stand on one side only. `omitted of 1:3` is the share of the paragraphs in such links that are told as
omitted or added.

A third set, `retold`, is invented news of ours (benchmarks/data/runs.txt, and runs_2.txt of later): each
language tells the same sentences in its own words, and runs of three or four are merged. Every fit has its
part `dev` too; what is shipped is measured on the part `kept`, into which nobody looks. The last tables tell,
by set and languages, how often what is told as omitted without doubt is right, and each range of confidence,
and how often a link without doubt is.

What is omitted is also learned from single paragraphs of news, and from texts in which some paragraphs are a
part of another that stands elsewhere. The blind sets (data/left_out_*.jsonl) are in no fit.

`links` counts a link as right only when it has exactly the right paragraphs of both sides, moved ones
too; `by content` counts what has a partner in the link for each of its paragraphs, so two links as one.
`omitted` counts paragraphs that the other side does not have. `moved` counts links that were carried.

`gale-church` is the length-only algorithm of 1993 with its own parameters. `n-grams` is our path with the
cosine of transliterated n-grams alone, fitted on the same half. Neither looks for moved paragraphs, so
`without moved` shows ours on texts in which none was carried. `--fit` fits on all stories and writes
pipelines/alignment/weights.json; the same data gives the same weights but for the rounding of the last digit,
and `--check` fails where it does not.
"""

import math
import re
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from collections.abc import Callable, Collection, Mapping, Sequence

from benchmarks.alignment_fit import GRAMS, Read, alone, f1, fit, score, stored
from benchmarks.alignment_sets import (
    NUMBERS,
    PAIRS,
    RETOLD,
    SEEDS,
    Case,
    Link,
    cases,
    of_single_paragraphs,
    swallowed,
)
from benchmarks.alignment_sets import runs as retold
from benchmarks.invented_news import part_by_hash
from benchmarks.quality_page import write as write_page
from pipelines.alignment.links import SURE_LINK, best_path, find_links, find_links_and_lone
from pipelines.alignment.omissions import SURE
from pipelines.alignment.paragraphs import Paragraphs, prepared
from pipelines.alignment.weights import FILE, Weighting, shipped_weighting

Report = tuple[str, float, bool, float]
"""Languages, confidence, true where the paragraph is alone indeed, and the share that the other text has."""
Way = Callable[[Case, Paragraphs, Paragraphs], list[Link]]

BINS = (0.0, 0.5, 0.7, 0.85, 0.95, 0.98, 1.0)
SIZES = ("1:2", "1:3", "1:4", "2:3")
RETOLD_SIZES = ("1:3", "1:4")
RETOLD_SEEDS = range(8)
"""Ways in which each retold story is cut for the fit: there are few stories."""
_HALF = 0.5
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-\d+)?")
_LAST_DIGIT = 1.5e-5
"""Weights have five digits."""
SWALLOW_EVERY = 4
"""Of the texts one in so many has paragraphs inside of others: more would make omissions unsure."""
DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"


def gale_church(case: Case, _text_a: Paragraphs, _text_b: Paragraphs) -> list[Link]:
    """Gale and Church 1993: c = 1, s² = 6.8, and its priors, on characters; costs turned into gains."""
    a, b = ([len(text) for text in side] for side in case.texts)
    priors = {(1, 1): 0.89, (2, 1): 0.0445, (1, 2): 0.0445, (1, 0): 0.00495, (0, 1): 0.00495}

    def cost(step: tuple[int, int], length_a: float, length_b: float) -> float:
        delta = abs(length_b - length_a) / math.sqrt(6.8 * max(1.0, (length_a + length_b) / 2))
        return -math.log(priors[step]) - math.log(max(1e-300, math.erfc(delta / math.sqrt(2))))

    alone_a, alone_b = [cost((1, 0), x, 0) for x in a], [cost((0, 1), 0, x) for x in b]
    tables = {}
    for down, right in ((1, 1), (2, 1), (1, 2)):
        gain = np.full((len(a) - down + 1, len(b) - right + 1), -1e9, dtype=np.float32)
        for i in range(gain.shape[0]):
            for j in range(gain.shape[1]):
                letters_a, letters_b = sum(a[i : i + down]), sum(b[j : j + right])
                apart = sum(alone_a[i : i + down]) + sum(alone_b[j : j + right])
                gain[i, j] = apart - cost((down, right), letters_a, letters_b)
        tables[down, right] = gain
    return [(tuple(range(i, i + x)), tuple(range(j, j + y))) for i, x, j, y in best_path(tables)]


def prepare(case: Case) -> Read:
    a, b = (prepared(text, code) for text, code in zip(case.texts, case.languages, strict=True))
    return case, a, b


def for_omissions(read: Sequence[Read]) -> list[Read]:
    """Read the texts from which only omissions are learned."""
    singles = list(of_single_paragraphs())
    texts = [*(case for case, _, _ in read), *singles][::SWALLOW_EVERY]
    return list(map(prepare, [*singles, *swallowed(texts)]))


def ours(weighting: Weighting) -> Way:
    return lambda _, a, b: [(x.a, x.b) for x in find_links_and_lone(a, b, weighting)[0]]


def measure(groups: Sequence[Read], way: Way) -> Counter[str]:
    count: Counter[str] = Counter()
    for case, text_a, text_b in groups:
        links = set(way(case, text_a, text_b))
        score(count, case, links)
        count["links the same"] += sum(says_the_same(case.links, link) for link in links)
        count["links had"] += sum(says_the_same(links, link) for link in case.links)
    return count


def lone(groups: Sequence[Read], weighting: Weighting) -> tuple[list[Report], Counter[str]]:
    """Return each paragraph told as omitted or added, and how many of a pair of languages there are."""
    rows, true = [], Counter[str]()
    for case, text_a, text_b in groups:
        _, *sides = find_links_and_lone(text_a, text_b, weighting)
        right, pair = alone(case, case.links), "-".join(case.languages)
        true[pair] += len(right)
        for side, of_side in enumerate(sides):
            for n, x in of_side.items():
                is_alone = (side, n) in right
                had = case.had[side][n] if case.had[side] else 1.0 - is_alone
                rows.append((pair, x.confidence, is_alone, had))
    return rows, true


def reliability_table(sets: Mapping[str, tuple[list[Report], Counter[str]]]) -> Table:
    """Tell of those told without doubt, and of each range of confidence, the share that is right."""
    names = "set", "pair", "true", "sure", "right", "less than half had", "recall"
    table = Table(*names, *_ranges(), title="omitted and added")
    for name, (reports, true) in sets.items():
        for pair in ("all", *("-".join(x) for x in PAIRS)):
            of_pair = [report[1:] for report in reports if pair in {report[0], "all"}]
            existing = true.total() if pair == "all" else true[pair]
            certain = [right for sure, right, _ in of_pair if sure >= SURE]
            less = [had < _HALF for sure, _, had in of_pair if sure >= SURE]
            by_range = [
                [right for sure, right, _ in of_pair if low <= sure < high + (high == 1)]
                for low, high in pairwise(BINS)
            ]
            table.add_row(
                *(name, pair, str(existing), str(len(certain)), _share(certain), _share(less)),
                f"{sum(certain) / max(1, existing):.3f}",
                *(f"{_share(x)} of {len(x)}" for x in by_range),
            )
    return table


def sure_links(groups: Sequence[Read], weighting: Weighting) -> dict[str, Counter[str]]:
    """Count, for each pair of languages and for all, the links there are and those told without doubt."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case, text_a, text_b in groups:
        links, _, _ = find_links_and_lone(text_a, text_b, weighting)
        told = [(x.a, x.b) for x in links if x.probability >= SURE_LINK]
        count = Counter(
            true=len(case.links),
            sure=len(told),
            exact=len(case.links.intersection(told)),
            same=sum(says_the_same(case.links, link) for link in told),
        )
        for name in ("-".join(case.languages), "all"):
            counts[name] += count
    return counts


def says_the_same(true: Collection[Link], link: Link) -> bool:
    """Tell if each paragraph of a link has its partner in it: a part of a longer link has, a stranger not."""
    a, b = map(set, link)
    partners = [(a.intersection(x), b.intersection(y)) for x, y in true]
    together = [(x, y) for x, y in partners if x and y]
    return a == set().union(*(x for x, _ in together)) and b == set().union(*(y for _, y in together))


def sure_links_table(sets: Mapping[str, Mapping[str, Counter[str]]]) -> Table:
    table = Table("set", "pair", "true", "sure", "by content", "right", "recall", title="links")
    for name, counts in sets.items():
        for pair, count in sorted(counts.items()):
            of_sure = [f"{count[x] / max(1, count['sure']):.3f}" for x in ("same", "exact")]
            recall = f"{count['exact'] / max(1, count['true']):.3f}"
            table.add_row(name, pair, str(count["true"]), str(count["sure"]), *of_sure, recall)
    return table


def _share(right: Sequence[bool]) -> str:
    return f"{sum(right) / len(right):.3f}" if right else "-"


def runs_table(read: Sequence[Read], fitted: Sequence[Weighting], *, simpler: bool = True) -> Table:
    """Measure what becomes of runs, each half with the weights of the other."""
    halves = [[x for x in read if part_by_hash(x[0].story_id) == side] for side in (0, 1)]
    names = "way", "links F1", "by content", "omitted P", "R", "F1"
    table = Table(*names, *(f"omitted of {x}" for x in SIZES))
    every = {"ours": [ours(x) for x in fitted]}
    if simpler:
        every["ours without runs"] = [ours(replace(x, runs=None)) for x in fitted]
        every["gale-church"] = [gale_church, gale_church]
    for name, ways in every.items():
        count = Counter[str]()
        for half, way in zip(halves, ways, strict=True):
            count += measure(half, way)
        row = cells(count, "links")[2], by_content(count), *cells(count, "omitted")
        table.add_row(name, *row, *shares(count, " omitted"))
    return table


def retold_table(parts: Mapping[str, Sequence[Read]]) -> Table:
    """Measure what is shipped on the retold stories: those it was fitted on, and those kept back."""
    of_sizes = [f"{what} of {x}" for what in ("omitted", "surely") for x in RETOLD_SIZES]
    table = Table("retold", "links F1", "by content", "omitted P", "R", "F1", *of_sizes)
    for part, read in parts.items():
        for pair in (None, *PAIRS):
            some = [x for x in read if pair in {None, x[0].languages}]
            count = measure(some, ours(shipped_weighting()))
            count += runs_surely_omitted(some, shipped_weighting())
            row = cells(count, "links")[2], by_content(count), *cells(count, "omitted")
            name = part if pair is None else f"{part} {'-'.join(pair)}"
            of_runs = (shares(count, what, RETOLD_SIZES) for what in (" omitted", " sure"))
            table.add_row(name, *row, *(x for told in of_runs for x in told))
    return table


def runs_surely_omitted(groups: Sequence[Read], weighting: Weighting) -> Counter[str]:
    count: Counter[str] = Counter()
    for case, text_a, text_b in groups:
        _, *sides = find_links_and_lone(text_a, text_b, weighting)
        for name, paragraphs in case.runs():
            told = [sides[side][n].confidence >= SURE for side, n in paragraphs if n in sides[side]]
            count += Counter({f"{name} sure": sum(told)})
    return count


def shares(count: Counter[str], what: str, sizes: Sequence[str] = SIZES) -> tuple[str, ...]:
    return tuple(f"{count[x + what] / max(1, count[f'{x} paragraphs']):.3f}" for x in sizes)


def cells(count: Counter[str], what: str) -> list[str]:
    right = count[f"{what} right"]
    precision, recall = right / max(1, count[f"{what} said"]), right / max(1, count[f"{what} true"])
    return [f"{x:.3f}" for x in (precision, recall, f1(count, what))]


def by_content(count: Counter[str]) -> str:
    """Return the F1 of links if those count of which each paragraph has its partner in the link."""
    precision = count["links the same"] / max(1, count["links said"])
    recall = count["links had"] / max(1, count["links true"])
    return f"{2 * precision * recall / max(1e-9, precision + recall):.3f}"


def main() -> int:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--fit", action="store_true", help="fit on all stories and write the weights")
    mode.add_argument("--check", action="store_true", help="fit, and say whether that is what is shipped")
    mode.add_argument("--quick", action="store_true", help="half of the texts, and ours alone")
    parser.add_argument("--write", action="store_true", help="ours alone, written into the page of figures")
    mode.add_argument("--shipped", action="store_true", help="what is shipped alone, on retold stories")
    options = parser.parse_args()
    if options.shipped:
        parts = retold_parts()
        Console(width=120).print(retold_table(parts))
        weighted = [(part, texts, shipped_weighting()) for part, texts in parts.items()]
        Console(width=160).print(*told_without_doubt(weighted))
        return 0
    if not options.data.exists():
        print(f"{options.data} is missing: this benchmark needs the stories of ../shared", file=sys.stderr)
        return 2
    began = time.process_time()
    seeds = SEEDS[:1] if options.quick else SEEDS
    read = list(map(prepare, cases(options.data, seeds)))
    reading = 1000 * (time.process_time() - began) / len(read)
    runs = list(map(prepare, cases(options.data, seeds, "runs")))
    retold_seeds = RETOLD_SEEDS[::2] if options.quick else RETOLD_SEEDS
    told_anew = list(map(prepare, retold("dev", retold_seeds)))
    if options.fit or options.check:
        groups = [*read, *runs, *told_anew]
        weights = fit(groups, for_omissions=for_omissions(groups))
        fitted = stored(weights, options.data, [*RETOLD, *NUMBERS])
        if options.check:
            same = are_same(fitted, FILE.read_text("utf-8"))
            print(f"{len(read)} texts: {'what is shipped' if same else 'other weights'}")
            return int(not same)
        FILE.write_text(fitted, encoding="utf-8")
        print(f"weights of {len(read)} texts in {FILE}")
        return 0
    simpler = not (options.quick or options.write)
    fulls, table = translations_table(read, [*read, *runs], told_anew, simpler=simpler)
    with_runs = runs_table(runs, fulls, simpler=simpler)
    parts = retold_parts()
    retold_one = retold_table(parts)
    Console(width=120).print(table, with_runs, retold_one)
    weighted = [
        (name, x, fulls[half])
        for name, texts in (("translations", read), ("runs", runs))
        for half in (0, 1)
        if (x := [one for one in texts if part_by_hash(one[0].story_id) == half])
    ]
    weighted += [(part, texts, shipped_weighting()) for part, texts in parts.items()]
    reliable, reliable_links = told_without_doubt(weighted)
    Console(width=160).print(reliable, reliable_links)
    if options.write:
        write_page("translations", table, rows=lambda row: row[2] == "ours", without={"way"})
        write_page("runs", with_runs, without={"way"})
        write_page("retold", retold_one, rows=lambda row: row[0].startswith("kept") and "-" not in row[0])
        for name, each in (("omissions", reliable), ("links", reliable_links)):
            write_page(name, each, rows=_of_all_but_dev, without={"pair", *_ranges()})
    print(cost_line(read, reading, fulls[1]))
    return 0


def _ranges() -> list[str]:
    return [f"{low:g}-{high:g}" for low, high in pairwise(BINS)]


def _of_all_but_dev(row: tuple[str, ...]) -> bool:
    return row[1] == "all" and not row[0].startswith("dev")


def told_without_doubt(weighted: Sequence[tuple[str, Sequence[Read], Weighting]]) -> tuple[Table, Table]:
    """Measure omissions and links of sets by name; each part of a set has the weights that go with it."""
    omissions: dict[str, tuple[list[Report], Counter[str]]] = {}
    links: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for name, texts, weighting in weighted:
        reports, true = lone(texts, weighting)
        earlier, count = omissions.get(name, ([], Counter[str]()))
        omissions[name] = [*earlier, *reports], count + true
        for pair, of_pair in sure_links(texts, weighting).items():
            links[name][pair] += of_pair
    return reliability_table(omissions), sure_links_table(links)


def are_same(weights_a: str, weights_b: str) -> bool:
    """Tell if two files of weights differ in the last digit of numbers at most."""
    (text_a, numbers_a), (text_b, numbers_b) = (
        (_NUMBER.sub("", x), np.array(_NUMBER.findall(x), dtype=float)) for x in (weights_a, weights_b)
    )
    return text_a == text_b and np.allclose(numbers_a, numbers_b, rtol=0, atol=_LAST_DIGIT)


def cost_line(read: Sequence[Read], reading: float, weighting: Weighting) -> str:
    began = time.process_time()
    for _, text_a, text_b in read:
        find_links(text_a, text_b, weighting)
    linking = 1000 * (time.process_time() - began) / len(read)
    paragraphs = sum(len(side) for case, _, _ in read for side in case.texts) / len(read)
    return (
        f"{paragraphs:.0f} paragraphs a pair in the mean; CPU a pair: reading both texts "
        f"{reading:.1f} ms, aligning {linking:.1f} ms"
    )


def retold_parts() -> dict[str, list[Read]]:
    """Read the retold stories, by part and by file."""
    return {
        f"{part}, {file.stem}": list(map(prepare, retold(part, files=[file])))
        for part in ("dev", "kept")
        for file in RETOLD
    }


def translations_table(
    read: Sequence[Read], fitted_on: Sequence[Read], told_anew: Sequence[Read], *, simpler: bool
) -> tuple[list[Weighting], Table]:
    """Fit on either half of the stories, measure on the other; return the weights by the half measured."""
    names = "pair", "texts", "way", "links P", "R", "F1", "by content", "omitted P", "R", "F1", "moved R"
    table = Table(*names)
    sums: dict[tuple[str, str], Counter[str]] = {}
    texts: Counter[tuple[str, str]] = Counter()
    fulls = []
    for side in (0, 1):
        tuned = [*(x for x in fitted_on if part_by_hash(x[0].story_id) != side), *told_anew]
        full = fit(tuned, for_omissions=for_omissions(tuned))
        fulls.append(full)
        print(f"path {full.path}, elsewhere {full.elsewhere}", flush=True)
        ways: dict[str, Way] = {"ours": ours(full), "ours, none moved": ours(full)}
        if simpler:
            ways |= {"n-grams": ours(fit(tuned, GRAMS)), "gale-church": gale_church}
            ways["gale-church, none moved"] = gale_church
        for languages in PAIRS:
            of_pair = [x for x in read if part_by_hash(x[0].story_id) == side and x[0].languages == languages]
            still = [x for x in of_pair if not x[0].carried]
            for name, way in ways.items():
                some = still if name.endswith("none moved") else of_pair
                key = "-".join(languages), name
                sums.setdefault(key, Counter()).update(measure(some, way))
                texts[key] += len(some)
    order = ["-".join(x) for x in PAIRS]
    for (pair, name), count in sorted(sums.items(), key=lambda item: order.index(item[0][0])):
        moved_recall = f"{count['moved right'] / count['moved true']:.3f}" if count["moved true"] else ""
        row = (*cells(count, "links"), by_content(count), *cells(count, "omitted"), moved_recall)
        table.add_row(pair, str(texts[pair, name]), name, *row)
    return fulls, table


if __name__ == "__main__":
    sys.exit(main())
