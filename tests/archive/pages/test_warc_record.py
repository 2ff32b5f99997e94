"""Records that are made here, read here and by warcio: whatever the bytes and headers are."""

import gzip
import hashlib
import io
import zlib
from base64 import b32encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.exceptions import ArchiveDamaged
from archive.pages import warc_record
from archive.pages.warc_record import Exchange

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATIN = st.text(st.characters(max_codepoint=255), max_size=30)
HEADERS = st.lists(st.tuples(LATIN, LATIN), max_size=6).map(tuple)
EXCHANGES = st.builds(
    Exchange,
    url=st.text(max_size=60).map(lambda path: f"https://visnyk.example/{path}"),
    status=st.integers(100, 599),
    fetched_at=st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    request_headers=HEADERS,
    response_headers=HEADERS,
    ip=st.sampled_from([None, "203.0.113.7", "2001:db8::7"]),
)


def exchange(**changes):
    fields = {
        "url": "https://visnyk.example/news/1?a=1",
        "status": 200,
        "fetched_at": NOON,
        "request_headers": (("User-Agent", "triptych"),),
        "response_headers": (("Content-Type", "text/html"),),
    }
    return Exchange(**(fields | changes))


def by_warcio(data):
    """(type, WARC headers, HTTP headers, payload) of each record; digests are checked."""
    found = []
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        payload = record.content_stream().read()
        assert record.digest_checker.passed
        found.append((record.rec_type, record.rec_headers, record.http_headers, payload))
    return found


@example(exchange(url="https://visnyk.example/\xa0"), b"")
@given(EXCHANGES, st.binary(max_size=3000))
def test_what_goes_in_comes_out_and_warcio_agrees(exchange, body):
    members = warc_record.build(exchange, body)
    record, length = warc_record.read_member(members.response + members.request)
    page = warc_record.page(record)
    assert length == len(members.response)
    assert (page.body, page.status, page.fetched_at) == (body, exchange.status, exchange.fetched_at)
    # no value has become a header of its own: as many as there were, and Content-Length
    sent = [
        x for x in exchange.response_headers if (x[0].lower(), x[1]) != ("content-length", str(len(body)))
    ]
    assert len(page.headers) == len(sent) + 1
    answer, question = by_warcio(members.response + members.request)
    assert (answer[0], question[0]) == ("response", "request")
    assert answer[3] == body
    assert len(answer[2].headers) == len(sent) + 1
    assert len(question[2].headers) == len(exchange.request_headers) + 1
    for _, headers, _, _ in (answer, question):
        assert headers.get_header("WARC-Target-URI") == page.url
    assert question[1].get_header("WARC-Concurrent-To") == answer[1].get_header("WARC-Record-ID")


@given(st.binary(max_size=400))
def test_bytes_that_are_no_record_are_damage(data):
    with pytest.raises(ArchiveDamaged):
        warc_record.read_member(data)
    assert warc_record.read_start(data) is None


def test_a_member_that_is_cut_anywhere_is_damage():
    member = warc_record.build(exchange(), b"<p>" + bytes(range(256)) * 3).response
    for cut in range(len(member)):
        with pytest.raises(ArchiveDamaged):
            warc_record.read_member(member[:cut])


def test_a_flipped_bit_never_passes_for_the_page():
    member = warc_record.build(exchange(), b"<p>" + bytes(range(256)) * 3).response
    whole, _ = warc_record.read_member(member)
    damaged = 0
    for place in range(len(member)):
        altered = member[:place] + bytes([member[place] ^ 1 << place % 8]) + member[place + 1 :]
        try:
            # a few bits of a gzip member mean nothing: time, system, padding
            assert warc_record.read_member(altered)[0] == whole
        except ArchiveDamaged:
            damaged += 1
    assert damaged > 0.9 * len(member)


@given(st.binary(max_size=300))
def test_a_whole_member_with_anything_in_it_is_read_or_damage(plain):
    squeeze = zlib.compressobj(6, zlib.DEFLATED, 31)
    member = squeeze.compress(b"WARC/1.1\r\n" + plain) + squeeze.flush()
    with suppress(ArchiveDamaged):
        warc_record.page(warc_record.read_member(member)[0])


@pytest.mark.parametrize("number", ["9" * 5000, "٢٠٠"])
def test_a_number_that_no_writer_of_ours_wrote_is_damage(number):
    """Python reads no number of 5,000 digits, and reads others than ASCII's."""
    plain = f"WARC/1.1\r\nContent-Length: {number}\r\n\r\n{'x' * 200}\r\n\r\n".encode()
    with pytest.raises(ArchiveDamaged):
        warc_record.read_member(gzip.compress(plain))
    with pytest.raises(ArchiveDamaged):
        warc_record.http_parts(f"HTTP/1.1 {number} OK\r\n\r\n".encode("latin-1", "replace"))


def test_a_line_break_in_a_header_begins_no_other_header():
    evil = "x\r\nSet-Cookie: a=b\r\n\r\n<html>WARC/1.1\r\nWARC-Type: response"
    members = warc_record.build(
        exchange(
            url=f"https://visnyk.example/{evil}",
            request_headers=(("User-Agent", evil), (evil, "1")),
            response_headers=(("X-Evil", evil), (evil, "1"), ("X-Nul", "a\0b")),
        ),
        b"body",
    )
    (_, _, answer, payload), (_, _, question, _) = by_warcio(members.response + members.request)
    assert payload == b"body"
    assert answer.get_header("Set-Cookie") is None
    assert [name for name, _ in answer.headers][::2] == ["X-Evil", "X-Nul"]
    assert answer.get_header("X-Nul") == "a b"
    assert question.get_header("Set-Cookie") is None


def test_headers_of_the_transfer_are_put_aside_and_all_others_stay():
    sent = (
        ("Content-Type", "text/html; charset=windows-1251"),
        ("CONTENT-ENCODING", "br"),
        ("Content-Length", "7"),
        ("Transfer-Encoding", "chunked"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    )
    body = "Площа Ринок".encode("windows-1251")
    page = warc_record.page(
        warc_record.read_member(warc_record.build(exchange(response_headers=sent), body).response)[0]
    )
    assert page.body == body
    assert page.headers == (
        ("Content-Type", "text/html; charset=windows-1251"),
        ("X-Archive-Orig-CONTENT-ENCODING", "br"),
        ("X-Archive-Orig-Content-Length", "7"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Content-Length", "11"),
    )


def test_a_record_says_what_the_standard_asks():
    moment = NOON + timedelta(microseconds=5)
    body = b"<p>text</p>"
    data = warc_record.warcinfo("Triptych", "run-1", NOON)
    members = warc_record.build(exchange(fetched_at=moment, ip="203.0.113.7"), body)
    info, answer, question = by_warcio(data + members.response + members.request)
    assert info[0] == "warcinfo"
    assert b"isPartOf: run-1\r\n" in info[3]
    assert answer[1].protocol == "WARC/1.1"
    assert answer[1].get_header("WARC-Date") == "2026-03-01T12:00:00.000005Z"
    assert answer[1].get_header("WARC-IP-Address") == "203.0.113.7"
    sha1 = b32encode(hashlib.sha1(body).digest()).decode()
    assert answer[1].get_header("WARC-Payload-Digest") == f"sha1:{sha1}"
    assert question[2].statusline == "/news/1?a=1 HTTP/1.1"
    assert question[2].protocol == "GET"
    assert question[2].get_header("Host") == "visnyk.example"


def test_an_answer_is_not_read_from_another_record():
    record, _ = warc_record.read_member(warc_record.build(exchange(), b"").request)
    with pytest.raises(ArchiveDamaged, match="expected a response record, got 'request'"):
        warc_record.page(record)
