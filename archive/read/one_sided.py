"""Paragraphs that one language of a story has and another lacks, told by language.

The table `alignments` has them as `omitted` and `added`, by the order of two ids. A reader wants languages:
always uk, en, ru, as everywhere, and then the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.dataset as ds

from archive.format.schema import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archive.read.scan import RowSet

_SIDES = {"omitted": (("a", "b"),), "added": (("b", "a"),)}
_BOTH = ("a", "b"), ("b", "a")


@dataclass(frozen=True, slots=True)
class OneSided:
    """A paragraph that one article has and another of the story lacks."""

    language: str
    lacking: str
    """Language of the article that lacks it."""
    article_id: str
    version: int
    block: int
    """Its number in the blocks of the article, from 0."""
    text: str
    confidence: float | None
    """Probability that the other says it nowhere; None of a doubtful link, and before schema 6."""
    doubtful: bool
    """True where it must be read before it is published; so is all from before schema 6."""
    nearest: str | None
    """Text of the other article that comes nearest."""
    in_common: tuple[str, ...]
    """Its numbers, dates and names that stand there too, as printed."""


def rank(language: str) -> tuple[int, str]:
    """Return the key by which languages are sorted for people."""
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES), language


def one_sided(alignments: RowSet, versions: RowSet) -> list[OneSided]:
    """Find what each language of a story has alone, by the order of the languages, then of reading.

    Paragraphs of a doubtful link are among it, as doubtful: `nearest` is what they are linked with.
    `alignments` are those of the story, `versions` all that there are.
    """
    rows = alignments.where(ds.field("kind").isin([*_SIDES]) | ds.field("doubtful")).to_pylist()
    texts = _texts(rows, versions)
    return sorted(
        _told(rows, texts), key=lambda x: (rank(x.language), rank(x.lacking), x.article_id, x.block)
    )


def _texts(rows: Iterable[Mapping[str, object]], versions: RowSet) -> dict[tuple[object, object], list[str]]:
    wanted = {row[f"article_id_{side}"] for row in rows for side in "ab"}
    if not wanted:
        return {}
    found = versions.seek(ds.field("article_id").isin(sorted(map(str, wanted)))).to_pylist()
    return {(row["article_id"], row["version"]): [x["text"] for x in row["blocks"]] for row in found}


def _told(
    rows: Iterable[Mapping[str, object]], texts: Mapping[tuple[object, object], list[str]]
) -> Iterator[OneSided]:
    for row in rows:
        for side, opposite in _SIDES.get(str(row["kind"]), _BOTH):
            yield from _of_side(row, side, opposite, texts)


def _of_side(
    row: Mapping[str, object], own: str, other: str, texts: Mapping[tuple[object, object], list[str]]
) -> Iterator[OneSided]:
    own_texts, other_texts = (
        texts.get((row[f"article_id_{x}"], row[f"version_{x}"]), []) for x in (own, other)
    )
    blocks: list[int] = row[f"paragraphs_{own}"]  # type: ignore[assignment]
    nearest: list[int] = row["nearest"] or row[f"paragraphs_{other}"]  # type: ignore[assignment]
    # a row may name a paragraph that is not there, where a file was altered
    for block in (n for n in blocks if 0 <= n < len(own_texts)):
        yield OneSided(
            str(row[f"language_{own}"]),
            str(row[f"language_{other}"]),
            str(row[f"article_id_{own}"]),
            int(row[f"version_{own}"]),  # type: ignore[call-overload]
            block,
            own_texts[block],
            row["confidence"],  # type: ignore[arg-type]
            row["doubtful"] is not False,
            " ".join(other_texts[n] for n in nearest if 0 <= n < len(other_texts)) or None,
            tuple(row["in_common"] or ()),  # type: ignore[arg-type]
        )
