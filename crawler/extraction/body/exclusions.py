"""The blocks to leave out: they repeat what the page says outside its text, or lead to other pages."""

import re
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import attrgetter

from crawler.extraction.body.boilerplate import why_not_text
from crawler.extraction.body.signature import (
    LONGEST_BIO,
    about_authors,
    about_outlet,
    about_persons,
    without_day,
)
from crawler.extraction.body.text_blocks import Excluded, ReadBlock
from crawler.extraction.document.text import for_comparison

_DATED = re.compile(r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?\b|\d{1,2}:\d{2}\b")
"""Day or time with which an entry of a tape of news begins."""
_FAR, _SENTENCE = 5, 150
"""A line that returns after so many blocks, with fewer letters than this, is the author's repetition."""
_AWAY = "points to another article"
_SAID_BY = re.compile(r"[—–-]\s*[^\W\d_][^.!?:]{2,60}")
"""Speaker under a pulled quotation: `— Bernice Oduro`."""
_ENDS = re.compile(r"[.!?…:][»”\"')]*$|[»”\"]$")
_BEFORE, _KICKER = 4, 60
"""Blocks above a headline, and letters of each."""
_BYLINE = "the byline"
_BREAKS_OFF = re.compile(r"[^.](?:\.{3}|…)$")
_LONGEST_BYLINE = 200
_OPENING = re.compile(
    r"(?:(?:(?:posted |published |written )?by|von|par|por|автор|текст|опубл(?:икова|ікува)(?:л|в|ла)"
    r"|опубл(?:иковано|іковано))\s*:?)?(?:\s*(?:[^\W\d_]{3,12},\s+)?(?:\d{1,2}[./]\d{1,2}[./](?:19|20)\d{2}"
    r"|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}\.?\s+[^\W\d_]{3,12}\.?\s+(?:19|20)\d{2}"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2},?\s+(?:19|20)\d{2}))?",
    re.IGNORECASE,
)
"""Line above the text that is the day, or the word before a name, or both: `Posted by 2012-01-17`."""
_TRAIL = re.compile(r"[^.!?›»>•/|]{2,60}\s[›»>•/|]\s")
_SHORT_HEADLINE = 15
"""Letters of a headline that may be a line of the text as well."""
_LINE = 100
_RUNNING = 60
"""Letters from which a line is running text."""
_IMPRINT = "says who publishes the page"
_RULES = "rules for comments"
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
_SEVERAL = 3
"""Items from which a list may be one of teasers."""
_TOPIC_AND_HEADLINE = re.compile(r"[^:?!]{3,60}[:?!]\W{1,4}\w.{10,160}[^.;,]")
_HEADLINE_AND_DAY = re.compile(
    r"\w.{15,150}\W(?:[^\W\d]{3,9}\.? \d{1,2}, \d{4}|\d{1,2}\.? [^\W\d]{3,9} \d{4}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b"
)
_BELOW = re.compile(
    r"\b(?:below|following|as follows|нижче|нижченаведен\w+|наступн\w+ \w+:|так(?:і|ие) \w+:|ниже"
    r"|следующ\w+ \w+:|unten|folgend\w*)(?=\W|$)",
    re.IGNORECASE,
)
"""Words that announce a list, before a colon: `following` stands in any news."""
_LISTED_BELOW = re.compile(
    r"\b(?:see|listed|points?|items?|links?|list|смотрите|дивіться|пункт\w*|спис\w+|перел[іи]к\w*|посилан\w+|ссыл\w+)"
    r" (?:\w+ )?(?:below|нижче|ниже)\b|\bas follows\b"
    r"|\b(?:has|have|contains?|includes?|are) the following \w",
    re.IGNORECASE,
)
"""Words that announce a list without a colon: `see the points below for details`."""
_LABEL_AT_MOST = 40
_IN_LINKS, _ALL_LINK, _IN_ITEM = 0.5, 0.9, 0.15
"""Shares of its letters that are links, from which a line is mostly a link, and only a link; and of an item
behind a label, which has a link in its sentence."""
_PARAGRAPH = 200
"""Letters of an item that is a paragraph."""
_LABEL = re.compile(r".{2,40}[:…]|\W*[^.!?]{2,32}\W*")


_OF_DIGEST = re.compile(
    r"(?:главн|головн|важн|важлив)\w+ (?:новост|новин|событи|події)[^:]{0,40}:", re.IGNORECASE
)
"""Heading of the news that a text lists itself, unless links follow."""


def leave_out(blocks: Sequence[ReadBlock], excluded: Excluded) -> list[str | None]:
    """Return the reason for each block that is no part of the article, None for the others."""
    rules = _Rules(blocks, excluded)
    links = _links_away(blocks)
    reasons: list[str | None] = []
    for i, leads_away in enumerate(links):
        reasons.append(rules.why(i, reasons, leads_away=leads_away))
    _above_headline(blocks, reasons)
    _below_the_text(blocks, reasons)
    _boxes(blocks, reasons)
    _labels(blocks, reasons)
    _headings_of_digests(blocks, reasons)
    _announced_links(blocks, reasons)
    _lines_of_links(blocks, reasons)
    about_authors(blocks, reasons, [excluded.byline or "", *excluded.names])
    about_persons(blocks, reasons)
    about_outlet(blocks, reasons, excluded.site)
    _shortened_teasers(blocks, reasons)
    _teasers_at_the_end(blocks, reasons)
    for i in range(len(blocks) - 1, -1, -1):
        if reasons[i] is None:
            if blocks[i].kind != "heading":
                break
            reasons[i] = "a heading of nothing"
    return reasons


class _Rules:
    """Rules on one block, which is compared with what the page says elsewhere and with the blocks above."""

    def __init__(self, blocks: Sequence[ReadBlock], excluded: Excluded) -> None:
        self._blocks = blocks
        self._folded = [*map(for_comparison, map(attrgetter("text"), blocks))]
        self._captions = set(map(for_comparison, excluded.captions))
        self._names = sorted(set(map(for_comparison, excluded.names)) - {""}, key=len, reverse=True)
        self._headline = for_comparison(excluded.headline or "")
        self._headline_stops = (excluded.headline or "").endswith(".")
        self._byline = for_comparison(excluded.byline or "")
        self._tags = set(map(for_comparison, excluded.tags))
        self._description = for_comparison(excluded.description or "")
        self._first: dict[str, int] = {}
        """First block of the text with these words."""

    def why(self, i: int, above: Sequence[str | None], *, leads_away: bool) -> str | None:
        """Return the reason to leave out a block; `above` has the reasons of those above it."""
        block, text = self._blocks[i], self._folded[i]
        reason = None
        if self._is_headline(i):
            reason = "the headline again"
        elif self._is_byline(i) or (not self._first and _OPENING.fullmatch(block.text)):
            reason = _BYLINE
        elif self._is_caption(i):
            reason = "a caption"
        elif self._is_said_before(i, above):
            reason = "said before"
        elif _only_tags(block.text, self._tags):
            reason = "the tags"
        elif leads_away:
            reason = _AWAY
        else:
            reason = why_not_text(block.text)
        if reason is None:
            self._first.setdefault(text, i)
        return reason

    def _is_headline(self, i: int) -> bool:
        text = self._folded[i]
        if not self._headline:
            return False
        if text == self._headline:
            # with a full stop it is the first sentence of the text
            is_sentence = self._blocks[i].kind == "paragraph" and self._blocks[i].text.endswith(".")
            return (not self._first or len(text) > _SHORT_HEADLINE) and (
                self._headline_stops or not is_sentence
            )
        # with a kicker or a trail in front: `Kollaps der Bank US-Notenbank räumt Versäumnisse ein`
        return (
            not self._first
            and (self._blocks[i].kind == "heading" or _TRAIL.match(self._blocks[i].text) is not None)
            and len(self._headline) > _SHORT_HEADLINE
            and text.endswith(self._headline)
            and len(text) < 2 * len(self._headline)
        )

    def _is_byline(self, i: int) -> bool:
        text, line, byline = self._folded[i], self._blocks[i].text, self._byline
        # the pattern of days is slow
        if byline and text.startswith(byline) and byline in {text, for_comparison(without_day(line))}:
            return True
        return len(line) < _LONGEST_BYLINE and _only_names(text, self._names)

    def _is_caption(self, i: int) -> bool:
        if self._folded[i] not in self._captions or self._blocks[i].kind == "heading":
            return False
        return not _is_of_the_text(i, self._blocks, self._description)

    def _is_said_before(self, i: int, above: Sequence[str | None]) -> bool:
        block, text = self._blocks[i], self._folded[i]
        first = self._first.get(text)
        if first is not None and len(text) > _RUNNING and not _says_again(i, first, self._folded):
            return True
        if block.kind == "quote" and _is_pulled(i, self._folded):
            return True
        return bool(above) and above[-1] == "said before" and _SAID_BY.fullmatch(block.text) is not None


def _announced_links(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out the links that a label or another link announces."""
    for i in range(1, len(blocks)):
        block, before = blocks[i], blocks[i - 1]
        if block.kind == "heading" or reasons[i] is not None or reasons[i - 1] != _AWAY:
            continue
        least = 0.6
        if block.kind == "list_item":
            least = _IN_ITEM if len(block.text) < _PARAGRAPH else 0.3
        # a sentence of the text may be nearly all one link
        if block.linked <= least or (block.kind != "list_item" and _ENDS.search(block.text)):
            continue
        if before.kind == "list_item" or before.linked > least or len(before.text) < _RUNNING:
            reasons[i] = _AWAY


def _headings_of_digests(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Retain `Главные новости:` over the text's own list, which is no links."""
    for i in range(len(blocks) - 1):
        follows = blocks[i + 1]
        if reasons[i] == _AWAY and _OF_DIGEST.fullmatch(blocks[i].text):
            is_text = reasons[i + 1] is None and follows.linked <= _IN_ITEM and len(follows.text) > _RUNNING
            reasons[i] = None if is_text and blocks[i].linked <= _IN_ITEM else _AWAY


def _lines_of_links(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out links with commas that were read as paragraphs, and the next line of one that asks."""
    links: list[int] = []
    for i, block in enumerate(blocks):
        is_link = block.kind == "paragraph" and block.linked > _IN_LINKS
        if is_link and i and reasons[i - 1] == _ASKS and block.linked == blocks[i - 1].linked:
            reasons[i] = reasons[i] or _ASKS
        links = [*links, i] if is_link and len(block.text) < _KICKER else []
        for k in links if len(links) >= _SEVERAL else ():
            reasons[k] = reasons[k] or _AWAY
        if not block.text.endswith(","):
            links = []


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
    at = reasons.index("the headline again") if "the headline again" in reasons[:_BEFORE] else 0
    # a paragraph with these words repeats a headline that stands above
    for i in range(at) if at and blocks[at].kind == "heading" else ():
        if reasons[i] is None and len(blocks[i].text) < _KICKER and not _ENDS.search(blocks[i].text):
            reasons[i] = "above the headline"


def _below_the_text(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out what stands below the text: comments and their rules, an imprint of two lines or more.

    The larger part must stand above, as such a line may be a quotation.
    """
    imprint = [i for i, reason in enumerate(reasons) if reason == _IMPRINT]
    ends, why = (imprint[0], _IMPRINT) if len(imprint) > 1 else (len(blocks), "")
    begins = next((i for i in range(ends) if _begins_comments(blocks[i].text, reasons[i])), None)
    if begins is not None:
        ends, why = begins, reasons[begins] or "comments"
    if not why:
        return
    letters = [
        0 if reason is not None else len(block.text) for block, reason in zip(blocks, reasons, strict=True)
    ]
    above, below = sum(letters[:ends]), sum(letters[ends:])
    if above > below and above > LONGEST_BIO:
        for i in range(ends, len(blocks)):
            reasons[i] = reasons[i] or why


def _begins_comments(text: str, reason: str | None) -> bool:
    return reason == _RULES or (len(text) < _LINE and _COMMENTS.match(text) is not None)


def _says_again(i: int, first: int, folded: Sequence[str]) -> bool:
    """Tell if a sentence returns far below on purpose; text printed twice has the same neighbours twice."""
    around = {*folded[max(first - 1, 0) : first], *folded[first + 1 : first + 2]}
    neighbours = {*folded[i - 1 : i], *folded[i + 1 : i + 2]}
    return (
        i - first > _FAR
        and 0 < i < len(folded) - 1
        and len(folded[i]) < _SENTENCE
        and not around & neighbours
    )


def _is_pulled(i: int, folded: Sequence[str]) -> bool:
    """Tell if a block is a pull quote: it repeats a part of another block."""
    return len(folded[i]) > 20 and any(
        folded[i] in text and len(text) > len(folded[i]) for j, text in enumerate(folded) if j != i
    )


def _shortened_teasers(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out headings with a teaser that breaks off under each, and all between them."""
    teasers: list[int] = []
    for i in range(1, len(blocks)):
        if blocks[i - 1].kind == "heading" and _BREAKS_OFF.search(blocks[i].text):
            teasers.append(i)
    if len(teasers) < _SEVERAL:
        return
    first, last = teasers[0] - 1, teasers[-1]
    headed = [*map(attrgetter("kind"), blocks[first : last + 1])].count("heading")
    if headed <= 2 * len(teasers):
        for i in range(first, last + 1):
            reasons[i] = reasons[i] or _AWAY


def _teasers_at_the_end(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out paragraphs at the end that all break off, with the short lines among and above them."""
    first, broken = len(blocks), 0
    for i in range(len(blocks) - 1, -1, -1):
        text = blocks[i].text
        if reasons[i] is not None:
            continue
        if _BREAKS_OFF.search(text):
            broken += 1
        elif len(text) >= _KICKER or _ENDS.search(text):
            break
        first = i
    above = sum(map(len, map(attrgetter("text"), blocks[:first])))
    if broken > _SEVERAL and above > LONGEST_BIO:
        for i in range(first, len(blocks)):
            reasons[i] = reasons[i] or _AWAY


def _links_away(blocks: Sequence[ReadBlock]) -> list[bool]:
    """Mark lines that are only a link, unless the article is itself a list of links."""
    away = [_is_only_link(block) for block in blocks]
    for items in _lists(blocks):
        if _belongs_to_text(items, blocks):
            away[items.start : items.stop] = [False] * len(items)
        elif _are_teasers(blocks[items.start : items.stop]):
            away[items.start : items.stop] = [True] * len(items)
    # a list at the end with a link in each item leads to other articles, too
    last = _end_of_text(blocks)
    if len(blocks) - last >= _SEVERAL and not (last and _announces(blocks[last - 1])):
        away[last:] = [True] * (len(blocks) - last)
        if last and all(_DATED.match(block.text) for block in blocks[last:]):
            # a tape of news, however long
            return away
    lengths = [len(block.text) for block in blocks]
    if sum(compress(lengths, away)) > 0.4 * sum(lengths):
        return [False] * len(blocks)
    return away


def _belongs_to_text(items: range, blocks: Sequence[ReadBlock]) -> bool:
    """Tell if a list is the text's, links or not: the text announces it, or most lines are no links."""
    if items.start and _announces(blocks[items.start - 1]):
        return True
    links = sum(blocks[i].linked > _ALL_LINK for i in items)
    return 0 < links < len(items) / 2


def _end_of_text(blocks: Sequence[ReadBlock]) -> int:
    """Return the position behind the last block that is no item with a link."""
    last = len(blocks)
    while last and blocks[last - 1].kind == "list_item" and blocks[last - 1].linked > 0.3:
        last -= 1
    return last


def _is_only_link(block: ReadBlock) -> bool:
    is_line = block.kind != "heading" and 15 < len(block.text) < 250
    return is_line and block.linked > _ALL_LINK and not block.text.endswith((".", "!", "»", "”"))


def _are_teasers(items: Sequence[ReadBlock]) -> bool:
    """Tell if all items of a list are a linked headline with its topic or day: `Interview: What he saw`."""
    if len(items) < _SEVERAL or min(map(attrgetter("linked"), items)) <= 0.4:
        return False
    texts = [*map(attrgetter("text"), items)]
    return all(map(_TOPIC_AND_HEADLINE.fullmatch, texts)) or all(map(_HEADLINE_AND_DAY.match, texts))


def _lists(blocks: Sequence[ReadBlock]) -> Iterator[range]:
    """Yield the positions of each list: the items that follow each other."""
    start = 0
    for i, block in enumerate((*blocks, None)):
        if block is None or block.kind != "list_item":
            if start < i:
                yield range(start, i)
            start = i + 1


def _announces(block: ReadBlock) -> bool:
    """Tell if a sentence announces a list: it says so, or ends in a colon and is no label as `Read also:`."""
    text = block.text
    is_long = len(text) > (_LABEL_AT_MOST if _BELOW.search(text) else 2 * _LABEL_AT_MOST)
    says = text.endswith(":") or (_LISTED_BELOW.search(text) is not None and _ENDS.search(text) is not None)
    return block.kind == "paragraph" and is_long and says and why_not_text(text) is None


def _boxes(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out a list if a link in it asks to subscribe and most items have links; no paragraph in it."""
    for items in _lists(blocks):
        linked = sum(blocks[i].linked > 0 for i in items)
        asks = any(reasons[i] == _ASKS and blocks[i].linked for i in items)
        for i in items if asks and 2 * linked > len(items) else ():
            if blocks[i].linked >= _IN_LINKS or len(blocks[i].text) < _PARAGRAPH:
                reasons[i] = reasons[i] or _ASKS


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
    count = 0
    for part in _PART.finditer(line):
        if tag := for_comparison(part[0]):
            if tag not in tags:
                return False
            count += 1
    return count > 1
