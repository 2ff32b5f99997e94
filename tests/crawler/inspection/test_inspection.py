# ruff: noqa: E501 - a line of a page reads better whole
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from rich.console import Console
from scrapy.settings import Settings

from crawler.exceptions import Unreadable
from crawler.inspection.inspection import Inspection, inspect_page
from crawler.inspection.output import inspection_page, print_inspection
from crawler.items import Fetch, Hints
from crawler.settings import ITEM_PIPELINES
from crawler.workers.stages import worker_stages
from pipelines.bylines.persons import persons_in
from tests.support import tiers

STAGES = worker_stages(Settings({"ITEM_PIPELINES": ITEM_PIPELINES}))
TEXT = [
    "Міська рада Вигаданська ухвалила бюджет на наступний рік після дванадцяти годин обговорення в сесійній залі.",
    "За рішення проголосували тридцять два депутати з сорока, ще п'ятеро утрималися, а троє не прийшли на засідання.",
    "Найбільше коштів отримають школи: на ремонт дахів і нові підручники передбачили сорок мільйонів гривень.",
    "Опозиція вважає, що документ не враховує потреб околиць, де досі немає тротуарів і вуличного освітлення.",
]
PAGE = f"""<!DOCTYPE html><html lang="uk"><head><title>Рада ухвалила бюджет міста | Кур'єр</title>
<link rel="alternate" hreflang="ru" href="/rus/101/">
<meta property="article:published_time" content="2026-02-03T10:15:00+02:00"></head><body>
<nav><ul>{"".join(f"<li><a href='/{i}'>Розділ {i}</a></li>" for i in range(20))}</ul></nav>
<article><h1>Рада ухвалила бюджет міста</h1><div class="author">Ганна Вигадана</div>
<div class="share">Посилання скопійовано</div>
<div class="post_text"><p>{TEXT[0]}</p><h2>Що в бюджеті</h2><p>{TEXT[1]}</p>
<p>Читайте також: <a href="/2">Мер розповів про плани</a></p>
<ul><li>двадцять мільйонів — на дахи шкіл і лікарень</li><li>ще двадцять — на підручники</li></ul>
<p>{TEXT[2]}</p><p class="vote">{TEXT[3]}</p></div></article></body></html>"""


def inspected(page: str, hints: Hints = Hints("courier")) -> Inspection:  # noqa: B008 - frozen
    url = "https://courier.example/101/"
    fetch = Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC))
    return inspect_page(fetch, hints, STAGES, persons_in)


def terminal(inspection: Inspection, *, everything: bool = False) -> str:
    console = Console(file=io.StringIO())
    print_inspection(console, inspection, everything=everything)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_line_says_what_became_of_it() -> None:
    lines = [(line.line.text[:20], line.mark, line.label) for line in inspected(PAGE).lines[20:]]
    assert lines == [
        ("Рада ухвалила бюджет", "field", "headline"),
        ("Ганна Вигадана", "field", "byline"),
        (
            "Посилання скопійован",
            "dropped",
            "share buttons, and the tooltip that says the link was copied (.share)",
        ),
        (TEXT[0][:20], "kept", "paragraph"),
        ("Що в бюджеті", "kept", "heading"),
        (TEXT[1][:20], "kept", "paragraph"),
        ("Читайте також: Мер р", "dropped", "points to another article"),
        ("двадцять мільйонів —", "kept", "list_item"),
        ("ще двадцять — на під", "kept", "list_item"),
        (TEXT[2][:20], "kept", "paragraph"),
        (TEXT[3][:20], "kept", "paragraph"),
    ]


def test_a_line_may_have_several_fields_and_other_words() -> None:
    line = (
        "<div class='date'><a class='author'>Ганна Вигадана</a> — 3 лютого 2026, 10:15 — 500 переглядів</div>"
    )
    page = PAGE.replace('<div class="author">Ганна Вигадана</div>', line)
    found = [line for line in inspected(page).lines if "переглядів" in line.line.text]
    assert [(line.mark, line.label) for line in found] == [("field", "byline, date")]


def test_each_field_names_its_source_and_what_was_not_believed() -> None:
    head = """<meta name="description" content="Коротко про бюджет міста."><meta property="article:section" content="Місто">
    <meta property="og:title" content="Бюджет міста ухвалено"><meta property="og:image" content="/i.jpg">
    <script type="application/ld+json">{"@type": "NewsArticle", "headline": "Рада ухвалила бюджет міста",
    "description": "Депутати ухвалили бюджет.", "articleSection": "Місто", "keywords": "рада, бюджет"}</script></head>"""
    told = terminal(inspected(PAGE.replace("</head>", head, 1)))
    for row in (
        r"headline +Рада ухвалила бюджет міста +h1, as in json-ld",
        r"claim: Бюджет міста ухвалено +meta og:title",
        r"lead +Депутати ухвалили бюджет\. +json-ld description",
        r"claim: Коротко про бюджет міста\. +meta description",
        r"section +Місто +json-ld articleSection = meta article:section",
        r"tags +рада, бюджет +json-ld keywords",
        r"image +https://courier\.example/i\.jpg",
    ):
        assert re.search(row, told), row


def test_a_claim_that_names_nobody_says_so() -> None:
    told = terminal(
        inspected(PAGE.replace("</head>", "<meta name='author' content='Доброго Ранку'></head>", 1))
    )
    assert re.search(r"claim: Доброго Ранку +meta → no person", told)
    assert re.search(r"claim: Ганна Вигадана +printed +$", told, re.MULTILINE)


def test_a_page_of_data_says_so() -> None:
    body = "\\n".join(TEXT)
    page = f"""<html><head><script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script></head>
    <body><h1>Рада ухвалила бюджет міста</h1><p>Увімкніть JavaScript.</p></body></html>"""
    assert "in the data of the page" in terminal(inspected(page))


def test_selectors_lead_to_their_lines() -> None:
    tree = html.document_fromstring(PAGE)
    for marked in inspected(PAGE).lines:
        assert any(
            marked.line.text in " ".join(e.text_content().split())
            for e in tree.cssselect(marked.line.selector)
        )


def test_a_rule_of_the_outlet_shows_its_effect() -> None:
    dropped = inspected(PAGE, Hints("courier", drop="p.vote", byline=".author")).lines[-1]
    assert (dropped.mark, dropped.label) == ("dropped", "the outlet's `drop`")


def test_every_block_is_a_line_or_is_told_as_unseen() -> None:
    body = "\\n".join(TEXT)
    page = f"""<html><head><script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script></head>
    <body><h1>Рада ухвалила бюджет міста</h1><p>Увімкніть JavaScript.</p></body></html>"""
    assert inspected(page).unseen == tuple(TEXT)
    assert inspected(PAGE).unseen == ()
    assert f"from JSON-LD or put together: {TEXT[0]}"[:80] in terminal(inspected(page))
    assert TEXT[0] in inspection_page(inspected(page))


def test_the_terminal_folds_menus_unless_asked() -> None:
    short, whole = terminal(inspected(PAGE)), terminal(inspected(PAGE), everything=True)
    assert "… 14 more lines outside the text" in short
    assert "Розділ 10" not in short
    assert "Розділ 10" in whole
    assert re.search(r"headline +Рада ухвалила бюджет міста +h1, as in title", short)
    assert re.search(r"claim: Рада ухвалила бюджет міста \| Кур'єр +title", short)
    assert re.search(
        r"text +\d+ characters in 7 blocks: 4 paragraph, 2 list_item, 1 heading +in div\.post_text", short
    )
    assert re.search(r"claim: 2026-02-03T10:15:00\+02:00 +meta → 2026-02-03 08:15:00 UTC", short)
    assert re.search(r"alternates +ru: https://courier.example/rus/101/ +hreflang", short)


def test_why_a_page_is_no_article() -> None:
    inspection = inspected("<html><body><h1>Just a moment...</h1><p>Checking your browser.</p></body></html>")
    assert inspection.refused is not None
    assert "Not an article" in inspection_page(inspection)


HOSTILE = "</span></style><script>alert(1)</script><img src=x onerror=alert(1)>\x1b]0;owned\x07\x9b2J\u202e"


def test_hostile_text_stays_text() -> None:
    escaped = HOSTILE.replace("<", "&lt;").replace("\x1b", "&#27;")
    page = PAGE.replace("Рада ухвалила бюджет міста", f"Рада ухвалила бюджет міста {escaped}").replace(
        'class="post_text"', f"class='post_text\" onclick=\"alert(1)' id='\"><script>{escaped}'"
    ).replace("Ганна Вигадана", f"Ганна Вигадана [red]{escaped}").replace("/rus/101/", f"/rus/{escaped}").replace(
        "</head>", f'<meta name="description" content=\'{escaped}\'><meta property="og:title" content=\'{escaped}\'>'
        f'<meta property="article:section" content=\'{escaped}\'><meta property="og:image" content=\'{escaped}\'></head>', 1
    )  # fmt: skip
    inspection = inspected(page)
    written, told = inspection_page(inspection), terminal(inspection, everything=True)
    tree = html.document_fromstring(written)
    assert {element.tag for element in tree.iter()} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "td", "div", "small", "span",
        "code", "details", "summary", "s",
    }  # fmt: skip
    assert not [
        name
        for element in tree.iter()
        for name in element.attrib
        if name.startswith("on") or name in {"src", "href"}
    ]
    for text in (written, told):
        assert not set(text) & set("\x1b\x07\x9b\u202e")
    assert "alert(1)" in tree.text_content()
    assert "[red]" in told


def test_the_page_may_load_and_run_nothing() -> None:
    head = html.document_fromstring(inspection_page(inspected(PAGE))).xpath("//head/*")
    assert head[0].get("charset") == "utf-8"
    assert head[1].get("http-equiv") == "Content-Security-Policy"
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert head[1].get("content") == policy


@settings(max_examples=tiers.examples(40), deadline=None)
@given(
    st.text(max_size=300).map(
        lambda text: f"<h1>{text}</h1><p class='{text[:20]}'>{text}</p><div>{text}<br>{text}</div>"
    )
)
def test_any_page_can_be_shown(page: str) -> None:
    try:
        inspection = inspected(page)
    except Unreadable:
        return
    html.document_fromstring(inspection_page(inspection))
    assert "\x1b" not in terminal(inspection)


@pytest.mark.parametrize("page", ["", "%PDF-1.7"])
def test_what_is_no_page(page: str) -> None:
    with pytest.raises(Unreadable):
        inspected(page)
