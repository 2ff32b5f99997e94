"""Archive records of one alignment: each paragraph of both variants once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive.format.records import AlignmentRecord
from pipelines.alignment.links import find_links, find_links_and_lone
from pipelines.alignment.numerals import also_said, same_number
from pipelines.alignment.omissions import SURE
from pipelines.alignment.paragraphs import READ, prepared
from pipelines.similarity.anchors import anchors_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive.format.records import VariantText
    from pipelines.alignment.links import ParagraphLink
    from pipelines.alignment.paragraphs import Paragraphs

    Places = tuple[int, ...]
    Row = tuple[str, Places, Places, float | None]
_QUOTED = re.compile(r"«([^«»]{1,2000})»|“([^“”]{1,2000})”|„([^„“”]{1,2000})[“”]|\"([^\"\n]{1,2000})\"")
_WORDS = 4
"""Words from which a quotation counts as speech; shorter ones are names."""


def alignment_records(  # noqa: PLR0917
    a: VariantText,
    b: VariantText,
    numbers_of_a: Sequence[int],
    numbers_of_b: Sequence[int],
    one: Paragraphs,
    has_a: set[str],
    other: Paragraphs,
    has_b: set[str],
) -> Iterator[AlignmentRecord]:
    """Yield rows in the order of a; paragraphs that only b has come at their place in b.

    `has_a` and `has_b` are the numbers that either variant has, as `numbers_of` tells them.
    """
    found, alone_a, alone_b = find_links_and_lone(one, other)
    for position, (kind, ours, theirs, score) in enumerate(_in_order(found, one.singles, other.singles)):
        lone, nearest, in_common = None, None, None
        if kind == "omitted":
            lone = alone_a[ours[0]]
            nearest, in_common = (numbers_of_b[lone.nearest],), _in_common(one, ours[0], other, lone.nearest)
        elif kind == "added":
            lone = alone_b[theirs[0]]
            nearest, in_common = (
                (numbers_of_a[lone.nearest],),
                _in_common(other, theirs[0], one, lone.nearest),
            )
        texts_a = [a.blocks[numbers_of_a[i]].text for i in ours]
        texts_b = [b.blocks[numbers_of_b[j]].text for j in theirs]
        quotes_a, quotes_b = quoted(texts_a), quoted(texts_b)
        yield AlignmentRecord(
            article_id_a=a.article_id,
            version_a=a.version,
            article_id_b=b.article_id,
            version_b=b.version,
            language_a=a.language,
            language_b=b.language,
            position=position,
            kind=kind,
            paragraphs_a=tuple(numbers_of_a[i] for i in ours),
            paragraphs_b=tuple(numbers_of_b[j] for j in theirs),
            score=score,
            characters_a=sum(map(len, texts_a)),
            characters_b=sum(map(len, texts_b)),
            numbers_only_a=_printed(one, ours, has_b),
            numbers_only_b=_printed(other, theirs, has_a),
            quotes_only_a=surplus(quotes_a, quotes_b, a.language, b.language),
            quotes_only_b=surplus(quotes_b, quotes_a, b.language, a.language),
            confidence=lone.confidence if lone else None,
            doubtful=lone.confidence < SURE if lone else None,
            nearest=nearest,
            in_common=in_common,
        )


def _in_common(own: Paragraphs, place: int, other: Paragraphs, nearest: int) -> tuple[str, ...]:
    """Return the numbers, dates and names of a paragraph that stand in the nearest one too, as printed."""
    theirs = {anchor.key for anchor in other.readings[nearest].anchors}
    return tuple(dict.fromkeys(x.text for x in own.readings[place].anchors if x.key in theirs))


def _in_order(found: Sequence[ParagraphLink], n: int, m: int) -> Iterator[Row]:
    by_a = {x.a[0]: x for x in found}
    inside = {i for x in found for i in x.a[1:]}
    taken = {j for x in found for j in x.b}
    at_b = 0

    def added(until: int) -> Iterator[Row]:
        nonlocal at_b
        for j in range(at_b, until):
            if j not in taken:
                yield "added", (), (j,), None
        at_b = max(at_b, until)

    for i in range(n):
        link = by_a.get(i)
        if link is not None:
            if link.kind == "aligned":
                yield from added(link.b[0])
            yield link.kind, link.a, link.b, link.probability
        elif i not in inside:
            yield "omitted", (i,), (), None
    yield from added(m)


def numbers_of(variant: VariantText, paragraphs: Paragraphs) -> set[str]:
    """Return the keys of all numbers and dates of a variant in any form, headline and captions included."""
    read = {each.text for each in paragraphs.readings}
    others = [variant.headline, *(x.text for x in variant.blocks if x.text[:READ] not in read)]
    found = {anchor.key for each in paragraphs.readings for anchor in each.anchors}
    found |= {anchor.key for text in others for anchor in anchors_of(text, variant.language)}
    for text in (*read, *others):
        found |= also_said(text)
    return found


def _printed(paragraphs: Paragraphs, places: Places, elsewhere: set[str]) -> tuple[str, ...]:
    found = (
        anchor.text
        for place in places
        for anchor in paragraphs.readings[place].anchors
        if anchor.key[0].isdigit() and elsewhere.isdisjoint(same_number(anchor.key, anchor.text))
    )
    return tuple(dict.fromkeys(found))


# Quotations, and those that the other variant does not have in the linked paragraphs.


def quoted(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the quotations without their marks, in order."""
    found = (
        next(filter(None, captured)).strip(" ,.–—-") for text in texts for captured in _QUOTED.findall(text)
    )
    return tuple(quote for quote in found if len(quote.split()) >= _WORDS)


def surplus(own: Sequence[str], other: Sequence[str], language: str, other_language: str) -> tuple[str, ...]:
    """Return the quotations of `own` that outnumber those of the other side: the first ones without a link.

    Only the difference in number counts, so a quotation that one side breaks in two is no addition.
    """
    lacking = len(own) - len(other)
    if lacking <= 0 or not other:
        return tuple(own) if lacking > 0 else ()
    linked = {i for x in find_links(prepared(own, language), prepared(other, other_language)) for i in x.a}
    alone = [i for i in range(len(own)) if i not in linked]
    return tuple(own[i] for i in alone[:lacking])
