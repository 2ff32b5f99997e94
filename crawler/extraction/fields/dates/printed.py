"""Printed dates: every line of a page that may be its day of publication, with where it stands.

Each candidate has points for its place and form. The points decide between the lines of one page, and the
reasons are kept for `triptych inspect`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.document.class_names import names_say
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.dates.parsing import CHANGED, is_bare, published_part
from crawler.extraction.fields.placement import ABOVE, BELOW, Placement

_YEAR, _HOUR = re.compile(r"(?:19|20)\d{2}"), re.compile(r"\d{1,2}[:.h]\d{2}(?!\.?\d)")
_GLUED = re.compile(r"((?:19|20)\d{2})(\d{1,2}:\d{2})")
"""Year and hour in elements of their own: `<span>June 7, 2019</span><span>8:48 PM</span>`."""
_PARTS = re.compile(r"\d+|[^\W\d]+")
_MENUS = {"nav", "ul", "ol", "form", "input", "select", "head", "title", "body"}
_DATED = {
    "div", "span", "p", "time", "li", "em", "small", "a", "td", "b", "strong", "font", "i", "dd", "abbr",
    "label", "cite", "dt", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_of_date = names_say("date|time|publi|posted|calendar|info|submitted|byline")
_of_change = re.compile(r"modif|updat|оновлен|обновлен|змінен|изменен", re.IGNORECASE)
_OF_COPYRIGHT = re.compile(r"©|copyright|all rights|усі права|все права|всі права", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_AGO = ("тому", "назад", "ago", "щойно", "только что")
_SAID_AGO = re.compile(rf"\b(?:{'|'.join(_AGO)})\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:bis|until|till|до|expires?|jusqu'au|hasta)\b\W{0,3}\d", re.IGNORECASE)
"""Lines about the end of something: `Video verfügbar bis: 14.10.2026`."""
_SENTENCE = 60
_FAR = 24
"""Elements before the headline among which a line that is only a date and a time may be the article's."""
_OPENING = 20
"""Elements after the headline in which the text may begin with its day."""
_SEARCHED = 200
"""Elements after the headline that are searched for lines without a class."""
_CHANGES = {"updated", "modified", "dt-updated", "entry-modified", "date-modified"}
_LABEL = 40
"""Characters of the words before a date that say what it is the day of, at most."""
_UNKNOWN = 1_000
"""Elements that are searched where the page has no headline."""
_MOST = 60
"""Candidates of one page, at most: an index of a year's stories has thousands."""

_A_LIST = 2
"""Dates of one tag and class, at most: more are the dates of a list."""

OF_A_CHANGE = 1.5
"""Points taken from a day that is called the day of a change."""
IN_THE_HEAD = "in the head of the page"

WEAK = 1.5
"""Points from which a date that nothing else on the page confirms is believed."""


@dataclass(frozen=True, slots=True)
class PrintedDate:
    source: str
    """`time`, `itemprop` or `printed`."""
    raw: str
    points: float
    why: str
    """Place and form in words: `beside the headline, with its year`."""
    above: bool
    is_called_date: bool
    """True if its tag or class calls it a date."""
    changed: bool
    """True if it is called the day of a change."""
    may_be_the_only_day: bool
    """True if it may be believed where no other line of the page is a day of this kind."""


@dataclass(frozen=True, slots=True)
class _Line:
    source: str
    raw: str
    at: int
    is_called_date: bool = False
    """True if its tag or class says that it is a date."""
    changed: bool = False
    dateline: bool = False


def printed_dates(page: Outline, place: Placement, is_date: Callable[[str, str], bool]) -> list[PrintedDate]:
    """Return the candidates, the best first; those equally good in page order.

    `is_date` tells of a source and what it prints if it is a date; the others are not judged.
    """
    lines = [*_lines(page, place)][:_MOST]
    alike = Counter((page.tags[line.at], page.elements[line.at].get("class")) for line in lines)
    candidates = [_judged(line, page, place, alike) for line in lines if is_date(line.source, line.raw)]
    return sorted(candidates, key=lambda date: -date.points)


_Points = tuple[float, str]
"""Points and the reason for them in words."""


def _judged(
    line: _Line, page: Outline, place: Placement, alike: Counter[tuple[str, str | None]]
) -> PrintedDate:
    class_name = page.elements[line.at].get("class")
    is_of_a_list = bool(class_name) and alike[page.tags[line.at], class_name] > _A_LIST
    judgements = [
        *_by_distance(line, place),
        *_by_form(line),
        *_by_surroundings(line, page, place, is_of_a_list=is_of_a_list),
    ]
    if is_of_a_list:
        judgements.append((-3.0, "one of a list"))
    distance = place.distance(line.at)
    is_above = distance is not None and distance < 0
    points = sum(points for points, _ in judgements)
    why = ", ".join(reason for _, reason in judgements)
    may_be_the_only_day = (
        not is_of_a_list
        and (place.is_near(line.at) or line.at in place.article)
        and _YEAR.search(line.raw) is not None
        and (line.source != "printed" or is_bare(line.raw))
        and IN_THE_HEAD not in why
        and not place.is_among_readers(page.elements[line.at])
    )
    return PrintedDate(
        line.source, line.raw, points, why, is_above, line.is_called_date, line.changed, may_be_the_only_day
    )


def _by_distance(line: _Line, place: Placement) -> Iterator[_Points]:
    distance = place.distance(line.at)
    if distance is not None and place.is_near(line.at):
        close = 4.5 - abs(distance) / BELOW if distance >= 0 else 4.2 + distance / BELOW
        # what comes after the article's element is near a short article only by chance
        is_after = distance > 0 and line.at not in place.article
        yield (close / 2, "after the article") if is_after else (close, "beside the headline")
    elif distance is not None:
        yield 0.0, "far from the headline"
    if line.at in place.article:
        yield 2.0, "in the article's element"


def _by_form(line: _Line) -> Iterator[_Points]:
    if line.is_called_date:
        yield 1.0, "called a date"
    if _YEAR.search(line.raw):
        yield 1.0, "with its year"
    if _HOUR.search(line.raw):
        yield 0.5, "with its hour"
    if line.source != "printed" or is_bare(line.raw):
        yield 1.0, "only a date"
    elif len(line.raw) > _SENTENCE:
        yield -1.0, "a long line"
    if line.changed:
        yield -OF_A_CHANGE, "of a change"
    if line.dateline:
        yield -1.0, "the first words of the text"


def _by_surroundings(
    line: _Line, page: Outline, place: Placement, *, is_of_a_list: bool
) -> Iterator[_Points]:
    element, distance, is_near = page.elements[line.at], place.distance(line.at), place.is_near(line.at)
    if not is_bare(line.raw) and next(element.iterancestors("figure"), None) is not None:
        yield -8.0, "in a caption"
    elif place.is_elsewhere(element):
        if not is_of_a_list and _is_alone_beside_headline(line, element, place):
            yield -3.5, "beside the headline in a part for other things"
        else:
            yield -8.0, "in a part for other things"
    elif distance is not None and distance < 0 and place.is_of_the_head(element):
        yield -2.5 if is_near and _is_a_stamp(line) else -8.0, IN_THE_HEAD
    elif place.is_of_another_story(line.at):
        yield -2.0 if is_near and line.at in place.article else -4.0, "beside another story's link"


def _is_alone_beside_headline(line: _Line, element: HtmlElement, place: Placement) -> bool:
    """`bylineComments`: a name says little of a day that stands alone beside the headline."""
    if not place.is_near(line.at) or line.at not in place.article or _YEAR_OR_SHORT.search(line.raw) is None:
        return False
    return not (place.is_of_another_story(line.at) or place.is_among_readers(element))


def _is_a_stamp(line: _Line) -> bool:
    has_hour = _YEAR.search(line.raw) is not None and _HOUR.search(line.raw) is not None
    return line.is_called_date or (has_hour and is_bare(line.raw))


def _lines(page: Outline, place: Placement) -> Iterator[_Line]:
    places: set[int] = set()
    near = sorted(
        _marked(page), key=lambda line: (not place.is_near(line.at), line.at)
    )  # of many dates, those beside the headline
    for line in near:
        places.add(line.at)
        yield line
    if place.headline is None:
        for i in range(min(len(page.elements), _UNKNOWN)):
            # nothing to measure from: only whole lines with their year
            for line in _unmarked(page, i, BELOW):
                if _YEAR.search(line.raw) and is_bare(line.raw):
                    yield line
        return
    for i in range(
        place.headline, min(max(place.headline + BELOW, place.article.stop), place.headline + _SEARCHED)
    ):
        if i < len(page.elements) and i not in places:
            yield from _unmarked(page, i, i - place.headline)
    for i in range(place.headline - 1, max(place.headline - _FAR, 0) - 1, -1):
        if page.tags[i] in _MENUS:
            return
        if i not in places:
            yield from _unmarked(page, i, i - place.headline)


def _marked(page: Outline) -> Iterator[_Line]:
    """Yield what the page itself calls a date, by a tag, an itemprop or a class."""
    yield from _in_time_elements(page)
    yield from _in_hatom(page)
    yield from _in_microdata(page)
    for i in sorted(page.named(_of_date, page.by_class, page.by_id, page.by_itemprop)):
        if page.tags[i] not in _DATED or (text := short_text(page.elements[i], 160)) is None:
            continue
        attributes = page.attributes[i]
        text = attributes.get("content") or _GLUED.sub(r"\1 \2", one_line(text))
        if _may_be_a_day(text) and not (_OF_COPYRIGHT.search(text) or _ENDS.search(text)):
            yield _Line("printed", _with_year(page, i, text), i, True, _is_changed(page, i, text))


def _in_time_elements(page: Outline) -> Iterator[_Line]:
    for i in page.by_tag.get("time", ()):
        element, attributes = page.elements[i], page.attributes[i]
        printed = one_line(short_text(element, 160) or "")
        raw = attributes.get("datetime") or attributes.get("content") or printed
        if raw:
            yield _Line("time", raw, i, True, _is_changed(page, i, printed))


def _is_changed(page: Outline, i: int, printed: str) -> bool:
    """Tell if an element has the time of a change."""
    is_of_change = published_part(printed) is None or _is_of_change(page.attributes[i].get("class", ""))
    return is_of_change or _is_called_a_change(page.elements[i])


def _in_microdata(page: Outline) -> Iterator[_Line]:
    for name, positions in page.by_itemprop.items():
        for i in positions if "datepublished" in name.lower().split() else ():
            if page.tags[i] not in {"meta", "time"}:
                attributes = page.attributes[i]
                declared = attributes.get("content") or attributes.get("datetime")
                yield _Line("itemprop", declared or page.elements[i].text_content(), i, True)


def _in_hatom(page: Outline) -> Iterator[_Line]:
    """Yield hAtom's dates: `<abbr class="published" title="2017-09-09T10:52:00+02:00">`."""
    for i in page.positions("abbr", "span"):
        if (raw := page.elements[i].get("title")) is None:
            continue
        class_names = page.attributes[i].get("class", "").split()
        if "published" in class_names or "updated" in class_names:
            yield _Line("time", raw, i, True, "published" not in class_names)


def _may_be_a_day(text: str) -> bool:
    return _DIGIT.search(text) is not None or (
        any(map(text.lower().__contains__, _AGO)) and _SAID_AGO.search(text) is not None
    )


def _is_of_change(names: str) -> bool:
    return _of_change.search(names) is not None and "publish" not in names.lower()


def _with_year(page: Outline, i: int, text: str) -> str:
    """Return a date with the year that stands in the next element: `<b>Jan 17</b> <b>2012</b>`."""
    neighbour = page.elements[i].getnext()
    if _YEAR.search(text) or len(text) > 20 or neighbour is None:
        return text
    year = one_line(neighbour.text or "")
    return f"{text} {year}" if _YEAR.fullmatch(year) else text


def _ends_something(element: HtmlElement) -> bool:
    """Tell if the words before an element make its day the end of something."""
    return _ENDS.search(f"{_words_before(element).rstrip()} 1") is not None


def _is_called_a_change(element: HtmlElement) -> bool:
    """Tell if the words just before an element make its day the day of a change: `Updated <time>`."""
    before = _words_before(element).strip()
    return 0 < len(before) < _LABEL and CHANGED.search(before) is not None and not _DIGIT.search(before)


def _words_before(element: HtmlElement) -> str:
    parent, before = element.getparent(), element.getprevious()
    if before is not None:
        return before.tail or short_text(before, 60) or ""
    return (parent.text or "") if parent is not None else ""


def changes_in_time_elements(page: Outline, place: Placement | None) -> Iterator[str]:
    """Yield what `<time class="updated">` beside the headline says."""
    for i in page.by_tag.get("time", ()):
        attributes = page.attributes[i]
        raw = attributes.get("datetime")
        class_names = attributes.get("class", "").lower().split()
        if not raw or "published" in class_names or place is None or not place.is_near(i):
            continue
        if _CHANGES.intersection(class_names) or _is_called_a_change(page.elements[i]):
            yield raw


def days_with_their_year(page: Outline) -> Iterator[str]:
    """Yield what the page calls a date and prints with its year, whatever it is the date of."""
    for line in islice(_marked(page), _MOST):
        if _YEAR.search(line.raw):
            yield line.raw


def _unmarked(page: Outline, i: int, distance: int) -> list[_Line]:
    """Return lines that are only a date, whatever their class; farther away they need a time as well."""
    lines: list[_Line] = []
    for raw in _texts_of(page, i, distance):
        if not 6 <= len(raw) <= 300 or raw.isspace() or not _may_be_a_day(raw):
            continue
        text = one_line(raw)
        if _is_excluded(text, page.elements[i], distance):
            continue
        line = _only_a_date(text, i, distance)
        if line is None and 0 < distance <= _OPENING and page.tags[i] in _OPENING_TAGS:
            dateline = _DATELINE.match(text[:120])
            line = _Line("printed", dateline["day"], i, dateline=True) if dateline else None
        if line is not None:
            lines.append(line)
    return lines


def _texts_of(page: Outline, i: int, distance: int) -> list[str]:
    element = page.elements[i]
    texts = [page.texts[i], element.tail or ""]
    if -ABOVE <= distance <= 12 and 0 < len(element) <= 4 and page.tags[i] != "a":
        # `<b>16 <em>січня</em> 2026</b>`
        texts.append(" ".join(element.itertext()) if short_text(element, 80) is not None else "")
    return texts


def _is_excluded(text: str, element: HtmlElement, distance: int) -> bool:
    """Tell if a line is a paragraph, of a copyright or an end, or too far away for a day alone."""
    if len(text) > 160 and distance > _OPENING:
        return True
    if _OF_COPYRIGHT.search(text) or _ENDS.search(text) or "№" in text or _ends_something(element):
        return True
    return distance < -ABOVE and not (_HOUR.search(text) and _YEAR.search(text))


def _only_a_date(text: str, i: int, distance: int) -> _Line | None:
    is_near = distance <= BELOW or _STATES.match(text) is not None
    if _is_bare_date(text, distance):
        if is_near or _HOUR.search(text):
            return _Line("printed", text, i, changed=published_part(text) is None)
    elif distance > 0 and _is_about_a_day(text):
        if is_near:
            return _Line("printed", text, i, changed=published_part(text) is None)
    elif distance < 0 and _FIGURES.match(text) and len(text) <= 60:
        return _Line("printed", text, i)
    return None


def _is_bare_date(text: str, distance: int) -> bool:
    if len(text) > 120 or not is_bare(text):
        return False
    has_year = _YEAR.search(text) or _SHORT_YEAR.search(text)
    return bool(has_year or (distance <= 12 and _HOUR.search(text)))


_OPENING_TAGS = {"p", "div", "b", "strong", "span"}
_SHORT_YEAR = re.compile(r"\d{1,2}[./]\d{2}[./]\d{2}(?!\d)|\b[^\W\d]{3,12}\.?,?\s+'?\d{2}(?:\s|$)")
_YEAR_OR_SHORT = re.compile(rf"{_YEAR.pattern}|{_SHORT_YEAR.pattern}")
_FIGURES = re.compile(
    r"\W*(?:\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d{2}|\d{2})|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})\b"
)
_STATES = re.compile(
    r"(?:posted|(?:first )?published|опубл\w+|дата публ\w+|створено|создано|erschienen|veröffentlicht"
    r"|publiziert|pressemitteilung vom|meldung vom"
    r"|publié|publicado|pubblicato|opublikowano|submitted|stand:)\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(rf"{_FIGURES.pattern}|{_STATES.pattern}.{{0,40}}\b(?:19|20)\d{{2}}\b", re.IGNORECASE)
"""Lines that begin with a day in figures, or say of what they are the day; more may follow."""
_DATELINE = re.compile(
    r"(?:[^\W\d][\w'’ .,-]{1,40},?\s+)?\(?(?P<day>(?:\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d{2}"
    r"|\d{1,2}\s+[^\W\d]{3,10}\.?\s+(?:19|20)\d{2}"
    r"|[A-Z][a-z]{2,8}\.?\s+\d{1,2},?\s+(?:19|20)\d{2}))\)?\s*(?:\([^()]{2,30}\)\s*|/[^/]{2,40}/\s*)?(?:\.|--|[-–—:])"
)
"""Day at the beginning of a text: `Karlsruhe, (12.11.2021). …`, `Dec. 15, 2011 -- …`."""


_BY = re.compile(r"[Bb]y (?:[^\W\d_a-z][\w'’.-]*,? ){1,4}(?:on |at |\| )?(?=[A-Za-z]{3,9}\.? \d|\d)")
"""Name before a day: `by Jane Doe on May 15, 2013 at 3:45 pm ET`."""


def _is_about_a_day(line: str) -> bool:
    line = _BY.sub("", line, count=1) if line[:3].lower() == "by " else line
    return (len(line) <= 80 and _is_only_a_day(line)) or (len(line) <= 160 and bool(_BEGINS.match(line)))


def _is_only_a_day(line: str) -> bool:
    """Tell if a line is only a date: numbers, among them a year, and at most four words."""
    parts = _PARTS.findall(line)
    words = [part for part in parts if not part.isdigit()]
    year = any(len(part) == 4 and part[:2] in {"19", "20"} for part in parts)
    return year and len(parts) <= 9 and len(words) <= 4 and all(len(word) <= 12 for word in words)
