# ruff: noqa: E501 - a line of a page reads better whole
"""Images, videos and outbound links of an article: those of its text, and no others."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints

URL = "https://courier.example/news/lake-412377.html"
WORDS = "Суд зобов’язав власника кар’єру відновити озеро, яке за вісім років втратило третину води, а рибалки повернулися на берег. "
AROUND = """
<nav><a href="https://partner.example/offer/1">Партнер</a><img src="/logo.png"></nav><h1>Озеро Біле відновлять</h1>
<div class="text"><p>{words}</p>{inside}<p>{words}</p><p>{words}</p>
<div class="social-share"><a href="https://www.facebook.com/sharer/sharer.php?u=x">f</a><a href="https://t.me/share/url?url=x">t</a></div></div>
<div class="related"><a href="https://elsewhere.example/story/9">Ще</a><img src="/teaser.jpg"><iframe src="https://www.youtube.com/embed/teaser00000"></iframe></div>
<footer><iframe src="https://ads.example/embed/77"></iframe><a href="https://agency.example/about/us">Студія</a></footer>
"""


def read(inside: str) -> Article:
    page = f"<html><head><title>Озеро Біле відновлять</title></head><body>{AROUND.format(words=WORDS, inside=inside)}</body></html>"
    fetch = Fetch(URL, URL, page.encode(), "utf-8", 200, datetime(2026, 5, 1, tzinfo=UTC))
    return extract(fetch, Hints("courier"))


def media(inside: str) -> list[tuple[str, str]]:
    return [(each.kind, each.url) for each in read(inside).media]


def test_an_article_without_any_has_none() -> None:
    found = read("")
    assert (found.media, found.outbound_links) == ((), ())


def test_a_picture_counts_by_the_address_that_is_drawn_in_the_end() -> None:
    assert media(
        '<figure><img src="/blank.gif" data-src="/photo/1.jpg"><figcaption>Озеро</figcaption></figure>'
    ) == [("image", "https://courier.example/photo/1.jpg")]
    assert media('<picture><source src="/1.webp"><img src="/1.jpg"></picture><img src="/1.jpg">') == [
        ("image", "https://courier.example/1.jpg")
    ]
    assert media('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">') == []


def test_a_video_is_one_however_it_is_embedded() -> None:
    watch = [("video", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")]
    for inside in (
        '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0"></iframe>',
        '<iframe data-src="//www.youtube-nocookie.com/embed/dQw4w9WgXcQ"></iframe>',
        '<p><a href="https://youtu.be/dQw4w9WgXcQ?si=1">Відео</a></p>',
        '<p><a href="https://www.youtube.com/watch?app=desktop&amp;v=dQw4w9WgXcQ">Відео</a></p>',
    ):
        assert media(inside) == watch, inside
    assert media(
        '<iframe src="https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fc%2Fvideos%2F5%2F"></iframe>'
    ) == [("video", "https://www.facebook.com/c/videos/5/")]
    assert media('<video src="/v/5.mp4"></video>') == [("video", "https://courier.example/v/5.mp4")]
    assert media('<iframe src="https://maps.example/?q=1"></iframe>') == []


def test_links_are_those_to_pages_of_other_sites() -> None:
    inside = (
        '<p><a href="https://www.court.example/decision/77">рішення</a>, <a href="https://court.example/">суд</a>, '
        '<a href="/news/earlier-412001.html">раніше</a>, <a href="https://en.courier.example/news/5">en</a>, '
        '<a href="https://www.court.example/decision/77#part">воно ж</a>, <a href="mailto:a@b.example">лист</a></p>'
        '<script async src="https://telegram.org/js/widget.js" data-telegram-post="lake/15"></script>'
    )
    assert read(inside).outbound_links == ("https://www.court.example/decision/77", "https://t.me/lake/15")


@given(st.text(max_size=200))
def test_no_address_is_too_odd(address: str) -> None:
    quoted = address.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    found = read(
        f'<a href="{quoted}">x</a><img src="{quoted}"><iframe src="{quoted}"></iframe><video src="{quoted}"></video>'
    )
    for each in (*found.outbound_links, *(x.url for x in found.media)):
        assert each.startswith(("http://", "https://"))
        assert each.isprintable()


def test_a_page_of_links_stays_small() -> None:
    found = read(
        "".join(f'<a href="https://x{n}.example/a/{n}">{n}</a><img src="/{n}.jpg">' for n in range(500))
    )
    assert (len(found.outbound_links), len(found.media)) == (50, 50)
