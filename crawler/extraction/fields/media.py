"""Media and outbound links of an article: pictures, videos, and pages of other sites."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.document.outline import Outline
from crawler.extraction.fields.alternates import absolute, is_home_page
from crawler.items import Medium

_MOST = 50
"""Media of one article, and links of one article, at most."""
_LONGEST = 1000
"""Characters of an address; longer ones contain data."""
_LAZY = ("data-src", "data-original", "data-lazy-src", "src")
"""Attributes with the address of a picture; `src` may be a placeholder until the picture is visible."""
_YOUTUBE = re.compile(
    r"(?:^|\.)(?:youtu\.be/|(?:youtube|youtube-nocookie)\.com/(?:(?:embed|shorts|live|v)/|watch\?(?:.*&)?v=))"
    r"([\w-]{11})(?![\w-])"
)
_PLAYER = re.compile(
    r"(?:^|\.)(?:(?:vimeo|dailymotion|rumble|tiktok|rutube)\.\w+/.*\d|facebook\.com/(?:plugins/video|.+/videos/|watch)"
    r"|.*/(?:players?|videos?|embed)[/?.])",
    re.IGNORECASE,
)
_FOR_SHARING = re.compile(
    r"(?:^|\.)(?:facebook\.com/(?:sharer|share\.php|dialog)|(?:twitter|x)\.com/(?:share|intent)|t\.me/share"
    r"|telegram\.me/share|wa\.me/|(?:api\.)?whatsapp\.com/send|linkedin\.com/share|vk\.com/share|pinterest\.\w+/pin/create"
    r"|share\.flipboard\.com/|(?:news|subscribe)\.google\.\w+/)"
)


@dataclass(frozen=True, slots=True)
class Shown:
    media: tuple[Medium, ...] = ()
    outbound_links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """An element that pruning removes: a player, or the script of an embedded post."""

    tag: str
    address: str
    parent: HtmlElement


def note_frames(page: Outline) -> tuple[Frame, ...]:
    """Collect the frames; call it before the tree is pruned."""
    frames = []
    for i in page.by_tag.get("iframe", ()):
        if address := _first(page.attributes[i]):
            frames.append(Frame("iframe", address, page.elements[i].getparent()))
    for i in page.by_tag.get("script", ()):
        if post := page.elements[i].get("data-telegram-post"):
            frames.append(Frame("a", f"https://t.me/{post}", page.elements[i].getparent()))
    return tuple(frames)


def read_shown(container: HtmlElement, frames: tuple[Frame, ...], url: str) -> Shown:
    """Read media and links of the element with the text, after the tree was pruned."""
    media: dict[tuple[str, str], Medium] = {}
    links: dict[str, None] = {}
    host = _host(url)
    for tag, address in _addresses(container, frames, "/".join(url.split("/", 3)[:3]) + "/"):
        target = absolute(url, address)
        if target is None or len(target) > _LONGEST or not target.isprintable():
            continue
        if tag in {"iframe", "video", "source"} or (tag == "a" and _YOUTUBE.search(_bare(target))):
            if video := _video(target, sure=tag != "iframe"):
                media.setdefault(("video", video), Medium("video", video))
        elif tag == "img":
            media.setdefault(("image", target), Medium("image", target))
        elif not (
            _of_one_site(host, _host(target)) or is_home_page(target) or _FOR_SHARING.search(_bare(target))
        ):
            links.setdefault(target)
    return Shown(tuple(islice(media.values(), _MOST)), tuple(islice(links, _MOST)))


def _addresses(container: HtmlElement, frames: tuple[Frame, ...], site: str) -> Iterator[tuple[str, str]]:
    """Yield tag and address in page order, then the frames.

    `site` is the beginning of addresses of the page's own site.
    """
    for element in container.iter("a", "img", "video", "source"):
        tag = element.tag
        address = element.get("href") if tag == "a" else _first(element.attrib)
        # a relative link leads to the same site
        is_internal = tag == "a" and ("//" not in (address or "")[:10] or address.startswith(site))
        if address and not is_internal and (tag != "source" or element.getparent().tag != "picture"):
            yield tag, address
    for frame in frames:
        if container is frame.parent or container in frame.parent.iterancestors():
            yield frame.tag, frame.address


def _first(attributes: Mapping[str, str]) -> str:
    return next((attributes[name] for name in _LAZY if attributes.get(name)), "")


def _video(address: str, *, sure: bool) -> str | None:
    """Return the address of a player's video; None if a frame is no player."""
    if match := _YOUTUBE.search(_bare(address)):
        return f"https://www.youtube.com/watch?v={match[1]}"
    if not sure and not _PLAYER.search(_bare(address)):
        return None
    if address.partition("?")[0].endswith("facebook.com/plugins/video.php"):
        return next(iter(parse_qs(urlsplit(address).query).get("href", ())), address)
    return address


def _bare(address: str) -> str:
    return address.partition("://")[2]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _of_one_site(a: str, b: str) -> bool:
    """Tell if one host is below the other, or both below the same name that is no suffix such as `com.ua`."""
    if a == b or a.endswith(f".{b}") or b.endswith(f".{a}"):
        return True
    ends = a.split(".")[-2:]
    return (
        len(ends) == 2 and len(ends[0]) > 3 and not a.replace(".", "").isdigit() and ends == b.split(".")[-2:]
    )
