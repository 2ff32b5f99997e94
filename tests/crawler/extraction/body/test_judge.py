"""The judge weighs readings by what the page says, and asks for others only in doubt."""

# ruff: noqa: E501 - a line of a page reads better whole

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from crawler.extraction.body.judge import Reading, Verdict, judge
from crawler.extraction.body.text_blocks import Excluded, ReadBlock
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.document.prose import Piece, read_prose
from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints

TITLE = "Council of Port Invented passes the budget"
TEXT = [
    "The council of Port Invented passed its budget for the next year after twelve hours of debate in the hall.",
    "Thirty-two of forty members voted for the decision, five abstained, and three did not come to the sitting.",
    "Most of the money goes to schools: forty million are put aside for the repair of roofs and new textbooks.",
    "The opposition says that the document forgets the outskirts, where there are no pavements and no lamps yet.",
    "The mayor promised to come back to the question in spring, when it is known how much was paid in taxes.",
    "The next sitting of the assembly is on the second Tuesday of February, and it is open to all who live here.",
]
OTHER = [
    "A fair of honey and of things made from wax opens on the embankment, with forty keepers from six districts.",
    "The ferry to the islands goes every second hour from May, and bicycles are carried for half of the price.",
    "An old lighthouse becomes a library of sea charts, which a captain had left to the town in his last will.",
    "Two swans have come back to the pond behind the station, where children count the days until they breed.",
]


def p(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def reading(name: str, lines: list[str]) -> Reading:
    return Reading(name, [ReadBlock("paragraph", line, 0.0) for line in lines], name)


def judged(
    body: str,
    first: list[str],
    second: list[str],
    known: Excluded = Excluded(headline=TITLE),  # noqa: B008 - frozen
) -> tuple[Verdict, int]:
    """Return the verdict, and how many more readings were made for it."""
    asked: list[list[Piece]] = []

    def other(lost: list[Piece]) -> Reading:
        asked.append(lost)
        return reading("second", second)

    page = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{body}</body></html>"
    prose = read_prose(read_outline(page.encode(), None), TITLE, known.text)
    others: list[Callable[[list[Piece]], Reading | None]] = [other]
    return judge(reading("first", first), prose, known, others), len(asked)


def test_where_the_first_reading_has_the_text_no_other_is_made() -> None:
    footer = "<footer><p>All of this was written by people who live in Port Invented and know its streets by name.</p></footer>"
    verdict, made = judged(f"<div>{p(TEXT)}</div>{footer}", TEXT, OTHER)
    assert (verdict.reading.name, made, str(verdict)) == ("first", 0, "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (f"<div>{p(TEXT)}</div>", "text beside the paragraphs of the other"),
        (
            f'<div class="part">{p(TEXT[:2])}</div><hr><div class="part">{p(TEXT[2:])}</div>',
            "text beside the paragraphs of the other",
        ),
        (
            f'<div class="a">{p(TEXT[:2])}</div><div class="b">{p(TEXT[2:])}</div>',
            "text where most of the page's prose stands",
        ),
    ],
)
def test_what_lacks_paragraphs_of_the_text_loses(body: str, why: str) -> None:
    verdict, _ = judged(body, TEXT[:2], TEXT)
    assert verdict.reading.name == "second"
    assert (
        str(verdict) == f"second ({sum(map(len, TEXT))}), not first ({sum(map(len, TEXT[:2]))}): it has {why}"
    )


def test_the_page_s_own_data_decides() -> None:
    body = f'<div class="x">{p(OTHER)}</div><div class="y">{p(TEXT[:3])}</div>'
    verdict, _ = judged(body, OTHER, TEXT[:3], Excluded(headline=TITLE, text=" ".join(TEXT[:3])))
    assert verdict.reading.name == "second"
    assert "text that the page's data has" in str(verdict)


@pytest.mark.parametrize(
    "rest",
    [
        f'<div class="comments">{p(OTHER)}{p(OTHER[::-1])}</div>',
        "".join(
            f'<div class="card"><h3><a href="/{i}">Other</a></h3><p>{line}</p></div>'
            for i, line in enumerate(OTHER)
        ),
        f'<div class="related">{p(OTHER)}</div>',
        f"<footer>{p(OTHER)}</footer>",
    ],
)
def test_what_adds_other_things_does_not_win(rest: str) -> None:
    verdict, _ = judged(f"<div>{p(TEXT)}</div>{rest}", TEXT, [*TEXT, *OTHER])
    assert verdict.reading.name == "first"


def test_what_has_the_stories_below_the_article_loses() -> None:
    stories = "".join(
        f"<article><h2><a href='/news/{i}'>A ferry of the council stops at Port</a></h2><div><p>{line}</p></div></article>"
        for i, line in enumerate(OTHER * 4)
    )
    verdict, _ = judged(
        f"<section><div><h1>{TITLE}</h1>{p(TEXT)}</div>{stories}</section>", [*TEXT, *OTHER * 4], TEXT
    )
    assert verdict.reading.name == "second"


def test_what_has_comments_loses() -> None:
    body = f'<div>{p(TEXT)}</div><div class="comments">{p(OTHER)}</div>'
    verdict, _ = judged(body, [*TEXT, *OTHER], TEXT)
    assert verdict.reading.name == "second"
    assert str(verdict).endswith("the other has comments")


def read(body: str) -> Article:
    page = f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title></head><body>{body}</body></html>'
    url = "https://courier.example/news/102/"
    return extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )


NAMES = (
    "teaser",
    "article__teaser",
    "sidebar-grid__content",
    "hidden",
    "related-content",
    "form share",
    "comments-open",
    "promo",
    "cookie",
)
HOLDERS = ("form", "aside", "footer", "nav", "figure", "label", "noindex")


@pytest.mark.parametrize(
    "page",
    [
        *(f'<div class="{name}">{p(TEXT)}</div>' for name in NAMES),
        *("<div>" + p(TEXT).replace("<p>", f'<p class="{name}">') + "</div>" for name in NAMES),
        *("".join(f'<div class="{name}"><p>{line}</p></div>' for line in TEXT) for name in NAMES),
        *(f"<{tag}><div>{p(TEXT)}</div></{tag}>" for tag in HOLDERS),
        p(TEXT),
    ],
)
def test_the_text_survives_whatever_it_is_called(page: str) -> None:
    rest = (
        '<div class="popular"><ul>'
        + "".join(f'<li><a href="/{i}">{line}</a></li>' for i, line in enumerate(OTHER))
        + "</ul></div>"
    )
    article = read(f"<header><a href='/'>Courier</a></header><h1>{TITLE}</h1>{page}{rest}")
    assert article.body.split("\n\n") == TEXT
