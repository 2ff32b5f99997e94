from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.demo.story_files import blocks_html, inline_html, parse_blocks, plain
from crawler.items import TextBlock

WORDS = st.text(alphabet="абвєіїґabc <>&\"'’ ", min_size=1, max_size=40).filter(lambda text: text.strip())
KINDS = st.sampled_from(["paragraph", "heading", "quote", "list_item"])
MARKS = {"paragraph": "", "heading": "## ", "quote": "> ", "list_item": "- "}


@given(st.lists(st.tuples(KINDS, WORDS.map(lambda text: "я" + " ".join(text.split()))), min_size=1))
def test_what_is_written_is_read_back(written):
    body = "\n\n".join(MARKS[kind] + text for kind, text in written)
    assert [(block.kind, block.text) for block in parse_blocks(body)] == written


@given(WORDS)
def test_no_text_breaks_the_page(text):
    shown = html.fromstring(f"<p>{inline_html(text)}</p>").text_content()
    assert shown.split() == plain(text).split()


def test_lines_of_a_list_are_items_and_lines_of_a_paragraph_are_one():
    assert parse_blocks("one\ntwo\n\n- three\n- four") == (
        TextBlock("paragraph", "one two"),
        TextBlock("list_item", "three"),
        TextBlock("list_item", "four"),
    )


@pytest.mark.parametrize(
    ("text", "shown", "printed"),
    [
        ("a **b** c", "a b c", "a <strong>b</strong> c"),
        ("see [the plan](/ukr/) now", "see the plan now", 'see <a href="/ukr/">the plan</a> now'),
        ("2 < 3 & 4", "2 < 3 & 4", "2 &lt; 3 &amp; 4"),
    ],
)
def test_inline(text, shown, printed):
    assert plain(text) == shown
    assert inline_html(text) == printed


def test_the_promo_line_stands_between_blocks_and_never_after_a_heading():
    blocks = (TextBlock("paragraph", "one"), TextBlock("heading", "two"), TextBlock("paragraph", "three"))
    assert blocks_html(blocks, "PROMO", 2).splitlines() == [
        "<p>one</p>",
        "<h2>two</h2>",
        "<p>three</p>",
        "PROMO",
    ]
    assert "PROMO" not in blocks_html(blocks, "PROMO", None)
