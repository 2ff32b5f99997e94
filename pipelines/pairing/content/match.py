"""The result of comparing two articles by content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from pipelines.pairing.content.tiers import CONFLICT, PROBABLE, Tier
from pipelines.similarity.document import Kind, Trace

_AN_ORDER = 3
"""Anchors from which on their order says something."""
TIERS = frozenset(get_args(Tier))
_TRACES = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Match:
    """Two articles and the probability that they are one story; `a_id` is the smaller id."""

    a_id: str
    b_id: str
    probability: float
    tier: Tier
    mutual: bool
    """True if neither has a likelier partner in the other's language."""
    runner_up: float
    """Probability of the best other candidate of either."""
    shared: tuple[tuple[str, str], ...] = ()
    """Numbers and names that both have, as each prints them, rarest first, at most twelve."""
    ordered: tuple[int, int] = (0, 0)
    """Anchors in the same order, and anchors that occur once on each side."""
    covered: tuple[float, float] = (0.0, 0.0)
    """Share of the letters of a, and of b, in passages that the other has too; 0 if not compared."""
    traces: tuple[Trace, ...] = ()
    """Pictures, videos and links that both have, and no other article of these days."""
    in_words: str = ""
    """All this as a sentence for people, in the order of LANGUAGES."""
    was_joined: bool = False
    """True if it is a pair by content already; it ends where the comparison no longer finds it."""

    @property
    def joins(self) -> bool:
        """Tell if it is a pair without any link.

        With a trace, a pair only needs to be possible. But if one of the two has a likely partner, that one
        is the pair.
        """
        possible = self.probability >= CONFLICT and (self.mutual or self.runner_up < PROBABLE)
        return self.likely or (bool(self.traces) and possible)

    @property
    def likely(self) -> bool:
        """Tell if it is a pair by the texts alone."""
        return self.mutual and self.tier in {"auto", "probable"}

    @property
    def contradicted(self) -> bool:
        """Tell if only a trace supports it, while the texts contradict it."""
        return bool(self.traces) and self.probability < CONFLICT

    @property
    def withdrawn(self) -> bool:
        """Tell if it was a pair by content, and is none any more among the articles that are there now."""
        return self.was_joined and not self.joins

    @property
    def lapsed(self) -> bool:
        """Tell if it is no candidate at all any more; see `nothing`."""
        return self.tier == "none" and not (self.mutual or self.traces or self.in_words)

    @classmethod
    def nothing(cls, a_id: str, b_id: str, *, was_joined: bool) -> "Match":
        """Return the result for two articles that were compared and are no candidates."""
        return cls(a_id, b_id, 0.0, "none", mutual=False, runner_up=0.0, was_joined=was_joined)

    @classmethod
    def of_details(
        cls, a_id: str, b_id: str, score: float, content: Mapping[str, Any], *, was_joined: bool
    ) -> "Match":
        """Read a match from what `details` made of it.

        Raises ValueError and the like where a stranger has written them: a later step would fall over a tier
        that is none, or sort words among numbers.
        """
        if content["tier"] not in TIERS or not 0 <= score <= 1:
            raise ValueError(f"no result of a comparison: tier {content['tier']!r}, probability {score}")
        covered = content.get("covered", (0.0, 0.0))
        return cls(
            a_id=a_id,
            b_id=b_id,
            probability=score,
            tier=content["tier"],
            mutual=content["mutual"] is True,
            runner_up=float(content["runner_up"]),
            shared=tuple((str(text_a), str(text_b)) for text_a, text_b in content["shared"]),
            ordered=(int(content["ordered"][0]), int(content["ordered"][1])),
            covered=(float(covered[0]), float(covered[1])),
            traces=tuple(_trace(*trace) for trace in content.get("traces", ())),
            in_words=str(content.get("in_words", "")),
            was_joined=was_joined,
        )

    def turned(self) -> "Match":
        """Swap the articles."""
        return replace(
            self,
            a_id=self.b_id,
            b_id=self.a_id,
            shared=tuple((text_b, text_a) for text_a, text_b in self.shared),
            covered=self.covered[::-1],
        )

    def details(self) -> dict[str, object]:
        """Return the details that the archive keeps as JSON with the pair."""
        return {
            "in_words": self.in_words,
            "tier": self.tier,
            "mutual": self.mutual,
            "runner_up": self.runner_up,
            "shared": [list(pair) for pair in self.shared],
            "ordered": list(self.ordered),
            "covered": list(self.covered),
            "traces": [[trace.kind, trace.key] for trace in self.traces],
        }


def _trace(kind: Kind, key: str) -> Trace:
    if kind not in _TRACES:
        raise ValueError(f"no kind of trace: {kind!r}")
    return Trace(kind, str(key))


def in_words(  # noqa: PLR0917
    shared: Sequence[tuple[str, str]],
    ordered: tuple[int, int],
    covered: tuple[float, float],
    languages: tuple[str, str],
    runner_up: float,
    traces: Sequence[Trace],
) -> str:
    """Return the reasons as a line: `17 травня ↔ May 17; 9 of 10 anchors in order; said by both: …`."""
    reasons = [f"{' '.join(text_a.split())} ↔ {' '.join(text_b.split())}" for text_a, text_b in shared]
    reasons += [f"the same {kind}" for kind in dict.fromkeys(trace.kind for trace in traces)]
    if ordered[1] >= _AN_ORDER:
        reasons.append(f"{ordered[0]} of {ordered[1]} anchors in order")
    if not shared:
        reasons.append("no anchors in common")
    shares = " and ".join(f"{100 * x:.0f} % of {code}" for x, code in zip(covered, languages, strict=True))
    return "; ".join([*reasons, f"said by both: {shares}", f"runner-up {runner_up:.2f}"])
