"""What the class, id and the like of an element say that it is; a page and an outlet repeat their names.

So a name is read once, by all rules, and remembered: a page has a hundred, and there are ten rules.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONG = 200
"""Characters from which a name's verdicts are not kept."""
_NOT_ITSELF = re.compile(r"(?<!\S)(?:has|with|without|no|non|not|one|two)[-_]\S+|\S*label[-_]+hidden(?!\S)")
"""Names that say what is beside an element, or how: `has-sidebar`, Drupal's `field--label-hidden`."""


class Rule:
    """Whether a name is one of those that it is about: `rule("post-tags")`."""

    def __init__(self, read: Callable[[str], bool]) -> None:
        self.read = read
        _RULES.append(self)
        _remembered.cache_clear()

    def __call__(self, name: str) -> bool:
        return self in _true_of(name)


_RULES: list[Rule] = []


def _read(name: str) -> tuple[Rule, ...]:
    return tuple([rule for rule in _RULES if rule.read(name)])


_remembered = lru_cache(maxsize=32_768)(_read)


def _true_of(name: str) -> tuple[Rule, ...]:
    return _remembered(name) if len(name) < _LONG else _read(name)


def names_say(pattern: str) -> Rule:
    """Whether the pattern, in lower case, is somewhere in a name, whatever its case."""
    return Rule(_reader(pattern))


def name_says(pattern: str) -> Callable[[str], bool]:
    """As names_say, of what is asked of a few names and never of all: the others are not read for it."""
    read = _reader(pattern)
    remembered = lru_cache(maxsize=8192)(read)
    return lambda name: remembered(name) if len(name) < _LONG else read(name)


def _reader(pattern: str) -> Callable[[str], bool]:
    search = re.compile(pattern).search

    def read(name: str) -> bool:
        if search(name.lower()) is None:
            return False
        itself = _NOT_ITSELF.sub(" ", name)
        return itself is name or search(itself.lower()) is not None

    return read


class Names(dict[str, list[int]]):
    """Positions of elements by the whole value of an attribute, which many of a page have in common."""

    def __init__(self, values: Sequence[str | None]) -> None:
        super().__init__()
        for i, value in enumerate(values):
            if value is not None:
                self.setdefault(value, []).append(i)
        self._by_rule: dict[Rule, list[int]] | None = None

    def of(self, rule: Rule) -> list[int]:
        """Of the elements whose name is so, in no order."""
        if self._by_rule is None:
            self._by_rule = {}
            for name, found in self.items():
                for true in _true_of(name):
                    self._by_rule.setdefault(true, []).extend(found)
        return self._by_rule.get(rule, [])
