"""The byline: every claim about the authors with its source; pipelines/authors.py weighs them."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise, repeat
from operator import attrgetter, itemgetter

from lxml.html import HtmlElement

from crawler.extraction.body.signature import NAME, without_day
from crawler.extraction.document.class_names import name_says, names_say
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import for_comparison, one_line, unescaped
from crawler.extraction.fields.linked_data import LinkedData, author_in_microdata
from crawler.extraction.fields.metadata import Metadata
from crawler.extraction.fields.placement import Placement, says_others, says_this_one
from crawler.extraction.fields.unlabelled import above_the_text, beside_day, with_post
from crawler.items import Claim

PREFIX = re.compile(
    r"""^(?:
      автор(?:и|ы|ка|ка\ тексту)?(?:\ (?:статті|статьи|тексту|текста|матеріалу|материала|публікації
        |публикации|фото))?
    | текст(?:\ і\ фото|\ та\ фото|\ и\ фото)? | журналіст(?:ка)? | журналист(?:ка)?
    | підготува(?:в|ла|ли) | підготовка | подготови(?:л|ла|ли) | подготовка | спілкува(?:вся|лася)
      | беседова(?:л|ла)
    | написа(?:в|ла|л|ли) | розмовля(?:в|ла) | записа(?:в|ла|л|ли) | кореспондент(?:ка)? | корреспондент
    | опубл(?:икова|ікува)(?:л|в|ла)
    | (?:(?:this\ )?(?:article|story|post)\ (?:was\ )?)?
      (?:story\ |written\ |reported\ |posted\ |published\ )?by
      | authors? | text | words | reporter | prepared\ by | autor(?:/?in|en)?
    | von | par | (?:escrito\ |publicado\ )?por | door | a[fv] | penulis
    )(?:\s*[:：—–|]\s*|\s+)(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Prefix of a byline; `_is_printed` checks those without a colon."""
_SURE = re.compile(r"[:：|]\s*$")
_CALLED = re.compile(
    r"(?:autor|журналіст|журналист|кореспондент|корреспондент|reporter|text|words|текст)", re.IGNORECASE
)
"""Words before a name that other sentences begin with too: `Журналист Иван Сорока уволен`."""
_SMALL_WORDS = re.compile(r"(?:von|par|por|door|a[fv])\s", re.IGNORECASE)
"""Prefixes that other lines begin with too; a whole name follows, and commas at most."""
_AND = re.compile(r"\s(?:et|und|og|y|e|en)\s")
_LINE_TAGS = {
    "p", "div", "span", "strong", "em", "b", "i", "a", "address", "li", "td", "font", "h4", "h5", "h6", "dt",
    "footer", "header", "small", "label", "cite",
}  # fmt: skip
_BEGINS = (
    "автор", "текст", "журнал", "підгот", "подгот", "спілкува", "беседов", "написа", "розмовля", "записа",
    "кореспон", "корреспон", "опубл", "story", "written", "reported", "posted", "published", "by", "author",
    "text", "words", "reporter", "prepared", "autor", "article", "this", "von ", "par ", "por ", "escrito",
    "publicado", "door ", "af ", "av ", "penulis", "von:", "par:", "por:",
)  # fmt: skip
"""Beginnings of such a line, for a fast check before the pattern."""
_FIRST_CHILDREN = {"b", "strong", "span", "em", "i", "font", "a"}
_FIRST = {letter for word in _BEGINS for letter in (word[0], word[0].upper())}
_CLASSED = {
    "a", "span", "div", "p", "address", "strong", "li", "h4", "h5", "td", "section", "em", "b", "dd", "cite",
    "article",
}  # fmt: skip
_of_author = names_say(
    r"author(?!it)|byline|journalist|writer|autor|(?<!h)auteur|avtor|username|createdby|reporter|submitted|contributor"
    r"|person-link|(?:^|[\s_-])(?:by|firma)(?:$|[\s_-])|(?:^|[\s_-])attribution"
)
_of_other_things = name_says(
    r"trending|newsletter|more-?on|blogs?-list|authors-list|card__|(?:^|[\s_-])(?:feed|others?|quotes?|polls?|login)(?:$|[\s_-])"
    r"|editors?-choice|logged|weather|(?:^|[\s_-])(?:next|prev(?:ious)?)(?:$|[\s_-])"
)
_NOT_A_LINE = re.compile(
    r"avatar|photo|image|img|icon|bio|about|social|share|follow|desc|position|role|job|time|date", re.I
)
_NOT_NAMES = re.compile(
    r"[\d\[\]{}<>©@]|\?\s*$|^(?:more|e-?mail)\b|^(?:фото|photo|fot[oó]|bild:|снимка|getty|image|video|відео|видео)"
    r"|\b(?:share|save|ago|updated|follow|sign up|log(?:ged)?[ -]?(?:in|out)|sign in|profile|contacts?"
    r"|text size|rss|twitter|facebook|biography|реєстрація|регистрация|вхід|вход|вихід|выход|увійти|войти)\b"
    r"|\bby google$|^(?:mastodon|telegram|youtube|linkedin|instagram|tik ?tok|bluesky)$"
    r"|^(?:теги?|мітки|метки|теми|темы|tags?|topics?|рубрик\w+|категорі\w+|categor\w+|ключові слова)\s*:"
    r"|\S\s*[›»>→]\s*\S|^(?:home|головна|главная|startseite|accueil|inicio)\b",
    re.IGNORECASE,
)
_BY_ACCOUNT = re.compile(
    r"(?:(?:posted|published|written) by:?|опубл(?:икова|ікува)(?:л|в|ла):?|autor:|автор:) [\w.-]{2,20}",
    re.IGNORECASE,
)
"""A byline of one word, which may be an account in small letters: `Posted by nina`, `autor: jd`."""
_WHEN = re.compile(r"(?:,|\s+(?:в|о|у|on|at|от|від))\s+[^\d:]{0,15}\d[\d\s./:,–-]*$")
"""Date at the end of Drupal's own byline: `Опубликовано Родика Чеботарь в Чт, 05/06/2025 - 11:40`."""
_HANDLE = re.compile(r"\s*[(<|,·•]?\s*(?<![\w@])[\w.+-]{0,40}@\w{2,30}(?:[.-]\w{1,30}){0,4}[)>]?")
"""Account or address of e-mail behind a name."""
_DAY_BEFORE = re.compile(
    r"^(?:[^\W\d_]{3,10},\s+)?"
    r"(?:(?:[^\W\d_]{3,12}\.?\s+\d{1,2},?|\d{1,2}\.?\s+[^\W\d_]{3,12}\.?)\s+(?:19|20)\d{2}|\d{1,2}[./]\d{1,2}[./](?:19|20)?\d{2})"
    r"(?:\W+(?:at\s+)?\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?)?\W+(?=by\s)",
    re.IGNORECASE,
)
"""Day before the names: `January 12 2012 at 10:37am By JANE DOE`, `Mon, 6/3/2019 - by Jane Doe`."""
_PARTED = re.compile(r"\s[·•|]\s")
_AUTHORS_PAGE = re.compile(
    r"(?:^|/)(?:authors?|autor(?:z?y|i|es)?|szerzok?|avtory?|users?|profiles?|journalists?|staff|reporters?|writers?|editors?"
    r"|contributors?|columnists?|by|u)[/=-]|/@|[?&](?:author|user)=",
    re.IGNORECASE,
)
_NAMING = ("h2", "h3", "h4", "h5", "a", "strong", "b")
_LABEL = re.compile(r"(?:by|(?:written|story) by|authors?|автор(?:и|ы|ка)?|текст)\s*:?", re.IGNORECASE)
"""Prefix in an element of its own."""
_LONGEST, _LONGEST_NAME = 140, 80
"""Characters of a line, and of a name, at most."""
_LONGEST_SOURCE = 600
"""Characters of such a line as the page has it, with its white space, that are read."""
_LONGEST_CARD = 600
"""Letters of an <article> that is a teaser, at most."""
_NEAR = 40
"""Elements after the headline among which a byline may be."""
_CAPITAL = re.compile(r"(?<!\w)[^\W\d_a-zа-яіїєґ]")
_SMALL = re.compile(r"(?<![\w'’-])[a-zà-ÿа-яіїєґ][\w'’-]{2,}")
_OF_A_SENTENCE = 6
"""Words in small letters of a byline, at most: `Please mark the words; two clicks tell us of the mistake.`"""
_BESIDE_NAMES = 3
"""Words in small letters beside a name, at most: `written by`, `for the Courier`."""
_OUTSIDE_SCRIPTS = ".//text()[not(parent::script or parent::style or ancestor::button)]"
_META_NAMES = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author",
    "sailthru.author", "byl", "twitter:creator_name", "mediator_author", "cxenseparse:author",
    "citation_author", "og:article:author", "creator", "authors", "article_author",
)  # fmt: skip


def read_byline(
    page: Outline, data: LinkedData, metadata: Metadata, rule: str | None, place: Placement | None = None
) -> tuple[str | None, tuple[Claim, ...]]:
    """Return the byline as printed, prefix included, and all claims in order of trust.

    `rule` is an outlet's CSS selector: if given, only its elements count as printed bylines.
    """
    by_rel = _by_rel(page)
    place = place or Placement(page, metadata.headline)
    declared = [*_declared(page, data, metadata), *author_in_microdata(page), *_of_links(page, by_rel, place)]
    if rule is not None:
        lines = [*filter(None, map(_words, page.root.cssselect(rule)))]
        byline = next(iter(lines), None)
        claims = [*map(Claim, repeat("outlet-rule"), lines), *declared]
    else:
        lines = list(_classed(page, place)) or list(_leading_to_authors(page, place))
        shown = filter(_is_no_sentence, lines)
        unlabelled = [*above_the_text(page, place)] or [*_own(with_post(page, place), page, place)]
        byline = next(chain(_prefixed(page, by_rel, place), shown, unlabelled), None)
        lines = [*dict.fromkeys(chain(lines, unlabelled))]
        claims = [*declared, *map(Claim, repeat("printed"), filter(None, (byline, *lines)))]
        claims += map(Claim, repeat("beside-day"), _own(beside_day(page, place), page, place))
        byline = byline or _account(page, by_rel, place)
    publishers = set(map(for_comparison, map(attrgetter("value"), credits(data, metadata))))
    # an organisation that is the publisher too is kept as a credit
    return byline, tuple(c for c in dict.fromkeys(claims) if for_comparison(c.value) not in publishers)[:20]


def credits(data: LinkedData, metadata: Metadata) -> tuple[Claim, ...]:
    """Return the organisations named as author or publisher; persons are never among them."""
    names = [*data.organisations, *([metadata.site_name] if metadata.site_name else [])]
    unique = {for_comparison(name): name for name in reversed(names)}
    return tuple(Claim("credit", name) for name in reversed(unique.values()))


def _by_rel(page: Outline) -> list[int]:
    """Return the positions of the links with `rel=author`."""
    of_authors = (at for rel, at in page.by_rel.items() if "author" in rel.split(" "))
    return sorted(i for i in chain.from_iterable(of_authors) if page.tags[i] in {"a", "link"})


def _prefixed(page: Outline, by_rel: list[int], place: Placement) -> Iterator[str]:
    """Yield lines that begin with a prefix such as `Автор:`, those beside the headline first."""
    far = []
    for i, line in _prefixed_anywhere(page, by_rel, place):
        if i is None or place.is_near(i) or i in place.article or place.headline is None:
            yield line
        elif i - place.headline >= -_NEAR and i - place.article.stop < _NEAR:
            far.append((abs(i - place.headline), line))
    yield from map(itemgetter(1), sorted(far))


def _declared(page: Outline, data: LinkedData, metadata: Metadata) -> Iterator[Claim]:
    for name in data.persons:
        yield Claim("json-ld", name)
    # each author may have a <meta> of his own; items name the authors of other stories, too
    values: dict[str, list[str]] = {}
    for meta in page.metas:
        if meta.name in _META_NAMES and not meta.itemprop:
            values.setdefault(meta.name, []).append(one_line(unescaped(meta.content)))
    for name in _META_NAMES:
        for value in values.get(name) or [metadata.names.get(name, "")]:
            if value and not value.startswith(("http", "/", "@", "www.")) and len(value) < 300:
                yield Claim("meta", value)


def _of_links(page: Outline, by_rel: list[int], place: Placement) -> Iterator[Claim]:
    """Yield the names that links to authors have; those beside the headline alone, where there are any.

    Teasers below the article link to the authors of other stories.
    """
    near = [*filter(place.is_near, by_rel)]
    for i in near or by_rel:
        element = page.elements[i]
        text = _words(element) or one_line(element.get("title") or "")
        if text and not _is_elsewhere(element, place):
            yield Claim("rel-author", text)


def _prefixed_anywhere(
    page: Outline, by_rel: list[int], place: Placement
) -> Iterator[tuple[int | None, str]]:
    # teasers link to the authors of other stories
    near = [*filter(place.is_near, by_rel)]
    for i in near or by_rel:
        element = page.elements[i]
        is_of_others = _is_in_card if near or i in place.article else _is_elsewhere
        parent = element.getparent()
        line = without_day(_words(parent, _LONGEST)) if parent is not None and element.tag == "a" else ""
        if PREFIX.match(line) and len(line) < 120 and not is_of_others(element, place):
            yield None, line
    for i in _beginning_like_bylines(page):
        line = _line_around(page.elements[i], place)
        if line:
            yield i, line


def _line_around(element: HtmlElement, place: Placement) -> str:
    """Return the printed line that begins in an element; empty where it is none."""
    if _is_in_card(element, place):
        return ""
    # <span>Автор:</span> <a>Ім'я Прізвище</a>: the parent has the whole line
    for box in (element, element.getparent()):
        line = without_day(_words(box, _LONGEST)) if box is not None else ""
        if box is not None and _is_printed(line) and not _is_elsewhere(box, place):
            return line
    # <span>by</span> <span>Jane Doe</span> among other elements: the name is the next element
    neighbour = element.getnext()
    if neighbour is None or not _LABEL.fullmatch(label := _words(element)) or _is_elsewhere(element, place):
        return ""
    name = one_line(short_text(neighbour, _LONGEST_NAME) or "")
    return f"{label} {name}" if NAME.fullmatch(name) else ""


def _beginning_like_bylines(page: Outline) -> Iterator[int]:
    """Yield the positions of the lines that begin with a prefix, in an element or in its first child."""
    for i in page.written:
        start = page.texts[i].lstrip()
        # a line may begin with characters that are not printed
        if start[0] not in _FIRST and start[0].isprintable():
            continue
        if not (start[:9].lower().startswith(_BEGINS) or not start[0].isprintable()):
            continue
        line = one_line(start[:_LONGEST_SOURCE])
        if len(line) > 160 or not PREFIX.match(line + " x"):
            continue
        parent = page.elements[i].getparent()
        # a first child is the next element of the page
        if (
            i
            and parent is page.elements[i - 1]
            and page.tags[i] in _FIRST_CHILDREN
            and page.tags[i - 1] in _LINE_TAGS
            and not page.texts[i - 1].lstrip()
        ):
            yield i - 1
        if page.tags[i] in _LINE_TAGS:
            yield i


def _is_printed(line: str) -> bool:
    match = PREFIX.match(line)
    if match is None or not 5 < len(line) < _LONGEST:
        return False
    if _BY_ACCOUNT.fullmatch(line):
        return True
    names = line[match.end() :]
    first = names.split()[0] if names.split() else ""
    # "By the end of the year…", "Автор книги …": a name begins with a capital
    if "[" in line or first in {"Bio", "BIO", "Size"}:
        return False
    if not _SURE.search(match[0]) and _CALLED.match(line) and not NAME.fullmatch(names):
        return False
    several = _AND.split(without_day(names).split(",")[0])
    if _SMALL_WORDS.match(line) and not all(map(NAME.fullmatch, map(str.strip, several))):
        return False
    return _begins_like_names(names) and (
        bool(_SURE.search(match[0])) or (len(line) < 60 and not line.endswith("."))
    )


def _begins_like_names(names: str) -> bool:
    """Tell if what stands before the first comma begins with a capital, and is no sentence."""
    return names[:1].isupper() and len(_SMALL.findall(names.split(",", 1)[0])) <= _BESIDE_NAMES


def _classed(page: Outline, place: Placement) -> Iterator[str]:
    """Yield the lines of elements that are called after authors, those beside the headline first."""
    lines: set[str] = set()
    within: list[str] = []
    of_author = page.named(_of_author, page.by_class, page.by_itemprop, *page.by_component)
    # HTML's own element for authors
    of_author.update(_below_headline(page, "address", place))
    for i in sorted(of_author, key=lambda i: (not place.is_near(i), i not in place.article, i)):
        if page.tags[i] not in _CLASSED or not _may_be_a_line(page, i, place):
            continue
        element = page.elements[i]
        line = _line_of(element)
        if _NOT_NAMES.search(line) or not _may_say_who(line):
            # a box about the author has the name in a line of its own
            first = next(filter(None, map(_words, element.iterdescendants(*_NAMING))), "")
            if NAME.fullmatch(first):
                within.append(first)
            continue
        line = _with_siblings(element, line)
        if 2 < len(line) < 160 and line not in lines and not any(line in earlier for earlier in lines):
            lines.add(line)
            yield line
        if len(lines) > 8:
            return
    if not lines:
        yield from dict.fromkeys(within)


def _with_siblings(element: HtmlElement, line: str) -> str:
    """Return a name with the names in the next elements of its class, which only a style separates."""
    names = [line]
    while NAME.fullmatch(names[-1]) and not (element.tail or "").strip(" ,;&·|\n\t"):
        following, kind = element.getnext(), (element.tag, element.get("class"))
        if following is None or (following.tag, following.get("class")) != kind:
            break
        element = following
        names.append(_line_of(element))
    return ", ".join(filter(NAME.fullmatch, names)) if len(names) > 1 else line


def _may_say_who(line: str) -> bool:
    """Tell if a line has two names, one after a prefix, or is an agency in capitals: `von dpa`, `AFP`."""
    return len(_CAPITAL.findall(line)) > 1 or PREFIX.match(line) is not None or line.isupper()


def _may_be_a_line(page: Outline, i: int, place: Placement) -> bool:
    attributes, element = page.attributes[i], page.elements[i]
    names = f"{attributes.get('class', '')} {attributes.get('data-testid', '')}"
    if _NOT_A_LINE.search(names) is not None and "name" not in names.lower():
        return False
    if element.tag == "article" and short_text(element, _LONGEST) is None:
        return False
    if not _may_be_of_this_story(i, place) or _is_elsewhere(element, place):
        return False
    return not any(len(p.text_content()) > 300 for p in element.iterdescendants("p"))


def _line_of(element: HtmlElement) -> str:
    line = _DAY_BEFORE.sub("", _with_commas(_words(element), element))
    line = _WHEN.sub("", without_day(_HANDLE.sub("", line)))
    if not _NOT_NAMES.search(line):
        return line
    # `By Jane Doe · Oct. 25, 2024`
    return next((part for part in _PARTED.split(line) if not _NOT_NAMES.search(part)), line)


def _may_be_of_this_story(i: int, place: Placement) -> bool:
    """Tell if it stands beside the headline, in the article's element or just after it."""
    if place.headline is None:
        return True
    is_beside = (
        place.is_near(i)
        or i in place.article
        or -_NEAR <= i - place.headline < 0
        or 0 <= i - place.article.stop < _NEAR
    )
    return is_beside and not place.is_of_another_story(i)


def _own(lines: Iterator[tuple[int, str]], page: Outline, place: Placement) -> Iterator[str]:
    """Yield the lines that are not of another story."""
    for i, line in lines:
        if not (place.is_of_another_story(i) or _is_elsewhere(page.elements[i], place)):
            yield line


def _is_no_sentence(line: str) -> bool:
    return len(_SMALL.findall(line)) <= _OF_A_SENTENCE


def _account(page: Outline, by_rel: list[int], place: Placement) -> str | None:
    """Return the only word of a link or an item that is the author, which may be an account: `tungfa`."""
    for i in filter(place.is_near, (*by_rel, *page.by_itemprop.get("author", ()))):
        word = one_line(short_text(page.elements[i], _LONGEST_NAME) or "")
        if re.fullmatch(r"[\w.-]{2,20}", word) and not _is_elsewhere(page.elements[i], place):
            return word
    return None


def _leading_to_authors(page: Outline, place: Placement) -> Iterator[str]:
    """Yield texts of links below the headline that lead to an author's page, whatever their class."""
    for i in _below_headline(page, "a", place):
        if _AUTHORS_PAGE.search(page.attributes[i].get("href", "")):
            link = page.elements[i]
            line, around = _words(link), link.getparent()
            # `By <a>Jane Doe</a>, environment and transportation reporter`
            is_labelled = around[0] is link and _LABEL.fullmatch((around.text or "").strip()) is not None
            if is_labelled and NAME.fullmatch(line):
                line = _words(around, _LONGEST)
            if (
                3 < len(line) < (_LONGEST if is_labelled else 60)
                and not _NOT_NAMES.search(line)
                and (is_labelled or not _is_in_sentence(link))
                and not _is_elsewhere(page.elements[i], place)
            ):
                yield line


def _is_in_sentence(link: HtmlElement) -> bool:
    """Tell if a link is a part of running text, which links to people's accounts too, and to licences."""
    around = link.getparent()
    while around.tag in _FIRST_CHILDREN and around.getparent() is not None:
        around = around.getparent()
    small = len(_SMALL.findall(around.text or ""))
    for child in around:
        small += len(_SMALL.findall(child.tail or ""))
    return small > _BESIDE_NAMES


def _below_headline(page: Outline, tag: str, place: Placement) -> list[int]:
    headline = place.headline
    return [i for i in page.by_tag.get(tag, ()) if headline is not None and headline < i <= headline + _NEAR]


def _words(element: HtmlElement, longest: int | None = None) -> str:
    """Return the element's text with a space between elements; an empty string if it is too long."""
    parts: list[str] = []
    letters = 0
    has_others = next(element.iterdescendants("script", "button"), None) is not None
    for part in element.xpath(_OUTSIDE_SCRIPTS) if has_others else element.itertext():
        parts.append(part)
        letters += len(one_line(part))
        # the rest of a large element is not read
        if longest is not None and letters > longest:
            return ""
    return one_line(" ".join(parts))


def _with_commas(line: str, element: HtmlElement) -> str:
    """Put commas between names that are adjacent links, which only the page's style separates."""
    names = [name for link in element.iter("a") if NAME.fullmatch(name := _words(link, _LONGEST_NAME))]
    for first, second in pairwise(names):
        line = line.replace(f"{first} {second}", f"{first}, {second}")
    return line


def _is_elsewhere(element: HtmlElement, place: Placement) -> bool:
    if _is_in_card(element, place):
        return True
    for depth, parent in enumerate((element, *element.iterancestors())):
        if depth > 7 or parent.tag in {"article", "main", "body"} or parent in place.around:
            return False
        if parent.tag == "footer":
            # Drupal prints the author in a footer of the article
            if next(parent.iterancestors("article"), None) is None:
                return True
            continue
        names = (parent.get("class") or "", parent.get("id") or "")
        if (
            (parent.tag == "nav" and not _of_author(names[0]))
            or (parent.tag == "aside" and not place.is_about_the_article(parent))
            or any(map(_says_others, names))
        ):
            return not place.is_note_below_headline(parent, element)
    return False


def _is_in_card(element: HtmlElement, place: Placement) -> bool:
    """Tell if an element is in a caption, or in a teaser: a link as a whole, or an article of its own."""
    if place.is_of_picture(element):
        return True
    for depth, parent in enumerate(element.iterancestors()):
        if depth > 7 or parent in place.around:
            return False
        if depth and parent.tag == "a":
            return True
        if parent.tag == "article":
            # `<article class="opinion-author">` is the writer's own card
            return len(parent.text_content()) < _LONGEST_CARD and not _of_author(parent.get("class", ""))
    return False


def _says_others(name: str) -> bool:
    return says_others(name) or (bool(name) and _of_other_things(name) and not says_this_one(name))
