"""Numbers of the charts of one snapshot, made by who fills the side file and kept beside it.

Of a large archive they take seconds to make, so no page makes them; a page needs no pandas to draw them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from archive.tables.parquet_files import translated_errors

if TYPE_CHECKING:
    from archive.read.archive import Archive

_DEFINITIONS = Path(__file__).with_name("figure_frames.py")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of one figure; a day is written as in ISO 8601."""

    columns: list[str]
    rows: list[dict[str, object]]
    recipe: str


@dataclass(frozen=True, slots=True)
class StoredFigures:
    snapshot: int
    numbers: dict[str, Numbers]


def make(archive: Archive) -> StoredFigures:
    """Make the numbers of all figures. Raises the errors of reading an archive."""
    from archive.viewer.figure_frames import PROVEN, recipe  # noqa: PLC0415  pandas, 1 s and 50 MB: pages need none

    numbers: dict[str, Numbers] = {}
    for name, make_frame in PROVEN.items():
        with translated_errors():
            frame = make_frame(archive).astype(object)
        if "day" in frame:
            frame["day"] = frame["day"].map(str)
        frame = frame.where(frame.notna(), None)  # JSON has no NaN
        columns = list(map(str, frame.columns))
        rows = [dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False)]
        numbers[name] = Numbers(columns, rows, recipe(make_frame))
    return StoredFigures(archive.snapshot.id, numbers)


def store(archive: Archive, path: Path) -> None:
    """Make the numbers of a snapshot and keep them, unless they are there."""
    stored = read(path)
    if stored is None or stored.snapshot != archive.snapshot.id:
        write(path, make(archive))


def write(path: Path, figures: StoredFigures) -> None:
    unfinished = path.with_suffix(".new")
    content = {"definitions": _definitions(), **asdict(figures)}
    unfinished.write_text(json.dumps(content, ensure_ascii=False), "utf-8", "surrogatepass")
    unfinished.replace(path)


def read(path: Path) -> StoredFigures | None:
    """Read what was kept; None where there is nothing, or it was made by other definitions."""
    try:
        content = json.loads(path.read_text("utf-8", "surrogatepass"))
        if content["definitions"] != _definitions():
            return None
        numbers = {name: Numbers(**values) for name, values in content["numbers"].items()}
        return StoredFigures(int(content["snapshot"]), numbers)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


@cache
def _definitions() -> str:
    return hashlib.sha256(_DEFINITIONS.read_bytes()).hexdigest()
