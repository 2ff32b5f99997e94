"""No sentence of a text vanishes: it is in a block, or left out for a reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.document.text import for_comparison
from crawler.extraction.page import Parts, read_parts
from crawler.items import Fetch, Hints
from tests.support import tiers

AT = datetime(2026, 1, 1, tzinfo=UTC)
TOWNS = ("Зарічна", "Підгірна", "Надставська", "Калинова", "Вербівська", "Млинська")
PARAGRAPHS = [
    f"{town} громада погодила ремонт мосту через річку, яку щовесни виводить із берегів. Роботи почнуть {day}"
    " березня, а рух відкриють не раніше осені, пояснили в управлінні доріг і додали, що гроші вже є."
    for day, town in enumerate(TOWNS, 3)
]
LONG = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
SAID = "[1] «Міст перекриють у квітні, а відкриють, коли складуть новий прогін», — сказав інженер загону."
SENTENCE = "Про це редакції розповів головний інженер мостобудівного загону Северин Тихий у середу."


def read(html: str) -> Parts:
    url = "https://courier.example/news/1"
    return read_parts(Fetch(url, url, html.encode(), None, 200, AT), Hints("courier"))


def page(inside: str) -> str:
    return f"<html><head><title>Міст відремонтують</title></head><body>{inside}</body></html>"


def blocks(html: str) -> list[str]:
    return [block.text for block in read(html).text.blocks]


@pytest.mark.parametrize("tag", ["button", "select", "object", "template", "dialog"])
def test_a_mistyped_tag_encloses_the_page(tag: str) -> None:
    article = f"<h1>Міст відремонтують</h1><div class='text'>{LONG}</div>"
    assert blocks(page(f"<header><{tag}><div><svg></svg><div></{tag}></div></header>{article}")) == PARAGRAPHS
    assert blocks(page(f"<{tag}><div><div>{article}</div></div></{tag}>")) == PARAGRAPHS


@pytest.mark.parametrize("tag", ["form", "nav", "aside", "dialog"])
def test_a_tag_of_the_page_around_most_of_the_text(tag: str) -> None:
    text = f"<p>{SENTENCE}</p><{tag}>{LONG}</{tag}>"
    assert blocks(page(f"<article><h1>Міст відремонтують</h1><div>{text}</div></article>")) == [
        SENTENCE,
        *PARAGRAPHS,
    ]


@pytest.mark.parametrize("around", ["<div class='row'>{}</div>", "<div><div>{}</div></div>", "{}"])
def test_a_standfirst_in_a_header_of_the_article(around: str) -> None:
    header = around.format(f"<header><span>Вісім хвилин</span><div class='intro'>{SENTENCE}</div></header>")
    text = f"<article><h1>Міст відремонтують</h1>{header}<div class='row'>{LONG}</div></article>"
    assert blocks(page(text)) == [SENTENCE, *PARAGRAPHS]
    # that of the page is none of it
    outside = text.replace(header, "")
    assert blocks(page(f"<div>{header}{outside}</div>")) == PARAGRAPHS


def test_a_brief_has_its_paragraphs_and_no_headline() -> None:
    """Of less than 250 characters trafilatura makes one line, with all that stands around it."""
    brief = [
        SENTENCE,
        "Міст перекриють навесні.",
        "Заявки на ремонт подали 214 громад, гроші мають надійти до осені.",
    ]
    text = "".join(f"<p>{x}</p>" for x in brief)
    headline = "<h1>Міст відремонтують до кінця року за 4 мільярди гривень</h1>"
    article = f"<article>{headline}<time>20.11.2026</time><div class='article-text'>{text}</div></article>"
    assert blocks(page(f"<main>{article}</main>")) == brief


@pytest.mark.parametrize("footer", ["<footer>{}</footer>", "<div class='footer'>{}</div>"])
@pytest.mark.parametrize("brief", [SENTENCE, f"{SENTENCE}</p><p>{SENTENCE[::-1]}."])
@pytest.mark.parametrize("meta", ["", "<meta property='og:type' content='article'>"])
def test_a_footer_is_no_article(brief: str, footer: str, meta: str) -> None:
    article = f"{meta}<main><article><h1>Міст відремонтують</h1><p>{brief}</p></article></main>"
    assert blocks(page(f"{article}{footer.format(LONG)}")) == brief.split("</p><p>")


@pytest.mark.parametrize(
    "opening",
    [
        f"<div class='d'><span>Київ.</span> <span>{SENTENCE}</span></div><figure><img src='a'></figure>",
        f"<div><h2>{SENTENCE}</h2></div>",
        f"<div class='y'><p>{SENTENCE}</p></div><div><h3>Що відомо</h3><ul><li>Перше</li></ul></div>",
        f"<div class='text'>{SENTENCE}<p></p></div>",
        f"<header><h2>Міст</h2><div><p>{SENTENCE}</p></div><img src='a'></header>",
    ],
)
@pytest.mark.parametrize(
    "rest", ["<div class='read-more'>{}</div>", "<more>{}</more>", "<div><div>{}</div></div>"]
)
def test_the_opening_stays(opening: str, rest: str) -> None:
    read = blocks(page(f"<article><h1>Міст відремонтують</h1>{opening}{rest.format(LONG)}</article>"))
    assert SENTENCE in read[0]
    assert read[-len(PARAGRAPHS) :] == PARAGRAPHS


def test_a_summary_above_the_text_is_no_lead() -> None:
    summary = "".join(f"<div><span>{number}. {SENTENCE}</span></div>" for number in range(4))
    article = f"<article><h1>Міст відремонтують</h1><div>{summary}</div><div>{LONG}</div></article>"
    body = read(page(article)).text
    assert [block.text for block in body.blocks] == PARAGRAPHS
    assert "above the text, not below the headline" in {part.reason for part in body.dropped}


TEASER = (
    f"<div class='x'><h3><a href='/news/2'>Порт закрили через туман</a></h3><p>{SENTENCE[::-1]}</p></div>"
)
POLL = f"<div><p>{SENTENCE[::-1]}</p><label><input type='radio' name='a'>Так</label></div>"
LINKS = "".join(
    f"<li><b>Думка: </b><a href='/news/{i}'>Чому місто не купує нових трамваїв {i}</a></li>" for i in range(3)
)
RULES = f"<p>Please read our terms of use before posting comments</p><p>{SENTENCE[::-1]}</p>"


@pytest.mark.parametrize("box", [TEASER, POLL, f"<ul>{LINKS}</ul>"])
def test_what_stands_amid_the_text_and_leads_away(box: str) -> None:
    head, tail = ("".join(f"<p>{line}</p>" for line in lines) for lines in (PARAGRAPHS[:3], PARAGRAPHS[3:]))
    article = f"<article><h1>Міст відремонтують</h1><div>{head}{box}{tail}</div></article>"
    assert blocks(page(article)) == PARAGRAPHS


def test_a_lead_below_a_headline_that_a_subheading_repeats() -> None:
    headline = "Міст через річку Ставку відремонтують до осені, пообіцяли дорожники"
    head = f"<hgroup><h2>{headline}</h2></hgroup><div><span>Київ.</span> <span>{SENTENCE}</span></div>"
    text = f"<p>{PARAGRAPHS[0]}</p><h3>Обіцянка: {headline}</h3>{LONG}"
    above = f"<div><div>{head}<figure><img src='a'></figure></div></div>"
    article = f"<article>{above}<div>{text}</div></article>"
    assert SENTENCE in blocks(page(article))[0]


def test_a_digest_of_linked_headings_is_text() -> None:
    parts = [
        f"<div><h3><a href='/news/{i}'>Новина дня {i}</a></h3><p>{line}</p></div>"
        for i, line in enumerate(PARAGRAPHS)
    ]
    digest = blocks(page(f"<article><h1>Міст відремонтують</h1><div>{''.join(parts)}</div></article>"))
    assert [line for line in digest if line in PARAGRAPHS] == PARAGRAPHS


def test_what_follows_the_rules_for_comments_is_no_text() -> None:
    assert (
        blocks(page(f"<article><h1>Міст відремонтують</h1><div>{LONG}{RULES}</div></article>")) == PARAGRAPHS
    )


def test_the_only_h1_is_the_name_of_the_blog() -> None:
    about = f"<p>{SENTENCE} Нотатки веде <a href='/about'>хірург</a> з міста.</p>"
    left = f"<div><div><h1>Нотатки хірурга</h1></div><div><h3>Хто це?</h3>{about}</div></div>"
    article = f"<div><div><h2>Міст відремонтують</h2><div class='entry'>{LONG}</div></div></div>"
    assert blocks(page(f"<div>{left}{article}</div>")) == PARAGRAPHS


BOXES = [
    *(
        "div",
        "section",
        "span",
        "p",
        "aside",
        "figure",
        "blockquote",
        "more",
        "ins",
        "center",
        "form",
        "footer",
    ),
    "b",
]
NAMES = ["", "promo", "text", "related", "x", "embed", "newsletter"]
NUMBERS = st.integers(0, 9999)


@st.composite
def nested(draw: st.DrawFn) -> str:
    """A sentence that occurs once, in boxes."""
    town, day = draw(NUMBERS), draw(st.integers(1, 30))
    inside = f"Мешканці будинку {town} зібрали {day} тисяч гривень на новий дах і вже найняли майстрів."
    for _ in range(draw(st.integers(0, 3))):
        before = draw(st.sampled_from(["", "", "<img src='a'>", "<br>", "Фото"]))
        behind = draw(st.sampled_from(["", "", "<p>Коротко.</p>", "<div>Реклама</div>", " і ще", "<br><br>"]))
        tag, name = draw(st.sampled_from(BOXES)), draw(st.sampled_from(NAMES))
        inside = f"<{tag} class='{name}'>{before}{inside}{behind}</{tag}>"
    return inside


@settings(deadline=None, max_examples=tiers.examples(120))
@given(st.lists(nested(), min_size=1, max_size=4))
def test_each_sentence_is_read_or_left_out_for_a_reason(pieces: list[str]) -> None:
    start, end = LONG.split("<p>Калинова")
    text = f"<div class='t'>{start}{''.join(pieces)}<p>Калинова{end}</div>"
    body = read(page(f"<article><h1>Міст відремонтують</h1>{text}</article>")).text
    read_or_left_out = [part.text for part in (*body.blocks, *body.dropped)]
    account = for_comparison(" ".join(read_or_left_out))
    for piece in pieces:
        sentence = piece[piece.index("Мешканці") : piece.index("майстрів.")]
        assert for_comparison(sentence) in account
    assert all(left_out.reason for left_out in body.dropped)


def test_the_lead_that_is_the_page_s_description_has_any_name() -> None:
    described = f"<meta name='description' content='{SENTENCE}'>"
    named = f"<p id='intro-teaser'><strong>{SENTENCE}</strong></p><div><a href='/2'><img></a></div>"
    # far from the beginning of the text's element
    share = "<i></i>" * 30 + "<div><a href='/share'>Поділитися</a></div>"
    article = f"<div><h1>Міст відремонтують</h1>{share}{named}{LONG}</div>"
    assert blocks(page(article).replace("<title>", f"{described}<title>"))[0] == SENTENCE
    assert SENTENCE not in blocks(page(article))


@pytest.mark.parametrize(
    "text",
    [
        # a heading that is not closed has the text, too
        f"<main><figure><img src='/1'></figure><h2>{SENTENCE}<div class='content'>{LONG}</div></h2></main>",
    ],
)
def test_what_the_description_repeats_above_the_text_is_the_lead(text: str) -> None:
    article = page(f"<header><div><h1>Міст відремонтують</h1></div></header>{text}")
    assert SENTENCE not in "".join(blocks(article))
    described = f"<meta name='description' content='{SENTENCE}'><title>"
    assert SENTENCE in blocks(article.replace("<title>", described))[0]


def test_a_source_without_a_picture_beside_it_is_no_credit() -> None:
    source = "Мости за віком і станом на початок року (source: міська рада)"
    alone = page(f"<article><h1>Міст відремонтують</h1><div>{LONG}<p>{source}</p></div></article>")
    kinds = {block.text: block.kind for block in read(alone).text.blocks}
    assert kinds[source] == "paragraph"
    photo = read(alone.replace("source:", "photo:")).text.blocks
    assert photo[-1].kind == "caption"
    shown = read(alone.replace(f"<p>{source}", f"<img src='/1.jpg'><p>{source}")).text.blocks
    assert ("caption", source) in [(block.kind, block.text) for block in shown]


def test_the_code_of_a_player_is_no_caption() -> None:
    code = (
        "<a href='#'>EMBED &lt;&gt;</a><a href='/watch/'>More Videos</a><textarea>&lt;iframe&gt;</textarea>"
    )
    figure = f"<div class='image-caption'>{code}Міст навесні</div>"
    assert blocks(
        page(f"<article><h1>Міст відремонтують</h1><img src='/1.jpg'>{figure}{LONG}</article>")
    ) == ["Міст навесні", *PARAGRAPHS]


def test_a_lead_of_two_lines_that_the_text_has_as_two_paragraphs() -> None:
    lines = f"{SENTENCE}<br><br>{PARAGRAPHS[0]}"
    described = f"<meta name='description' content='{SENTENCE} {PARAGRAPHS[0]}'>"
    rest = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[1:])
    article = f"<article><h1>Міст відремонтують</h1><div><p>{lines}</p>{rest}</div></article>"
    assert blocks(page(article).replace("<title>", f"{described}<title>")) == [SENTENCE, *PARAGRAPHS]


def test_captions_of_a_gallery_once_without_the_buttons_beside_them() -> None:
    picture = "<figure><img src='/1.jpg'><figcaption>{}</figcaption></figure>"
    shown = (
        "Image caption, Міст навесні",
        "Міст навесні hide caption toggle caption",
        "Міст навесні Перейти в фотобанк",
        "Hide Caption",
    )
    pictures = "".join(map(picture.format, shown))
    # the imprint may have the class of a picture's credit
    imprint = "<div class='copyright'>© 1995–2026 Всі права захищені. ТОВ «Кур'єр»</div>"
    article = f"<article><h1>Міст відремонтують</h1><div>{pictures}{imprint}{LONG}</div></article>"
    assert blocks(page(article)) == ["Міст навесні", *PARAGRAPHS]
    credit = "Міст узимку. Copyright Ніна Вигадана/Copyright 2026. All rights reserved"
    assert blocks(page(article.replace(imprint, picture.format(credit))))[1] == credit


def test_a_long_paragraph_between_headline_and_text_is_a_lead() -> None:
    lead = f"{SENTENCE} {PARAGRAPHS[0]}"
    other = PARAGRAPHS[1].replace("березня", "травня")
    method = f"<div class='space'><h3>Методика</h3><div><p>{other}</p></div></div>"
    parts = f"<div><p>{lead}</p></div><div class='mx-0'>{LONG}</div>{method * 2}"
    html = page(f"<header><div><h1>Міст відремонтують</h1></div></header><section>{parts}</section>")
    assert blocks(html)[:2] == [lead, PARAGRAPHS[0]]


def test_a_paragraph_that_is_an_anchor_of_its_source() -> None:
    rows = "".join(
        f"<div class='row'><div class='content'> <span><a href='#source_1'>{line}</a></span> </div></div>"
        for line in PARAGRAPHS[::2]
    )
    text = LONG + rows.replace("березня", "травня")
    html = page(f"<div><h1>Міст відремонтують</h1><div class='text'>{text}</div></div>")
    assert [line for line in blocks(html) if "травня" in line]


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        (
            "Над проєктом працювали: Анна Вигадана, Отто Зроблений та Ніна Уявна",
            "Анна Вигадана, Отто Зроблений та Ніна Уявна",
        ),
        ("Над материалом работали Анна Выдуманная и Отто Сделанный.", "Анна Выдуманная и Отто Сделанный"),
        ("Над проєктом працювали тридцять інженерів порту", None),
    ],
)
def test_who_worked_on_a_text_is_its_author(line: str, byline: str | None) -> None:
    text = f"<h1>Міст відремонтують</h1><article>{LONG}<p>{line}</p></article>"
    parts = read(page(text))
    assert parts.byline == byline
    assert (line in [block.text for block in parts.text.blocks]) == (byline is None)


def test_the_words_of_a_player_and_a_copyright_are_no_caption() -> None:
    caption = "<figcaption>Media playback is unsupported on your device</figcaption>"
    figure = f"<figure><video></video>{caption}</figure>"
    rights = "<div class='copyright'>© Copyright (c) The Port Courier</div>"
    html = page(f"<article><h1>Міст відремонтують</h1>{figure}{LONG}{rights}</article>")
    assert blocks(html) == PARAGRAPHS


@pytest.mark.parametrize("box", ["<div>{}</div>", "<li>{}</li>", "<div><li>{}</li></div>"])
def test_a_box_or_an_item_among_the_paragraphs_is_one(box: str) -> None:
    text = f"{LONG}<h2>Терміни</h2>{box.format(SENTENCE)}<p>{PARAGRAPHS[0][:-1]} знов.</p>"
    inside = f"<h1>Міст відремонтують</h1><p>{SAID}</p><div class='list'>{text}</div>"
    assert SENTENCE in blocks(page(f"<article>{inside}</article>"))


@pytest.mark.parametrize(
    "text",
    [
        f"<div><div class=''>{SENTENCE}</div><section><blockquote><p>{SAID}</p></blockquote></section>"
        f"<div class=''>{' '.join(PARAGRAPHS)}</div></div>",
        f"<div> <span class='high-lite'>{SENTENCE}</span><div></div><div id='st'>{LONG}</div></div>",
    ],
)
def test_an_opening_beside_the_box_of_the_text(text: str) -> None:
    inside = f"<div><h1>Міст відремонтують</h1><p>3 березня</p>{text}</div>"
    assert blocks(page(inside))[0] == SENTENCE


def test_the_end_in_a_box_of_nearly_the_same_classes() -> None:
    end = f"<div class='mx-0 w-8 leading-4 space-2'><p>{SENTENCE}</p></div>"
    text = f"<div class='mx-0 w-8 leading-4 space-2 pb-8'>{LONG}</div>{end}"
    assert blocks(page(f"<section><h1>Міст відремонтують</h1>{text}</section>")) == [*PARAGRAPHS, SENTENCE]


def test_a_brief_in_main_is_not_the_stream_of_teasers_beside_it() -> None:
    stream = "".join(
        f"<li><article><h4><a href='/{i}'>{line[:40]}</a></h4><p>{line}</p>{' ' * 900}</article></li>"
        for i, line in enumerate(PARAGRAPHS)
    )
    beside = f"<aside class='sidebar'><section class='stream'><ul>{stream}</ul></section></aside>"
    brief = f"<h1>Міст відремонтують</h1><main><article><p>{SENTENCE} {SAID}</p></article></main>"
    assert blocks(page(f"{brief}{beside}")) == [f"{SENTENCE} {SAID}"]


@pytest.mark.parametrize("role", ["complementary", "dialog"])
def test_what_its_role_puts_beside_the_text(role: str) -> None:
    items = f"<li>{SENTENCE}</li><li>{SENTENCE[:-1]} і в четвер.</li>"
    box = f"<div role='{role}'><h4>Мости</h4><ul>{items}</ul></div>"
    inside = LONG.replace("</p>", f"</p>{box}", 1)
    assert blocks(page(f"<article><h1>Міст відремонтують</h1><div>{inside}</div></article>")) == PARAGRAPHS
    assert blocks(page(f"<div role='{role}'><h1>Міст відремонтують</h1>{LONG}</div>")) == PARAGRAPHS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Кур'єр • Міст відремонтують</p><p>3 березня 2026</p>", ""),
        (
            "",
            "<div>Ще про це <a href='/1'>мости</a>, <a href='/2'>Зарічна</a>, <a href='/3'>ремонт</a></div>",
        ),
        ("", "<p>Натисніть «Ок», а тоді «Дозволити», щоб отримувати сповіщення</p>"),
    ],
)
def test_what_stands_around_the_text(before: str, after: str) -> None:
    inside = f"<h1>Міст відремонтують</h1><div>{before}{LONG}{after}</div>"
    assert blocks(page(f"<article>{inside}</article>")) == PARAGRAPHS


def test_the_last_of_several_who_sign_is_not_the_author() -> None:
    answers = "".join(
        f"<p>{line}</p><p>{name}, управління доріг</p>"
        for line, name in zip(PARAGRAPHS, ("Северин Тихий", "Ніна Лісова", "Остап Рудий"), strict=False)
    )
    assert read(page(f"<article><h1>Міст відремонтують</h1><div>{answers}</div></article>")).byline is None


@pytest.mark.parametrize("before", ["<div data-widget='rel'> </div> <div></div> ", ""])
def test_a_long_paragraph_before_a_post_may_end_with_a_colon(before: str) -> None:
    said = f"{PARAGRAPHS[0].replace('Зарічна', 'Тиха')} Так про це написав інженер на своїй сторінці:"
    linked = said.replace("на своїй", "<a href='/w'>на своїй</a>")
    post = f"{before}<div>{linked}</div> <p><iframe src='/w'></iframe></p>"
    later = LONG.replace("березня", "травня")
    text = f"<article><h1>Міст відремонтують</h1><div>{LONG}{post}{later}</div></article>"
    assert blocks(page(text))[len(PARAGRAPHS)] == said


def test_a_form_around_the_page_is_the_page() -> None:
    cut = f"{PARAGRAPHS[0].replace('Зарічна', 'Тиха')} Інженер управління доріг додав: «Ми"
    inner = f"<span>{PARAGRAPHS[1][0].lower()}{PARAGRAPHS[1][1:]}{LONG.replace('березня', 'травня')}</span>"
    text = f"<div><span>{cut}</span><div class='slot'></div>{inner}</div>"
    assert blocks(page(f"<form action='/x'><h1>Міст відремонтують</h1>{text}</form>"))[0] == cut
    box = f"<form action='/y'><p>{PARAGRAPHS[2].replace('Зарічна', 'Тиха')}</p></form>"
    inside = (
        f"<article><h1>Міст відремонтують</h1><div>{LONG.replace('</p>', f'</p>{box}', 1)}</div></article>"
    )
    assert blocks(page(inside)) == PARAGRAPHS


@pytest.mark.parametrize(
    "signed", ["Ніна Лісова", "– Ніна Лісова, кореспондентка", "- Jane Doe Contributing Writer"]
)
def test_a_post_behind_the_name_that_signs(signed: str) -> None:
    article = read(page(f"<article><h1>Міст відремонтують</h1><div>{LONG}<p>{signed}</p></div></article>"))
    assert article.byline in {"Ніна Лісова", "Jane Doe"}
    assert signed not in article.text.text


def test_a_caption_that_is_labelled_far_from_its_picture() -> None:
    line = (
        "Photo: Engineers of the roads department stand beside the old bridge on Tuesday. (Jane Doe/ Courier)"
    )
    said = line.replace("Photo:", "They show it:")
    text = f"{LONG}<p><em>{line}</em></p><p>{said}</p>"
    read_blocks = read(page(f"<article><h1>Міст відремонтують</h1><div>{text}</div></article>")).text.blocks
    assert [block.text for block in read_blocks if block.kind != "caption"] == [*PARAGRAPHS, said]
