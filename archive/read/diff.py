"""Comparison of two versions of an article by words: a moved line break is no change."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.format.records import FEED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# a word with its spaces is one piece, so that the pieces put together are the text
_WORDS = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Change:
    kind: str
    """`same`, `removed` or `added`."""
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    headline: tuple[Change, ...]
    body: tuple[Change, ...]

    @property
    def removed(self) -> int:
        """Number of words that headline and body have lost."""
        return _count(self, "removed")

    @property
    def added(self) -> int:
        return _count(self, "added")

    def __str__(self) -> str:
        """Format as plain text: [-gone-] {+new+}."""
        marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
        parts = [
            "".join(f"{marks[x.kind][0]}{x.text}{marks[x.kind][1]}" for x in part)
            for part in (self.headline, self.body)
        ]
        return "\n\n".join(parts)


def is_edit(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Return whether the outlet changed the text between two rows of `versions`, which have `text_from`.

    The page's text differs from its feed's in what each of them leaves out.
    """
    return (before["text_from"] == FEED) == (after["text_from"] == FEED)


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> Diff:
    """Compare two rows of `versions`, which have headline and body."""
    return Diff(
        tuple(_changes(before["headline"], after["headline"])), tuple(_changes(before["body"], after["body"]))
    )


def _changes(before: str, after: str) -> Iterator[Change]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = difflib.SequenceMatcher(
        None, [x.strip() for x in old], [x.strip() for x in new], autojunk=False
    )
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield Change("same", "".join(new[c:d]))
            continue
        if a < b:
            yield Change("removed", "".join(old[a:b]))
        if c < d:
            yield Change("added", "".join(new[c:d]))


def _count(diff: Diff, kind: str) -> int:
    changes = (change for part in (diff.headline, diff.body) for change in part)
    return sum(len(change.text.split()) for change in changes if change.kind == kind)
