"""Traces: pictures, videos and links that two articles have, and no other article of these days.

Outlets take them over with a translation: a photograph of the event, the video of a speech, the decision that
a report links to. A logo, a stock picture or the page of a ministry is in many articles and says nothing, so
a trace counts only if one article alone of each language has it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.similarity.document import ArticleReading, Trace


class Rare:
    """Traces that are rare among these articles."""

    def __init__(self, readings: Iterable[ArticleReading]) -> None:
        self._of: dict[str, frozenset[Trace]] = {}
        shown_by: Counter[tuple[str, Trace]] = Counter()
        for reading in readings:
            document = reading.document
            self._of[document.article_id] = document.traces
            shown_by.update((document.language, trace) for trace in document.traces)
        self._common = {trace for (_, trace), articles in shown_by.items() if articles > 1}

    def shared(self, a_id: str, b_id: str) -> tuple[Trace, ...]:
        return tuple(sorted((self._of[a_id] & self._of[b_id]) - self._common))

    def pairs(
        self, texts_a: Sequence[ArticleReading], texts_b: Sequence[ArticleReading]
    ) -> set[tuple[int, int]]:
        """Return the index pairs with a common trace."""
        owner: dict[Trace, int] = {}
        for i, reading in enumerate(texts_a):
            owner |= dict.fromkeys(reading.document.traces - self._common, i)
        pairs: set[tuple[int, int]] = set()
        for j, reading in enumerate(texts_b):
            pairs |= {(owner[trace], j) for trace in reading.document.traces if trace in owner}
        return pairs
