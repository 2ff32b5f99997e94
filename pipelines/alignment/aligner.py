"""Which paragraphs of a story's variants say the same: what one language leaves out, adds or moves.

`Aligner` is what pairing hands to the archive's commit. Captions and empty blocks are not compared, nor what
comes after the first MOST blocks; languages other than uk, ru and en are not aligned, nor two texts of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipelines.alignment.paragraphs import MOST, grouped
from pipelines.alignment.records import rows
from pipelines.similarity.document import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archive.format.records import AlignmentRecord, VariantText
    from pipelines.alignment.paragraphs import Groups

    Couple = tuple[str, str]
    Texts = tuple[str, int, str, int]
    """Two articles, each with the version of its text."""

__all__ = ["Aligner"]

_NOT_COMPARED = frozenset({"caption"})
_KEPT = 64
"""Texts that are held as read, half a megabyte each."""


class Aligned(Protocol):
    """A store of what has been aligned, by the texts."""

    def get(self, texts: Texts, /) -> tuple[AlignmentRecord, ...] | None: ...

    def __setitem__(self, texts: Texts, rows: tuple[AlignmentRecord, ...], /) -> None: ...


class Aligner:
    """Aligns when asked, or ahead: so that the archive's lock is not held while it works."""

    def __init__(self, done: Aligned | None = None) -> None:
        """`done` keeps what has been aligned; where none is given, memory does."""
        self._done: Aligned = {} if done is None else done

    def __call__(
        self, variants: Mapping[str, VariantText], couples: Collection[Couple]
    ) -> tuple[AlignmentRecord, ...]:
        """The rows of these couples, in their order; those of one story should follow each other."""
        read: dict[str, Groups | None] = {}
        told: list[AlignmentRecord] = []
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
                    tuple(rows(one, other, compared(one), compared(other), ours, theirs))
                    if ours and theirs and one.language != other.language
                    else ()
                )
                self._done[key] = found
            told += found
        return tuple(told)


def compared(variant: VariantText) -> tuple[int, ...]:
    """The numbers of the blocks that are compared."""
    numbers = (
        n for n, x in enumerate(variant.blocks) if x.kind not in _NOT_COMPARED and x.text and x.text.strip()
    )
    return tuple(numbers)[:MOST]


def _read(variant: VariantText) -> Groups | None:
    texts = [variant.blocks[n].text for n in compared(variant)]
    return grouped(texts, variant.language) if texts and variant.language in LANGUAGES else None
