"""The outline says what the tree says, and the short ways of text.py what their definitions say."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.document.class_names import Rule, names_say
from crawler.extraction.document.outline import outline, short_text
from crawler.extraction.document.text import for_comparison, one_line, printable

PAGE = """<html lang="uk"><body><p class="lead">Перша <b>друга</b> третя</p><!-- ні --><div><p>Ще</p></div>
<a rel="tag" href="/x">x</a></body></html>"""


def test_lists_run_side_by_side() -> None:
    root = html.document_fromstring(PAGE)
    page = outline(root)
    assert page.elements == [element for element in root.iter() if isinstance(element.tag, str)]
    assert page.tags == ["html", "body", "p", "b", "div", "p", "a"]
    assert page.attributes[0] == {"lang": "uk"}
    assert page.attributes[6] == {"rel": "tag", "href": "/x"}
    assert page.texts[2:4] == ["Перша ", "друга"]
    assert page.positions("p", "b") == [2, 3, 5]
    assert page.of("a") == [root.find(".//a")]
    assert page.of("h1") == []
    assert page.by_class == {"lead": [2]}
    assert page.named(Rule(lambda name: name == "lead"), page.by_class, page.by_id) == {2}


def test_what_stands_around_a_headline_and_the_names_in_the_head() -> None:
    root = html.document_fromstring(
        "<html><head><meta property=' OG:Type ' name=x content=article><meta content=nameless>"
        "<meta itemprop=datePublished><body><div id=a><header><h1>Заголовок</h1></header></div><div id=b>"
    )
    page = outline(root)
    assert page.metas == (("og:type", "article", False), ("datepublished", "", True))
    assert page.around_headings == {x for x in page.elements if x.find(".//h1") is not None}
    assert len(page.around_headings) == 4


def test_of_code_only_json_is_read() -> None:
    page = outline(
        html.document_fromstring(
            "<script>var a</script><style>a {}</style><script type='application/LD+JSON'>{}</script><p>Текст"
        )
    )
    assert [text for text in page.texts if text] == ["{}", "Текст"]


def test_names_are_searched_whatever_their_case_and_length() -> None:
    of_author = names_say("author|byline")
    assert of_author("article-Author")
    assert of_author("x" * 5000 + " BYLINE")
    assert not of_author("text")


@pytest.mark.parametrize("length", [159, 160, 161, 5000])
def test_short_text_counts_a_run_of_white_space_as_one(length: int) -> None:
    words = " \n\t ".join("ab" for _ in range(length // 3 + 1))[:-1] + "b" * ((length + 1) % 3)
    element = html.fragment_fromstring(f"<p> {words[:10]}<b>{words[10:]}</b> </p>")
    folded = re.sub(r"[ \t\r\n]+", " ", element.text_content()).strip()
    assert short_text(element, 160) == (element.text_content() if len(folded) < 160 else None)


# what the definitions speak of, beside any character
_ODD = st.text(
    alphabet=st.sampled_from(
        "аЙ\u0438\u0306e\u0301 \u00a0\u2003\n\t\x00\x1f\x85\xad\u200b\u2028\ufeff\ufffe_-1ß"
    )
)


@given(st.text() | _ODD)
def test_one_line_as_defined(text: str) -> None:
    never = (
        "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
        "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]|(?<![\u0600-\u109f\u1780-\u18af\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])"
        "[\u200c\u200d]"
    )
    line = re.sub(r"\s+", " ", unicodedata.normalize("NFC", re.sub(never, "", text))).strip()
    assert one_line(text) == line
    assert for_comparison(text) == re.sub(r"[\W_]+", "", line.casefold())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("می\u200cدمید\u200c\u200cند", "می\u200cدمید\u200cند"),
        ("क्\u200dया", "क्\u200dया"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("мі\u200cсто po\u200drt \u200cа", "місто port а"),
    ],
)
def test_joiners_where_they_shape_a_letter(text: str, line: str) -> None:
    assert one_line(text) == line
    assert for_comparison(text) == for_comparison(text.replace("\u200c", "").replace("\u200d", ""))


@given(st.text() | _ODD)
def test_printable_as_defined(source: str) -> None:
    left = re.sub("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]", "", source)
    if "&#" not in source:
        assert printable(source.encode()) == left.encode()


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("&#1;x&#x27;", "x&#x27;"),
        ("&#xD800;x", "x"),
        ("&#150;", "–"),
        ("a\x00\ufffe", "a"),
    ],
)
def test_printable_without_what_no_parser_takes(source: str, left: str) -> None:
    assert printable(source.encode()) == left.encode()
