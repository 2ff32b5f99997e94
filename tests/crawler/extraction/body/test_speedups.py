"""Rules asked of few elements find what trafilatura's own XPaths find in all."""

import importlib.util
import random
import re
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree, html

from crawler.extraction.body import speedups


def fresh(name: str) -> ModuleType:
    """A copy of a module of trafilatura as it comes, beside the one in use."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


speedups.install()
OWN = fresh("trafilatura.xpaths")
SETTINGS = fresh("trafilatura.settings")
LISTS = (
    "RAW_TREE_PRUNE_XPATH",
    "REMOVE_COMMENTS_AND_LISTS_XPATH",
    "OVERALL_DISCARD_XPATH",
    "TEASER_DISCARD_XPATH",
    "DISCARD_IMAGE_ELEMENTS",
)
RULES = [
    (
        etree.XPath(" | ".join(rule.path for rule in getattr(OWN, name)), namespaces={"re": OWN.REGEXP_NS}),
        ours,
    )
    for name in LISTS
    for ours in getattr(speedups.xpaths, name)
] + [(SETTINGS.BASIC_CLEAN_XPATH, speedups.Either(SETTINGS.BASIC_CLEAN_XPATH.path))]
# every word of every rule, whole and with what it may be joined to
WORDS = sorted(
    {
        word
        for own, _ in RULES
        for literal in re.findall(r"'([^']+)'", own.path)
        for word in re.split(r"[|^()?:\[\]$]+", literal)
        if word
    }
    | {"infinitescroll", "mvp-post-add-box", "cookie-banner"}
)
TAGS = ("div", "section", "p", "span", "aside", "ul", "ol", "list", "item", "details", "footer", "svg", "h1")
ATTRIBUTES = ("class", "id", "style", "role", "aria-hidden", "data-component", "title")
_value = st.lists(st.sampled_from([*WORDS, "x", "text", "Content", "nav", "-", " "]), max_size=4).map("".join)


@st.composite
def trees(draw: st.DrawFn) -> html.HtmlElement:
    around = html.Element("body")
    places = [around]
    for _ in range(draw(st.integers(1, 12))):
        element = etree.SubElement(draw(st.sampled_from(places)), draw(st.sampled_from(TAGS)))
        for name in draw(st.lists(st.sampled_from(ATTRIBUTES), unique=True, max_size=3)):
            element.set(name, draw(_value))
        places.append(element)
    return around


@given(trees())
def test_the_same_elements(tree: html.HtmlElement) -> None:
    for own, ours in RULES:
        assert set(ours(tree)) == set(own(tree))


@pytest.mark.parametrize(("own", "ours"), RULES)
def test_every_word_of_a_rule(own: etree.XPath, ours: speedups.NamedRule) -> None:
    tree = html.Element("body")
    for tag in ("div", "list", "section"):
        for name in ATTRIBUTES:
            for word in WORDS:
                for value in (word, f"a {word}"):
                    etree.SubElement(tree, tag).set(name, value)
    found = own(tree)
    assert found
    assert set(ours(tree)) == set(found)


def test_what_is_no_such_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        speedups.NamedRule(".//div")


def test_verdicts_are_forgotten_at_some_time() -> None:
    rule = speedups.NamedRule(OWN.OVERALL_DISCARD_XPATH[0].path)
    tree = html.Element("body")
    names = [f"{random.Random(i).random()}" for i in range(speedups._REMEMBERED + 5)]
    for name in names:
        etree.SubElement(tree, "div").set("class", name)
    etree.SubElement(tree, "div").set("class", "newsletter")
    assert [element.get("class") for element in rule(tree)] == ["newsletter"]
    assert len(rule._results) < 100


def test_the_texts_element_is_told_at_once_where_it_is_named() -> None:
    ours = speedups.xpaths.BODY_XPATH[0]
    for body in (
        "<div class=post><p>x",
        "<div class=other><div class=entry>x",
        "<p>x",
        "<article class=post>x",
    ):
        tree = html.document_fromstring(f"<body>{body}</body>")
        assert ours(tree) == OWN.BODY_XPATH[0](tree)[:1]


PIECES = ("<div>", "</div>", "<p>", "<list>", "</list>", "<ref>", "</ref>", "слово ", "довге речення, " * 9)
PASS = (("div", True), ("list", False), ("p", False))


@example(
    ["<div><p><ref>", PIECES[-1], "</ref></p><ref>слово</ref></div><p>", *PIECES[-1:] * 3]
)  # in the second pass
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_what_is_deleted_for_its_links(pieces: list[str]) -> None:
    one, other = (html.document_fromstring(f"<div>{''.join(pieces)}</div>")[0] for _ in range(2))
    # twice as trafilatura does it, then once more as if the tree had been changed in between
    for tag, back in (*PASS, *PASS, ("div", False), ("p", False), *PASS):
        speedups.htmlprocessing.delete_by_link_density(one, tag, backtracking=back)
        assert speedups.delete_by_link_density(other, tag, backtracking=back) is other
        assert etree.tostring(one) == etree.tostring(other)


@example("a\u200b b")
@example("a\tb\x07")
@given(st.text())
def test_controls_are_removed_as_trafilatura_does(text: str) -> None:
    assert speedups.without_controls(text) == speedups.utils.remove_control_characters(text)
