"""Pairs that no link declares, by what the texts say: a probability, and what it rests on.

Each article is compared with the others of its outlet and days; what counts is how much better a candidate is
than the next ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from pipelines.pairing.features import in_order
from pipelines.pairing.passages import Passages
from pipelines.pairing.rarity import Pool, pool
from pipelines.pairing.records import CONFLICT
from pipelines.pairing.shortlist import Candidate, shortlist, story_by_story
from pipelines.pairing.traces import Rare, Trace
from pipelines.pairing.weights import LANGUAGES, Weights, shipped_weights
from pipelines.pairing.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pipelines.pairing.reading import Reading

_SHORT = 400
_SHOWN = 12

Tier = Literal["auto", "probable", "review", "none"]


@dataclass(frozen=True, slots=True)
class Match:
    """Two articles and how likely they are one story; `a_id` is the smaller id."""

    a_id: str
    b_id: str
    probability: float
    tier: Tier
    mutual: bool
    """Neither has a likelier partner in the other's language."""
    runner_up: float
    """Probability of the best other candidate of either."""
    shared: tuple[tuple[str, str], ...] = ()
    """Numbers and names that both have, as each prints them, rarest first, at most twelve."""
    ordered: tuple[int, int] = (0, 0)
    """How many of the shared ones that occur once on each side stand in the same order, and of how many."""
    covered: tuple[float, float] = (0.0, 0.0)
    """Share of the letters of a, and of b, in passages that the other has too; 0 where not compared."""
    traces: tuple[Trace, ...] = ()
    """What both show or lead to, and no other article of these days."""
    in_words: str = ""
    """All this as a person reads it, in the order of LANGUAGES."""
    held: bool = False
    """It is a pair by content already; what an earlier run has joined stays together while it may be one."""

    @property
    def joins(self) -> bool:
        """Good enough to be a pair without any link.

        With a trace a pair need not be likely, only possible; but where a likely one is at hand, that is it.
        """
        possible = self.probability >= CONFLICT and (self.mutual or self.runner_up < 0.5)
        stays = self.held and not self.withdrawn
        return stays or self.likely or (bool(self.traces) and possible)

    @property
    def likely(self) -> bool:
        """Good enough by the texts alone."""
        return self.mutual and self.tier in {"auto", "probable"}

    @property
    def contradicted(self) -> bool:
        """A trace alone speaks for it, and the texts against it."""
        return bool(self.traces) and self.probability < CONFLICT

    @property
    def withdrawn(self) -> bool:
        """The texts alone had made it a pair, and now they speak against it."""
        return self.held and self.probability < CONFLICT

    @classmethod
    def of_pair(cls, a_id: str, b_id: str, score: float, details: str) -> Match:
        """As `told` has put it beside a pair by content."""
        told = json.loads(details)["content"]
        return cls(
            a_id=a_id,
            b_id=b_id,
            probability=score,
            tier=told["tier"],
            mutual=told["mutual"],
            runner_up=told["runner_up"],
            shared=tuple((ours, theirs) for ours, theirs in told["shared"]),
            ordered=(told["ordered"][0], told["ordered"][1]),
            covered=tuple(told.get("covered", (0.0, 0.0))),
            traces=tuple(Trace(kind, key) for kind, key in told.get("traces", ())),
            in_words=str(told.get("in_words", "")),
            held=True,
        )

    def turned(self) -> Match:
        """With the other article first."""
        return replace(
            self,
            a_id=self.b_id,
            b_id=self.a_id,
            shared=tuple((theirs, ours) for ours, theirs in self.shared),
            covered=self.covered[::-1],
        )

    def told(self) -> dict[str, object]:
        """As JSON keeps it beside the pair."""
        return {
            "in_words": self.in_words,
            "tier": self.tier,
            "mutual": self.mutual,
            "runner_up": self.runner_up,
            "shared": [list(pair) for pair in self.shared],
            "ordered": list(self.ordered),
            "covered": list(self.covered),
            "traces": [[each.kind, each.key] for each in self.traces],
        }


def compare(
    readings: Sequence[Reading],
    wanted: Collection[tuple[str, str]] = (),
    *,
    only_wanted: bool = False,
    weights: Weights | None = None,
    decides: Callable[[str, str], bool] = lambda _a, _b: True,
) -> list[Match]:
    """Pairs that are each other's best, with a probability of at least .1, of one block of articles.

    The `wanted` pairs of ids, the smaller first, are scored whatever comes out, however far apart. Pairs that
    are not for this block to decide are rivals only.
    Other languages than uk, ru and en are left out. Time and memory grow with the square of the block.
    """
    weights = weights or shipped_weights()
    by_language: dict[str, list[Reading]] = {language: [] for language in LANGUAGES}
    for reading in sorted(readings, key=lambda each: each.document.article_id):
        if reading.document.language in by_language:
            by_language[reading.document.language].append(reading)
    pools = {code: pool(texts, weights.backgrounds[code]) for code, texts in by_language.items() if texts}
    asked, said, rare = set(wanted), Passages(weights.passages), Rare(readings)

    def due(a_id: str, b_id: str) -> bool:
        return (not only_wanted or (min(a_id, b_id), max(a_id, b_id)) in asked) and decides(a_id, b_id)

    found: list[Candidate] = []
    for a, b in combinations([code for code in LANGUAGES if code in pools], 2):
        found += shortlist(pools[a], pools[b], weights, asked, rare, due=due)
    matches = (_judged(each, weights, said) for each in story_by_story(found))
    return [match for match in matches if match is not None]


def _judged(each: Candidate, weights: Weights, said: Passages) -> Match | None:
    a, b = each.sides
    agreed, letters = said.agreement(a, b), min(a.letters, b.letters)
    probability = weights.published(each.likely, each.rival, letters, agreed)
    if probability < CONFLICT and not each.asked:
        return None
    told = Match(
        *each.ids,
        probability=round(probability, 4),
        tier=tier(probability, letters),
        mutual=each.mutual,
        runner_up=round(each.rival, 4),
        shared=_shared(each.one, each.i, each.other, each.j),
        ordered=in_order(a, b),
        covered=agreed.covered,
        traces=each.traces,
    )
    return _worded(told, (a.document.language, b.document.language), each.rival)


def _worded(match: Match, languages: tuple[str, str], rival: float) -> Match:
    """With all of it in words, and the smaller id first."""
    words = in_words(match.shared, match.ordered, match.covered, languages, rival, match.traces)
    told = replace(match, in_words=words)
    return told if told.a_id < told.b_id else told.turned()


def tier(probability: float, letters: int) -> Tier:
    """`letters` of the shorter text."""
    sure = 0.97 if letters < _SHORT else 0.9
    if probability >= sure:
        return "auto"
    return "probable" if probability >= 0.5 else "review" if probability >= 0.1 else "none"


def _shared(one: Pool, i: int, other: Pool, j: int) -> tuple[tuple[str, str], ...]:
    ours = {anchor.key: anchor.text for anchor in one.readings[i].anchors}
    theirs = {anchor.key: anchor.text for anchor in other.readings[j].anchors}
    strength = {key: one.anchors[i][key] * other.anchors[j][key] for key in ours.keys() & theirs.keys()}
    rarest = sorted(strength, key=lambda key: (-strength[key], key))[:_SHOWN]
    return tuple((ours[key], theirs[key]) for key in rarest)
