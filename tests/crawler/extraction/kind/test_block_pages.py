"""Pages that stand before an article, and articles about them."""
# ruff: noqa: E501 - prose

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.exceptions import Blocked
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.kind.block_pages import marks_of_services, refuse_block_page
from tests.newsrooms.block_pages import BLOCK_PAGES
from tests.newsrooms.story_pages import PARAGRAPHS, Page

URL = "https://visnyk.example/news/mist"


def refuse(page: str | bytes, url: str = URL) -> None:
    body = page.encode() if isinstance(page, str) else page
    refuse_block_page(read_outline(body, None), body, url)


@pytest.mark.parametrize("name", BLOCK_PAGES)
def test_a_block_page_is_refused_with_its_marks(name: str) -> None:
    with pytest.raises(Blocked, match=r"expected an article, got a page of .+ \(.+\): '") as told:
        refuse(BLOCK_PAGES[name])
    assert told.value.reason == "blocked"
    assert not told.value.final, "another time the page may be there"


# each says what block pages say; none has a date, which would settle it
ARTICLES = {
    "about Cloudflare": ("What Cloudflare's “Just a moment...” means", "Enable JavaScript and cookies to continue"),
    "about a captcha": ("Captchas grow harder", "Verify that you are human, the page asks, and: access denied"),
    "про перевірку браузера": ("Чому сайти просять довести, що ви не робот", "Триває перевірка браузера, пише сайт"),
    "о доступе": ("Доступ ограничен: что делать", "Доступ к сайту ограничен, увидели читатели"),
}  # fmt: skip
BEHIND = {
    "nothing": "",
    # what Cloudflare adds to each page that it lets through
    "Cloudflare": "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
    "<script>a.src='/cdn-cgi/challenge-platform/h/b/scripts/jsd/1/main.js'</script>",
    "Imperva": "<script src='/_Incapsula_Resource?SWJIYLWA=719d34d31c8e&ns=2&cb=3'></script>",
    "a captcha at the comments": "<form><div class='g-recaptcha'></div></form>",
}


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_about_them_is_none(name: str, behind: str) -> None:
    headline, quoted = ARTICLES[name]
    page = Page("uk", headline=headline, paragraphs=(quoted, *PARAGRAPHS["uk"])).render()
    page = page.replace("article:published_time", "nothing").replace("</body>", BEHIND[behind] + "</body>")
    refuse(page)


@given(st.sampled_from([mark for mark in marks_of_services() if mark.where == "text"]))
def test_one_sentence_alone_is_no_block_page(mark: object) -> None:
    words = "verify that you are human", "ray id: 1", "reference #18.1", "ми та наші партнери"
    for said in words:
        refuse(f"<html><head><title>Міст</title></head><body><p>{said}</p></body></html>")


def test_a_page_with_a_date_is_what_was_asked_for() -> None:
    refuse(
        BLOCK_PAGES["Akamai"].replace(
            "</HEAD>", '<meta property="article:published_time" content="2026"></HEAD>'
        )
    )


def test_each_mark_has_its_grounds_and_each_service_a_page() -> None:
    assert {mark.grounds for mark in marks_of_services()} == {"seen", "memory"}
    found = set()
    for page in BLOCK_PAGES.values():
        with pytest.raises(Blocked) as told:
            refuse(page)
        found.add(str(told.value).split("got a page of ")[1].split(" (")[0])
    assert found >= {
        "Cloudflare",
        "DDoS-Guard",
        "Imperva",
        "PerimeterX",
        "DataDome",
        "Akamai",
        "Qrator",
        "AWS WAF",
    }
    assert found >= {"robot check", "consent wall"}


def test_no_real_page_is_taken_for_one(shared_data: Path) -> None:
    files = [*shared_data.glob("pages/*/*.gz"), *shared_data.glob("aeb/html/*")]
    assert len(files) > 200
    for file in files:
        body = file.read_bytes()
        refuse(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
