"""Paragraphs that one language of a story has and another does not, sorted by language.

The table `alignments` has them as `omitted` and `added`, by the order of two ids. Here they are in the usual
order of languages: uk, en, ru, then others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.format.languages import display_order
from archive.format.records import probably_shared
from archive.read.scan import RowSet, one_of

_SIDES = {"omitted": (("a", "b"),), "added": (("b", "a"),)}
_BOTH = ("a", "b"), ("b", "a")


@dataclass(frozen=True, slots=True)
class OneSided:
    """A paragraph that one article of a story has and another does not, or a sentence of it."""

    language: str
    lacking: str
    """Language of the article without it."""
    article_id: str
    version: int
    block: int
    """Its number in the blocks of the article, from 0."""
    text: str
    confidence: float | None
    """Probability that the other article has it nowhere; None for a doubtful link, and before schema 6."""
    doubtful: bool
    """True if a person must check it before publication, as all from before schema 6."""
    nearest: str | None
    """The nearest text of the other article."""
    in_common: tuple[str, ...]
    """Its numbers, dates and names that are also in the nearest text, as printed."""
    linked: bool = False
    """True if `nearest` is perhaps the same: by a doubtful link, or a confidence below PERHAPS_ALONE."""


def one_sided(alignments: RowSet, versions: RowSet) -> list[OneSided]:
    """Find the paragraphs of only one language of a story, in the order of languages, then of reading.

    Paragraphs of a doubtful link are among them, as doubtful: `nearest` is what they are linked with. So are
    sentences that linked paragraphs probably lack.
    `alignments` are those of the story, `versions` those of the archive.
    """
    has_one_side = one_of("kind", _SIDES) | ds.field("doubtful") | ds.field("doubtful").is_null()
    for side in ("a", "b"):
        has_one_side |= pc.list_value_length(ds.field(f"sentences_only_{side}")) > 0
    rows = alignments.where(has_one_side).to_pylist()
    texts = _texts(rows, versions)
    paragraphs: list[OneSided] = []
    for row in rows:
        for side, lacking in _SIDES.get(str(row["kind"]), _BOTH):
            paragraphs += _of_side(row, side, lacking, texts)
    paragraphs.sort(
        key=lambda x: (display_order(x.language), display_order(x.lacking), x.article_id, x.block)
    )
    return paragraphs


def _texts(rows: Iterable[Mapping[str, object]], versions: RowSet) -> dict[tuple[object, object], list[str]]:
    article_ids: set[str] = set()
    for row in rows:
        article_ids |= {str(row["article_id_a"]), str(row["article_id_b"])}
    texts: dict[tuple[object, object], list[str]] = {}
    if article_ids:
        for row in versions.seek(one_of("article_id", sorted(article_ids))).to_pylist():
            texts[row["article_id"], row["version"]] = [x["text"] for x in row["blocks"]]
    return texts


def _of_side(
    row: Mapping[str, object], side: str, lacking: str, texts: Mapping[tuple[object, object], list[str]]
) -> Iterator[OneSided]:
    text = texts.get((row[f"article_id_{side}"], row[f"version_{side}"]), [])
    lacking_text = texts.get((row[f"article_id_{lacking}"], row[f"version_{lacking}"]), [])
    blocks: list[int] = row[f"paragraphs_{side}"]  # type: ignore[assignment]
    nearest: list[int] = row["nearest"] or row[f"paragraphs_{lacking}"]  # type: ignore[assignment]
    near = " ".join(lacking_text[n] for n in nearest if 0 <= n < len(lacking_text)) or None
    sentences: list[str] = row[f"sentences_only_{side}"] or []  # type: ignore[assignment]
    is_linked = row["kind"] not in _SIDES
    for block in blocks:
        if not 0 <= block < len(text):  # the file was altered
            continue
        paragraph = OneSided(
            str(row[f"language_{side}"]),
            str(row[f"language_{lacking}"]),
            str(row[f"article_id_{side}"]),
            int(row[f"version_{side}"]),  # type: ignore[call-overload]
            block,
            text[block],
            row["confidence"],  # type: ignore[arg-type]
            row["doubtful"] is not False,
            near,
            tuple(row["in_common"] or ()),  # type: ignore[arg-type]
            is_linked or probably_shared(row["kind"], row["confidence"]),  # type: ignore[arg-type]
        )
        if paragraph.doubtful or not is_linked:
            yield paragraph
        for sentence in sentences:
            if sentence in text[block]:
                yield replace(paragraph, text=sentence, doubtful=True, linked=False)
