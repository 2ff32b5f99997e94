"""Rows of single articles, read from the data files that hold their latest version."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from archive.format.records import TextBlock
from archive.tables import data_file_reader
from archive.tables.parquet_files import translated_errors

VersionFile = tuple[str, bool, str]
"""article_id, True for its latest version, path of the file."""


PRINTED_COLUMNS = ["headline", "blocks", "left_out"]
PrintedText = tuple[str, tuple[TextBlock, ...], tuple[str, ...]]
"""Headline, blocks, and lines of the page that are no part of the text."""


def printed_text(row: Mapping[str, Any]) -> PrintedText:
    """Read PRINTED_COLUMNS of a row."""
    blocks = tuple(TextBlock(block["kind"], block["text"]) for block in row["blocks"])
    return row["headline"], blocks, tuple(line["text"] for line in row["left_out"] or ())


def latest_rows(
    version_files: Iterable[VersionFile], present_path: Callable[[str], Path], columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield `article_id` and these columns of each article's latest version.

    `present_path` fetches a file that is not on this machine yet. Raises ArchiveDamaged.
    """
    ids_by_path: dict[str, list[str]] = {}
    for article_id, is_latest, path in version_files:
        if is_latest:
            ids_by_path.setdefault(path, []).append(article_id)
    for path, article_ids in ids_by_path.items():
        with translated_errors():
            tables = list(_groups_with(present_path(path), article_ids, ["article_id", *columns]))
        for table in tables:
            yield from table.to_pylist()


def _groups_with(path: Path, article_ids: Sequence[str], columns: list[str]) -> Iterator[pa.Table]:
    """Read only the row groups that hold one of these articles: a file has thousands of texts."""
    file = data_file_reader.opened(path)
    ids = pa.array(article_ids, pa.string())
    for number in range(file.num_row_groups):
        hits = pc.is_in(file.read_row_group(number, columns=["article_id"])["article_id"], value_set=ids)
        if pc.any(hits).as_py():
            yield file.read_row_group(number, columns=columns).filter(hits)
