"""Records to JSON lines and back; the plan is read once from the dataclasses' annotations."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import TypeVar

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
_R = TypeVar("_R")
_FIELDS: dict[type[object], tuple[tuple[str, str], ...]] = {}

KINDS: dict[str, type[Record]] = {"article": ArticleRecord, "observation": ObservationRecord}
NESTED: dict[str, type[Nested]] = {
    f"tuple[{kind.__name__}, ...]": kind
    for kind in (AlternateRecord, BlockRecord, EvidenceRecord, MediaRecord)
}


def fields_of(kind: type[object]) -> tuple[tuple[str, str], ...]:
    """Field names and their annotations, which are strings here: `str | None`, `tuple[BlockRecord, ...]`."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple((field.name, str(field.type)) for field in fields(kind))  # type: ignore[arg-type]
    return _FIELDS[kind]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return {name: getattr(value, name) for name, _ in fields_of(type(value))}


def encode(record: Record) -> bytes:
    """One JSON line, UTF-8; the record must have passed archive/validation.py."""
    kind = "article" if isinstance(record, ArticleRecord) else "observation"
    document = {"kind": kind, "record": _plain(record)}
    return json.dumps(document, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Record | None:
    """The record; None for a line of another kind, such as the header. ValueError where it is no record."""
    document = json.loads(line)
    kind = KINDS.get(document.get("kind"))
    return None if kind is None else _build(kind, document["record"])


def _build(kind: type[_R], values: dict[str, object]) -> _R:
    known = fields_of(kind)
    try:
        return kind(**{name: _value(form, values[name]) for name, form in known if name in values})
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _value(form: str, value: object) -> object:
    if value is None:
        return None
    if form.startswith("datetime"):
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    if (nested := NESTED.get(form.removesuffix(" | None"))) is not None:
        return tuple(_build(nested, item) for item in value)  # type: ignore[attr-defined]
    if form.startswith("tuple"):
        return tuple(value)  # type: ignore[arg-type]
    return value
