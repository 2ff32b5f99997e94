"""Encoding and decoding of records as JSON lines; fields and types are those of the dataclasses."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from archive.exceptions import PoisonRecord
from archive.format.records import PARTS, ArticleRecord, ObservationRecord, Part

Record = ArticleRecord | ObservationRecord

KINDS: dict[str, type[Record]] = {"article": ArticleRecord, "observation": ObservationRecord}
NESTED: dict[str, type[Part]] = {f"tuple[{kind.__name__}, ...]": kind for kind in PARTS}
_YEARS = range(1678, 2262)
"""Years that a nanosecond clock can hold: some readers silently wrap around outside of them."""
_NOT_EMPTY = frozenset({"article_id", "outlet", "url", "requested_url", "content_hash", "outcome", "run_id"})


class _Line(msgspec.Struct):
    kind: str | None = None
    record: msgspec.Raw = msgspec.Raw(b"null")


_LINE = msgspec.json.Decoder(_Line)
_RECORDS = {kind: msgspec.json.Decoder(record) for kind, record in KINDS.items()}
_NAMES = {record: kind for kind, record in KINDS.items()}


def _plan(kind: type[object]) -> tuple[tuple[str, str, bool], ...]:
    """Name and type of each field, as annotated: `str`, `tuple[TextBlock, ...]`; True if it may be None."""
    plan = []
    for name, form in kind.__annotations__.items():
        plan.append((name, form.removesuffix(" | None"), form.endswith("| None")))
    return tuple(plan)


_PLANS = {kind: _plan(kind) for kind in (*KINDS.values(), *PARTS)}


def plain(record: object) -> dict[str, object]:
    """Convert a record into a mapping; nested records too, times as they are."""
    row: dict[str, object] = msgspec.to_builtins(record, builtin_types=(datetime,))
    return row


def encode(record: Record) -> bytes:
    """Encode a record that has passed `validate`: one JSON line, UTF-8, times in UTC."""
    line = {"kind": _NAMES[type(record)], "record": _in_utc(record)}
    return msgspec.json.encode(line) + b"\n"


def _in_utc(record: Record) -> Record:
    """Convert times to UTC: msgspec cuts the seconds off an offset (Kyiv until 1924: +02:02:04)."""
    converted = {}
    for name, base, _ in _PLANS[type(record)]:
        if base == "datetime":
            value = getattr(record, name)
            if value is not None and value.tzinfo is not UTC:
                converted[name] = value.astimezone(UTC)
    return replace(record, **converted) if converted else record


def decode(line: bytes) -> Record | None:
    """Decode a line; None for another kind of line, such as the header. ValueError if it is invalid."""
    try:
        read = _LINE.decode(line)
        decoder = _RECORDS.get(read.kind or "")
        return None if decoder is None else decoder.decode(read.record)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a record: {error}") from error


# Validation of a record before it enters a segment.
#
# One bad value would make the complete Parquet file fail, so records are checked here, one at a time. Text is
# never altered: a record with a lone surrogate or a NUL is refused; the caller must clean its text first.


def validate(record: Record) -> None:
    """Raise PoisonRecord if the record cannot be stored unaltered."""
    _check(record, "")
    extra = getattr(record, "extra", None)
    if extra is not None:
        try:
            is_object = isinstance(json.loads(extra), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise PoisonRecord("json", "extra", f"expected a JSON object, got {extra[:80]!r}")


def _check(record: Record | Part, prefix: str) -> None:
    for name, base, optional in _PLANS[type(record)]:
        value = getattr(record, name)
        if value is None and optional:
            continue
        field = prefix + name
        if base == "str":
            _check_text(field, value)
            if not value and name in _NOT_EMPTY:
                raise PoisonRecord("empty", field, "expected text, got none")
        elif base == "datetime":
            _check_time(field, value)
        elif base in {"int", "float"}:
            _check_number(field, value, base)
        else:
            _check_items(field, value, base)


def _check_items(field: str, value: object, form: str) -> None:
    if not isinstance(value, tuple):
        raise PoisonRecord("type", field, f"expected a tuple, got {type(value).__name__}")
    nested = NESTED.get(form)
    for position, item in enumerate(value):
        if nested is None:
            _check_text(f"{field}[{position}]", item)
        elif isinstance(item, nested):
            _check(item, f"{field}[{position}].")
        else:
            raise PoisonRecord(
                "type", field, f"expected {nested.__name__} at {position}, got {type(item).__name__}"
            )


def _check_text(field: str, value: object) -> None:
    if type(value) is not str:
        raise PoisonRecord("type", field, f"expected text, got {type(value).__name__}")
    if "\0" in value:
        raise PoisonRecord("nul", field, "a NUL character")
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise PoisonRecord("surrogate", field, f"a lone surrogate at character {error.start}") from None


def _check_time(field: str, value: object) -> None:
    if not isinstance(value, datetime):
        raise PoisonRecord("type", field, f"expected a datetime, got {type(value).__name__}")
    if value.utcoffset() is None:
        raise PoisonRecord("naive-datetime", field, f"{value.isoformat()} names no time zone")
    if value.year not in _YEARS:
        raise PoisonRecord("year", field, f"year {value.year} is outside {_YEARS[0]}-{_YEARS[-1]}")


def _check_number(field: str, value: object, form: str) -> None:
    allowed = (int,) if form == "int" else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise PoisonRecord("type", field, f"expected a number ({form}), got {type(value).__name__}")
    if form == "int" and not -(2**31) <= value < 2**31:
        raise PoisonRecord("number", field, f"{value} does not fit 32 bits")
    if form == "float" and not math.isfinite(value):
        raise PoisonRecord("number", field, f"{value} is not a finite number")
