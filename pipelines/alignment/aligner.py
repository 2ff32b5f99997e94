"""Alignment of a story's variants: paragraphs that say the same, and those left out, added or moved.

Pairing passes an `Aligner` to the archive's commit. Captions and empty blocks are not compared, nor is
anything after the first MOST blocks. Languages other than uk, ru and en are not aligned, nor are two texts in
one language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipelines.alignment.paragraphs import MOST, prepared
from pipelines.alignment.records import alignment_records, numbers_of
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archive.format.records import AlignmentRecord, VariantText
    from pipelines.alignment.paragraphs import Paragraphs

    Couple = tuple[str, str]
    Texts = tuple[str, int, str, int]
    """Article id and version of one text, then of the other."""

__all__ = ["Aligner"]

_NOT_COMPARED = frozenset({"caption"})
_KEPT = 64
"""Texts that are kept as they were read, half a megabyte each."""


class Aligned(Protocol):
    """A store of finished alignments, by their texts."""

    def get(self, texts: Texts, /) -> tuple[AlignmentRecord, ...] | None: ...

    def __setitem__(self, texts: Texts, rows: tuple[AlignmentRecord, ...], /) -> None: ...


class Aligner:
    """Align when called, or in advance, so that the archive's lock is not held during the work."""

    def __init__(self, done: Aligned | None = None) -> None:
        """Keep finished alignments in `done`, or in memory if none is given."""
        self._done: Aligned = {} if done is None else done

    def __call__(
        self, variants: Mapping[str, VariantText], couples: Collection[Couple]
    ) -> tuple[AlignmentRecord, ...]:
        """Return the rows of these couples, in their order; couples of one story should follow each other."""
        read: dict[str, tuple[Paragraphs, set[str]] | None] = {}
        records: list[AlignmentRecord] = []
        for a, b in couples:
            one, other = variants[a], variants[b]
            key = a, one.version, b, other.version
            found = self._done.get(key)
            if found is None:
                for each in (one, other):
                    if each.article_id not in read:
                        if len(read) >= _KEPT:
                            del read[next(x for x in read if x not in {a, b})]
                        read[each.article_id] = _read(each)
                ours, theirs = read[a], read[b]
                found = (
                    tuple(alignment_records(one, other, compared(one), compared(other), *ours, *theirs))
                    if ours and theirs and one.language != other.language
                    else ()
                )
                self._done[key] = found
            records += found
        return tuple(records)


def compared(variant: VariantText) -> tuple[int, ...]:
    """Return the numbers of the blocks that are compared."""
    numbers = (
        n for n, x in enumerate(variant.blocks) if x.kind not in _NOT_COMPARED and x.text and x.text.strip()
    )
    return tuple(numbers)[:MOST]


def _read(variant: VariantText) -> tuple[Paragraphs, set[str]] | None:
    """Return the paragraphs that are compared, and the numbers of the whole variant in any form."""
    texts = [variant.blocks[n].text for n in compared(variant)]
    if not texts or variant.language not in LANGUAGES:
        return None
    paragraphs = prepared(texts, variant.language)
    return paragraphs, numbers_of(variant, paragraphs)
