"""Printing of untrusted text from an archive or a page.

It may contain terminal commands (escape sequences), bidirectional controls or markup of Rich.
"""

import logging
import unicodedata
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment

_MARK = "\ufffd"
_CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ORDINARY = {"\u00ad", "\u200c", "\u200d"}
"""Soft hyphen and joiners: parts of words and of emoji."""


def visible(text: str, *, lines: bool = False) -> str:
    """Show control, format and bidirectional characters as U+FFFD; `lines` allows line breaks and tabs."""
    if text.isprintable():
        return text
    allowed = _ORDINARY | {"\n", "\t"} if lines else _ORDINARY
    return "".join(x if x in allowed or unicodedata.category(x) not in _CONTROLS else _MARK for x in text)


def literal(text: object, *, lines: bool = False) -> str:
    """Make Rich print `text` as `visible` returns it, without interpreting markup."""
    escaped = escape(visible(str(text), lines=lines))
    # an odd number at the end would escape the tag that follows; Rich handles only a single one
    odd = (len(escaped) - len(escaped.rstrip("\\"))) % 2
    return escaped + "\\" * odd


class VisibleLog(logging.Formatter):
    """Formatter of the log lines of commands, which may quote an archive."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record), lines=True)


class Terminal(Console):
    """A console that never prints a control character, even if the caller forgot `visible`."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text, lines=True), segment.style)
