"""How often each of several names was met, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

if TYPE_CHECKING:
    from collections import Counter


def counts(counter: Counter[str]) -> str:
    """`label-no 2, same-language 1`: the commonest first, for a terminal."""
    return ", ".join(f"{escape(name)} {count}" for name, count in counter.most_common())
