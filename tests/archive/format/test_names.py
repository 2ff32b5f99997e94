"""Names pass the gate whole or not at all: what comes before or behind a good one makes it a bad one."""

import pytest

from archive.exceptions import ArchiveDamaged
from archive.format import gate

HEX = "0123456789abcdef" * 2
DATA = f"_data/articles/ingest_month=2026-03/part-{HEX}.parquet"
PAGE = "_raw/20260301-run-00000.warc.gz"
GOOD = [
    (gate.stored_name, DATA),
    (gate.stored_name, PAGE),
    (gate.stored_name, f"_quarantine/{HEX}.jsonl"),
    (gate.stored_name, f"_purged/{HEX}.json"),
    (gate.stored_name, "_log/00000000000000000012.json"),
    (gate.stored_name, f"_raw/index/{HEX}.cdxj"),
    (gate.data_name, DATA),
    (gate.page_name, PAGE),
    (gate.blanked_name, PAGE),
    (gate.blanked_name, f"_quarantine/{HEX}.jsonl"),
    (gate.hex_id, HEX),
]


@pytest.mark.parametrize(("takes", "name"), GOOD)
def test_a_good_name_is_taken_as_it_is_and_nothing_longer(takes, name):
    assert takes(name) == name
    for bad in (
        f"{name}\n",
        f"{name}/../../x",
        f"{name}.pth",
        f"../{name}",
        f"/{name}",
        f" {name}",
        f"{name}\0",
    ):
        with pytest.raises(ArchiveDamaged, match="expected"):
            takes(bad)


@pytest.mark.parametrize("name", [None, 1, b"_raw/a.warc.gz", ["_raw/a.warc.gz"], ""])
def test_what_is_no_text_is_no_name(name):
    for takes in {takes for takes, _ in GOOD}:
        with pytest.raises(ArchiveDamaged):
            takes(name)


@pytest.mark.parametrize(
    ("table", "month"), [("versions", "2026-03"), ("articles", "2026-04"), ("articles", "../x")]
)
def test_a_data_file_is_of_its_table_and_month(table, month):
    assert gate.data_name(DATA, "articles", "2026-03") == DATA
    with pytest.raises(ArchiveDamaged):
        gate.data_name(DATA, table, month)


@pytest.mark.parametrize(
    ("value", "taken"), [(0, True), (9, True), (10, False), (-1, False), (True, False), ("1", False)]
)
def test_a_number_is_from_nought_to_its_limit(value, taken):
    if taken:
        assert gate.number(value, 9, "a number") == value
    else:
        with pytest.raises(ArchiveDamaged):
            gate.number(value, 9, "a number")


@pytest.mark.parametrize(
    ("value", "taken"), [("", True), ("x" * 5, True), ("x" * 6, False), (5, False), (None, False)]
)
def test_a_text_is_no_longer_than_its_limit(value, taken):
    if taken:
        assert gate.text(value, "a text", 5) == value
    else:
        with pytest.raises(ArchiveDamaged):
            gate.text(value, "a text", 5)
