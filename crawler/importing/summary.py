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
