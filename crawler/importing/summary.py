"""The account of an import: what each of its files brought, for a terminal and for programs."""

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class SourceSummary:
    """One file, or one query to an index."""

    name: str
    unit: str = "bytes"
    """Or `captures`."""
    size: int | None = None
    """In units; None while unknown."""
    begin: int = 0
    """Unit at which this run has begun to read."""
    at: int = 0
    """All units before it were read."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Pages, by what became of them: `archived`, `dropped(too-short)`."""
    passed: Counter[str] = field(default_factory=Counter)
    """Records and captures, by reason."""
    damage: list[str] = field(default_factory=list)
    """Sentences about what could not be read."""
    notes: list[str] = field(default_factory=list)
    """Sentences about a file that was not read from begin to end."""
    begun: float = field(default_factory=monotonic)
    seconds: float | None = None
    """None while it is being read."""

    def end(self) -> None:
        self.seconds = monotonic() - self.begun

    @property
    def pages(self) -> int:
        return self.outcomes.total()

    def line(self) -> str:
        """Return what became of it in one sentence."""
        counts = [f"{count:,} {outcome}" for outcome, count in self.outcomes.most_common()]
        parts = [", ".join(counts) or "no page", f"{self.passed.total():,} passed over"]
        if self.damage:
            parts.append(f"{len(self.damage)} {'problem' if len(self.damage) == 1 else 'problems'}")
        parts.append(f"{self.seconds or 0:.0f} s")
        return f"{self.name}: {'; '.join(parts)}"

    def document(self) -> dict[str, object]:
        return {
            "name": self.name,
            "unit": self.unit,
            "size": self.size,
            "begin": self.begin,
            "read_to": self.at,
            "pages": dict(self.outcomes),
            "passed_over": dict(self.passed),
            "problems": [*self.damage],
            "notes": [*self.notes],
            "seconds": round(self.seconds, 1) if self.seconds is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the current source is read, and how long the rest takes."""

    rate: float | None
    """Units a second; None before anything was read."""
    pages_a_second: float | None
    seconds_left: float | None
    """Of all sources: those to come are taken to be as large as those so far. None if unknown."""


def pace(summaries: list[SourceSummary], planned: int, now: float) -> Pace:
    """`summaries`: of the sources so far, the last is the current one; `planned`: number of all sources."""
    current = summaries[-1]
    seconds = now - current.begun
    if seconds <= 0 or current.at <= current.begin:
        return Pace(None, None, None)
    rate = (current.at - current.begin) / seconds
    seconds_left = None
    if current.size is not None:
        sizes = [summary.size or 0 for summary in summaries]
        to_come = (planned - len(summaries)) * sum(sizes) / len(sizes)
        seconds_left = (current.size - current.at + to_come) / rate
    return Pace(rate, current.pages / seconds, seconds_left)
