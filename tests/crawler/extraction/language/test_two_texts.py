"""A page with its text in two languages: `body` has one, and the row says that there is another."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extraction.page import article_of, read_parts
from crawler.items import Article, Fetch, Hints

UKRAINIAN = [
    f"Журналісти з'ясували, що підрядник номер {i} отримав від міської ради договір на ремонт укриттів,"
    " хоча його фірму зареєстрували за тиждень до торгів, а директор раніше працював у тій самій раді."
    for i in range(2, 8)
]
RUSSIAN = [
    f"Журналисты выяснили, что подрядчик номер {i} получил от городского совета договор на ремонт укрытий,"
    " хотя его фирма была зарегистрирована за неделю до торгов, а директор ранее работал в этом же совете."
    for i in range(2, 8)
]
WITHOUT_TELLING_LETTERS = [
    f"Рада голосувала так само, як голосувала {i} червня, коли за проект «Наша школа» голосувало 43 депутати;"
    " голова назвав голосування нормальною роботою, яка буде тривати до кварталу номер чотири."
    for i in range(2, 7)
]
"""Neither і ї є ґ nor ы э ё ъ."""
ENGLISH = [
    f"Reporters found that contractor number {i} won a contract from the city council to repair shelters,"
    " although the firm was registered a week before the tender and its director had worked for the council."
    for i in range(2, 8)
]
HEADLINES = {
    "uk": "Підрядник із ради: хто лагодить укриття",
    "ru": "Подрядчик из совета: кто чинит эти укрытия",
    "en": "A contractor from the council repairs shelters",
}
TEXTS = {"uk": UKRAINIAN, "ru": RUSSIAN, "en": ENGLISH}


def read(headline: str, *paragraphs: str) -> tuple[Article, list[str]]:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<head><meta charset='utf-8'><title>{headline}</title></head>"
    page = f"<html>{head}<body><article><h1>{headline}</h1><div>{text}</div></article></body></html>"
    url = "https://courier.example/news/1"
    fetch, hints = (
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 1, 1, tzinfo=UTC)),
        Hints("courier"),
    )
    parts = read_parts(fetch, hints)
    return article_of(fetch, hints, parts), [left_out.text for left_out in parts.text.dropped]


@pytest.mark.parametrize(("own", "other"), [("uk", "en"), ("uk", "ru"), ("ru", "uk"), ("en", "uk")])
@pytest.mark.parametrize("own_first", [True, False])
def test_the_text_in_the_headlines_language_is_the_body(own: str, other: str, own_first: bool) -> None:
    texts = [TEXTS[own], TEXTS[other]] if own_first else [TEXTS[other], TEXTS[own]]
    article, left_out = read(HEADLINES[own], *texts[0], *texts[1])
    assert article.body.split("\n\n") == TEXTS[own]
    assert left_out == TEXTS[other]
    second = next(claim.value for claim in article.extra if claim.source == "second_text")
    assert second.startswith(f"{other}, 1,")


@pytest.mark.parametrize(
    "paragraphs",
    [
        [
            *UKRAINIAN[:4],
            *[f"GET /repository/{i} HTTP/1.1 200 robots.txt index.jar mirror.png" * 3 for i in range(6)],
        ],  # a listing
        [*UKRAINIAN, *ENGLISH[:2]],  # a quotation
        [line for pair in zip(UKRAINIAN, ENGLISH, strict=True) for line in pair],  # sentence by sentence
        [*UKRAINIAN[:3], *RUSSIAN[:3], *UKRAINIAN[3:], *RUSSIAN[3:]],
        [*UKRAINIAN[:4], *ENGLISH[:2], UKRAINIAN[4], *ENGLISH[2:5]],  # the lower half is not all English
        [*UKRAINIAN[:4], *WITHOUT_TELLING_LETTERS, "ftp://ftp.security.courier.example"],
        [*UKRAINIAN[:4], *WITHOUT_TELLING_LETTERS, RUSSIAN[0]],  # the lower half is not surely Russian
    ],
)
def test_a_text_with_quotations_stays_whole(paragraphs: list[str]) -> None:
    article, _ = read(HEADLINES["uk"], *paragraphs)
    assert article.body.split("\n\n") == paragraphs
    assert "second_text" not in {claim.source for claim in article.extra}


def test_the_name_between_the_texts_signs_the_first() -> None:
    article, _ = read(HEADLINES["uk"], *UKRAINIAN, "Ніна Лісова", *ENGLISH)
    assert article.byline == "Ніна Лісова"
    assert article.body.split("\n\n") == UKRAINIAN
