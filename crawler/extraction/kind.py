"""What kind of page it is, and what on it says so: a live blog or a wall is not passed off as an article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from lxml import etree

from crawler.extraction.outline import names_say
from crawler.extraction.text import one_line
from crawler.items import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.extraction.body import Body
    from crawler.extraction.linked_data import LinkedData
    from crawler.extraction.metadata import Metadata
    from crawler.extraction.outline import Outline

Kind = Literal["article", "live-blog", "video", "gallery", "paywalled", "truncated", "brief"]

BRIEF = 200
"""Characters of body below which a page has to show that it is a news item."""
_RUNNING = 600
"""Characters from which a page with a video or a gallery is an article with one."""
_ENTRIES = 3
_PICTURES = 6
_SHOWS = {"article", "main", "figure"}
_LINES = {"p", "div", "span", "h2", "h3", "h4", "a", "b", "strong", "em", "button"}

_NAMES = re.compile(
    r"(?P<live>live-?blog|live_blog|liveticker|live-ticker)|(?P<gallery>(?:photo|image|foto)-?_?gallery|fotorama"
    r"|gallery-?(?:list|item|slide))"
    r"|(?P<wall>[ _-](?:pay-?_?wall|piano-?(?:offer|paywall)|subscribe-?to-?read"
    r"|premium-?(?:lock|wall))[ _-])"
)
_WORDS_OF_A_KIND = ("live", "gallery", "fotorama", "wall", "piano", "subscribe", "premium")
_may_be_named = names_say("|".join(_WORDS_OF_A_KIND))
_NAMED = {"div", "section", "ul", "ol", "main", "article", "aside", "p"}
_TIMED = etree.XPath(".//time | .//*[contains(@class, 'time')][string-length(normalize-space(.)) < 12]")
_WALL_LINE = re.compile(
    r"(?:щоб|аби) (?:про)?читати (?:далі|повн|статтю|матеріал)|передплат\w+,? (?:щоб|аби) (?:про)?читати"
    r"|(?:продовження|повн\w+ (?:текст|верс\w+)|матеріал|стаття) (?:лише |тільки )?(?:доступн\w+|для)"
    r" (?:лише |тільки )?(?:за передплат|для передплат|передплатник)"
    r"|чтобы (?:про)?читать (?:дальше|далее|полн|стать|материал)|оформите подписку,? чтобы"
    r"|(?:продолжение|полн\w+ (?:текст|верс\w+)|материал|стать\w+) (?:только )?(?:доступ\w+|для)"
    r" (?:только )?(?:по подписке|для подписчик|подписчик)|подпишитесь,? чтобы (?:про)?читать"
    r"|(?:subscribe|sign in|log in|register|become a member) (?:now )?to (?:continue|keep|read)"
    r"|(?:article|content|story) is (?:only )?(?:available )?(?:only )?(?:for|to) (?:our )?"
    r"(?:paid )?(?:premium )?(?:subscribers|members)|already a subscriber\?"
    r"|to (?:continue|keep) reading,? (?:please )?(?:subscribe|sign|log|register)",
    re.IGNORECASE,
)
_WORDS_OF_A_WALL = ("ита", "ередплат", "одпис", "оступ", "read", "member", "subscriber")
_END = "\x00"
"""In no text, for a page is read without control characters."""
_MORE_LINK = re.compile(
    r"(?:(?:читати|дивитися) (?:далі|повністю)|читать (?:дальше|далее|полностью)|подробнее|докладніше"
    r"|read more|continue reading|read (?:the )?full (?:story|article))\W*",
    re.IGNORECASE,
)
_WALL_ELEMENT = "an element of a wall"
_CUT = re.compile(r"(?:…|\.{3})\W{0,3}$")


def page_signs(page: Outline, data: LinkedData, said: Metadata) -> tuple[Claim, ...]:
    """What speaks for a kind, before the tree is taken apart: source is the kind, value who says so."""
    signs: list[tuple[Kind, str]] = []
    boxes = _boxes(page)
    og_type = said.names.get("og:type", "").lower()
    if "LiveBlogPosting" in data.kinds:
        signs.append(("live-blog", "json-ld LiveBlogPosting"))
    elif any(len(_TIMED(box)) >= _ENTRIES for box in boxes.get("live", ())):
        signs.append(("live-blog", "timed entries"))
    if data.free is False:
        signs.append(("paywalled", "json-ld isAccessibleForFree"))
    if "wall" in boxes:
        signs.append(("paywalled", _WALL_ELEMENT))
    if wall := _wall_line(page):
        signs.append(("paywalled", f"the line {wall[:80]!r}"))
    if "VideoObject" in data.kinds and data.article_kind is None:
        signs.append(("video", "json-ld VideoObject"))
    elif og_type.startswith("video"):
        signs.append(("video", f"og:type {og_type}"))
    elif "VideoObject" in data.kinds or "og:video" in said.names or "video" in page.by_tag:
        signs.append(("video", "a video on the page"))
    if pictures := next((k for k in data.kinds if k in {"ImageGallery", "MediaGallery"}), None):
        signs.append(("gallery", f"json-ld {pictures}"))
    elif "gallery" in og_type:
        signs.append(("gallery", f"og:type {og_type}"))
    elif _has_pictures(page):
        signs.append(("gallery", "its pictures" if "gallery" not in boxes else "an element of a gallery"))
    if any(_MORE_LINK.fullmatch(line) for line in _links(page)):
        signs.append(("truncated", "a link to the rest"))
    return tuple(Claim(kind, why) for kind, why in signs)


def read_kind(signs: tuple[Claim, ...], data: LinkedData, said: Metadata, text: Body) -> tuple[Claim, ...]:
    """`kind`, `kind_source`, and `page_type` where the page says that it is a news item."""
    kind, why = _decide(signs, data, text)
    found = [Claim("kind", kind), Claim("kind_source", why)]
    if (page_type := _page_type(data, said)) is not None:
        found.append(Claim("page_type", page_type))
    return tuple(found)


def _decide(signs: tuple[Claim, ...], data: LinkedData, text: Body) -> tuple[Kind, str]:
    said: dict[str, list[str]] = {}
    for sign in signs:
        said.setdefault(sign.source, []).append(sign.value)
    body = text.text
    length = len(body)
    if "live-blog" in said:
        return "live-blog", said["live-blog"][0]
    # isAccessibleForFree is false on many a page that shows all it has, and a class called paywall may hold
    # the text itself: one of the two alone has to be seconded
    walls = said.get("paywalled", [])
    if len(walls) > 1 or (walls and walls != [_WALL_ELEMENT] and length < 3 * _RUNNING):
        return "paywalled", "; ".join(walls)
    if length < _RUNNING:
        for kind in ("video", "gallery"):
            surely = [why for why in said.get(kind, ()) if why.startswith(("json-ld", "og:type"))]
            seen = said.get(kind, []) if length < BRIEF else []
            if surely or seen:
                return kind, (surely or seen)[0]
    if (whole := _missing(data, body)) is not None:
        return "truncated", whole
    if "truncated" in said and _CUT.search(body) and length < 3 * _RUNNING:
        return "truncated", f"{said['truncated'][0]}, and a text that breaks off"
    if length < BRIEF:
        return "brief", f"{length} characters"
    return "article", data.article_kind or "its text"


def _missing(data: LinkedData, body: str) -> str | None:
    """Where JSON-LD has much more of the text than the page shows."""
    words = len(body.split())
    if data.body and len(data.body) > 2 * len(body) + BRIEF:
        return f"json-ld articleBody has {len(data.body)} characters, the page {len(body)}"
    if data.words and data.words > 2 * words + 50:
        return f"json-ld wordCount says {data.words}, the page has {words}"
    return None


def _page_type(data: LinkedData, said: Metadata) -> str | None:
    if data.article_kind is not None:
        return f"json-ld {data.article_kind}"
    if said.names.get("og:type", "").lower() == "article":
        return "og:type article"
    # properties that the Open Graph gives to articles only
    stated = next(
        (name for name in said.names if name.startswith("article:") and name != "article:publisher"), None
    )
    return f"meta {stated}" if stated else None


def _boxes(page: Outline) -> dict[str, list[HtmlElement]]:
    """Elements whose names speak of a kind."""
    found: dict[str, list[HtmlElement]] = {}
    names = (*page.by_class.items(), *page.by_id.items(), *_by_type(page).items())
    joined = _END.join([name for name, _ in names]).lower()
    words = [word for word in _WORDS_OF_A_KIND if word in joined]
    for name, positions in names if words else ():
        if (
            any(word in name.lower() for word in words)
            and _may_be_named(name)
            and (match := _NAMES.search(f" {name} ".lower()))
        ):
            for i in positions:
                if page.tags[i] in _NAMED:
                    found.setdefault(str(match.lastgroup), []).append(page.elements[i])
    return found


def _by_type(page: Outline) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, said in enumerate(page.attributes):
        if "itemtype" in said:
            found.setdefault(said["itemtype"], []).append(i)
    return found


def _has_pictures(page: Outline) -> bool:
    """Whether there are six and more in an article, figures or what is called a gallery."""
    count = 0
    for image in page.of("img"):
        count += any(
            parent.tag in _SHOWS or "gallery" in (parent.get("class") or "")
            for parent in image.iterancestors()
        )
        if count >= _PICTURES:
            return True
    return False


def _wall_line(page: Outline) -> str | None:
    """The first; to look for its words in all lines at once takes a tenth of looking at each."""
    lines = [
        own for tag, own in zip(page.tags, page.texts, strict=True) if 12 < len(own) < 300 and tag in _LINES
    ]
    joined = _END.join(lines)
    starts: set[int] = set()
    for word in _WORDS_OF_A_WALL:
        at = joined.find(word)
        while at >= 0:
            starts.add(joined.rfind(_END, 0, at) + 1)
            at = joined.find(word, at + 1)
    for start in sorted(starts):
        end = joined.find(_END, start)
        line = one_line(joined[start : end if end >= 0 else None])
        if _WALL_LINE.search(line):
            return line
    return None


def _links(page: Outline) -> Iterator[str]:
    """What is printed on links, where it is short and their own."""
    for i in page.by_tag.get("a", ()):
        link, own = page.elements[i], page.texts[i]
        if not own and len(link):
            own = link[0].text or ""
        if 6 < len(own) < 60:
            yield one_line(own)
