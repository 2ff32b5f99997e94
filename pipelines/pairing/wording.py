"""Why two texts are taken for one story, in a line that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.pairing.traces import Trace


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
