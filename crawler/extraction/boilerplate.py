"""Which lines and elements are no part of an article, from boilerplate.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from crawler.extraction.text import one_line


@dataclass(frozen=True, slots=True)
class LineRule:
    language: str
    reason: str
    pattern: re.Pattern[str]
    spares_sentences: bool
    longest: int
    """Characters up to which a line that begins like this is no text; a whole match has no such limit."""


@cache
def line_rules() -> tuple[LineRule, ...]:
    rules = []
    for entry in _file()["line"]:
        # the lines that are matched are short, so the patterns' bounded gaps cost little
        source = entry.get("whole") or entry["start"]
        pattern = re.compile(f"(?:{source})$" if "whole" in entry else f"(?:{source})")
        rules.append(
            LineRule(
                entry["language"],
                entry["reason"],
                pattern,
                entry.get("spares_sentences", False),
                entry.get("longest", 400),
            )
        )
    return tuple(rules)


@cache
def element_names() -> dict[str, str]:
    """Folded class and id names of elements to leave out, each with the reason."""
    return {name: entry["reason"] for entry in _file()["element"] for name in entry["class"]}


def why_not_text(line: str) -> str | None:
    """The reason why a line is no part of the article; None for text."""
    folded = one_line(line).casefold().strip("•·-–—>»▶►→*[]| ")
    if len(folded) > 400:
        return None
    if not any(map(str.isalnum, folded)):
        return "no letter"
    for rule in line_rules():
        if len(folded) <= rule.longest and rule.pattern.match(folded):
            if rule.spares_sentences and _is_sentence(folded):
                continue
            return rule.reason
    return None


def _is_sentence(folded: str) -> bool:
    """`Read also to children, psychologists advise.`; promo lines are shorter, or have a colon soon."""
    return folded.endswith(".") and len(folded) > 120 and ":" not in folded[:40]


def _file() -> dict[str, list[dict[str, Any]]]:
    source = resources.files(__package__).joinpath("boilerplate.toml").read_text("utf-8")
    loaded: dict[str, list[dict[str, Any]]] = tomllib.loads(source)
    return loaded
