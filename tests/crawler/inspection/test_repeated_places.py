"""Places whose lines stand in other articles of an outlet: boxes of teasers and calls, in any words."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.inspection.repeated_places import LEAST, PageLines, RepeatedPlace, read_lines, repeated_places
from crawler.items import Fetch, Hints

TOWNS = ("Зарічна", "Підгірна", "Надставська", "Калинова", "Вербівська", "Млинська")
HEADLINES = [f"{town} громада лагодить міст через річку Ставку" for town in TOWNS]
CALL = "Кожна ваша гривня допомагає редакції їздити в далекі села."


def page(i: int) -> PageLines:
    town, other = TOWNS[i], HEADLINES[i - 1]
    text = "".join(
        f"<p>{town} громада погодила ремонт мосту номер {part}, який щовесни тоне, і роботи почнуть"
        f" {part} березня, а рух відкриють не раніше осені.</p>"
        for part in range(2 * i + 3, 2 * i + 8)
    )
    more = f"<div class='inset'><p>Цікаве: {other}</p></div><div class='call'><p>{CALL}</p></div>"
    body = f"<article><h1>{HEADLINES[i]}</h1><div class='text'>{text}{more}</div></article>"
    head = f"<head><meta charset='utf-8'><title>{HEADLINES[i]}</title></head>"
    html = f"<html>{head}<body>{body}</body></html>"
    url = f"https://courier.example/news/{i}"
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return read_lines(Fetch(url, url, html.encode(), None, 200, at), Hints("courier"))


def test_places_with_lines_of_other_articles() -> None:
    pages = [page(i) for i in range(len(TOWNS))]
    assert repeated_places(pages) == [
        RepeatedPlace("div.call p", 6, 6, 0, 6, CALL),
        RepeatedPlace("div.inset p", 6, 6, 6, 0, f"Цікаве: {HEADLINES[-1]}"),
    ]


def test_a_few_pages_tell_nothing() -> None:
    assert repeated_places([page(i) for i in range(LEAST - 1)]) == []
