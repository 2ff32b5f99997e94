"""A workbook has the rows of a table, with times as dates; what a cell cannot hold is cut and counted."""

import zipfile
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

import archive
from archive.exceptions import ExportError
from archive.export import xlsx
from archive.export.files import export

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(path):
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            ET.fromstring(book.read(name))
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{MAIN}row")]


@pytest.fixture
def opened(writer, article, root):
    for n, text in enumerate(("=1+1 & <b>\x01", "x" * 40_000)):
        writer.add_article(article(n, "uk", text))
    writer.commit()
    return archive.open(root)


def test_a_workbook_has_all_rows_and_no_formula(opened, tmp_path, noon):
    message = export(opened, str(tmp_path / "a.xlsx"), "xlsx")
    assert message == "2 rows of articles; texts cut at the 32,767 characters of a cell: 2"  # and its blocks
    head, *rows = sheet(tmp_path / "a.xlsx")
    of_row = [dict(zip(head, row, strict=True)) for row in rows]
    assert sorted(len(x["body"]) for x in of_row) == [11, 32_767]
    assert "=1+1 & <b>\ufffd" in [x["body"] for x in of_row]
    at = xlsx._EPOCH + timedelta(days=float(of_row[0]["fetched_at"]))
    assert abs(at - noon) < timedelta(days=2)
    assert b"<f" not in zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml")


def test_a_sheet_that_is_full_is_an_error_and_no_file(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 1)
    with pytest.raises(ExportError, match="A sheet holds 1 rows"):
        export(opened, str(tmp_path / "a.xlsx"), "xlsx")
    assert list(tmp_path.glob("*.xlsx*")) == []
