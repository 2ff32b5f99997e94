"""Bare text becomes paragraphs, and a box inside a paragraph costs none of its words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.body.reader import read_element
from crawler.extraction.document.bare_text import make_paragraphs
from tests.support import tiers

LONG = "".join(
    f"<p>Рада {name} погодила ремонт мосту через річку, яку щовесни виводить із берегів. Роботи почнуть {day}"
    " березня, а рух відкриють не раніше осені, пояснили в управлінні доріг і додали, що гроші вже є.</p>"
    for name, day in (("Зарічна", 3), ("Підгірна", 9), ("Надставська", 14), ("Калинова", 21))
)
"""Paragraphs enough for trafilatura to leave out bare text."""
SENTENCE = "Міністр заперечив, що брав гроші в забудовника Олекси Ґудзя, якого затримали в п’ятницю."


def texts(inside: str) -> list[str]:
    element = html.fromstring(f'<div class="text">{LONG}{inside}{LONG.replace("Рада", "Громада")}</div>')
    return [block.text for block in read_element(element)]


@pytest.mark.parametrize("tag", ["section", "aside", "figure", "a", "span", "ins"])
def test_a_box_in_a_paragraph(tag: str) -> None:
    cut = SENTENCE.replace("Олекси Ґудзя", '<a href="/gudz">Олекси Ґудзя</a>')
    assert SENTENCE in texts(f"<p>{cut}<{tag}><div>Реклама</div></{tag}></p>")
    assert SENTENCE in texts(f"<p>{SENTENCE}<{tag}><div>Реклама</div></{tag}></p>")
    assert SENTENCE in texts(
        f"<p>{SENTENCE.replace(' гроші', f' <{tag}><div>Реклама</div></{tag}> гроші')}</p>"
    )


def test_a_paragraph_around_paragraphs() -> None:
    inside = f"<section><p>{SENTENCE}</p></section>"
    read = texts(f"<p>Того самого дня про це написали троє.{inside} Четвертий мовчав.</p>")
    assert [text for text in read if text in SENTENCE or "дня" in text or "Четвертий" in text] == [
        "Того самого дня про це написали троє.",
        SENTENCE,
        "Четвертий мовчав.",
    ]


@pytest.mark.parametrize(
    "inside",
    [
        f'<div class="pic"><img src="a.jpg"></div>{SENTENCE}',
        f"<p></p>{SENTENCE}",
        f"<div>{SENTENCE}</div>",
        f"<div><div>{SENTENCE}</div></div>",
        f"<div><p>{SENTENCE[::-1]}</p>{SENTENCE}</div>",
        f"<div>{SENTENCE.replace('гроші', '<b>гроші</b>')}</div>",
        f"<more><p>{SENTENCE[::-1]}</p>{SENTENCE}</more>",
    ],
)
def test_bare_text(inside: str) -> None:
    assert SENTENCE in texts(inside)


def test_a_link_at_the_level_of_the_paragraphs() -> None:
    cut = SENTENCE.replace("Олекси Ґудзя", '<a href="/gudz">Олекси Ґудзя</a>')
    assert SENTENCE in texts(cut)


@pytest.mark.parametrize(
    "inside",
    [
        f'<div class="newsletter-signup">{SENTENCE}</div>',
        f'<div><img src="a.jpg"><span>{SENTENCE}</span></div>',
        f'<div><div>{SENTENCE}</div><a href="/1">Інша новина</a></div>',
        f'<div><a href="/1">{SENTENCE}</a></div>',
        f"<div>{SENTENCE.rstrip('.')}</div>",
    ],
)
def test_bare_text_beside_the_article(inside: str) -> None:
    assert not any(SENTENCE.rstrip(".") in text for text in texts(inside))


PIECES = st.sampled_from([
    "<p>", "</p>", "<div>", "</div>", "<span>", "</span>", "<section>", "</section>", "<br>", "слово ",
    "<b>ще</b>", "<a href='/'>", "</a>", "<ul><li>раз</li></ul>", "<img src='a'>", "<h2>два</h2>", SENTENCE,
    "<blockquote>три</blockquote>", LONG,
])  # fmt: skip


@settings(deadline=None, max_examples=tiers.examples(200))
@given(st.lists(PIECES, max_size=20))
def test_no_word_is_lost_or_made(pieces: list[str]) -> None:
    element = html.fromstring(f"<div>{''.join(pieces)}</div>")
    before = sorted(filter(str.isalnum, element.text_content()))
    make_paragraphs(element)
    assert sorted(filter(str.isalnum, element.text_content())) == before
