"""Which of two joined stories keeps its id."""

from __future__ import annotations

from datetime import timedelta

from pipelines.pairing.clustering import Stories
from pipelines.pairing.edges import Edge
from tests.pipelines.pairing.test_decide import NOW, facts


def test_the_story_that_was_begun_first_keeps_its_id_though_it_has_grown_since() -> None:
    begun = facts("uk", article_id="a", story_id="elder", first_seen=NOW)
    added = facts("ru", article_id="b", story_id="elder", first_seen=NOW + timedelta(days=4))
    younger = facts("en", article_id="c", story_id="younger", first_seen=NOW + timedelta(days=2))
    stories = Stories([begun, added, younger])
    assert stories.join(Edge(added, younger, ())) is None
    assert {stories.story_of(article) for article in (begun, added, younger)} == {"elder"}
