# ruff: noqa: E501 - a line of a page reads better whole
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from crawler.extraction.document.outline import outline
from crawler.extraction.fields.dates.agreement import Moment, agree
from crawler.extraction.fields.dates.publication import read_modified, read_published, stated
from crawler.extraction.fields.linked_data import LinkedData, read_linked_data
from crawler.extraction.fields.placement import Placement

FETCHED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def published(
    body: str = "", head: str = "", url: str = "https://a.example/news/x", language: str = "uk"
) -> Moment | None:
    page = outline(
        html.document_fromstring(
            f"<html lang='{language}'><head>{head}</head><body><h1>Заголовок</h1>{body}</body></html>"
        )
    )
    return read_published(page, read_linked_data(page), url, FETCHED)


def test_the_second_json_ld_block_with_a_unix_string_does_not_overrule_the_first() -> None:
    head = """<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2020-09-20T23:32:00+03:00"}</script>
    <script type="application/ld+json">{"@type": "WebPage", "datePublished": "1600633920"}</script>"""
    assert published(head=head) == Moment("2020-09-20T23:32:00+03:00", utc(2020, 9, 20, 20, 32), "json-ld")


def test_json_ld_before_meta_before_time_before_print() -> None:
    meta = '<meta property="article:published_time" content="2024-04-26T08:00:00+03:00">'
    body = '<time datetime="2024-04-26T09:00:00+03:00">9:00</time><div class="post_date">26 квітня 2024, 10:00</div>'
    assert published(body, meta) == Moment("2024-04-26T08:00:00+03:00", utc(2024, 4, 26, 5), "meta")
    assert published(body) == Moment("2024-04-26T09:00:00+03:00", utc(2024, 4, 26, 6), "time")
    printed = published('<div class="post_date">26 квітня 2024, 10:00</div>')
    assert printed == Moment("26 квітня 2024, 10:00", utc(2024, 4, 26, 7), "printed naive")


def test_a_bare_day_gets_its_hour_from_elsewhere() -> None:
    meta = '<meta name="date" content="2024-04-26">'
    assert published('<time datetime="2024-04-26T09:00:00+03:00"></time>', meta) == Moment(
        "2024-04-26T09:00:00+03:00", utc(2024, 4, 26, 6), "time"
    )
    assert published("", meta) == Moment("2024-04-26", utc(2024, 4, 26), "meta day")


def test_the_hour_of_a_time_element_of_the_same_day_in_its_own_zone() -> None:
    meta = '<meta property="article:published_time" content="2015-06-26">'
    body = '<time class="date" datetime="2015-06-26T23:53:19+00:00">26 червня</time>'
    assert published(body, meta).at == utc(2015, 6, 26, 23, 53, 19)


def test_a_local_time_that_one_claim_calls_utc_and_another_leaves_without_a_zone() -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2019-04-02T17:17:49+00:00"}</script>'
    naive = '<meta name="date" content="2019-04-02 17:17:49">'
    zoned = '<meta property="article:published_time" content="2019-04-02T21:17:49+00:00">'
    assert published(head=data + naive + zoned, language="en").at == utc(2019, 4, 2, 21, 17, 49)
    assert published(head=data + zoned, language="en").at == utc(2019, 4, 2, 17, 17, 49)
    later = zoned.replace("21:17", "21:30")
    assert published(head=data + naive + later, language="en").at == utc(2019, 4, 2, 17, 17, 49)


def test_a_time_without_a_zone_on_the_day_after_print_and_address() -> None:
    meta = '<meta property="article:published_time" content="2019-08-28T00:00:43">'
    body = '<p class="post_date">Aug. 27, 2019 5 PM</p>'
    dated, undated = "https://a.example/2019-08-27/stadium", "https://a.example/stadium"
    assert published(body, meta, dated, "en").at.date() == utc(2019, 8, 27).date()
    assert published(body, meta, undated, "en").at.date() == utc(2019, 8, 28).date()


def test_a_day_long_before_the_month_of_the_address_is_trusted_half() -> None:
    """A template may declare the same day for all articles, as two of gq.com of 2014 did."""
    head = (
        '<meta property="article:published_time" content="2009-09-02T00:00:00-04:00">'
        '<meta property="article:modified_time" content="2009-10-08T12:09:09-04:00">'
    )
    body = '<p class="post_date">May 23, 2014, 13:30</p>'
    url = "https://a.example/style/2014/05/how-to-pack"
    constant = Moment("2009-09-02T00:00:00-04:00", utc(2009, 9, 2, 4), "meta")
    assert published(body, head, url) == Moment(
        "May 23, 2014, 13:30", utc(2014, 5, 23, 10, 30), "printed naive"
    )
    # without a better day, and where the address has none so late
    assert published(head=head, url=url) == constant
    for address in ("https://a.example/style/how-to-pack", "https://a.example/style/2010/01/how-to-pack"):
        assert published(body, head, address) == constant


def test_the_address_only_where_the_page_says_nothing() -> None:
    url = "https://a.example/news/2024/4/5/123/"
    assert published(url=url) == Moment("2024-04-05", utc(2024, 4, 5), "url day")
    for day_first in ("https://a.example/politics/25/04/2024/59ef", "https://a.example/a-25-04-2024.html"):
        assert published(url=day_first) == Moment("2024-04-25", utc(2024, 4, 25), "url day")
    assert published(url="https://a.example/politics/25/04-2024/59ef") is None
    assert published('<time datetime="2024-04-06T09:00:00Z"></time>', url=url) == Moment(
        "2024-04-06T09:00:00Z", utc(2024, 4, 6, 9), "time"
    )
    assert published(url="https://a.example/rus/news/slug-1669456054.html") == Moment(
        "1669456054", utc(2022, 11, 26, 9, 47, 34), "url"
    )


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("26 квітня 2024", utc(2024, 4, 26)),
        ("Репортаж · 26 квітня 2024 р.", utc(2024, 4, 26)),
        ("Friday, 26 April 2024", utc(2024, 4, 26)),
        ("1 березня 2026", None),
        ("Засновано 1 березня 1998", None),
        ("№ 123 від 12.05.2014", None),
        ("Вибори 25 жовтня 2025", None),
    ],
)
def test_a_day_above_the_headline(above: str, day: datetime | None) -> None:
    head = f"<html><body><div><b>{above}</b></div><h1>Заголовок</h1><p>Текст.</p></body></html>"
    moment = read_published(
        outline(html.document_fromstring(head)), LinkedData(), "https://a.example/x", FETCHED
    )
    assert (moment and moment.at) == day


@pytest.mark.parametrize(
    "head",
    [
        "<header><div><b>1 березня 1998</b></div></header><h1>",
        "<div class='site-logo'><b>1 березня 1998</b></div><h1>",
        "<div><b>1 березня 1998</b></div><ul><li><a href='/a'>Новини</a></li></ul><h1>",
        "<div><b>1 березня 1998</b></div><form><input name='q'></form><h1>",
    ],
)
def test_an_old_day_of_the_pages_own_head_is_not_the_articles(head: str) -> None:
    page = f"<html><body>{head}Заголовок</h1><p>Текст.</p></body></html>"
    tree = html.document_fromstring(page)
    assert read_published(outline(tree), LinkedData(), "https://a.example/x", FETCHED) is None
    # an article's own head has its headline in it
    own = (
        "<body><ul><li>Новини</li></ul><header><b>1 березня 1998</b><h1>Заголовок</h1></header><p>Текст.</p>"
    )
    moment = read_published(
        outline(html.document_fromstring(own)), LinkedData(), "https://a.example/x", FETCHED
    )
    assert moment is not None
    assert moment.at == utc(1998, 3, 1)


def test_never_in_the_future() -> None:
    later = (FETCHED + timedelta(days=2)).isoformat()
    assert published(head=f'<meta property="article:published_time" content="{later}">') is None


def test_dates_of_other_articles_are_not_this_ones() -> None:
    assert published('<aside><time datetime="2024-04-26T09:00:00Z"></time></aside>') == Moment(
        "2024-04-26T09:00:00Z", utc(2024, 4, 26, 9), "time"
    )
    both = '<aside><time datetime="2026-02-26T09:00:00Z"></time></aside><time datetime="2024-04-26T09:00:00Z"></time>'
    moment = published(both)
    assert moment is not None
    assert moment.at == utc(2024, 4, 26, 9)


def test_a_day_before_a_link_is_of_that_story() -> None:
    also = "<p class='also'>{}.11.2025 17:40 <a href='/{}'>Інша новина нашого міста про річки</a></p>"
    above = (
        "<div id='doc_head'><h1><a href='/c'>Місто</a></h1><div class='date0'>27.11.2025 23:17</div></div>"
    )
    text = f"<h2>Міст відкрили для авто</h2><p>{'Міст відкрили. ' * 40}</p>"
    body = f"{above}<div>{text}{also.format('03', 1)}{also.format('04', 2)}</div>"
    head = "<title>Міст відкрили для авто</title>"
    page = outline(html.document_fromstring(f"<html lang='uk'><head>{head}</head><body>{body}</body></html>"))
    place = Placement(page, "Міст відкрили для авто")
    found = read_published(page, read_linked_data(page), "https://a.example/news/x", FETCHED, place=place)
    assert found is not None
    assert found.raw == "27.11.2025 23:17"
    # a name in a long link behind `By` is still this story's
    line = "<p>By <a href='/jd'>Maximiliane Alexandra von Hohenstein</a></p>"
    near = outline(html.document_fromstring(f"<html><body><h1>Bridges reopen</h1>{line}</body></html>"))
    assert not Placement(near, "Bridges reopen").is_of_another_story(near.by_tag["p"][0])


def test_modified() -> None:
    page = outline(
        html.document_fromstring(
            '<html><head><meta property="article:modified_time" content="2024-04-26T08:00:00Z"></head><body>x</body></html>'
        )
    )
    moment = read_modified(page, LinkedData(), FETCHED)
    assert moment == Moment("2024-04-26T08:00:00Z", utc(2024, 4, 26, 8), "meta")
    assert read_modified(page, LinkedData(modified=("2023-01-01T00:00:00Z",)), FETCHED) == Moment(
        "2023-01-01T00:00:00Z", utc(2023, 1, 1), "json-ld"
    )


def claimed(raw: str) -> str:
    return f'<meta property="article:published_time" content="{raw}">'


def test_a_day_without_its_year() -> None:
    assert published('<div class="post_date">Ганна Вигадана — 24 жовтня, 15:26</div>') == Moment(
        "Ганна Вигадана — 24 жовтня, 15:26", utc(2025, 10, 24, 12, 26), "printed no-year naive"
    )


@pytest.mark.parametrize(
    ("printed", "at", "source"),
    [
        ("сьогодні, 9:15", utc(2026, 3, 1, 7, 15), "relative naive"),
        ("вчора о 23:50", utc(2026, 2, 28, 21, 50), "relative naive"),
        ("3 години тому", utc(2026, 3, 1, 9), "relative"),
        ("2 days ago", utc(2026, 2, 27), "relative day"),
    ],
)
def test_what_is_said_from_today(printed: str, at: datetime, source: str) -> None:
    assert published(f'<span class="date">{printed}</span>') == Moment(printed, at, f"printed {source}")
    # a whole date is believed before it, wherever it stands
    both = f'<span class="date">{printed}</span><span class="date">24.02.2026 10:00</span>'
    moment = published(both)
    assert moment is not None
    assert moment.at == utc(2026, 2, 24, 8)


def test_three_hours_ago_may_be_said_of_another_article() -> None:
    said = '<span class="date">3 години тому</span>'
    assert published(said, url="https://a.example/2024/04/05/1/") == Moment(
        "2024-04-05", utc(2024, 4, 5), "url day"
    )
    assert published(said, url="https://a.example/2026/03/01/1/") == Moment(
        "3 години тому", utc(2026, 3, 1, 9), "printed relative"
    )


def test_the_title_where_nothing_else_has_the_day() -> None:
    head = "<title>Мости ремонтують | Кур'єр | 28.04.2023</title>"
    assert published(head=head) == Moment("28.04.2023", utc(2023, 4, 28), "title day")
    assert published(head="<title>Мости - 28.04.2023 - Кур'єр</title>") == Moment(
        "28.04.2023", utc(2023, 4, 28), "title day"
    )
    assert published('<time datetime="2023-04-29T09:00:00Z"></time>', head) == Moment(
        "2023-04-29T09:00:00Z", utc(2023, 4, 29, 9), "time"
    )


PRINTED = '<div class="post_date">26 лютого 2026, 18:06</div>'
FALSE = Moment("2026-02-26T18:06:00Z", utc(2026, 2, 26, 16, 6), "meta local-as-utc")
TRUE = Moment("2026-02-26T18:06:00Z", utc(2026, 2, 26, 18, 6), "meta")


def test_local_time_that_is_called_utc() -> None:
    assert published(PRINTED, claimed("2026-02-26T18:06:00Z")) == FALSE
    # to readers elsewhere the page may well print UTC
    assert published(PRINTED, claimed("2026-02-26T18:06:00Z"), language="en") == TRUE
    assert published(PRINTED, claimed("2026-02-26T18:06:00Z"), "https://a.com.ua/news/x", "en") == FALSE
    # the page prints the Kyiv time of it
    assert published(PRINTED, claimed("2026-02-26T16:06:00Z")) == Moment(
        "2026-02-26T16:06:00Z", utc(2026, 2, 26, 16, 6), "meta"
    )
    assert published("", claimed("2026-02-26T18:06:00Z")) == TRUE


def test_another_claim_knows_the_offset() -> None:
    offset = '<meta itemprop="datePublished" content="2026-02-26T18:06:00+02:00">'
    assert published("", claimed("2026-02-26T18:06:00Z") + offset) == Moment(
        "2026-02-26T18:06:00+02:00", utc(2026, 2, 26, 16, 6), "itemprop"
    )
    in_value = offset.replace("content", "value")
    assert published("", claimed("2026-02-26T18:06:00Z") + in_value).source == "itemprop"
    unix = '<meta itemprop="datePublished" content="1772129160">'
    assert published("", claimed("2026-02-26T18:06:00Z") + unix) == TRUE


def test_local_time_called_utc_comes_out_of_the_future() -> None:
    assert published("", claimed("2026-03-01T13:40:00Z")) == Moment(
        "2026-03-01T13:40:00Z", utc(2026, 3, 1, 11, 40), "meta local-as-utc"
    )
    # two minutes are a clock that is not set well
    assert published("", claimed("2026-03-01T12:02:00Z")) == Moment(
        "2026-03-01T12:02:00Z", utc(2026, 3, 1, 12, 2), "meta"
    )


def test_the_second_of_the_hours_that_come_twice_where_another_claim_knows() -> None:
    naive = claimed("2025-10-26 03:30:00")
    assert published("", naive) == Moment("2025-10-26 03:30:00", utc(2025, 10, 26, 0, 30), "meta naive")
    known = '<meta itemprop="datePublished" content="1761442200">'
    assert published("", naive + known) == Moment("1761442200", utc(2025, 10, 26, 1, 30), "itemprop")


def test_all_that_is_stated() -> None:
    tree = html.document_fromstring(
        f"<html><head>{claimed('2026-02-26T18:06:00Z')}</head><body>{PRINTED}</body></html>"
    )
    told = [
        (date.source, date.at)
        for date in stated(tree, LinkedData(), "https://a.example/2026/02/25/1", FETCHED)
    ]
    assert told == [
        ("meta", utc(2026, 2, 26, 18, 6)),
        ("printed naive", utc(2026, 2, 26, 16, 6)),
        ("url day", utc(2026, 2, 25)),
    ]


PARAGRAPH = "<p>" + "Перевізники повідомили про затримки на кордоні. " * 12 + "</p>"


def on(
    page: str, url: str = "https://a.example/news/x", title: str = "", fetched: datetime = FETCHED
) -> str | None:
    """The day, in ISO, that a page of several stories is dated."""
    tree = outline(
        html.document_fromstring(f"<html><head><title>{title}</title></head><body>{page}</body></html>")
    )
    moment = read_published(tree, read_linked_data(tree), url, fetched, "Черга вантажівок зникла за два дні")
    return moment.at.date().isoformat() if moment else None


HEADLINE = "<h1>Черга вантажівок зникла за два дні</h1>"
TAPE = "".join(
    f"<div class='n-item'><time datetime='2026-02-2{day}'>Сьогодні</time><a href='/{day}'>Заголовок іншої новини у стрічці</a></div>"
    for day in range(1, 6)
)


@pytest.mark.parametrize(
    ("page", "day"),
    [
        # a tape of news with machine-readable times stands before the article in the page
        (f"{TAPE}<article>{HEADLINE}<div><span>5 січня 2025, 16:58</span></div>{PARAGRAPH}</article>", "2025-01-05"),
        (f"{TAPE}<div>{HEADLINE}{PARAGRAPH}<p class='sign'>— 17.01.2025 15:44</p></div>", "2025-01-17"),
        # the clock of the page, named as a date, and the day beside the headline, named as nothing
        (f"<div class='date'>Неділя, 1 березня 2026</div><p>Меню</p><h1><a>Черга вантажівок зникла за два дні</a></h1><i>3 лютого 2025</i>{PARAGRAPH}", "2025-02-03"),
        (f"<div>{HEADLINE}{PARAGRAPH}</div>{TAPE}", None),
        (f"<div>{HEADLINE}{PARAGRAPH}</div><div class='comments'><p class='date'>3 лютого 2025, 10:00</p></div>", None),
        (f"<div>{HEADLINE}{PARAGRAPH}</div><footer><p>© 2019 Видавець, 3 лютого 2019</p></footer>", None),
        (f"<div>{HEADLINE}<p>Відео доступне до</p><b>14.10.2025</b>{PARAGRAPH}</div>", None),
        # words beside the day
        (f"<div>{HEADLINE}<p>By <a href='/a'>Ann Lee</a> on Monday, November 18th, 2024 at 11:04 a.m.</p>{PARAGRAPH}</div>", "2024-11-18"),
        (f"<div>{HEADLINE}<p>Pressemitteilung vom 20.01.2025</p>{PARAGRAPH}</div>", "2025-01-20"),
        (f"<div><p>21. Jan 2025 // Ann Lee</p>{HEADLINE}{PARAGRAPH}</div>", "2025-01-21"),
        (f"<div><span>02.12.25</span>{HEADLINE}{PARAGRAPH}</div>", "2025-12-02"),
        (f"<div>{HEADLINE}<p>Last updated at 3:21 PM on 15th December 2025</p>{PARAGRAPH}</div>", "2025-12-15"),
        (f"<div>{HEADLINE}<p>Karlsruhe, (12.11.2025). {PARAGRAPH}</p></div>", "2025-11-12"),
        (f"<div>{HEADLINE}<div><span class='date'>Jan 17</span><span class='year'>2025</span></div>{PARAGRAPH}</div>", "2025-01-17"),
    ],
)  # fmt: skip
def test_the_day_that_stands_where_this_articles_may_stand(page: str, day: str | None) -> None:
    assert on(page) == day


def test_a_day_in_the_head_that_is_the_day_of_the_last_change() -> None:
    page = f"""<div>{HEADLINE}<h4 class='posted'>Posted: Jan 15, 2025 9:02 AM PT</h4>
    <h4 class='lastupdated'>Last Updated: Jan 16, 2025 6:49 AM PT</h4>{PARAGRAPH}</div>"""
    assert on(f"<meta name='date' content='2025/01/16'>{page}") == "2025-01-15"


def test_statements_that_agree_outweigh_one_that_does_not() -> None:
    old = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2019-05-05T10:00:00+03:00"}</script>'
    meta = claimed("2024-04-26T08:00:00+03:00")
    assert (
        on(f"{old}{meta}<div>{HEADLINE}<p class='date'>26 квітня 2024</p>{PARAGRAPH}</div>") == "2024-04-26"
    )
    # a JSON-LD of another day than the address, which the page's other head agrees with
    assert on(f"{old}{meta}{HEADLINE}{PARAGRAPH}", "https://a.example/2024/04/26/x") == "2024-04-26"
    # a page's `date`, which may be of its last change, against the line beside the headline
    assert (
        on(
            f"<meta name='date' content='2024-05-02'><div>{HEADLINE}<p>Stand: 28.04.2024 18:00 Uhr</p>{PARAGRAPH}</div>"
        )
        == "2024-04-28"
    )
    # nothing printed after the last change is the publication
    changed = '<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2024-04-26T10:00:00+03:00"}</script>'
    assert (
        on(
            f"{changed}<div>{HEADLINE}<p>Прогноз</p><div class='info'>1 травня 2024</div>{PARAGRAPH}<b class='date'>25 квітня 2024</b></div>"
        )
        == "2024-04-25"
    )


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("1/10/2025 @ 4:27PM", "2025-01-10"),
        ("Fri, 01/10/2025 - 09:52", "2025-01-10"),
        ("1/10/2025 16:27", "2025-10-01"),
        ("13/10/2025 4:27PM", "2025-10-13"),
    ],
)
def test_the_order_of_two_figures(printed: str, day: str) -> None:
    assert on(f"<div>{HEADLINE}<p>{printed}</p>{PARAGRAPH}</div>") == day
    other = "<p class='comment-date'>12/31/2024 10:00</p>"
    shown = on(f"<div>{HEADLINE}<p>01/10/2025</p>{PARAGRAPH}</div>{other}")
    assert shown == "2025-01-10"


def test_the_day_of_a_broken_block_and_of_the_pages_scripts() -> None:
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Ада"}, "datePublished": "2024-04-26", }}</script>'
    assert on(f"{broken}{HEADLINE}{PARAGRAPH}") == "2024-04-26"
    body = f"<html><body>{HEADLINE}{PARAGRAPH}<script>var x = {{%s}}</script></body></html>"
    for data, day in (
        ('"publishedAt": "2024-04-26T10:00:00Z", "createdAt": "2024-04-26T09:00:00Z"', "2024-04-26"),
        ('"publishedAt": "2024-04-26", "related": {"publishedAt": "2024-04-20"}', None),
    ):
        page = body % data
        tree = outline(html.document_fromstring(page), page.lower().encode())
        moment = read_published(tree, LinkedData(), "https://a.example/x", FETCHED)
        assert (moment and moment.at.date().isoformat()) == day


def test_the_statements_say_where_they_stand() -> None:
    tree = html.document_fromstring(
        f"<html><body><div>{HEADLINE}<p class='date'>3 лютого 2025</p>{PARAGRAPH}</div>{TAPE}</body></html>"
    )
    said = [*stated(tree, LinkedData(), "https://a.example/x", FETCHED)]
    assert "beside the headline" in said[0].why
    assert "too weak alone" in said[-1].why


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("<meta name='DC.Issued' content='2025-04-26'>", "2025-04-26"),
        ("<meta property='dc:created' content='2025-04-26T10:00:00Z'>", "2025-04-26"),
        ("<meta name='published-date' content='2025-04-26'>", "2025-04-26"),
        ("<meta http-equiv='Date' content='Sat, 26 Apr 2025 10:00:00 GMT'>", "2025-04-26"),
    ],
)
def test_names_of_metadata_with_any_signs(head: str, day: str) -> None:
    assert on(f"{head}{HEADLINE}{PARAGRAPH}") == day


@pytest.mark.parametrize(
    "printed",
    [
        "<abbr class='published'>26 квітня 2025</abbr>",
        "<abbr class='published' title='2025-04-26T10:00:00Z'>учора</abbr>",
        "<time class='updated' datetime='2025-04-26T10:00:00Z'>26 квітня</time>",
        "<p>26 квітня, 10:00, 2025</p>",
        "<p>Apr 26 10:00 2025</p>",
        "<time>26 aprile 202510:00</time>",
        "<aside><span>Sat 26 Apr 2025 12.42 CET</span></aside>",
        "<div class='bylineComments'><p class='publishedDate'>1:14PM GMT 26 Apr 2025</p></div>",
        "<div class='elementor-widget'><span>26 квітня 2025</span></div>",
        "<footer class='entry-meta'><span class='posted-on'>26 квітня 2025</span></footer>",
    ],
)
def test_a_day_beside_the_headline_whatever_its_box_is_called(printed: str) -> None:
    assert on(f"<article>{HEADLINE}{printed}{PARAGRAPH}</article>") == "2025-04-26"


@pytest.mark.parametrize(
    ("head", "url", "page", "day"),
    [
        # by a declared change, by the address, by other days of the page, by the day of the fetch
        ("<meta property='article:modified_time' content='2021-02-01T10:00:00Z'>", "/x", "", "2021-01-04"),
        ("", "/2021/01/x", "", "2021-01-04"),
        ("", "/2021/x", "", "2021-01-04"),
        ("", "/x", f"{TAPE}".replace("2026", "2021"), "2021-01-04"),
        ("", "/x", "", "2026-01-04"),
    ],
)
def test_the_year_of_a_day_without_one(head: str, url: str, page: str, day: str) -> None:
    article = f"<article>{HEADLINE}<p class='date'>4 січня, 09:34</p>{PARAGRAPH}</article>{page}"
    tree = outline(html.document_fromstring(f"<html><head>{head}</head><body>{article}</body></html>"))
    place = "Черга вантажівок зникла за два дні"
    moment = read_published(tree, read_linked_data(tree), f"https://a.example{url}", FETCHED, place)
    assert moment is not None
    assert moment.at.date().isoformat() == day
    assert "no-year" in moment.source


def test_the_words_before_a_time_may_make_it_a_change() -> None:
    page = f"<div>{HEADLINE}<p>Updated <time datetime='2025-04-28T10:00:00Z'>28 April</time></p><p>Posted: 26 April 2025, 10:00 GMT</p>{PARAGRAPH}</div>"
    assert on(page) == "2025-04-26"
    # a <meta name=date> that repeats the change confirms nothing
    assert on(f"<meta name='date' content='2025-04-28'>{page}") == "2025-04-26"
    tree = outline(html.document_fromstring(f"<html><body>{page}</body></html>"))
    modified = read_modified(
        tree, LinkedData(), FETCHED, Placement(tree, "Черга вантажівок зникла за два дні")
    )
    assert modified == Moment("2025-04-28T10:00:00Z", utc(2025, 4, 28, 10), "time")


def test_a_clock_without_its_zone_takes_the_zone_of_another_statement() -> None:
    page = f"<div>{HEADLINE}<p>Nov. 19, 2025 5:53 PM</p><time datetime='2025-11-20T01:53:14Z'></time>{PARAGRAPH}</div>"
    tree = outline(html.document_fromstring(f"<html lang='en'><body>{page}</body></html>"))
    moment = read_published(
        tree, LinkedData(), "https://a.example/x", FETCHED, "Черга вантажівок зникла за два дні"
    )
    assert moment == Moment("2025-11-20T01:53:14Z", utc(2025, 11, 20, 1, 53, 14), "time")


def test_the_number_of_an_article_may_begin_with_its_day() -> None:
    page = f"{HEADLINE}{PARAGRAPH}"
    assert on(page, "https://a.example/article/A2025012914320005196") == "2025-01-29"
    assert on(page, "https://a.example/article/2025992914320005196") is None
    assert on(page, "https://web.archive.org/web/20250129143200/https://a.example/x") is None


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "other", "may_agree"),
    [
        (0, 35.9, True),  # the first hour in Hawaii is the next day's noon here
        (0, 36, False),
        (0, -14, True),
        (0, -14.1, False),
    ],
)
def test_a_day_without_its_hour_agrees_in_any_zone(day: float, other: float, may_agree: bool) -> None:
    stated = Moment("1 March", NOON + timedelta(hours=day), "printed day")
    exact = Moment("…", NOON + timedelta(hours=other), "meta")
    assert agree(stated, exact) == agree(exact, stated) == may_agree


def test_two_hours_of_one_day_in_kyiv_agree() -> None:
    """22:00 UTC is midnight in Kyiv, in winter."""
    late = Moment("…", datetime(2026, 3, 1, 21, 59, tzinfo=UTC), "meta")
    assert agree(Moment("…", datetime(2026, 2, 28, 22, 1, tzinfo=UTC), "printed"), late)
    assert not agree(Moment("…", datetime(2026, 2, 28, 21, 59, tzinfo=UTC), "printed"), late)


def test_the_day_of_a_picture_is_not_the_articles() -> None:
    caption = "<figure><img><figcaption><span class='media-info'>{}3 травня 2023 року{}</span></figcaption></figure>"
    assert published(caption.format("Дим. ", " (ілюстративне фото)")) is None
    assert published(caption.format("", "")) is not None


def test_year_and_hour_in_elements_of_their_own() -> None:
    stamp = "<time datetime='2019-06-07T20:48:00-04:00'><span class='date'>June 7, 2019</span><span class='time'>8:48 PM ET</span></time>"
    moment = published(f"<div class='dateblock'>{stamp}</div><p>x</p>")
    assert moment is not None
    assert moment.at == utc(2019, 6, 8, 0, 48)
    page = html.document_fromstring(
        f"<html><body><h1>Заголовок</h1><div class='dateblock'>{stamp}</div></body></html>"
    )
    lines = [
        line.raw for line in stated(page, LinkedData(), "https://a.example/news/x", FETCHED, "Заголовок")
    ]
    assert "June 7, 2019 8:48 PM ET" in lines
