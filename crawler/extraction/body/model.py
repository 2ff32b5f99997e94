"""The text of an article as it is taken apart: lines found, lines left out, the body that remains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.items import BlockKind, TextBlock


@dataclass(frozen=True, slots=True)
class Known:
    headline: str | None = None
    byline: str | None = None
    names: tuple[str, ...] = ()
    """Of authors, as claimed."""
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    description: str | None = None
    """Not left out: the lead is told by it."""
    text: str | None = None
    """All of it, as JSON-LD has it; read where the page itself shows none or next to none."""


@dataclass(frozen=True, slots=True)
class Found:
    """A block as found, before anything is left out."""

    kind: BlockKind
    text: str
    linked: float
    """Share of the text that is links."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Body:
    blocks: tuple[TextBlock, ...]
    dropped: tuple[LeftOut, ...]
    """Lines of the article's own element that are no part of the article."""
    signature: str | None = None
    """A name under the text, where the page says nowhere else who wrote it."""
    place: str = ""
    """Where the text stands, in words, with a CSS selector."""
    element: HtmlElement | None = None
    """The same, in what is left of the tree; None where the page has no <body>."""

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks if block.kind != "caption")
