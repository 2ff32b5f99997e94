"""The kind of a page and its evidence, so that a live blog or a wall is not taken for an article."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.body.text_blocks import Body
from crawler.extraction.document.class_names import name_says
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import for_comparison, one_line
from crawler.extraction.fields.linked_data import LinkedData
from crawler.extraction.fields.metadata import Metadata
from crawler.extraction.kind.lists import list_sign
from crawler.extraction.kind.paywalls import wall_line
from crawler.items import Claim

_Boxes = dict[str, list[HtmlElement]]

Kind = Literal["article", "live-blog", "video", "gallery", "paywalled", "truncated", "brief", "list"]

BRIEF = 200
"""Characters of body below which a page has to prove that it is a news item."""
_WHOLE_BRIEF, _LEAST_BRIEF, _HEADLINE = 500, 20, 3
"""Letters of an <article> that may be a brief, with its headline, time and tags, and of its paragraph; words
of its headline."""
_NOT_IN_BRIEFS = frozenset(
    {"form", "input", "button", "article", "h2", "h3", "h4", "iframe", "video", "table"}
)
_STOP = re.compile(r"[.!?…][»”\"')]*$")
_RUNNING = 600
"""Characters from which a page with a video or a gallery is an article."""
_ENTRIES = 3
_TIMED_BLOCKS, _ENTRY = 5, 80
"""Least entries with times, and least letters of each on average, of a live blog."""
_CLOCK = re.compile(
    r"(?:[(\[]\s*|(?:оновлено|обновлено|updated)(?: о| в| at)?\s+)?"
    r"([01]?\d|2[0-3])[:.]([0-5]\d)(?![\d.:]\d)(?!\s*(?:%|км|км/год|млн|м\b))",
    re.IGNORECASE,
)
_MINUTE = re.compile(
    r"(\d{1,3})(?:\s?\+\s?\d{1,2})?(?:\s?['’′](?![^\W\d_])|(?:-\w{1,2})?\s?(?:хв|мин|min)\b)", re.IGNORECASE
)
"""Minute of a match: `67'`, `90+2'`, `12 min`; `10 'Hamlet'` is a place in a list."""
_ALONE = 20
"""Characters of a line that is only a time, at most."""
_PICTURES = 6
_PLAYER = re.compile(
    r"//(?:www\.)?(?:youtube(?:-nocookie)?\.com/embed|player\.vimeo\.com|(?:geo\.)?dailymotion\.com/(?:embed|player)"
    r"|rutube\.ru/play|vk\.com/video|ok\.ru/videoembed|facebook\.com/plugins/video)|//[^/]*\bplayer\b"
)
_SHOWS = {"article", "main", "figure"}
_SLIDES = ("gallery", "slide", "swiper", "carousel")

_NAMES = re.compile(
    r"(?P<live>live-?blog|live_blog|liveticker|live-ticker)|(?P<gallery>(?:photo|image|foto)-?_?gallery|fotorama"
    r"|gallery-?(?:list|item|slide))|(?P<player>jw-?player|video-?js|video-?player|brightcove)"
    r"|(?P<wall>[ _-](?:pay-?_?wall|piano-?(?:offer|paywall)|subscribe-?to-?read"
    r"|premium-?(?:lock|wall))[ _-])"
)
_WORDS_OF_A_KIND = (
    "live", "gallery", "fotorama", "wall", "piano", "subscribe", "premium", "jwplayer", "jw-player",
    "video-js", "videojs", "video-player", "videoplayer", "brightcove",
)  # fmt: skip
_may_be_named = name_says("|".join(_WORDS_OF_A_KIND))
_NAMED = {"div", "section", "ul", "ol", "main", "article", "aside", "p"}
_TIMED = etree.XPath(".//time | .//*[contains(@class, 'time')][string-length(normalize-space(.)) < 12]")
_MORE_LINK = re.compile(
    r"(?:(?:читати|дивитися) (?:далі|повністю)|читать (?:дальше|далее|полностью)|подробнее|докладніше"
    r"|(?:читати|читать) (?:далі|повністю|дальше|далее|полностью) (?:на|у|в) .{2,30}"
    r"|read more|continue reading|read (?:the )?full (?:story|article))\W*",
    re.IGNORECASE,
)
_MORE_BEGINS = {"ч", "д", "п", "r", "c"}
"""First letters of such a link, for a fast check before the pattern."""
_WALL_ELEMENT = "an element of a wall"
_OVERLAY = "a notice over the page"
_CUT = re.compile(r"(?:…|\.{3})\W{0,3}$")


def page_signs(
    page: Outline, data: LinkedData, metadata: Metadata, *, dated: bool = True
) -> tuple[Claim, ...]:
    """Return the evidence for each kind before pruning: `source` is the kind, `value` the evidence.

    `dated` says if the page has a day of publication.
    """
    boxes = _boxes(page)
    says_article = page_type(data, metadata) is not None
    evidence: dict[Kind, list[str | None]] = {
        "list": [list_sign(page, data, metadata, says_article=says_article, dated=dated)],
        "live-blog": [_live_sign(data, boxes)],
        "paywalled": [*_wall_signs(page, data, metadata, boxes)],
        "video": [_video_sign(page, data, metadata, boxes)],
        "gallery": [_gallery_sign(page, data, metadata, boxes)],
        "truncated": ["a link to the rest" if any(map(_MORE_LINK.fullmatch, _links(page))) else None],
    }
    return tuple(Claim(kind, why) for kind, signs in evidence.items() for why in signs if why)


def _live_sign(data: LinkedData, boxes: _Boxes) -> str | None:
    if "LiveBlogPosting" in data.kinds:
        return "json-ld LiveBlogPosting"
    has_entries = any(len(_TIMED(box)) >= _ENTRIES for box in boxes.get("live", ()))
    return "timed entries" if has_entries else None


def _wall_signs(page: Outline, data: LinkedData, metadata: Metadata, boxes: _Boxes) -> Iterator[str]:
    if data.free is False:
        yield "json-ld isAccessibleForFree"
    if (tier := metadata.names.get("article:content_tier", "").lower()) in {"locked", "premium"}:
        yield f"meta article:content_tier {tier}"
    if "wall" in boxes:
        yield _WALL_ELEMENT
    if wall := wall_line(page):
        yield f"{_OVERLAY if wall.overlay else 'the line'} {wall.line[:80]!r}"


def _video_sign(page: Outline, data: LinkedData, metadata: Metadata, boxes: _Boxes) -> str | None:
    has_video = "VideoObject" in data.kinds
    if has_video and data.article_kind is None:
        return "json-ld VideoObject"
    if (og_type := metadata.names.get("og:type", "").lower()).startswith("video"):
        return f"og:type {og_type}"
    has_video = has_video or "og:video" in metadata.names or "video" in page.by_tag or _plays(page, boxes)
    return "a video on the page" if has_video else None


def _gallery_sign(page: Outline, data: LinkedData, metadata: Metadata, boxes: _Boxes) -> str | None:
    if pictures := next((k for k in data.kinds if k in {"ImageGallery", "MediaGallery"}), None):
        return f"json-ld {pictures}"
    if "gallery" in (og_type := metadata.names.get("og:type", "").lower()):
        return f"og:type {og_type}"
    if not _has_pictures(page):
        return None
    return "its pictures" if "gallery" not in boxes else "an element of a gallery"


def read_kind(
    signs: tuple[Claim, ...], data: LinkedData, metadata: Metadata, text: Body, element: str | None = None
) -> tuple[Claim, ...]:
    """Return claims `kind`, `kind_source` and, if the page says that it is a news item, `page_type`.

    `element` is what `element_of_brief` returned.
    """
    kind, why = _decide(signs, data, text)
    claims = [Claim("kind", kind), Claim("kind_source", why)]
    if (type_of_page := page_type(data, metadata) or (element if kind == "brief" else None)) is not None:
        claims.append(Claim("page_type", type_of_page))
    return tuple(claims)


def element_of_brief(page: Outline, headline: str | None) -> str | None:
    """Return the evidence that a page without any statement in its head is a brief; None for all others.

    It has one <article> with an <h1>, which is the headline and no link, and a single short paragraph with
    it. A card of a list leads to its story by a link, a wall has a form or a button.
    """
    if headline is None or len(headline.split()) < _HEADLINE or "h1" not in page.by_tag:
        return None
    articles = [x for x in page.of("article") if x.find(".//h1") is not None]
    if len(articles) != 1 or articles[0].getparent() is None or short_text(articles[0], _WHOLE_BRIEF) is None:
        return None
    headings = articles[0].findall(".//h1")
    if len(headings) != 1 or for_comparison(headings[0].text_content()) != for_comparison(headline):
        return None
    if headings[0].find(".//a") is not None or any(x.tag == "a" for x in headings[0].iterancestors()):
        return None
    return "an <article> with the headline and one paragraph" if _is_one_paragraph(articles[0]) else None


def _is_one_paragraph(article: HtmlElement) -> bool:
    """Tell if it has one short running paragraph, few links and nothing else."""
    if any(element.tag in _NOT_IN_BRIEFS for element in article.iterdescendants()):
        return False
    lines = [one_line(x.text_content()) for x in article.iter("p")]
    running = [line for line in lines if len(line) >= _LEAST_BRIEF and _STOP.search(line)]
    if len(running) != 1 or len(running[0]) >= BRIEF:
        return False
    return 2 * sum(len(one_line(x.text_content())) for x in article.iter("a")) <= len(running[0])


def _decide(signs: tuple[Claim, ...], data: LinkedData, text: Body) -> tuple[Kind, str]:
    by_kind: dict[str, list[str]] = {}
    for sign in signs:
        by_kind.setdefault(sign.source, []).append(sign.value)
    body = text.text
    length = len(body)
    if "list" in by_kind:
        return "list", by_kind["list"][0]
    if "live-blog" in by_kind:
        return "live-blog", by_kind["live-blog"][0]
    if (entries := _timed_blocks(text)) >= _TIMED_BLOCKS:
        return "live-blog", f"{entries} entries that begin with their time"
    walls = by_kind.get("paywalled", [])
    if _is_walled(walls, length):
        return "paywalled", "; ".join(walls)
    for kind in _SHOWN_KINDS if length < _RUNNING else ():
        signs_of_kind = _enough_signs(by_kind.get(kind, []), length)
        if signs_of_kind:
            return kind, signs_of_kind[0]
    if (evidence := _missing(data, body)) is not None:
        return "truncated", evidence
    if "truncated" in by_kind and _CUT.search(body) and length < 3 * _RUNNING:
        return "truncated", f"{by_kind['truncated'][0]}, and a text that breaks off"
    if length < BRIEF:
        return "brief", f"{length} characters"
    return "article", data.article_kind or "its text"


_SHOWN_KINDS: tuple[Kind, ...] = ("video", "gallery")


def _enough_signs(signs: list[str], length: int) -> list[str]:
    """Return what the page's data says; of a brief, any sign."""
    surely = [why for why in signs if why.startswith(("json-ld", "og:type"))]
    return surely or (signs if length < BRIEF else [])


def _is_walled(walls: list[str], length: int) -> bool:
    """Tell if the signs of a paywall suffice.

    isAccessibleForFree is false on many pages that show everything, and an element of class paywall may hold
    the text itself: one of the two alone needs a second sign.
    """
    least = _RUNNING if all(why.startswith(_OVERLAY) for why in walls) else 3 * _RUNNING
    return len(walls) > 1 or bool(walls and walls != [_WALL_ELEMENT] and length < least)


def _timed_blocks(text: Body) -> int:
    """Count the entries that begin with a time, in one order, and have text; 0 for a timetable."""
    clocks: list[int] = []
    letters = 0
    for block in text.blocks:
        if block.kind == "caption":
            continue
        if minute := _MINUTE.match(block.text):
            clocks.append(int(minute[1]))
        elif clock := _CLOCK.match(block.text):
            clocks.append(60 * int(clock[1]) + int(clock[2]))
        if clocks:
            letters += len(block.text)
    if not clocks:
        # times in lines of their own are left out of the text
        alone = [_CLOCK.match(line.text) for line in text.dropped if len(line.text) < _ALONE]
        clocks = [60 * int(clock[1]) + int(clock[2]) for clock in alone if clock]
        letters = len(text.text)
    if len(clocks) < _TIMED_BLOCKS or letters < _ENTRY * len(clocks):
        return 0
    # one step in the other direction is midnight
    back = sum(first > second for first, second in pairwise(clocks))
    return len(clocks) if min(back, len(clocks) - 1 - back) <= 1 else 0


def _missing(data: LinkedData, body: str) -> str | None:
    """Return the evidence that JSON-LD has much more text than the page shows."""
    if data.body and len(data.body) > 2 * len(body) + BRIEF:
        return f"json-ld articleBody has {len(data.body)} characters, the page {len(body)}"
    if data.words and data.words > 2 * (words := len(body.split())) + 50:
        return f"json-ld wordCount says {data.words}, the page has {words}"
    return None


def page_type(data: LinkedData, metadata: Metadata) -> str | None:
    """Return what in the page's head calls it an article; None where nothing does."""
    if data.article_kind is not None:
        return f"json-ld {data.article_kind}"
    if metadata.names.get("og:type", "").lower() == "article":
        return "og:type article"
    # Open Graph has these properties for articles only
    property_name = next(
        (name for name in metadata.names if name.startswith("article:") and name != "article:publisher"), None
    )
    return f"meta {property_name}" if property_name else None


def _boxes(page: Outline) -> _Boxes:
    """Return elements by the kind that their names suggest."""
    boxes: dict[str, list[HtmlElement]] = {}
    names = (*page.by_class.items(), *page.by_id.items(), *page.by_itemtype.items())
    # no attribute has the separator
    all_names = "\x00".join([name for name, _ in names]).lower()
    words = [word for word in _WORDS_OF_A_KIND if word in all_names]
    lowered = all_names.split("\x00")
    for (name, positions), plain in zip(names, lowered, strict=True) if words else ():
        if (
            any(map(plain.__contains__, words))
            and _may_be_named(name)
            and (match := _NAMES.search(f" {name} ".lower()))
        ):
            for i in positions:
                if page.tags[i] in _NAMED:
                    boxes.setdefault(str(match.lastgroup), []).append(page.elements[i])
    return boxes


def _plays(page: Outline, boxes: dict[str, list[HtmlElement]]) -> bool:
    """Tell if a video player is on the page, its own or another site's."""
    return (
        "player" in boxes
        or "video-js" in page.by_tag
        or any(_PLAYER.search(page.attributes[i].get("src", "")) for i in page.by_tag.get("iframe", ()))
    )


def _has_pictures(page: Outline) -> bool:
    """Tell if an article has at least six pictures, in figures or in a gallery."""
    count = 0
    within: dict[HtmlElement, bool] = {}
    for image in page.of("img"):
        passed = []
        in_gallery = False
        for parent in image.iterancestors():
            # most pictures share their ancestors
            if parent in within:
                in_gallery = within[parent]
                break
            passed.append(parent)
            if parent.tag in _SHOWS or any(map((parent.get("class") or "").__contains__, _SLIDES)):
                in_gallery = True
                break
        within.update(dict.fromkeys(passed, in_gallery))
        count += in_gallery
        if count >= _PICTURES:
            return True
    return False


def _links(page: Outline) -> Iterator[str]:
    """Yield short link texts that may lead to the rest of a text."""
    for i in page.by_tag.get("a", ()):
        link, text = page.elements[i], page.texts[i]
        if not text and len(link):
            text = link[0].text or ""
        if 6 < len(text) < 60 and (
            not (start := text.lstrip()[:1]).isalpha() or start.lower() in _MORE_BEGINS
        ):
            yield one_line(text)
