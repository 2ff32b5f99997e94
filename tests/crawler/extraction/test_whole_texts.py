"""Pages on which a part was taken for the whole, or another text for the article: our text, their structure."""

# ruff: noqa: E501 - a line of a page reads better whole

import json
from datetime import UTC, datetime

import pytest

from crawler.extraction.page import extract
from crawler.items import Article, Claim, Fetch, Hints
from pipelines.validate import ValidateStage

URL = "https://courier.example/news/101/"
TITLE = "Council passes the budget of the city after twelve hours"
TEXT = [
    "The council of Port Invented passed its budget for the next year after twelve hours of debate in the assembly hall.",
    "Thirty-two of forty members voted for the decision, five abstained, and three did not come to the sitting at all.",
    "Most of the money goes to schools: forty million are put aside for the repair of roofs and for new textbooks.",
    "“We argued for a long time and found a decision that most of us can live with”, said the secretary Anna Inventor.",
    "The opposition says that the document forgets the outskirts, where there are no pavements and no street lamps yet.",
    "The mayor promised to come back to the question in spring, when it is known how much was paid in taxes this quarter.",
]
P = "".join(f"<p>{line}</p>" for line in TEXT)
JOB = "<p>A position at the Institute of Invented Science is open for one who likes long corridors and short days.</p>"
JOBS = 3 * JOB


def read(body: str, head: str = "", url: str = URL) -> Article:
    page = f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body>{body}</body></html>'
    return extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )


def lines(article: Article) -> list[str]:
    return article.body.split("\n\n")


@pytest.mark.parametrize(
    "wrapper",
    ["article__teaser", "sidebar-grid__content", "entry share-wide hidden-ads"],
)
def test_the_article_in_a_wrapper_that_is_named_after_other_things(wrapper: str) -> None:
    article = read(f'<h1>{TITLE}</h1><div class="{wrapper}">{P}</div><div class="careers">{JOB}</div>')
    assert lines(article)[: len(TEXT)] == TEXT


def test_a_long_article_in_a_teaser_s_wrapper_is_not_the_box_beside_it() -> None:
    more = [f"In the district of Upper Port, too, it was said again later. {line}" for line in TEXT]
    text = "".join(f"<p>{line}</p>" for line in (*TEXT, *more))
    article = read(
        f'<h1>{TITLE}</h1><div class="article__teaser">{text}</div><div class="careers">{JOBS}</div>'
    )
    assert lines(article) == [*TEXT, *more]


def test_a_short_part_named_after_other_things_stays_out() -> None:
    article = read(f'<h1>{TITLE}</h1><div>{P}</div><div class="related-stories">{JOBS}</div>')
    assert lines(article) == TEXT


def test_paragraphs_each_in_a_box_of_its_own_name() -> None:
    boxes = "".join(
        f'<div class="{name}Par"><p>{line}</p></div>'
        for name, line in zip(("first", "second", "third"), TEXT, strict=False)
    )
    rest = "".join(f"<p>{line}</p>" for line in TEXT[3:])
    article = read(
        f'<div class="story"><h1>{TITLE}</h1><div id="main">{boxes}<div class="body">{rest}</div></div></div>'
    )
    assert lines(article) == TEXT


def test_a_free_part_before_the_part_behind_a_wall() -> None:
    rest = "".join(f"<p>{line}</p>" for line in TEXT[1:])
    article = read(
        f'<article><header><h1>{TITLE}</h1></header><div class="body-free"><p>{TEXT[0]}</p></div>'
        f'<div class="restricted-area">{rest}</div></article>'
    )
    assert lines(article) == TEXT


def test_line_breaks_that_a_style_sheet_draws() -> None:
    body = '<span class="c-component br" data-pos="2"></span>'.join(TEXT)
    assert lines(read(f'<h1>{TITLE}</h1><div class="x1">{body}</div>')) == TEXT


def flight(*rows: str) -> str:
    """Scripts of Next.js's app router, its rows cut into pieces anywhere."""
    whole = "".join(rows)
    pieces = [whole[i : i + 700] for i in range(0, len(whole), 700)]
    return "".join(f"<script>self.__next_f.push({json.dumps([1, piece])})</script>" for piece in pieces)


def test_a_page_of_next_js_that_shows_nothing_and_names_its_text_by_a_row() -> None:
    text = f'<div class="editor">{P}</div>'
    story = {"state": {"data": {"title": TITLE, "subTitle": "Budget", "contentHtml": "$24"}}}
    body = flight(
        ':HL["/static/a.css","style"]\n',
        '1:"$Sreact.fragment"\n',
        f"24:T{len(text.encode()):x},{text}",
        f'5:["$","$L23",null,{json.dumps(story, ensure_ascii=False)}]\n',
        'e:"$9:metadata"\n',
    )
    assert lines(read(f'<div id="root"></div>{body}')) == TEXT


def test_a_page_of_nuxt_that_shows_nothing() -> None:
    payload = [
        ["ShallowReactive", 1],
        {"data": 2},
        {"story": 3, "related": 6},
        {"title": 4, "body": 5},
        TITLE,
        P,
        [7],
        {"title": 8, "body": 9},
        "Another story of another day and its own title",
        JOBS,
    ]
    data = json.dumps(payload)
    article = read(
        f'<div id="__nuxt"></div><script type="application/json" id="__NUXT_DATA__">{data}</script>'
    )
    assert lines(article) == TEXT


@pytest.mark.parametrize(
    "data",
    [
        '[{"title":0}]',
        json.dumps([{"title": 1, "a": 0, "b": 0}, TITLE]),
        "[" * 2000,
        json.dumps([["x", 0, 0, 0, 0], {"title": 1}] * 20),
    ],
)
def test_data_that_names_itself_ends(data: str) -> None:
    script = f'<script type="application/json" id="__NUXT_DATA__">{data}{" " * 200}</script>'
    assert read(f"<p>Nothing.</p>{script}").body.strip() in {"", "Nothing."}


# The headline.


@pytest.mark.parametrize(
    "name",
    [
        '<h1><a href="/">The Invented Courier and its Weekly Guide</a></h1>',
        '<h1 class="site-title"><a href="https://courier.example/">The Invented Courier</a></h1>',
        '<h1 id="top">Courier Health and Family Centre</h1>',
    ],
)
def test_a_name_in_the_first_h1_is_no_headline(name: str) -> None:
    assert read(f"{name}<div><h2>{TITLE}</h2>{P}</div>").headline == TITLE


@pytest.mark.parametrize(
    ("heading", "headline"),
    [
        (f"<span>National rally</span>{TITLE}", f"National rally {TITLE}"),
        (f'{TITLE}<a href="#c" class="comments-link">Comments: 45</a>', TITLE),
        (f'<div class="sponsor-panel"><span>Sponsored by</span></div>{TITLE}', TITLE),
        (f'<span class="over">Budget</span><span aria-hidden="true"> - </span>{TITLE}', f"Budget - {TITLE}"),
        (f"<b>C</b>{TITLE[1:]}", TITLE),
    ],
)
def test_parts_of_a_headline_are_set_apart(heading: str, headline: str) -> None:
    assert read(f"<h1>{heading}</h1>{P}").headline == headline


# The day.


def day(before: str = "", after: str = "", url: str = URL) -> tuple[datetime | None, str | None]:
    article = read(f"<div> {' ' * 30} </div>{before}<h1>{TITLE}</h1>{after}{P}", url=url)
    return article.published_at, article.published_source


@pytest.mark.parametrize(
    "line",
    [
        "<p class='tagline'>14/02/2026 - 04:30 - Source: Agency - Photo: Jane Roe/Courier</p>",
        "<div class='b'>Posted on February 14, 2026 by Ada Lovelace</div>",
        "<abbr class='published' title='2026-02-14T04:30:00Z'>4:30</abbr>",
        "<span>14. Februar 2026</span>",
        "<span>14 février 2026</span>",
    ],
)
def test_the_day_below_the_headline_whatever_its_element(line: str) -> None:
    found, _ = day(after=line)
    assert found is not None
    assert found.date().isoformat() == "2026-02-14"


@pytest.mark.parametrize(
    "path", ["news/20260214_budget.html", "news/~14-02-2026-budget", "news/14-02-2026/budget"]
)
def test_the_day_in_an_address_in_other_forms(path: str) -> None:
    assert day(url=f"https://courier.example/{path}") == (datetime(2026, 2, 14, tzinfo=UTC), "url day")


def test_a_number_in_an_address_is_no_day() -> None:
    assert day(url="https://courier.example/news/20269914-budget.html") == (None, None)


@pytest.mark.parametrize(
    "title",
    [
        "The Courier of Port Invented | {}",
        "{} | port, siren, coast, the night of a long Saturday, Anna Inventor, two boats",
    ],
)
def test_the_part_of_a_title_that_is_printed_without_a_heading(title: str) -> None:
    head = f'<meta property="og:title" content="{title.format(ALERT)}">'
    assert read(f"<h1>Courier</h1><div class='big'>{ALERT}</div><div>{P}</div>", head).headline == ALERT


# Briefs: one line is an article where the page says so.

ALERT = "Air raid alert in the region of Port Invented"
NEWS = (
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"'
    + ALERT
    + '","datePublished":"2026-02-14T04:30:00Z"}</script>'
)


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<article><h1>{}</h1><p>{}</p></article><div class='latest'><p>{}</p></div>", NEWS),
        ("<h1>{}</h1><div class='text'>{}</div><aside><p>{}</p></aside>", NEWS),
        (
            "<div class='news'><div><h1>{}</h1></div><p>{}</p></div><div class='more-news'><p>{}</p></div>",
            '<meta property="og:type" content="article">',
        ),
        ("<main><h1>{}</h1><div><div><p>{}</p></div></div><h2>Latest</h2><p>{}</p></main>", NEWS),
    ],
)
def test_a_brief_is_what_stands_below_the_headline(body: str, head: str) -> None:
    line = "The alert began at 04:30 and is still on."
    other = "Another story, about something else entirely, with a line of its own that is longer."
    assert read(body.format(ALERT, line, other), head).body == line


def test_a_page_that_does_not_call_itself_an_article_gets_no_line_from_below_its_headline() -> None:
    assert read(f"<h1>{ALERT}</h1><div>The alert is still on, it says.</div>").body == ""


BARE = '<article><h1>{}</h1><time datetime="2026-02-14T04:30:00+02:00">14 February 2026, 04:30</time><p>{}</p></article>'
BRIEF = "The alert began at 04:30 and is still on."


@pytest.mark.parametrize(
    "source",
    [
        BARE,
        f"<header><a href='/'>Courier</a></header><main>{BARE}</main>"
        + 3
        * "<article><h3><a href='/2'>Another story</a></h3><p>It has a line of its own, too.</p></article>",
    ],
)
def test_a_brief_in_an_article_element_needs_no_statement_in_the_head(source: str) -> None:
    article = ValidateStage().decide(read(source.format(ALERT, BRIEF)))
    assert (article.body, article.refused) == (BRIEF, None)
    assert Claim("kind", "brief") in article.extra


@pytest.mark.parametrize(
    "source",
    [
        # a teaser, a form, two paragraphs that are no sentences, no day, a card of several, a name of a section
        BARE.replace("<h1>{}</h1>", "<h1><a href='/1'>{}</a></h1>"),
        BARE.replace("</article>", "<form><input name='mail'></form></article>"),
        BARE.replace("{}</p>", "Read on</p><p>Share</p><!--{}-->"),
        BARE.replace('<time datetime="2026-02-14T04:30:00+02:00">14 February 2026, 04:30</time>', ""),
        f"{BARE}<article><h1>Another headline of the day</h1><p>It has a line of its own, too.</p></article>",
        BARE.replace("<p>{}</p>", "<p><a href='/2'>{}</a></p>"),
        BARE.replace("<h1>{}</h1>", "<h1>Alerts</h1><!--{}-->"),
    ],
)
def test_what_looks_like_a_brief_and_is_none(source: str) -> None:
    assert ValidateStage().decide(read(source.format(ALERT, BRIEF))).refused is not None


# Text that markup hides from some readers.


def test_paragraphs_hidden_from_screen_readers() -> None:
    body = "".join(
        f'<p aria-hidden="true">{line}</p>' if i % 2 else f"<p>{line}</p>" for i, line in enumerate(TEXT)
    )
    assert lines(read(f"<h1>{TITLE}</h1><div>{body}</div>")) == TEXT


def test_text_hidden_from_screen_readers_by_what_is_around_or_in_it() -> None:
    hidden = f'<div aria-hidden="true"><p>{TEXT[1]}</p></div><p aria-hidden="true"><span>{TEXT[2]}</span></p>'
    rest = "".join(f"<p>{line}</p>" for line in TEXT[3:])
    button = '<div aria-hidden="true"><p>More</p></div>'
    assert lines(read(f"<h1>{TITLE}</h1><div><p>{TEXT[0]}</p>{hidden}{button}{rest}</div>")) == TEXT


def test_a_text_for_readers_without_javascript() -> None:
    assert lines(read(f'<h1>{TITLE}</h1><div id="root"></div><noscript><div>{P}</div></noscript>')) == TEXT


def test_a_theme_that_names_the_text_share() -> None:
    article = read(f'<h1>{TITLE}</h1><div class="entry share"><div class="inner">{P}</div></div>')
    assert lines(article) == TEXT


def test_paragraphs_in_a_paragraph_stay_apart() -> None:
    assert lines(read(f"<h1>{TITLE}</h1><div><p><index><div>{P}</div></index></p></div>")) == TEXT


def test_a_sentence_that_a_picture_repeats_stays() -> None:
    picture = f'<figure><img src="a.jpg"><figcaption>{TEXT[1]}</figcaption></figure>'
    article = read(f"<h1>{TITLE}</h1><div>{P}{picture}</div>")
    assert lines(article) == TEXT
    # nor is it told twice
    assert [block.text for block in article.blocks] == TEXT


def test_a_sentence_before_a_heading_that_a_picture_repeats_stays() -> None:
    picture = f'<figure><img src="a.jpg"><figcaption>{TEXT[1]}</figcaption></figure>'
    body = [f"<p>{line}</p>" for line in TEXT]
    body.insert(2, "<h2>The vote</h2>")
    article = read(f"<h1>{TITLE}</h1><div>{picture}{''.join(body)}</div>")
    assert lines(article) == [*TEXT[:2], "The vote", *TEXT[2:]]


def test_a_lead_that_a_picture_repeats_stays_where_the_description_begins_so() -> None:
    picture = f'<figure><img src="a.jpg"><figcaption>{TEXT[0]}</figcaption></figure>'
    head = f'<meta name="description" content="{TEXT[0]} {TEXT[1]}">'
    assert lines(read(f"<h1>{TITLE}</h1><div>{picture}{P}</div>", head)) == TEXT


# The standfirst: a part of the text, whatever its element.


@pytest.mark.parametrize("tag", ["h2", "h4"])
def test_a_standfirst_in_a_heading_is_a_paragraph(tag: str) -> None:
    rest = "".join(f"<p>{line}</p>" for line in TEXT[1:])
    article = read(
        f"<h1>{TITLE}</h1><div class='full'><div class='photo'><img src='a.jpg'></div>"
        f"<{tag}>{TEXT[0]}</{tag}><div><h3>The vote</h3>{rest}</div></div>"
    )
    assert lines(article) == [TEXT[0], "The vote", *TEXT[1:]]
    assert article.blocks[0].kind == "paragraph"


def test_a_subtitle_beside_the_headline_is_text() -> None:
    subtitle = "Six members leave the hall, and the mayor waits outside"
    article = read(
        f'<header class="doc_header"><h1>{TITLE}</h1><h2 class="doc_header__subheader">{subtitle}</h2></header>'
        f'<div class="doc__body">{P}</div>'
    )
    assert lines(article) == [subtitle, *TEXT]


@pytest.mark.parametrize("above", ["By", "January 17, 2026"])
def test_a_day_above_the_text_is_no_text(above: str) -> None:
    assert lines(read(f"<h1>{TITLE}</h1><div class='post'><p>{above}</p>{P}</div>")) == TEXT


def test_the_label_of_an_advertisement_is_no_caption() -> None:
    label = "<div class='ad__caption'>Advertisement</div>"
    article = read(f"<h1>{TITLE}</h1><div class='post'>{P}{label}</div>")
    assert [block.text for block in article.blocks] == TEXT


def test_a_box_that_begins_like_the_description_is_no_lead() -> None:
    begin = f"{TEXT[0]} {TEXT[1]}"
    parts = "".join(f"<div>{line}</div>" for line in (begin, *TEXT[2:4]))
    article = read(
        f"<div id='center'><h1>{TITLE}</h1><div class='publ'><div><img src='a.jpg'></div><div>{parts}</div></div>"
        f"<div class='more'><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div></div>",
        f'<meta name="description" content="{begin}">',
    )
    assert lines(article) == [begin, *TEXT[2:]]


# What stands amid the text or below it and is none of it.


def test_counters_of_comments_at_each_paragraph() -> None:
    counter = '<a name="p_1"></a><a id="comments_p_1" class="article-commented comments_count" title="Comment">0</a>'
    body = "".join(f"<p>{counter}{line}</p>" for line in TEXT)
    assert lines(read(f"<h1>{TITLE}</h1><div>{body}</div>")) == TEXT


def test_a_card_that_opens_over_a_name() -> None:
    card = (
        '<span class="rollover-people"><a href="/p/anna">Anna Inventor</a><span class="rollover-people-block">'
        '<span class="rollover-block"><a class="name" href="/p/anna">Anna Inventor</a>'
        '<a href="/1">Inventor asks for a third bridge</a><a href="/p/anna">More</a></span></span></span>'
    )
    body = P.replace("Anna Inventor", card)
    assert lines(read(f"<h1>{TITLE}</h1><div>{body}</div>")) == TEXT


def test_the_imprint_ends_the_text() -> None:
    imprint = (
        "<p>Сетевое издание «Курьер» зарегистрировано Роскомнадзором, свидетельство Эл№ФС00-00000.</p>"
        "<p>УЧРЕДИТЕЛЬ И РЕДАКЦИЯ: ООО «Курьер».</p><p>Главный редактор - Вигадана А.А.</p>"
        "<p>Мы рады письмам: улица Верхняя, дом 4, второй этаж, вход со двора.</p>"
    )
    assert lines(read(f"<h1>{TITLE}</h1><div>{P}{imprint}</div>")) == TEXT


def test_a_page_with_an_imprint_and_no_text_has_none() -> None:
    imprint = (
        "<p>Сетевое издание «Курьер в Выдуманске»</p><p>Зарегистрировано Федеральной службой по надзору в сфере связи,"
        " информационных технологий и массовых коммуникаций (Роскомнадзор).</p><p>Учредитель СМИ – ЗАО «Курьер»</p>"
        "<p>Адрес редакции: 000000, г. Выдуманск, улица Верхняя, дом 4, строение 3, офис 311.</p>"
        "<p>Главный редактор: Выдумкина Анна Ивановна</p><p>Все права на материалы, опубликованные на сайте, принадлежат"
        " редакции и охраняются законом.</p><p>Для читателей: в России признаны экстремистскими и запрещены организации"
        " «Первая», «Вторая», «Третья».</p>"
    )
    gallery = '<div itemprop="articleBody"></div>' + 6 * '<div class="gallery"><img src="a.jpg"></div>'
    article = read(f"<h1>{TITLE}</h1>{gallery}<div class='footer__copy'><div>{imprint}</div></div>")
    assert article.body == ""


def test_comments_under_a_line_that_closes_them() -> None:
    comments = "".join(f"<hr><p><b>Reader {i}</b><br>{line}<br><br></p>" for i, line in enumerate(TEXT[:3]))
    closed = "<p><b>Comments are now closed for this story</b></p>"
    assert lines(read(f"<h1>{TITLE}</h1><div>{P}{closed}{comments}</div>")) == TEXT


def test_a_brief_is_not_the_shortened_leads_of_other_pages_below_it() -> None:
    leads = "".join(
        f'<li><i>3 weeks ago</i><a href="/{i}"><strong>Another council is at odds</strong></a><small>{line} {line[:70]}...</small></li>'
        for i, line in enumerate((*TEXT[3:], *TEXT[:3]))
    )
    brief = "".join(f"<p>{line}</p>" for line in TEXT[:3]).replace("roofs", '<a href="/roofs">roofs</a>')
    body = f'<article><h1>{TITLE}</h1><div class="entry">{brief}</div><div class="entry-related"><ul>{leads}</ul></div></article>'
    assert lines(read(body)) == TEXT[:3]


def test_a_caption_has_neither_a_script_nor_an_imprint() -> None:
    photo = '<div class="photo-caption"><span>The hall (Nina Tester)</span><script>var link = new Buy();</script></div>'
    imprint = '<div class="copyright">Copyright 2026 Courier Media, Inc. All rights reserved.</div>'
    article = read(f"<article><h1>{TITLE}</h1>{photo}<div>{P}</div>{imprint}</article>")
    captions = [block.text for block in article.blocks if block.kind == "caption"]
    assert captions == ["The hall (Nina Tester)"]


@pytest.mark.parametrize("line", ["Текст і фото: Ніна Лісова", "Text and photos: Nina Tester"])
def test_the_last_line_says_whose_text_it_is(line: str) -> None:
    article = read(f"<h1>{TITLE}</h1><div><p>{'<br />'.join((*TEXT, line))}</p></div>")
    assert lines(article) == TEXT
    assert Claim("printed", line.partition(": ")[2]) in article.author_claims


def test_what_the_outlet_says_of_itself_behind_a_label() -> None:
    line = "<p>Disclaimer: The Courier is an independent outlet of the port and of nobody else.</p>"
    article = read(
        f"<h1>{TITLE}</h1><div>{P}{line}</div>", '<meta property="og:site_name" content="The Courier">'
    )
    assert lines(article) == TEXT
