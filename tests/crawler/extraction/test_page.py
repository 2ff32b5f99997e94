"""Whole pages, our own text in the structure of real ones."""

# ruff: noqa: E501 - a line of a page reads better whole

import gc
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from crawler.exceptions import Unreadable
from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from tests.support import tiers

URL = "https://courier.example/news/2026/02/03/101/"
TEXT = [
    "Міська рада Вигаданська ухвалила бюджет на наступний рік після дванадцяти годин обговорення в сесійній залі.",
    "За рішення проголосували тридцять два депутати з сорока, ще п'ятеро утрималися, а троє не прийшли на засідання.",
    "Найбільше коштів отримають школи: на ремонт дахів і нові підручники передбачили сорок мільйонів гривень.",
    "«Ми довго сперечалися, але знайшли рішення, яке влаштовує більшість», — сказала секретарка ради Ганна Вигадана.",
    "Опозиція вважає, що документ не враховує потреб околиць, де досі немає тротуарів і вуличного освітлення.",
    "Мер пообіцяв повернутися до цього питання навесні, коли стане відомо, скільки податків надійшло за квартал.",
]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in TEXT)


def page(body: str = PARAGRAPHS, head: str = "", before: str = "", after: str = "") -> Article:
    source = f"""<!DOCTYPE html><html lang="uk"><head><meta charset="utf-8"><title>Рада ухвалила бюджет міста | Кур'єр</title>
    {head}</head><body><nav><a href="/">Головна</a></nav><article class="post">{before}<h1>Рада ухвалила бюджет міста</h1>
    <div class="post_text">{body}</div>{after}</article><footer>© Кур'єр</footer></body></html>"""
    return read(source.encode())


PLAIN = Hints("courier")


def read(body: bytes, hints: Hints = PLAIN, encoding: str | None = None) -> Article:
    fetch = Fetch(URL, URL, body, encoding, 200, datetime(2026, 3, 1, tzinfo=UTC))
    return extract(fetch, hints)


def test_the_plain_article() -> None:
    article = page()
    assert article.body.split("\n\n") == TEXT
    assert article.headline == "Рада ухвалила бюджет міста"
    assert article.text_language is not None
    assert article.text_language.language == "uk"
    assert article.extractor.startswith("trafilatura ")
    assert pickle.loads(pickle.dumps(article)) == article


def test_what_is_left_out_is_kept_with_its_reason() -> None:
    article = page(PARAGRAPHS + "<p>Підписуйтесь на наш канал у Telegram!</p>")
    assert article.body.split("\n\n") == TEXT
    ((text, reason),) = [(x.text, x.reason) for x in article.left_out]
    assert text == "Підписуйтесь на наш канал у Telegram!"
    assert reason


@pytest.mark.parametrize(
    "line",
    [
        "<p>Читайте також: <a href='/2'>Мер розповів про плани на весну</a></p>",
        "<p><strong>Читайте также:</strong> <a href='/2'>Мэр рассказал о планах</a></p>",
        "<p>Read also: <a href='/2'>Mayor tells about plans for spring</a></p>",
        "<p><a href='/2'>Мер розповів про плани міста на весну і літо</a></p>",
        "<p>Підписуйтеся на наш Telegram-канал, щоб не пропустити головне</p>",
        "<p>Подписывайтесь на наш канал в Telegram</p>",
        "<p>Support UP or become our patron!</p>",
        "<div class='share'><a href='#'>Facebook</a> <span>Посилання скопійовано</span></div>",
        "<p>Посилання скопійовано</p>",
        "<p>Якщо ви помітили помилку, виділіть її та натисніть Ctrl + Enter</p>",
        "<p>Рада ухвалила бюджет міста</p>",
        "<p>Автор: Дарʼя Вигадана</p>",
        "<p>Фото: Олег Фотографенко / Кур'єр</p>",
        "<p>ua en ru</p>",
        "<span class='lang-publication'><a href='/rus/1'>ru</a></span>",
        "<div class='tags'><a href='/t/1'>бюджет</a> <a href='/t/2'>рада</a></div>",
        "<p>Теги: бюджет, рада</p>",
        "<aside><p>Ми використовуємо файли cookie, щоб вам було зручно читати новини на нашому сайті.</p></aside>",
    ],
)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_what_is_no_part_of_the_text(line: str, where: str) -> None:
    at = {"first": 0, "middle": 3, "last": len(TEXT)}[where]
    paragraphs = [f"<p>{text}</p>" for text in TEXT]
    paragraphs.insert(at, line)
    assert page("".join(paragraphs)).body.split("\n\n") == TEXT


def test_a_paragraph_that_only_begins_like_a_promo_line_stays() -> None:
    lines = [
        "Читайте також дітям уголос, радять психологи: так малюки швидше вчаться говорити, довше тримають увагу, краще "
        "засинають і рідше вередують, а батьки мають щонайменше півгодини на день, які належать лише їм та дитині.",
        "Фото зроблене минулого року під час відкриття нової школи, і на ньому видно всіх учасників тієї події.",
    ]
    article = page(PARAGRAPHS + "".join(f"<p>{line}</p>" for line in lines))
    assert article.body.split("\n\n") == TEXT + lines


def test_a_page_leaves_nothing_to_the_collector_of_garbage() -> None:
    page()
    gc.collect()
    gc.disable()
    try:
        page()
        # lxml's parser and what belongs to it, but never the tree
        assert not [element for element in _unreachable() if isinstance(element, HtmlElement)]
    finally:
        gc.enable()


def _unreachable() -> list[object]:
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return list(gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def test_kinds_in_page_order() -> None:
    body = f"""<p>{TEXT[0]}</p><h2>Скільки дали школам</h2><p>{TEXT[1]}</p>
    <ul><li>двадцять мільйонів гривень — на ремонт дахів</li><li>ще двадцять — на підручники та меблі</li></ul>
    <figure><img src="/i.jpg"><figcaption>Сесійна зала ради після голосування</figcaption></figure>
    <p>{TEXT[2]}</p><blockquote><p>{TEXT[3]}</p></blockquote><p>{TEXT[4]}</p><p>{TEXT[5]}</p>"""
    article = page(body)
    assert [block.kind for block in article.blocks] == [
        "paragraph", "heading", "paragraph", "list_item", "list_item", "caption", "paragraph", "quote", "paragraph",
        "paragraph",
    ]  # fmt: skip
    assert article.image_caption == "Сесійна зала ради після голосування"
    assert "Сесійна зала" not in article.body


def test_a_quotation_is_not_repeated_by_the_data_of_the_page() -> None:
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{" ".join(TEXT)}"}}</script>'
    rest = "".join(f"<p>{line}</p>" for line in TEXT[1:])
    pulled = f'<blockquote class="pullquote"><p>{TEXT[0]}</p></blockquote>'
    assert TEXT[0] in page(f"{data}{rest}{pulled}").body
    twice = page(f"{data}<p>{TEXT[0]}</p>{rest}{pulled}").body
    assert twice.count(TEXT[0]) == 1


def test_a_work_that_is_named_within_a_quotation_is_no_speaker() -> None:
    named = "Як писала <cite>Газета міська</cite>, міст закривали ще торік, і тоді обіцяли, що востаннє."
    article = page(f"{PARAGRAPHS}<blockquote><p>{named}</p></blockquote><p>{TEXT[0]} Далі.</p>")
    assert "Як писала Газета міська, міст" in article.body
    said = "<p>Міст закривали ще торік, і тоді обіцяли, що це буде востаннє<cite>Іван Сорока</cite></p>"
    assert "востаннє — Іван Сорока" in page(f"{PARAGRAPHS}<blockquote>{said}</blockquote>").body
    for cite in ("Іван Сорока", "— Іван Сорока", "<a href='/s'>Іван Сорока</a>"):
        said = f"<p>Міст закривали ще торік, і тоді обіцяли, що востаннє.</p><cite>{cite}</cite>"
        article = page(f"{PARAGRAPHS}<blockquote>{said}</blockquote><p>{TEXT[0]} Далі.</p>")
        assert "востаннє. — Іван Сорока" in article.body


def test_sentences_between_what_is_left_out() -> None:
    """Above a headline printed again, and after a link to another article."""
    linked = "<a href='/c'>Повний текст рішення опублікували на сайті ради</a> у вівторок."
    body = (
        "<p>Скільки це коштуватиме місту?</p><h2>Рада ухвалила бюджет міста</h2>"
        f"<p>{TEXT[0]}</p><p>Читайте також: <a href='/b'>Міст через Стир відкрили після ремонту</a></p><p>{linked}</p>"
        + "".join(f"<p>{line}</p>" for line in TEXT[1:])
    )
    article = page(body)
    assert "Скільки це коштуватиме місту?" in article.body
    assert "Повний текст рішення опублікували на сайті ради у вівторок." in article.body
    assert "Стир" not in article.body


def test_a_call_under_a_text_is_nobodys_signature() -> None:
    assert page(f"{PARAGRAPHS}<p>Слава Україні</p>").byline != "Слава Україні"


def test_a_lead_outside_the_text_is_its_first_paragraph() -> None:
    lead = "Депутати погодили видатки на школи й лікарні, хоча опозиція голосувала проти."
    article = page(f"</div><p class='lead'>{lead}</p><div class='post_text'>{PARAGRAPHS}")
    assert article.body.split("\n\n") == [lead, *TEXT]


@pytest.mark.parametrize(
    ("lead", "is_lead"),
    [
        ("<p class='lead'>{line} <a href='/b'>Рішення ради</a></p>", True),
        ("<p class='lead'><a href='/b'>{line}</a></p>", False),
        ("<div class='lead'>Читайте: <a href='/b'>{line}</a> Більше про це в розділі міста.</div>", False),
    ],
    ids=["a link", "all a link", "mostly a link"],
)
def test_a_lead_that_is_mostly_links_is_none(lead: str, is_lead: bool) -> None:
    line = "Депутати погодили видатки на школи й лікарні, хоча опозиція голосувала проти."
    article = page(f"</div>{lead.format(line=line)}<div class='post_text'>{PARAGRAPHS}")
    assert article.body.endswith(TEXT[-1])
    assert (line in article.body) == is_lead


def test_chunks_of_one_text_and_posts_within_it() -> None:
    post = "Вітаю громаду з ухваленим бюджетом! Дякую всім, хто працював над ним до пізньої ночі."
    chunk = "</div><div class='adv-box'></div><div class='post_text'>"
    body = (
        PARAGRAPHS
        + f"<div class='embed-widget'><blockquote class='twitter-tweet'><p>{post}</p>— Мер (@mayor)</blockquote></div>"
        + chunk
        + "".join(f"<p>Далі: {line}</p>" for line in TEXT)
    )
    article = page(body)
    assert post in article.body
    assert article.body.endswith(TEXT[-1])
    assert article.body.count(TEXT[0]) == 2


def bare(text: str) -> Article:
    """Return an article whose page has no element named after articles."""
    return read(f"<html lang='uk'><body><h1>Рада ухвалила бюджет міста</h1>{text}</body></html>".encode())


def test_many_small_chunks_of_one_text_keep_their_headings() -> None:
    chunk = "<div class='wrapper mb-20'><div class='in'><h3>Місто {0}</h3><p>{1} Це {0}.</p></div></div>"
    chunks = "".join(chunk.format(i, TEXT[0]) for i in range(12))
    article = bare(f"<section><div class='detail'><div class='left'>{chunks}</div></div></section>")
    assert [b.kind for b in article.blocks] == ["heading", "paragraph"] * 12
    # references have no headings
    notes = "".join(f"<div class='note'><div>{i}. {TEXT[0]} Див. стор. {i}.</div></div>" for i in range(12))
    review = "".join(f"<section><h2>{line[:20]}</h2><div><p>{line}</p></div></section>" for line in TEXT[1:4])
    notes = f"<section><h2>Література</h2><div class='left'>{notes}</div></section>"
    assert all(line in bare(f"<div>{review}{notes}</div>").body for line in TEXT[1:4])


def test_the_text_of_json_ld_where_the_page_shows_none() -> None:
    text = "\\n".join(TEXT).replace('"', "'")
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{text}"}}</script>'
    assert page("<p>Увімкніть JavaScript.</p>", head).body.split("\n\n") == TEXT
    assert page(head=head).body.split("\n\n") == TEXT


def test_comments_and_other_articles_are_not_text() -> None:
    comments = (
        "<div class='comments'>"
        + "<div class='comment'><p>Нарешті хтось про це написав, дякую вам!</p></div>" * 9
    )
    teasers = (
        "<section class='related'>" + f"<div><h3><a href='/3'>Інше</a></h3><p>{TEXT[0][::-1]}</p></div>" * 5
    )
    assert page(after=f"{comments}</div>{teasers}</section>").body.split("\n\n") == TEXT


def test_a_part_that_is_called_a_podcast_for_readers_of_screens() -> None:
    box = """<section role="region" aria-label="Подкаст"><h2>Що це було?</h2><p>Пояснюємо просто, що сталося.</p>
    <a href="/p">епізоди</a></section>"""
    assert page(PARAGRAPHS.replace("</p>", f"</p>{box}", 2)).body == page().body
    long = f'<section role="region" aria-label="Подкаст: стенограма">{PARAGRAPHS}</section>'
    assert page(long).body == page().body


@pytest.mark.parametrize("name", ["quiz", "poll", "topics", "subscription"])
def test_an_article_in_an_element_called_after_something_else(name: str) -> None:
    whole = page(f'<div class="{name}">{PARAGRAPHS}</div>')
    assert [block.text for block in whole.blocks] == [block.text for block in page().blocks]
    beside = page(f'{PARAGRAPHS}<div class="{name}"><p>Чи згодні ви з рішенням ради про бюджет?</p></div>')
    assert beside.body == page().body


def test_paragraphs_in_the_body_itself_keep_what_stands_between_them() -> None:
    points = "<div class='key'><ul><li>Бюджет — 90 мільйонів</li><li>За — 32 депутати</li></ul></div>"
    text = PARAGRAPHS.replace("</p>", "</p><h2>Що далі</h2>", 4)
    source = f"""<html lang="uk"><head><title>Рада ухвалила бюджет міста</title></head><body><div><a href="/">Кур'єр</a></div>
    <h1>Рада ухвалила бюджет міста</h1>{points}{text}<div class="foot">© Кур'єр</div></body></html>"""
    blocks = read(source.encode()).blocks
    assert [block.text for block in blocks if block.kind == "list_item"] == [
        "Бюджет — 90 мільйонів",
        "За — 32 депутати",
    ]
    assert [block.text for block in blocks if block.kind == "paragraph"] == TEXT
    assert [block.text for block in blocks if block.kind == "heading"] == ["Що далі"] * 4


def test_a_page_of_line_breaks_instead_of_paragraphs() -> None:
    source = f"<html><body><h1>Рада ухвалила бюджет міста</h1><div id='text'>{'<br><br>'.join(TEXT)}</div></body></html>"
    assert read(source.encode()).body.split("\n\n") == TEXT


def test_windows_1251_with_the_wrong_language() -> None:
    body = f"<html lang='ua'><head><meta property='og:locale' content='ru_RU'></head><body><h1>Рада</h1>{PARAGRAPHS}"
    article = read(body.encode("windows-1251", "xmlcharrefreplace"), encoding="windows-1251")
    assert (article.html_lang, article.og_locale) == ("ua", "ru_RU")
    assert TEXT[1] in article.body


def test_hints_of_an_outlet() -> None:
    source = f"<h1>Рада ухвалила бюджет</h1><i class='who'>Пише: Ганна Вигадана</i><div>{PARAGRAPHS}<p class='x'>{TEXT[0]} Ні.</p></div>"
    article = read(source.encode(), Hints("courier", byline="i.who", drop="p.x"))
    assert article.byline == "Пише: Ганна Вигадана"
    assert article.author_claims[0].source == "outlet-rule"
    assert article.body.split("\n\n") == TEXT


def test_an_organisation_is_a_credit() -> None:
    head = """<script type="application/ld+json">{"@type": "NewsArticle", "author": {"@type": "Organization",
    "name": "Агенція Кур'єр"}}</script>"""
    article = page(head=head, before='<span class="post_news_author">Віктор Вигаданий</span>')
    assert [(claim.source, claim.value) for claim in article.extra[:1]] == [("credit", "Агенція Кур'єр")]
    assert article.byline == "Віктор Вигаданий"


TAGS = st.sampled_from(["div", "p", "article", "h1", "h2", "ul", "li", "table", "td", "a", "br", "blockquote", "span",
                        "figure", "figcaption", "script", "form", "b", "em", "section"])  # fmt: skip
NAMES = st.sampled_from(["", " class='post_text'", " class='author'", " class='caption'", " hreflang='ua' href='http://['",
                         " itemprop='datePublished'", " class='lead'", " lang='ua'"])  # fmt: skip
PIECES = st.one_of(
    st.builds(lambda tag, name: f"<{tag}{name}>", TAGS, NAMES),
    st.builds("</{}>".format, TAGS),
    st.sampled_from(TEXT),
    st.text(max_size=30),
    st.sampled_from(
        ["&#0;", "&#xD800;", "\x00", "\ud800", "<!--", "]]>", "<![CDATA[", "<br>", "Автор: Ганна Вигадана"]
    ),
)


@settings(deadline=None, max_examples=tiers.examples(150))
@given(st.lists(PIECES, max_size=40))
def test_any_page_is_read_or_refused_and_body_agrees_with_blocks(pieces: list[str]) -> None:
    try:
        article = read("".join(pieces).encode("utf-8", "surrogatepass"))
    except Unreadable as error:
        assert error.reason in {"empty", "not-html"}  # noqa: PT017 - either way is right
        return
    assert article.body == "\n\n".join(block.text for block in article.blocks if block.kind != "caption")
    for block in article.blocks:
        assert block.text == " ".join(block.text.split())
        assert block.text
    article.body.encode("utf-8")


def test_a_text_that_is_one_list_stays_a_list() -> None:
    items = [
        f"Правило номер {i}: міський парк відчинено до десятої вечора, і ворота замикає сторож."
        for i in range(6)
    ]
    listed = "".join(f"<li>{item}</li>" for item in items)
    article = f"<article><h1>Правила парку</h1><div class='txt'><ul>{listed}</ul></div></article>"
    found = read(f"<html><body>{article}</body></html>".encode())
    assert [(block.kind, block.text) for block in found.blocks] == [("list_item", item) for item in items]
