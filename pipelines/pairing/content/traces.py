"""What two articles show or lead to, and no other article of these days in their languages.

A photograph of the event, the video of a speech, the decision that a report links to: outlets take them over
with the translation. A logo, a stand-in or the page of a ministry stands beside many articles and says
nothing; so only what one article alone of each language has is a trace.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.similarity.document import Reading, Trace


class Rare:
    """Of the articles of a block."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._of: dict[str, frozenset[Trace]] = {}
        shown: Counter[tuple[str, Trace]] = Counter()
        for each in readings:
            document = each.document
            self._of[document.article_id] = document.traces
            shown.update((document.language, trace) for trace in document.traces)
        self._common = {trace for (_, trace), articles in shown.items() if articles > 1}

    def shared(self, a_id: str, b_id: str) -> tuple[Trace, ...]:
        return tuple(sorted((self._of[a_id] & self._of[b_id]) - self._common))

    def pairs(self, ours: Sequence[Reading], theirs: Sequence[Reading]) -> set[tuple[int, int]]:
        """Index pairs that have a trace in common."""
        owner = {
            trace: n
            for n, each in enumerate(ours)
            for trace in each.document.traces
            if trace not in self._common
        }
        return {
            (owner[trace], n)
            for n, each in enumerate(theirs)
            for trace in each.document.traces
            if trace in owner
        }
