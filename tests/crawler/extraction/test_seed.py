"""The article that the project began with, in the structure of RBC-Ukraine's English pages."""

# ruff: noqa: E501 - a line of a page reads better whole

import json
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from pipelines.authors import AuthorsStage

SEED = Path(__file__).parents[3] / "../shared/data/seed"
pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason=f"SEED NOT TESTED: {SEED} is missing")
URL = "https://newsukraine.rbc.ua/news/how-china-sides-with-russia-in-the-war-u-s-1722000000.html"


def rbc_page(text: str, gold: dict) -> str:
    """article.txt is what a reader copies: switcher, headline, image text and caption, author, paragraphs."""
    paragraphs = [line for line in text.split("\n") if line.strip()]
    start = next(i for i, line in enumerate(paragraphs) if line.startswith("Author:")) + 1
    body = "\n".join(
        f"<h2>{escape(line)}</h2>" if line in gold["headings"] else f"<p>{escape(line)}</p>"
        for line in paragraphs[start:]
    )
    headline, caption = gold["headline"], gold["image_caption"]
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline,
        "datePublished": "2024-07-26T16:20:00+03:00",
        "dateModified": "2024-07-26T16:20:00+03:00",
        "author": {"@type": "Organization", "name": "RBC-Ukraine"},
        "publisher": {"@type": "Organization", "name": "RBC-Ukraine"},
    }
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{headline} | RBC-Ukraine</title>
<meta property="og:title" content="{headline}"><meta property="og:site_name" content="RBC-Ukraine">
<link rel="canonical" href="{URL}"><script type="application/ld+json">{json.dumps(data)}</script></head>
<body><header class="header"><nav class="menu"><a href="/">Home</a><a href="/news">News</a></nav></header>
<div class="container"><div class="publication-sticky-container"><div class="publication-inner">
<article>
<span class="lang-publication"><a href="https://www.rbc.ua/rus/news/china-1722000001.html">ua</a>
<a class="active" href="{URL}">en</a> <a href="https://www.rbc.ua/ukr/news/china-1722000001.html">ru</a></span>
<h1>{headline}</h1>
<div class="publication-info"><time datetime="2024-07-26T16:20:00+03:00">16:20 26.07.2024</time></div>
<figure class="photo"><img src="/img/china.jpg" alt="{headline}"><figcaption>{caption}</figcaption></figure>
<div class="publication-author">Author: <a href="/author/shekina">Daria Shekina</a></div>
<div class="txt">
{body}
</div>
<div class="read-in-google"><p>Read RBC-Ukraine in Google News and never miss what matters most</p></div>
<div class="share"><a href="#">Facebook</a><span>Link copied</span></div>
<div class="intext-tags"><a href="/tag/china">China</a><a href="/tag/usa">USA</a></div>
</article></div></div>
<aside class="sidebar"><h3>Latest news</h3><ul><li><a href="/news/1.html">Something else that happened today</a></li></ul>
</aside></div><footer class="footer">© RBC-Ukraine</footer></body></html>"""


@pytest.fixture
def gold() -> dict:
    return json.loads((SEED / "gold.json").read_text("utf-8"))


@pytest.fixture
def article(gold: dict) -> Article:
    html = rbc_page((SEED / "article.txt").read_text("utf-8"), gold).encode()
    fetch = Fetch(URL, URL, html, "utf-8", 200, datetime(2024, 8, 1, tzinfo=UTC))
    decided = AuthorsStage().process_item(extract(fetch, Hints("rbc")))
    assert isinstance(decided, Article)
    return decided


def test_headline_byline_and_authors_equal_gold(article: Article, gold: dict) -> None:
    assert article.headline == gold["headline"]
    assert article.byline == gold["byline"]
    assert list(article.authors) == gold["authors"]
    assert article.authors_source == "printed"


def test_blocks_equal_gold(article: Article, gold: dict) -> None:
    kinds = [block.kind for block in article.blocks]
    assert kinds.count("paragraph") == gold["paragraphs"]
    assert [block.text for block in article.blocks if block.kind == "heading"] == gold["headings"]
    assert [block.text for block in article.blocks if block.kind == "caption"] == [gold["image_caption"]]
    assert article.image_caption == gold["image_caption"]
    assert kinds[0] == "caption"
    assert set(kinds) == {"caption", "heading", "paragraph"}


def test_body_equals_gold(article: Article, gold: dict) -> None:
    paragraphs = article.body.split("\n\n")
    assert paragraphs[0].startswith(gold["body_starts"])
    assert article.body.endswith(gold["body_ends"])
    assert [text for text in gold["body_must_not_contain"] if text in article.body] == []
    assert not any(language in paragraphs for language in gold["switcher"])


def test_language_date_and_switcher(article: Article, gold: dict) -> None:
    assert article.text_language is not None
    assert article.text_language.language == gold["language"]
    assert article.text_language.trusted
    assert article.published_at == datetime(2024, 7, 26, 13, 20, tzinfo=UTC)
    assert {(a.language, a.source) for a in article.alternates} == {("uk", "switcher"), ("ru", "switcher")}
