"""Views of `archive.open(…).sql(…)`, joined for common questions; docs/reference/sql.md has them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from string import Template

from archive.format.languages import STORY_LANGUAGES
from archive.format.marks import CONTRADICTIONS, UNNAMED
from archive.format.reasons import NO_ARTICLE, READ
from archive.format.records import PERHAPS_ALONE
from archive.read.quotations import quotations

_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class View:
    name: str
    about: str
    columns: Mapping[str, str]
    """Each column with its meaning, in their order."""
    query: str
    example: str
    """A question to it, with which the reference shows it."""
    reads: tuple[str, ...]
    """Tables and views that it is made of."""


@cache
def views() -> Mapping[str, View]:
    """Views by name, each after the views that it reads."""
    tables = tomllib.loads(_FILE.read_text("utf-8"))
    values = _values(tables.pop("parts"))
    by_name: dict[str, View] = {}
    for name, table in tables.items():
        query = Template(table["query"]).substitute(values)
        by_name[name] = View(
            name, table["about"], table["columns"], query, table["example"], tuple(table["reads"])
        )
    return by_name


def _values(parts: Mapping[str, str]) -> dict[str, str]:
    """What stands for the names in a query: parts for each side, and what is made of the languages."""
    marks = list[str]()
    for x, y in ("ab", "ba"):
        marks.append(parts["quote"].format(x=x, y=y, unnamed=UNNAMED))
        marks.append(parts["sentence"].format(x=x, y=y))
    for kind, column in CONTRADICTIONS.items():
        for x, y in ("ab", "ba"):
            values = {"kind": kind, "column": column, "languages": list(STORY_LANGUAGES)}
            marks.append(parts["mark"].format(x=x, y=y, **values))
    two_languages = combinations(STORY_LANGUAGES, 2)
    first = "coalesce({})".format(", ".join(f"s.{{0}}_{x}" for x in STORY_LANGUAGES))
    return {
        "lags": "\nUNION ALL\n".join(parts["lag"].format(a=a, b=b) for a, b in two_languages),
        "omitted": parts["passage"].format(x="a", y="b", kind="omitted", least=PERHAPS_ALONE),
        "added": parts["passage"].format(x="b", y="a", kind="added", least=PERHAPS_ALONE),
        "marks": "\nUNION ALL\n".join(marks),
        "a_and_b": parts["compared"].format(x="a", y="b"),
        "b_and_a": parts["compared"].format(x="b", y="a"),
        "quotations": quotations("articles"),
        "headline": first.format("headline"),
        "url": first.format("url"),
        "languages": str(STORY_LANGUAGES),
        "read": str(READ),
        "no_article": str(tuple(map(str, NO_ARTICLE))),
        "lag_columns": ", ".join(f"lag_{x}" for x in STORY_LANGUAGES),
        "first_language": " ".join(f"WHEN lag_{x} = times[1] THEN '{x}'" for x in STORY_LANGUAGES),
    }
