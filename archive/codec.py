"""Records to JSON lines and back; the plan is read once from the dataclasses' annotations."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from archive.records import (
    AlternateRecord,
    ArticleRecord,
    BlockRecord,
    EvidenceRecord,
    MediaRecord,
    ObservationRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Record = ArticleRecord | ObservationRecord
Nested = AlternateRecord | BlockRecord | EvidenceRecord | MediaRecord
_R = TypeVar("_R")
_FIELDS: dict[type[object], tuple[tuple[str, str], ...]] = {}
_GETTERS: dict[type[object], tuple[tuple[str, ...], attrgetter[tuple[object, ...]]]] = {}
_NESTED_IN: dict[type[object], tuple[str, ...]] = {}
_READERS: dict[type[object], tuple[set[str], tuple[tuple[str, Callable[[Any], object]], ...]]] = {}

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


def nested_in(kind: type[object]) -> tuple[str, ...]:
    """The fields that hold records themselves."""
    if kind not in _NESTED_IN:
        _NESTED_IN[kind] = tuple(n for n, form in fields_of(kind) if form.removesuffix(" | None") in NESTED)
    return _NESTED_IN[kind]


def plain(record: object) -> dict[str, object]:
    """A record's fields as they are, nested records among them."""
    kind = type(record)
    if kind not in _GETTERS:
        names = tuple(name for name, _ in fields_of(kind))
        _GETTERS[kind] = names, attrgetter(*names)
    names, values = _GETTERS[kind]
    return dict(zip(names, values(record), strict=True))


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else plain(value)


def encode(record: Record) -> bytes:
    """One JSON line, UTF-8; the record must have passed archive/validation.py."""
    kind = "article" if isinstance(record, ArticleRecord) else "observation"
    document = {"kind": kind, "record": plain(record)}
    return json.dumps(document, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Record | None:
    """The record; None for a line of another kind, such as the header. ValueError where it is no record."""
    document = json.loads(line)
    kind = KINDS.get(document.get("kind"))
    return None if kind is None else _build(kind, document["record"])


def _build(kind: type[_R], values: dict[str, object]) -> _R:
    names, readers = _readers(kind)
    try:
        if names == values.keys():
            values = {**values}
        else:  # of a writer that knew fewer fields, or more
            values = {name: values[name] for name in names if name in values}
        for name, read in readers:
            if (value := values.get(name)) is not None:
                values[name] = read(value)
        return kind(**values)
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _readers(kind: type[object]) -> tuple[set[str], tuple[tuple[str, Callable[[Any], object]], ...]]:
    """The names of the fields, and how those are read that are not as JSON has them."""
    if kind not in _READERS:
        read = [(name, _reader(form.removesuffix(" | None"))) for name, form in fields_of(kind)]
        others = tuple((name, reader) for name, reader in read if reader is not None)
        _READERS[kind] = {name for name, _ in read}, others
    return _READERS[kind]


def _reader(form: str) -> Callable[[Any], object] | None:
    if form == "datetime":
        return lambda value: datetime.fromisoformat(str(value)).astimezone(UTC)
    if (nested := NESTED.get(form)) is not None:
        return lambda items: tuple(_build(nested, item) for item in items)
    return tuple if form.startswith("tuple") else None
