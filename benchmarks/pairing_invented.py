"""Measure pairing on our own invented news: `python benchmarks/pairing.py --sets ours [--part kept]`.

The sets are those of benchmarks/invented_news.py: dispatches, outlet by outlet, then rewrites and daily
reports, whole, halved (three draws, summed) and with the originals removed (`alone`, three draws, where
nothing is to be paired). They are compared and grouped with the shipped weights, as one outlet. P, R and F1
count the pairs of articles that end up in one story; `auto` and `probable` the pairs by content of that tier.

`--errors` lists wrong and missed pairs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from rich.console import Console
from rich.table import Table

from archive.format.records import LinkFacts
from benchmarks.invented_news import VARIANTS, NewsText, Part, Pool, dispatches, pools, rewrites
from benchmarks.invented_reports import KINDS, reports
from pipelines.pairing.content.compare import compare
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.similarity.document import ArticleReading, Document, read

Ids = tuple[str, str]

SETS = ("rewrites", "reports", "dispatches")


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
    return {"rewrites": rewrites, "reports": reports, "dispatches": dispatches}[set_name](part)


def _pools(set_name: str, part: Part) -> Iterator[Pool]:
    """Yield the pools of a set; dispatches have absent partners already, and several outlets."""
    texts = texts_of(set_name, part)
    if set_name != "dispatches":
        yield from pools(texts)
        return
    by_outlet: dict[str, list[NewsText]] = defaultdict(list)
    for each in texts:
        by_outlet[each.outlet].append(each)
    for of_outlet in by_outlet.values():
        yield Pool("whole", 0, tuple(of_outlet))


def outcomes(part: Part) -> Iterator[Outcome]:
    for set_name in SETS:
        for texts in _pools(set_name, part):
            yield _outcome(set_name, texts)


def _outcome(set_name: str, texts: Pool) -> Outcome:
    matches = compare([_reading(text) for text in texts.texts])
    tiers = {(match.a_id, match.b_id): match.tier for match in matches if match.likely}
    decided = decide(
        [_facts(text) for text in texts.texts],
        (),
        DecisionBasis(now=texts.texts[0].published, matches=matches),
    )
    stories: dict[str, list[str]] = defaultdict(list)
    for x in decided.memberships:
        stories[x.story_id].append(x.article_id)
    # an article whose id gives its story the name is no membership, as it does not move
    for text in texts.texts:
        if text.doc_id in stories and text.doc_id not in stories[text.doc_id]:
            stories[text.doc_id].append(text.doc_id)
    together = (pair for ids in stories.values() for pair in combinations(sorted(ids), 2))
    return Outcome(set_name, texts.variant, len(texts.texts), texts.gold(), frozenset(together), dict(tiers))


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


def count(outcomes: Iterable[Outcome], kind: str | None = None) -> Counter[str]:
    """Count pairs; with `kind` those of which one text is of that kind of daily report."""

    def of_kind(ids: Ids) -> bool:
        return kind is None or any(x.startswith(f"{kind}-") for x in ids)

    counts = Counter[str]()
    for outcome in outcomes:
        counts["texts"] += outcome.texts
        counts["gold"] += sum(map(of_kind, outcome.gold))
        counts["said"] += sum(map(of_kind, outcome.together))
        counts["right"] += sum(map(of_kind, outcome.gold & outcome.together))
        for ids, tier in outcome.tiers.items():
            if of_kind(ids):
                counts[tier] += 1
                counts[f"{tier} right"] += ids in outcome.gold
    return counts


def share(part: int, total: int) -> str:
    return f"{part / total:.3f}" if total else "-"


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


def sets_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("set", "texts", *_COLUMNS)
    for set_name in SETS:
        for variant in VARIANTS:
            chosen = [x for x in outcomes if (x.set_name, x.variant) == (set_name, variant)]
            if not chosen:
                continue
            counts = count(chosen)
            table.add_row(f"{set_name}, {variant}", f"{counts['texts']:,}", *_cells(counts))
    return table


def kinds_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("daily reports", *_COLUMNS, "alone: wrong", "auto wrong")
    for kind in KINDS:
        chosen = [x for x in outcomes if x.set_name == "reports"]
        counts = count((x for x in chosen if x.variant != "alone"), kind)
        of_alone = count((x for x in chosen if x.variant == "alone"), kind)
        wrong = of_alone["said"], of_alone["auto"]
        table.add_row(kind, *_cells(counts), *(f"{n:,}" for n in wrong))
    table.caption = "Whole and halved sets summed; a pair of two kinds counts in both."
    return table


def errors(outcomes: Sequence[Outcome], part: Part) -> Iterator[str]:
    """Yield a line for each wrong and each missed pair, once."""
    printed: set[tuple[str, Ids]] = set()
    for outcome in outcomes:
        texts = {x.doc_id: x for x in texts_of(outcome.set_name, part)}
        for error, pairs in (
            ("wrong", outcome.together - outcome.gold),
            ("wrong, auto", {ids for ids, tier in outcome.tiers.items() if tier == "auto"} - outcome.gold),
            ("missed", outcome.gold - outcome.together),
        ):
            for ids in sorted(pairs):
                if (error, ids) not in printed:
                    printed.add((error, ids))
                    text_a, text_b = (f"{x}: {texts[x].headline}" for x in ids)
                    yield f"{outcome.set_name}, {outcome.variant}: {error}: {text_a} | {text_b}"


def measure(part: Part, console: Console, *, lists_errors: bool) -> Table:
    """Print what is measured, and return the table of the sets."""
    measured = list(outcomes(part))
    table = sets_table(measured)
    console.print(table, kinds_table(measured))
    for line in errors(measured, part) if lists_errors else ():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    return table
