"""The account of the text: each passage missing from a reading is left out for a reason, or comes back.

A passage is a piece of running text (`Piece`) below the headline and above the end of the text. What has no
reason is a sentence that trafilatura or a rule of ours lost, and is put back in its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.body.boilerplate import why_not_text
from crawler.extraction.body.speedups import names_left_out
from crawler.extraction.body.text_blocks import ReadBlock
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.prose import BELOW, Piece, Prose
from crawler.extraction.document.text import for_comparison, one_line
from crawler.items import LeftOut

_BEGINNING, _COMPARED = 100, 60
"""Characters of a passage that are folded, and letters of them that are compared."""
_LONGEST = 1500
"""Characters of a passage that is put back; a larger one is a part of the page."""
_CAPTION = 400
"""Characters of the text of a box with a picture, below which it is a caption."""
_HEADINGS = frozenset({"h1", "h2", "h3"})
_LEAD = 2
"""Paragraphs of a lead, at most."""
_LONG_LEAD = 200
"""Letters of a paragraph that is a lead wherever it stands between headline and text."""
_LONG_LINE = 120
"""Letters of a paragraph that may end with a colon; a shorter line is a label: `Read also:`."""
_NO_SENTENCE = "no sentence"
_UP = 3
_DESCRIPTION = 120
"""Letters of the page's description that are compared."""
_ENDS = (".", "!", "?", "…", "。")
_INLINE = frozenset({
    "a", "b", "strong", "i", "em", "span", "u", "font", "br", "mark", "small", "sup", "sub", "img",
})  # fmt: skip
_NO_PASSAGES = frozenset({
    "li", "td", "th", "dt", "dd", "h3", "h4", "h5", "h6", "figcaption", "cite", "form", "fieldset", "dialog",
    "menu", "video", "audio",
})  # fmt: skip
"""Elements whose text is a line of its own kind, or belongs to a control."""


@dataclass(frozen=True, slots=True)
class Passages:
    """What is known about the passages of a page when its text has been read."""

    page: Outline
    prose: Prose
    container: HtmlElement
    removed: Mapping[HtmlElement, str]
    """Elements that were removed before reading, each with the reason."""
    whole_page: bool
    """The reading is of the whole page, not of the container."""
    description: str = ""
    """The page's own, for comparison; a passage that says the same is the lead, whatever its name."""

    def settle(self, blocks: Sequence[ReadBlock]) -> tuple[list[ReadBlock], tuple[LeftOut, ...]]:
        """Return the blocks with the passages that were lost, and what is left out with the reasons."""
        retained, left_out = self._without_footer(blocks)
        text = "".join([for_comparison(block.text) for block in retained])
        read = {i: piece.around for i, piece in enumerate(self.prose.pieces) if _begins(piece) in text}
        if len(read) in {0, len(self.prose.pieces)}:
            return retained, tuple(left_out)
        last, boxes = max(read), set(read.values())
        first = self._first_paragraph(read)
        lead = self._lead(self.prose.pieces[:first])
        position = 0
        for i, piece in enumerate(self.prose.pieces[:last]):
            if i in read:
                # a heading above the first paragraph may be repeated in the text
                position = _position_behind(piece, retained, position) if i >= first else 0
                continue
            line = self._line(piece)
            reason = self._why_left_out(piece, line) or self._why_elsewhere(piece, i < first, lead, boxes)
            if reason == _NO_SENTENCE and self._goes_on(i):
                reason = None
            if reason is not None:
                left_out.append(LeftOut(piece.text, reason))
            elif (folded := for_comparison(line)) not in text:
                text += folded
                retained.insert(position, ReadBlock("paragraph", line, 0.0))
                position += 1
        return retained, tuple(left_out)

    def _first_paragraph(self, read: Iterable[int]) -> int:
        """Return the first passage that was read and is no heading, if there is one."""
        places = sorted(read)
        for i in places:
            if self._element(self.prose.pieces[i]).tag not in _HEADINGS:
                return i
        return places[0]

    def _lead(self, above: Sequence[Piece]) -> list[Piece]:
        """Return the passages above the text that are its lead; more of them are a summary or teasers."""
        lead: list[Piece] = []
        for piece in above:
            if (self._is_description(piece) or self._is_lead(piece)) and self._why_left_out(
                piece, self._line(piece)
            ) is None:
                lead.append(piece)
        return lead if len(set(map(self._line, lead))) <= _LEAD else []

    def _why_elsewhere(
        self, piece: Piece, above: bool, lead: Sequence[Piece], boxes: set[HtmlElement | None]
    ) -> str | None:
        """Return the reason if a passage stands neither beside paragraphs of the text nor as its lead."""
        if above:
            return None if piece in lead else "above the text, not below the headline"
        element = self._element(piece)
        # a <div> among the paragraphs may be one
        is_beside = piece.around in boxes or element.tag == "p" or element.getparent() in boxes
        return None if is_beside else "in a box without paragraphs"

    def _without_footer(self, blocks: Sequence[ReadBlock]) -> tuple[list[ReadBlock], list[LeftOut]]:
        """Leave out the page's footer where the whole <body> was read."""
        footer: set[str] = set()
        for piece in self.prose.pieces if self.whole_page or self.container.tag == "body" else ():
            if piece.words & BELOW - self.prose.spared:
                footer.add(for_comparison(piece.text))
        retained: list[ReadBlock] = []
        left_out: list[LeftOut] = []
        for block in blocks:
            if footer and for_comparison(block.text) in footer:
                left_out.append(LeftOut(block.text, "in the page's footer"))
            else:
                retained.append(block)
        return retained, left_out

    def _line(self, piece: Piece) -> str:
        """Return the whole line around a passage; empty if most of it is in links."""
        element = self._element(piece)
        while element.tag in _INLINE and (around := element.getparent()) is not None:
            element = around
        for child in element:
            if child.tag not in _INLINE:
                return piece.text
        text = one_line(element.text_content())
        linked = 0
        for link in element.iter("a"):
            linked += len(link.text_content())
        return text if 2 * linked < len(text) else ""

    def _element(self, piece: Piece) -> HtmlElement:
        """Return the element that has a passage as its own text."""
        element = self.page.elements[piece.position]
        parent = element.getparent()
        is_first = one_line(self.page.texts[piece.position]) == piece.text
        return element if is_first or parent is None else parent

    def _why_left_out(self, piece: Piece, line: str) -> str | None:
        if piece.position < self.prose.headline:
            return "above the headline"
        if (reason := self._why_of_place(piece)) is not None:
            return reason
        if piece.teaser:
            return "a teaser of another story"
        if not line:
            return "mostly links"
        if len(line) > _LONGEST:
            return "too long for a paragraph"
        # sentences before a colon lead to an embedded post
        ends = _ENDS if len(line) < _LONG_LINE else (*_ENDS, ":")
        if not line.rstrip("»”\"')]").endswith(ends):
            return _NO_SENTENCE
        return why_not_text(line) or ("beside a picture" if self._is_beside_picture(piece) else None)

    def _why_of_place(self, piece: Piece) -> str | None:
        """Return the reason that lies in the elements around a passage."""
        # a group of headings without an <h1> is the headline
        believed = self.prose.tags() | {"hgroup"}
        element = self._element(piece)
        for around in (element, *element.iterancestors()):
            if around in self.removed:
                return self.removed[around]
            if around is self.container:
                break
            # systems of the 2000s put all of a page into one form
            is_page = around.tag == "form" and around in self.page.around_headings
            if (around.tag in _NO_PASSAGES and not is_page) or (
                around.tag in believed
                and around not in self.page.around_headings
                and not self._is_header_of_text(around)
            ):
                return f"in <{around.tag}>"
            words = self.prose.named.get(around, frozenset()) - self.prose.spared
            if words and around not in self.page.around_headings and not self._is_description(piece):
                return f"named after other things ({min(words)})"
            if names_left_out(around):
                return f"named after other things ({around.get('class') or around.get('id')})"
        return None

    def _goes_on(self, i: int) -> bool:
        """Tell if the next passage of the text goes on with a sentence that a box has cut in two."""
        piece, following = self.prose.pieces[i : i + 2]
        return (
            piece.text[-1:].isalpha()
            and following.text[:1].islower()
            and following.around in {piece.around, self.container}
            and len(piece.text) >= _LONG_LINE
        )

    def _is_description(self, piece: Piece) -> bool:
        return self.description[:_DESCRIPTION] == for_comparison(piece.text)[:_DESCRIPTION] != ""

    def _is_lead(self, piece: Piece) -> bool:
        """Tell if a passage above the text shares a part of the page with the headline and the text."""
        around_text = {self.container, *self.container.iterancestors()}
        element = self._element(piece)
        is_below_heading = False
        for around in (element, *element.iterancestors()):
            if self._is_header_of_text(around):
                return True
            if around in around_text:
                is_headed = around in self.page.around_headings
                line = self._line(piece)
                is_long = element.tag == "p" and len(line) >= _LONG_LEAD and line[0] not in '“«„"'
                is_near = (
                    is_headed
                    or (is_below_heading and around.tag == "article")
                    or (element.getparent() is around and self._is_below_headline(around))
                )
                return is_long or (around.tag != "body" and is_near)
            above = next(around.itersiblings("h1", "h2", "hgroup", preceding=True), None)
            is_below_heading = is_below_heading or above is not None
        return False

    def _is_below_headline(self, element: HtmlElement) -> bool:
        at = self.prose.headline
        return at >= 0 and self.page.elements[at] in element.itersiblings(preceding=True)

    def _is_header_of_text(self, element: HtmlElement) -> bool:
        """Tell if an element is a <header> in the <article> that has the text, or that is the text."""
        article = next(element.iterancestors("article"), None) if element.tag == "header" else None
        return article is not None and (
            article is self.container or article in self.container.iterancestors()
        )

    def _is_beside_picture(self, piece: Piece) -> bool:
        element = self._element(piece)
        for around in islice((element, *element.iterancestors()), _UP):
            if around is self.container or next(around.iter("h1", "h2"), None) is not None:
                break
            if around.find(".//img") is not None and len(one_line(around.text_content())) < _CAPTION:
                return True
        return False


def _begins(piece: Piece) -> str:
    return for_comparison(piece.text[:_BEGINNING])[:_COMPARED]


def _position_behind(piece: Piece, blocks: Sequence[ReadBlock], start: int) -> int:
    """Return the position behind the block that has a passage, at or after this position."""
    begins = _begins(piece)
    for i in range(max(start - 1, 0), len(blocks)):
        if begins in for_comparison(blocks[i].text):
            return i + 1
    return start
