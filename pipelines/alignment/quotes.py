"""What a variant quotes, and which of it the other one does not quote beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.alignment.links import find_links
from pipelines.alignment.paragraphs import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED = re.compile(r"«([^«»]{1,2000})»|“([^“”]{1,2000})”|„([^„“”]{1,2000})[“”]|\"([^\"\n]{1,2000})\"")
_WORDS = 4
"""From so many words on it is speech; fewer are a name."""


def quoted(texts: Sequence[str]) -> tuple[str, ...]:
    """Without the marks, in order."""
    found = (next(filter(None, groups)).strip(" ,.–—-") for text in texts for groups in _QUOTED.findall(text))
    return tuple(quote for quote in found if len(quote.split()) >= _WORDS)


def surplus(own: Sequence[str], other: Sequence[str], language: str, beside: str) -> tuple[str, ...]:
    """Those of `own` beyond the number of the other side's: the ones that are least like any of these.

    A quote that one side breaks in two is no addition, so only what is left over by number counts.
    """
    lacking = len(own) - len(other)
    if lacking <= 0 or not other:
        return tuple(own) if lacking > 0 else ()
    linked = {i for x in find_links(grouped(own, language), grouped(other, beside)) for i in x.a}
    alone = [i for i in range(len(own)) if i not in linked]
    return tuple(own[i] for i in alone[:lacking])
