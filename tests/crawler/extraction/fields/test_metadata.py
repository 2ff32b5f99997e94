# ruff: noqa: E501 - a line of a page reads better whole
import pytest
from lxml import html

from crawler.extraction.document.outline import outline
from crawler.extraction.fields.linked_data import LinkedData, read_linked_data
from crawler.extraction.fields.metadata import (
    Metadata,
    _parts,
    headline_claims,
    read_metadata,
    without_outlet,
)

URL = "https://courier.example/news/1/"


def read(head: str = "", body: str = "", attributes: str = "") -> Metadata:
    page = outline(
        html.document_fromstring(f"<html {attributes}><head>{head}</head><body>{body}<p>x</p></body></html>")
    )
    return read_metadata(page, read_linked_data(page), URL)


@pytest.mark.parametrize(
    ("title", "site", "headline"),
    [
        ("Рада ухвалила закон про медіа | Українська правда", None, "Рада ухвалила закон про медіа"),
        ("В Днепре раздался взрыв - РБК-Украина", None, "В Днепре раздался взрыв"),
        ("Parliament passes the media law - Букви", None, "Parliament passes the media law"),
        ("Parliament passes the media law — The Courier", "The Courier", "Parliament passes the media law"),
        ("How China sides with Russia in the war - U.S intel reports", "RBC-Ukraine",
         "How China sides with Russia in the war - U.S intel reports"),
        ("Втрати росіян - понад 1000 за добу", None, "Втрати росіян - понад 1000 за добу"),
        ("Дніпро", None, "Дніпро"),
    ],
)  # fmt: skip
def test_the_outlet_is_no_part_of_a_title(title: str, site: str | None, headline: str) -> None:
    assert without_outlet(title, site, None) == headline


def test_a_headline_that_the_head_names_is_no_title_with_the_outlet() -> None:
    title = "Bridges of the north reopen in spring-NewsㅣThe Port"
    head = f'<meta property="og:title" content="{title}"><title>{title}</title>'
    named = '<meta name="headline" content="Bridges of the north reopen in spring">'
    assert read(head + named).headline == "Bridges of the north reopen in spring"
    assert headline_claims(read(head + named), LinkedData())[0].value == "meta, not printed"
    # it is the page's only if the title begins with it
    assert read(head + named.replace("Bridges", "Harbours")).headline == title


def test_a_button_behind_the_headline_is_no_part_of_it() -> None:
    head = "<meta property='og:title' content='Bridges of the north reopen'>"
    body = "<h1>Bridges of the north reopen <a href='{}'>{}</a></h1>"
    assert read(head, body.format("#", "Add to ...")).headline == "Bridges of the north reopen"
    # what leads somewhere is a part
    assert read(head, body.format("/port", "in Port")).headline == "Bridges of the north reopen in Port"
    assert read("", "<h1><a href='#'>Bridges of the north</a></h1>").headline == "Bridges of the north"


def test_a_heading_that_is_the_whole_title_stands_over_an_h1_of_a_part() -> None:
    head = "<title>Звук и поиск нового курса</title>"
    body = "<h2>Звук и поиск нового курса</h2><h1>Звук</h1><p>x</p><h1>Поиск нового курса</h1>"
    assert read(head, body).headline == "Звук и поиск нового курса"
    body = "<h2>Port: Cranes of the harbour</h2><h1>Cranes of the harbour</h1>"
    assert read("<title>Port: Cranes of the harbour</title>", body).headline == "Port: Cranes of the harbour"


def test_the_outlet_s_name_is_no_lead() -> None:
    head = (
        "<meta property='og:site_name' content='New Lviv Review'><meta name='description' content='Trams stop.'>"
        "<meta property='og:description' content='{}'>"
    )
    assert read(head.format("New Lviv Review")).lead == "Trams stop."
    assert read(head.format("Nine trams stop.")).lead == "Nine trams stop."


def test_a_break_parts_the_words_of_a_headline() -> None:
    assert read("<title>x</title>", "<h1>Порт за чотири дні<br>відновить роботу</h1>").headline == (
        "Порт за чотири дні відновить роботу"
    )


def test_the_h1_that_agrees_is_the_headline() -> None:
    head = '<meta property="og:title" content="Рада ухвалила закон про медіа: що зміниться"><title>x</title>'
    body = "<h1>Кур'єр</h1><h1>Рада ухвалила закон про медіа</h1>"
    assert read(head, body).headline == "Рада ухвалила закон про медіа"


def test_without_an_h1_the_most_trusted_claim() -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Рада ухвалила закон"}</script>'
    assert read(data + "<title>Рада | Кур'єр</title>").headline == "Рада ухвалила закон"
    assert (
        read("<title>Рада ухвалила закон про медіа | Кур'єр</title>").headline
        == "Рада ухвалила закон про медіа"
    )
    assert read().headline is None


@pytest.mark.parametrize(
    ("head", "body", "claims"),
    [
        ("<meta property='og:title' content='Рада ухвалила закон про медіа | Кур’єр'>",
         "<h1>Рада ухвалила закон про медіа</h1>", []),
        ("<meta property='og:title' content='Рада ухвалила закон: що буде з медіа'>",
         "<h1>Рада ухвалила закон про медіа</h1>", [("headline_declared", "Рада ухвалила закон: що буде з медіа")]),
        ("<meta property='og:title' content='Рада ухвалила закон про медіа'>", "",
         [("headline_source", "og:title, not printed")]),
        ("", "", []),
    ],
)  # fmt: skip
def test_the_headline_that_is_not_printed_is_named(
    head: str, body: str, claims: list[tuple[str, str]]
) -> None:
    source = f"<html><head>{head}<title>Рада ухвалила закон</title></head><body>{body}<p>x</p></body></html>"
    page = outline(html.document_fromstring(source if head else "<p>x</p>"))
    data = read_linked_data(page)
    named = headline_claims(read_metadata(page, data, URL), data)
    assert [(claim.source, claim.value) for claim in named] == claims


def test_what_the_head_says() -> None:
    head = """<link rel="canonical" href="/news/1/"><meta property="og:locale" content="uk_UA">
    <meta property="og:description" content="Про &amp;quot;медіа&amp;quot;"><meta property="article:section" content="Політика">
    <meta property="article:tag" content="Рада"><meta property="article:tag" content="медіа">
    <meta property="og:image" content="/i.jpg">"""
    said = read(head, attributes='lang="ua"')
    assert said.canonical_url == URL
    assert (said.html_lang, said.og_locale) == ("ua", "uk_UA")
    assert said.lead == 'Про "медіа"'
    assert (said.section, said.tags) == ("Політика", ("Рада", "медіа"))
    assert said.image_url == "https://courier.example/i.jpg"


@pytest.mark.parametrize("href", ["http://[broken", "javascript:void(0)", ""])
def test_a_canonical_that_is_no_address(href: str) -> None:
    assert read(f'<link rel="canonical" href="{href}">').canonical_url is None


def test_the_part_of_an_old_title_that_is_the_headline() -> None:
    title = "Міст закриють :: Інформаційне агентство берега"
    assert without_outlet(title, "Інформаційне агентство берега", None) == "Міст закриють"


def test_the_number_of_articles_after_a_tag_is_no_part_of_it() -> None:
    links = '<a href="/t/1">мости <i>(1 258)</i></a> <a href="/t/2">Закон (2026)</a><a href="/t/3">ЄС (27 країн)</a>'
    assert read(body=f'<div class="news-tags">{links}</div>').tags == ("мости", "Закон", "ЄС (27 країн)")


@pytest.mark.parametrize(
    ("title", "body", "headline"),
    [
        # what stands in the heading beside the headline
        ("Міст відкрили для руху вантажівок", "<h1><time>17 січня</time>Міст відкрили для руху вантажівок</h1>", "Міст відкрили для руху вантажівок"),
        ("Міст відкрили для руху вантажівок / Обмеження до 20 тонн", "<h1>Міст відкрили для руху вантажівок<small>Обмеження до 20 тонн</small><span>04.01.12 12:26</span></h1>", "Міст відкрили для руху вантажівок"),
        ("Міст відкрили - Вісник", "<h1><div class='sponsorPanel'><span>Sponsored by</span><a href='https://s.example/'><img></a></div>Міст відкрили для руху вантажівок</h1>", "Міст відкрили для руху вантажівок"),
        ("Міст відкрили для руху вантажівок", "<h1>Міст відкрили для руху вантажівок<div>- by <a href='/a/1'>Jane Doe</a> April 21, 2022</div></h1>", "Міст відкрили для руху вантажівок"),
        ("Міст відкрили", "<h1>Міст відкрили портові крани</h1>", "Міст відкрили портові крани"),
        # windows over the page, and outlets named as in the address
        ("Міст відкрили для руху вантажівок | Вісник", "<div class='window' id='dialog'><h1>Головні новини щодня на вашу пошту</h1></div>", "Міст відкрили для руху вантажівок"),
        ("COURIER : Міст відкрили для руху вантажівок", "", "Міст відкрили для руху вантажівок"),
        ("Міст відкрили для руху вантажівок - visnyk.example.ua", "", "Міст відкрили для руху вантажівок"),
    ],
)  # fmt: skip
def test_what_is_glued_to_a_headline(title: str, body: str, headline: str) -> None:
    assert read(f"<title>{title}</title>", body).headline == headline


def test_an_og_title_that_is_the_outlets_name_before_the_bar() -> None:
    name = "Незалежне бюро"
    head = f'<meta property="og:title" content="{name}"><title>{name} | Міст відкрили для руху вантажівок</title>'
    assert (
        read(head, f"<h1>{name} | Міст відкрили для руху вантажівок</h1>").headline
        == "Міст відкрили для руху вантажівок"
    )


def test_a_section_before_the_bar_is_no_part_of_a_headline_that_the_page_declares() -> None:
    title = "<title>Міст відкрили для руху вантажівок</title>"
    heading = "<h1>Місто | Міст відкрили для руху вантажівок</h1>"
    assert read(title, heading).headline == "Міст відкрили для руху вантажівок"
    longer = "<title>Місто | Міст відкрили для руху вантажівок</title>"
    assert read(longer, heading).headline == "Місто | Міст відкрили для руху вантажівок"


def test_a_heading_with_no_word_of_what_the_page_declares_is_another_thing_s() -> None:
    declared = "<meta property='og:title' content='Bridge opens to heavy lorries in Lviv'>"
    search = "<h1>No matches for your search</h1>"
    assert read(declared, search).headline == "Bridge opens to heavy lorries in Lviv"
    assert read("<title>Courier</title>", search).headline == "No matches for your search"
    other_words = "<h1>Lorries cross again after two years</h1>"
    assert read(declared, other_words).headline == "Lorries cross again after two years"


def test_the_outlet_in_og_title_makes_no_heading_the_headline() -> None:
    declared = (
        "<meta property='og:site_name' content='New Lviv Review'>"
        "<meta property='og:title' content='Bridge opens to heavy lorries | New Lviv Review'>"
    )
    headings = "<h1>Introducing New Lviv Review Insider</h1><h1>Another story</h1>"
    assert read(declared, headings).headline == "Bridge opens to heavy lorries"


@pytest.mark.parametrize("text", ["{", '{"title": 5}', "[1]", '{"title": ""}'])
def test_parsely_s_json_is_read_like_its_tags(text: str) -> None:
    """Parse.ly's tags: https://docs.parse.ly/metatags/; its older form was JSON in one tag."""
    meta = """<meta name='parsely-page' content='{"title": "Who owns the discovery?", "author": "Jane Doe", "pub_date": "2014"}'>"""
    names = read(meta).names
    assert {names[f"parsely-{key}"] for key in ("title", "author", "pub-date")} == {
        "Who owns the discovery?", "Jane Doe", "2014",
    }  # fmt: skip
    assert (
        read(meta, "<h1>Other words altogether here</h1><h1>Who owns the discovery?</h1>").headline
        == "Who owns the discovery?"
    )
    assert "parsely-title" not in read(f"<meta name='parsely-page' content='{text}'>").names


def test_a_heading_with_a_dash_of_its_own_before_the_outlet_s_name_in_the_title() -> None:
    title = "Bread and butter - that is mine - Lviv in short"
    head = f"<title>{title}</title><meta property='og:title' content='{title}'>"
    assert (
        read(head, "<h2>Bread and butter - that is mine</h2>").headline == "Bread and butter - that is mine"
    )


def test_a_title_of_many_bars_is_read_in_proportion_to_its_length() -> None:
    assert sum(map(len, _parts("bar | " * 20_000))) < 70_000


def test_the_declared_headline_printed_right_above_the_h1_stands_over_it() -> None:
    head = '<meta property="og:title" content="Ferries of the north reopen"><title>Ferries of the north reopen</title>'
    body = "<div><div>Ferries of the north reopen</div><h1>Courier: ferries in the north are there once more</h1></div>"
    assert read(head, body).headline == "Ferries of the north reopen"
    # elsewhere it is a link of a list
    apart = body.replace("</div><h1>", "</div><hr><h1>")
    assert read(head, apart).headline == "Courier: ferries in the north are there once more"
