"""Records to JSON lines and back; their fields and types are the dataclasses' own."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import msgspec

from archive.records import (
    AlternateRecord,
    ArticleRecord,
    BlockRecord,
    EvidenceRecord,
    MediaRecord,
    ObservationRecord,
)

Record = ArticleRecord | ObservationRecord
Nested = AlternateRecord | BlockRecord | EvidenceRecord | MediaRecord
_FIELDS: dict[type[object], tuple[tuple[str, str], ...]] = {}

KINDS: dict[str, type[Record]] = {"article": ArticleRecord, "observation": ObservationRecord}
NESTED: dict[str, type[Nested]] = {
    f"tuple[{kind.__name__}, ...]": kind
    for kind in (AlternateRecord, BlockRecord, EvidenceRecord, MediaRecord)
}


class _Line(msgspec.Struct):
    kind: str | None = None
    record: msgspec.Raw = msgspec.Raw(b"null")


_LINE = msgspec.json.Decoder(_Line)
_RECORDS = {kind: msgspec.json.Decoder(record) for kind, record in KINDS.items()}
_NAMES = {record: kind for kind, record in KINDS.items()}


def fields_of(kind: type[object]) -> tuple[tuple[str, str], ...]:
    """Field names and their annotations, which are strings here: `str | None`, `tuple[BlockRecord, ...]`."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple((field.name, str(field.type)) for field in fields(kind))  # type: ignore[arg-type]
    return _FIELDS[kind]


def plain(record: object) -> dict[str, object]:
    """A record's fields; nested records as mappings, times as they are."""
    row: dict[str, object] = msgspec.to_builtins(record, builtin_types=(datetime,))
    return row


def encode(record: Record) -> bytes:
    """One JSON line, UTF-8, times in UTC; the record must have passed archive/validation.py."""
    line = {"kind": _NAMES[type(record)], "record": _in_utc(record)}
    return msgspec.json.encode(line) + b"\n"


def _in_utc(record: Record) -> Record:
    """The record, times in UTC: msgspec cuts the seconds off an offset (Kyiv until 1924: +02:02:04)."""
    others = {
        name: value.astimezone(UTC)
        for name, form in fields_of(type(record))
        if form.startswith("datetime")
        and (value := getattr(record, name)) is not None
        and value.tzinfo is not UTC
    }
    return replace(record, **others) if others else record


def decode(line: bytes) -> Record | None:
    """The record; None for a line of another kind, such as the header. ValueError where it is no record."""
    try:
        read = _LINE.decode(line)
        decoder = _RECORDS.get(read.kind or "")
        return None if decoder is None else decoder.decode(read.record)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a record: {error}") from error
