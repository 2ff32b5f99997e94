"""Pages of 2025 as their newsrooms served them, each against what a person sees on it.

The pages are beside the checkout; of their text only hashes are here. The gold was read from the visible
page, container by container, not from the extraction: `words` are those of all paragraphs, headings, list
items and table cells of the text.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from crawler.requests.articles import variants_to_fetch
from pipelines.authors import AuthorsStage
from pipelines.language import LanguageStage
from tests.crawler.outlet.test_outlets import outlet

KYIV = ZoneInfo("Europe/Kyiv")


class Gold(NamedTuple):
    file: str
    outlet: str
    url: str
    headline: str
    byline: str | None
    """The person's name; None where the page prints none."""
    published: str
    """Day and minute, as printed: Kyiv time."""
    words: int
    first: str
    last: str
    """The first and the last paragraph."""
    variants: dict[str, str]
    """By language, the addresses of its translations."""
    junk: str
    """Lines among the text that are none of it: promo lines, menus, bylines, credits."""


PAGES = (
    Gold(
        "babel-122971-turechchina-pidtverdila-zagibel-20-viyskovih-pid-chas-avariji-l",
        "babel",
        "https://babel.ua/news/122971-turechchina-pidtverdila-zagibel-20-viyskovih-pid-chas-avariji-litaka-c-130",
        headline="56600ab4e6571c3f",
        byline="80793e007c4d33e8",
        published="2025-11-12T07:28",
        words=102,
        first="f690364e05922b58",
        last="cd7689e5cc433885",
        variants={
            "en": "https://babel.ua/en/news/122971-turkey-confirms-20-soldiers-killed-in-c-130-plane-crash"
        },
        junk="011a08f4a3ec76e5 31704dea049578e5 80793e007c4d33e8",
    ),
    Gold(
        "censor-skilky-ukrayina-vytratyla-na-zahyst-energetyky",
        "censor",
        "https://censor.net/biz/resonance/3589375/skilky-ukrayina-vytratyla-na-zahyst-energetyky",
        headline="6727f08e9a3c726d",
        byline="2d2edc7bc1e8e5bb",
        published="2025-12-09T09:30",
        words=3739,
        first="d3f92f21dc131696",
        last="8d77548ca07b362c",
        variants={},
        junk="56976bfee6f91249 19379f4a79f997b2 4228132c747784c3 7a7a3ce6c3535cc6",
    ),
    Gold(
        "hromadske-https_hromadske_ua_svit_255883-v-universyteti-ssha-ziavytsia-tsilyy-ku",
        "hromadske",
        "https://hromadske.ua/svit/255883-v-universyteti-ssha-ziavytsia-tsilyy-kurs-pro-muzychnu-karyeru-k-pop-artysta",
        headline="8a7d8e33fe839c09",
        byline="9a7873c4b56a9dd7",
        published="2025-12-05T17:48",
        words=266,
        first="85d153832698978c",
        last="ee8bb322df3efe41",
        variants={},
        junk="34c0ea88a5c720a4 2755dfdb7e062d50 23d59cfa035701b5 903b6cb6148e677c 2d6485e12282d92d",
    ),
    Gold(
        "pravda-https_www_pravda_com_uanews202512018009694",
        "pravda",
        "https://www.pravda.com.ua/news/2025/12/01/8009694/",
        headline="cb88b27ecf689b21",
        byline="4d4e53f0a271bb03",
        published="2025-11-30T23:13",
        words=107,
        first="1c621ac6536b535e",
        last="761646ca48da70a1",
        variants={},
        junk="4edf55c006667eab 85ba3f2c81ed8883 302de8d00aa18824 201c94560c5c43b3",
    ),
    Gold(
        "pravda-https_www_pravda_com_uanews202512018009697",
        "pravda",
        "https://www.pravda.com.ua/news/2025/12/01/8009697/",
        headline="922225e248fdd238",
        byline="cd7507f9b08bb97d",
        published="2025-12-01T00:08",
        words=315,
        first="d886cb25ed2a8979",
        last="bb4be904263c7452",
        variants={
            "ru": "https://www.pravda.com.ua/rus/news/2025/12/01/8009697/",
            "en": "https://www.pravda.com.ua/eng/news/2025/12/01/8009697/",
        },
        junk="4edf55c006667eab 88976f773af2182a 85ba3f2c81ed8883 afae78e1ab1a7e85 302de8d00aa18824",
    ),
    Gold(
        "rferl-ataka_droniv",
        "rferl",
        "https://www.radiosvoboda.org/a/news-rosia-ataka-droniv/33629716.html",
        headline="2c51824585ce24db",
        byline=None,
        published="2025-12-22T07:48",
        words=154,
        first="19250f74978ced1e",
        last="df484b67d925322e",
        variants={},
        junk="c9f6d42da6e6cb69 7d5c03909c7299b4 b78d169b20863311 add964090888d6c0 71af8d3ad1742aaa",
    ),
    Gold(
        "suspilne-article",
        "suspilne",
        "https://suspilne.media/amp/1164200-kudrickij-pro-korupcijnu-spravu-v-energetici-ta-comu-vin-bi-ne-hotiv-ocoliti-minenergo/",
        headline="2b36b2570083770c",
        byline="5de1ab26c79590ec",
        published="2025-11-14T00:22",
        words=1320,
        first="ffba77d23f262026",
        last="42eadcd04ddc9e56",
        variants={},
        junk="069f6b77277dea8f 61ba4a6e90d12638 c0b162635785fca5 7265321e3636cf69 b32f7cc38b60b224"
        " 689811c8c5dc4eed 7dfe4eab6cabe182",
    ),
)


def digest(text: str) -> str:
    normal = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(normal.encode()).hexdigest()[:16]


@pytest.fixture(scope="module", params=PAGES, ids=lambda gold: f"{gold.outlet}-{gold.headline[:4]}")
def read(request: pytest.FixtureRequest, shared_data: Path) -> tuple[Gold, Article]:
    gold: Gold = request.param
    file = shared_data / "newsrooms_2025/pages" / f"{gold.file}.html.gz"
    spider = outlet(gold.outlet)
    at = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    fetch = Fetch(gold.url, gold.url, gzip.decompress(file.read_bytes()), None, 200, at)
    hints = Hints(spider.name, spider.byline, spider.drop, spider.switcher)
    article = extract(fetch, hints)
    for stage in (LanguageStage(), AuthorsStage()):
        article = stage.decide(article)
    return gold, article


def test_headline_byline_and_minute(read: tuple[Gold, Article]) -> None:
    gold, article = read
    assert digest(article.headline or "") == gold.headline
    assert [digest(name) for name in article.authors] == ([gold.byline] if gold.byline else [])
    assert article.published_at is not None
    assert f"{article.published_at.astimezone(KYIV):%Y-%m-%dT%H:%M}" == gold.published
    assert article.language == "uk"


def test_each_word_of_the_text_and_no_other(read: tuple[Gold, Article]) -> None:
    gold, article = read
    text = [block.text for block in article.blocks if block.kind != "caption"]
    assert digest(text[0]) == gold.first
    assert digest(text[-1]) == gold.last
    assert len(re.findall(r"\w+", article.body)) == gold.words
    assert {digest(block.text) for block in article.blocks}.isdisjoint(gold.junk.split())


def test_translations(read: tuple[Gold, Article]) -> None:
    gold, article = read
    found = {alternate.language: alternate.url for alternate in variants_to_fetch(article)}
    assert found == gold.variants


def test_a_picture_of_an_amp_page_has_its_caption_and_tags_have_no_counts(
    read: tuple[Gold, Article],
) -> None:
    gold, article = read
    if gold.outlet == "suspilne":
        assert article.canonical_url == gold.url.replace("/amp/", "/")
        assert digest(article.image_caption or "") == "1b5f4c5f6d93d938"
    assert not [tag for tag in article.tags if re.search(r"\(\d+\)$", tag)]
