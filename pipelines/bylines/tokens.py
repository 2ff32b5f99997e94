"""Tokens of a byline: words, quotations, text in brackets, separators."""

import re
from dataclasses import dataclass
from typing import Literal

from crawler.extraction.document.text import one_line

TokenKind = Literal["word", "site", "number", "quoted", "bracketed", "colon", "comma", "stop"]

_DOMAIN = (
    r"(?:com|net|org|info|media|news|tv|ua|ru|kz|by|lt|lv|ee|md|ge|am|az|kg|uz|pl|de|fr|ro|cz|sk|bg|eu|io|uk|me|нет|укр"
    r"|рф|инфо|інфо)"
)
_TOKEN = re.compile(
    rf"""
      (?P<address>(?<!\S)\S*(?:@|https?://|www\.|_)\S*)
    | (?P<site>[^\W\d_][\w-]*(?:\.[\w-]+)*\.{_DOMAIN}(?![\w.])|[^\W\d_]{{3,}}\.[^\W\d_]{{4,}}
      |(?-i:[A-ZА-ЯІЇЄҐЁ]{{2,}}/[A-ZА-ЯІЇЄҐЁ]{{2,}})(?:['’]s)?)
    | (?P<number>\d[\d.,:/–-]*\w*(?::\d+\w*)*)
    | (?P<quoted>«[^«»]*»|“[^“”]*”|„[^„“”]*[“”]|‘[^‘’]+’(?!\w)|"[^"]*"|(?<![\w'])'[^']+'(?!\w))
    | (?P<bracketed>\([^()]*\)?|\[[^\[\]]*\]?)
    | (?P<word>(?:[^\W\d_]\.){{1,4}}(?:-?[^\W\d_]\.)*
      |[^\W\d_]+(?:['’ʼ`´‘.‐-](?=[^\W\d_])[^\W\d_]+)*\.?)
    | (?P<colon>[:：])
    | (?P<comma>,)
    | (?P<stop>[;|•·—–/\\✍&+]|\s-\s|(?<=\s)-|-(?=\s)|[^\w\s'’])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ABBREVIATES = 2
"""Letters of a word that a full stop abbreviates, at most: `В.`, `Дж.`, `Jr.`"""


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    ends_sentence: bool = False


def tokens(line: str) -> list[Token]:
    """Cut a line into tokens; addresses and handles are separators."""
    line_tokens: list[Token] = []
    for match in _TOKEN.finditer(one_line(line)):
        kind, text = str(match.lastgroup), match[0].strip()
        if kind == "address":
            line_tokens.append(Token("stop", text))
        elif kind == "word":
            line_tokens.append(_word(text))
        else:
            line_tokens.append(Token(kind, text))  # type: ignore[arg-type]
    return line_tokens


def _word(text: str) -> Token:
    bare = text.rstrip(".")
    if bare == text or len(bare) <= _ABBREVIATES or "." in bare:
        return Token("word", text)
    return Token("word", bare, ends_sentence=True)
