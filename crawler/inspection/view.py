"""The inspection in words: each field with its value and source."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from crawler.extraction.document.text import for_comparison, one_line
from crawler.inspection.inspection import Inspection, MarkedLine

NONE = "—"
CONTEXT = 3
"""Lines shown at both ends of a run outside the text."""


class FieldLine(NamedTuple):
    """One line of the table; the texts have no control characters."""

    field: str
    """Name of the field; empty for a further claim about the field above."""
    value: str
    source: str


def field_lines(inspection: Inspection) -> list[FieldLine]:
    # text of a page may contain commands for the terminal
    return [FieldLine(*map(one_line, line)) for line in _fields(inspection)]


def _fields(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    article, hints = inspection.article, inspection.hints
    rules = {"byline": hints.byline, "drop": hints.drop, "switcher": hints.switcher}
    declared = "; ".join(f"{name}: {css}" for name, css in rules.items() if css)
    yield "outlet", hints.outlet, declared or "no rules of its own"
    yield "verdict", inspection.refused or "an article", "pipelines/validate.py"
    claims = {claim.source: claim.value for claim in article.extra}
    sources = "; ".join(claims[name] for name in ("kind_source", "page_type") if name in claims)
    yield "kind", claims.get("kind", NONE), sources
    yield from _text(inspection)
    yield "canonical", article.canonical_url or NONE, "link rel=canonical" if article.canonical_url else ""
    yield "headline", article.headline or NONE, inspection.headline_source or "nowhere"
    yield from _others(inspection, "headline", article.headline)
    yield from _stated(inspection, "lead", article.lead)
    yield from _authors(inspection)
    yield from _dates(inspection)
    yield from _language(inspection)
    yield from _stated(inspection, "section", article.section)
    yield from _stated(inspection, "tags", ", ".join(article.tags))
    yield from _stated(inspection, "image", article.image_url)
    if article.image_caption:
        yield "", f"caption: {article.image_caption}", ""
    yield from _alternates(inspection)
    label = "extra"
    for claim in article.extra:
        if claim.source not in {"kind", "kind_source", "page_type", "reading"}:
            yield label, claim.value, claim.source
            label = ""


def _alternates(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    alternates = inspection.article.alternates
    if not alternates:
        yield "alternates", NONE, "no hreflang, no switcher"
    for i, alternate in enumerate(alternates):
        address = f"{alternate.language or 'no language'}: {alternate.url}"
        yield "" if i else "alternates", address, alternate.source


def _authors(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    article = inspection.article
    yield "authors", ", ".join(article.authors) or NONE, article.authors_source or "no claim names a person"
    yield "", f"byline: {article.byline or NONE}", "as printed"
    for claim in article.author_claims:
        read = " → no person" if claim.value in inspection.nobody else ""
        yield "", f"claim: {claim.value}", f"{claim.source}{read}"


def _dates(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    article = inspection.article
    yield "published", _utc(article.published_at), article.published_source or "nowhere"
    for date in inspection.dates:
        at = _utc(date.at) if date.at else "not believed"
        yield "", f"claim: {date.raw}", f"{date.source} → {at}{f' ({date.why})' if date.why else ''}"
    modified = f"{inspection.modified_source}, {article.modified_raw}" if article.modified_raw else "nowhere"
    yield "modified", _utc(article.modified_at), modified


def _text(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    article = inspection.article
    counts = Counter(block.kind for block in article.blocks)
    kinds = ", ".join(f"{number} {kind}" for kind, number in counts.most_common())
    blocks = f" in {len(article.blocks)} blocks: {kinds}" if kinds else ""
    yield "text", f"{len(article.body)} characters{blocks}", f"in {inspection.place}"
    if inspection.verdict:
        yield "", f"reading: {inspection.verdict}", "judged by what the page says"
    yield "", "", article.extractor


def _language(inspection: Inspection) -> Iterator[tuple[str, str, str]]:
    article = inspection.article
    sure = "" if article.language_confidence is None else f" ({article.language_confidence:.3f})"
    yield "language", f"{article.language or NONE}{sure}", article.language_reason or ""
    if (read := article.text_language) is not None:
        remarks = [f"{read.letters} letters, {read.confidence:.3f}{'' if read.trusted else ', not trusted'}"]
        if read.uk_share is not None:
            remarks.append(f"of the letters that only uk or ru has, {read.uk_share:.0%} are uk")
        if read.mixed_with is not None:
            remarks.append(f"quotes {read.mixed_with}: {read.mixed_share:.0%} of the letters")
        yield "", f"text reads as {read.language}", ", ".join((*remarks, *read.flags))
    for evidence in article.language_evidence:
        if evidence.source != "text":
            yield "", f"claim: {evidence.tag}", evidence.source


def _stated(inspection: Inspection, field: str, value: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield the field with the claims that agree with it, then other claims about it."""
    claims = [claim for claim in inspection.claims if claim.field == field]
    folded = for_comparison(value or "")
    same = [claim.source for claim in claims if folded and for_comparison(claim.value) == folded]
    yield field, value or NONE, " = ".join(same) or ("" if value else "nowhere")
    yield from _others(inspection, field, value)


def _others(inspection: Inspection, field: str, value: str | None) -> Iterator[tuple[str, str, str]]:
    for claim in inspection.claims:
        if claim.field == field and for_comparison(claim.value) != for_comparison(value or ""):
            yield "", f"claim: {claim.value}", claim.source


def summary(inspection: Inspection) -> str:
    """Count the lines of the page by fate, in words."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for line in inspection.lines:
        counts[line.mark] += 1
        if line.mark == "dropped":
            reasons[line.label] += 1
    by_reason = ", ".join(map("{0[1]} {0[0]}".format, reasons.most_common()))
    return (
        f"{counts['kept']} lines are the text, {counts['field']} have another field, "
        f"{counts['dropped']} were left out{f' ({by_reason})' if by_reason else ''}, "
        f"{counts['outside']} are outside the text"
    )


def runs(inspection: Inspection) -> Iterator[tuple[list[MarkedLine], bool]]:
    """Yield the lines in runs, in page order; True for a long run outside the text, which may be folded."""
    run: list[MarkedLine] = []
    for line in inspection.lines:
        if run and (line.mark == "outside") != (run[0].mark == "outside"):
            yield run, run[0].mark == "outside" and len(run) > 2 * CONTEXT + 1
            run = []
        run.append(line)
    if run:
        yield run, run[0].mark == "outside" and len(run) > 2 * CONTEXT + 1


def _utc(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else NONE
