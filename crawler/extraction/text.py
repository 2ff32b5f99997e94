"""Text as it may leave the extraction: no control characters, no surrogates, one kind of space."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls, surrogates, soft hyphen, zero-width and direction marks, byte order mark, noncharacters
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def one_line(text: str) -> str:
    """NFC, printable, each run of white space one space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _NEVER.sub("", text))).strip()


def printable(html: str) -> str:
    """The source without the characters that no parser or file format takes."""
    return _NOT_IN_HTML.sub("", html)


def for_comparison(text: str) -> str:
    """Only letters and digits, folded: equal where a reader would call two lines the same."""
    return re.sub(r"[\W_]+", "", one_line(text).casefold())
