"""The words of a message are asserted in one file; other tests assert exit codes, types and fields."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
PHRASE = 5
"""Words in a row: fewer are common English."""
MOST = 49
"""Phrases that stand in two files all the same, with a count, a reason or a language; only falls."""


def test_the_words_of_a_message_are_asserted_in_one_file() -> None:
    files: defaultdict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for text in _asserted(ast.parse(path.read_text("utf-8"))):
            words = re.findall(r"[a-z']+", text.lower())
            for start in range(len(words) - PHRASE + 1):
                files[" ".join(words[start : start + PHRASE])].add(path.relative_to(TESTS).as_posix())
    twice = {phrase: sorted(paths) for phrase, paths in files.items() if len(paths) > 1}
    assert len(twice) <= MOST, twice


def _asserted(tree: ast.Module) -> Iterator[str]:
    """Yield the strings of `assert` and of `pytest.raises(match=…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg == "match"):
            for part in ast.walk(node.test if isinstance(node, ast.Assert) else node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                    yield part.value
