"""What the page of a story shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archive.format.records import BlockRecord
    from archive.read.diff import Diff
    from archive.viewer.side_by_side import Row


@dataclass(frozen=True, slots=True)
class Edit:
    version: int
    at: datetime
    """When a crawl first saw it, UTC."""
    diff: Diff


@dataclass(frozen=True, slots=True)
class Only:
    """A number or a quotation of one paragraph, as printed, and the languages that do not have it."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    article_id: str
    language: str
    """`?` where none was decided."""
    outlet: str
    url: str
    headline: str
    byline: str | None
    published_at: datetime | None
    last_seen: datetime
    blocks: tuple[BlockRecord, ...]
    edits: tuple[Edit, ...]
    only: Mapping[int, tuple[Only, ...]]
    """By the number of the block."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A pair of its articles: by what, and how alike their texts are."""

    languages: tuple[str, str]
    evidence: str
    reciprocal: bool
    score: float | None
    """0 to 1; None where nobody has compared the texts."""


@dataclass(frozen=True, slots=True)
class StoryView:
    story_id: str
    variants: tuple[Variant, ...]
    """Those that are laid beside each other, then the others; each published first first."""
    rows: tuple[Row, ...]
    compared: int
    """The rows are of so many variants; 0 where nobody has aligned them yet."""
    joints: tuple[Joint, ...]
    coverage: Mapping[tuple[str, str], float]
    """Of (y, x): the share of the characters of x that stand in y too."""
