"""Decoding: bytes to one parsed tree, whatever encoding the bytes claim to be in."""

import codecs
import re
from dataclasses import replace
from typing import NamedTuple

from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

from archive.format.reasons import Reason
from crawler.exceptions import Unreadable
from crawler.extraction.document.encodings import LABELS, by_letters
from crawler.extraction.document.outline import Outline, outline
from crawler.extraction.document.text import printable

MAX_BYTES = 5_000_000
"""Bytes of a page; the largest of 241 real news pages has 1.4 MB, their median is 80 kB."""
MAX_ELEMENTS = 20_000
"""Elements of a page; the largest of these pages has 3,129, a long live blog some 12,000."""

LONGEST_NAME = 5_000
"""Characters of a class or id; the longest on these pages has 2,285."""

MOST_ATTRIBUTES = 1_000
"""Attributes of one element; lxml's time grows with their square, and the most on these pages is 64."""
_LONG_TAG = re.compile(rb"<[A-Za-z][^>]{3000}")
_ATTRIBUTE = rb"""[\s/]*+[^\s=>/]{1,100}+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]{1,1000}+))?+"""
_MANY_ATTRIBUTES = re.compile(
    rb"<[A-Za-z][\w:-]{0,100}+(?:%b){12,%d}+(%b)?+" % (_ATTRIBUTE, MOST_ATTRIBUTES, _ATTRIBUTE)
)
"""A tag with at least twelve attributes; the group is one attribute too many. Tags with fewer are skipped
early."""
_NO_TAGS = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1|\Z)", re.DOTALL | re.IGNORECASE
)
_MAY_HIDE_ONE = 128 << 10
"""Bytes from which the length of a tag is not enough, as a `>` may be inside a value."""

_OTHER_FORMATS = (
    b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"PK\x03\x04", b"\x1f\x8b", b"\x00\x00\x01\x00",
    b"ID3", b"OggS", b"Rar!", b"7z\xbc\xaf", b"{\"", b"[{", b"wOF", b"\x7fELF",
)  # fmt: skip
_ODD_LABEL = re.compile(
    rb"<meta\b[^>]{0,200}\bcharset\s*=\s*[\"']?(%b)\b" % "|".join(LABELS).encode(), re.IGNORECASE
)
_META_WITHIN = 4096
_CANNOT_BE = ("utf-16", "utf-32", "utf-7", "idna", "punycode")


def parse(body: bytes, declared: str | None) -> HtmlElement:
    """Return the root element of the page."""
    return read_outline(body, declared).root


def read_outline(body: bytes, declared: str | None) -> Outline:
    """Parse a page; `declared` is the charset of the Content-Type header.

    Raises Unreadable with reason `empty`, `too-large`, `not-html`, `unparseable`, `too-deep`,
    `too-many-elements` or `too-many-attributes`.
    """
    _refuse_at_sight(body)
    encoding, utf8 = decoded(body, declared)
    source = printable(utf8)
    if not source or source.isspace():
        raise Unreadable(Reason.EMPTY, "expected HTML, came nothing readable")
    if (tag := _endless_tag(source)) is not None:
        raise Unreadable(Reason.TOO_MANY_ATTRIBUTES, f"more than {MOST_ATTRIBUTES} on one element: {tag!r}…")
    root = _tree(source)
    _join(root)
    page = outline(root, source)
    if _rename_mistyped(page):
        page = outline(root, source)
    if (elements := len(page.elements)) > MAX_ELEMENTS:
        raise Unreadable(Reason.TOO_MANY_ELEMENTS, f"{elements}; at most {MAX_ELEMENTS} are read")
    if _drop_endless_names(page):
        page = outline(root, source)
    return replace(page, encoding=encoding)


def _refuse_at_sight(body: bytes) -> None:
    """Raise Unreadable for what is too large, or starts as another format does."""
    if len(body) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"{len(body)} bytes; at most {MAX_BYTES} are read")
    start = body[:2048].lstrip()
    if start.startswith(_OTHER_FORMATS) or b"ftyp" in start[4:12]:
        raise Unreadable(Reason.NOT_HTML, f"expected HTML, the body starts with {start[:8]!r}")


def _tree(source: bytes) -> HtmlElement:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # look-up of the class in C: trafilatura needs every element as an HtmlElement
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        root = etree.fromstring(source, parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(Reason.UNPARSEABLE, f"lxml: {error}") from error
    if root is None:
        raise Unreadable(Reason.EMPTY, "expected HTML, came no element")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise Unreadable(Reason.TOO_DEEP, "elements nested deeper than 256")
    return root


def _drop_endless_names(page: Outline) -> bool:
    """Drop a class or id of a megabyte: every rule on names searches them; True if there was one."""
    is_dropped = False
    for name, places in (("class", page.by_class), ("id", page.by_id)):
        for value, positions in places.items():
            if len(value) > LONGEST_NAME:
                is_dropped = True
                for i in positions:
                    page.elements[i].attrib.pop(name, None)
    return is_dropped


_NO_PLACE_FOR_PROSE = ("button", "select", "object", "template", "dialog", "label", "canvas", "marquee")
_NEARLY_ALL = 0.8
_PROSE = etree.XPath(
    ".//text()[string-length() > 60 and not(parent::script or parent::style or ancestor::a)]"
)


def _rename_mistyped(page: Outline) -> bool:
    """Make boxes of elements that hold the page's prose, though their name says that they cannot.

    `<button><div><svg></svg><div></button>` in a header encloses the rest of the page. Returns True if there
    was one.
    """
    total: int | None = None
    is_renamed = False
    for i in page.positions(*_NO_PLACE_FOR_PROSE):
        element = page.elements[i]
        if not len(element) or next(element.iterdescendants("p", "div"), None) is None:
            continue
        letters = _letters_of_prose(element)
        total = _letters_of_prose(page.root) if letters and total is None else total
        share = _NEARLY_ALL if element.find(".//h1") is None else 0.5
        if letters > share * (total or 0):
            element.tag = "div"
            is_renamed = True
    return is_renamed


def _letters_of_prose(element: HtmlElement) -> int:
    return sum(map(len, _PROSE(element)))


def _endless_tag(source: bytes) -> str | None:
    """Return the beginning of a tag that the parser would need minutes for, outside scripts and comments."""
    if not (len(source) > _MAY_HIDE_ONE or _LONG_TAG.search(source)) or not _has_endless(source):
        return None
    tag = _has_endless(_NO_TAGS.sub(b"", source))
    return tag[0][:40].decode(errors="replace") if tag else None


def _has_endless(source: bytes) -> re.Match[bytes] | None:
    return next((tag for tag in _MANY_ATTRIBUTES.finditer(source) if tag[1]), None)


def _join(root: HtmlElement) -> None:
    """Move elements after a stray `</html>` into the body, as browsers do; lxml sees a second document."""
    rest = [sibling for sibling in root.itersiblings() if isinstance(sibling.tag, str)]
    if not rest:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    for sibling in rest:
        sibling.tag = "div"
        body.append(sibling)


class Decoded(NamedTuple):
    encoding: str
    """That the page was read in, as Python names it."""
    utf8: bytes


def decoded(body: bytes, declared: str | None) -> Decoded:
    """Decode by byte order mark, header or meta, in this order.

    Bytes that contradict a claim disprove it, and so do letters of which a claim makes no words.
    """
    encoding, mark = read_bom(body)
    if encoding is not None and mark is not None:
        return _in_utf8(encoding, body[len(mark) :].decode(encoding, "replace"))
    if (wide := _of_two_bytes(body, declared)) is not None:
        return _in_utf8(wide, body.decode(wide, "replace"))
    claims = [declared, html_body_declared_encoding(body) or _odd_label(body), "utf-8"]
    names = [name for claim in claims if (name := _codec(claim)) is not None]
    result = _as_claimed(body, names) or _nearly_as_claimed(body, names)
    if result is not None:
        return result
    encoding = by_letters(body, None)
    if encoding is None:
        best = from_bytes(body[:100_000]).best()
        encoding = best.encoding if best else "utf-8"
    return _in_utf8(encoding, body.decode(encoding, "replace"))


def _as_claimed(body: bytes, names: list[str]) -> Decoded | None:
    """Decode by the first claim that no byte contradicts, or by the letters that contradict it."""
    for name in names:
        try:
            text = body.decode(name)
        except (UnicodeDecodeError, ValueError):
            continue
        if name == "utf-8":
            return Decoded(name, body)
        if not _utf8_read_as_another(body, name):
            better = by_letters(body, name)
            return (
                _in_utf8(name, text) if better is None else _in_utf8(better, body.decode(better, "replace"))
            )
    return None


def _nearly_as_claimed(body: bytes, names: list[str]) -> Decoded | None:
    """Decode in spite of a few broken bytes in a long page: a cut inside a letter, or an advertisement."""
    for name in names:
        if not _utf8_read_as_another(body, name):
            text = body.decode(name, "replace")
            if text.count("\ufffd") <= max(3, len(text) // 500):
                return _in_utf8(name, text)
    return None


def _of_two_bytes(body: bytes, declared: str | None) -> str | None:
    """Return the kind of UTF-16 that a header names for a body without a mark, by the zeros of its markup."""
    if not declared or not (resolve_encoding(declared) or "").startswith("utf-16"):
        return None
    high, low = body[:2048:2].count(0), body[1:2048:2].count(0)
    if max(high, low) * 8 < min(len(body), 2048):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _odd_label(body: bytes) -> str | None:
    """Return a label of the page's meta element that w3lib does not know."""
    label = _ODD_LABEL.search(body[:_META_WITHIN])
    return label[1].decode() if label is not None else None


def _in_utf8(encoding: str, text: str) -> Decoded:
    """Encode without the surrogates that some codecs return."""
    return Decoded(encoding, text.encode("utf-8", "ignore"))


def _codec(claim: str | None) -> str | None:
    """Return Python's name of the encoding that a browser uses for this claim."""
    name = (LABELS.get(claim.strip().lower()) or resolve_encoding(claim)) if claim else None
    # base64, zip and others are codecs too; a meta that was read is not in UTF-16
    if name is None or not codecs.lookup(name)._is_text_encoding or name.startswith(_CANNOT_BE):
        return None
    return name


def _utf8_read_as_another(body: bytes, name: str) -> bool:
    """Tell if UTF-8 would be decoded as something else: single-byte encodings decode anything."""
    if name == "utf-8" or body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        # a page cut in the middle of a letter is still UTF-8
        return error.start > len(body) - 4
    return True
