import os
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.commit import rows
from archive.exceptions import PoisonRecord
from archive.format import codec, schema
from archive.format.codec import validate
from archive.format.layout import Layout
from archive.format.records import (
    Alternate,
    ArticleRecord,
    LanguageEvidence,
    LeftOut,
    Medium,
    ObservationRecord,
    TextBlock,
)
from archive.storage.interface import Storage
from archive.wal import recovery, segment
from archive.wal.quarantine import Quarantine, entries
from archive.wal.segment import Damage, Segment

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SOME = TEXT.filter(bool)
ZONE = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIME = st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1), timezones=ZONE)
BY_FORM = {
    "str": SOME,
    "str | None": st.none() | SOME,
    "datetime": TIME,
    "datetime | None": st.none() | TIME,
    "int": st.integers(-(2**31), 2**31 - 1),
    "int | None": st.none() | st.integers(100, 599),
    "float | None": st.none() | st.floats(0, 1),
    "tuple[str, ...]": st.lists(TEXT, max_size=3).map(tuple),
    "tuple[str, ...] | None": st.none() | st.lists(TEXT, max_size=3).map(tuple),
    "tuple[TextBlock, ...]": st.lists(st.builds(TextBlock, SOME, TEXT), max_size=3).map(tuple),
    "tuple[LeftOut, ...] | None": st.none() | st.lists(st.builds(LeftOut, SOME, SOME), max_size=3).map(tuple),
    "tuple[LanguageEvidence, ...]": st.lists(st.builds(LanguageEvidence, SOME, SOME), max_size=3).map(tuple),
    "tuple[Medium, ...] | None": st.none() | st.lists(st.builds(Medium, SOME, SOME), max_size=3).map(tuple),
    "tuple[Alternate, ...]": st.lists(st.builds(Alternate, st.none() | SOME, SOME, SOME), max_size=3).map(
        tuple
    ),
}


def _records(kind):
    plan = {name: BY_FORM[form] for name, form in kind.__annotations__.items()}
    if "extra" in plan:
        plan["extra"] = st.sampled_from([None, "{}", '{"a": "б"}'])
    return st.builds(kind, **plan)


ARTICLES = _records(ArticleRecord)
OBSERVATIONS = _records(ObservationRecord)


@given(ARTICLES | OBSERVATIONS)
def test_a_record_comes_back_as_it_went(record):
    validate(record)
    assert codec.decode(codec.encode(record)) == record


def test_an_offset_with_seconds_keeps_them(article):
    at = datetime(1900, 1, 1, 12, tzinfo=timezone(timedelta(hours=2, minutes=2, seconds=4)))
    assert codec.decode(codec.encode(article(published_at=at))).published_at == at


def test_a_line_of_an_older_writer(article):
    """Times as Python's isoformat writes them; later fields not there, one that is no more."""
    line = codec.encode(article())
    older = (
        line.replace(b"12:00:00Z", b"12:00:00+00:00")
        .replace(b"11:00:00Z", b"11:00:00.000000+00:00")
        .replace(b',"media":null,"outbound_links":null', b"")
        .replace(b'"extra":null', b'"extra":null,"mood":["a",{"b":1}]')
    )
    assert b"Z" not in older
    assert codec.decode(older) == article()


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b'"http_status":200', b'"http_status":"200"'),
        (b'"http_status":200', b'"http_status":NaN'),
        (b'"http_status":200', b'"http_status":1e400'),
        (b'"http_status":200', b'"http_status":' + b"9" * 5000),
        (b'"section":null', b'"section":' + b"[" * 100_000 + b"]" * 100_000),
        (b'"section":null', b'"section":"\\ud83d"'),
        (b'"section":null', b'"section":"\xff"'),
        (b'"section":null', b'"section":1'),
        (b'"section":null', b'"rubric":null'),
        ('"tags":["місто"]'.encode(), b'"tags":"ab"'),
        ('"tags":["місто"]'.encode(), b'"tags":{"a":1}'),
        (b"2026-03-01T12:00:00Z", b"yesterday"),
        (b"2026-03-01T12:00:00Z", b"0001-01-01T00:00:00+14:00"),
        (b'"record":{', b'"record":[],"old":{'),
        (b'"record":{', b'"record":null,"old":{'),
        (b'"record":{', b'"old":{'),
        (b'"kind":"article"', b'"kind":["article"]'),
        (b'{"kind"', b'[{"kind"'),
        (b"}\n", b"\n"),
    ],
)
def test_a_line_that_is_no_record_is_kept_aside(root, layout, article, part, instead):
    line = codec.encode(article())
    assert part in line
    mine = Segment.create(layout, "run-1")
    mine.append(line.replace(part, instead))
    mine.append(line)
    folder = Storage(root)
    quarantine = Quarantine(folder)
    left = recovery.recover(folder, mine, quarantine, datetime(2026, 1, 1, tzinfo=UTC))
    assert left.records == [article()]
    (entry,) = entries(folder)
    assert entry.source in {mine.id, article().url}
    mine.release()


@given(ARTICLES)
def test_what_validates_is_taken_by_arrow(record):
    decided = dict.fromkeys(("valid_from", "first_seen", "last_seen"), record.fetched_at) | {
        "story_id": "s",
        "version": 1,
    }
    table = rows.table(
        "articles", [codec.plain(record) | decided], rows.Commit(1, datetime(2026, 1, 1, tzinfo=UTC))
    )
    assert table.schema.equals(schema.ARTICLES)
    back = table.to_pylist()[0]
    assert back["fetched_at"] == record.fetched_at
    assert back["blocks"] == [msgspec.structs.asdict(block) for block in record.blocks]
    assert isinstance(table, pa.Table)


def _frames(lines):
    compressor = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)
    return [compressor.compress(line) for line in lines]


@pytest.fixture(scope="module")
def lines():
    return [f'{{"kind":"x","record":"{word * 7}"}}\n'.encode() for word in ("перший", "second", "третий")]


def test_cut_at_every_byte_leaves_the_whole_records_before_the_cut(lines):
    frames = _frames(lines)
    data = b"".join(frames)
    ends = [sum(map(len, frames[: i + 1])) for i in range(len(frames))]
    for cut in range(len(data) + 1):
        found = list(segment.read(data[:cut]))
        whole = sum(end <= cut for end in ends)
        assert [x for x in found if isinstance(x, bytes)] == lines[:whole]
        assert [x for x in found if isinstance(x, Damage)] == found[whole:]
        assert (len(found) > whole) == (cut not in {0, *ends})


def test_a_flipped_byte_costs_one_record_and_is_reported(lines):
    data = b"".join(_frames(lines))
    for position in range(len(data)):
        for flip in (0x01, 0x80, 0xFF):
            hurt = bytearray(data)
            hurt[position] ^= flip
            found = list(segment.read(bytes(hurt)))
            whole = [x for x in found if isinstance(x, bytes)]
            assert len(whole) >= len(lines) - 1
            assert all(x in lines for x in whole)
            if len(whole) < len(lines):
                assert any(isinstance(x, Damage) for x in found)


def test_a_record_without_a_checksum_proves_nothing(lines):
    frames = _frames(lines)
    frames[1] = zstandard.ZstdCompressor(write_checksum=False).compress(lines[1])
    found = list(segment.read(b"".join(frames)))
    assert [x for x in found if isinstance(x, bytes)] == [lines[0], lines[2]]
    assert [x.data for x in found if isinstance(x, Damage)] == [frames[1]]


@given(st.binary(max_size=300), st.integers(0, 3))
def test_rubbish_between_records_hides_none(rubbish, place):
    lines = [b'{"a":1}\n', b'{"b":2}\n', b'{"c":3}\n']
    frames = _frames(lines)
    data = b"".join([*frames[:place], rubbish, *frames[place:]])
    found = [x for x in segment.read(data) if isinstance(x, bytes)]
    assert found[:place] == lines[:place]
    assert len(found) >= 2


@pytest.fixture
def layout(root):
    layout = Layout(root)
    for folder in layout.first_folders():
        folder.mkdir(parents=True, exist_ok=True)
    return layout


def test_a_living_writers_segment_is_not_taken(layout):
    mine = Segment.create(layout, "run-1")
    assert Segment.take_over(mine.path) is None
    assert segment.orphans(layout) == []
    mine.release()
    (found,) = segment.orphans(layout)
    assert found.id == mine.id
    found.release()


def test_a_committed_segment_leaves_nothing(layout):
    mine = Segment.create(layout, "run-1")
    mine.remove()
    assert list(layout.segments.iterdir()) == []
    assert Segment.take_over(mine.path) is None


def test_a_segment_is_readable_with_the_plain_tool(layout, article):
    mine = Segment.create(layout, "run-1")
    mine.append(codec.encode(article()))
    mine.release()
    with mine.path.open("rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read().decode()
    assert [line[:8] for line in text.splitlines()] == ['{"kind":'] * 2
    assert "Перший абзац." in text


LONE = "\ud83d"


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"body": f"a{LONE}b"}, "surrogate", "body"),
        ({"headline": "a\0b"}, "nul", "headline"),
        ({"blocks": (TextBlock("paragraph", LONE),)}, "surrogate", "blocks[0].text"),
        ({"authors": ["Олена"]}, "type", "authors"),
        ({"authors": (None,)}, "type", "authors[0]"),
        ({"body": None}, "type", "body"),
        ({"body": b"bytes"}, "type", "body"),
        ({"article_id": ""}, "empty", "article_id"),
        ({"fetched_at": datetime(2026, 1, 1)}, "naive-datetime", "fetched_at"),
        ({"published_at": datetime(1, 1, 1, tzinfo=UTC)}, "year", "published_at"),
        ({"published_at": datetime(9999, 12, 31, tzinfo=UTC)}, "year", "published_at"),
        ({"published_at": "2026-01-01"}, "type", "published_at"),
        ({"http_status": 2**31}, "number", "http_status"),
        ({"http_status": True}, "type", "http_status"),
        ({"language_confidence": float("nan")}, "number", "language_confidence"),
        ({"extra": "[1]"}, "json", "extra"),
        ({"extra": "{"}, "json", "extra"),
        ({"alternates": (LanguageEvidence("text", "uk"),)}, "type", "alternates"),
    ],
)
def test_poison_is_refused_with_a_reason(article, changes, reason, field):
    with pytest.raises(PoisonRecord) as caught:
        validate(article(**changes))
    assert (caught.value.reason, caught.value.field) == (reason, field)


def test_a_part_of_a_write_is_taken_back(layout):
    """A write the disk took half of must not stand between the records before and after it."""
    mine = Segment.create(layout, "run-1")
    mine.append(b'{"kind":"x"}\n')
    descriptor = mine.borrow()
    os.write(descriptor, b"\x28\xb5\x2f\xfd half")
    os.close(descriptor)
    mine.append(b'{"kind":"y"}\n')
    found = list(segment.read(mine.path.read_bytes()))
    assert [x for x in found if isinstance(x, bytes)][1:] == [b'{"kind":"x"}\n', b'{"kind":"y"}\n']
    mine.release()


def lying(frame, size):
    """The frame with another size in its header, four bytes of it."""
    assert frame[4] >> 6 == 2
    at = 5 if frame[4] & 32 else 6
    return frame[:at] + size.to_bytes(4, "little") + frame[at + 4 :]


@pytest.mark.parametrize("frame", ["large", "says less", "says more", "says nothing"])
def test_a_frame_is_not_unpacked_beyond_what_a_page_may_have(monkeypatch, frame):
    """A true frame of too much, and three that say another size than they have: none becomes a line."""
    monkeypatch.setenv("TRIPTYCH_LARGEST_PAGE", "100000")
    line = b"x" * 90_000 + b"\n"
    packed = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True).compress
    made = {
        "large": packed(b"x" * 100_000 + b"\n"),
        "says less": lying(packed(line), 2000),
        "says more": lying(packed(line), 99_000),
        "says nothing": zstandard.ZstdCompressor(write_checksum=True, write_content_size=False).compress(
            line
        ),
    }[frame]
    good = packed(line)
    assert list(segment.read(good + made + good)) == [line, Damage(len(good), made), line]
