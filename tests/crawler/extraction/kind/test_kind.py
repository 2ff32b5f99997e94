# ruff: noqa: E501 - a line of a page reads better whole
from datetime import UTC, datetime

import pytest

from crawler.extraction.page import extract
from crawler.items import Fetch, Hints

LINE = "Міська рада Вигаданська ухвалила бюджет на наступний рік після дванадцяти годин обговорення в сесійній залі. "
LONG = "".join(
    f"<p>{LINE} Так сказав депутат номер {i}, і з ним погодилися ще кілька колег у цій залі.</p>"
    for i in range(14)
)
SHORT = "".join(f"<p>{LINE} Рядок {i}.</p>" for i in range(4))
TWO_LINES = "<p>Рада ухвалила бюджет, дивіться відео.</p><p>Знято вранці.</p>"
PICTURE = "<figure><img src='/{0}.jpg'><figcaption>Площа міста, знімок {0}</figcaption></figure>"
ENTRY = "<article class='entry'><time datetime='2026-02-03T1{0}:00'>1{0}:00</time><p>О цій годині депутати проголосували за розділ {0} бюджету.</p></article>"

TICKER = "<p><b>1{0}:0{0}</b> О цій годині депутати сперечалися про розділ {0} бюджету, а люди чекали під радою до вечора.</p>"
TIMETABLE = "<p>1{0}:05 Потяг номер {0}</p>"


def ld(**fields: object) -> str:
    written = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    return f'<script type="application/ld+json">{{"@context": "https://schema.org", {written}}}</script>'


def kind(text: str, head: str = "", after: str = "") -> tuple[str, str, str | None]:
    page = f"""<html lang="uk"><head><title>Рада ухвалила бюджет міста</title>{head}</head><body><article>
    <h1>Рада ухвалила бюджет міста</h1><div class="post_text">{text}</div></article>{after}</body></html>"""
    url = "https://courier.example/news/101/"
    article = extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )
    said = {claim.source: claim.value for claim in article.extra}
    return said["kind"], said["kind_source"], said.get("page_type")


def og(kind: str) -> str:
    return f'<meta property="og:type" content="{kind}">'


NEWS = ld(**{"@type": '"NewsArticle"', "headline": '"Рада ухвалила бюджет міста"'})
NOT_FREE = ld(**{"@type": '"NewsArticle"', "isAccessibleForFree": '"False"'})
VIDEO = ld(**{"@type": '"VideoObject"', "name": '"Рада"'})


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ((LONG, NEWS), ("article", "NewsArticle", "json-ld NewsArticle")),
        ((LONG,), ("article", "its text", None)),
        ((TWO_LINES, og("article")), ("brief", "52 characters", "og:type article")),
        ((TWO_LINES, '<meta property="article:published_time" content="2026-02-03">'), ("brief", "52 characters", "meta article:published_time")),
        ((LONG, ld(**{"@type": '["LiveBlogPosting", "NewsArticle"]'})), ("live-blog", "json-ld LiveBlogPosting", "json-ld LiveBlogPosting")),
        ((f"<div class='liveblog'>{''.join(map(ENTRY.format, range(5)))}</div>",), ("live-blog", "timed entries", None)),
        (("".join(map(TICKER.format, range(6))),), ("live-blog", "6 entries that begin with their time", None)),
        (("".join(map(TICKER.format, reversed(range(6)))), NEWS), ("live-blog", "6 entries that begin with their time", "json-ld NewsArticle")),
        (("".join(map(TIMETABLE.format, range(9))) + SHORT,), ("article", "its text", None)),
        ((LONG + TICKER.format(1) + TICKER.format(2),), ("article", "its text", None)),
        ((TWO_LINES + "<iframe src='https://www.youtube.com/embed/x'></iframe>", NEWS), ("video", "a video on the page", "json-ld NewsArticle")),
        ((TWO_LINES + "<iframe src='https://ads.example/banner'></iframe>", NEWS), ("brief", "52 characters", "json-ld NewsArticle")),
        ((LONG, NOT_FREE), ("article", "NewsArticle", "json-ld NewsArticle")),
        ((SHORT, NOT_FREE), ("paywalled", "json-ld isAccessibleForFree", "json-ld NewsArticle")),
        ((LONG, NOT_FREE, "<div class='paywall'>Кур'єр Плюс</div>"), ("paywalled", "json-ld isAccessibleForFree; an element of a wall", "json-ld NewsArticle")),
        ((SHORT, "", "<div><b>Щоб читати далі, оформіть передплату</b></div>"), ("paywalled", "the line 'Щоб читати далі, оформіть передплату'", None)),
        ((SHORT, "", "<div><b>Полный текст доступен подписчикам</b></div>"), ("paywalled", "the line 'Полный текст доступен подписчикам'", None)),
        ((SHORT, "", "<p>Subscribe now to continue reading</p>"), ("paywalled", "the line 'Subscribe now to continue reading'", None)),
        ((f"<div class='paywall'>{SHORT}</div>", NEWS), ("article", "NewsArticle", "json-ld NewsArticle")),
        ((TWO_LINES, VIDEO), ("video", "json-ld VideoObject", None)),
        ((TWO_LINES, og("video.other")), ("video", "og:type video.other", None)),
        ((TWO_LINES + "<video src='/v.mp4'></video>", NEWS), ("video", "a video on the page", "json-ld NewsArticle")),
        ((SHORT + "<video src='/v.mp4'></video>", NEWS), ("article", "NewsArticle", "json-ld NewsArticle")),
        ((LONG, VIDEO), ("article", "its text", None)),
        ((TWO_LINES + "".join(map(PICTURE.format, range(8))), NEWS), ("gallery", "its pictures", "json-ld NewsArticle")),
        ((TWO_LINES, ld(**{"@type": '"ImageGallery"'})), ("gallery", "json-ld ImageGallery", None)),
        ((LONG + "".join(map(PICTURE.format, range(8))), NEWS), ("article", "NewsArticle", "json-ld NewsArticle")),
        ((SHORT + "<p>А далі сталося те, чого ніхто не чекав…</p>", NEWS, "<a href='/full'>Читати далі</a>"), ("truncated", "a link to the rest, and a text that breaks off", "json-ld NewsArticle")),
        ((SHORT, NEWS, "<a href='/full'>Читати далі</a>"), ("article", "NewsArticle", "json-ld NewsArticle")),
        ((SHORT, ld(**{"@type": '"NewsArticle"', "wordCount": "900"})), ("truncated", "json-ld wordCount says 900, the page has 68", "json-ld NewsArticle")),
    ],
)  # fmt: skip
def test_kinds(page: tuple[str, ...], expected: tuple[str, str, str | None]) -> None:
    assert kind(*page) == expected


@pytest.mark.parametrize("value", ["{}", "[[]]", "1e999", '"no-such"', "null", '"900000000000"'])
def test_odd_values_are_passed_over(value: str) -> None:
    head = ld(**{"@type": '"NewsArticle"', "isAccessibleForFree": value, "wordCount": value})
    assert kind(LONG, head)[0] == "article"


TOLD = "Команди довго придивлялися одна до одної, і перший удар завдав захисник господарів після кутового номер {0}. "
SLIDE = "<div class='swiper-slide'><img src='/{0}.jpg'></div>"


@pytest.mark.parametrize(
    ("text", "head", "expected"),
    [
        ("<ul>" + "".join(f"<li><b>{90 - 7 * i}'</b> {TOLD.format(i)}</li>" for i in range(8)) + "</ul>", "", "live-blog"),
        ("".join(f"<p>{90 - 7 * i} min: {TOLD.format(i)}</p>" for i in range(8)), "", "live-blog"),
        ("".join(f"<h3>1{i}:3{i}</h3><p>{TOLD.format(i)}</p>" for i in range(6)), "", "live-blog"),
        ("".join(f"<p><b>Оновлено о 1{i}:3{i}.</b> {TOLD.format(i)}</p>" for i in range(6)), "", "live-blog"),
        ("".join(f"<b>1{i}:3{i}</b> {TOLD.format(i)}<br><br>" for i in range(6)), "", "live-blog"),
        (LONG + "".join(f"<p>1{i}:30 – 1{i}:45 Лекція</p>" for i in range(7)), "", "article"),
        (LONG + "<p>90' коштує квиток.</p>", "", "article"),
        ("".join(f"<h2>{11 - i} 'Вистава {i}'</h2><p>{TOLD.format(i)}</p>" for i in range(8)), "", "article"),
        (SHORT, "<meta property='article:content_tier' content='locked'>", "paywalled"),
        (LONG, "<meta property='article:content_tier' content='locked'>", "article"),
        (SHORT, "<meta property='article:content_tier' content='free'>", "article"),
        # a part of it is free
        (SHORT, NOT_FREE + NOT_FREE.replace("False", "True"), "paywalled"),
        (TWO_LINES + "<div class='jwplayer' id='p1'></div>", "", "video"),
        (TWO_LINES + "<video-js data-video-id='2'></video-js>", "", "video"),
        (LONG + "<div class='video-js'></div>", "", "article"),
        (TWO_LINES + "<div class='swiper'>" + "".join(map(SLIDE.format, range(9))) + "</div>", "", "gallery"),
        (SHORT + "<p>А далі сталося те, чого не чекав ніхто...</p><p><a href='/full'>Читати далі на сайті</a></p>", "", "truncated"),
    ],
)  # fmt: skip
def test_kinds_of_other_systems(text: str, head: str, expected: str) -> None:
    assert kind(text, head)[0] == expected


OVERLAY = "<div><b>Ви використовуєте блокувальник реклами. Вимкніть його, щоб продовжити читання</b></div>"


def test_a_notice_over_a_text_that_is_there_is_no_wall() -> None:
    some = "".join(f"<p>{LINE} Рядок {i}.</p>" for i in range(8))
    assert kind(some, after=OVERLAY)[0] == "article"
    assert kind(SHORT, after=OVERLAY)[0] == "paywalled"
