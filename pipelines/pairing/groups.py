"""From edges to stories: at most one article a language and outlet, ids that stay."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive.records import LinkFacts
    from pipelines.pairing.evidence import Edge


class Stories:
    """Articles grouped as they are known, then joined edge by edge; what is together stays together."""

    def __init__(self, articles: Iterable[LinkFacts]) -> None:
        self._members: dict[str, list[LinkFacts]] = {}
        self._story_of: dict[str, str] = {}
        self.refused: Counter[str] = Counter()
        for article in articles:
            self._members.setdefault(article.story_id, []).append(article)
            self._story_of[article.article_id] = article.story_id

    def join(self, edge: Edge) -> bool:
        """Whether the two articles are in one story now; a refusal is counted as `second-<language>`."""
        one, other = (self._story_of[article_id] for article_id in edge.ids)
        if one == other:
            return True
        twice = self._taken(one) & self._taken(other)
        if twice:
            self.refused[f"second-{min(language for _, language in twice)}"] += 1
            return False
        # The older story keeps its id; of two seen at once, the one whose id sorts first.
        kept, given_up = sorted((one, other), key=self._age)
        for article in self._members.pop(given_up):
            self._members[kept].append(article)
            self._story_of[article.article_id] = kept
        return True

    def story_of(self, article: LinkFacts) -> str:
        return self._story_of[article.article_id]

    def _taken(self, story_id: str) -> set[tuple[str, str]]:
        return {(each.outlet, each.language) for each in self._members[story_id] if each.language}

    def _age(self, story_id: str) -> tuple[float, str]:
        return min(each.first_seen.timestamp() for each in self._members[story_id]), story_id
