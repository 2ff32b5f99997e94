from datetime import UTC, datetime

import pytest

from crawler.exceptions import Unreadable
from crawler.extraction.document.decoding import MAX_BYTES, MAX_ELEMENTS, decoded, parse
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from tests.newsrooms.story_pages import Page

UKRAINIAN = "<html><head>{meta}</head><body><p>Їжак ґречно з'їв її ґанок — тиша</p></body></html>"


@pytest.mark.parametrize(
    ("encoded", "meta", "header"),
    [
        ("windows-1251", "", "windows-1251"),
        ("windows-1251", '<meta charset="windows-1251">', None),
        ("windows-1251", '<meta http-equiv="Content-Type" content="text/html; charset=cp1251">', None),
        ("windows-1251", '<meta charset="utf-8">', "utf-8"),
        ("windows-1251", '<!-- <meta charset="koi8-u"> --><meta charset="windows-1251">', None),
        ("windows-1251", '<meta charset="win-1251">', None),
        ("utf-8", "", None),
        ("utf-8", '<meta charset="windows-1251">', "windows-1251"),
        ("utf-8", '<meta charset="utf-8">', "iso-8859-1"),
        ("utf-8", "", "no-such-charset"),
        ("utf-8", "", "base64"),
        ("utf-8-sig", "", "windows-1251"),
        ("utf-16", "", "utf-8"),
        # named in the header alone, without a mark
        ("utf-16-le", "", "utf-16"),
        ("utf-16-be", "", "utf-16"),
        ("utf-16-le", '<meta charset="utf-8">', "UTF-16LE"),
        ("utf-8", "", "utf-16"),
        ("koi8-u", '<meta charset="koi8-u">', None),
        ("koi8-u", '<meta charset="koi8-ru">', None),
        ("mac-cyrillic", "", "x-mac-ukrainian"),
        ("mac-cyrillic", '<meta charset="x-mac-ukrainian">', None),
        # nothing but the letters says what it is
        ("windows-1251", "<style>" + "p {}" * 3000 + '</style><meta charset="windows-1251">', None),
        # liars: a single-byte encoding decodes anything
        ("windows-1251", '<meta charset="iso-8859-1">', None),
        ("windows-1251", "", "koi8-r"),
        ("windows-1251", '<meta charset="ibm866">', "windows-1250"),
        ("koi8-u", '<meta charset="windows-1251">', "windows-1251"),
        ("koi8-u", "", "koi8-r"),
    ],
)
def test_the_text_is_right_whatever_is_declared(encoded: str, meta: str, header: str | None) -> None:
    page = UKRAINIAN.format(meta=meta).replace("—", "-")
    # detection needs a little to go by
    body = page.replace("<p>", "<p>" + "Верховна Рада ухвалила закон у першому читанні. " * 5)
    assert "Їжак ґречно з'їв її ґанок" in decoded(body.encode(encoded), header).utf8.decode()


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("windows-1252", "L'été dernier, les députés ont débattu de la réforme créée à l'Assemblée. "),
        ("iso-8859-2", "Prezydent ogłosił, że już dziś wojsko otrzyma więcej środków, żołnierze też. "),
        ("windows-1253", "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία της χώρας. "),
        ("windows-1254", "Cumhurbaşkanı açıkladı: yağış bekleniyor, öğrenciler için güzel gün. "),
        ("windows-1251", "Министър-председателят заяви, че България ще подпише договора. "),
        ("koi8-r", "Министерство сообщило о результатах переговоров. "),
        ("windows-1251", "ВЕРХОВНА РАДА УХВАЛИЛА ЗАКОН У ПЕРШОМУ ЧИТАННІ. "),
    ],
)
def test_a_right_claim_is_believed(encoding: str, sentence: str) -> None:
    page = f"<p>{sentence * 20}"
    assert decoded(page.encode(encoding), encoding).utf8.decode() == page


def test_a_page_cut_in_the_middle_of_a_letter_stays_utf8() -> None:
    body = ("<p>" + "Рада ухвалила закон " * 40).encode()
    assert "Рада ухвалила" in decoded(body[:-2], None).utf8.decode(errors="replace")
    assert "Рада ухвалила" in decoded(body[:-2], "windows-1251").utf8.decode(errors="replace")


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = ("<p>" + "Рада ухвалила закон " * 40).encode() + b"\xff\xfe" + "<p>кінець".encode()
    assert decoded(body, "utf-8").utf8.decode().endswith("кінець")


def test_half_a_character_of_an_odd_encoding_is_left_out() -> None:
    assert decoded(rb"<p>a\ud800b", "unicode_escape").utf8 == b"<p>ab"


@pytest.mark.parametrize(
    "page", ["<p>a</html><div>b</div><p>c", "<head></head></body></html><p>a<div>b</div>c"]
)
def test_what_follows_a_stray_end_is_read(page: str) -> None:
    root = parse(page.encode(), None)
    assert "".join(root.itertext()) == "abc"
    assert len(root.findall("body")) == 1
    assert set(root.iter()) == set(root.xpath("//*"))


def test_what_was_encoded_twice_is_read_once() -> None:
    line = "“It’s a café”, she said — for €5"
    twice = line.encode().decode("latin-1")
    assert "".join(parse(f"<p>{twice}".encode(), "utf-8").itertext()) == line
    # a letter that another may follow says nothing
    assert "".join(parse("<p>Ã© â€".encode(), "utf-8").itertext()) == "Ã© â€"


def test_characters_that_no_format_takes_are_left_out() -> None:
    tree = parse(b"<html><body><p>a\x00b\x01c\x7fd &#0; &#xD800; &#1; &#151; e</p></body></html>", None)
    text = "".join(tree.itertext())
    assert text.split() == ["abcd", "—", "e"]
    assert not any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in text)


def test_a_script_that_compares_is_no_tag_with_a_thousand_attributes() -> None:
    words = "for (i=0; i<n; i++) " + "слово " * 2_000
    page = f"<html><body><script>{words}</script><!-- a<b {words} --><p>текст</p></body></html>"
    assert "".join(parse(page.encode(), None).itertext("p")) == "текст"


def test_a_tag_may_have_as_many_attributes_as_a_page_ever_had() -> None:
    page = b"<p " + b" ".join(b"data-a%d='%s'" % (i, b"x" * 60) for i in range(900)) + b">x</p>"
    assert len(parse(page, None).findall(".//p")[0].attrib) == 900


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"<!-- nothing -->", "empty"),
        (b"%PDF-1.7 ...", "not-html"),
        (b"\xff\xd8\xff\xe0 JFIF", "not-html"),
        (b"\x89PNG\r\n\x1a\n", "not-html"),
        (b"\x00\x00\x00\x20ftypisom", "not-html"),
        (b'{"error": "not found"}', "not-html"),
        (b"<p>x" + b" " * MAX_BYTES, "too-large"),
        (b"<p>a</p>" * (MAX_ELEMENTS + 1), "too-many-elements"),
        (b"<div>" * 100_000 + b"x", "too-deep"),
        (b"<b>" * 3_000, "too-deep"),
        (b"<p " + b" ".join(b"a%d" % i for i in range(300_000)) + b">x</p>", "too-many-attributes"),
        (b"<p " + b"".join(b"a%d='<b>'" % i for i in range(100_000)) + b">x</p>", "too-many-attributes"),
        (b"<!-- <script --><p " + b" ".join(b"a%d=1" % i for i in range(2_000)), "too-many-attributes"),
    ],
)
def test_what_cannot_be_read_has_a_countable_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(body, None)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("encoding", "written"), [("windows-1251", {"encoding": "cp1251"}), ("utf-8", {})])
def test_the_encoding_that_a_page_was_read_in_is_in_its_row(encoding, written):
    page = Page("uk").render().encode(encoding, "replace")
    fetch = Fetch("https://a.example/1", "https://a.example/1", page, "iso-8859-1", 200, datetime.now(UTC))
    extra = {claim.source: claim.value for claim in extract(fetch, Hints("a.example")).extra}
    assert {name: value for name, value in extra.items() if name == "encoding"} == written
