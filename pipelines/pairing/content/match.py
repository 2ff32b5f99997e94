"""Two articles and how likely they are one story."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pipelines.similarity.document import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence
_SHORT = 400
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


def tier(probability: float, letters: int) -> Tier:
    """`letters` of the shorter text."""
    sure = 0.97 if letters < _SHORT else 0.9
    if probability >= sure:
        return "auto"
    return "probable" if probability >= 0.5 else "review" if probability >= 0.1 else "none"


CONFLICT = 0.1
"""Probability by content below which the texts contradict what else speaks for a pair."""


# Why two texts are taken for one story, in a line that a person reads.


def in_words(  # noqa: PLR0917
    shared: Sequence[tuple[str, str]],
    ordered: tuple[int, int],
    covered: tuple[float, float],
    languages: tuple[str, str],
    runner_up: float,
    traces: Sequence[Trace],
) -> str:
    """`17 травня ↔ May 17; Кравчук ↔ Kravchuk; 9 of 10 anchors in order; said by both: …; runner-up 0.03`."""
    told = [f"{' '.join(ours.split())} ↔ {' '.join(theirs.split())}" for ours, theirs in shared]
    told += [f"the same {kind}" for kind in dict.fromkeys(each.kind for each in traces)]
    if ordered[1]:
        told.append(f"{ordered[0]} of {ordered[1]} anchors in order")
    elif not shared:
        told.append("no anchors in common")
    shares = " and ".join(f"{100 * x:.0f} % of {code}" for x, code in zip(covered, languages, strict=True))
    return "; ".join([*told, f"said by both: {shares}", f"runner-up {runner_up:.2f}"])
