"""Rows as a workbook of one sheet (ISO/IEC 29500), written as they are read; no text in it is a formula."""

import re
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from archive.exceptions import ExportError
from archive.read.scan import RowSet

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading."""
MOST_CHARACTERS = 32_767
_CUT = " […]"
_BATCH = 2048
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = Path(__file__).with_suffix(".toml")
_HEAD = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<sheetData>"
)


def write(
    file: BinaryIO, rows: RowSet, text_of: Callable[[object], str], progress: Callable[[int], None]
) -> tuple[int, int]:
    """Write rows; return their number, and that of texts cut at what a cell can hold.

    `text_of` writes a list or a struct. Raises ExportError for more rows than a sheet has.
    """
    names = rows.schema.names
    count = cut = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in tomllib.loads(_PARTS.read_text("utf-8")).items():
            book.writestr(zipfile.ZipInfo(name), _XML + "".join(content.splitlines()))
        info = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        info.compress_type = zipfile.ZIP_DEFLATED
        with book.open(info, "w", force_zip64=True) as sheet:
            heading = "".join(f'<c t="inlineStr" s="2"><is><t>{name}</t></is></c>' for name in names)
            sheet.write(f"{_XML}{_HEAD}<row>{heading}</row>".encode())
            for batch in rows.batches(_BATCH):
                count += batch.num_rows
                if count > MOST_ROWS:
                    raise ExportError(
                        f"A sheet holds {MOST_ROWS:,} rows: choose fewer, or export csv or parquet."
                    )
                for row in batch.to_pylist():
                    line, cut_in_row = _row([row[name] for name in names], text_of)
                    sheet.write(line)
                    cut += cut_in_row
                progress(batch.num_rows)
            sheet.write(b"</sheetData></worksheet>")
    return count, cut


def _row(values: Sequence[object], text_of: Callable[[object], str]) -> tuple[bytes, int]:
    cells = []
    cut = 0
    for value in values:
        if value is None:
            cells.append("<c/>")
        elif isinstance(value, bool):
            cells.append(f'<c t="b"><v>{int(value)}</v></c>')
        elif isinstance(value, int | float):
            cells.append(f"<c><v>{value!r}</v></c>")
        elif isinstance(value, datetime) and value.year > 1900:
            cells.append(f'<c s="1"><v>{(value.astimezone(UTC) - _EPOCH).total_seconds() / 86400!r}</v></c>')
        else:
            text = value if isinstance(value, str) else text_of(value)
            if len(text) > MOST_CHARACTERS:
                text = text[: MOST_CHARACTERS - len(_CUT)] + _CUT
                cut += 1
            text = escape(_NOT_XML.sub("\ufffd", text))
            cells.append(f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    return f"<row>{''.join(cells)}</row>".encode(), cut
