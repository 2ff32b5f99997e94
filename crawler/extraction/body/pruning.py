"""Pruning: elements removed before the text is read, by tag, by name or by the outlet's `drop`."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree
from lxml.etree import _Element
from lxml.html import HtmlElement

from crawler.extraction.document.class_names import (
    Rule,
    last_part,
    names_say,
    other_things,
    removed_names,
    speaks_of_comments,
)
from crawler.extraction.document.outline import COMPONENT, Outline, short_text
from crawler.extraction.document.prose import Prose
from crawler.extraction.document.text import for_comparison, one_line

_Entries = dict[HtmlElement, list[HtmlElement]]

NO_TEXT = ("script", "style", "svg", "template", "noscript", "iframe", "button", "select", "object")
_SMALL = 500
"""Characters below which the last part of a name decides; a larger element may be the text itself."""
_LONG_TEXT = 60
_PIECE = 40
"""Letters of a text that are looked for elsewhere on the page."""
_MOST_COPIES = 3
_RUNNING = 50
"""Letters from which a block counts as running text."""
_NO_PROSE = {*NO_TEXT, "a", "title", "textarea"}
_NAMED = {"div", "section", "aside", "ul", "ol", "span", "p", "ins", "nav", "footer"}


def prune(page: Outline, drop: str | None, prose: Prose) -> dict[HtmlElement, str]:
    """Remove unwanted elements from the tree; return them, each with the reason.

    `drop` is an outlet's CSS selector of elements to leave out.
    """
    elements = list(unwanted(page, drop, prose.spared))
    elements += [(box, "a teaser of another story") for box in prose.teasers]
    _show(page)
    _open_lists(page)
    _open_anchors(page)
    _open_headings(page)
    etree.strip_elements(page.root, *NO_TEXT, with_tail=False)
    for element, _ in elements:
        remove(element)
    return dict(elements)


def _show(page: Outline) -> None:
    """Show text that readers see, though its markup hides it from others.

    Running text that is marked as hidden from screen readers, a time in a sentence, and the text of a page
    whose only text is for readers without JavaScript.
    """
    for i in page.by_hidden.get("true", ()):
        element = page.elements[i]
        may_be_text = page.tags[i] in _TEXT or (page.tags[i] in _MAY_HIDE_TEXT and len(element.findall("p")))
        parts = (element, *element.findall("p")) if may_be_text else ()
        if any(len(part.text_content()) >= _RUNNING and _runs(part) for part in parts):
            del element.attrib["aria-hidden"]
    for element in page.of("time"):
        if _is_in_sentence(element):
            # trafilatura has no <time> in a text
            element.tag = "span"
    scripted = [x for x in page.of("noscript") if len(x.text_content()) > _SMALL]
    prose = sum(map(_prose, scripted))
    if prose > _SMALL and prose > 0.6 * _prose(page.root):
        for element in scripted:
            element.tag = "div"


def _is_in_sentence(time: HtmlElement) -> bool:
    """Tell if a time is amid running text; one at the beginning is the time of an entry."""
    around = next(time.iterancestors("p", "li", "blockquote"), None)
    if around is None or len("".join(map(str.strip, _own_text(around)))) < _RUNNING:
        return False
    return not around.text_content().lstrip().startswith(time.text_content().strip())


def _open_lists(page: Outline) -> None:
    """Make boxes of list items that have headings or paragraphs of their own, as the entries of a live blog.

    As items they would be one line each, without a space between heading and text. Items whose headings are
    links are teasers, and stay.
    """
    for listing in _lists_with_text(page):
        items = listing.findall("li")
        entries = _entries(items)
        if len(items) < 2 or 2 * len(entries) < len(items):
            continue
        in_line = [x for entry in entries for x in entry if x.tag in _INLINE and x.text_content().strip()]
        if not _are_teasers(entries, in_line) and _are_running(entries):
            for element in (listing, *items):
                element.tag = "div"
            for element in in_line:
                # the title of a part that a click unfolds
                element.tag = "p"


def _open_anchors(page: Outline) -> None:
    """Make no links of the anchors of headings and of whole sentences, which lead to no other article."""
    for i in page.positions(*_HEADINGS):
        heading = page.elements[i]
        for link in (heading.getparent(), *heading.iterchildren("a")):
            if link is not None and link.tag == "a" and link.get("href", "").startswith("#"):
                link.tag = "span"
    for i in page.by_tag.get("a", ()):
        address = page.elements[i].get("href", "") if len(page.texts[i]) >= 2 * _RUNNING else ""
        if address[:1] == "#" != address and next(page.elements[i].iterancestors("li"), None) is None:
            page.elements[i].tag = "span"


def _open_headings(page: Outline) -> None:
    """Make paragraphs of small headings that follow each other, with running text: nothing is under them."""
    for i in page.positions("h5", "h6"):
        tag, run = page.tags[i], [page.elements[i]]
        while (following := run[-1].getnext()) is not None and following.tag == tag:
            run.append(following)
        if len(run) > 1 and run[0].tag == tag and any(len(x.text_content()) > _RUNNING for x in run):
            for heading in run:
                heading.tag = "p"


def _lists_with_text(page: Outline) -> dict[HtmlElement, None]:
    """Return the lists with paragraphs or headings: few lists have any, and a page has many lists."""
    lists: dict[HtmlElement, None] = {}
    for i in page.positions(*_TEXT):
        for above in islice(page.elements[i].iterancestors(), _DEPTH):
            if above.tag == "li" and (parent := above.getparent()) is not None and parent.tag in {"ul", "ol"}:
                lists[parent] = None
    return lists


def _entries(items: Iterable[HtmlElement]) -> _Entries:
    entries: _Entries = {}
    for item in items:
        parts = list(item.iter(*_PARTS))
        if len(parts) > 1 and any(part.tag in _TEXT for part in parts):
            entries[item] = parts
    return entries


def _are_teasers(entries: _Entries, in_line: Iterable[HtmlElement]) -> bool:
    """Tell if entries have text of their own, outside of their parts, or headings that are links."""
    if any(text.strip() for entry in entries for text in _own_text(entry)):
        return True
    headings = (part for parts in entries.values() for part in parts if part.tag in _HEADINGS)
    return any(map(_leads_away, (*in_line, *headings)))


def _are_running(entries: _Entries) -> bool:
    return 2 * sum(any(map(_runs, parts)) for parts in entries.values()) >= len(entries)


def _runs(element: HtmlElement) -> bool:
    """Tell if an element has running text that is no link."""
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return element.tag in _TEXT and len(element.text_content()) - linked >= _RUNNING


def _leads_away(element: HtmlElement) -> bool:
    """Tell if an element is in a link to another page, or has one."""
    links = (element, *element.iterancestors("a"), *element.iter("a"))
    return any(link.tag == "a" and not link.get("href", "#").startswith("#") for link in links)


def unwanted(page: Outline, drop: str | None, spared: frozenset[str]) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the elements to leave out, each with the reason."""
    for element in page.root.cssselect(drop) if drop else ():
        yield element, "the outlet's `drop`"
    for i in sorted(page.named(_names_removed, page.by_class, page.by_id, *page.by_component)):
        if page.tags[i] in _NAMED and (reason := _why_removed(page, i, spared)) is not None:
            yield page.elements[i], reason
    for element in (*page.of("section"), *page.of("aside")):
        label = element.get("aria-label")
        if label and _PROMOTES.fullmatch(label.strip()) and short_text(element, _SMALL) is not None:
            yield element, f"promotes something else ({label})"
    for i in (*page.by_role.get("complementary", ()), *page.by_role.get("dialog", ())):
        element = page.elements[i]
        if element in page.around_headings:
            continue
        if short_text(element, _SMALL) is not None or not _is_most_of(page, i):
            yield element, f"beside the text (role={page.attributes[i]['role']})"
    yield from _asides(page)
    yield from _pull_quotes(page)
    yield from _copies(page)


def _why_removed(page: Outline, i: int, spared: frozenset[str]) -> str | None:
    """Return the reason if an element has a name of what is removed, and little text or not most of it."""
    attributes = page.attributes[i]
    declared = " ".join(attributes.get(name, "") for name in ("class", "id", *COMPONENT)).split()
    full, name = _removed_name([name.lower() for name in declared if other_things(name)])
    element = page.elements[i]
    if not name or name in spared or element in page.around_headings:
        return None
    if short_text(element, _SMALL) is None:
        is_other = full == name and (speaks_of_comments(name) or not _is_most_of(page, i))
        if not is_other:
            return None
    return f"{removed_names()[name]} (.{full})"


def _removed_name(names: list[str]) -> tuple[str, str]:
    """Return a name of what is removed, and the part of it that says so; empty if there is none."""
    reasons = removed_names()
    for name in names:
        if name in reasons:
            return name, name
    for name in names:
        if (last := last_part(name)) in reasons:
            return name, last
    return "", ""


def _pull_quotes(page: Outline) -> Iterator[tuple[HtmlElement, str]]:
    pulled = page.named(_is_pulled_out, page.by_class)
    # only visible text counts, as JSON-LD repeats the article
    visible_text = for_comparison("".join(page.root.xpath(_SHOWN))) if pulled else ""
    for i in pulled:
        words = page.elements[i].xpath("string(.//p)") or page.elements[i].text_content()
        if len(words) > 20 and visible_text.count(for_comparison(words)) > 1:
            yield page.elements[i], "a sentence of the text, repeated for the eye"


def _copies(page: Outline) -> Iterator[tuple[HtmlElement, str]]:
    """Yield copies of the text for machines: `articleBody` without paragraphs, and the data it is among."""
    whole = ""
    for i in page.by_itemprop.get("articleBody", ())[:_MOST_COPIES]:
        copy = page.elements[i]
        text = for_comparison(copy.text_content())
        is_told = next(copy.iterdescendants("p", "div", "br", "h1", "h2"), None) is not None
        if len(text) < _SMALL or is_told or copy.getparent() is None:
            continue
        whole = whole or for_comparison("".join(page.root.xpath(_SHOWN)))
        if not all(whole.count(text[at : at + _PIECE]) > 1 for at in (len(text) // 3, 2 * len(text) // 3)):
            continue
        around = copy.getparent()
        is_data = "itemscope" in around.attrib and all("itemprop" in x.attrib for x in around)
        yield (
            around if is_data and around not in page.around_headings else copy,
            "a copy of the text for machines",
        )


@Rule
def _names_removed(names: str) -> bool:
    """Tell if a class or id has a name of what is removed where it has little text."""
    reasons = removed_names()
    folded = [name.lower() for name in names.split() if other_things(name)]
    return any(name in reasons or last_part(name) in reasons for name in folded)


def _asides(page: Outline) -> Iterator[tuple[HtmlElement, str]]:
    """Yield what stands amid the text and is none of it: tooltips, marks of footnotes, times of entries."""
    for i in page.positions(*_TIPS):
        get = page.elements[i].get
        if (get("hidden") is not None or get("role") == "tooltip") and short_text(page.elements[i], _SMALL):
            yield page.elements[i], "a tooltip"
    yield from _footnotes(page)
    yield from _polls(page)
    for i in page.named(_counts, page.by_class):
        if page.tags[i] in _COUNTERS and _is_number(page.texts[i].strip()) and not len(page.elements[i]):
            yield page.elements[i], "a counter of comments"
    yield from _by_its_text(page)
    for stamp in {*map(_stamp, page.of("time"))} - {None}:
        yield stamp, "the time of an entry"


def _by_its_text(page: Outline) -> Iterator[tuple[HtmlElement, str]]:
    """Yield what its own text tells: a teaser behind its label, and data for scripts: `[{"id": 7, …`."""
    for i in page.written:
        text, tag = page.texts[i], page.tags[i]
        if len(text) > _SMALL:
            if tag in _NAMED and _IS_DATA.match(text):
                yield page.elements[i], "data for the page's scripts"
        elif tag in _INLINE and len(text) in _LABEL and _ANNOUNCES.fullmatch(text) and not text.islower():
            yield from _announced(page.elements[i])


def _announced(label: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield a link amid the text with the label before it: `Read also: <a>Headline of another story</a>`."""
    box, link = _with_link(label)
    if link is None or len(link.text_content()) < _HEADLINE:
        return
    is_apart = box not in link.iterancestors()
    after = (link if is_apart else box).tail or ""
    if after.lstrip()[:1] == "," or after.lstrip(" .:;\xa0")[:1].islower():
        # a sentence goes on
        return
    for part in (box, link):
        part.tail = f" {(part.tail or '').lstrip(' .:;')}"
    yield box, _AWAY
    if is_apart:
        yield link, _AWAY


def _with_link(label: HtmlElement) -> tuple[HtmlElement, HtmlElement | None]:
    """Return the box of a label with the link in it or right behind it, if there is one."""
    box = label
    if (inside := label.find("a")) is not None:
        return label, inside
    while box.tag in _INLINE and not (box.tail or "").strip(" :\xa0"):
        following = box.getnext()
        if following is not None:
            return box, following if following.tag == "a" else following.find("a")
        box = box.getparent()
    return box, None


def _footnotes(page: Outline) -> Iterator[tuple[HtmlElement, str]]:
    for mark in page.of("sup"):
        above = mark.getparent()
        link = above if above.tag == "a" else mark.find("a")
        if link is not None and "#" in link.get("href", "") and _MARK.fullmatch(link.text_content().strip()):
            yield above if link is above else mark, "the mark of a footnote"


def _is_number(text: str) -> bool:
    return len(text) < 6 and text.isdigit()


def _polls(page: Outline) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the boxes of questions with answers to choose from."""
    polls: dict[HtmlElement, None] = {}
    is_large: dict[HtmlElement, bool] = {}
    for i in page.by_tag.get("input", ()):
        if page.elements[i].get("type") != "radio":
            continue
        poll = None
        for around in page.elements[i].iterancestors():
            if around not in is_large:
                is_large[around] = around.tag == "body" or short_text(around, _SMALL) is None
            if is_large[around]:
                break
            poll = around
        if poll is not None:
            polls[poll] = None
    for poll in polls:
        yield poll, "a poll"


def _stamp(time: HtmlElement) -> HtmlElement | None:
    """Return the largest element with nothing but this time; None if it is a part of a line."""
    stamp, parent = time, time.getparent()
    while parent is not None and parent.tag in _BOXES and _says_when(short_text(parent, _LONGEST_STAMP)):
        stamp, parent = parent, parent.getparent()
    if parent is None or parent.tag in _NO_STAMPS or stamp.tag == "li" or (stamp.tail or "").strip():
        return None
    in_line = stamp.tag not in _BLOCKS and _has_words_in_line(parent, stamp)
    return None if in_line or any(map(str.strip, _own_text(parent))) else stamp


def _has_words_in_line(parent: HtmlElement, stamp: HtmlElement) -> bool:
    for child in parent:
        if child is not stamp and child.tag not in _BLOCKS and child.text_content().strip():
            return True
    return False


def _own_text(element: HtmlElement) -> list[str]:
    """Return the text of an element that is in none of its children."""
    return [element.text or "", *(child.tail or "" for child in element)]


def _says_when(text: str | None) -> bool:
    return (
        text is not None
        and any(map(str.isdigit, text))
        and all(map(_WHEN.fullmatch, _WORD.findall(text.lower())))
    )


_counts = names_say("comments?[ _-]?count|count[ _-]?comment|comment[ _-]?counter")
_COUNTERS = {"a", "span", "b", "i", "em", "small", "sup"}
_TIPS = ("span", "small", "i", "em", "sup")
_MAY_HIDE_TEXT = {"div", "section", "article"}
_DEPTH = 4
"""Levels from a list item down to its paragraphs."""
_INLINE = ("span", "small", "i", "em", "b", "strong", "a", "sup")
_IS_DATA = re.compile(r'\s*\[?\s*\{\s*"[\w-]+"\s*:')
_HEADLINE = 20
"""Letters of a link that may be a headline, at least."""
_LABEL = range(len("related"), 2 * _HEADLINE)
"""Letters of a label before such a link."""
_AWAY = "points to another article"
_ANNOUNCES = re.compile(
    r"\W*(?:(?:à )?lire aussi|lesen sie auch|lee también|te puede interesar|leia também|leggi anche"
    r"|zobacz też|czytaj (?:też|także)|(?:read|see) (?:also|more)|also read|related|чита(?:йте|ти) також"
    r"|також читайте|читайте также|(?:смотрите|дивіться) (?:также|також))"
    r"\s*[:>|–—-]?\s*",
    re.IGNORECASE,
)
"""Words before the headline of another story."""
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|\*{1,3}|[a-z])[\])]?")
_BOXES = {"div", "span", "p", "a", "small", "header"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXT = ("p", "blockquote")
_NO_STAMPS = {*_HEADINGS, "td", "th", "dd", "dt"}
_BLOCKS = {*_HEADINGS, *_TEXT, "div", "section", "article", "header", "figure", "ul", "ol", "table"}
_PARTS = (*_HEADINGS, *_TEXT, "time")
_LONGEST_STAMP = 60
_WORD = re.compile(r"[^\W\d_]+")
_WHEN = re.compile(
    r"(?:січ|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листопад|груд|янв|фев|март|апр|ма[яй]|июн|июл|авг|сент|окт"
    r"|нояб|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|понеділ|вівтор|серед|четвер|п.?ятниц|субот|неділ"
    r"|вторник|сред|пятниц|суббот|воскрес|mon|tue|wed|thu|fri|sat|sun|сьогодні|вчора|сегодня|вчера|today|yesterday)"
    r"\w*|року|рік|года|год|тому|назад|ago|хв\w*|мин\w*|min\w*|годин\w*|час\w*|hours?|days?|gmt|utc|мск|[a-zа-яіїє]{1,2}"
)
"""Words of a time stamp: months, days, hours."""
_PROMOTES = re.compile(
    r"(?:наш\w* )?(?:подкасти?|подкасты|podcasts?|розсилк[аи]|рассылк[аи]|newsletters?)(?: [\w' -]{2,30})?"
    r"|реклама|advertisement|(?:інші|другие|related|more|recommended|популярні|популярные) [\w' -]{2,30}",
    re.IGNORECASE,
)
"""Labels for screen readers of parts that promote something: `<section aria-label="Подкаст">`."""
_SHOWN = "//text()[not(parent::script or parent::style or parent::noscript or parent::template)]"
_is_pulled_out = names_say("pull-?quote|quote-?pull")


def _is_most_of(page: Outline, i: int) -> bool:
    """Tell if more than half of the page's long texts are in an element."""
    end = i + len([*page.elements[i].iter("*")])
    within = total = 0
    for k in page.written:
        letters = len(page.texts[k])
        if letters > _LONG_TEXT and page.tags[k] not in _NO_PROSE:
            total += letters
            within += letters if i <= k < end else 0
    return within > _SMALL and 2 * within > total


def _prose(element: HtmlElement) -> int:
    return sum(len(one_line(text)) for text in element.xpath(_LONG_TEXTS))


_LONG_TEXTS = (
    ".//text()[string-length() > 60 and not(parent::script or parent::style or parent::noscript"
    " or parent::template or ancestor::a)]"
)


def remove(element: _Element) -> None:
    """Remove an element but not the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
