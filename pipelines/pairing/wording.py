"""Why two texts are taken for one story, in a line that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def in_words(
    shared: Sequence[tuple[str, str]],
    ordered: tuple[int, int],
    covered: tuple[float, float],
    languages: tuple[str, str],
    runner_up: float,
    *,
    same_image: bool,
) -> str:
    """`17 травня ↔ May 17; Кравчук ↔ Kravchuk; 9 of 10 anchors in order; said by both: …; runner-up 0.03`."""
    told = [f"{' '.join(ours.split())} ↔ {' '.join(theirs.split())}" for ours, theirs in shared]
    told += ["the same image"] if same_image else []
    told += [f"{ordered[0]} of {ordered[1]} anchors in order"] if ordered[1] else ["no anchors in common"]
    shares = " and ".join(f"{100 * x:.0f} % of {code}" for x, code in zip(covered, languages, strict=True))
    return "; ".join([*told, f"said by both: {shares}", f"runner-up {runner_up:.2f}"])
