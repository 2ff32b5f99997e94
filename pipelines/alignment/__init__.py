"""Which paragraphs of a story's variants say the same: what one language leaves out, adds or moves.

`Aligner` is what pairing hands to the archive's commit. Captions and empty blocks are not compared, nor what
comes after the first MOST blocks; languages other than uk, ru and en are not aligned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.alignment.paragraphs import MOST, grouped
from pipelines.alignment.telling import rows
from pipelines.pairing.weights import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from archive.records import AlignmentRecord, VariantText
    from pipelines.alignment.paragraphs import Groups

    Couple = tuple[str, str]
    Texts = tuple[str, int, str, int]
    """Two articles, each with the version of its text."""

__all__ = ["Aligner"]

_NOT_COMPARED = frozenset({"caption"})


class Aligner:
    """Aligns when asked, or ahead: so that the archive's lock is not held while it works."""

    def __init__(self) -> None:
        self._done: dict[Texts, tuple[AlignmentRecord, ...]] = {}

    def forget(self) -> None:
        """What has been published."""
        self._done.clear()

    def __call__(
        self, variants: Mapping[str, VariantText], couples: Collection[Couple]
    ) -> tuple[AlignmentRecord, ...]:
        """The rows of these couples of one story, in the order of `couples`."""
        read: dict[str, Groups | None] = {}
        told: list[AlignmentRecord] = []
        for a, b in couples:
            one, other = variants[a], variants[b]
            key = a, one.version, b, other.version
            if key not in self._done:
                for each in (one, other):
                    if each.article_id not in read:
                        read[each.article_id] = _read(each)
                groups = read[a], read[b]
                self._done[key] = (
                    tuple(rows(one, other, compared(one), compared(other), *groups))  # type: ignore[arg-type]
                    if all(groups)
                    else ()
                )
            told += self._done[key]
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
