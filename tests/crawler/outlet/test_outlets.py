"""Every declaration in crawler/spiders: its form, the addresses it takes, and those it leaves alone."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive.addresses import plain_origin
from crawler.exceptions import DeclarationError
from crawler.health.table import LABELS, grounds, outlets, render, shares_id
from crawler.outlet.checks import check_declaration
from crawler.outlet.declaration import in_domains
from crawler.story.spider import StorySpider
from tests.newsrooms.outlet_addresses import ARTICLES, COUNTERPARTS, NO_ARTICLES

SPIDERS = Path(__file__).parents[3] / "crawler" / "spiders"
NO_OUTLETS = {"demo", "page"}
NAMES = sorted(path.stem for path in SPIDERS.glob("[!_]*.py") if path.stem not in NO_OUTLETS)


@cache
def loader() -> SpiderLoader:
    return SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["crawler.spiders"]}))


def outlet(name: str) -> StorySpider:
    spider = loader().load(name)()
    assert isinstance(spider, StorySpider)
    return spider


def test_there_are_forty() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_a_declaration_is_a_name_a_docstring_and_a_few_values(name: str) -> None:
    spider = outlet(name)
    check_declaration(type(spider))
    assert spider.title
    assert spider.home
    assert spider.languages
    assert spider.confidence
    assert spider.feeds or spider.news_sitemaps
    (declared,) = (
        node
        for node in ast.parse((SPIDERS / f"{name}.py").read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    docstring, *values = declared.body
    assert isinstance(docstring, ast.Expr), "the docstring says the languages and where each rule is from"
    assert len((ast.get_docstring(declared) or "").split()) > 15
    assert all(isinstance(value, ast.Assign) for value in values), "an outlet is values, without behaviour"
    assert (declared.end_lineno or 0) - values[0].lineno < 30, "at most 30 lines of values"


LANGUAGES = {"uk": "Ukrainian", "en": "English", "ru": "Russian", "crh": "Crimean Tatar"}
DATED = re.compile(r"\b(?:19|20)\d\d\b|from memory|inferred|\(undated\)")


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_says_the_languages_and_the_ground_of_each_rule_with_its_date(name: str) -> None:
    declared = type(outlet(name))
    said = " ".join((declared.__doc__ or "").split())
    assert [tag for tag in declared.languages if LANGUAGES.get(tag, "") not in said] == []
    _, told = grounds(declared)
    rules = {label for label, rule in LABELS.items() if rule and getattr(declared, rule)}
    if shares_id(declared):
        rules.add("Variants")
    assert {*told} - {"Note"} == rules
    assert [label for label in rules if not DATED.search(told[label])] == []


def test_what_is_from_memory_alone_is_not_of_high_confidence() -> None:
    sure = [type(outlet(name)) for name in NAMES if outlet(name).confidence == "high"]
    assert [one.name for one in sure if not re.search(r"\b20\d\d\b", grounds(one)[1]["Addresses"])] == []


@pytest.mark.parametrize("name", NAMES)
def test_sources_are_whole_addresses_of_the_outlet(name: str) -> None:
    spider = outlet(name)
    for written in (*spider.feeds, *spider.news_sitemaps, *spider.archive_sitemaps, *spider.day_archives):
        assert spider.address(written).startswith(("http://", "https://"))
        assert not spider.is_article(spider.address(written))


def test_examples_are_of_declared_outlets() -> None:
    """Those of a new outlet are in its recorded story; here are the ones that were found beside them."""
    assert set(ARTICLES) <= set(NAMES)


@pytest.mark.parametrize(("name", "url"), [(name, url) for name, urls in ARTICLES.items() for url in urls])
def test_articles_are_taken(name: str, url: str) -> None:
    assert outlet(name).is_article(url)


@pytest.mark.parametrize("name", NAMES)
def test_pages_that_are_no_articles_are_left(name: str) -> None:
    spider = outlet(name)
    others = "", "/", "/en/", "/rus/", "/ukr", "/ua/", "/news", "/news/", "/en/news", "/about", "/rss", "/uk/"
    addresses = [*(spider.home + path for path in others), *NO_ARTICLES.get(name, ())]
    assert [url for url in addresses if spider.is_article(url)] == []


@pytest.mark.parametrize("name", NAMES)
def test_another_outlets_articles_are_not_taken(name: str) -> None:
    spider = outlet(name)
    assert [
        url for other, urls in ARTICLES.items() if other != name for url in urls if spider.is_article(url)
    ] == []


@pytest.mark.parametrize(("name", "one", "other"), COUNTERPARTS)
def test_known_variants_share_a_story_or_follow_from_the_address(name: str, one: str, other: str) -> None:
    spider = outlet(name)
    siblings = {alternate.url for alternate in spider.siblings(one)}
    shared = spider.story_key(one)
    assert other in siblings or (shared is not None and shared == spider.story_key(other))


@pytest.mark.parametrize("name", NAMES)
def test_a_story_key_is_the_same_for_what_the_rule_makes(name: str) -> None:
    spider = outlet(name)
    for url in ARTICLES.get(name, ()):
        for alternate in spider.siblings(url):
            assert spider.is_article(alternate.url), alternate
            assert spider.story_key(alternate.url) == spider.story_key(url)


def test_rbc_claims_the_language_of_the_text_not_of_the_path() -> None:
    (ukrainian,) = outlet("rbc").siblings(
        "https://www.rbc.ua/ukr/news/dnipri-povidomili-vibuh-1669456054.html"
    )
    assert (ukrainian.language, ukrainian.url) == (
        "uk", "https://www.rbc.ua/rus/news/dnipri-povidomili-vibuh-1669456054.html",
    )  # fmt: skip


def test_rbc_of_before_autumn_2022_is_in_the_language_of_its_path() -> None:
    """A stored page of 2022-03-28 under /ukr/ was Ukrainian, one of 2022-11-15 Russian."""
    (russian,) = outlet("rbc").siblings(
        "https://www.rbc.ua/ukr/news/pozhar-chernobyle-udar-neftebaze-osvobozhdenie-1648447562.html"
    )
    assert (russian.language, "/rus/news/" in russian.url) == ("ru", True)
    older = outlet("rbc").siblings("https://www.rbc.ua/rus/news/sport/matchi-tizhnya-12122013115700")
    assert [one.url.split("/")[3] for one in older if one.language == "uk"] == ["ukr"]
    (russian,) = outlet("rbc").siblings("https://www.rbc.ua/rus/news/sobytie-dnya-1665000000.html")
    assert (russian.language, "/ukr/news/" in russian.url) == ("ru", True)


@pytest.mark.parametrize("host", ["газета.укр", "xn--80aahjj1e.xn--j1amh", "WWW.XN--80AAHJJ1E.xn--j1amh"])
def test_a_host_is_one_in_unicode_and_in_punycode(host: str) -> None:
    """Scrapy asks in Punycode, lists and people write either."""
    values = {"name": "gazeta", "home": "https://газета.укр", "languages": ("uk",), "feeds": ["/rss"],
              "article_url": r"/news/(?P<story>\d+)", "variant_url": {"uk": "/news/{story}"}}  # fmt: skip
    declared = type("Gazeta", (StorySpider,), values)
    check_declaration(declared)
    spider = declared()
    url = f"https://{host}/news/7"
    assert in_domains(url, spider.domains())
    assert spider.story_key(url.lower()) == "7"
    assert not in_domains("https://xn--80aahjj1e.example/news/7", spider.domains())


@pytest.mark.parametrize(
    ("home", "ports"), [("http://gazeta.example:8080", [":8080"]), ("HTTP://gazeta.example:80", ["", ":80"])]
)
def test_a_path_is_one_at_the_port_of_the_home_page(home: str, ports: list[str]) -> None:
    """A site under test: `live` said "takes 0 of 6 addresses", and proposed nothing that could be taken."""
    values = {"name": "gazeta", "home": home, "article_url": r"/news/\d+"}
    spider = type("Gazeta", (StorySpider,), values)()
    urls = {port: f"http://gazeta.example{port}/news/7" for port in ("", ":80", ":8080", ":9")}
    assert [port for port, url in urls.items() if spider.is_article(url)] == ports


BROKEN = {
    "name": ("My Outlet", "name must match"),
    "article_url": (r"/news/(\d+", "is not a regular expression"),
    "article_url of no kind": ({"uk": "/news"}, "neither a regular expression"),
    "article_url without a slash": (r"news/\d+", "begins neither with / nor with"),
    "article_url of everything": (r"/.*", "takes 'https://herald.example/', which is not an article"),
    "article_url of a feed": (r"/\w+", "takes 'https://herald.example/rss', which is not an article"),
    "article_url with a query": (r"/story\?id=\d+", "it is asked of the address before the"),
    "article_url left out": ("", "article_url is missing"),
    "variant_url": ({"ua": "/news/{number}"}, "'ua' is a country"),
    "variant_url of another language": ({"pl": "/pl/{number}"}, "'pl' is not among languages uk"),
    "variant_url with an unknown group": (
        {"uk": "/news/{path}"},
        "uses path, which article_url does not",
    ),
    "variant_url that names none": ({"uk": "/news/1"}, "is one address for all articles"),
    "variant_url with half a brace": ({"uk": "/news/{number"}, "cannot be filled in"),
    "variant_url by position": ({"uk": "/news/{}"}, "the name of a group"),
    "variant_url of no kind": (["/ru/{number}"], "does not have the form"),
    "variant_url with a wrong one of two": (
        {"uk": ("/news/{number}", "/n/{id}")},
        "uses id, which article_url",
    ),
    "languages": (("ukrainian!",), "no BCP 47 language"),
    "languages with ua": (("ua", "en"), "Ukrainian is 'uk'; 'ua' is a country"),
    "languages left out": ((), "languages is missing"),
    "news_sitemaps": ("/sitemap.xml", r"is one text; put it into \[ \]"),
    "feeds": (["https://elsewhere.example/rss"], "outside allowed_domains"),
    "feeds with half a bracket": (["https://[herald.example/rss"], "is not an address: Invalid IPv6"),
    "feeds of no kind": (None, "feeds None is not a list of texts"),
    "day_archives": (["/archive/today"], "names no day"),
    "archive_sitemaps": (["/sitemap.xml"], "names no day.*or archive_lists if it is an index"),
    "archive_lists": (r"/posts(\d+", "archive_lists .* is not a regular expression"),
    "archive_lists without an index": (r"/posts\d+\.xml", "no address of archive_sitemaps is without a day"),
    "archive_lists of other groups": (r"/(?P<number>\d+)\.xml", "names number; the groups of days are"),
    "archive_lists without a year": (r"/(?P<month>\d\d)\.xml", "names no year"),
    "archive_lists of no kind": ({"a": "/posts"}, "archive_lists .* neither a regular expression"),
    "allowed_domains": (["https://herald.example/"], "is not a host; write it without scheme"),
    "home": ("herald.example", "is not an address, as https"),
    "home left out": ("", "is not an address, as https"),
    "confidence": ("sure", "none of high, medium, low"),
    "page_budget": ("many", "is not a number of pages"),
    "byline": ("span..author", "no CSS selector"),
    "switcher": ("a[", "no CSS selector"),
    "drop": (["aside"], "drop .* is not text"),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_broken_declaration_is_refused_with_a_sentence(mistake: str) -> None:
    value, sentence = BROKEN[mistake]
    values = {
        "name": "herald", "home": "https://herald.example", "languages": ("uk",), "feeds": ["/rss"],
        "article_url": r"/news/(?P<number>\d+)", mistake.split(maxsplit=1)[0]: value,
    }  # fmt: skip
    with pytest.raises(DeclarationError, match=sentence):
        check_declaration(type("Herald", (StorySpider,), values))


def test_modules_are_named_as_their_outlet() -> None:
    for name in NAMES:
        module = import_module(f"crawler.spiders.{name}")
        spiders = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, StorySpider) and value is not StorySpider
        ]
        assert [spider.name for spider in spiders] == [name]


def test_the_table_in_the_docs_is_that_of_the_declarations() -> None:
    assert (SPIDERS.parents[1] / "docs/reference/outlets.md").read_text("utf-8") == render(
        outlets(loader())
    ), "run: python -m crawler.health.table > docs/reference/outlets.md"


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("https://www.unian.ua:443/war/a-12345678.html", "https://www.unian.ua/war/a-12345678.html"),
        ("https://WWW.UNIAN.UA/war/a-12345678.html", "https://www.unian.ua/war/a-12345678.html"),
        ("HTTPS://www.unian.ua/War", "https://www.unian.ua/War"),
        ("http://a.example:80?x", "http://a.example?x"),
        ("https://a.example:80/", "https://a.example:80/"),
        ("https://name:secret@A.example:443/", "https://name:secret@A.example:443/"),
        ("https://[::1]:443/", "https://[::1]:443/"),
    ],
)
def test_an_origin_has_one_spelling(given: str, plain: str) -> None:
    assert plain_origin(given) == plain


@pytest.mark.parametrize("name", ["unian", "pravda", "bbc"])
def test_an_article_is_known_by_its_port_and_in_capitals(name: str) -> None:
    spider = outlet(name)
    for url in ARTICLES[name]:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        for spelling in (f"{scheme}://{host.upper()}{slash}{path}", f"{scheme}://{host}:443{slash}{path}"):
            if scheme == "https":
                assert spider.is_article(spelling)
                assert spider.article_address(spelling) == spider.article_address(url)
