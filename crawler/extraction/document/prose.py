"""The prose of a page: its running text wherever it stands, and what the page says about each piece of it.

Names of classes and tags (`teaser`, `<aside>`) say what is no part of the article. They are evidence: where
the article begins under a word, and most of the page's prose stands there, the word says nothing here.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import filterfalse, islice
from operator import attrgetter, itemgetter

from lxml.html import HtmlElement

from crawler.extraction.document.class_names import (
    of_other_things,
    removed_names,
    speaks_of_comments,
    words_of_other_things,
)
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import for_comparison, one_line

RUNNING = 50
"""Letters from which a piece of text counts as running text."""
OTHER_TAGS = frozenset({
    "nav", "footer", "aside", "header", "figure", "label", "button", "select", "noscript", "address",
    "noindex",
})  # fmt: skip
"""Tags of elements that hold something beside the article."""
_NO_PROSE = {
    "a", "title", "option", "textarea", "script", "style", "noscript", "template", "svg", "button", "select",
    "h1", "iframe", "object",
}  # fmt: skip
_STANDS_FOR = {"br", "b", "strong", "i", "em", "span", "img", "u", "sup", "sub", "font", "a", "script", "hr"}
"""Tags after which a text may go on in the element around them."""
_INLINE = {"b", "strong", "i", "em", "span", "u", "font", "a"}
_PARAGRAPHS = {"p", "blockquote", "li", "h2", "h3", "h4", "dd"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TEASER = 900
"""Letters of an element with a link as its heading, at most, to be a teaser."""
_HEADLINE = 25
"""Letters of a link from which it may be a headline."""
_UP = 4
_STRAY = 0.2
"""Share of a page's prose up to which teasers are beside its text."""
_MANY = 12
"""Children from which an element is more than one teaser."""
_FIRST = 4
"""Pieces below the headline with which the article begins."""
BELOW = frozenset({"<footer>", "footer", "copyright", "disclaimer", "cookie", "cookies", "consent"})
"""Words of what stands below an article and may be longer than a brief: the article must begin there."""
_ENDS = frozenset(".!?…:;")
_CLOSING = "»”\"')]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of running text: what stands before the first child of an element, or behind a child."""

    text: str
    """As one line."""
    position: int
    """Position in the outline."""
    around: HtmlElement | None
    """Parent of its element; the paragraphs of a text have one."""
    words: frozenset[str]
    """Names and tags around it that speak of something beside the article."""
    teaser: bool
    """It stands in a small element with a link as its heading."""

    @property
    def ends(self) -> bool:
        return self.text.rstrip(_CLOSING)[-1:] in _ENDS

    @property
    def breaks_off(self) -> bool:
        return self.text.endswith(("...", "…"))


@dataclass(frozen=True, slots=True)
class Prose:
    pieces: tuple[Piece, ...]
    spared: frozenset[str]
    """Names and tags that say nothing on this page, as most of its prose stands under them."""
    headline: int
    """Position of the headline; -1 if the page has none."""
    named: dict[HtmlElement, frozenset[str]] = field(default_factory=dict)
    """Elements whose names speak of other things, with the words."""
    teasers: frozenset[HtmlElement] = frozenset()
    """Boxes below the headline that are teasers of other pages; together a small part of the prose."""

    def others(self) -> set[HtmlElement]:
        """Return the elements whose names speak of other things and are believed."""
        return {element for element, words in self.named.items() if words - self.spared}

    def tags(self) -> frozenset[str]:
        """Return the tags that are believed to hold other things."""
        return OTHER_TAGS - {word.strip("<>") for word in self.spared}


def read_prose(page: Outline, headline: str | None, article: str | None) -> Prose:
    """Read the prose of a page; `article` is what the page's data has of the article's text."""
    names_of: dict[HtmlElement, frozenset[str]] = {}
    removed = removed_names().keys()
    for names, among in (
        (page.by_class, None),
        (page.by_id, None),
        *((by_name, removed) for by_name in page.by_component),
    ):
        for value in names.true_for(of_other_things):
            words = words_of_other_things(value)
            if among is not None:
                words &= among
            if words:
                for i in names[value]:
                    element = page.elements[i]
                    earlier = names_of.get(element)
                    names_of[element] = words if earlier is None else earlier | words
    teasers = _Teasers(page)
    pieces = tuple(_pieces(page, names_of, teasers))
    at = _headline_position(page, headline)
    spared = _spared(_of_main(page, pieces, at), article, at)
    return Prose(pieces, spared, at, names_of, _stray_teasers(page, pieces, at, teasers))


def _of_main(page: Outline, pieces: tuple[Piece, ...], headline: int) -> tuple[Piece, ...]:
    """Return the pieces in <main> where the article begins in it: names elsewhere are believed."""
    position = attrgetter("position")
    first = bisect(pieces, headline, key=position)
    if first == len(pieces) or pieces[first].teaser or pieces[first].words:
        return pieces
    for main in page.by_tag.get("main", ()):
        begin = bisect(pieces, main, key=position)
        end = bisect(pieces, main + len([*page.elements[main].iter("*")]) - 1, key=position)
        if begin <= first < end:
            return pieces[begin:end]
    return pieces


def _stray_teasers(
    page: Outline, pieces: tuple[Piece, ...], headline: int, teasers: "_Teasers"
) -> frozenset[HtmlElement]:
    """Return the teasers below the headline; many of them are a digest, and its text.

    Of many below the text, those amid the text are teasers even so.
    """
    letters = in_teasers = below = 0
    amid: set[HtmlElement] = set()
    behind: set[HtmlElement] = set()
    for piece in pieces:
        if piece.position < headline:
            continue
        box = teasers.away(page.elements[piece.position]) if piece.teaser else None
        if box is not None:
            behind.add(box)
            below += len(piece.text)
        elif piece.ends and not piece.teaser and not piece.words:
            letters += len(piece.text)
            amid |= behind
            in_teasers, below = in_teasers + below, 0
    if in_teasers + below < _STRAY * letters:
        return frozenset(amid | behind)
    return frozenset(amid) if in_teasers < _STRAY * letters else frozenset()


def _long_texts(page: Outline) -> list[tuple[int, str, HtmlElement]]:
    """Return long texts with their elements; what stands in an element comes before what stands behind it."""
    texts, elements = page.texts, page.elements
    passages = [(i, texts[i], elements[i]) for i in page.written if len(texts[i]) >= RUNNING]
    for tag in _STANDS_FOR:
        for i in page.by_tag.get(tag, ()):
            tail = elements[i].tail
            if tail and len(tail) >= RUNNING and (place := elements[i].getparent()) is not None:
                passages.append((i, tail, place))
    return sorted(passages, key=itemgetter(0))


def _pieces(
    page: Outline, names_of: dict[HtmlElement, frozenset[str]], teasers: "_Teasers"
) -> Iterator[Piece]:
    """Yield the pieces of <body> in page order."""
    body = page.by_tag.get("body")
    if not body:
        return
    surroundings = _Surroundings(page, names_of, page.elements[body[0]])
    for i, text, place in _long_texts(page):
        if i < body[0] or len(text.strip()) < RUNNING:
            continue
        if (words := surroundings.words(place)) is not None and len(line := one_line(text)) >= RUNNING:
            yield Piece(line, i, _around(place), words, teasers.hold(place))


class _Surroundings:
    """Words that speak of other things, of each element and all around it.

    As a function that calls itself it would leave the whole tree of each page to the collector of garbage.
    """

    def __init__(self, page: Outline, names_of: dict[HtmlElement, frozenset[str]], body: HtmlElement) -> None:
        self._words: dict[HtmlElement, frozenset[str] | None] = {body: frozenset()}
        self._names_of = names_of
        self._headed = page.around_headings

    def words(self, element: HtmlElement) -> frozenset[str] | None:
        """Return the words of an element and of all around it; None if it is no place for prose."""
        if element in self._words:
            return self._words[element]
        parent = element.getparent()
        above = self.words(parent) if parent is not None else None
        words: frozenset[str] | None
        if above is None or element.tag in _NO_PROSE:
            words = None
        elif element.tag == "main":
            words = frozenset()
        # ASP.NET wraps pages in a form; with an <h1> inside it may be the article
        elif element.tag == "form" or element in self._headed:
            words = above
        else:
            words = above | self._names_of[element] if element in self._names_of else above
            if element.tag in OTHER_TAGS:
                words |= {f"<{element.tag}>"}
        self._words[element] = words
        return words


def _around(element: HtmlElement) -> HtmlElement | None:
    while element.tag in _INLINE and (parent := element.getparent()) is not None:
        element = parent
    return element.getparent() if element.tag in _PARAGRAPHS else element


class _Teasers:
    """Small elements of a page with a link as their heading."""

    def __init__(self, page: Outline) -> None:
        self._of: dict[HtmlElement, bool] = {}
        """Elements with a linked heading; True if the first one in it is not the page's own, an <h1>."""
        self._small: dict[HtmlElement, bool] = {}
        self._headed = page.around_headings
        self._cards = _cards(page)
        linked: set[HtmlElement] = set()
        for i in page.positions(*_HEADINGS):
            linked.update(page.elements[i].iterchildren("a"), page.elements[i].iterancestors("a"))
        for link in filter(linked.__contains__, page.of("a")) if linked else ():
            is_other = link not in page.around_headings and link.getparent().tag != "h1"
            for around in (link, *link.iterancestors()):
                if around in self._of:
                    break
                self._of[around] = is_other
        for link, box in self._cards.items():
            for around in link.iterancestors():
                self._of.setdefault(around, link not in page.around_headings)
                if around is box:
                    break

    def hold(self, element: HtmlElement) -> bool:
        """Tell if an element is in a teaser, or is one."""
        return self._box(element) is not None

    def away(self, element: HtmlElement) -> HtmlElement | None:
        """Return the teaser around an element if all its links lead to one other page."""
        box = self._box(element)
        if box is None or box in self._headed:
            return None
        is_card = any(map(self._cards.__contains__, box.iter("a")))
        if not is_card and next(box.iterdescendants(*_HEADINGS), None) is None:
            # around the headline, or the heading of a part of the text, with a link
            return None
        addresses: set[str] = set()
        for link in box.iter("a"):
            # a card names its topic in a link of its own
            if not is_card or len(one_line(link.text_content())) >= _HEADLINE:
                addresses.add(link.get("href", "#"))
        return box if len(addresses) == 1 and not addresses.pop().startswith(("#", "javascript:")) else None

    def _box(self, element: HtmlElement) -> HtmlElement | None:
        for around in (element, *islice(element.iterancestors(), _UP)):
            if around.tag in {"body", "main"} or len(around) > _MANY:
                return None
            if self._of.get(around) and self._is_small(around):
                return around
        return None

    def _is_small(self, element: HtmlElement) -> bool:
        if element not in self._small:
            self._small[element] = _are_few(element)
        return self._small[element]


def _cards(page: Outline) -> dict[HtmlElement, HtmlElement]:
    """Return the links with a headline beside a picture that leads to the same page of the outlet.

    Each has the smallest box around it and the picture.
    """
    cards: dict[HtmlElement, HtmlElement] = {}
    for links in _links_of_one_address(page):
        around_picture: set[HtmlElement] = set()
        headlines: list[HtmlElement] = []
        for link in links:
            if next(link.iter("img"), None) is not None:
                around_picture.update(islice(link.iterancestors(), 2 * _UP))
            elif around_picture or link is not links[-1]:
                headlines.append(link)
        for link in headlines if around_picture else ():
            for box in islice(link.iterancestors(), 2 * _UP):
                if box in around_picture:
                    if _stands_alone(link) and _are_few(box):
                        cards[link] = box
                    break
    return cards


def _links_of_one_address(page: Outline) -> Iterator[list[HtmlElement]]:
    for address, positions in page.by_href.items():
        # to another host leads what a review is of
        if len(positions) > 1 and address.startswith("/") and address[:2] != "//":
            yield [page.elements[i] for i in positions if page.tags[i] == "a"]


def _stands_alone(link: HtmlElement) -> bool:
    """Tell if a link has a headline and is no part of a sentence."""
    text = one_line(link.text_content())
    around = link.getparent()
    while around is not None and around.tag in _INLINE:
        around = around.getparent()
    if len(text) < _HEADLINE or around is None:
        return False
    for child in (link, *around):
        if (child.tail or "").strip():
            return False
    return not (around.text or "").strip()


def _are_few(element: HtmlElement) -> bool:
    """Tell if an element has fewer letters than a teaser may have."""
    return len(element.text_content()) < _TEASER


def _spared(pieces: tuple[Piece, ...], article: str | None, headline: int) -> frozenset[str]:
    """Return the words that say nothing on this page.

    Most of its prose stands under them, and it begins there: comments may be longer than the article, and
    begin below it.
    """
    sentences = _sentences(pieces, headline)
    letters: Counter[str] = Counter()
    for piece in sentences:
        letters.update(dict.fromkeys(piece.words, len(piece.text)))
    spared = _words_over_data(sentences, article, letters)
    below = [piece for piece in sentences if piece.position > headline] or list(pieces)
    first = below[:_FIRST]
    begins = Counter(word for piece in first for word in piece.words)
    total, outside = _letters_outside(sentences), _letters_outside(sentences, *letters)
    while 2 * outside < total:
        weighed = [word for word in letters.keys() - spared if _begins_under(word, first, begins)]
        heaviest = max(weighed, key=lambda word: (letters[word], word), default="")
        if 2 * letters[heaviest] < total:
            break
        spared.add(heaviest)
        outside = _letters_outside(sentences, *letters.keys() - spared)
    return frozenset(spared)


def _sentences(pieces: tuple[Piece, ...], headline: int) -> list[Piece]:
    """Return the pieces that are sentences, without comments unless the article begins among them.

    What breaks off is another page's lead: five of them may be longer than a brief.
    """
    sentences = [piece for piece in pieces if piece.ends and not (piece.teaser or piece.breaks_off)]
    first_below = next((piece for piece in sentences if piece.position > headline), None)
    if first_below is None or _is_comment(first_below):
        return sentences
    return list(filterfalse(_is_comment, sentences))


def _is_comment(piece: Piece) -> bool:
    return any(map(speaks_of_comments, piece.words))


def _letters_outside(pieces: Iterable[Piece], *words: str) -> int:
    """Count the letters of the pieces that stand under none of these words."""
    return sum(len(piece.text) for piece in pieces if piece.words.isdisjoint(words))


def _begins_under(word: str, first: Sequence[Piece], begins: Counter[str]) -> bool:
    """Tell if the article begins under a word: with two passages, or all if the word is of what is below."""
    is_strict = word in BELOW or speaks_of_comments(word)
    return begins[word] >= (len(first) if is_strict else min(2, len(first)))


def _words_over_data(sentences: list[Piece], article: str | None, letters: Counter[str]) -> set[str]:
    """Return the words over what the page's own data has as the article's text, for the most part."""
    # where nothing is named after other things, no word has to be weighed
    if not article or not letters:
        return set()
    data = for_comparison(article)
    in_data: Counter[str] = Counter()
    for piece in sentences:
        if piece.words and for_comparison(piece.text) in data:
            in_data.update(dict.fromkeys(piece.words, len(piece.text)))
    return {word for word, count in in_data.items() if 2 * count > letters[word]}


def _headline_position(page: Outline, headline: str | None) -> int:
    """Return the position of the heading that is the headline; the only <h1> may be the name of the site."""
    first = page.positions("h1")
    title = for_comparison(headline or "")
    if not title or (len(first) == 1 and _shares_words(page.elements[first[0]], headline or "")):
        return first[0] if first else -1
    for heading in (*first, *page.positions("h2", "h3")):
        if for_comparison(str(page.elements[heading].text_content())) == title:
            return heading
    return first[0] if first else -1


def _shares_words(heading: HtmlElement, headline: str) -> bool:
    """Tell if a heading has at least a third of the headline's words."""
    words = set(headline.casefold().split())
    return 3 * len(words.intersection(heading.text_content().casefold().split())) >= len(words)
