"""Metadata: headline, lead, section, tags, image and claimed language of a page."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extraction.document.class_names import names_say
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import for_comparison, one_line, unescaped
from crawler.extraction.fields.alternates import absolute
from crawler.extraction.fields.dates.parsing import is_bare
from crawler.extraction.fields.linked_data import LinkedData
from crawler.extraction.fields.topics import read_section, read_tags
from crawler.items import Claim

# " | Outlet", " - РБК-Украина", " — Букви": the last part is the outlet's name
_SUFFIX = re.compile(r"^(.{12,}?)\s+(?:[|/•·»:]+|[-–—]{1,2})\s+([^|]{2,60})$")


@dataclass(frozen=True, slots=True)
class Metadata:
    canonical_url: str | None
    html_lang: str | None
    og_locale: str | None
    headline: str | None
    headline_source: str | None
    lead: str | None
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    site_name: str | None
    names: dict[str, str]
    """Content of all <meta> by lower-cased name or property, the first of each."""


def read_metadata(page: Outline, data: LinkedData, url: str) -> Metadata:
    names: dict[str, str] = {}
    article_tags: list[str] = []
    for meta in page.metas:
        if content := one_line(unescaped(meta.content)):
            names.setdefault(meta.name, content)
            if meta.name == "article:tag":
                article_tags.append(content)
    for key, value in _of_parsely(names.get("parsely-page", "")):
        names.setdefault(key, value)
    site_name = names.get("og:site_name")
    headline, headline_source = _headline(page, data, names, site_name, url)
    root = page.attributes[0]
    return Metadata(
        canonical_url=_canonical(page, url),
        html_lang=one_line(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        or one_line(root.get("xml:lang") or "")
        or None,
        og_locale=names.get("og:locale"),
        headline=headline,
        headline_source=headline_source,
        lead=_lead(data, names),
        section=read_section(page, data, names, headline, url),
        tags=read_tags(page, data, article_tags, names),
        image_url=absolute(url, names.get("og:image") or data.image)
        if names.get("og:image") or data.image
        else None,
        site_name=site_name,
        names=names,
    )


def _lead(data: LinkedData, names: dict[str, str]) -> str | None:
    """Return the first description that is more than the outlet's name."""
    for lead in (data.description, names.get("og:description"), names.get("description")):
        if lead and for_comparison(lead) != for_comparison(names.get("og:site_name", "")):
            return lead
    return None


def _of_parsely(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and contents of the JSON in `parsely-page`, as its tags of their own would have them."""
    try:
        values = json.loads(text) if text.startswith("{") else {}
    except (ValueError, RecursionError):
        return
    for key in ("author", "pub_date", "section", "title"):
        if isinstance(value := values.get(key), str) and value:
            yield f"parsely-{key.replace('_', '-')}", one_line(unescaped(value))


def _canonical(page: Outline, url: str) -> str | None:
    for i in page.by_tag.get("link", ()):
        link = page.attributes[i]
        if "canonical" in link.get("rel", "").lower().split() and link.get("href"):
            return absolute(url, link["href"])
    return None


def _headline(
    page: Outline, data: LinkedData, names: dict[str, str], site_name: str | None, url: str
) -> tuple[str | None, str | None]:
    """Return the headline and its source: `h1, as in og:title`, `json-ld`, `title`.

    It is the heading that readers see and another claim says too, most of all an <h1>; else the most trusted
    claim. A heading that leads to the front page is the outlet's name.
    """
    title, h1s, og = _without_outlet_before(
        _title(page), _headings(page, site_name, "h1"), names.get("og:title")
    )
    claims = {
        "json-ld": data.headline,
        "og:title": _without_name(og, site_name),
        "parsely-title": names.get("parsely-title"),
        "twitter:title": names.get("twitter:title"),
        "meta": names.get("headline"),
        "title": without_outlet(_without_host(title, url), site_name, None),
    }
    parts = set(map(for_comparison, _parts(title)))
    headings = [*h1s, *_smaller_headings(page, site_name, claims, parts)] if title else h1s
    headings += _right_above_h1(page)
    printed = _claimed_heading(headings, claims)
    if printed is None or printed[0] < _SAME:
        longest = _part_of_title(headings, parts)
        if len(longest) > len(printed[1] if printed else ""):
            return longest, "a heading, as in title"
    if printed is not None:
        return _without_section(printed[1], claims), printed[2]
    if len(h1s) == 1 and len(h1s[0][1].split()) > 3 and _is_of_page(h1s[0][1], names, claims):
        return h1s[0][1], "h1 alone"
    if data.headline:
        return without_outlet(data.headline, site_name, names.get("og:title")), "json-ld"
    headline, source = _unclaimed(page, claims, og or title, site_name)
    return (h1s[0][1], "h1 alone") if headline is None and h1s else (headline, source)


def _is_of_page(heading: str, names: dict[str, str], claims: dict[str, str | None]) -> bool:
    """Tell if a heading unlike all claims has the stem of a word of them or of the description.

    `No matches for your search` is the heading of a search. A mere <title> may be the outlet's.
    """
    if not any({**claims, "title": None}.values()):
        return True
    stated = " ".join(filter(None, (*claims.values(), names.get("og:description"), names.get("description"))))
    words = set(_STEM.findall(stated.casefold()))
    return not words.isdisjoint(_STEM.findall(heading.casefold()))


def _without_outlet_before(
    title: str, h1s: list[tuple[str, str]], og: str | None
) -> tuple[str, list[tuple[str, str]], str | None]:
    """`Outlet | Headline` in the heading itself: this og:title is the outlet, and no claim."""
    outlet = f"{og} | "
    if not og or not any(text.startswith(outlet) for _, text in h1s):
        return title, h1s, og
    return title.removeprefix(outlet), [(tag, text.removeprefix(outlet)) for tag, text in h1s], None


def _without_name(title: str | None, site_name: str | None) -> str | None:
    """`Headline | Outlet`, where the outlet's name would make headings with it alike."""
    if not title or not site_name or not title.endswith(site_name):
        return title
    return title.removesuffix(site_name).rstrip(" |–—-") or title


def _without_section(heading: str, claims: dict[str, str | None]) -> str:
    """`Politics | Headline` or `Headline - by Jane Doe` in the heading; a claim is the headline alone."""
    headline = heading.rpartition(" | ")[2]
    if headline in claims.values():
        return headline
    for claim in claims.values():
        if claim and _is_signed(heading, claim):
            return claim
    return heading


def _is_signed(heading: str, headline: str) -> bool:
    """Tell if a heading is the headline and a byline, as in an <h1> that is not closed."""
    return heading.startswith(headline) and _BYLINE.match(heading[len(headline) :]) is not None


def _title(page: Outline) -> str:
    titles = page.of("title")
    return one_line(unescaped("".join(titles[0].itertext()))) if titles else ""


def _parts(title: str) -> Iterator[str]:
    """Yield the parts of a title, and what stands before each bar or dash: a headline may have one, too."""
    yield from _SEPARATOR.split(title)
    for bar in islice(_SEPARATOR.finditer(title), _BARS):
        yield title[: bar.start()]


def _part_of_title(headings: list[tuple[str, str]], parts: set[str]) -> str:
    """Return the longest heading that is a part of the title: `Local - Sunderland Echo`."""
    longest = ""
    for _, text in headings:
        if len(text) > max(_NAME, len(longest)) and for_comparison(text) in parts:
            longest = text
    return longest


def _smaller_headings(
    page: Outline, site_name: str | None, claims: dict[str, str | None], parts: set[str]
) -> list[tuple[str, str]]:
    """Return the headings below <h1> that are a part of the title, or a claim in part."""
    folded = set(map(for_comparison, filter(None, claims.values())))

    def may_be_headline(text: str) -> bool:
        heading = for_comparison(text)
        return heading in parts or any(heading in claim or claim in heading for claim in folded)

    return _headings(page, site_name, "h2", "h3", "h4", among=may_be_headline)


def _right_above_h1(page: Outline) -> list[tuple[str, str]]:
    """Return the line right above the <h1>, which may be the headline of a page whose <h1> is the second."""
    above = (page.elements[i].getprevious() for i in page.by_tag.get("h1", ()))
    lines = [one_line(short_text(x, 400) or "") for x in above if x is not None and x.tag in {"div", "p"}]
    return [("div", line) for line in lines if len(line.split()) >= _WORDS]


def _claimed_heading(
    headings: list[tuple[str, str]], claims: dict[str, str | None]
) -> tuple[float, str, str] | None:
    """Return the heading that is most like a claim, with its score and source."""
    best: tuple[float, str, str] | None = None
    for tag, text in headings:
        for source, claim in claims.items():
            alike = _likeness(text, claim) if claim else 0.0
            if tag != "h1" and alike < _SAME:
                continue
            # a smaller heading that is the whole claim may stand over an <h1> of a part of the text
            score = (
                alike if tag != "h1" or not alike else alike + _H1 if alike == 1 else min(alike + _H1, _PART)
            )
            if score > (best[0] if best else 0.0):
                best = score, text, f"{tag}, as in {source}"
    return best


def _unclaimed(
    page: Outline, claims: dict[str, str | None], title: str, site_name: str | None
) -> tuple[str | None, str | None]:
    """Return the part of the title that is printed, or the most trusted title."""
    if printed := _printed_part(page, title):
        return printed, "a part of the title that is printed"
    headline = claims["meta"]
    if headline and len(headline.split()) >= _WORDS and title.startswith(headline):
        return headline, "meta"
    if claims["og:title"]:
        return without_outlet(claims["og:title"], site_name, None), "og:title"
    return (claims["title"], "title") if claims["title"] else (None, None)


def headline_claims(metadata: Metadata, data: LinkedData) -> tuple[Claim, ...]:
    """Return the headline that a page declares if it prints another, or the source of an unprinted one."""
    headline, source = metadata.headline, metadata.headline_source or ""
    if headline is None:
        return ()
    if source in _NOT_PRINTED:
        return (Claim("headline_source", f"{source}, not printed"),)
    declared = data.headline or metadata.names.get("og:title") or ""
    declared = without_outlet(declared, metadata.site_name, headline) or ""
    if not declared or _likeness(headline, declared) >= _SAME:
        return ()
    return (Claim("headline_declared", declared),)


def _printed_part(page: Outline, title: str) -> str | None:
    """Return the part of a title with bars that a page without such a heading prints: `Outlet | Headline`."""
    parts = {line for part in title.split("|") if len((line := one_line(part)).split()) >= _WORDS}
    if "|" not in title or not parts:
        return None
    start = next(iter(page.by_tag.get("body", ())), 0)
    printed = parts.intersection(map(str.strip, page.texts[start:]))
    return max(printed, key=len, default=None)


_NOT_PRINTED = frozenset({"json-ld", "og:title", "title", "meta"})
"""Sources of a headline that readers do not see."""
_WORDS = 5
"""Words of a headline, so that it is no outlet's name."""
_SAME = 0.8
"""Likeness from which a smaller heading is the headline."""
_H1, _PART = 0.3, 0.99
_BYLINE = re.compile(r"\s*[–—|-]?\s*(?:by|von|par|por|автор)[\s:]+[^\W\d_]", re.IGNORECASE)
_NAME = 20
"""Letters up to which a part of a title may be the name of a section."""
_STEM = re.compile(r"\b[^\W\d_]{4,5}")
_BARS = 5
"""Bars of a title behind which its headline may end: each is read with all before it."""
_SEPARATOR = re.compile(r"\s*[|»«/•]+\s*|\s[-–—:]+\s|(?<=\w): ")
_OF_SITE = frozenset({"logo", "site-name", "sitename", "site-title", "headerlogo", "brand", "site-logo"})
_BESIDE = names_say("sponsor|comment|counter|(?:^|[ _-])views?(?:$|[ _-])")
_COUNT = re.compile(r"(?:комментари\w+|коментар\w+|comments?|views?|\W)*\d*\W*", re.IGNORECASE)


def _headings(
    page: Outline, site_name: str | None, *tags: str, among: Callable[[str], bool] = bool
) -> list[tuple[str, str]]:
    """Return tag and text of the headings that may be the headline."""
    headings = []
    for i in page.positions(*tags):
        element = page.elements[i]
        text = _heading_text(element)
        if (
            5 < len(text) < 400
            and among(text)
            and not _names_outlet(element, text, site_name)
            and not _is_over_the_page(element)
        ):
            headings.append((page.tags[i], text))
    return headings


def _names_outlet(element: HtmlElement, text: str, site_name: str | None) -> bool:
    class_names = {*element.get("class", "").lower().split(), element.get("id", "").lower()}
    link = element.find(".//a")
    href = "#" if link is None else (link.get("href") or "#")
    leads_home = link is not None and (link.get("rel") == "home" or _HOME.fullmatch(href) is not None)
    is_all = leads_home and one_line(link.text_content() or "") == text
    return is_all or not class_names.isdisjoint(_OF_SITE) or text == site_name


def _is_over_the_page(element: HtmlElement) -> bool:
    """Tell if a heading is that of a window over the page, such as an offer of a newsletter."""
    for parent in (element, *islice(element.iterancestors(), 5)):
        if _OVER_THE_PAGE(parent.get("class") or "") or _OVER_THE_PAGE(parent.get("id") or ""):
            return True
    return False


_OVER_THE_PAGE = names_say(r"(?:^|[\s_-])(?:dialog|modal|popup|pop-up|lightbox|newsletter)(?:$|[\s_-])")
_HOST_PART = re.compile(r"^(?P<first>[^|:»]{3,30}?)\s*(?:[|»]|\s:\s|::)\s*(?P<rest>.{12,})$")
_DOMAIN_LAST = re.compile(r"\s+[-–—|]\s+(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,18}$", re.IGNORECASE)


def _without_host(title: str, url: str) -> str:
    """Return a title without the outlet's address at its end, or at its beginning the name in the address."""
    title = _DOMAIN_LAST.sub("", title)
    if match := _HOST_PART.match(title):
        host = for_comparison((urlsplit(url).hostname or "").removeprefix("www."))
        first = for_comparison(match["first"])
        if len(first) > 3 and (host.startswith(first) or first == host):
            return match["rest"]
    return title


_HOME = re.compile(r"(?:(?:https?:)?//[^/?#]+)?/?(?:index\.\w+)?")


def _heading_text(element: HtmlElement) -> str:
    """Return the text of a heading, its parts set apart, without counters of comments and sponsors."""
    parts: list[str] = []
    _add_text(element, parts)
    return one_line("".join(parts)).rstrip(" :|")


def _add_text(element: HtmlElement, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        text = one_line(child.text_content()) if isinstance(child.tag, str) else ""
        if isinstance(child.tag, str) and not (_is_beside(child, text) or _is_second(child, text, parts)):
            inside: list[str] = []
            _add_text(child, inside)
            if "".join(parts)[-1:].islower() and "".join(inside)[:1].isupper():
                parts.append(" ")
            parts += inside
        tail = child.tail or ""
        if child.tag == "br" or (tail[:1].isupper() and "".join(parts)[-1:].islower()):
            parts.append(" ")
        parts.append(tail)


def _is_beside(element: HtmlElement, text: str) -> bool:
    if element.tag in {"script", "style", "noscript"}:
        return True
    if len(text) < 60 and _BESIDE(f"{element.get('class', '')} {element.get('id', '')}"):
        return True
    is_count = element.tag in {"a", "span", "small", "sup"} and _COUNT.fullmatch(text) is not None
    return is_count and any(map(str.isalpha, text))


def _is_second(element: HtmlElement, text: str, before: list[str]) -> bool:
    """Tell if a part of a heading is its date, or a button or small print after the headline itself."""
    if element.tag == "time":
        return True
    if (
        element.tag == "a"
        and element.get("href", "").startswith("#")
        and len("".join(before).strip()) > _NAME
    ):
        # a button behind the headline: `Add to my list`
        return True
    if len(text) < 40 and any(letter.isdigit() for letter in text) and is_bare(text):
        return True
    return element.tag == "small" and len("".join(before).strip()) > _NAME


def _likeness(title_a: str, title_b: str) -> float:
    """Tell how much of the longer text the shorter is, from 0 to 1; 0 where they do not agree at all."""
    if not _agree(title_a, title_b):
        return 0.0
    a, b = for_comparison(title_a), for_comparison(title_b)
    return min(len(a), len(b)) / max(len(a), len(b)) if a in b or b in a else 0.6


def _agree(title_a: str, title_b: str) -> bool:
    a, b = for_comparison(title_a), for_comparison(title_b)
    if not a or not b:
        return False
    if a in b or b in a:
        return min(len(a), len(b)) > 12
    words_a, words_b = set(title_a.casefold().split()), set(title_b.casefold().split())
    return (
        len(words_a & words_b) >= 0.6 * min(len(words_a), len(words_b))
        and min(len(words_a), len(words_b)) > 3
    )


def without_outlet(title: str, site_name: str | None, headline: str | None) -> str | None:
    """Return a title without ` | Outlet` at its end; `headline` is the same headline from another source."""
    # `Caucasus Wire :: Road to Tusheti reopens`: titles of old pages
    parts = one_line(title).split(" :: ")
    same = [part for part in parts if headline is not None and _agree(part, headline)]
    title = max(same or [part for part in parts if part != site_name] or parts, key=len)
    while match := _SUFFIX.match(title):
        agrees = headline is not None and for_comparison(headline) == for_comparison(match[1])
        bar = title[match.end(1) : match.start(2)].strip() not in {"-", "–", "—", ":"}
        if not (agrees or bar or _is_outlet(match[2], site_name, len(match[1].split()))):
            break
        title = match[1]
    return title or None


def _is_outlet(tail: str, site_name: str | None, words_before: int) -> bool:
    """Tell if the end of a title is the outlet's name, which may be in another language than og:site_name."""
    if site_name is not None and for_comparison(site_name) in for_comparison(tail):
        return True
    is_short = len(tail.split()) <= (4 if site_name is None else 2) and tail[:1].isupper()
    return is_short and words_before > 3 and not re.search(r"\d|[.!?]$", tail)
