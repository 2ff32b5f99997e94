"""Types of the body: blocks as they were read, lines left out, and the body that remains."""

from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.items import BlockKind, LeftOut, TextBlock


@dataclass(frozen=True, slots=True)
class Excluded:
    headline: str | None = None
    byline: str | None = None
    names: tuple[str, ...] = ()
    """Names of authors, as claimed."""
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    site: str | None = None
    """Name of the site, as its page has it."""
    description: str | None = None
    """Description in the head; it is not left out, but used to recognise the lead."""
    says_article: bool = False
    """The page calls itself an article: its text may be one short line."""
    text: str | None = None
    """Whole text in JSON-LD; used if the page itself shows none or next to none."""


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """A block of text as read, before anything is left out."""

    kind: BlockKind
    text: str
    linked: float
    """Share of the text that is links."""


@dataclass(frozen=True, slots=True)
class Body:
    blocks: tuple[TextBlock, ...]
    dropped: tuple[LeftOut, ...]
    """Lines of the article's own element that are no part of the article."""
    signature: str | None = None
    """Name under the text, if the page says nowhere else who wrote it."""
    place: str = ""
    """Place of the text in words, with a CSS selector."""
    element: HtmlElement | None = None
    """Element of the text, in the rest of the tree; None if the page has no <body>."""
    verdict: str = ""
    """Reading that won and the one that lost, with their characters and the reason; empty without a doubt."""
    spared: frozenset[str] = frozenset()
    """Words in names of elements that say nothing on this page."""
    translation: str | None = None
    """Whole text in another language that the page prints as well; it is left out."""

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks if block.kind != "caption")
