"""Pages that no one wrote: article-like tags nested and left open, odd JSON-LD, meta, dates and encodings."""

# ruff: noqa: E501 - lists of odd things

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.items import Article
from tests.newsrooms.sound_article import read_soundly
from tests.support import tiers

AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

WORDS = st.sampled_from([
    "Міська рада ухвалила бюджет після дванадцяти годин обговорення, голосували тридцять два депутати з сорока.",
    "Мэр пообещал вернуться к этому вопросу весной, когда станет известно, сколько налогов поступило за квартал.",
    "The council passed the budget after twelve hours of debate, with thirty-two members of forty voting for it.",
    "Автор: Ганна Вигадана", "By Jane Doe, Reuters", "Читайте також: Мер розповів про плани", "Фото: Олег Вигаданий",
    "26 квітня 2024, 07:00", "31 февраля 2099, 25:61", "вчора о 9:15", "3 hours ago", "29.03.2026 03:30", "© 2026",
    "Посилання скопійовано", "ua en ru", "…", "«", "\u202eвспак\u202c", "\x1b[31m", "\ufeff", "\u2028", "&#1;", "&#xD800;",
    "&amp;amp;lt;p&amp;gt;", "]]>", "<![CDATA[", "<!--", "<?php ", "\ud800", "\x00", "а\u0301́", "🧨" * 20,
])  # fmt: skip
TEXTS = WORDS | st.text(max_size=40)
TAGS = st.sampled_from([
    "article", "main", "section", "div", "p", "span", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "table", "tr", "td",
    "a", "b", "em", "strong", "figure", "figcaption", "picture", "video", "time", "aside", "nav", "footer", "header", "form",
    "iframe", "noscript", "template", "svg", "math", "pre", "code", "br", "hr", "img", "script", "style", "title", "body",
    "html", "head", "meta", "base", "select", "button", "textarea", "plaintext", "x-custom", "o:p", "dl", "dd",
])  # fmt: skip
DATES = st.sampled_from([
    "2024-04-26T07:00:00+03:00", "2024-04-26 07:00", "1714104000", "1714104000000", "9" * 40, "2099-01-01T00:00:00Z",
    "0000-00-00", "9999-12-31T23:59:59-23:59", "2026-03-29T03:30:00", "2026-10-25T03:30", "20240426T0700Z", "-1", "", "١٢",
    "2024-04-26T07:00:00+99:99", "0001-01-01T00:00:00+14:00",
])  # fmt: skip
VALUES = st.sampled_from([
    "post_text", "article-body", "author", "byline", "caption", "lead", "comments", "related", "paywall", "live-blog",
    "gallery", "share", "tags", "lang-publication", "datePublished", "articleBody", "date", "a " * 300, "http://[", "/ru/1",
    "javascript:alert(1)", "author nofollow", "ua", "x-default", "canonical", "alternate",
]) | DATES | st.text(max_size=20)  # fmt: skip
ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from(["class", "id", "itemprop", "rel", "href", "hreflang", "lang", "datetime", "content",
                         "property", "name", "itemtype", "src", "style", "onclick", "data-testid", "xml:lang"]),
        VALUES,
    ),
    max_size=3,
).map(lambda pairs: "".join(f' {name}="{value}"' for name, value in pairs))  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | TEXTS | DATES,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([
            "@type", "@id", "@graph", "name", "headline", "author", "creator", "publisher", "datePublished", "dateModified",
            "dateCreated", "articleBody", "image", "url", "caption", "keywords", "articleSection", "wordCount",
            "isAccessibleForFree", "description", "mainEntity", "liveBlogUpdate", "title", "content", "blocks",
        ]) | st.text(max_size=5),
        inner | st.sampled_from(["NewsArticle", "LiveBlogPosting", "Organization", "Person", "VideoObject"]),
        max_size=8,
    ),
    max_leaves=25,
)  # fmt: skip


def _script(value: object, kind: str, end: str) -> str:
    return f'<script type="{kind}">{json.dumps(value, ensure_ascii=False)}{end}'


SCRIPTS = st.builds(
    _script,
    JSON | st.builds(lambda rest: {"@type": "NewsArticle", "headline": "Рада ухвалила бюджет"} | rest,
                     st.dictionaries(st.sampled_from(["author", "datePublished", "articleBody", "image", "name"]), JSON)),
    st.sampled_from(["application/ld+json", "APPLICATION/LD+JSON; charset=utf-8", "application/json", ""]),
    st.sampled_from(["</script>", "", ",</script>", "}}</script>", "<!-- </script>"]),
)  # fmt: skip
METAS = st.builds(
    '<meta {}="{}" content="{}">'.format,
    st.sampled_from(["property", "name", "itemprop", "http-equiv"]),
    st.sampled_from([
        "og:title", "og:description", "og:locale", "og:type", "og:image", "author", "article:author", "robots", "keywords",
        "article:published_time", "article:modified_time", "pubdate", "dc.creator", "refresh", "tdm-reservation",
    ]) | st.text(max_size=8),
    TEXTS | VALUES,
)  # fmt: skip
LINKS = st.builds('<link rel="{}" hreflang="{}" href="{}">'.format, VALUES, VALUES, VALUES)


def _element(tag: str, attributes: str, inside: list[str], end: str) -> str:
    return f"<{tag}{attributes}>{''.join(inside)}{end.format(tag)}"


# its end, none, another's, or one too many
ENDS = st.sampled_from(
    ["</{}>", "</{}>", "</{}>", "", "", "</div>", "</{0}></{0}></article>", "</body></html>", "<"]
)
BODIES = st.recursive(
    TEXTS | SCRIPTS | METAS | LINKS,
    lambda inner: st.builds(_element, TAGS, ATTRIBUTES, st.lists(inner, max_size=6), ENDS),
    max_leaves=30,
)
PARAGRAPHS = st.integers(0, 6).map(
    lambda n: "<p>Міська рада ухвалила бюджет на наступний рік, і це новина.</p>" * n
)
PARTS = st.lists(BODIES, max_size=3)
STARTS = st.sampled_from(
    ["<!DOCTYPE html><html lang='ua'>", "<html>", "", '<?xml version="1.0"?><html xml:lang="uk">']
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    head = "".join(draw(st.lists(METAS | LINKS | SCRIPTS, max_size=5)))
    before, text, after = "".join(draw(PARTS)), draw(PARAGRAPHS), "".join(draw(PARTS))
    return f"{draw(STARTS)}<head>{head}<body>{before}<h1>Рада ухвалила бюджет</h1>{text}{after}"


PAGES = pages()
CHARSETS = [
    "utf-8",
    "windows-1251",
    "koi8-u",
    "iso-8859-1",
    "utf-16",
    "utf-32",
    "gb18030",
    "shift_jis",
    "cp866",
]
DECLARED = st.sampled_from([None, None, *CHARSETS, "utf-7", "base64", "none such", "\x00"])


def encoded(page: str, charset: str) -> bytes:
    return page.encode(charset, "surrogatepass" if charset.startswith("utf") else "replace")


@settings(max_examples=tiers.examples(120), deadline=None, suppress_health_check=list(HealthCheck))
@given(PAGES, st.sampled_from(["utf-8", "utf-8", *CHARSETS]), DECLARED)
def test_any_page_is_read_or_refused_for_a_reason(page: str, charset: str, declared: str | None) -> None:
    result = read_soundly(encoded(page, charset), declared, AT)
    assert isinstance(result, Article) or result in {
        "empty",
        "not-html",
        "unparseable",
        "too-deep",
        "blocked",
    }


@settings(max_examples=tiers.examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(PAGES, st.data())
def test_any_part_of_a_page(page: str, data: st.DataObject) -> None:
    whole = encoded(page, "utf-8")
    start = data.draw(st.integers(0, len(whole)))
    read_soundly(whole[start : data.draw(st.integers(start, len(whole)))], None, AT)


@settings(max_examples=tiers.examples(60), deadline=None)
@given(st.binary(max_size=400), DECLARED)
def test_any_bytes(body: bytes, declared: str | None) -> None:
    read_soundly(body, declared, AT)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(PAGES, st.sampled_from(["utf-8", "utf-8", *CHARSETS]), DECLARED)
def test_many_pages(page: str, charset: str, declared: str | None) -> None:
    read_soundly(encoded(page, charset), declared, AT)
