"""The blocks to leave out: they repeat what the page says outside its text, or lead to other pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.body.boilerplate import why_not_text
from crawler.extraction.body.signature import NAME
from crawler.extraction.document.text import for_comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.extraction.body.text_blocks import Excluded, ReadBlock


_DATED = re.compile(r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?\b|\d{1,2}:\d{2}\b")
"""Day or time with which an entry of a tape of news begins."""
_FAR, _SENTENCE = 5, 150
"""A line that returns after so many blocks, with fewer letters than this, is the author's repetition."""
_AWAY = "points to another article"
_SAID_BY = re.compile(r"[—–-]\s*[^\W\d_][^.!?:]{2,60}")
"""Speaker under a pulled quotation: `— Bernice Oduro`."""
_IS = re.compile(
    r",| is | are | was | has | writes | works | covers | reports |\s*[—–(-]| є | пише| працює| пишет"
    r"| работает"
)
_ENDS = re.compile(r"[.!?…:][»”\"')]*$|[»”\"]$")
_BEFORE, _KICKER = 4, 60
"""Blocks above a headline, and letters of each."""
_LONGEST_BIO = 500
_LINE = 100
_LAST = 4
_RUNNING = 60
"""Letters from which a line is running text."""
"""Blocks at the end that may be about the author."""
_IMPRINT = "says who publishes the page"
_COMMENTS = re.compile(
    r"(?:comments? (?:are |is )?(?:now )?(?:closed|disabled|turned off)"
    r"|(?:комментарии|коментарі|комментирование|коментування)"
    r" (?:закрыт|закрит|отключен|вимкнен|к (?:этой|статье)))",
    re.IGNORECASE,
)
"""Beginning of the line above what readers wrote."""
_ASKS = "asks to subscribe, follow or pay"
_ANNOUNCED = {_AWAY, _ASKS}
_PART = re.compile(r"[^,;|#]+")
"""Tag in a line of tags."""
_LABEL = re.compile(r".{2,40}[:…]|\W*[^.!?]{2,32}\W*")


def leave_out(blocks: Sequence[ReadBlock], excluded: Excluded) -> list[str | None]:
    """Return the reason for each block that is no part of the article, None for the others."""
    folded = [for_comparison(block.text) for block in blocks]
    captions = {for_comparison(caption) for caption in excluded.captions}
    names = sorted({for_comparison(name) for name in excluded.names} - {""}, key=len, reverse=True)
    headline, byline = for_comparison(excluded.headline or ""), for_comparison(excluded.byline or "")
    tags = {for_comparison(tag) for tag in excluded.tags}
    description = for_comparison(excluded.description or "")
    links = _links_away(blocks)
    seen: dict[str, int] = {}
    reasons: list[str | None] = []
    for i, (block, text, leads_away) in enumerate(zip(blocks, folded, links, strict=True)):
        reason = None
        if headline and text == headline and (not seen or len(text) > 15):
            reason = "the headline again"
        elif (byline and text == byline) or (len(block.text) < 200 and _only_names(text, names)):
            reason = "the byline"
        elif text in captions and block.kind != "heading" and not _is_of_the_text(i, blocks, description):
            reason = "a caption"
        elif (
            (text in seen and len(text) > 60 and not _says_again(i, seen[text], folded))
            or (block.kind == "quote" and _is_pulled(i, folded))
            or (i and reasons[-1] == "said before" and _SAID_BY.fullmatch(block.text))
        ):
            reason = "said before"
        elif _only_tags(block.text, tags):
            reason = "the tags"
        elif leads_away:
            reason = _AWAY
        else:
            reason = why_not_text(block.text)
        if reason is None:
            seen.setdefault(text, i)
        reasons.append(reason)
    _above_headline(blocks, reasons)
    _below_the_text(blocks, reasons)
    _boxes(blocks, reasons)
    _labels(blocks, reasons)
    for i in range(1, len(blocks)):
        # links that a label announces go with it
        least = 0.3 if blocks[i].kind == "list_item" else 0.6
        announced = blocks[i].kind != "heading" and reasons[i - 1] == _AWAY and blocks[i].linked > least
        # a sentence of the text may be nearly all one link
        announced = announced and (blocks[i].kind == "list_item" or not _ENDS.search(blocks[i].text))
        if (
            announced
            and reasons[i] is None
            and (
                blocks[i - 1].kind == "list_item"
                or blocks[i - 1].linked > least
                or len(blocks[i - 1].text) < 60
            )
        ):
            reasons[i] = _AWAY
    _about_authors(blocks, reasons, for_comparison(" ".join([excluded.byline or "", *excluded.names])))
    for i in range(len(blocks) - 1, -1, -1):
        if reasons[i] is None:
            if blocks[i].kind != "heading":
                break
            reasons[i] = "a heading of nothing"
    return reasons


def _is_of_the_text(i: int, blocks: Sequence[ReadBlock], description: str) -> bool:
    """Tell if a line is a sentence of the text, which a picture repeats as its caption.

    It goes on after a paragraph, and is followed by one, by a heading, a quotation or a list; or
    begins the text and the page's description.
    """
    line = blocks[i]
    if len(line.text) <= _RUNNING or _ENDS.search(line.text) is None:
        return False
    if not i:
        return len(description) > _RUNNING and description.startswith(for_comparison(line.text)[:_RUNNING])
    before, after = blocks[i - 1], blocks[i + 1] if i + 1 < len(blocks) else None
    return (before.kind == "paragraph" and len(before.text) > _RUNNING) and (
        after is not None and (after.kind != "paragraph" or len(after.text) > _RUNNING)
    )


def _above_headline(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out short lines above the headline where it is printed again: `Репортаж`, `Opinion`."""
    if "the headline again" in reasons[:_BEFORE]:
        for i in range(reasons.index("the headline again")):
            if reasons[i] is None and len(blocks[i].text) < _KICKER and not _ENDS.search(blocks[i].text):
                reasons[i] = "above the headline"


def _below_the_text(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out what stands below the text: the rest of an imprint of two lines or more, comments.

    The larger part must stand above, as such a line may be a quotation.
    """
    imprint = [i for i, reason in enumerate(reasons) if reason == _IMPRINT]
    ends = imprint[0] if len(imprint) > 1 else None
    ends = next(
        (
            i
            for i, block in enumerate(blocks[:ends])
            if len(block.text) < _LINE and _COMMENTS.match(block.text)
        ),
        ends,
    )
    if ends is None:
        return
    above, below = (
        sum(len(blocks[i].text) for i in places if reasons[i] is None)
        for places in (range(ends), range(ends, len(blocks)))
    )
    if above > below and above > _LONGEST_BIO:
        for i in range(ends, len(blocks)):
            reasons[i] = reasons[i] or (_IMPRINT if ends in imprint else "comments")


def _says_again(i: int, first: int, folded: Sequence[str]) -> bool:
    """Tell if a sentence returns far below on purpose; text printed twice has the same neighbours twice."""
    around = {*folded[max(first - 1, 0) : first], *folded[first + 1 : first + 2]}
    here = {*folded[i - 1 : i], *folded[i + 1 : i + 2]}
    return i - first > _FAR and 0 < i < len(folded) - 1 and len(folded[i]) < _SENTENCE and not around & here


def _is_pulled(i: int, folded: Sequence[str]) -> bool:
    """Tell if a block is a pull quote: it repeats a part of another block."""
    return len(folded[i]) > 20 and any(
        folded[i] in text and len(text) > len(folded[i]) for j, text in enumerate(folded) if j != i
    )


def _about_authors(blocks: Sequence[ReadBlock], reasons: list[str | None], authors: str) -> None:
    """Leave out lines about the authors at the end: `Jane Doe is a fellow at …` under a text by Jane Doe."""
    for i in range(len(blocks) - 1, max(len(blocks) // 2, len(blocks) - 1 - _LAST), -1):
        name = " ".join(blocks[i].text.split()[:2]).rstrip(",")
        is_bio = NAME.fullmatch(name) and _IS.match(blocks[i].text[len(name) :])
        if reasons[i] is None:
            if not (is_bio and len(blocks[i].text) < _LONGEST_BIO and for_comparison(name) in authors):
                return
            reasons[i] = "about the author"


def _links_away(blocks: Sequence[ReadBlock]) -> list[bool]:
    """Mark lines that are only a link, unless the article is itself a list of links."""
    away = [
        block.linked > 0.9 and block.kind != "heading" and 15 < len(block.text) < 250
        and not block.text.endswith((".", "!", "»", "”"))
        for block in blocks
    ]  # fmt: skip
    announced = False
    for i, block in enumerate(blocks):
        # a list that the text announces belongs to the text, links or not
        announced = block.kind == "list_item" and i > 0 and (announced or _announces(blocks[i - 1]))
        away[i] = away[i] and not announced
    # a list at the end with a link in each item leads to other articles, too
    last = len(blocks)
    while last and blocks[last - 1].kind == "list_item" and blocks[last - 1].linked > 0.3:
        last -= 1
    if len(blocks) - last >= 3:
        away[last:] = [True] * (len(blocks) - last)
        if (
            last
            and sum(_DATED.match(block.text) is not None for block in blocks[last:]) == len(blocks) - last
        ):
            # a tape of news, however long
            return away
    letters = sum(len(block.text) for block, leads in zip(blocks, away, strict=True) if leads)
    if letters > 0.4 * sum(len(block.text) for block in blocks):
        return [False] * len(blocks)
    return away


def _announces(block: ReadBlock) -> bool:
    """Tell if a sentence announces a list: it ends in a colon and is too long for a label as `Read also:`."""
    text = block.text
    return block.kind == "paragraph" and len(text) > 80 and text.endswith(":") and why_not_text(text) is None


def _boxes(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out a whole list if one item asks to subscribe and most items have links."""
    start = 0
    while start < len(blocks):
        end = start
        while end < len(blocks) and blocks[end].kind == "list_item":
            end += 1
        items = range(start, end)
        if any(reasons[i] == _ASKS for i in items) and 2 * sum(blocks[i].linked > 0 for i in items) > len(
            items
        ):
            for i in items:
                reasons[i] = reasons[i] or _ASKS
        start = end + 1


def _labels(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out a label together with the lines that it announces: `More:` before links to other articles."""
    for i in range(len(blocks) - 2, -1, -1):
        block = blocks[i]
        ends = block.text.endswith(":") or block.kind == "heading"
        if reasons[i] is None and reasons[i + 1] in _ANNOUNCED and ends and _LABEL.fullmatch(block.text):
            following = next((j for j in range(i + 1, len(blocks)) if reasons[j] is None), len(blocks))
            # a heading may have both promo lines and text below it
            if block.kind != "heading" or following == len(blocks) or blocks[following].kind == "heading":
                reasons[i] = reasons[i + 1]


def _only_names(text: str, names: Sequence[str]) -> bool:
    rest = text
    for name in names:
        rest = rest.replace(name, "")
    return len(rest) <= 6 and rest != text


def _only_tags(line: str, tags: set[str]) -> bool:
    if not tags:
        return False
    found = 0
    for part in _PART.finditer(line):
        if tag := for_comparison(part[0]):
            if tag not in tags:
                return False
            found += 1
    return found > 1
