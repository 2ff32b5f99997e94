"""Rules on the classes and ids of elements, with a memory of names.

A page has a hundred names and an outlet repeats them on all its pages, so all rules read a name once and the
result is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONG = 200
"""Characters from which the results of a name are not kept."""
_NOT_ITSELF = re.compile(r"(?<!\S)(?:has|with|without|no|non|not|one|two)[-_]\S+|\S*label[-_]+hidden(?!\S)")
"""Names about something beside an element, or about its look: `has-sidebar`, Drupal's
`field--label-hidden`."""


class Rule:
    """A rule that tells if a name is of its kind: `rule("post-tags")`."""

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
    """Return a rule that searches a name for a lower-case pattern, whatever the name's case."""
    return Rule(_reader(pattern))


def name_says(pattern: str) -> Callable[[str], bool]:
    """Return a rule as from names_say, for a few names only: it is not part of the search over all names."""
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
    """Positions of elements by the whole value of an attribute, which many elements share."""

    def __init__(self, values: Sequence[str | None]) -> None:
        super().__init__()
        for i, value in enumerate(values):
            if value is not None:
                self.setdefault(value, []).append(i)
        self._by_rule: dict[Rule, list[int]] | None = None

    def of(self, rule: Rule) -> list[int]:
        """Return the positions of the elements for which the rule is true, in no order."""
        if self._by_rule is None:
            self._by_rule = {}
            for name, found in self.items():
                for true in _true_of(name):
                    self._by_rule.setdefault(true, []).extend(found)
        return self._by_rule.get(rule, [])
