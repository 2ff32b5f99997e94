"""Placement of a statement on its page: how far from the headline, in the article's element or beside it.

A date or a name counts by where it stands. The article's element is the smallest one around the headline
that has running text too. What holds the headline is never another story's, whatever its class says.
"""

import re
from functools import cached_property, lru_cache
from itertools import islice, takewhile

from lxml.html import HtmlElement

from crawler.extraction.document.class_names import name_says, names_say
from crawler.extraction.document.outline import COMPONENT, Outline, short_text
from crawler.extraction.document.text import for_comparison

ABOVE, BELOW = 6, 30
"""Elements before and after the headline among which its date and byline usually are."""
_RUNNING = 400
"""Characters beside the headline that make an element the article's."""
_TEASER, _HEADLINE = 20, 30
"""Letters from which a link is another story's headline, far from this one's and near it."""
_BOX = 300
"""Characters of a box with the headline and lead of another story, at most."""
_NOTE = 160
"""Characters of a byline and a day in a box of their own, at most."""
_of_the_head = names_say(r"head(?!l)|logo|masthead|slogan|brand|top-?bar|site-?(?:name|title)|issue|found")
_of_others = name_says(
    r"comment|related|sidebar|footer|aside|popular|recommend|latest|last-?news|newsfeed|news-?line|lenta|(?<!elementor-)widget"
    r"|teaser|read-?also|promo(?!ted)|archive|banner|menu|copyright|carousel|calendar-(?:table|month)|most-"
)
_of_its_head = names_say(r"(?:^|[\s_-])(?:meta|byline|contributors?|authors?|credits?)(?:$|[\s_-])")
_of_this_one = name_says(
    r"headline|byline|author|(?:article|entry|post|story|news|content|page|single|doc)[-_]*(?:head|meta|info|title|footer)"
    r"|(?:article|entry|post|story)[-_]*(?:content|body|text)"
)
_of_readers = name_says(r"comments?(?:$|[\s_-](?!count|link|num|date))")
_of_caption = names_say(r"caption|cutline|(?:photo|image|video|media)[\s_-]*(?:credit|byline)|byline-image")
_of_credit = names_say(r"(?:^|[\s_-])credits?(?:$|[\s_-])")
_FIRST_WORD = re.compile(r"\s*([A-Za-zА-Яа-яІіЇїЄєҐґЁё]+)\s")
"""First word of a line, if folding only changes its case."""
_LAYOUT = re.compile(r"(?:with|has|no|without|and|left|right)[-_]*(?:side-?bar|aside)", re.IGNORECASE)


class Placement:
    """Places on one page, as seen from its headline."""

    def __init__(self, page: Outline, headline: str | None) -> None:
        self._page = page
        self._is_small: dict[HtmlElement, bool] = {}
        self.headline = headline_at(page, headline)

    @cached_property
    def around(self) -> frozenset[HtmlElement]:
        """The headline's element and all that it is in."""
        if self.headline is None:
            return frozenset()
        element = self._page.elements[self.headline]
        return frozenset((element, *element.iterancestors()))

    @cached_property
    def article(self) -> range:
        """Positions of the article's element: the smallest around the headline with running text."""
        page, at = self._page, self.headline
        if at is None:
            return range(len(page.elements))
        length = len(page.elements[at].text_content())
        start, end = at, at + 1
        for parent in page.elements[at].iterancestors():
            start = page.elements.index(parent, 0, at)
            end = start + len(list(parent.iter("*")))
            if parent.tag == "body" or sum(map(len, page.texts[start:end])) > length + _RUNNING:
                break
        return range(start, end)

    def distance(self, i: int) -> int | None:
        """Return the number of elements after the headline, negative before it."""
        return None if self.headline is None else i - self.headline

    def is_near(self, i: int) -> bool:
        distance = self.distance(i)
        return distance is not None and -ABOVE <= distance <= BELOW

    def is_elsewhere(self, element: HtmlElement) -> bool:
        """Tell if an element is in a part of the page that is about other things, by tags and names."""
        for depth, parent in enumerate((element, *element.iterancestors())):
            if parent in self.around or depth > 7 or (depth and parent.tag in {"article", "main"}):
                return False
            names = (parent.get("class") or "", parent.get("id") or "")
            # WordPress puts day and author into `<footer class="entry-meta">`
            is_of_others = depth and parent.tag in {"aside", "footer", "nav"}
            if (is_of_others and not any(map(says_this_one, names))) or any(map(says_others, names)):
                return True
        return False

    def is_among_readers(self, element: HtmlElement) -> bool:
        """Tell if an element stands among the comments of readers."""
        for parent in (element, *element.iterancestors()):
            if parent in self.around:
                return False
            for name in (parent.get("class") or "", parent.get("id") or ""):
                if name and _of_readers(name) and not says_this_one(name):
                    return True
        return False

    def is_of_the_head(self, element: HtmlElement) -> bool:
        """Tell if an element belongs to the page's own head, outside the headline's ancestors."""
        for parent in (element, *element.iterancestors()):
            if parent in self.around:
                return False
            names = (parent.get("class") or "", parent.get("id") or "")
            if parent.tag in {"header", "nav"}:
                return True
            if any(_of_the_head(name) and not _of_this_one(name) for name in names):
                return True
        return False

    @staticmethod
    def is_of_picture(element: HtmlElement) -> bool:
        """Tell if an element is in the caption of a picture; a figure may show the author."""
        for parent in (element, *islice(element.iterancestors(), 4)):
            name = parent.get("class") or ""
            if parent.tag in {"figure", "figcaption"} or (name and _of_caption(name)):
                return parent is element or not says_this_one(name)
            if name and _of_credit(name) and _is_beside_caption(parent):
                return True
        return False

    @staticmethod
    def is_about_the_article(aside: HtmlElement) -> bool:
        """Tell if an aside is about the article, such as the Guardian's `<aside data-gu-name="meta">`."""
        names = filter(None, map(aside.get, ("class", "id", *COMPONENT)))
        return any(map(_of_its_head, names)) and next(aside.iterancestors("article"), None) is not None

    def is_note_below_headline(self, box: HtmlElement, element: HtmlElement) -> bool:
        """Tell if an element is in a line or two of a box beside the headline that is no more than an aside.

        There is no story of another in it; the day may be a link.
        """
        name, at = f"{box.get('class') or ''} {box.get('id') or ''}", self.headline
        if at is None or "aside" not in name or says_others(name.replace("aside", "")):
            return False
        part = [element, *takewhile(lambda parent: parent is not box, element.iterancestors())][-1]
        is_large = next(islice(part.iter(), BELOW, None), None) is not None
        if is_large or box not in self._page.elements[at : at + BELOW] or short_text(part, _NOTE) is None:
            return False
        for link in part.iter("a"):
            text = link.text_content().strip()
            if len(text) >= _TEASER and not text[0].isdigit():
                return False
        return next(part.iter("h2", "h3", "h4"), None) is None

    def is_of_another_story(self, i: int) -> bool:
        """Tell if another story's headline, a link, stands in the same small box."""
        element = self._page.elements[i]
        own_links = {*element.iterancestors("a")}
        boxes = [*islice(element.iterancestors(), 4)]
        if self._page.texts[i].strip()[:1].isdigit():
            # `03.11.2011 <a>Headline</a>` is about the link, `<p><a>03.11.2011</a></p>` is one
            boxes.insert(0, element)
        else:
            own_links.update(element.iter("a"))
        # beside the headline a long link may be a section or a person
        least = _HEADLINE if self.is_near(i) else _TEASER
        for parent in boxes:
            # a footer in the article's element has its author and its tags
            if parent in self.around or parent.tag in {"footer", "header"}:
                return False
            if parent not in self._is_small:
                self._is_small[parent] = short_text(parent, _BOX) is not None
            if not self._is_small[parent]:
                return False
            other_links = (link for link in parent.iter("a") if link not in own_links)
            if any(len(link.text_content().strip()) >= least for link in other_links):
                return True
        return False


def _is_beside_caption(credit: HtmlElement) -> bool:
    """Tell if a picture or its caption is the next element to a credit."""
    for beside in (credit.getprevious(), credit.getnext()):
        if beside is not None and (beside.tag == "img" or _of_caption(beside.get("class") or "")):
            return True
    return False


@lru_cache(maxsize=8192)  # a page has few names, and asks of each for many elements
def says_others(name: str) -> bool:
    """Tell if a class or id names a part of the page for other stories, readers or the site."""
    if not name or not _of_others(name):
        return False
    if _of_readers(name):
        return True
    meaning = _LAYOUT.sub(" ", name)
    return _of_others(meaning) and not says_this_one(name)


@lru_cache(maxsize=8192)
def says_this_one(name: str) -> bool:
    """Tell if a class or id names a part of the article itself, such as its head."""
    return _of_this_one(_LAYOUT.sub(" ", name))


def _is_of(text: str, headline: str, title: str) -> bool:
    """Tell if a line is the headline, or in the page's title."""
    begins = _FIRST_WORD.match(text)
    if begins and (word := begins[1].lower()) not in title and word not in headline:
        # a fast check, as most lines begin with no word of the headline
        return False
    folded = for_comparison(text)
    return bool(headline and folded == headline) or (len(folded) > 12 and folded in title)


def _begins_with(heading: str, headline: str) -> bool:
    """Tell if a heading is the headline; the parser may put the byline after an unclosed one into it."""
    return heading == headline or (len(headline) > _TEASER and headline in heading[: 2 * len(headline)])


def _is_headline(page: Outline, line: int | None, headline: str) -> bool:
    """Tell if a line has the words of the headline; it says more than a first <h1> with the outlet's name."""
    return line is not None and bool(headline) and for_comparison(page.texts[line]) == headline


def _is_line(page: Outline, i: int, text: str, headline: str, title: str) -> bool:
    """Tell if a line is the headline, and not one of several that microdata repeats and nobody sees."""
    if not _is_of(text, headline, title):
        return False
    own = page.texts[i]
    return not own or (own not in page.texts[i - 1 : i] and own not in page.texts[i + 1 : i + 2])


def headline_at(page: Outline, headline: str | None) -> int | None:
    """Return the position of the headline: what is known as it, else the first <h1> or line of the title."""
    expected = for_comparison(headline or "")
    # a teaser of the same story may stand above, in a smaller heading
    for tags in (("h1",), ("h2", "h3", "h4")) if expected else ():
        for i in page.positions(*tags):
            if _begins_with(for_comparison(page.elements[i].text_content()), expected):
                return i
    title = next((for_comparison(x.text_content()) for x in page.of("title")), "")
    first = next(iter(page.positions("h1")), None)
    line = None
    for i, text in enumerate(page.texts):
        tag = page.tags[i]
        if i == first or tag == "title":
            continue
        if tag in {"h1", "h2", "h3", "h4"}:
            text = page.elements[i].text_content()  # noqa: PLW2901  a heading's text may lie in its children
        if 20 < len(text) < 400 and _is_line(page, i, text, expected, title):
            line = i
            break
    return line if first is None or _is_headline(page, line, expected) else first
