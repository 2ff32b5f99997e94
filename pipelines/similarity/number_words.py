"""Words of numbers in three languages, from number_words.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def by_value(section: str, part: str = "") -> dict[int, tuple[str, ...]]:
    """Return the words of each number, in the order of the file."""
    table = _file()[section][part] if part else _file()[section]
    return {int(value): tuple(words.split()) for value, words in table.items()}


def by_word(section: str, *parts: str) -> dict[str, int]:
    """Return the number that each word says."""
    values: dict[str, int] = {}
    for part in parts or ("",):
        for value, words in by_value(section, part).items():
            values |= dict.fromkeys(words, value)
    return values


def words(name: str) -> tuple[str, ...]:
    """Return a list of words."""
    return tuple(_file()["words"][name].split())
