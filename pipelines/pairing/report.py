"""Tables for people: the result of a run of pairing, and the comparison of two articles."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.table import Table

from archive.format.marks import CONTRADICTIONS
from archive.format.records import probably_shared, surely_linked
from archive.format.times import moment
from archive.terminal import literal
from crawler.reports.terminal import counts
from pipelines.pairing.labels import precision
from pipelines.pairing.parts import THROUGH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.format.marks import QuoteMark
    from archive.format.records import VariantText
    from archive.read.archive import Archive
    from pipelines.pairing.content.match import Match
    from pipelines.pairing.explain import Explanation
    from pipelines.pairing.labels import Label
    from pipelines.pairing.run import Outcome
    from pipelines.similarity.document import ArticleReading

_LONG = 160
"""Characters of a paragraph in the table."""
_MOST, _PLACES = 12, 3
"""Numbers of one text that are shown, and paragraphs in which one of them stands."""
_TIERS = ("auto", "probable", "review", "none", "not compared now")


def outcome_table(outcome: Outcome) -> Table:
    table = _plain()
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    before = f"; {outcome.taken_over} compared by a run that was cut off" if outcome.taken_over else ""
    table.add_row("blocks", str(outcome.weeks), f"weeks of an outlet{before}")
    table.add_row("articles", str(outcome.articles), "new or changed since the last run, in uk, en or ru")
    if outcome.left_out:
        why = "texts are compared in uk, en and ru only; pairs by links count in any two languages"
        table.add_row("left out", str(outcome.left_out.total()), f"{counts(outcome.left_out)}: {why}")
    table.add_row("new pairs", str(outcome.pairs.total()), "")
    for evidence in dict.fromkeys(kind for kind, _ in outcome.pairs):
        tiers = {tier: outcome.pairs[evidence, tier] for tier in _TIERS if outcome.pairs[evidence, tier]}
        tier_counts = ", ".join(f"{tier} {count}" for tier, count in tiers.items())
        table.add_row(f"  {literal(evidence)}", str(sum(tiers.values())), f"by content {tier_counts}")
    if outcome.withdrawn:
        table.add_row(
            "withdrawn", str(outcome.withdrawn), "were pairs: a text has changed, or a story was taken apart"
        )
    table.add_row("conflicts", str(outcome.conflicts), "kept and flagged: a link says yes, the texts say no")
    table.add_row("refused", str(outcome.refused.total()), counts(outcome.refused))
    table.add_row("joined", str(outcome.moved_articles), "articles that have moved to another story")
    return table


def nothing_new_line(outcome: Outcome, read: Archive) -> str | None:
    """Return who compared all texts, where a run had none to compare; None if it had, or nobody did."""
    if outcome.snapshot is not None or outcome.articles or outcome.left_out:
        return None
    last = next((entry for entry in read.history() if THROUGH in entry.summary), None)
    if last is None:
        return None
    return (
        f"Nothing new: all texts in uk, en or ru were compared already, last by the run {last.run_id} "
        f"(snapshot {last.id}). `triptych pair --all` compares them again."
    )


def explanation_table(explained: Explanation) -> Table:
    table = _plain()
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    a, b, match = explained.a, explained.b, explained.match
    table.add_row("", literal(a.document.language), literal(b.document.language))
    table.add_row("headline", literal(a.document.headline), literal(b.document.headline))
    table.add_row("address", literal(explained.urls[0]), literal(explained.urls[1]))
    table.add_row("published", _when(a), _when(b))
    table.add_row("letters", str(a.letters), str(b.letters))
    if match is not None:
        ours_first = match.a_id == a.document.article_id
        for number, pair in enumerate(match.shared):
            shared = pair if ours_first else pair[::-1]
            table.add_row("shared" if number == 0 else "", *_side_by_side(explained, shared))
        for trace in match.traces:
            table.add_row(f"same {trace.kind}", literal(trace.key), literal(trace.key))
    for number, words in enumerate(explained.words):
        table.add_row("same words" if number == 0 else "", *_side_by_side(explained, words))
    for number, figures in enumerate(explained.figures):
        table.add_row("figures differ" if number == 0 else "", *_side_by_side(explained, figures))
    if any(explained.only):
        only_a, only_b = explained.only
        for number, figures in enumerate(zip_longest(only_a[:_MOST], only_b[:_MOST], fillvalue="")):
            name = "numbers only here" if number == 0 else ""
            table.add_row(name, *_side_by_side(explained, figures))
    return table


def _side_by_side(explained: Explanation, printed: tuple[str, str]) -> tuple[str, str]:
    """Return what each article prints, with the paragraphs where it stands."""
    text_a, text_b = printed
    return (
        _with_places(text_a, explained.a, explained.texts[0]),
        _with_places(text_b, explained.b, explained.texts[1]),
    )


def _with_places(printed: str, reading: ArticleReading, text: VariantText) -> str:
    if not printed:
        return ""
    where = []
    for number in _places(printed, reading, text)[:_PLACES]:
        where.append(f"¶{number}" if number else "headline")
    return literal(f"{printed} ({', '.join(where)})" if where else printed)


def _places(printed: str, reading: ArticleReading, text: VariantText) -> list[int]:
    """Return the paragraphs, from 1, that have a number, a name or a word in any form; 0 is the headline."""
    forms, keys = {printed, *printed.split(", ")}, set[str]()
    for anchor in reading.anchors:
        if anchor.text == printed:
            keys.add(anchor.key)
    for anchor in reading.anchors:
        if anchor.key in keys:
            forms.add(anchor.text)
    form = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms)))})(?!\w)")
    numbers = [0] if form.search(text.headline) else []
    for number, block in enumerate(text.blocks, 1):
        if form.search(block.text):
            numbers.append(number)
    return numbers


def paragraphs_table(explained: Explanation) -> Table:
    """Return a table of the paragraphs and quotations that one side lacks, or has elsewhere."""
    table = _plain()
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for row in explained.paragraphs:
        at_a, at_b = _numbers(row.paragraphs_a), _numbers(row.paragraphs_b)
        if row.kind != "aligned":
            text_a, text_b = (
                " ".join(f"¶{n + 1} {text.blocks[n].text}" for n in numbers)
                for text, numbers in zip(explained.texts, (row.paragraphs_a, row.paragraphs_b), strict=True)
            )
            only = explained.texts[0 if text_a else 1].language
            kind = "elsewhere" if row.kind == "moved" else f"only in {literal(only)}"
            kind = "in both" if probably_shared(row.kind, row.confidence) else kind
            table.add_row(f"perhaps {kind}" if row.doubtful else kind, _cut(text_a), _cut(text_b))
        if row.quotes_only_a or row.quotes_only_b:
            quotes_a, quotes_b = _quotes(at_a, row.quotes_only_a), _quotes(at_b, row.quotes_only_b)
            table.add_row("quoted by one", quotes_a, quotes_b)
        if row.sentences_only_a or row.sentences_only_b:
            only_a, only_b = _sentences(at_a, row.sentences_only_a), _sentences(at_b, row.sentences_only_b)
            table.add_row("perhaps in one", only_a, only_b)
        for column in (*CONTRADICTIONS.values(), "numbers_converted"):
            for mark in getattr(row, column) or ():
                name = column.replace("_", " ")
                table.add_row(name, literal(f"{at_a} {mark.a}"), literal(f"{at_b} {mark.b}"))
    return table


def _quotes(at: str, marks: Sequence[QuoteMark]) -> str:
    return _cut(f"{at} {'; '.join(x.text for x in marks)}") if marks else ""


def _sentences(at: str, sentences: Sequence[str] | None) -> str:
    return _cut(f"{at} {' '.join(sentences)}") if sentences else ""


def _numbers(blocks: Sequence[int]) -> str:
    return " ".join(f"¶{number + 1}" for number in blocks)


def _coverage(explained: Explanation) -> str:
    shared = [row for row in explained.paragraphs if surely_linked(row.kind, row.doubtful)]
    doubtful = sum(1 for row in explained.paragraphs if row.doubtful)
    sides = []
    for side, text in enumerate(explained.texts):
        every = [(row.paragraphs_a, row.paragraphs_b)[side] for row in explained.paragraphs]
        linked = [(row.paragraphs_a, row.paragraphs_b)[side] for row in shared]
        letters = [(row.characters_a, row.characters_b)[side] for row in explained.paragraphs]
        both = [(row.characters_a, row.characters_b)[side] for row in shared]
        share = 100 * sum(both) / max(1, sum(letters))
        sides.append(
            f"{sum(map(len, linked))} of {sum(map(len, every))} paragraphs of {text.language} ({share:.0f} %)"
        )
    unsure = f"; {doubtful} places without a sure verdict" if doubtful else ""
    return f"In both: {' and '.join(sides)}{unsure}."


def _cut(text: str) -> str:
    return literal(text if len(text) <= _LONG else f"{text[:_LONG].rsplit(' ', 1)[0]} …")


def explanation_lines(explained: Explanation) -> list[str]:
    match, lines = explained.match, []
    if match is None:
        languages = f"{explained.a.document.language} and {explained.b.document.language}"
        lines.append(f"By content: cannot be compared ({languages}).")
    else:
        best = "each is the other's best" if match.mutual else "one of them has a likelier partner"
        lines.append(
            f"By content: p {match.probability:.3f} ({match.tier}), {best}; runner-up {match.runner_up:.3f}; "
            f"{_anchors(match)}; compared among {explained.compared} articles of their days."
        )
        verdict = "One story" if match.joins else "Not one story"
        lines.append(" ".join([f"{verdict}, by their texts.", *explained.reasons]))
    if explained.paragraphs:
        unlike = match is None or match.tier == "none"
        lines.append(
            f"{'Laid side by side, as if they were a pair. ' if unlike else ''}{_coverage(explained)}"
        )
    evidence = ", ".join(explained.decided)
    lines.append(
        f"In the archive: {f'a pair by {evidence}' if evidence else 'no pair'}, {_story(explained)}."
    )
    if explained.conflict:
        lines.append(
            "Conflict: a link calls them one story, the texts contradict it. The pair is kept and flagged."
        )
    if explained.refused:
        holder = f": {explained.holder} has the place" if explained.holder else ""
        lines.append(f"Refused as one story ({explained.refused}){holder}.")
    return lines


def audit_line(labels: Sequence[Label]) -> str | None:
    """Return what the answers to an audit prove; None if there are none."""
    answers = [label.same for label in labels if label.audited]
    if not answers:
        return None
    share, low, high = precision(sum(answers), len(answers))
    return (
        f"audit of auto: {sum(answers)} of {len(answers)} pairs are right: precision {share:.3f}, "
        f"95 % interval {low:.3f} to {high:.3f} (Wilson)"
    )


def _anchors(match: Match) -> str:
    if match.ordered[1]:
        return f"{match.ordered[0]} of {match.ordered[1]} anchors in order"
    return "no anchor occurs once in both" if match.shared else "no anchors in common"


def _story(explained: Explanation) -> str:
    return "one story" if explained.one_story else "two stories"


def _plain() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    return table


def _when(reading: ArticleReading) -> str:
    return moment(reading.document.at) if reading.document.at else "unknown"
