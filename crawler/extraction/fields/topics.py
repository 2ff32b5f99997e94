"""Section and tags of a page: the outlet's own words, or nothing."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import filterfalse, islice, pairwise, takewhile
from operator import methodcaller
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extraction.body.signature import NAME
from crawler.extraction.document.class_names import names_say
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import for_comparison, one_line
from crawler.extraction.fields.linked_data import LinkedData

_COUNTED = re.compile(r"\s*\(\d[\d\s]*\)$")
"""Number of articles after a printed tag: `energy (1258)`."""
_of_tags = names_say("(?:^|[ _-])(tags?|tag-?list|topics)(?:$|[ _-])")
_CUT = re.compile(r"\s*[,;،、]\s*")
_MACHINERY = re.compile(
    r"""_|@|^/|https?://|\bwww\.|\.(?:com|net|org|tv|co\.uk)\b|^\[.*\]$|\bstate\ wire$
    | ^person(?:\ \w+)?$ | ^[A-Z]{3,}:[A-Z-]+$
    | ^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$
    | ^[\W\d]+$ | [:»›→]$ | ^(?:print|e-?mail|share)\ (?:this|an?|article|page)\b
    | ^(?:wc|word\ count|day|time|(?:page|article|content)\ type|subject|partner|(?:nlp\ )?category|section
        |language|location|source|type)\s*:
    | ^(?:uncategori[sz]ed|без\ рубрики|front\ page|latest|latest\ news|top\ stories|breaking\ news
        |trending|featured|today's\ headlines|show\ more|read\ more
        |(?:all|все|усі|всі)\ (?:tags|теги)|sponsored|syndicated\ content
        |startseite|homepage|home|main|post|articles?|stories|all|все|усі|всі|archive
        |(?:msn|yahoo|apple\ news)\ feed|topic
        |(?:back\ to\ )?top|(?:на|до)?верху?|на\ початок|в\ начало|featured\b.*|themen|topics|теми|темы
        |tags|(?:[a-z]\ )?slider|type|channel|serversidehawk|videoarticle|undefined|null|none|n/a)$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Tags and sections of a publishing system, not of its readers: `WC: 1000-1999`, `GA State Wire`, UUIDs."""
_NO_SECTION = re.compile(
    r"(?:(?:all|latest|усі|всі|все|останні|последние) )?(?:news|новини|новости)(?: (?:дня|україни|украины))?"
    r"|стрічка(?: новин)?|лента(?: новостей)?|головн[ае]|главн(?:ая|ое)|статт?[іи]|статьи|матеріали|материалы"
    r"|nachrichten|aktuell(?:es)?|übersicht|general|allgemein|other|інше|другое|разное"
    r"|overview|actualités|actu|noticias|notizie|aktualno[śs]ci|wiadomości|online|web"
    r"|site news|(?:zurück|back|назад)\b.*|.*\bчита(?:ти|ть)\b.*"
    r"|(?:все|усі|всі|all) (?:(?:новости|новини|news)\b.*|.*\b(?:рубрики|section))|.*,.*,.*|\W.*",
    re.IGNORECASE,
)
"""Names of what has all of an outlet's articles."""
_KEYED = re.compile(r"([A-Za-z][A-Za-z -]{1,20})(?:: ?|/)\S")
"""Tag with its key: `Page Type: Article`, `Source/Agency`."""
_MOST_KEYS = 2
"""Of a list that readers use, at most; the words beside more of them are a publishing system's too."""
_YEAR = re.compile(r"(?:19|20)\d{2}")
_DATE = re.compile(r"(?:.*\d{1,2}\W+)?(?:19|20)\d{2}")
"""Year or day, as archives have them: `Stories › 2020 › August`, `Magazine › June 5, 2016`."""
_SHARING = {
    "facebook",
    "twitter",
    "pinterest",
    "email",
    "print",
    "whatsapp",
    "telegram",
    "linkedin",
    "google+",
}
_CODED = re.compile(r"^[a-z] (?=[A-Z])")
"""Letter with which a publishing system sorts its tags: `b Politics`."""
_of_breadcrumb = names_say("bread-?crumbs?|speed-?bar|(?:^|[ _-])(?:pathway|crumbs)(?:$|[ _-])")
_of_rubric = names_say(
    "(?:^|[ _-])"
    "(?:cat|categor(?:y|ies)|rubri[ck]|rubrika|rubryka|section-?(?:name|title|link)|kicker|eyebrow)"
    "(?:$|[ _-])"
)
_RUBRIC = re.compile(
    r"/(?:category|categor(?:ia|ie|y)|rubric|rubrics|rubrika|rubryka|rubriky|rubrik)/[^/?#]+/?$",
    re.IGNORECASE,
)
"""Address of a section, in publishing systems that give each a folder of its own."""
_NO_RUBRIC = re.compile(
    r"/(?:authors?|staff|users?|people|share|intent)[/?]|[?&](?:share|author)=|\.php\?u=", re.IGNORECASE
)
"""Address that is a person's, or shares the page."""
_MOST_RUBRICS = 3
"""Sections beside a headline, at most; more are a menu."""
_ABOVE, _BELOW = 20, 12
"""Elements before and after the headline among which its section is printed."""
_MOST_CRUMBS = 6
"""Links of a trail of breadcrumbs, at most; more are a menu."""
_of_others = names_say("popular|trending|footer|menu|nav|side-?bar|latest")
_MOST_CARDS = 2
"""Boxes of one class up to which none is of the card of another story."""
_UP = 4
"""Levels from a card's tags to the card."""
_MOST_WORDS = 4
"""Words of a breadcrumb that is a section, at most."""
_OF_PERSONS = re.compile(r"блог\w*|колонк\w+|автор[иы]|blogs?|columns?|authors", re.IGNORECASE)
"""Breadcrumb before the name of a person."""
_TWO = re.compile(r"([^,]*\w),\w[^,]*")
_OF_SITE = re.compile(
    r"\s*(?:featured|popular|trending|hot|top|популярн\w+|топ)\s+(?:tags|topics|теги|теми|темы)",
    re.IGNORECASE,
)
"""Label of a box that has the tags of the whole outlet."""
_FOLDER = re.compile(
    r"(?!\d+$|(?:news|novyn[aiy]|novosti|articles?|posts?|stor(?:y|ies)|blogs?|videos?|categor(?:y|ies)|topics?|tags?|ukr|rus"
    r"|eng|index|archives?|amp|forums?)$)[^/.]{3,}"
)
"""Part of an address that may be a section's, unlike what all articles have."""
_SHOWN = ".//text()[not(ancestor::svg)]"
_MOST_PRINTED = 12
"""Links in boxes called after tags, at most: more are a menu or a cloud."""
_LONGEST_CODE = 8
_CLOUD = 2000
"""Letters of a box of tags, at most, that has a label of the outlet's tags."""
_MOST_KEYWORDS, _MOST_CODES, _MOST_OF_NEWS = 20, 4, 2
"""Values of `news_keywords` that are an article's own, in capitals, and with the word `news`, at most."""
_OF_NEWS = re.compile(r"\b(?:news|новини|новости)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^the\s", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:^|[\s–—|/-])(?:теги?|мітки|метки|ключові слова|ключевые слова|tags?|schlagw(?:orte?|örter))\s*:\s*$",
    re.IGNORECASE,
)
"""Label before the links of tags."""
_MANY = 5
"""Tags of the head from which the page is searched for those that readers see."""
_MOST, _LONGEST = 30, 60
"""Tags of a page, and characters of a tag or section, at most."""


def read_tags(
    page: Outline, data: LinkedData, article_tags: list[str], names: dict[str, str]
) -> tuple[str, ...]:
    """Return the tags that the page declares, or prints where it declares none; last its `news_keywords`.

    `article_tags` has all `article:tag`; `names` the other metadata.
    """
    declared = _own(_parted(list(data.tags) or article_tags))
    if len(declared) > _MANY:
        printed = _own(_printed(page))
        # what readers see of many words for search engines
        if set(printed) <= set(declared) and len(printed) > 1:
            declared = printed
        elif len(declared) > _MOST_KEYWORDS:
            declared = []
    tags = declared or _own(_printed(page)) or _own(_behind_label(page)) or _own(_news_keywords(names, data))
    return tuple(tags)[:_MOST]


def _behind_label(page: Outline) -> list[str]:
    """Return the texts of links that follow each other behind a label: `Tags: <a>port</a>, <a>sea</a>`."""
    headline = next(iter(page.by_tag.get("h1", ())), 0)
    for i in page.by_tag.get("a", ()):
        text = _text_before(page.elements[i]) if i >= headline else ""
        if ":" not in text or not _LABEL.search(text[-_LONGEST:]):
            continue
        tags: list[str] = []
        following: HtmlElement | None = page.elements[i]
        while following is not None and following.tag == "a":
            tags.append(one_line(following.text_content()))
            following = following.getnext() if not (following.tail or "").strip(" ,;|/•·\n\t\r\xa0") else None
        if len(tags) <= _MOST_PRINTED:
            return tags
    return []


def _text_before(link: HtmlElement) -> str:
    """Return the text right before a link, or the element that has nothing but this text."""
    before, parent = link.getprevious(), link.getparent()
    if before is None:
        return (parent.text if parent is not None else None) or ""
    text = before.tail or ""
    return text if text.strip() or len(before) else before.text or ""


def _news_keywords(names: dict[str, str], data: LinkedData) -> list[str]:
    """Return the tags of `news_keywords`; none of codes, of the whole outlet, or of the address's folders."""
    tags = _CUT.split(names.get("news_keywords", ""))
    codes, of_news = [*filter(str.isupper, tags)], [*filter(_OF_NEWS.search, tags)]
    outlets = (names.get("og:site_name", ""), *data.organisations)
    folders = urlsplit(names.get("og:url", "")).path.split("/")[:-1]
    folded = set(map(for_comparison, tags))
    names_outlet = not folded.isdisjoint(map(_name_of_outlet, filter(None, outlets)))
    of_folders = folded <= {"news", *map(for_comparison, folders)}
    is_long = len(tags) > _MOST_KEYWORDS or len(codes) > _MOST_CODES or len(of_news) > _MOST_OF_NEWS
    return [] if is_long or names_outlet or of_folders else tags


def _name_of_outlet(name: str) -> str:
    return for_comparison(_ARTICLE.sub("", name))


def _parted(tags: list[str]) -> list[str]:
    """Return the tags of what may be all of them in one value: `Spain,Europe`."""
    if len(tags) != 1:
        return tags
    return _CUT.split(tags[0])


def _own(tags: Sequence[str]) -> list[str]:
    """Return the tags without machinery, each once, in their order."""
    unique: dict[str, str] = {}
    for raw in tags:
        tag = _CODED.sub("", raw.strip(" ,;").lstrip("#"))
        if 1 < len(tag) < _LONGEST and not _MACHINERY.search(tag):
            unique.setdefault(for_comparison(tag), tag)
    if len({match[1] for match in map(_KEYED.match, tags) if match}) > _MOST_KEYS:
        return []
    codes = [*filter(_is_code, unique.values())]
    is_of_codes = len(codes) > _MOST_CODES and len(codes) > len(unique) / 2
    return [] if is_of_codes else list(unique.values())


def _is_code(tag: str) -> bool:
    return tag.isascii() and tag.isupper() and len(tag) <= _LONGEST_CODE


def _printed(page: Outline) -> list[str]:
    """Return the texts of links with `rel=tag`, or of the few in boxes called after tags."""
    boxes = _boxes(page)
    links_in_boxes = {link for box in boxes for link in box.iterdescendants("a")}
    headline = next(iter(page.by_tag.get("h1", ())), 0)
    by_rel: list[str] = []
    by_name: list[str] = []
    of_tags = {*page.by_rel.get("tag", ())}
    for i in page.by_tag.get("a", ()) if of_tags or links_in_boxes else ():
        link = page.elements[i]
        if i not in of_tags:
            is_close = link in links_in_boxes and not boxes.isdisjoint(islice(link.iterancestors(), 3))
            # what comes before the headline is a menu, such as the topics of the day
            if not is_close or i <= headline:
                continue
        tag = _COUNTED.sub("", one_line("".join(link.xpath(_SHOWN))))
        (by_rel if i in of_tags else by_name).append(tag)
    if len(by_rel) > _MOST_PRINTED:
        return _of_first_box(page)
    if by_rel:
        return by_rel
    words = " ".join(by_name).casefold().split()
    of_sharing = sum(map(words.count, _SHARING))
    is_of_sharing = of_sharing > 1 or not _SHARING.isdisjoint(map(str.casefold, by_name))
    return [] if is_of_sharing or len(by_name) > _MOST_PRINTED else by_name


def _of_first_box(page: Outline) -> list[str]:
    """Return the tags of the first box with several; the others are a cloud, or of other stories."""
    for link in page.of("a"):
        if link.get("rel") != "tag":
            continue
        for box in islice(link.iterancestors(), _UP):
            links = [*filter(_has_rel, box.iter("a"))]
            if len(links) > 1:
                texts = [one_line(each.text_content()) for each in links]
                return texts if len(texts) <= _MOST_PRINTED else []
        break
    return []


def _has_rel(link: HtmlElement) -> bool:
    return bool(link.get("rel") == "tag")


def _boxes(page: Outline) -> set[HtmlElement]:
    """Return the boxes called after tags, without those of menus and of cards of other stories."""
    by_class: dict[str, list[HtmlElement]] = {}
    for i in page.named(_of_tags, page.by_class):
        element = page.elements[i]
        if not _of_others(name := element.get("class", "")) and not _OF_SITE.match(
            short_text(element, _CLOUD) or ""
        ):
            by_class.setdefault(name, []).append(element)
    boxes: set[HtmlElement] = set()
    for alike in by_class.values():
        boxes.update(alike if len(alike) <= _MOST_CARDS else filterfalse(_is_in_card, alike))
    return boxes


def _is_in_card(box: HtmlElement) -> bool:
    """Tell if a box is close to a heading that is not the page's own."""
    for around in islice(box.iterancestors(), _UP):
        if around.tag == "body" or around.find(".//h1") is not None:
            return False
        if next(around.iter("h2", "h3", "h4"), None) is not None:
            return True
    return False


def read_section(
    page: Outline, data: LinkedData, names: dict[str, str], headline: str | None, url: str
) -> str | None:
    """Return the section that the page declares, its last breadcrumb, or what the outlet calls its folder."""
    declarations = (
        names.get("article:section"),
        data.section,
        names.get("og:article:section"),
        _in_microdata(page),
    )
    of_page = [*filter(None, declarations)]
    host = urlsplit(url).hostname or ""
    for declared in of_page:
        if _is_of_host(declared, host):
            continue
        # two in one value: `Global,Innovation`
        first = match[1] if (match := _TWO.fullmatch(declared)) else declared
        if len(first) < _LONGEST and _names_section(first):
            return first
    for trail in (data.breadcrumbs, _printed_trail(page), _named_trail(page)):
        if (section := _of_breadcrumbs(trail, headline)) is not None:
            return section
    if (rubric := _beside_headline(page, headline)) is not None:
        return rubric
    # one that is called `News` is in no folder of a section
    name = None if of_page else _of_folder(page, url)
    return name if for_comparison(name or "") != for_comparison(names.get("og:site_name", "")) else None


def _is_of_host(name: str, host: str) -> bool:
    """Tell if a name is the outlet's, as its address has it: `Daily Courier` of `dailycourier.example`."""
    folded = for_comparison(name).replace(" ", "")
    return len(folded) > _LONGEST_CODE and folded in host.split(".")


def _in_microdata(page: Outline) -> str | None:
    """Return the text of the only element that is the `articleSection` of an item."""
    positions = page.by_itemprop.get("articleSection", ())
    if len(positions) != 1 or page.tags[positions[0]] == "meta":
        return None
    return one_line(short_text(page.elements[positions[0]], _LONGEST) or "") or None


def _beside_headline(page: Outline, headline: str | None) -> str | None:
    """Return the section that is a link beside the headline, called so by its class or its address."""
    at = next(filter(partial(_is_headline, page, headline), page.by_tag.get("h1", ())), None)
    if at is None:
        return None
    rubrics: dict[str, None] = {}
    for i in page.by_tag.get("a", ()):
        if at - _ABOVE <= i <= at + _BELOW and (rubric := _rubric(page, i)) is not None:
            rubrics.setdefault(rubric)
    return next(iter(rubrics)) if 0 < len(rubrics) <= _MOST_RUBRICS else None


def _rubric(page: Outline, i: int) -> str | None:
    """Return the text of a link that is called a section by its class, or its address."""
    link, href = page.elements[i], page.attributes[i].get("href", "")
    if _NO_RUBRIC.search(href) or not (_RUBRIC.search(href) or _is_called_rubric(link)) or _is_in_menu(link):
        return None
    text = one_line(link.text_content()).strip(" /|»›>")
    is_short = 1 < len(text) < _LONGEST and len(text.split()) <= _MOST_WORDS
    return text if is_short and not _YEAR.search(text) and _names_section(text) else None


def _is_called_rubric(link: HtmlElement) -> bool:
    boxes = (link, *islice(link.iterancestors(), 2))
    return any(map(_of_rubric, map(methodcaller("get", "class", ""), boxes)))


def _is_headline(page: Outline, headline: str | None, i: int) -> bool:
    text = for_comparison(short_text(page.elements[i], 4 * _LONGEST) or "")
    return bool(text) and text == for_comparison(headline or "")


def _is_in_menu(link: HtmlElement) -> bool:
    for around in islice(link.iterancestors(), _UP):
        if around.tag in {"nav", "ul", "aside"} or _of_others(around.get("class") or ""):
            return around.tag != "ul" or len(around) > _MOST_RUBRICS
    return False


def _names_section(name: str) -> bool:
    return _MACHINERY.search(name) is None and _NO_SECTION.fullmatch(name.strip()) is None


def _of_folder(page: Outline, url: str) -> str | None:
    """Return what most links to the innermost folder of an address say: `Sport` for `/sport/a1.html`."""
    address = urlsplit(url)
    folders = [*filter(None, address.path.lower().split("/"))][:-1]
    depth_of: dict[str, int] = {}
    for i, step in enumerate(folders):
        if _FOLDER.fullmatch(step):
            depth_of[step] = i
    texts: dict[int, Counter[str]] = {}
    for i in page.by_tag.get("a", ()) if depth_of else ():
        href = page.attributes[i].get("href", "").split("#")[0].rstrip("/").lower()
        depth = depth_of.get(href.rsplit("/", 1)[-1])
        if depth is None or not _leads_into(href, address.hostname or "", folders[: depth + 1]):
            continue
        text = one_line(page.elements[i].text_content())
        if 1 < len(text) < _LONGEST and len(text.split()) <= _MOST_WORDS and _names_section(text):
            texts.setdefault(depth, Counter())[text] += 1
    return texts[max(texts)].most_common(1)[0][0] if texts else None


def _leads_into(href: str, host: str, folders: list[str]) -> bool:
    """Tell if an address of this host has these folders, or the last of them, as its path."""
    scheme, is_absolute, rest = href.partition("//")
    site, _, path = rest.partition("/") if is_absolute else ("", "", scheme)
    if is_absolute and (scheme not in {"", "http:", "https:"} or site.removeprefix("www.") not in host):
        return False
    steps = [*filter(None, path.split("/"))]
    return steps == folders[-len(steps) :]


def _named_trail(page: Outline) -> tuple[str, ...]:
    """Return the texts of the links in the only element named after breadcrumbs."""
    trails: list[HtmlElement] = []
    for i in sorted(page.named(_of_breadcrumb, page.by_class, page.by_id)):
        element = page.elements[i]
        if not trails or trails[-1] not in element.iterancestors():
            trails.append(element)
    if len(trails) != 1:
        return ()
    links = [one_line(link.text_content()) for link in trails[0].iter("a")]
    return tuple(filter(None, links)) if len(links) <= _MOST_CRUMBS else ()


def _of_breadcrumbs(trail: tuple[str, ...], headline: str | None) -> str | None:
    """Return the last breadcrumb that is neither the front page nor the article."""
    title = for_comparison(headline or "")
    sections = [*takewhile(lambda name: _DATE.fullmatch(name) is None, trail)]
    for before, name in reversed([*pairwise(sections)]):
        folded = for_comparison(name)
        is_headline = bool(title) and (folded in title or title in folded)
        is_short = len(name) < _LONGEST and len(name.split()) <= _MOST_WORDS
        is_person = _OF_PERSONS.fullmatch(before) is not None and NAME.fullmatch(name) is not None
        if is_short and not (is_headline or is_person) and _names_section(name):
            return name
    return None


def _printed_trail(page: Outline) -> tuple[str, ...]:
    """Return the names of a BreadcrumbList in microdata."""
    names: list[str] = []
    for itemtype, positions in page.by_itemtype.items():
        if not itemtype.rstrip("/").endswith("BreadcrumbList"):
            continue
        for element in page.elements[positions[0]].iterdescendants():
            if element.get("itemprop") == "name":
                name = one_line(element.get("content") or element.text_content())
                names += [name] if name else []
        break
    return tuple(names)
