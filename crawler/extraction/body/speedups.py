"""Faster forms of trafilatura's rules on class and id names.

The originals are XPath: up to five regular expressions for each element of a tree, most of which has no name.
That is an eighth of the cost of a page. Ours look only at elements with a name, and at each name once.
`install` replaces trafilatura's rules with them; they find the same elements
(tests/crawler/extraction/body/test_speedups.py).
"""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from operator import attrgetter

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import htmlprocessing, main_extractor, settings, utils, xpaths

_REMEMBERED = 8192
"""Results that a rule keeps."""
_NAMESPACES = {"re": xpaths.REGEXP_NS}


class NamedRule:
    """A rule for XPaths `.//*[…]` whose conditions are on an element's own tag and attributes.

    The only other condition that it allows is an <h1> inside the element. Several paths are searched for at
    once: the elements for which one holds, in page order.
    """

    def __init__(self, *paths: str) -> None:
        self.paths = tuple(path.strip() for path in paths)
        if wrong := next((path for path in self.paths if not path.startswith(".//*[")), None):
            raise ValueError(f"expected .//*[…], got {wrong[:80]}")
        union = " | ".join(self.paths)
        self._holds = etree.XPath(union.replace(".//*[", "self::*["), namespaces=_NAMESPACES)
        self._attributes = set(re.findall(r"@([\w-]+)", union))
        tags = [set(re.findall(r"self::(\w+)", path)) for path in self.paths]
        self._tags = sorted(set().union(*tags)) if all(tags) else ["*"]
        self._of_headlines = ".//h1" in union
        self._results: dict[tuple[str, tuple[tuple[str, str], ...], bool], bool] = {}

    def __repr__(self) -> str:
        return " | ".join(self.paths)

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        return [*self.search(tree)]

    def search(self, tree: HtmlElement) -> Iterator[HtmlElement]:
        """Yield the elements for which a path holds."""
        return filter(self.holds, tree.iterdescendants(*self._tags))

    def holds(self, element: HtmlElement) -> bool:
        """Tell if a path holds for one element."""
        attributes, results = self._attributes, self._results
        names = tuple([pair for pair in element.items() if pair[0] in attributes])
        if not names:
            return False
        key = (element.tag, names, self._of_headlines and element.find(".//h1") is not None)
        holds = results.get(key)
        if holds is None:
            if len(results) == _REMEMBERED:
                results.clear()
            holds = results[key] = bool(self._holds(element))
        return holds


class Either:
    """A rule for a union of `.//tag`, `.//tag[…]` and `.//*[…]`; its results are not in page order."""

    def __init__(self, path: str) -> None:
        parts = re.split(r"\|(?=\.//)", path.strip())
        self._tags = [part.removeprefix(".//") for part in parts if "[" not in part]
        self._rule = NamedRule(
            *(re.sub(r"^\.//(\w+)\[", r".//*[self::\1][", part) for part in parts if "[" in part)
        )

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        return [*tree.iterdescendants(*self._tags), *self._rule.search(tree)]


class First(NamedRule):
    """A rule for an XPath of which trafilatura takes the first result only."""

    def __init__(self, path: str) -> None:
        super().__init__(path.strip().removesuffix("[1]"))

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        return [*islice(self.search(tree), 1)]


class _Linked:
    """A tree that yields only elements with links inside."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self._linked = {around for ref in tree.iter("ref") for around in ref.iterancestors()}
        self._yielded: list[HtmlElement] = []
        self._has_parent = tree.getparent() is not None

    def iter(self, tag: str) -> Iterator[HtmlElement]:
        if self._linked:
            self._yielded = [*filter(self._linked.__contains__, self._tree.iter(tag))]
        return iter(self._yielded)

    def has_lost(self) -> bool:
        """Tell if an element that was yielded has been deleted since."""
        for element in self._yielded:
            if element.getparent() is None and (self._has_parent or element is not self._tree):
                return True
        return False


class LinkDensity:
    """trafilatura's `delete_by_link_density`, on elements with links only.

    trafilatura calls it for <div>, list and <p> of a tree, and again for the three: if nothing was deleted
    the first time, nothing is the second time.
    """

    _CALLS = ("div", "list", "p") * 2

    def __init__(self) -> None:
        self._tree: HtmlElement | None = None
        self._calls = 0
        """Calls for this tree."""
        self._is_settled = True
        """Nothing was deleted by them."""

    def __call__(
        self, subtree: HtmlElement, tagname: str, backtracking: bool = False, favor_precision: bool = False
    ) -> HtmlElement:
        if self._tree is not subtree or tagname != self._CALLS[self._calls]:
            self._tree, self._calls, self._is_settled = subtree, 0, tagname == self._CALLS[0]
        if self._calls < 3 or not self._is_settled:
            linked = _Linked(subtree)
            htmlprocessing.delete_by_link_density(linked, tagname, backtracking, favor_precision)
            self._is_settled = self._is_settled and not linked.has_lost()
        self._calls += 1
        if self._calls == len(self._CALLS):
            self._tree = None
        return subtree


delete_by_link_density = LinkDensity()


def without_controls(string: str) -> str:
    """Trafilatura's `remove_control_characters`, which asks each character of a text with a line break."""
    is_clean = "".join(string.split()).isprintable()
    return string if is_clean else utils.remove_control_characters(string)


_path = attrgetter("path")
_LEFT_OUT = NamedRule(
    *map(_path, xpaths.RAW_TREE_PRUNE_XPATH),
    *map(_path, xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH),
    *map(_path, xpaths.OVERALL_DISCARD_XPATH),
)


def names_left_out(element: HtmlElement) -> bool:
    """Tell if trafilatura leaves an element out for its names."""
    return _LEFT_OUT.holds(element)


def install() -> None:
    """Replace trafilatura's rules by ours in this process; later calls do nothing."""
    if vars(main_extractor)["delete_by_link_density"] is delete_by_link_density:
        return
    for rules in (
        xpaths.RAW_TREE_PRUNE_XPATH,
        xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
        xpaths.OVERALL_DISCARD_XPATH,
        xpaths.TEASER_DISCARD_XPATH,
        xpaths.DISCARD_IMAGE_ELEMENTS,
    ):
        # what one path finds is removed with all in it, so it has no effect on what the others find
        rules[:] = [NamedRule(*map(_path, rules))]
    xpaths.BODY_XPATH[0] = First(xpaths.BODY_XPATH[0].path)
    vars(main_extractor)["delete_by_link_density"] = delete_by_link_density
    # imported by name, as the package has a function of the same name
    baseline = vars(import_module("trafilatura.baseline"))
    baseline["BASIC_CLEAN_XPATH"] = Either(settings.BASIC_CLEAN_XPATH.path)
    baseline["remove_control_characters"] = without_controls
