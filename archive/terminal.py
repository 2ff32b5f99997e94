"""Printing for a person: text from an archive or a page says what it says and commands nothing.

Whoever wrote it may have put in what a terminal obeys (escape sequences), what turns a line round
(bidirectional controls) or what Rich takes for markup.
"""

from __future__ import annotations

import logging
import unicodedata
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType

_MARK = "\ufffd"
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ORDINARY = {"\u00ad", "\u200c", "\u200d"}
"""Soft hyphen and joiners: parts of words and of emoji."""


def visible(text: str, *, lines: bool = False) -> str:
    """Show each control, format and bidirectional character as U+FFFD; `lines` keeps line breaks and tabs."""
    if text.isprintable():
        return text
    kept = _ORDINARY | {"\n", "\t"} if lines else _ORDINARY
    return "".join(x if x in kept or unicodedata.category(x) not in _OBEYED else _MARK for x in text)


def literal(text: object, *, lines: bool = False) -> str:
    """Make Rich print `text` letter by letter, as `visible` has it: nothing in it is markup."""
    escaped = escape(visible(str(text), lines=lines))
    # an odd one at the end would escape the tag that follows, and Rich sees to a single one only
    odd = (len(escaped) - len(escaped.rstrip("\\"))) % 2
    return escaped + "\\" * odd


class VisibleLog(logging.Formatter):
    """Log lines of commands, which may quote an archive."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record), lines=True)


class Terminal(Console):
    """A console that passes on no control character, whoever forgot to make it visible."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text, lines=True), segment.style)
