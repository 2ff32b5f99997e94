"""Clean text: no control characters, no surrogates, one kind of space."""

import html
import re
import unicodedata
from functools import lru_cache

# C0 and C1 controls except separators of lines and records, surrogates, soft hyphen, zero-width and direction
# marks, byte order mark, noncharacters; joiners, unless behind a pictogram or a letter that they shape, from
# Arabic to Mongolian
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
    "|(?<![\u0600-\u109f\u1780-\u18af\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes([*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F])
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFERENCE = re.compile(rb"&#(x[0-9a-f]{1,12}|[0-9]{1,12});?", re.IGNORECASE)
_DOUBTFUL = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|12[7-9]|1[345]\d|5[5-7]\d{3}|65\d{3}|\d{7,})(?!\d)"
    rb"|x0*(?:[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef]|[0-9a-f]{6,})(?![0-9a-f]))",
    re.IGNORECASE,
)
"""Every reference to a character that no page may have, and a few valid ones."""
_MARKS_TWICE = re.compile(rb"\xc3\xa2\xc2([\x80-\x82])\xc2([\x80-\xbf])")
_LETTERS_TWICE = re.compile(rb"\xc3([\x82\x83])\xc2([\x80-\xbf])")
"""UTF-8 of UTF-8 that was read as Latin-1: quotation marks, dashes and the euro; letters of Latin-1."""
_MARK_OF_TWICE = b"\xc3\xa2\xc2\x80\xc2"
_LONG = 2000
"""Characters from which a line is not cached, as it may be a whole page."""
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\w+")


def one_line(text: str) -> str:
    """Return the text in NFC, printable, with each run of white space as one space."""
    line = " ".join(text.split())
    if line.isprintable():
        # nearly all text is printable already
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _NEVER.sub("", text))).strip()


def printable(source: bytes) -> bytes:
    """Remove characters that no parser or file format takes from HTML in UTF-8, also as `&#1;`."""
    if b"&#" in source and _DOUBTFUL.search(source):
        source = _REFERENCE.sub(_readable, source)
    # no byte of a longer character is a control character; to look for each is faster than to read all bytes
    if any(map(source.__contains__, _CONTROLS)):
        source = source.translate(None, _CONTROLS)
    if _MARK_OF_TWICE in source:
        source = _encoded_once(source)
    # a search for one byte is many times faster than for two
    if b"\xef" in source:
        for character in _NONCHARACTERS:
            source = source.replace(character, b"")
    return source


def _encoded_once(source: bytes) -> bytes:
    """Repair what was encoded twice: `â`, two controls, where the text had a quotation mark.

    No reader sees the controls, so that nobody can have meant them.
    """
    source = _MARKS_TWICE.sub(b"\xe2" + rb"\1\2", source)
    return _LETTERS_TWICE.sub(lambda pair: bytes((pair[1][0] + 0x40,)) + pair[2], source)


def _readable(reference: re.Match[bytes]) -> bytes:
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    if 0x80 <= number < 0xA0:
        # browsers read these as windows-1252, libxml2 reads control characters
        return html.unescape(reference[0].decode()).encode()
    return b"" if number > 0x10FFFF or _NOT_IN_HTML.match(chr(number)) else reference[0]


def for_comparison(text: str) -> str:
    """Return only letters and digits, case-folded: equal if readers would call two lines the same."""
    return _remembered(text) if len(text) < _LONG else _folded(text)


def _folded(text: str) -> str:
    folded = one_line(text).casefold().replace(" ", "")
    return folded if folded.isalnum() else "".join(_WORD.findall(folded)).replace("_", "")


_remembered = lru_cache(maxsize=512)(_folded)
"""Cache; the lines of one page are compared at least twice."""


def unescaped(text: str) -> str:
    """Resolve entities, even if they were escaped up to three times."""
    if "&" not in text:
        return text
    for _ in range(3):
        plain = html.unescape(text)
        if plain == text or "&" not in text:
            break
        text = plain
    return text
