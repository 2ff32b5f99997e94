"""The body: the text of an article as blocks in page order, read by trafilatura."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from lxml import etree, html
from lxml.html import HtmlElement

from crawler.extraction.body.captions import read_page, with_captions
from crawler.extraction.body.container import Container, find_container, text_in_body
from crawler.extraction.body.exclusions import leave_out
from crawler.extraction.body.judge import Reading, Verdict, judge
from crawler.extraction.body.lead import find_lead, text_of_brief
from crawler.extraction.body.lines import selector
from crawler.extraction.body.lost_passages import Passages
from crawler.extraction.body.pruning import NO_TEXT, prune, remove
from crawler.extraction.body.reader import read_brief, read_element, read_tree
from crawler.extraction.body.signature import ACCOUNT, NAME, signature, signed_by
from crawler.extraction.body.text_blocks import Body, Excluded, ReadBlock
from crawler.extraction.document.embedded import embedded_text
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.prose import Piece, Prose, read_prose
from crawler.extraction.document.text import NOT_IN_XML, for_comparison, one_line, unescaped
from crawler.extraction.language.two_texts import find_break
from crawler.items import LeftOut, TextBlock

_NEXT_TO_NONE = 0.3
_FEW = 200
"""Characters below which the text may be taken from the data of the page."""
_TAG = re.compile(r"<[^<>]{1,300}>")
_STANDFIRST = 80
"""Letters of a sentence above the text that is no heading; without a full stop twice as many."""
_ENDS = re.compile(r"[.!?…][»”\"')]*\s*$")
_SHORT = 1500
"""Characters below which trafilatura also compares its other algorithms."""


def read_body(
    outline: Outline, excluded: Excluded, drop: str | None, again: Callable[[], HtmlElement] | None = None
) -> Body:
    """Read the body. This changes the tree, so call it last.

    `drop` is an outlet's CSS selector of elements to leave out. `again` parses the page once more,
    for a second reading.
    """
    page = read_page(outline, excluded.headline, excluded.description)
    prose = read_prose(outline, excluded.headline, excluded.text)
    removed = prune(outline, drop, prose)
    for caption in page.captions:
        remove(caption.element)
        removed[caption.element] = "a caption"
    excluded = replace(excluded, captions=tuple(caption.text for caption in page.captions))
    verdict, element = _extract(outline, prose, excluded, partial(_dropped, again, drop) if again else None)
    reading = verdict.reading
    lost: tuple[LeftOut, ...] = ()
    if element is not None and reading.blocks:
        whole_page = reading.place.startswith("trafilatura")
        settled, lost = Passages(
            outline, prose, element, removed, whole_page, for_comparison(excluded.description or "")
        ).settle(reading.blocks)
        reading = replace(reading, blocks=settled)
    source = _better_source(outline, prose, excluded, _Source(reading.blocks, reading.place, str(verdict)))
    read_blocks = source.blocks
    reasons = leave_out(read_blocks, excluded)
    other_language = _leave_out_translation(read_blocks, reasons, excluded.headline)
    signed = None if _names_a_person(excluded) else signature(read_blocks, reasons)
    if signed is not None:
        reasons[signed] = "the byline"
    blocks: list[TextBlock] = []
    dropped: list[LeftOut] = []
    for block, reason in zip(read_blocks, reasons, strict=True):
        if reason:
            dropped.append(LeftOut(block.text, reason))
        else:
            blocks.append(TextBlock(block.kind, block.text))
    _open_with_text(blocks)
    name = signed_by(read_blocks[signed].text) if signed is not None else None
    return Body(
        tuple(with_captions(blocks, page)),
        (*dropped, *lost),
        name,
        source.place,
        element,
        source.why,
        prose.spared,
        other_language,
    )


def _leave_out_translation(
    blocks: list[ReadBlock], reasons: list[str | None], headline: str | None
) -> str | None:
    """Leave out the whole text in another language than the headline's, and return it."""
    retained = [i for i, reason in enumerate(reasons) if reason is None]
    texts = find_break([blocks[i].text for i in retained], headline)
    if texts is None:
        return None
    at = texts.break_at
    if (
        0 < at < len(retained)
        and blocks[retained[at]].kind == "paragraph"
        and signed_by(blocks[retained[at]].text)
    ):
        # the name below the first text, which has too few letters for a language
        at += 1
    translation = retained[at:] if texts.first_is_own else retained[:at]
    for i in translation:
        reasons[i] = "the text in another language"
    return "\n\n".join([blocks[i].text for i in translation])


@dataclass(frozen=True, slots=True)
class _Source:
    """Blocks with the place that they are from, and the reason in words."""

    blocks: list[ReadBlock]
    place: str
    why: str


def _better_source(page: Outline, prose: Prose, excluded: Excluded, source: _Source) -> _Source:
    """Return the page's data, or what follows its headline, where its element shows little."""
    length, text = _length(source.blocks), excluded.text
    if text is None and length < _FEW:
        text = embedded_text(page, excluded.headline)
    if text and length < _NEXT_TO_NONE * len(text):
        blocks = _of_data(text)
        why = f"the page's data ({_length(blocks)}), not its element ({length}): the page shows little of it"
        source = _Source(blocks, "the data of the page", why)
        length = _length(blocks)
    if excluded.says_article and length < _FEW:
        brief = text_of_brief(page, excluded.headline, prose.others())
        if brief and not (source.blocks and {block.text for block in source.blocks} <= set(brief)):
            blocks = [ReadBlock("paragraph", line, 0.0) for line in brief]
            why = f"what follows the headline ({_length(blocks)}), not its element ({length}): a brief"
            source = _Source(blocks, "below the headline", why)
    return source


def _names_a_person(excluded: Excluded) -> bool:
    names = (*excluded.names, excluded.byline or "")
    site = for_comparison(excluded.site or "")
    return any(NAME.search(n) and not ACCOUNT.search(n) and for_comparison(n) != site for n in names)


def _open_with_text(blocks: list[TextBlock]) -> None:
    """Make a paragraph of a standfirst that is marked as a heading: sentences above the text."""
    first = blocks[0] if len(blocks) > 1 else None
    if (
        first is not None
        and first.kind == "heading"
        and len(first.text) >= (_STANDFIRST if _ENDS.search(first.text) else 2 * _STANDFIRST)
    ):
        blocks[0] = TextBlock("paragraph", first.text)


def _of_data(text: str) -> list[ReadBlock]:
    """Return the paragraphs of a text in the page's data, which may have tags."""
    if "<" not in text:
        return [ReadBlock("paragraph", line, 0.0) for part in text.splitlines() if (line := one_line(part))]
    bare = html.fromstring(f"<div>{NOT_IN_XML.sub('', text)}</div>")
    etree.strip_elements(bare, *NO_TEXT, with_tail=False)
    blocks = read_element(bare)
    if _length(blocks) >= _NEXT_TO_NONE * len(bare.text_content()):
        return blocks
    lines = re.split(r"[\n\r\t]+", _TAG.sub("\n", text))
    return [ReadBlock("paragraph", unescaped(line), 0.0) for part in lines if (line := one_line(part))]


def _extract(
    page: Outline, prose: Prose, excluded: Excluded, again: Callable[[], HtmlElement] | None
) -> tuple[Verdict, HtmlElement | None]:
    """Return the reading that wins, and the element of the text."""
    tree = page.root
    body = tree.find("body")
    if body is None:
        return Verdict(Reading("its element", [], "nowhere: no <body>")), None
    container = find_container(prose, body)
    element = container.element
    blocks, place = _read_container(tree, container)
    lead = find_lead(page, element, excluded.description) if blocks else []

    def unnamed(lost: list[Piece]) -> Reading | None:
        """Read the same element without regard to names, which lead trafilatura to leave parts out."""
        if not any(_inside(piece, element) for piece in lost):
            return None
        blocks = _with_lead(lead, read_element(element, with_names=False))
        return Reading("its element without names", blocks, f"{place}, without regard to names")

    def whole(_: list[Piece]) -> Reading | None:
        if again is None:
            return None
        second = again()
        blocks = read_tree(second) or read_tree(second, fast=False)
        return Reading("trafilatura", blocks, "trafilatura's reading of the whole page")

    first = Reading("its element", _with_lead(lead, blocks), place)
    return judge(first, prose, excluded, (unnamed, partial(_wider, element), whole)), element


def _wider(element: HtmlElement, lost: list[Piece]) -> Reading | None:
    """Read the element around the text's that has most of what is lost."""
    outside = [piece for piece in lost if not _inside(piece, element)]
    letters = sum(len(piece.text) for piece in outside)
    for around in element.iterancestors():
        if around.tag in {"body", "html"}:
            break
        within = sum(len(piece.text) for piece in outside if _inside(piece, around))
        if within and 2 * within > letters:
            return Reading("an element around it", read_element(around, with_names=False), selector(around))
    return None


def _with_lead(lead: list[str], blocks: list[ReadBlock]) -> list[ReadBlock]:
    text = "".join([for_comparison(block.text) for block in blocks]) if lead else ""
    # a paragraph with line breaks is several blocks
    missing = [ReadBlock("paragraph", line, 0.0) for line in lead if for_comparison(line) not in text]
    return [*missing, *blocks]


def _inside(piece: Piece, element: HtmlElement) -> bool:
    place = piece.around
    while place is not None:
        if place is element:
            return True
        place = place.getparent()
    return False


def _dropped(again: Callable[[], HtmlElement], drop: str | None) -> HtmlElement:
    """Parse the page once more, without what the outlet's `drop` leaves out."""
    tree = again()
    for element in tree.cssselect(drop) if drop else ():
        remove(element)
    return tree


def _read_container(tree: HtmlElement, container: Container) -> tuple[list[ReadBlock], str]:
    place = selector(container.element)
    for with_names in (True, False) if container.tight and container.weight > 250 else ():
        blocks = read_element(container.element, with_names=with_names)
        if _length(blocks) >= 0.6 * container.weight:
            return blocks, place
    if container.element.tag == "body" and (part := text_in_body(container)) is not None:
        blocks = read_element(part)
        if _length(blocks) >= 0.6 * container.weight:
            return blocks, f"{place}, from the headline to the last paragraph"
    blocks = _chosen_by_trafilatura(tree, container.weight)
    if container.tight and len(blocks) == 1:
        paragraphs = read_brief(container.element)
        if len(paragraphs) > 1 and all(block.text in blocks[0].text for block in paragraphs):
            return paragraphs, place
    return blocks, f"trafilatura's choice; most text is in {place}"


def _chosen_by_trafilatura(tree: HtmlElement, weight: int) -> list[ReadBlock]:
    blocks = read_tree(tree)
    length = _length(blocks)
    # the blocks may be all the running text that the page has
    if len(blocks) < 2 or (length < _SHORT and length < weight):
        again = read_tree(tree, fast=False)
        blocks = again if len(again) > 1 or not blocks else blocks
    # a gallery or a video has no running text; its blocks are captions of links
    running = any(len(block.text) > 50 and block.linked < 0.5 for block in blocks)
    return blocks if running or weight else []


def _length(blocks: list[ReadBlock]) -> int:
    return sum(len(block.text) for block in blocks)
