"""Plain paragraphs: bare text in a box, and paragraphs with a box inside, before trafilatura reads them.

trafilatura reads <p>, and leaves out bare text in a <div> as soon as a page has enough paragraphs. Here a run
of bare text becomes a <p>, and a paragraph with a box inside becomes whole again.
"""

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement, defs

from crawler.extraction.document.class_names import words_of_other_things
from crawler.extraction.document.text import NOT_IN_XML, one_line

_RUNNING = 50
"""Letters from which bare text counts as running text."""
_FEW = 750
"""Letters in paragraphs below which trafilatura reads bare text, too (`extract_content`)."""
_MOSTLY = 0.5
_ONLY_LINKS = 0.9
"""Share of letters in links from which a line leads elsewhere; and where it does not begin with a link."""
_ENDS = re.compile(r"[.!?…][»”\"')\]]*$")
_INLINE = frozenset({
    *defs.font_style_tags, *defs.phrase_tags, *defs.special_inline_tags, "ins", "del", "s", "strike", "mark",
    "ruby", "rt", "rp", "time", "wbr", "data", "noindex",
}) - {"object", "iframe", "embed", "applet", "map", "param"}  # fmt: skip
"""Elements that are part of a line, where no box is inside."""
_BOXES = frozenset({"div", "section", "article", "main", "center", "header", "details"})
_NO_BOX = frozenset({
    "p", "ul", "ol", "dl", "table", "blockquote", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre",
    "aside", "form", "nav", "footer", "iframe", "hr",
})  # fmt: skip
"""Other elements that end a line."""
_BLOCKS = _BOXES | _NO_BOX


def make_paragraphs(container: HtmlElement) -> None:
    """Give each run of bare text in the boxes of a container a paragraph of its own.

    Where there are few paragraphs, trafilatura reads all boxes; else only a box among paragraphs has text.
    """
    letters = 0
    for paragraph in list(container.iter("p")):
        letters += len(paragraph.text_content())
        if len(paragraph) and next(paragraph.iterdescendants("p", "div"), None) is not None:
            _unite_or_split(paragraph)
    for code in list(container.iter("code")):
        # trafilatura makes a block of its own of a word
        if "\n" not in code.text_content():
            code.tag = "span"
    if not any(map(_is_block, container)):
        # a text with line breaks and without any box is read well as it is
        return
    if letters < _FEW:
        for box in list(container.iter(*_BOXES)):
            _wrap_runs(box, _runs(box, 1, _ONLY_LINKS))
        return
    _wrap_runs(container, _runs(container, _RUNNING, _ONLY_LINKS))
    for box in list(container.iterdescendants()):
        if box.tag in _BOXES or _is_unknown(box):
            sentences = list(filter(_is_sentence, _runs(box, _RUNNING, _MOSTLY)))
            if sentences and _is_part_of_text(box, container):
                _wrap_runs(box, sentences)


def _is_unknown(element: HtmlElement) -> bool:
    """Tell if an element is a custom one with boxes inside: `<more>`, `<index>`."""
    return isinstance(element.tag, str) and element.tag not in defs.tags and any(map(_is_block, element))


def _is_block(element: HtmlElement) -> bool:
    """Tell if an element ends a line: it is no inline element, or has a box inside."""
    tag = element.tag
    if not isinstance(tag, str):
        return False
    if tag in _BLOCKS or (tag in defs.tags and tag not in _INLINE):
        return True
    return len(element) > 0 and next(element.iterdescendants(*_BLOCKS), None) is not None


def _letters(element: HtmlElement) -> int:
    return len(one_line(element.text_content()))


def _unite_or_split(paragraph: HtmlElement) -> None:
    """Move small boxes behind a paragraph, or split it where a box inside has running text."""
    boxes = _outermost_boxes(paragraph)
    if _letters(paragraph) <= sum(map(_letters, boxes)):
        paragraph.tag = "div"
        return
    if max(map(_letters, boxes)) >= _RUNNING:
        _split(paragraph)
        return
    for box in reversed(boxes):
        _move_behind(box, paragraph)


def _outermost_boxes(paragraph: HtmlElement) -> list[HtmlElement]:
    """Return the outermost boxes in a paragraph, each with the inline elements that hold nothing else."""
    boxes: list[HtmlElement] = []
    for element in paragraph.iterdescendants(*_BLOCKS):
        box = element
        while (around := box.getparent()) is not paragraph and around.tag not in _BLOCKS:
            if one_line(around.text_content()) != one_line(element.text_content()):
                break
            box = around
        if box not in boxes and not any(map(boxes.__contains__, box.iterancestors())):
            boxes.append(box)
    return boxes


def _move_behind(box: HtmlElement, paragraph: HtmlElement) -> None:
    tail, before, around = box.tail or "", box.getprevious(), box.getparent()
    if before is None:
        around.text = NOT_IN_XML.sub("", (around.text or "") + tail)
    elif tail:
        before.tail = NOT_IN_XML.sub("", f"{before.tail or ''} {tail.lstrip()}")
    box.tail = None
    # what stood behind the paragraph then stands behind the box
    paragraph.addnext(box)


def _split(element: HtmlElement) -> None:
    """Turn a paragraph, and its inline elements with boxes inside, into boxes; wrap the text around."""
    element.tag = "div"
    for child in list(element):
        if isinstance(child.tag, str) and child.tag not in _BLOCKS and _is_block(child):
            _split(child)
    _wrap_runs(element, _runs(element, 1, _ONLY_LINKS))


def _is_part_of_text(box: HtmlElement, container: HtmlElement) -> bool:
    """Tell if the bare text in a box stands among paragraphs, and not in a picture or a promotion."""
    if box.find(".//img") is not None:
        return False
    for around in (box, *box.iterancestors()):
        if around is container:
            break
        names = f"{around.get('class') or ''} {around.get('id') or ''}"
        if words_of_other_things(names):
            return False
    if any(map(_is_running_paragraph, box)):
        return True
    while (around := box.getparent()) is not container:
        if len(around) > 1 or (around.text or "").strip():
            return False
        box = around
    return any(map(_is_running_paragraph, container))


def _is_running_paragraph(element: HtmlElement) -> bool:
    return element.tag == "p" and len(element.text_content()) >= _RUNNING


@dataclass(slots=True)
class _Run:
    """Bare text and the inline elements that follow it."""

    before: HtmlElement | None
    """Element of which the text is the tail; None at the beginning of the box."""
    first: str
    elements: list[HtmlElement] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = [self.first]
        for element in self.elements:
            if isinstance(element.tag, str):
                parts.append(element.text_content())
            parts.append(element.tail or "")
        return one_line("".join(parts))

    @property
    def is_line(self) -> bool:
        """Tell if the text is a line, unlike the fields of a byline: a link, a date, minutes to read."""
        has_link = False
        bare = self.first.strip()
        for element in self.elements:
            has_link = has_link or element.tag == "a"
            bare += (element.tail or "").strip()
        return bool(bare) or not has_link

    @property
    def linked(self) -> int:
        """Number of letters in links."""
        count = 0
        for element in self.elements:
            if isinstance(element.tag, str):
                for link in (element,) if element.tag == "a" else element.iter("a"):
                    count += len(link.text_content().strip())
        return count

    def is_text(self, least: int, share: float) -> bool:
        """Tell if it has so many letters, of which less than this share is in links."""
        if not self.elements and len(self.first) < least:
            return False
        text = self.text
        if len(text) < least or "<" in text or (len(text) < _RUNNING and not self.is_line):
            return False
        return self.linked < (share if self.first.strip() else _MOSTLY) * len(text)


def _is_sentence(run: _Run) -> bool:
    return _ENDS.search(run.text) is not None


def _runs(box: HtmlElement, least: int, share: float) -> list[_Run]:
    """Return the runs of a box that are text; each line of them is a run."""
    runs = [_Run(None, box.text or "")]
    for child in box:
        if _is_block(child) or child.tag == "br":
            runs.append(_Run(child, child.tail or ""))
        else:
            runs[-1].elements.append(child)
    return [run for run in runs if run.is_text(least, share)]


def _wrap_runs(box: HtmlElement, runs: list[_Run]) -> None:
    for run in runs:
        paragraph = box.makeelement("p")
        paragraph.text = NOT_IN_XML.sub("", run.first)
        if run.before is None:
            box.text = None
            box.insert(0, paragraph)
        else:
            run.before.tail = None
            run.before.addnext(paragraph)
        paragraph.extend(run.elements)
