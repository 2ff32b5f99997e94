"""Teasers of other stories below the text, by how they end and by the names of their elements."""

from datetime import UTC, datetime

import pytest

from crawler.extraction.body.exclusions import leave_out
from crawler.extraction.body.text_blocks import Excluded, ReadBlock
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints

TEXT = [
    f"The harbour reopened on Monday after {days} days of work on its northern pier, the port's office said."
    for days in range(3, 10)
]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in TEXT)


def paragraphs(within: str) -> list[str]:
    text = f"<article><div class='text'>{PARAGRAPHS}{within}</div></article>"
    page = f"<html lang='en'><body><h1>The harbour reopened</h1>{text}</body></html>"
    url = "https://courier.example/news/1"
    fetch = Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC))
    return extract(fetch, Hints("courier")).body.split("\n\n")


def teasers(number: int, first: int = 0) -> str:
    towns = ("Millbrook", "Ashford", "Northgate", "Eastbay", "Westham")
    return "".join(
        f"<p>{town}. A bus stopped in the middle of the bridge on Sunday evening, and the driver ...</p>"
        for town in towns[first : first + number]
    )


def test_paragraphs_at_the_end_that_break_off_are_teasers() -> None:
    assert paragraphs(f"<p>News of the region</p>{teasers(3)}<p>More articles</p>{teasers(2, 3)}") == TEXT


@pytest.mark.parametrize(
    "within",
    [
        # three may be the writer's way
        teasers(3),
        # a sentence follows
        teasers(5) + "<p>He went home.</p>",
        teasers(5) + "<p>The harbour master laughed at all of this and went home to his family.</p>",
    ],
)
def test_who_only_pauses_is_left_his_text(within: str) -> None:
    read = paragraphs(within)
    assert read[: len(TEXT)] == TEXT
    assert len(read) == len(TEXT) + within.count("<p>")


def test_a_short_text_is_not_taken_for_what_is_above_teasers() -> None:
    page = f"<html lang='en'><body><h1>Four days at sea</h1><article>{teasers(5)}</article></body></html>"
    url = "https://courier.example/news/1"
    fetch = Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC))
    assert len(extract(fetch, Hints("courier")).body.split("\n\n")) == 5


OTHER = "<p>Jane Doe has written about ships and the people on them for more than twenty years now.</p>"


@pytest.mark.parametrize(
    "name", ["author-bio", "author-box", "contrib-bio", "about-the-author", "region region-right"]
)
def test_elements_of_other_things_are_told_by_their_names(name: str) -> None:
    assert paragraphs(f"<div class='{name}'>{OTHER}</div>") == TEXT
    assert len(paragraphs(f"<div class='x-text'>{OTHER}</div>")) == len(TEXT) + 1


BUS = "A bus stopped on the bridge"
STORY = f"<a href='/2'>{BUS}</a>"


@pytest.mark.parametrize(
    ("within", "line"),
    [
        (f"<b>Read also: {STORY}</b> ", ""),
        (f"<b>Читайте також:</b> {STORY}. ", ""),
        (f"<b>Смотрите также</b>: <i>{STORY}</i> ", ""),
        (f"<span><span>À LIRE AUSSI</span> <strong>{STORY}</strong></span><br>", ""),
        # a sentence that goes on, a short link, no label
        (f"<b>See also</b> {STORY}, which we saw. ", f"See also {BUS}, which we saw. "),
        (f"<b>Read more</b> {STORY} and on. ", f"Read more {BUS} and on. "),
        ("<b>See also</b> <a href='/2'>the bridge</a>. ", "See also the bridge. "),
        (f"She says: <i>read more</i> {STORY}. ", f"She says: read more {BUS}. "),
        (f"<b>Read also the book</b> {STORY}. ", f"Read also the book {BUS}. "),
    ],
)  # fmt: skip
def test_a_teaser_amid_a_paragraph(within: str, line: str) -> None:
    first, last = "The mayor came at noon.", "She left in the evening of the same day, as her office said."
    found = " ".join(paragraphs(f"<p>{first} {within}{last}</p>")[len(TEXT) :])
    assert found == f"{first} {line}{last}"


def test_a_label_takes_sentences_with_a_link_along() -> None:
    items = "".join(
        f"<li>How more storms could close <a href='/{i}'>port {i} of the north</a>, says its office</li>"
        for i in range(5)
    )
    assert paragraphs(f"<h2>More must-read harbour coverage from Courier:</h2><ul>{items}</ul>") == TEXT
    # without the label they are of the text
    assert len(paragraphs(f"<h2>What to know of the storms</h2><ul>{items}</ul>")) > len(TEXT)


@pytest.mark.parametrize(
    ("lines", "left_out"),
    [
        ({"port,": 0.8, "sea,": 0.75, "Jane Doe.": 0.9}, True),
        ({"port,": 0.8, "sea": 0.75, "Jane Doe.": 0.9}, False),
        ({"port,": 0.2, "sea,": 0.2, "Jane Doe.": 0.2}, False),
        ({"Sign up for our newsletter now.": 0.54, "Add your name to those who call it a port!": 0.54}, True),
    ],
)
def test_lines_of_links_that_were_read_as_paragraphs(lines: dict[str, float], left_out: bool) -> None:
    text = [ReadBlock("paragraph", line, 0.0) for line in TEXT]
    blocks = [*text, *(ReadBlock("paragraph", line, share) for line, share in lines.items())]
    reasons = leave_out(blocks, Excluded())
    assert [*map(bool, reasons)] == [False] * len(TEXT) + [left_out] * len(lines)
