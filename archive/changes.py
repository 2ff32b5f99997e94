"""What the plans of a commit change in stored rows: little for each article, as there may be a million."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive.exceptions import DecisionError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archive.plan import Plan
    from archive.state import State

    Couple = tuple[str, str]
    Columns = dict[str, Mapping[str, object]]


@dataclass(slots=True)
class Changes:
    story_of: dict[str, str] = field(default_factory=dict)
    """Of each article that has another story than before, or is new."""
    seen: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """First and last, of each stored article that was looked at."""
    leaving: dict[str, dict[str, object]] = field(default_factory=dict)
    """Articles whose stored text is superseded, with the columns that change."""
    pairs: set[Couple] = field(default_factory=set)
    """Those that go; a pair decided anew is a new row."""
    stories: set[str] = field(default_factory=set)
    """Those that go or are written anew."""
    realigned: set[Couple] = field(default_factory=set)
    """Those whose alignment no longer holds."""
    story_of_couple: dict[Couple, str] = field(default_factory=dict)
    """Of alignments that stay, and change their story."""
    files: set[str] = field(default_factory=set)
    """Paths of the files that hold any of it."""

    def add(self, plan: Plan, state: State) -> None:
        self._check(plan)
        pairs = {(pair.article_id_a, pair.article_id_b) for pair in plan.pairs}
        pair_files = state.pair_files({a for a, _ in pairs})
        stories = {story.story_id for story in plan.stories} | plan.emptied
        moves = plan.reading.moves
        located = state.version_files(plan.touched.keys() | moves.keys())
        self.files |= {path for x, latest, path in located if latest or x in plan.joined}
        self.files |= {pair_files[pair] for pair in pairs if pair in pair_files}
        self.files |= set(state.story_files(stories).values())
        self.files |= plan.alignments.files | plan.rereadings.files
        self.pairs |= pairs
        self.stories |= stories
        self.story_of |= plan.joined
        self.realigned |= plan.alignments.dropped
        self.story_of_couple |= plan.alignments.moved
        looked = (x for x in plan.touched.values() if x.article_id in plan.reading.stored)
        self.seen |= {x.article_id: (x.first_seen, x.last_seen) for x in looked}
        self.leaving |= {
            article_id: {
                "valid_to": move.valid_to,
                "last_seen": move.last_seen,
                "first_seen": plan.reading.current[article_id].first_seen,
                "story_id": plan.story_of(article_id),
            }
            for article_id, move in moves.items()
        }

    def _check(self, plan: Plan) -> None:
        twice = self.story_of.keys() & plan.joined.keys()
        twice |= self.stories & ({story.story_id for story in plan.stories} | plan.emptied)
        twice |= {a for a, b in self.pairs & {(x.article_id_a, x.article_id_b) for x in plan.pairs}}
        if twice:
            raise DecisionError(f"Two parts of one commit decide on the same: {min(twice)}.")

    def of_leaving(self) -> Columns:
        names = ("valid_to", "last_seen", "first_seen", "story_id")
        return {name: {x: row[name] for x, row in self.leaving.items()} for name in names}

    def of_staying(self) -> Columns:
        return {
            "story_id": self.story_of,
            "first_seen": {x: first for x, (first, _) in self.seen.items()},
            "last_seen": {x: last for x, (_, last) in self.seen.items()},
        }
