"""Alternates: addresses in other languages that a page declares by hreflang or a language switcher."""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from itertools import filterfalse, islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.extraction.document.class_names import Rule
from crawler.extraction.document.text import one_line
from crawler.items import Alternate

if TYPE_CHECKING:  # commits ask for front pages, and read none
    from lxml.html import HtmlElement

    from crawler.extraction.document.outline import Outline

NAMES: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("language_names.toml").read_text("utf-8")
)
"""Words of a language switcher, case-folded."""
_LANGUAGE_OF = {name: language for language, names in NAMES.items() for name in names if name != "мова"}
_BEGIN = {name[:2] for name in _LANGUAGE_OF}
"""First two letters of these words, for a fast check. Not one, as an accent that follows may change a
letter."""
# Ukrinform writes `ch` for Chinese, which is Chamorro; many sites use country codes as languages
_MEANT = {"ua": "uk", "ch": "zh", "cn": "zh", "jp": "ja", "kz": "kk", "gr": "el", "cz": "cs"}
_TOKENS = {token for names in NAMES.values() for token in names if token.isascii() and token.isalpha()} | {
    "uk-ua", "ru-ru", "ru-ua", "en-us", "en-gb", "uk-uk", "us", "gb", "main", "home",
    "homepage", "start", "index",
}  # fmt: skip
_INDEX_FILE = re.compile(r"(?:index|default|home|main)\.(?:html?|php|aspx?)")
_LONGEST_STEP = max(map(len, (*_TOKENS, "default.html")))
# no front page, as the steps below show: half the cost of an address in a list
_DEEP = re.compile(
    rf"https?://[^/?#\s]+(?:(?:/+[^/?#\s]+){{4}}|/(?:[^?#\s]*/)?[^/?#\s]{{{_LONGEST_STEP + 1}}})"
)
_ROOT = re.compile(r"[a-z]{2}(?:[-_](?:[a-z]{2}|hans|hant|latn|cyrl))?")
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")

MOST_ALTERNATES = 300
"""Of an article, that are kept; newsrooms have up to 60 languages. A sitemap of 5 MB gave an article 60,000,
and pairing looks up each of them."""
_LONGEST_TARGET = 16 << 10
"""Characters of an address that can lead to a page: servers take 8 kB. An address of 9 MB in a sitemap took
800 MB, as each step of the crawl copies it."""
_ABSOLUTE = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::[1-9][0-9]{0,3})?/[!$-:<->@-\[\]-~]*(?:\?[!$-:<->@-\[\]-~]+)?"
)
"""Addresses that stay as they are, which nearly all are: to split and join one takes 40 µs."""
_AROUND = "[]()|·•:→» "
_UP = 4
_NAMED = 60
"""Characters of a line that may be the name of a language, with the signs around it."""
# a link of a switcher has hreflang, one of the known classes, or only the name of a language as its text
_KNOWN_CLASS = re.compile(
    r"(?:^|\s)(?:lang_menu_item|changeLang[A-Z]{2}|hreflang-link|lang-(?:uk|ua|ru|en))(?:\s|$)"
)
_is_known = Rule(lambda names: _KNOWN_CLASS.search(names) is not None)
_CLASS_SAYS = re.compile(r"(?:^|\s)(?:changeLang|lang-|language-|hreflang-)([A-Za-z]{2,3})(?:\s|$)")
_PUBLICATION = "lang-publication"
_OTHER_MEANINGS = {"uk", "it"}
"""Names of languages that are a country and a trade as well; another language is named beside them."""
_FRONT = re.compile(r"[a-z]{3,15}")
_PLATFORM = re.compile(
    r"(?:https?:)?//(?:[\w-]+\.)*(?:twitter|x|facebook|instagram|youtube|linkedin|tiktok|t|telegram|vk|creativecommons|wikipedia"
    r"|google|apple|patreon)\.(?:com|org|me)(?:[:/?#]|$)"
)
"""Hosts of accounts and licences, which have no translation of an article."""
_FILE = re.compile(r"\.(?:pdf|docx?|epub|zip|jpe?g|png|mp[34])(?:[?#]|$)", re.IGNORECASE)
_IS_CURRENT = re.compile(r"active|current|selected")


def is_home_page(url: str) -> bool:
    """Tell if this is a front page of a site or a language, such as `/`, `/ukr/`, `/en/index.html`."""
    if _DEEP.match(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    steps = [step for step in parts.path.lower().split("/") if step]
    if steps and _INDEX_FILE.fullmatch(steps[-1]):
        steps.pop()
        # index.php?id=5 is an ordinary page
        if parts.query:
            return False
    elif not steps and parts.query:
        return not re.search(r"(?:^|&)(?:p|id|page_id|newsid|article|story)=", parts.query.lower())
    if len(steps) == 2 and steps[1] in {"home", "homepage", "start", "main", "index"}:
        steps.pop()
    # no article has a path of two letters: that is a language, a country or a section
    return not steps or (len(steps) == 1 and (steps[0] in _TOKENS or bool(_ROOT.fullmatch(steps[0]))))


def _is_front_of_an_edition(target: str, url: str) -> bool:
    """Tell if an address is one word, as `/international/`, while the page's is longer and ends otherwise."""
    steps, own = _steps(target), _steps(url)
    return len(own) > 1 == len(steps) and steps[0] != own[-1] and _FRONT.fullmatch(steps[0]) is not None


def _steps(url: str) -> list[str]:
    return [*filter(None, urlsplit(url).path.split("/"))]


def language_tag(claim: str | None) -> str | None:
    """Return a claimed language as BCP 47; None for x-default and invalid tags.

    The language is in lower case, `ua` becomes `uk`.
    """
    tag = (claim or "").strip().lower().replace("_", "-")
    language, _, rest = tag.partition("-")
    if language == "x" or not _TAG.fullmatch(tag):
        return None
    language = _MEANT.get(language, language)
    return language if not rest else f"{language}-{rest.upper() if len(rest) == 2 else rest}"


def read_alternates(page: "Outline", url: str, switcher: str | None = None) -> tuple[Alternate, ...]:
    """Return the declared alternates, the page itself among them, without home pages.

    Each address occurs once for a language and source. `switcher` is an outlet's CSS selector of links to the
    other languages.
    """
    alternates: dict[tuple[str | None, str, str], Alternate] = {}

    def add(language: str | None, href: str, source: str) -> None:
        target = absolute(url, href)
        if (
            target is None
            or _FILE.search(target)
            or is_home_page(target)
            or _is_front_of_an_edition(target, url)
        ):
            return
        alternate = Alternate(language, target, "hreflang" if source == "hreflang" else "switcher")
        alternates.setdefault((language, target, source), alternate)

    for language, href in _hreflang(page):
        add(language, href, "hreflang")
    for anchor in page.root.cssselect(switcher) if switcher else ():
        if anchor.get("href"):
            language_of_link = _printed_language(anchor) or _language_of_class(anchor.get("class") or "")
            add(language_of_link, anchor.get("href"), "switcher")
    for language, href in filterfalse(_leads_to_platform, _links_to_languages(page)):
        add(language, href, "switcher")
    page_url = url.split("#", 1)[0]
    # a page that links to itself in one language only names its language; that is kept for hreflang, and
    # useless in a switcher
    useful = (a for a in alternates.values() if a.source == "hreflang" or a.url != page_url)
    return tuple(islice(useful, MOST_ALTERNATES))


def _leads_to_platform(link: tuple[str, str]) -> bool:
    return _PLATFORM.match(link[1]) is not None


def absolute(url: str, href: str | None) -> str | None:
    """Return the address of a link, http(s) only, without fragment; None if it leads to no page."""
    if href and len(href) <= _LONGEST_TARGET and _ABSOLUTE.fullmatch(href):
        return href
    try:
        target = urljoin(url, one_line(href or "").replace(" ", "%20"))
        parts = urlsplit(target)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
            return None
    except ValueError:
        return None
    target = target.split("#", 1)[0]
    return target if len(target) <= _LONGEST_TARGET else None


def _hreflang(page: "Outline") -> Iterator[tuple[str | None, str]]:
    for i in page.by_tag.get("link", ()):
        link = page.attributes[i]
        if "hreflang" in link and "href" in link and "alternate" in link.get("rel", "").lower().split():
            yield language_tag(link["hreflang"]), link["href"]


def _links_to_languages(page: "Outline") -> Iterator[tuple[str, str]]:
    publications = any(_PUBLICATION in names for names in page.by_class)
    marked = page.named(_is_known, page.by_class)
    for positions in page.by_hreflang.values():
        marked.update(positions)
    own = language_tag(page.attributes[0].get("lang")) if page.by_hreflang else None
    for i in page.by_tag.get("a", ()):
        if publications or i in marked:
            language = _switcher_language(page.elements[i], own, among_publications=publications)
        elif _may_name_a_language(page, i):
            language = _printed_language(page.elements[i])
        else:
            continue
        if language is not None and (href := page.elements[i].get("href")) is not None:
            yield language, href


def _switcher_language(anchor: "HtmlElement", own: str | None, *, among_publications: bool) -> str | None:
    """Return the language of a link; `own` is the page's, which Drupal declares of all links to its pages."""
    if hreflang := anchor.get("hreflang"):
        language = language_tag(hreflang)
        return language if language != own or _printed_language(anchor) else None
    names = anchor.get("class", "")
    is_switcher = names and _is_known(names)
    printed = _printed_language(anchor)
    if is_switcher or (printed is None and among_publications and _in_publication(anchor)):
        return printed or _language_of_class(names)
    return printed


def _may_name_a_language(page: "Outline", i: int) -> bool:
    """Tell quickly if a link may be a language's name, by its beginning: nearly all links are headlines."""
    text = page.texts[i].strip()
    if not text and len(page.elements[i]):
        # its first child is the next element of the page
        text = page.texts[i + 1].strip()
    if len(text) >= _NAMED:
        return False
    begins = text.lstrip(_AROUND)[:2]
    return not begins.isalnum() or begins.casefold() in _BEGIN


def _in_publication(anchor: "HtmlElement") -> bool:
    return any(_PUBLICATION in (parent.get("class") or "").split(" ") for parent in anchor.iterancestors())


def _printed_language(anchor: "HtmlElement") -> str | None:
    """Return the language if its name is all of an anchor's visible text."""
    parts = len(anchor)
    text = (anchor.text or "") if not parts else "".join(anchor.itertext()) if parts < 6 else ""
    if not text or len(text) > 400:
        return None
    line = " ".join(text.split()).strip(_AROUND)
    language = _language_named(line) if len(line) < _NAMED else None
    if language is None and parts and "/" in line:
        return _other_language(anchor)
    return language if line.casefold() not in _OTHER_MEANINGS or _has_partner(anchor) else None


def _other_language(anchor: "HtmlElement") -> str | None:
    """Return the language of a link that names the present one too: `<b class=active>Укр</b> / Рус`."""
    present: set[str] = set()
    others: set[str] = set()
    for part in anchor.iterdescendants():
        if (language := _language_named(part.text or "")) is not None:
            (present if _IS_CURRENT.search(part.get("class") or "") else others).add(language)
    return others.pop() if len(present) == len(others) == 1 else None


def _has_partner(anchor: "HtmlElement") -> bool:
    """Tell if another language is named in the smallest box with more than this link."""
    for box in islice(anchor.iterancestors(), _UP):
        names = [*filter(None, map(str.strip, box.itertext()))]
        if len(names) > 1:
            return not {*map(_language_named, names)} <= {*_OTHER_MEANINGS, None}
    return False


@lru_cache(maxsize=4096)  # the menus of an outlet are the same on all its pages
def _language_named(line: str) -> str | None:
    return _LANGUAGE_OF.get(one_line(line).strip(_AROUND).casefold())


def _language_of_class(names: str) -> str | None:
    match = _CLASS_SAYS.search(names)
    return _LANGUAGE_OF.get(match[1].lower()) if match else None
