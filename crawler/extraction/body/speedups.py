"""Faster forms of trafilatura's rules on class and id names.

The originals are XPath: up to five regular expressions for each element of a tree, most of which has no name.
That is an eighth of the cost of a page. Ours look only at elements with a name, and at each name once.
`install` replaces trafilatura's rules with them; they find the same elements
(tests/crawler/extraction/body/test_speedups.py).
"""

from __future__ import annotations

import re
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree
from trafilatura import htmlprocessing, main_extractor, settings, xpaths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_REMEMBERED = 8192
"""Results that a rule keeps."""
_NAMESPACES = {"re": xpaths.REGEXP_NS}


class NamedRule:
    """A rule for an XPath `.//*[…]` whose conditions are on an element's own tag and attributes.

    The only other condition that it allows is an <h1> inside the element.
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
        self._results: dict[tuple[str, tuple[tuple[str, str], ...], bool], bool] = {}

    def __repr__(self) -> str:
        return self._path

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        return [element for element in tree.iterdescendants(*self._tags) if self._is_one(element)]

    def _is_one(self, element: HtmlElement) -> bool:
        names = tuple([pair for pair in element.items() if pair[0] in self._attributes])
        if not names:
            return False
        key = (element.tag, names, self._of_headlines and element.find(".//h1") is not None)
        result = self._results.get(key)
        if result is None:
            if len(self._results) == _REMEMBERED:
                self._results.clear()
            result = self._results[key] = bool(self._holds(element))
        return result


class Either:
    """A rule for a union of `.//tag`, `.//tag[…]` and `.//*[…]`; its results are not in page order."""

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


class First(NamedRule):
    """A rule for an XPath of which trafilatura takes the first result only."""

    def __init__(self, path: str) -> None:
        super().__init__(path.strip().removesuffix("[1]"))

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        return [*islice(filter(self._is_one, tree.iterdescendants(*self._tags)), 1)]


class _Linked:
    """A tree that yields only elements with links inside."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self._linked = {around for ref in tree.iter("ref") for around in ref.iterancestors()}

    def iter(self, tag: str) -> Iterator[HtmlElement]:
        return filter(self._linked.__contains__, self._tree.iter(tag)) if self._linked else iter(())


def delete_by_link_density(
    subtree: HtmlElement, tagname: str, backtracking: bool = False, favor_precision: bool = False
) -> HtmlElement:
    """Do what trafilatura's function of this name does, on elements with links only."""
    htmlprocessing.delete_by_link_density(_Linked(subtree), tagname, backtracking, favor_precision)
    return subtree


def install() -> None:
    """Replace trafilatura's rules by ours in this process; later calls do nothing."""
    if vars(main_extractor)["delete_by_link_density"] is delete_by_link_density:
        return
    for rules in (
        xpaths.RAW_TREE_PRUNE_XPATH,
        xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
        xpaths.OVERALL_DISCARD_XPATH,
    ):
        rules[:] = [NamedRule(rule.path) for rule in rules]
    xpaths.BODY_XPATH[0] = First(xpaths.BODY_XPATH[0].path)
    vars(main_extractor)["delete_by_link_density"] = delete_by_link_density
    # imported by name, as the package has a function of the same name
    vars(import_module("trafilatura.baseline"))["BASIC_CLEAN_XPATH"] = Either(settings.BASIC_CLEAN_XPATH.path)
