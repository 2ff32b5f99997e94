"""Alignment of a story's variants: paragraphs that say the same, and those left out, added or moved.

Pairing passes an `Aligner` to the archive's commit. Captions and empty blocks are not compared, nor is
anything after the first MOST blocks. Languages other than uk, ru and en are not aligned, nor are two texts in
one language.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from archive.format.records import AlignmentRecord, VariantText
from pipelines.alignment.paragraphs import MOST, prepared
from pipelines.alignment.records import ComparedText, alignment_records
from pipelines.similarity.lexicon import LANGUAGES

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
        texts: dict[str, ComparedText | None] = {}
        records: list[AlignmentRecord] = []
        for a, b in couples:
            versions = a, variants[a].version, b, variants[b].version
            rows = self._done.get(versions)
            if rows is None:
                for article_id in (a, b):
                    if article_id not in texts:
                        if len(texts) >= _KEPT:
                            del texts[next(x for x in texts if x not in {a, b})]
                        texts[article_id] = _read(variants[article_id])
                text_a, text_b = texts[a], texts[b]
                comparable = variants[a].language != variants[b].language
                rows = tuple(alignment_records(text_a, text_b)) if text_a and text_b and comparable else ()
                self._done[versions] = rows
            records += rows
        return tuple(records)


def compared(variant: VariantText) -> tuple[int, ...]:
    """Return the numbers of the blocks that are compared."""
    numbers = (
        n for n, x in enumerate(variant.blocks) if x.kind not in _NOT_COMPARED and x.text and x.text.strip()
    )
    return tuple(numbers)[:MOST]


def _read(variant: VariantText) -> ComparedText | None:
    """Return the paragraphs that are compared; None where there are none, or in another language."""
    blocks = compared(variant)
    if not blocks or variant.language not in LANGUAGES:
        return None
    texts = [variant.blocks[number].text for number in blocks]
    return ComparedText(variant, blocks, prepared(texts, variant.language))
