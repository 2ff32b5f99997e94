from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Request

from archive.addresses import plain_url
from crawler.items import Article, Observation
from pipelines.digest import DigestStage, article_id, content_hash

AT = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
URL = "https://www.courier.example/news/815/"


def article(url=URL, **fields):
    return Article("courier", url, url, 200, AT, **fields)


PATHS = st.lists(
    st.sampled_from(
        ["news", "amp", "index.amp", "815", "шлях", "%d0%b0", "a b", "", "A", "%7e", "[a]", "b\\c", "|", "'"]
    ),
    max_size=6,
)
QUERIES = st.lists(
    st.sampled_from(
        [
            "id=5",
            "utm_source=x",
            "fbclid=1",
            "a=%d0",
            "b",
            "amp=1",
            "ref=tw",
            "",
            "q=ї",
            "=",
            "x=1&y",
            "a[]=1",
            "q='",
        ]
    ),
    max_size=4,
)
ADDRESSES = st.builds(
    lambda scheme, host, port, path, query, fragment: (
        f"{scheme}://{host}{port}/{'/'.join(path)}{'?' * bool(query)}{'&'.join(query)}{fragment}"
    ),
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(
        ["courier.example", "WWW.Courier.Example", "amp.courier.example", "кур'єр.укр", "m.ua", "[::1]"]
    ),
    st.sampled_from(["", ":80", ":443", ":8080", ":x"]),
    PATHS,
    QUERIES,
    st.sampled_from(["", "#comments", "#"]),
)


@given(st.one_of(ADDRESSES, st.text(max_size=60)))
def test_the_plain_spelling_of_a_plain_spelling_is_itself(url):
    assert plain_url(plain_url(url)) == plain_url(url)


@given(ADDRESSES)
def test_every_spelling_of_an_address_has_one_id(url):
    assert article_id(plain_url(url)) == article_id(url)


@pytest.mark.parametrize(
    "spelling",
    [
        "http://courier.example/news/815",
        "https://WWW.courier.example:443/news/815/",
        "https://courier.example//news/815/#comments",
        "https://courier.example/news/815/?utm_source=tg&utm_medium=social",
        "https://courier.example/news/815?fbclid=IwAR0&gclid=1",
        "https://courier.example/news/815/amp",
        "https://courier.example/news/815/amp/",
        "https://courier.example/news/815/index.amp",
        "https://amp.courier.example/news/815",
        "https://m.courier.example/news/815?amp=1",
        "https://user:secret@courier.example/news/815",
        "https://courier.example/news\\815",
        "https://courier.example/n%65ws/815",
        "https://courier.example/news/815;jsessionid=0A1B2C",
        "https://courier.example/news/815?PHPSESSID=0a1b2c&ref=rss",
        "https://courier.example/news/815?print=1",
        "https://courier.example/news/815?print",
        "https://courier.example/news/815?outputType=amp&m=1",
    ],
)
def test_spellings_of_one_page(spelling):
    assert plain_url(spelling) == plain_url(URL) == "https://courier.example/news/815"


@pytest.mark.parametrize(
    "other",
    [
        "https://courier.example/news/816",
        "https://courier.example/News/815",
        "https://courier.example/news/815?id=2",
        "https://en.courier.example/news/815",
        "https://courier.example:8080/news/815",
        "https://courier.example/amp/news/815",
        # of these names, only the values that say nothing of the page
        "https://courier.example/news/815?ref=4711",
        "https://courier.example/news/815?m=12",
        "https://courier.example/news/815?amp=815",
        "https://courier.example/news/815?view=2",
        "https://courier.example/news/815?sid=4711",
        # an escape that keeps a letter from being a separator
        "https://courier.example/news%2F815",
        "https://courier.example/news/815?id=1%262",
    ],
)
def test_other_pages_stay_other_pages(other):
    assert plain_url(other) != plain_url(URL)


def test_order_of_the_query_and_spelling_of_escapes_make_no_difference():
    assert plain_url("https://a.example/x?b=2&a=%d0%b0") == plain_url("https://a.example/x?a=а&b=2")


@pytest.mark.parametrize("letter", "[]|'\\\"<>^`{}~!$&()*+,;=:@ є")
def test_the_address_that_is_asked_for_is_that_of_the_page_that_names_it(letter):
    """Scrapy writes some of these as escapes; the article would have two names."""
    url = f"https://courier.example/news/a{letter}b?q=a{letter}b"
    assert plain_url(Request(url).url) == plain_url(url)


@given(ADDRESSES)
def test_asking_for_an_address_does_not_change_its_plain_spelling(url):
    try:
        asked = Request(url).url
    except ValueError:
        return
    assert plain_url(asked) == plain_url(url)


@pytest.mark.parametrize(
    "text", ["", "mailto:desk@courier.example", "http://[broken", "not an address", "https:///x"]
)
def test_what_is_no_address_is_left_alone(text):
    assert plain_url(text) == text


@pytest.mark.parametrize(
    "declared",
    [
        "https://courier.example/",
        "https://courier.example/bridges_n1503302",
        "https://other.example/news/815/",
        "https://courier.example/rus/news/815/",
        "not an address",
    ],
)
def test_what_a_page_calls_itself_does_not_decide_its_id(declared):
    """The archive tells if two pages that one canonical address leads to are one: it has the texts."""
    stage = DigestStage()
    assert stage.decide(article(canonical_url=declared)).article_id == stage.decide(article()).article_id


def test_the_ids_are_what_they_were_in_every_archive_written_before():
    item = DigestStage().process_item(
        article(headline="Council repairs three bridges", body="It starts in spring.")
    )
    assert item.article_id == "17835cc4f46a47e0511b328dd4c391e1"
    assert item.content_hash == "0ef18c02b616352cf36263bab6882a0a0588b4d703859eee0d8a54b3aa82962b"


def test_space_and_composition_of_letters_are_no_change():
    one = article(headline="Ки\u0457в  сьогодні", body="Перший\u00a0абзац.\n\nДругий абзац.")
    same = article(headline="Ки\u0456\u0308в сьогодні", body="Перший абзац. Другий\nабзац. ")
    assert content_hash(one) == content_hash(same)


def test_a_changed_word_is_a_change_and_a_changed_lead_is_none():
    one = article(headline="Bridges", lead="In short", body="Three bridges.")
    assert content_hash(one) != content_hash(one.with_(body="Four bridges."))
    assert content_hash(one) != content_hash(one.with_(headline="Ferries"))
    assert content_hash(one) == content_hash(one.with_(lead="Read on courier.example"))


def test_a_headline_cannot_pass_for_the_beginning_of_the_body():
    assert content_hash(article(headline="a b", body="c")) != content_hash(article(headline="a", body="b c"))


def test_a_lone_surrogate_has_a_hash_too():
    item = DigestStage().process_item(article("https://courier.example/\ud800", body="\ud800"))
    assert len(item.content_hash) == 64
    assert len(item.article_id) == 32


def test_a_look_passes():
    look = Observation(URL, URL, "courier", "failed", "timeout", AT)
    assert DigestStage().process_item(look) is look
