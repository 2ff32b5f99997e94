"""Elements amid the text that are none of it, and lists whose items are entries."""

from datetime import UTC, datetime

import pytest
from lxml import html

from crawler.extraction.body.pruning import prune
from crawler.extraction.document.outline import outline
from crawler.extraction.document.prose import read_prose
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
URL = "https://courier.example/news/2026/a-story"
LONG = "Міська рада у вівторок ухвалила бюджет, у якому найбільше грошей піде на ремонт двох мостів."


def lines(text: str) -> list[str]:
    page = f"<html><body><article><h1>Рада ухвалила бюджет</h1><div>{text}</div></article></body></html>"
    return extract(Fetch(URL, URL, page.encode(), "utf-8", 200, NOW), Hints("courier")).body.split("\n\n")


def paragraphs(*texts: str) -> str:
    return "".join(
        f"<p>{text}</p>"
        for text in (*texts, LONG, *(LONG.replace("мостів", other) for other in ("шкіл", "доріг", "садків")))
    )


def test_data_for_the_page_s_scripts_are_no_text() -> None:
    data = ", ".join(f'{{"id": "{i}", "title": "{LONG}"}}' for i in range(40))
    told = paragraphs()
    assert lines(f"<div style='display:none'>[{data}]</div>{told}") == lines(told)
    assert lines(f"<div>{{&quot;comments&quot;: [{data}]}}</div>{told}") == lines(told)
    # an article may be about them
    assert any("title" in line for line in lines(f"{told}<pre>[{data}]</pre>"))


@pytest.mark.parametrize(
    "printed",
    [
        'Автобус <span class="tip">бібліобус<span hidden>Автобус із полицями</span></span> уже виїхав.',
        'Автобус бібліобус<span role="tooltip">Автобус із полицями</span> уже виїхав.',
        'Автобус бібліобус<sup><a href="#fn1">1</a></sup> уже виїхав.',
        'Автобус бібліобус<a href="https://courier.example/a#note-2"><sup>[2]</sup></a> уже виїхав.',
    ],
)
def test_tooltips_and_marks_of_footnotes(printed: str) -> None:
    assert lines(paragraphs(printed))[0] == "Автобус бібліобус уже виїхав."


def test_a_power_and_a_link_above_the_line_are_text() -> None:
    printed = 'Площа — 12 м<sup>2</sup> у місті Рим<sup><a href="https://rome.example">стара назва</a></sup>.'
    assert lines(paragraphs(printed))[0] == "Площа — 12 м2 у місті Римстара назва."


def test_entries_of_a_live_blog_stand_apart_and_without_their_clocks() -> None:
    entry = (
        '<li><div class="when"><time>{}</time><span>22 липня</span></div><div><h3>{}</h3><p>{}</p></div></li>'
    )
    entries = [("19:35", "Міст закрили", LONG), ("16:02", "Школу відкрили", LONG.replace("мостів", "шкіл"))]
    text = "".join(entry.format(*parts) for parts in entries)
    assert lines(f"<ul>{text}</ul>") == [part for _, *parts in entries for part in parts]


def test_a_time_in_a_sentence_stays() -> None:
    said = (
        "<b>Зустріч</b> почнеться <time>22 липня о 19:35</time> у великій залі міської ради, сказав голова."
    )
    assert lines(paragraphs(said))[0].startswith("Зустріч почнеться 22 липня о 19:35 у великій залі")


def test_items_of_one_paragraph_stay_a_list() -> None:
    page = paragraphs(LONG) + f"<ul><li><p>{LONG} Перше.</p></li><li><p>{LONG} Друге.</p></li></ul>"
    fetch = Fetch(
        URL, URL, f"<body><h1>Рада</h1><article>{page}</article></body>".encode(), "utf-8", 200, NOW
    )
    kinds = [block.kind for block in extract(fetch, Hints("courier")).blocks]
    assert kinds.count("list_item") == 2


CARD = (
    '<div><a href="/ports/42"><img src="a.jpg" alt=""></a><div><a href="/ports">Порти</a>'
    '<a href="{}">Порт на півдні відкриють лише навесні</a><p>{}</p></div></div>'
)
TEASER = "Другий порт області знову приймає судна з трьох країн, розповіли в адміністрації."


def test_a_card_amid_the_text_is_a_teaser() -> None:
    card = CARD.format("/ports/42", TEASER)
    below = "".join(card.replace("/42", f"/{number}") for number in range(43, 60))
    assert TEASER not in lines(paragraphs() + card + paragraphs(LONG + " Далі."))
    # however many cards are below the text
    text = lines(paragraphs() + card + paragraphs(LONG + " Далі.") + below)
    assert TEASER not in text[: text.index(LONG + " Далі.")]


@pytest.mark.parametrize(
    "text",
    [
        # to another page than the picture, to another outlet, a link in a sentence, a box that is the text's
        CARD.format("/ports/43", TEASER),
        CARD.format("https://shop.example/42", TEASER).replace("/ports/42", "https://shop.example/42"),
        f'<a href="/a"><img src="a.jpg"></a><p>Про це <a href="/a">писали ще торік навесні</a>. {TEASER}</p>',
        CARD.format("/ports/42", f"{TEASER}</p>{paragraphs() * 3}<p>{LONG}"),
    ],
)
def test_no_card(text: str) -> None:
    assert TEASER in "\n".join(lines(paragraphs() + text + paragraphs()))


SAID = "Краностроитель Северин Тихий стоїть біля старого крана, який привезли з сусіднього порту навесні."


@pytest.mark.parametrize(
    "inside",
    [
        '<div><img src="a.jpg" alt="{0}"><em>{0}</em> (Кур\'єр)</div>',
        '<p><a href="b.jpg"><img src="a.jpg" alt="{0}"></a><em>{0}</em></p>',
        '<div><img src="a.jpg"><p>{0} (Credit: Courier)</p></div>',
        '<div><em>{0}</em><img src="a.jpg" alt="{0}"></div>',
    ],
)
def test_a_line_that_a_picture_repeats_is_its_caption(inside: str) -> None:
    text = f"{paragraphs()}{inside.format(SAID)}{paragraphs()}"
    page = f"<body><article><h1>Рада</h1><div>{text}</div></article></body>"
    fetch = Fetch(URL, URL, page.encode(), "utf-8", 200, NOW)
    blocks = extract(fetch, Hints("courier")).blocks
    assert [block.kind for block in blocks if SAID in block.text] == ["caption"]
    assert all(block.kind == "caption" for block in blocks if "Кур'єр" in block.text)


def test_a_lead_that_a_picture_repeats_is_the_text_s() -> None:
    head = f'<head><meta name="description" content="{SAID}"></head>'
    lead = f'<div><img src="a.jpg" alt="{SAID}"><p>{SAID}</p></div>'
    page = f"<html>{head}<body><article><h1>Рада</h1><div>{lead}{paragraphs()}</div></article></body></html>"
    fetch = Fetch(URL, URL, page.encode(), "utf-8", 200, NOW)
    assert extract(fetch, Hints("courier")).body.startswith(SAID)


def test_an_anchor_around_a_heading_is_no_link() -> None:
    part = f"<a href='#a'><h2>Мости</h2></a><p>{LONG}</p><h3><a href='#b'>Дороги</a></h3>"
    tree = html.document_fromstring(f"<html><body>{part}<h3><a href='/3'>Інше</a></h3></body></html>")
    page = outline(tree)
    prune(page, None, read_prose(page, None, None))
    assert [link.get("href") for link in tree.iter("a")] == ["/3"]


def test_small_headings_that_follow_each_other_are_the_text() -> None:
    said = (
        "<h6><b>11:22:33</b> – Я з вами в цій історії всім серцем, хоч і не знаю, що нас чекає попереду.</h6>"
    )
    tree = html.document_fromstring(
        f"<html><body><p>{LONG}</p>{said}{said}<h6>Далі</h6><p>{LONG}</p><h6>Мости</h6></body></html>"
    )
    page = outline(tree)
    prune(page, None, read_prose(page, None, None))
    assert [heading.text for heading in tree.iter("h6")] == ["Мости"]


COPY = " ".join(
    LONG.replace("мостів", other)
    for other in ("мостів", "шкіл", "доріг", "садків", "ліхтарів", "причалів", "вокзалів", "лікарень")
)


@pytest.mark.parametrize(
    "copy",
    [
        '<div itemscope itemtype="https://schema.org/Article"><div itemprop="name">Рада ухвалила бюджет</div>'
        '<div itemprop="datePublished">2026-11-26T10:31</div><div itemprop="articleSection">мости</div>'
        f'<div itemprop="articleBody">{COPY}</div><div itemprop="inLanguage">uk-UA</div></div>',
        f'<div style="display:none" itemprop="articleBody">{COPY}</div>',
    ],
)
def test_a_copy_of_the_text_for_machines_is_no_text(copy: str) -> None:
    sentences = [f"{line.strip()}." for line in COPY.split(".")[:-1]]
    told = "".join(f'<div class="block"><div class="text">{line}</div></div>' for line in sentences)
    assert lines(copy + told) == lines(told) == sentences
    # alone it is the text
    assert lines(f'<div itemprop="articleBody">{COPY}</div>') == [COPY]
