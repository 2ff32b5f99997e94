"""An inspection in words: which fields there are, what each has and where that stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.inspection import Inspection, MarkedLine

CONTEXT = 3
"""Lines shown at both ends of a run that is outside the text."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of the table; all three without control characters."""

    field: str
    """Empty where the line is a further claim about the field above."""
    value: str
    source: str


def field_lines(inspection: Inspection) -> list[FieldLine]:
    return [
        FieldLine(one_line(f), one_line(v), one_line(s)) for f, v, s in _fields(inspection)
    ]  # what a page wrote may carry commands for the terminal


def _fields(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    article, hints = inspection.article, inspection.hints
    rules = [
        f"{name}: {css}"
        for name, css in (("byline", hints.byline), ("drop", hints.drop), ("switcher", hints.switcher))
        if css
    ]
    yield "outlet", hints.outlet, "; ".join(rules) or "no rules of its own"
    yield "verdict", inspection.refused or "an article", "pipelines/validate.py"
    yield "canonical", article.canonical_url or "—", "link rel=canonical"
    yield "headline", article.headline or "—", inspection.headline_source or "nowhere"
    yield "lead", article.lead or "—", "json-ld, og:description or description" if article.lead else "nowhere"
    yield "authors", ", ".join(article.authors) or "—", article.authors_source or "no claim names a person"
    yield "", f"byline: {article.byline or '—'}", "as printed"
    for claim in article.author_claims:
        yield "", f"claim: {claim.value}", claim.source
    yield "published", _utc(article.published_at), article.published_source or "nowhere"
    for date in inspection.dates:
        yield "", f"claim: {date.raw}", f"{date.source} → {_utc(date.at) if date.at else 'not believed'}"
    yield (
        "modified",
        _utc(article.modified_at),
        f"from {article.modified_raw}" if article.modified_raw else "",
    )
    sure = "" if article.language_confidence is None else f" ({article.language_confidence:.3f})"
    yield "language", f"{article.language or '—'}{sure}", article.language_reason or ""
    if (read := article.text_language) is not None:
        told = f"{read.letters} letters, {read.confidence:.3f}{'' if read.trusted else ', not trusted'}"
        yield "", f"text reads as {read.language}", ", ".join((told, *read.flags))
    for evidence in article.language_evidence:
        yield "", f"claim: {evidence.tag}", evidence.source
    yield "section", article.section or "—", ""
    yield "tags", ", ".join(article.tags) or "—", ""
    yield "image", article.image_url or "—", article.image_caption or "no caption"
    if not article.alternates:
        yield "alternates", "—", "no hreflang, no switcher"
    for i, alternate in enumerate(article.alternates):
        yield (
            "" if i else "alternates",
            f"{alternate.language or 'no language'}: {alternate.url}",
            alternate.source,
        )
    for i, claim in enumerate(article.extra):
        yield "" if i else "extra", claim.value, claim.source
    yield "text", f"{len(article.body)} characters in {len(article.blocks)} blocks", article.extractor


def runs(inspection: Inspection) -> Iterator[tuple[list[MarkedLine], bool]]:
    """The lines in page order, in runs; True for one outside the text that is long enough to be folded."""
    run: list[MarkedLine] = []
    for line in inspection.lines:
        if run and (line.mark == "outside") != (run[0].mark == "outside"):
            yield run, run[0].mark == "outside" and len(run) > 2 * CONTEXT + 1
            run = []
        run.append(line)
    if run:
        yield run, run[0].mark == "outside" and len(run) > 2 * CONTEXT + 1


def _utc(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "—"
