"""The tables of tests/support/tiers.py name tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support import tiers

TESTS = Path(__file__).parents[1]


def test_the_tables_of_tiers_name_tests_that_are_there() -> None:
    written: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        written.update(re.findall(r"def (test_\w+)\(", path.read_text("utf-8")))
    assert {*tiers.SHORT, *tiers.FEW, *tiers.LEFT_OUT} - written == set()
