"""Names, comprehensions, complexity and words get plainer, folder by folder, and never worse."""

from __future__ import annotations

import ast

import pytest

from tests.house.measure import Figures, ceilings, complexity, measure

PARALLEL = 3
"""Two landings at the same time may together exceed a ceiling that each of them kept."""


@pytest.mark.parametrize("figure", Figures().counts())
def test_no_folder_is_above_its_ceiling(figure: str) -> None:
    """Name the thing instead of writing `found`; write loops with named steps; split long functions."""
    limits = ceilings()[figure]
    above = {}
    for folder, figures in measure().items():
        count = figures.counts()[figure]
        limit = max(limits.get(folder, 0), figures.allowed().get(figure, 0))
        if count > limit + PARALLEL:
            above[folder] = f"{count}, at most {limit}"
    assert above == {}, "`python -m tests.house.measure FOLDER` names them"


def test_ceilings_name_folders_that_exist() -> None:
    gone = {folder for limits in ceilings().values() for folder in limits} - set(measure())
    assert gone == set(), "delete the lines of folders that were deleted or renamed"


def test_complexity_counts_conditions_and_loops() -> None:
    source = """
def weigh(rows):
    if rows and rows[0] or not rows:
        return [row for row in rows if row]
    for row in rows:
        try:
            assert row
        except ValueError:
            return 1 if row else 2
"""
    assert complexity(ast.parse(source).body[0]) == 10
