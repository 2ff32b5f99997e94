"""What the class, id and the like of an element say that it is; a page and an outlet repeat their names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONG = 200
"""Characters from which a name's verdict is not kept."""
_NOT_ITSELF = re.compile(r"(?<!\S)(?:has|with|without|no|non|not|one|two)[-_]\S+|\S*label[-_]+hidden(?!\S)")
"""Names that say what is beside an element, or how: `has-sidebar`, Drupal's `field--label-hidden`."""


class Rule:
    """Whether a name is one of those that it is about: `rule("post-tags")`."""

    def __init__(self, read: Callable[[str], bool]) -> None:
        self._read = read
        self.of_short = lru_cache(maxsize=8192)(read)

    def __call__(self, name: str) -> bool:
        return self.of_short(name) if len(name) < _LONG else self._read(name)


def names_say(pattern: str) -> Rule:
    """Whether the pattern, in lower case, is somewhere in a name, whatever its case."""
    search = re.compile(pattern).search

    def read(name: str) -> bool:
        return search(name.lower()) is not None and search(_NOT_ITSELF.sub(" ", name).lower()) is not None

    return Rule(read)


class Names(dict[str, list[int]]):
    """Positions of elements by the whole value of an attribute, which many of a page have in common."""

    def __init__(self, values: Sequence[str | None]) -> None:
        super().__init__()
        for i, value in enumerate(values):
            if value is not None:
                self.setdefault(value, []).append(i)
        self._short = max(map(len, self), default=0) < _LONG

    def of(self, rule: Rule) -> list[int]:
        """Of the elements whose name is so, in no order."""
        is_so = rule.of_short if self._short else rule
        return [i for name, found in self.items() if is_so(name) for i in found]
