"""Where pages print who wrote an article, and where they print somebody else."""

# ruff: noqa: E501 - pieces of pages

from datetime import UTC, datetime

import pytest

from crawler.extraction.document.decoding import read_outline
from crawler.extraction.fields.placement import headline_at
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from pipelines.authors import authors_of, decide_authors

LINE = "Міська рада ухвалила бюджет на наступний рік після дванадцяти годин обговорення в сесійній залі, повідомила пресслужба."
TEXT = "".join(f"<p>{LINE} {i}</p>" for i in range(6))
HANNA, JANE = "Ганна Вигадана", "Jane Doe"


def authors(before: str = "", after: str = "", head: str = "", end: str = "") -> list[str]:
    page = f"""<html lang="uk"><head><title>Рада ухвалила бюджет міста</title>{head}</head><body><header><a href="/">Кур'єр</a></header>
    <article><h1>Рада ухвалила бюджет міста</h1>{before}<div class="content">{TEXT}{end}</div>{after}</article>
    <aside class="popular"><a href="/2">Інша новина про місто</a><span class="author">Петро Сторонній</span></aside></body></html>"""
    url = "https://courier.example/news/1"
    article = extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )
    assert article.body.split("\n\n") == [f"{LINE} {i}" for i in range(6)]
    return list(decide_authors(article.author_claims, article.byline)[0])


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (f"<div class='meta'><a rel='author' href='/a/1'>{HANNA}</a></div>", [HANNA]),
        (f"<span itemprop='author' itemscope><span itemprop='name'>{HANNA}</span></span>", [HANNA]),
        (f"<aside data-gu-name='meta'><address><a rel='author' href='/a/1'>{HANNA}</a> кореспондентка</address></aside>", [HANNA]),
        (f"<aside class='more'><address><a rel='author' href='/a/1'>{HANNA}</a></address></aside>", []),
        (f"<address class='author'>{HANNA}</address>", [HANNA]),
        (f"<div data-testid='byline-name'>{HANNA}</div>", [HANNA]),
        (f"<div class='article__authors'><a href='/author/1'>{HANNA}</a>, <a href='/author/2'>Олег Другий</a></div>", [HANNA, "Олег Другий"]),
        (f"<div class='entry-meta'>Опубліковано <time>1 лютого</time> автор <a href='/author/hv'>{HANNA}</a></div>", [HANNA]),
        (f"<div class='info'><span class='label'>Автор</span><span class='value'>{HANNA}</span></div>", [HANNA]),
        (f"<dl><dt>Автор:</dt><dd>{HANNA}</dd><dt>Розділ:</dt><dd>Місто</dd></dl>", [HANNA]),
        (f"<span>by</span> <span class='name'>{JANE}</span>", [JANE]),
        (f"<p class='byline'>By <a href='/people/x'>{JANE}</a> <a href='https://x.com/jd'>@janedoe</a></p>", [JANE]),
        (f"<p class='byline'>By {JANE} | March 3, 2026</p>", [JANE]),
        (f"<p class='byline'>March 3 2026 at 10:37am By {JANE}</p>", [JANE]),
        (f"<ul><li>Von: <span class='person-link'><a href='/j'>{JANE}</a>, </span> <span class='person-link'><a href='/m'>Max Muster</a></span></li></ul>", [JANE, "Max Muster"]),
        (f"<p>Por {JANE} Viernes, 30 de enero de 2015 a las 06:25</p>", [JANE]),
        (f"<p class='byline'>Af {JANE} Fredag 30. januar 2015</p>", [JANE]),
        (f"<div class='x'><a href='/avtor/hanna-vyhadana'>{HANNA}</a></div>", [HANNA]),
        (f"<p>Підготувала для нас <a href='/avtor/hanna-vyhadana'>{HANNA}</a></p>", [HANNA]),
        ("<ul><li><span>Автори</span> <a href='/a'>Новини</a></li></ul>", []),
        ("<div class='related'><span class='author'>Петро Сторонній</span></div>", []),
        (f"<span class='article-author' rel='author'>{HANNA}</span><span class='article-author' rel='author'>Олег Другий</span>", [HANNA, "Олег Другий"]),
        (f"<p>By <a href='/author/jd'>{JANE}</a>, Courier environment and public transportation reporter</p>", [JANE]),
        (f"<div class='box'><p><a href='/szerzo/jd'>{JANE}</a></p></div><span class='author'>Fotó: MTI Budapest</span>", [JANE]),
        (f"<article class='opinion-author'><div class='name'><a href='/a/1'>{HANNA}</a></div><div class='author-post'>Директорка музею</div></article>", [HANNA]),
        # a line in a box beside the headline, whatever the box is called; none of a teaser or of readers
        (f"<div class='h-aside'><div><p class='byline'>Автор: {HANNA}</p><a href='/1'>2 березня 2026 року о 10:00</a></div></div>", [HANNA]),
        (f"<aside class='article__aside'><div class='article__byline'>05.06.2025 <span>von <span class='author__name'>{JANE}</span></span></div></aside>", [JANE]),
        (f"<aside class='h-aside'><div><a href='/2'>Інша новина про місто</a> <p class='byline'>Автор: {HANNA}</p></div></aside>", []),
        (f"<div class='aside-comments'><p class='byline'>Автор: {HANNA}</p></div>", []),
        # who is in a picture, or made it
        (f"<div class='cutline-byline-box'>{HANNA} (ліворуч) і Олег Другий <span class='byline-image'>Знімок: Кур'єр</span></div>", []),
        (f"<figure><img src='/1.jpg'><figcaption>Порт. <span class='attribution'>{JANE}</span></figcaption></figure>", []),
        (f"<figure class='author-card'><img src='/1.jpg'><span class='author-name'>{HANNA}</span></figure>", [HANNA]),
        (f"<p>{JANE}</p><p>jane.doe@courier.example</p>", [JANE]),
        (f"<p>{JANE}</p><p>desk@courier.example</p>", []),
        ("", []),
    ],
)  # fmt: skip
def test_above_the_text(before: str, expected: list[str]) -> None:
    assert authors(before) == expected


@pytest.mark.parametrize(
    "after",
    [
        f"<footer class='entry-footer'>Автор: {HANNA}</footer>",
        f"<div class='author-box'><h4>{HANNA}</h4><p>Журналістка, пише про місто з 2009 року.</p></div>",
    ],
)
def test_below_the_text(after: str) -> None:
    assert authors(after=after) == [HANNA]


@pytest.mark.parametrize(
    "end",
    [
        f"<p><strong>{HANNA}</strong></p>",
        f"<p><em>{HANNA}, «Кур'єр»</em></p>",
        f"<p>Автор: {HANNA}</p>",
        f"<p>– {HANNA}</p>",
    ],
)
def test_the_end_of_the_text(end: str) -> None:
    assert authors(end=end) == [HANNA]


@pytest.mark.parametrize("name", ["admin", "Кур'єр", "https://courier.example/a"])
def test_a_claim_that_names_nobody_gives_way(name: str) -> None:
    head = f'<meta name="author" content="{name}">'
    assert authors(f"<div class='author'>{HANNA}</div>", head=head) == [HANNA]


def test_a_publisher_that_is_named_as_author_is_none() -> None:
    named = '{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Соломія Тиха"}, "publisher": {"@type": "Organization", "name": "Соломія Тиха"}}'
    head = f"<script type='application/ld+json'>{named}</script>"
    assert authors(head=head) == []
    assert authors(f"<p class='byline'>Автор: {HANNA}</p>", head=head) == [HANNA]


def test_the_html_for_who_wrote_below_the_headline() -> None:
    assert authors(f"<address><span>{HANNA}</span> у Львові та <span>Олег Другий</span></address>") == [
        HANNA,
        "Олег Другий",
    ]


TAPE = "".join(
    f"<div class='item'><span class='author'>{name}</span><a href='/{i}'>Заголовок іншої новини у стрічці</a></div>"
    for i, name in enumerate(("Петро Сторонній", "Олег Інший", "Ольга Чужа"))
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # names of classes that only contain the word of another thing
        (f"<div class='headline__footer'><span class='byline__name'>{HANNA}</span></div>", "", [HANNA]),
        (f"<div class='withSidebar'><div class='author'>{HANNA}</div></div>", "", [HANNA]),
        (f"<div class='live-feedback'><div class='author'>{HANNA}</div></div>", "", [HANNA]),
        (f"<div class='widget storyContent'><div class='author'>{HANNA}</div></div>", "", [HANNA]),
        # boxes of other stories, readers, and the site's own menus
        ("", TAPE, []),
        ("", f"<div class='comments'><div class='comment-author'>{HANNA}</div></div>", []),
        ("<div class='user author'>Account You're logged in as Account Edit Profile Logout</div>", "", []),
        ("<div class='author'>Реєстрація Вхід</div>", "", []),
        ("<div class='author'>Фото: Петро Сторонній</div>", "", []),
        ("<div>Журналист Павел Лобков уволен</div>", "", []),
        ("<div>Журналист Павел Лобков</div>", "", ["Павел Лобков"]),
        ("<a href='/people/donald-trump'>Дональд Трамп</a>", "", []),
        (f"<span class='person-link'><a href='/hv'>{HANNA}</a></span>", "", [HANNA]),
    ],
)  # fmt: skip
def test_who_stands_where_an_author_may_stand(before: str, after: str, expected: list[str]) -> None:
    assert authors(before, after) == expected


def test_each_author_has_a_meta() -> None:
    metas = "".join(f"<meta name='article:author' content='{name}'>" for name in (HANNA, "Олег Другий"))
    assert authors(head=metas) == [HANNA, "Олег Другий"]


def test_a_name_in_bold_above_the_text_where_the_account_is_nobody() -> None:
    page = f"""<html><head><title>Рада ухвалила бюджет міста</title></head><body><article><h1>Рада ухвалила бюджет міста</h1>
    <div class='author'>by Kurier D</div><div><p><strong>{HANNA}</strong></p>{TEXT}</div></article></body></html>"""
    url = "https://courier.example/news/1"
    article = extract(Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("c"))
    assert decide_authors(article.author_claims, article.byline)[0] == (HANNA,)


def test_an_account_in_the_head_and_the_author_in_print() -> None:
    account = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Ольга Чужа"}}</script>'
    assert authors(f"<div class='byline'>Автор: {HANNA}</div>", head=account) == [HANNA]
    # without a prefix the line may be of the photo
    assert authors(f"<div class='byline'>{HANNA}</div>", head=account) == ["Ольга Чужа"]


@pytest.mark.parametrize(
    ("between", "expected"), [(5, [HANNA]), (60, [])], ids=["below the text", "far below"]
)
def test_a_line_outside_the_article_is_of_it_where_it_is_near(between: int, expected: list[str]) -> None:
    others = "<i>1</i>" * between
    assert (
        authors(after=f"</article><section>{others}<div>Автор: {HANNA}</div></section><article>") == expected
    )


BESIDE = ", кореспондентка відділу новин міста Львова"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # a prefix without a colon begins sentences too: those are longer, or end as a sentence does
        (f"<div>Написала {HANNA}</div>", [HANNA]),
        (f"<div>Написала {HANNA}.</div>", []),
        (f"<div>Написала {HANNA}{BESIDE}</div>", []),
        (f"<div>Написала: {HANNA}{BESIDE}</div>", [HANNA]),
        (f"<div>Написала: {HANNA}{BESIDE * 3}</div>", []),
        ("<div>By the end of Jane Doe</div>", []),
        (f"<div>von {JANE}, Berlin</div>", [JANE]),
        ("<div>von Berlin nach Kyjiw</div>", []),
        (f"<div>Автор: [захищено] {HANNA}</div>", []),
        # a name of a class that has the author's among its words
        (f"<div class='by'>{HANNA}</div>", [HANNA]),
        (f"<div class='standby'>{HANNA}</div>", []),
        (f"<div class='author-photo'>{HANNA}</div>", []),
        (f"<div class='author-photo author-name'>{HANNA}</div>", [HANNA]),
        (f"<div class='quotes'><span class='author'>{HANNA}</span></div>", []),
        (f"<nav><span class='author'>{HANNA}</span></nav>", []),
        # what stands in the line beside the name
        (f"<div class='author'>By {JANE} · Oct. 25, 2024</div>", [JANE]),
        ("<div class='author'>Опубликовано Родика Чеботарь в Чт, 05/06/2025 - 11:40</div>", ["Родика Чеботарь"]),
        (f"<div class='author'>{HANNA} @hanna_v</div>", [HANNA]),
        (f"<div class='author'><h4>{HANNA}</h4><span>Follow 2009</span></div>", [HANNA]),
        (f"<p class='byline'><a href='/a/1'>{HANNA}</a> <a href='/a/2'>Олег Другий</a></p>", [HANNA, "Олег Другий"]),
        # links to authors
        (f"<a rel='author' href='/a' title='{HANNA}'><img src='/a.jpg'></a>", [HANNA]),
        (f"<a rel='nofollow author' href='/a'>{HANNA}</a>", [HANNA]),
        (f"<a rel='authority' href='/a'>{HANNA}</a>", []),
        (f"{'<i>1</i>' * 20}<a href='/avtor/hv'>{HANNA}</a>", [HANNA]),
        (f"{'<i>1</i>' * 60}<a href='/avtor/hv'>{HANNA}</a>", []),
        ("<a href='/author/hv'>Усі матеріали автора, які він коли-небудь написав для цього видання разом</a>", []),
    ],
)  # fmt: skip
def test_lines_that_name_an_author_and_lines_that_do_not(before: str, expected: list[str]) -> None:
    assert authors(before) == expected


def test_a_footer_names_the_author_within_the_article_alone() -> None:
    footer = f"<footer><div class='author'>{HANNA}</div></footer>"
    assert authors(after=footer) == [HANNA]
    assert authors(after=f"</article>{footer}<article>") == []


def test_a_cited_source_is_the_author_after_a_prefix_alone() -> None:
    assert authors(f"<cite>By <a href='/jane'>{JANE}</a>, December 16th 2016</cite>") == [JANE]
    assert authors(f"<cite>{JANE}</cite>") == []
    assert authors(
        f"<cite class='byline'>By {JANE} - Agency Technology Writers | AP – 1 hr 4 mins ago</cite>"
    ) == [JANE]


@pytest.mark.parametrize("name", ["firma", "article_auteur", "nota-firma"])
def test_classes_for_authors_in_other_languages(name: str) -> None:
    assert authors(f"<p class='{name}'><em>{JANE}</em> | <span>Madrid</span></p>") == [JANE]
    assert authors(f"<p class='hauteur'>{JANE}</p><p class='firmament'>{JANE}</p>") == []


@pytest.mark.parametrize(
    "card",
    [
        "<article><footer><p class='byline'>By <a rel='author' href='/a'>{}</a></p></footer></article>",
        "<article><div class='author'>By {}</div></article>",
        "<a href='/2'><div><div class='author'>By {}</div></div></a>",
    ],
)
def test_the_author_of_a_teaser_amid_the_text_wrote_another_story(card: str) -> None:
    assert authors(after=card.format(JANE)) == []
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {{"@type": "Person", "name": "{HANNA}"}}}}</script>'
    assert authors(after=card.format(JANE), head=data) == [HANNA]


def test_an_article_that_is_long_is_no_teaser_and_a_link_of_the_author_s_own_no_card() -> None:
    long = f"<article><div class='author'>By {JANE}</div>{TEXT * 3}</article>"
    assert printed(f"<main><header>{HEADLINE}</header>{long}</main>") == [f"By {JANE}"]
    assert authors(f"<a href='/jane'><span class='author'>{JANE}</span></a>") == [JANE]


def test_a_small_word_before_a_name_and_its_day() -> None:
    assert authors("<p>por Ana Pérez 4 mayo, 2022</p>") == ["Ana Pérez"]
    assert authors("<p>por Ana Pérez y su vida 4 mayo, 2022</p>") == []


def test_a_heading_of_a_box_about_the_author_is_no_byline() -> None:
    assert printed(f"<article>{HEADLINE}<div>Author Bio</div><div>AUTHOR BIO</div>{TEXT}</article>") == []


def test_further_names_of_meta_tags() -> None:
    for name in ("authors", "article_author"):
        assert authors(head=f"<meta name='{name}' content='{JANE} | jane@courier.example'>") == [JANE]


def test_the_author_that_microdata_alone_name() -> None:
    item = "<div itemscope itemtype='https://schema.org/{}'><p itemprop='author'><meta itemprop='name' content='{}'></p></div>"
    article = item.format("NewsArticle", JANE)
    assert authors(after=article) == [JANE]
    # a page of teasers names those of other stories as well, and pictures have authors
    assert authors(after=article + item.format("NewsArticle", HANNA)) == []
    assert authors(after=item.format("ImageObject", JANE)) == []


def test_the_script_within_a_byline_is_not_printed() -> None:
    code = "<script>shownAuthor = 'By Petro Storonnii';</script>"
    assert authors(f"<div class='byline'>By {JANE}, CNN {code}</div>") == [JANE]
    assert printed(f"<article>{HEADLINE}<div class='byline'>By {JANE} {code}</div>{TEXT}</article>") == [
        f"By {JANE}"
    ]


@pytest.mark.parametrize(("headings", "place"), [("h4 h1 h2", 1), ("h2 h3", 0), ("h1 h1", 0)])
def test_the_place_of_the_headline_is_its_first_heading_of_the_first_level(headings: str, place: int) -> None:
    tags = headings.split()
    body = "".join(f"<{tag}>Рада ухвалила бюджет міста</{tag}>" for tag in tags)
    page = read_outline(f"<html><body>{body}</body></html>".encode(), "utf-8")
    assert headline_at(page, "Рада ухвалила бюджет міста") == page.positions(*set(tags))[place]


def test_links_to_authors_beside_the_headline_leave_out_those_of_teasers() -> None:
    of_article = f"<a rel='author' href='/a/1'>{HANNA}</a> <a rel='author' href='/a/2'>{OLEH}</a>"
    teasers = f"{FAR}<h3>Ще новина</h3><div>Вчора <a rel='author' href='/a/3'>Петро Сторонній</a></div>"
    assert authors(of_article, f"</article>{teasers}<article>") == [HANNA, OLEH]
    by_prefix = (
        f"{FAR}<section><div><p>By <a rel='author' href='/a/3'>Petro Storonnii</a></p></div></section>"
    )
    assert authors(of_article, f"</article>{by_prefix}<article>") == [HANNA, OLEH]
    # where no link stands beside the headline, the box about the author has it
    assert authors(after=f"{FAR}<a rel='author' href='/a/1'>{HANNA}</a>") == [HANNA]


def test_of_two_lines_below_the_article_the_nearer_holds() -> None:
    lines = f"<div>Автор: {HANNA}</div><div>Автор: Олег Другий</div>"
    assert authors(after=f"</article><section>{lines}</section><article>") == [HANNA]


@pytest.mark.parametrize(
    ("content", "expected"),
    [(HANNA, [HANNA]), (f"@{HANNA}", []), (f"www.{HANNA}", []), (f"/{HANNA}", []), (f"http {HANNA}", [])],
)
def test_an_account_or_address_in_the_head_is_no_name(content: str, expected: list[str]) -> None:
    assert authors(head=f"<meta name='author' content='{content}'>") == expected


OLEH = "Олег Другий"
HEADLINE = "<h1>Рада ухвалила бюджет міста</h1>"
FAR = "<i>1</i>" * 60
AUTHOR = f"<div><span class='author'>{HANNA}</span></div>"


def printed(body: str) -> list[str]:
    """Lines of a page that are claimed to name its author."""
    page = f"<html><head><title>Рада ухвалила бюджет міста</title></head><body>{body}</body></html>"
    url = "https://courier.example/news/1"
    article = extract(Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("c"))
    return [claim.value for claim in article.author_claims if claim.source == "printed"]


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        # names in bold above the text
        (f"<p><strong>{HANNA} / {OLEH}</strong></p>", [f"{HANNA} / {OLEH}"]),
        (f"<p><strong>{HANNA} / у Львові</strong></p>", []),
        (f"<p><strong>{HANNA}</strong> у Львові</p>", []),
        (f"<p>Перший.</p><p><strong>{HANNA}</strong></p>", [HANNA]),
        (f"<p>Перший.</p><p>Другий.</p><p>Третій.</p><p><strong>{HANNA}</strong></p>", []),
        # a line is claimed once, with what stands beside the name
        (f"<div class='author'>{HANNA}</div><span class='author'>{HANNA}</span>", [HANNA]),
        (f"<div class='author'>{HANNA}, Львів</div><span class='author'>{HANNA}</span>", [f"{HANNA}, Львів"]),
        # boxes, and what is called after both
        (f"<div class='trending'>{AUTHOR}</div>", []),
        (f"<div class='trending article-meta'>{AUTHOR}</div>", [HANNA]),
        # links that lead to an author's page
        (f"<div class='related'><a href='/author/1'>{HANNA}</a></div>", []),
        ("<a href='/author/1'>Усі матеріали автора, які він коли-небудь написав для цього видання</a>", []),
        ("<a href='/author/1'>ІВК</a>", []),
        (f"<div>Автор <a rel='author' href='/a'>{HANNA}</a></div>", [f"Автор {HANNA}"]),
        (f"<div>Автор <a rel='author' href='/a'>{HANNA}</a>{BESIDE * 3}</div>", []),
    ],
)
def test_lines_that_are_claimed_to_name_the_author(within: str, expected: list[str]) -> None:
    assert printed(f"<article>{HEADLINE}<div>{within}{TEXT}</div></article>") == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("{author}{article}", [HANNA]),
        ("{author}{far}{article}", []),
        ("{article}{author}", [HANNA]),
        ("{article}{far}{author}", []),
    ],
)
def test_an_author_beside_the_article_is_near_it(page: str, expected: list[str]) -> None:
    article = f"<article>{HEADLINE}{TEXT}</article>"
    assert printed(page.format(author=AUTHOR, far=FAR, article=article)) == expected


def test_a_reader_in_a_list_of_what_was_said_on_other_pages_is_no_author() -> None:
    reader = f"<div class='latest-comments'><b>Автор <a rel='author' href='/a'>{HANNA}</a></b></div>"
    assert printed(f"<article>{HEADLINE}<div>{TEXT}</div></article>{FAR}{reader}") == []


def test_what_the_headline_stands_in_is_no_box_of_others() -> None:
    assert printed(f"<div class='popular'><div>{HEADLINE}{AUTHOR}{TEXT}</div></div>") == [HANNA]


def byline(line: str) -> str | None:
    page = f"<html lang='de'><body><article><h1>Die Stadt hat einen Haushalt</h1>{line}{TEXT}</article></body></html>"
    url = "https://courier.example/news/1"
    fetch = Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC))
    return extract(fetch, Hints("courier")).byline


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<div class='author'>Jane Doe jane.doe@courier.example</div>", "Jane Doe"),
        ("<div class='author'>Jane Doe (jane@mail.courier.example)</div>", "Jane Doe"),
        ("<div class='author'>Jane Doe @janedoe</div>", "Jane Doe"),
        ("<div class='author'>Jane Doe | jane@courier.example | The Courier</div>", "Jane Doe | The Courier"),
        # questions and sentences to readers, in elements that are called after authors
        ("<div class='author-hint'>Sie haben einen Fehler Gefunden?</div>", None),
        ("<div class='author-hint'>Bitte markieren Sie die entsprechenden Wörter im Text, mit zwei Klicks melden Sie den Fehler der Redaktion</div>", None),
        # names after a small word, joined by `and`
        ("<p>par Jane Doe et John Smith</p>", "par Jane Doe et John Smith"),
        ("<p>Por Jane Doe y John Smith, Courier</p>", "Por Jane Doe y John Smith, Courier"),
        ("<p>par les hommes et les femmes</p>", None),
        # a button beside the name, and menus that begin like a byline
        ("<div class='byline'>By <a href='/jd'>Jane Doe</a> <span><button>+Follow</button></span></div>", "By Jane Doe"),
        ("<div>Text Size <a href='#'>Small</a> <a href='#'>Large</a></div>", None),
        ("<div class='byline'>By <a href='/jd'>Jane Doe</a> <a href='#'>Send an email</a></div>", "By Jane Doe"),
        ("<span class='byline'>Par Jane Doe Le 2 novembre 2023 à 16h17</span>", "Par Jane Doe"),
        ("<h4 class='byline'>By Jane Doe • Published November 1, 2023</h4>", "By Jane Doe"),
        # an account, or letters that stand for a person
        ("<a rel='author' href='/a/1'>tungfa</a>", "tungfa"),
        ("<aside class='related'><a rel='author' href='/@tungfa'>tungfa</a></aside>", None),
        ("<div><div>autor:</div><div class='author-name'><a href='/jd'>jd</a></div></div>", "autor: jd"),
        # an agency in small letters or in capitals
        ("<div class='author'><span>von</span> <span>abc</span></div>", "von abc"),
        ("<div class='author'>ABC</div>", "ABC"),
        ("<div class='author'>Stadt</div>", None),
        ("<li class='terms__authorities'><a href='/t'>ABC</a></li>", None),
        ("<p class='byline'>Jane Doe. Updated November 3rd, 2023</p>", "Jane Doe"),
        ("<p class='byline'>Jane Doe · Posted: Sep 11, 2023 4:00 AM</p>", "Jane Doe"),
        ("<p class='byline'>By Jane Doe Posted on Thu, 10 September 2015 20:26 | 0</p>", "By Jane Doe"),
        ("<p class='byline'>By Associated Press December 23 at 12:34 PM</p>", "By Associated Press"),
        ("<p>Von: Jane Doe am Montag On 2/20/19 at 2:39 PM EST</p>", "Von: Jane Doe am Montag"),
        ("<nav class='post-by'><li class='by'>The Courier Desk</li></nav>", "The Courier Desk"),
        ("<nav class='post-list'><li class='author'>The Courier Desk</li></nav>", None),
        # the headline of the next article
        ("<div class='post-next-prev'><span>Next article</span> <a href='/2'>By Jane Doe / “Fever”</a></div>", None),
    ],
)  # fmt: skip
def test_the_line_of_the_byline(line: str, expected: str | None) -> None:
    assert byline(line) == expected


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("<p class='info'>Posted by <span class='post-author'>nina</span> 2026-02-03</p>", "Posted by nina"),
        ("<p class='info'>Опубликовал <span class='post-author'>Jane Doe</span> 2026-02-03</p>", "Опубликовал Jane Doe"),
        ("<div>By <a rel='author' href='/a/1'>Jane Doe</a><br><span>Posted on Thu, 10 September 2015 20:26 |</span> <span>0</span></div>", "By Jane Doe"),
        ("<p>Пишіть нам у <a href='https://social.example/@port'>мережі Мастодонт</a>, на форум і в усі наші скриньки.</p>", None),
        ("<p>The talk of <a href='https://social.example/profile/port'>FSFE Berlin</a> was held in the old harbour.</p>", None),
        ("<p><a href='https://social.example/@port'>Mastodon</a></p>", None),
        ("<p>Підготовка: Встановлюємо інструменти для безпечного завантаження пакетів на сервер</p>", None),
    ],
)  # fmt: skip
def test_the_byline_is_what_the_line_says_of_a_person(line: str, byline: str | None) -> None:
    page = f"<html><head><title>Рада ухвалила бюджет міста</title></head><body><article><h1>Рада ухвалила бюджет міста</h1>{line}{TEXT}</article></body></html>"
    url = "https://courier.example/news/1"
    article = extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )
    assert article.byline == byline
    assert "Posted" not in article.body
    assert "Опубликовал" not in article.body


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # without a label: a name and a post, a name beside the day, and in bold letters above the text
        (f"<p class='time'><span>{JANE.upper()}\nAP Sports Writer</span> <time>June 7, 2025</time></p>", ["JANE DOE"]),
        (f"<p>{HANNA}, кореспондентка</p>", [HANNA]),
        (f"<p>{JANE}, Staff Photographer</p>", []),
        ("<p>Courier Sports, Staff Writer</p>", []),
        (f"<div class='note'>Wednesday, June 05, 2025<br>{JANE}</div>", [JANE]),
        ("<div class='note'>Wednesday, June 05, 2025<br>Handball Westland</div>", []),
        (f"<div class='note'>{JANE} June 5, 2025</div>", [JANE]),
        (f"<div id='day'>Mon, 6/3/2025 - by <a href='/author/jd'>{JANE}</a></div>", [JANE]),
        (f"<ul><li>\n\n{' ' * 200}Article by: {JANE.upper()} COURIER PRESS</li></ul>", ["JANE DOE"]),
        # the credit of a picture is none
        (f"<div><img src='/1.jpg'><p class='credit'><a href='/staff/jd'>{JANE}</a></p><p class='caption'>A bridge.</p></div>", []),
    ],
)  # fmt: skip
def test_names_without_a_label(before: str, expected: list[str]) -> None:
    page = f"<html><head><title>Рада ухвалила бюджет міста</title></head><body><article><h1>Рада ухвалила бюджет міста</h1>{before}{TEXT}</article></body></html>"
    assert who(page) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (f"<p><strong>{JANE}</strong><br><a href='/x'>Northern Courier</a><br>October 22, 2025</p>", [JANE]),
        (f"<p><strong>{JANE}</strong> told the <a href='/x'>Northern Courier</a></p>", []),
        ("<div><div><strong>Роберт Вигаданий (Robert Vyhadanyi)</strong></div></div>", ["Роберт Вигаданий"]),
        ("<div><div><strong>Роберт Вигаданий</strong>, мер</div></div>", []),
    ],
)  # fmt: skip
def test_names_in_bold_letters_above_the_text(first: str, expected: list[str]) -> None:
    # the outlet's own heading of another's text, and the headline thrice for machines
    hidden = "".join(
        f"<div itemprop='{name}'>Рада ухвалила бюджет міста</div>" for name in ("headline", "name")
    )
    shown = "<div class='title'>Рада ухвалила бюджет міста</div><h1>Кур'єр: бюджет міста ухвалено</h1>"
    head = "<title>Рада ухвалила бюджет міста</title><meta property='og:title' content='Рада ухвалила бюджет міста'>"
    page = f"<html><head>{head}</head><body><div>{hidden}</div><article>{shown}{first}{TEXT}</article></body></html>"
    assert who(page) == expected


def who(page: str) -> list[str]:
    url = "https://courier.example/news/1"
    article = extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )
    return list(authors_of(article)[0])


def test_the_day_behind_a_byline() -> None:
    line = "<p class='droid'>by Jane Doe on May 15, 2025 at 3:45 pm ET</p>"
    page = f"<html><head><title>Рада ухвалила бюджет міста</title></head><body><article><h1>Рада ухвалила бюджет міста</h1>{line}<div>{TEXT}</div></article></body></html>"
    url = "https://courier.example/news/1"
    article = extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 1, tzinfo=UTC)), Hints("courier")
    )
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2025-05-15"
    assert article.byline == "by Jane Doe"
