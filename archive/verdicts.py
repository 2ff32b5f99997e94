"""What a person has said of two articles; it outranks all other evidence, in every later commit too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archive.records import SEPARATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive.records import LinkFacts
    from archive.state import State


def with_verdicts(state: State, facts: Iterable[LinkFacts]) -> list[LinkFacts]:
    """The same articles, each with the verdicts on it."""
    same: dict[str, set[str]] = {}
    other: dict[str, set[str]] = {}
    for a, b, evidence in state.labels():
        named = other if evidence == SEPARATED else same
        named.setdefault(a, set()).add(b)
        named.setdefault(b, set()).add(a)
    if not same and not other:
        return list(facts)
    return [
        replace(
            each,
            same_as=frozenset(same.get(each.article_id, ())),
            not_same_as=frozenset(other.get(each.article_id, ())),
        )
        for each in facts
    ]
