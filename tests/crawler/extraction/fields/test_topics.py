"""Sections and tags: the outlet's own words, or nothing."""

# ruff: noqa: E501 - a line of a page reads better whole
import json

import pytest
from lxml import html

from crawler.extraction.document.outline import outline
from crawler.extraction.fields.linked_data import read_linked_data
from crawler.extraction.fields.metadata import read_metadata

URL = "https://a.example/news/x"
HEADLINE = "Bridges of the north reopen"


def topics(head: str = "", body: str = "", url: str = URL) -> tuple[str | None, tuple[str, ...]]:
    source = f"<html><head>{head}</head><body><h1>{HEADLINE}</h1>{body}</body></html>"
    page = outline(html.document_fromstring(source))
    metadata = read_metadata(page, read_linked_data(page), url)
    return metadata.section, metadata.tags


SPORT = "<a href='/sport'>Sport</a>"


@pytest.mark.parametrize(
    ("path", "links", "section"),
    [
        ("/sport/x", "<a href='/sport/'>Sport</a>", "Sport"),
        ("/sport/x", "<a href='https://www.a.example/sport/#top'>Sport</a>", "Sport"),
        ("/sport/x", "<a href='https://b.example/sport/'>Sport</a>", None),
        ("/sport/x", "<a href='/2'>Sport</a>", None),
        ("/sport/x", "<a href='/sport'>More »</a><a href='/sport'>Our team</a><a href='/sport'>Sport</a>" + SPORT, "Sport"),
        ("/sport/chess/x", f"{SPORT}<a href='/sport/chess'>Chess</a>", "Chess"),
        ("/sport/chess/x", f"{SPORT}<a href='/world/chess'>World's chess</a>", "Sport"),
        ("/2020/sport/x", f"{SPORT}<a href='/2020/'>Year</a>", "Sport"),
        ("/en/news/2020/x", "<a href='/en/'>English</a><a href='/en/news'>News</a><a href='/en/news/2020'>All of it</a>", None),
        ("/sport", SPORT, None),
        ("/sport/x", "<a href='/sport/'>Twelve new bridges over the river</a>", None),
    ],
)  # fmt: skip
def test_the_name_of_the_folder_that_the_article_is_in(path: str, links: str, section: str | None) -> None:
    url = f"https://a.example{path}"
    assert topics(body=links, url=url)[0] == section
    assert topics(f"<meta property='og:site_name' content='{section}'>", links, url)[0] is None


@pytest.mark.parametrize(
    "name",
    ["Новини", "Новости", "News", "Aktuell", "Übersicht", "Головна", "Latest news", "Все видео этой рубрики"],
)
def test_what_has_all_articles_is_no_section(name: str) -> None:
    declared = f"<meta property='article:section' content='{name}'>"
    assert topics(declared)[0] is None
    assert topics(declared, SPORT, "https://a.example/sport/x")[0] is None
    assert topics(trail("Home", "Sport", name))[0] == "Sport"


def trail(*names: str) -> str:
    entries = [
        {"@type": "ListItem", "position": i, "item": {"name": name}} for i, name in enumerate(names, 1)
    ]
    block = json.dumps({"@type": "BreadcrumbList", "itemListElement": entries})
    return f"<script type='application/ld+json'>{block}</script>"


FOLDERS = (
    "<meta property='og:url' content='https://port.example/port-life/bridge-opens/1.html'>"
    "<meta name='news_keywords' content='{}'>"
)


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        ("<meta property='article:tag' content='Spain,Europe'>", ("Spain", "Europe")),
        ("<meta name='news_keywords' content='bridges, rivers'>", ("bridges", "rivers")),
        ("<meta name='news_keywords' content='bridges, rivers, /article'>", ("bridges", "rivers")),
        ("<meta name='news_keywords' content='bridges, News, Port news, Breaking News'>", ()),
        (
            "<meta property='og:site_name' content='The Port Star'><meta name='news_keywords' content='Port Star, rivers'>",
            (),
        ),
        (
            "<meta name='news_keywords' content='Port Star, rivers'><script type='application/ld+json'>"
            '{"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": "Port Star"}}</script>',
            (),
        ),
        # the folders of the address
        (FOLDERS.format("port-life, news"), ()),
        (FOLDERS.format("port-life, bridges"), ("port-life", "bridges")),
        (
            "<script type='application/ld+json'>"
            '{"@type": "NewsArticle", "keywords": ["Length/medium", "Source/Port Agency", "Topic/news", "rivers"]}</script>',
            (),
        ),
        (
            "<script type='application/ld+json'>"
            '{"@type": "NewsArticle", "keywords": ["8ae9ab2d-fe1b-4230-acb8-a59b52877682", "WC: 1000-1999",'
            ' "GA State Wire", "type_news", "Front Page", "@post-id:17", "rivers"]}</script>',
            ("rivers",),
        ),
        (
            "<script type='application/ld+json'>"
            '{"@type": "NewsArticle", "keywords": ["Day: Monday", "Page Type: Article", "Reach: Far", "Long"]}</script>',
            (),
        ),
        (
            "<script type='application/ld+json'>"
            '{"@type": "NewsArticle", "keywords": ["content-type: Guide", "displayType: article", "shortTitle: Port", "ships"]}</script>',
            (),
        ),
        (
            "<meta property='article:tag' content='ships'><meta property='article:tag' content='undefined'>",
            ("ships",),
        ),
    ],
)
def test_tags_that_are_declared(head: str, tags: tuple[str, ...]) -> None:
    assert topics(head)[1] == tags


def test_tags_that_are_printed() -> None:
    links = "".join(f"<a href='/{i}'>topic {i}x</a>" for i in range(20))
    assert topics(body=f"<div class='tags'>{links}</div>")[1] == ()
    assert topics(body="<div class='tags'><a href='/a'>rivers</a> <a href='/b'>Facebook</a></div>")[1] == ()
    assert topics(body="<div class='tags'><a href='/a'>rivers ,</a></div>")[1] == ("rivers",)
    menu = "<div class='topics'><a href='/a'>Floods</a></div>"
    page = outline(html.document_fromstring(f"<html><body>{menu}<h1>Bridges reopen</h1></body></html>"))
    assert read_metadata(page, read_linked_data(page), URL).tags == ()
    # links that the page itself calls tags, beside a cloud of them
    cloud = f"<p><a rel='tag' href='/a'>rivers</a></p><div class='tags'>{links}</div>"
    assert topics(body=cloud)[1] == ("rivers",)


MANY = [f"topic {i}x" for i in range(6)]


def test_what_readers_see_of_many_declared_tags() -> None:
    head = "".join(f"<meta property='article:tag' content='{tag}'>" for tag in MANY)
    shown = "<div class='tags'><a href='/a'>topic 1x</a><a href='/b'>topic 4x</a></div>"
    assert topics(head)[1] == tuple(MANY)
    assert topics(head, shown)[1] == ("topic 1x", "topic 4x")
    assert topics("", shown)[1] == ("topic 1x", "topic 4x")
    assert topics("", shown.replace("<a", "<b>Featured Tags</b><a", 1))[1] == ()
    assert topics(head, shown.replace("4x", "other"))[1] == tuple(MANY)
    # more than an editor gives a story
    lots = "".join(f"<meta property='article:tag' content='topic {i}x'>" for i in range(21))
    assert topics(lots)[1] == ()


def test_a_cloud_with_rel_is_not_the_article_s_tags() -> None:
    own = "<div>Tags:<ul><li><a rel='tag' href='/a'>rivers</a></li><li><a rel='tag' href='/b'>sea</a></li></ul></div>"
    cloud = "".join(
        f"<a rel='tag' href='/{tag}'>{tag}</a> " for tag in (*MANY, *map(str.title, MANY), "last one")
    )
    assert topics(body=f"{own}<div>{cloud}</div>")[1] == ("rivers", "sea")
    assert topics(body=f"<div>{cloud}</div>")[1] == ()


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        (
            "<p>1 May - Section: <a href='/s'>Sea</a> - Tags: <a href='/a'>port</a>, <a href='/b'>fog</a></p>",
            "port,fog",
        ),
        (
            "<p><b>Теги:</b>&nbsp;<a href='/a'>порт</a>,&nbsp;<a href='/b'>туман</a> <i>x</i><a href='/c'>інше</a></p>",
            "порт,туман",
        ),
        ("<p>The mayor said of tags: no. <a href='/a'>port</a></p>", ""),
        ("<p>Photos: <a href='/a'>port</a></p>", ""),
    ],
)
def test_tags_behind_a_label(body: str, tags: str) -> None:
    assert topics(body=body)[1] == (tuple(tags.split(",")) if tags else ())


CARD = "<div><h3>Storks return</h3><div class='card__tags'><a href='/w'>Wildlife {}</a></div></div>"
ALONE = "<p><span class='tag'><a href='/{0}'>river {0}</a></span></p>"
ARROW = "<svg><title>Arrow</title></svg>"


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ("".join(map(CARD.format, "abc")), ""),
        ("".join(map(ALONE.format, "abc")), "river a,river b,river c"),
        ("<ul class='popular-topics'><li><a href='/a'>Pregnancy Guide</a></li></ul>", ""),
        ("<div class='tags'><a href='/a'>Daily Facebook</a><a href='/b'>Daily News Twitter</a></div>", ""),
        (f"<div class='tags'><a href='/a'>Topics</a><a href='/b'>rivers{ARROW}</a></div>", "rivers"),
        ("<div class='tags'><a href='/a'>Back to top</a><a href='/b'>Related topics:</a></div>", ""),
        ("<div class='tags'><a href='/a'>b Politics</a></div>", "Politics"),
    ],
)  # fmt: skip
def test_what_stands_beside_tags_is_none(body: str, tags: str) -> None:
    assert topics(body=body)[1] == (tuple(tags.split(",")) if tags else ())


def test_the_section_is_declared_or_the_last_breadcrumb_before_the_article() -> None:
    assert topics("<meta property='article:section' content='World'>" + trail("Home", "Asia"))[0] == "World"
    section = "<meta property='article:section' content='{}'>"
    assert topics(section.format("Port,Rivers"))[0] == "Port"
    assert topics(section.format("Food, Drink"))[0] == "Food, Drink"
    for none in ("news_news", "tags", "A Slider", "Our Choice,News,Rivers"):
        assert topics(section.format(none))[0] is None
    assert topics(trail("Home", "World", "Asia"))[0] == "Asia"
    assert topics(trail("Home", "World", HEADLINE))[0] == "World"
    assert topics(trail("Home"))[0] is None
    assert topics("<meta property='article:section' content='Articles'>")[0] is None
    # an archive by days
    assert topics(trail("Home", "Stories", "2026", "August"))[0] is None
    printed = (
        "<ol itemtype='https://schema.org/BreadcrumbList'><li><span itemprop='name'>Home</span></li>"
        "<li><span itemprop='name'>Rivers</span></li></ol>"
    )
    assert topics(body=printed)[0] == "Rivers"
    # of a person's blog: the section is that of the blogs
    assert topics(trail("Головна", "Блоги", "Лідія Бережна", HEADLINE))[0] == "Блоги"
    named = "<div class='c-breadcrumbs'><a href='/'>Home</a> / <a href='/r'>Rivers</a>{}</div>"
    assert topics(body=named.format(" <a href='#'>Print this article</a>"))[0] == "Rivers"
    assert topics(body=named.format("") + named.format(""))[0] is None
    assert topics(body=named.format("<a href='/x'>X</a>" * 6))[0] is None


def test_a_headline_in_broken_json_ld_keeps_its_quotation_marks() -> None:
    block = '{"@type": "NewsArticle", "headline": "He said "no" twice", "datePublished": "2025-01-02", }}'
    page = outline(html.document_fromstring(f"<script type='application/ld+json'>{block}</script><p>x</p>"))
    data = read_linked_data(page)
    assert data.headline == 'He said "no" twice'
    assert data.published == ("2025-01-02",)


@pytest.mark.parametrize(
    ("body", "section"),
    [
        ("<div class='cat_header'><h4><a href='/off/channel/'>Rivers</a></h4></div>", "Rivers"),
        ("<div class='set'><a href='/category/rivers/'>Rivers</a></div><div><a href='/type/1/'>News</a></div>", "Rivers"),
        ("<p class='category'><a href='/rivers'><span>/</span> Rivers</a></p>", "Rivers"),
        ("<p class='kicker'><a href='/category/news/'>News</a></p>", None),
        ("<p class='category'><a href='/author/jd'>Jane Doe</a></p>", None),
        ("<p class='category'><a href='https://s.example/share?u=x'>Share it</a></p>", None),
        ("<ul class='menu'>" + "".join(f"<li><a href='/category/{x}'>{x}</a></li>" for x in ("Rivers", "Sea", "Port", "Sky")) + "</ul>", None),
        ("<div itemprop='articleSection'><h3>Rivers</h3></div>", "Rivers"),
        ("<div id='speedbar'><a href='/'>Courier</a> » <a href='/r'>Rivers</a> » Bridges</div>", "Rivers"),
        ("<div class='breadcrumbs'><a href='/'>Home</a> <a href='/r'>Rivers</a> <a href='/5'>June 5, 2026</a></div>", "Rivers"),
    ],
)  # fmt: skip
def test_the_section_that_is_printed_beside_the_headline(body: str, section: str | None) -> None:
    assert topics(body=body)[0] == section


def test_the_outlet_is_no_section_of_its_own() -> None:
    declared = "<meta property='article:section' content='Daily Courier'><meta property='og:article:section' content='Rivers'>"
    assert topics(declared, url="https://www.dailycourier.example/1")[0] == "Rivers"
