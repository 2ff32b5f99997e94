"""trafilatura's rules on names, asked only of elements that have one, and of each name once.

They are XPath: up to five regular expressions for each element of a tree, most of which bears no name at all,
and an eighth of what a page costs. Put in the place of trafilatura's own when this module is imported; they
find the same elements (tests/crawler/extraction/test_quicker.py).
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from lxml import etree
from trafilatura import settings, xpaths

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_REMEMBERED = 8192
"""Verdicts that a rule keeps."""
_NAMESPACES = {"re": xpaths.REGEXP_NS}


class NamedRule:
    """In place of an XPath `.//*[…]` whose conditions are on an element's own tag and attributes.

    And on an <h1> in it, if on anything else.
    """

    def __init__(self, path: str) -> None:
        path = path.strip()
        if not path.startswith(".//*["):
            raise ValueError(f"expected .//*[…], got {path[:80]}")
        self._path = path
        self._holds = etree.XPath(path.replace(".//*", "self::*", 1), namespaces=_NAMESPACES)
        self._attributes = set(re.findall(r"@([\w-]+)", path))
        self._tags = sorted(set(re.findall(r"self::(\w+)", path))) or ["*"]
        self._of_headlines = ".//h1" in path
        self._verdicts: dict[tuple[str, tuple[tuple[str, str], ...], bool], bool] = {}

    def __repr__(self) -> str:
        return self._path

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        return [element for element in tree.iterdescendants(*self._tags) if self._is_one(element)]

    def _is_one(self, element: HtmlElement) -> bool:
        names = tuple([pair for pair in element.items() if pair[0] in self._attributes])
        if not names:
            return False
        key = (element.tag, names, self._of_headlines and element.find(".//h1") is not None)
        verdict = self._verdicts.get(key)
        if verdict is None:
            if len(self._verdicts) == _REMEMBERED:
                self._verdicts.clear()
            verdict = self._verdicts[key] = bool(self._holds(element))
        return verdict


class Either:
    """In place of a union of `.//tag`, `.//tag[…]` and `.//*[…]`; not in the order of the page."""

    def __init__(self, path: str) -> None:
        parts = re.split(r"\|(?=\.//)", path.strip())
        self._tags = [part.removeprefix(".//") for part in parts if "[" not in part]
        self._rules = [
            NamedRule(re.sub(r"^\.//(\w+)\[", r".//*[self::\1][", part)) for part in parts if "[" in part
        ]

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        found: list[HtmlElement] = list(tree.iterdescendants(*self._tags))
        for rule in self._rules:
            found += rule(tree)
        return found


class FirstPost:
    """In place of the XPath that looks for the text's element: of one that is told to be it, at once."""

    def __init__(self, rule: etree.XPath) -> None:
        self._rule = rule

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        first = tree[0][0] if len(tree) and tree[0].tag == "body" and len(tree[0]) else None
        if first is not None and first.tag == "div" and first.get("class") == "post":
            return [first]
        found: list[HtmlElement] = self._rule(tree)
        return found


for rules in (
    xpaths.RAW_TREE_PRUNE_XPATH,
    xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
    xpaths.OVERALL_DISCARD_XPATH,
):
    rules[:] = [NamedRule(rule.path) for rule in rules]
xpaths.BODY_XPATH[0] = FirstPost(xpaths.BODY_XPATH[0])
# the package has a function of the module's name
_module = vars(import_module("trafilatura.baseline"))
_module["BASIC_CLEAN_XPATH"] = Either(settings.BASIC_CLEAN_XPATH.path)
