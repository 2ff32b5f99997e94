"""Stories from edges: at most one article per language and outlet, with ids that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.addresses import story_of_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive.format.records import LinkFacts
    from pipelines.pairing.edges import Edge


class Stories:
    """Articles grouped by their known stories, then joined edge by edge; known stories stay together."""

    def __init__(self, articles: Iterable[LinkFacts]) -> None:
        self._members: dict[str, list[LinkFacts]] = {}
        self._story_of: dict[str, str] = {}
        for article in articles:
            self._members.setdefault(article.story_id, []).append(article)
            self._story_of[article.article_id] = article.story_id

    def join(self, edge: Edge) -> tuple[str, str | None] | None:
        """Put both articles into one story, or return the reason against it.

        The reason is `label-no`, or `second-<language>` with the article that has the place in the story.
        """
        story_a, story_b = (self._story_of[article_id] for article_id in edge.ids)
        if story_a == story_b:
            return None
        if self._kept_apart(story_a, story_b):
            return "label-no", None
        twice = self._taken(story_a).keys() & self._taken(story_b).keys()
        if twice:
            return f"second-{min(language for _, language in twice)}", self._in_the_way(edge, min(twice))
        # the older story keeps its id; of two seen at once, the one whose id sorts first
        elder, given_up = sorted((story_a, story_b), key=self._age)
        for article in self._members.pop(given_up):
            self._members[elder].append(article)
            self._story_of[article.article_id] = elder
        return None

    def take_apart(self, story_id: str) -> None:
        """Make each article a story of its own, to be joined again; the story's id stays with one of them."""
        members = self._members.pop(story_id, [])
        ids_of_one = {story_of_one(member.article_id) for member in members}
        oldest = min(members, key=_age_of, default=None)
        for article in members:
            keeps = article is oldest and story_id not in ids_of_one
            alone = story_id if keeps else story_of_one(article.article_id)
            self._members[alone] = [article]
            self._story_of[article.article_id] = alone

    def at_odds(self) -> list[str]:
        """Return the stories with two articles that a person has labelled as different."""
        return sorted(story_id for story_id in self._members if self._kept_apart(story_id, story_id))

    def _kept_apart(self, story_a: str, story_b: str) -> bool:
        ids = {member.article_id for member in self._members[story_b]}
        return any(member.not_same_as & ids for member in self._members[story_a])

    def story_of(self, article: LinkFacts) -> str:
        return self._story_of[article.article_id]

    def _taken(self, story_id: str) -> dict[tuple[str, str], str]:
        members = self._members[story_id]
        return {(member.outlet, member.language): member.article_id for member in members if member.language}

    def _in_the_way(self, edge: Edge, twice: tuple[str, str]) -> str:
        """Return the article that has the place of one of the two.

        If both stories have an article of a third language, return that of the story known longer.
        """
        for member, newcomer in ((edge.a, edge.b), (edge.b, edge.a)):
            holder = self._taken(self._story_of[member.article_id]).get(
                (newcomer.outlet, newcomer.language or "")
            )
            if holder is not None:
                return holder
        elder = min((self._story_of[article_id] for article_id in edge.ids), key=self._age)
        return self._taken(elder)[twice]

    def _age(self, story_id: str) -> tuple[float, str]:
        return min(member.first_seen.timestamp() for member in self._members[story_id]), story_id


def _age_of(article: LinkFacts) -> tuple[float, str]:
    return article.first_seen.timestamp(), article.article_id
