"""Lists of articles, feeds and consent walls that came in place of an article, and articles that look like them."""
# ruff: noqa: E501 - pieces of pages

from datetime import UTC, datetime

import pytest

from crawler.exceptions import ExtractionError
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from pipelines.validate import ValidateStage

LINE = "Міська рада Вигаданська ухвалила бюджет на наступний рік після дванадцяти годин обговорення в сесійній залі."
TITLES = [f"Депутати проголосували за розділ номер {i} бюджету міста" for i in range(8)]
CARDS = "".join(
    f"<article class='post'><h2><a href='/n/{i}'>{t}</a></h2><time datetime='2026-02-0{i + 1}'>лютого</time><p>{LINE} Рядок {i}.</p></article>"
    for i, t in enumerate(TITLES)
)
BOXES = "".join(
    f"<div class='item'><a href='/n/{i}'><h3>{t}</h3><span>{LINE}</span></a></div>"
    for i, t in enumerate(TITLES)
)
LINKS = "".join(f"<li><a href='/n/{i}'>{t}</a> <small>10:{i:02}</small></li>" for i, t in enumerate(TITLES))
TAPE = "".join(
    f"<div><span class='time'>1{i}:00</span> <a href='/n/{i}'>{t}, повідомили в раді</a></div>"
    for i, t in enumerate(TITLES)
)
MORE = "".join(f"<p><b>{t}</b><br>{LINE} <a href='/n/{i}'>Докладніше</a></p>" for i, t in enumerate(TITLES))
ENTRY = (
    f"<title>{TITLES[0]}</title><description>&lt;p&gt;{LINE}&lt;/p&gt;</description><content>{LINE}</content>"
)
TYPED = '<meta property="og:type" content="article">'
LISTED = '<script type="application/ld+json">{"@type": "CollectionPage", "name": "Бюджет"}</script>'
TAG = "archive tag tag-budget"


def page(body: str, headline: str = "Політика", head: str = "", named: str = "") -> str:
    return f"<html lang='uk'><head><title>{headline} | Вісник</title>{head}</head><body class='{named}'><header><a href='/'>Вісник</a></header><main><h1>{headline}</h1>{body}</main></body></html>"


def verdict(source: str, url: str = "https://visnyk.example/politics/") -> str | None:
    fetch = Fetch(url, url, source.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC))
    try:
        article = ValidateStage().decide(extract(fetch, Hints("visnyk")))
    except ExtractionError as error:
        return str(error.reason)
    return str(article.refused.reason) if article.refused else None


@pytest.mark.parametrize(
    "source",
    [
        page(CARDS), page(BOXES), page(f"<ul>{LINKS}</ul>"), page(TAPE, "Стрічка новин"), page(MORE),
        page(CARDS, "Усе про бюджет міста на рік", TYPED, TAG), page(CARDS, "Усе про бюджет міста на рік", LISTED),
        # of their own they have neither a day nor a line
        page(BOXES, "Усе про бюджет міста на рік"), page(f"<article>{TAPE}</article>", "Усе про бюджет міста на рік"),
    ],
)  # fmt: skip
def test_a_list_is_no_article(source: str) -> None:
    assert verdict(source) == "not-an-article"


@pytest.mark.parametrize(
    "source",
    [
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Вісник</title><item>{ENTRY}</item></channel></rss>",
        f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Вісник</title><entry>{ENTRY}</entry></feed>",
        f"<!-- cached --><urlset><url><loc>https://visnyk.example/n/1</loc><title>{LINE * 3}</title></url></urlset>",
    ],
)
def test_a_feed_or_sitemap_is_no_page(source: str) -> None:
    assert verdict(source) == "not-html"


WALLS = {
    "uk": "<h1>Ми цінуємо вашу приватність</h1><p>Ми та наші 842 партнери зберігаємо та/або отримуємо доступ до інформації на пристрої, такої як файли cookie, і обробляємо персональні дані, щоб показувати рекламу й вимірювати, скільки людей її бачать.</p><p>Ви можете погодитися або відмовитися, і змінити це будь-коли внизу сторінки.</p>",
    "en": "<h1>We value your privacy</h1><p>We and our 842 partners store and/or access information on a device, such as cookies, and process personal data, such as unique identifiers, to show advertising and to measure how many see it.</p><p>You may agree or refuse, and change your choice at any time at the end of each page.</p>",
    "ru": "<h1>Мы заботимся о вашей конфиденциальности</h1><p>Мы и наши 842 партнёра храним файлы cookie на вашем устройстве и обрабатываем персональные данные, чтобы показывать рекламу и измерять, сколько людей её видят.</p><p>Вы можете согласиться или отказаться и изменить выбор в любой момент внизу страницы.</p>",
    "de": "<h1>Bote mit Werbung lesen</h1><p>Besuchen Sie den Boten wie gewohnt mit Werbung. Wir und unsere bis zu 190 Partner verarbeiten personenbezogene Daten, wie es in unserem Verzeichnis steht.</p><p>Oder lesen Sie ihn im Abo ohne Werbetracking für wenige Euro im Monat, jederzeit kündbar.</p>",
}


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
def test_a_consent_wall_told_by_its_words(wall: str) -> None:
    assert (
        verdict(
            f"<html><head><title>Вісник</title></head><body><div>{wall}<button>OK</button></div></body></html>"
        )
        == "blocked"
    )


TEXT = "".join(f"<p>{LINE} Рядок {i}.</p>" for i in range(4))


@pytest.mark.parametrize(
    "source",
    [
        # an article with other stories beneath it, with a notice over it, with its text in line breaks, a short one
        page(TEXT + CARDS, "Рада ухвалила бюджет"),
        page(f"{LINE}<br>{LINE}<br>{LINE}<br>{LINE}<ul>{LINKS}</ul>", "Рада ухвалила бюджет"),
        page(f"{TEXT}<div>{WALLS['uk'].replace('h1', 'h4')}</div>", "Рада ухвалила бюджет"),
        page(
            f"<time datetime='2026-02-03T10:00'>3 лютого 2026</time><p>{LINE}</p><ul>{LINKS}</ul>",
            "Рада ухвалила бюджет",
            TYPED,
        ),
        page(f"<p>{LINE} {LINE}</p><ul>{LINKS}</ul>", "Рада ухвалила бюджет на рік"),
    ],
)
def test_an_article_that_looks_like_one_passes(source: str) -> None:
    assert verdict(source, "https://visnyk.example/n/1") is None
