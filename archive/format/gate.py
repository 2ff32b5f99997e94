"""The gate: the names and numbers that are allowed in the files of an archive.

An archive can come from a stranger. Every name from a manifest, a tombstone, an index, a row or the cache is
checked here before use, and so is every number that decides on memory or time. A refusal raises
ArchiveDamaged. The limits are in docs/reference/settings.md; an operator with a larger archive raises them in
the environment, never in a file of the archive.
"""

import os
import re

from archive.exceptions import ArchiveDamaged, WrongSetting

_QUOTED = 80
LIMITS = {
    "MOST_SNAPSHOTS": 10**8,  # a commit every three seconds for ten years
    "MOST_ROWS": 10**7,  # of a Parquet file; ours have 65,536
    "LARGEST_FILE": 1 << 42,  # bytes of any one file: offsets beyond it are refused
    "LARGEST_JSON": 64 << 20,  # bytes of a manifest, a tombstone, a file of quarantine; 250 a data file
    "LARGEST_BLOCK": 16 << 20,  # bytes of a block of history, unpacked; ours have 4,096 entries and 8 MiB
    "LARGEST_ACCOUNT": 1 << 20,  # bytes of the account of a run; ours have 2 kB
    "LARGEST_PAGE": 64 << 20,  # bytes of a page with its headers, packed or not; a crawl takes 10 MB
    "LARGEST_SEGMENTS": 256 << 20,  # bytes that the records of dead writers unpack to, all together
    "LARGEST_DATA_FILE": 4 << 30,  # bytes of a Parquet file
    "LARGEST_UNPACKED": 1 << 30,  # bytes of a Parquet file in memory; ours of 8,192 articles have 40 MB
    "MOST_UNPACKED_TIMES": 300,  # bytes in memory for each on disk, where more than that is read at once
}
"""Used as `gate.LARGEST_JSON`; TRIPTYCH_LARGEST_JSON in the environment overrides it."""


def __getattr__(name: str) -> int:
    """A limit, as set by the operator. Raises WrongSetting."""
    if name not in LIMITS:
        raise AttributeError(name)
    setting = os.environ.get(f"TRIPTYCH_{name}")
    if not setting:
        return LIMITS[name]
    if not (setting.isascii() and setting.isdecimal() and len(setting) < 19):
        raise WrongSetting(
            f"TRIPTYCH_{name} is {setting[:_QUOTED]!r}; expected a whole number, such as {LIMITS[name]}."
        )
    return int(setting)


_HEX = "[0-9a-f]{32}"
_MONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
_DATA = re.compile(
    rf"_data/(?P<table>[a-z_]{{1,40}})/ingest_month=(?P<month>{_MONTH})/part-{_HEX}\.parquet", re.ASCII
)
_PAGE = r"_raw/[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\.warc\.gz"
_LINE = rf"_quarantine/{_HEX}\.jsonl"
_BLANKED = re.compile(f"{_PAGE}|{_LINE}")
_STORED = re.compile(
    "|".join(
        (
            _DATA.pattern.replace("?P<table>", "?:").replace("?P<month>", "?:"),
            _PAGE,
            _LINE,
            r"_log/[0-9]{20}\.json",
            r"_raw/index/[0-9a-f]{32,64}\.cdxj",
            rf"_purged/{_HEX}\.json",
            rf"_history/[0-9]{{20}}-[0-9]{{20}}-{_HEX}\.json\.zst",
            rf"_runs/[0-9]{{8}}T[0-9]{{12}}-{_HEX}\.json",
        )
    )
)
_PAGE_NAME = re.compile(_PAGE)
_OUTLET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", re.ASCII)
ID = "[0-9a-f]{16,64}"
_ID = re.compile(ID)


def refuse(expected: str, came: object) -> ArchiveDamaged:
    """The error for a value that is not allowed."""
    quoted = ascii(came)
    quoted = quoted if len(quoted) <= _QUOTED else f"{quoted[:_QUOTED]}…"
    return ArchiveDamaged(
        f"The archive is damaged or was made to do harm: expected {expected}, got {quoted}; restore the "
        "file with this value from a backup, or do not use this archive."
    )


def stored_name(name: object) -> str:
    """Check the name of any stored file: data, pages and their index, manifests, tombstones."""
    return _matching(_STORED, name, "the name of a stored file")


def is_stored_name(name: str) -> bool:
    return _STORED.fullmatch(name) is not None


def data_name(name: object, table: object = None, month: object = None) -> str:
    """Check the name of a data file, and its table and month, if given."""
    checked = _matching(_DATA, name, "the name of a data file")
    match = _DATA.fullmatch(checked)
    assert match is not None
    if table is not None and table != match["table"]:
        raise refuse(f"a file of the table {match['table']}", table)
    if month is not None and month != match["month"]:
        raise refuse(f"a file of the month {match['month']}", month)
    return checked


def page_name(name: object) -> str:
    return _matching(_PAGE_NAME, name, "a WARC file in _raw")


def blanked_name(name: object) -> str:
    """Check the name of a file that a purge may overwrite in part."""
    return _matching(_BLANKED, name, "the name of a WARC file or of a file in _quarantine")


def lease_name(outlet: object) -> str:
    """The name of an outlet's lease; an outlet's name is one part of a path and begins with no dot."""
    return f"_leases/{_matching(_OUTLET, outlet, 'the name of an outlet')}.json"


def hex_id(value: object) -> str:
    """Check the id of an article, a story, a segment or a tombstone, or a hash of one."""
    return _matching(_ID, value, "an id of 16 to 64 hex digits")


def number(value: object, most: int, what: str) -> int:
    """Check a whole number from 0 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise refuse(f"{what} from 0 to {most}", value)
    return value


def text(value: object, what: str, most: int = 1000) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise refuse(f"{what} of at most {most} characters", value)
    return value


def _matching(grammar: re.Pattern[str], value: object, what: str) -> str:
    if not isinstance(value, str) or grammar.fullmatch(value) is None:
        raise refuse(what, value)
    return value
