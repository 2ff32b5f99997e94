"""Rows that no writer writes, behind every method of `archive.open`: an answer or a sentence of ours.

Each case is one column of one table: of another type, without values or missing, with text that is not UTF-8,
with times and numbers that are nobody's.
"""

import contextlib
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import archive
from archive.exceptions import ArchiveDamaged, ArchiveError
from archive.format.schema import STORED
from tests.archive.conftest import chosen
from tests.archive.strangers.altered import ARTICLE, head_of, make_whole, odd_values, put_data
from tests.archive.strangers.questions import questions

SAMPLE = 20
ROWS = 2
YEAR_28164_BC = -950_900_000_000_000_000
OTHER_TYPES = {
    "number": pa.array([7] * ROWS, pa.int64()),
    "text": pa.array(["x"] * ROWS),
    "fraction": pa.array([0.5] * ROWS),
    "truth": pa.array([True] * ROWS),
    "list": pa.array([["x"]] * ROWS),
    "no UTF-8": pa.Array.from_buffers(
        pa.string(), ROWS, pa.array([b"\xff\xfe"] * ROWS, pa.binary()).buffers()
    ),
    "nothing": pa.nulls(ROWS),
    "time": pa.array([YEAR_28164_BC] * ROWS, pa.timestamp("us", tz="UTC")),
    "seconds": pa.array([2**62] * ROWS, pa.timestamp("s", tz="UTC")),
    "day": pa.array([2**30] * ROWS, pa.date32()),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_whole(tmp_path_factory.mktemp("whole") / "archive")


def plain(field):
    """A column as a writer writes it; ids are those of an article that is there."""
    kind = field.type
    if pa.types.is_list(kind) or (field.nullable and not pa.types.is_string(kind)):
        value = [] if pa.types.is_list(kind) else None
    elif pa.types.is_timestamp(kind):
        value = 1_772_366_400_000_000
    elif pa.types.is_string(kind):
        value = ARTICLE.article_id if field.name.endswith(("_id", "_id_a", "_id_b")) else "uk"
    else:
        value = True if pa.types.is_boolean(kind) else 1
    return pa.array([value] * ROWS, kind)


def columns_of(root, table):
    """The file of a table, the one with the most rows, and its columns; plain ones where it has none."""
    files = [file for file in head_of(root)["files"] if file["table"] == table]
    file = max(files, key=lambda x: x["rows"])
    if file["rows"]:
        rows = pq.ParquetFile(root / file["path"]).read()
        rows = pa.concat_tables([rows] * ROWS).slice(0, ROWS).combine_chunks()
        return file["path"], {x: rows[x] for x in rows.column_names}
    return file["path"], {field.name: plain(field) for field in STORED[table]}


def all_cases():
    for table, schema in STORED.items():
        for field in schema:
            for name in OTHER_TYPES:
                yield table, field.name, name
            yield table, field.name, "missing"
            for number, _ in enumerate(odd_values(field.type)):
                yield table, field.name, number


def write(root, table, column, what):
    path, columns = columns_of(root, table)
    if what == "missing":
        del columns[column]
    elif isinstance(what, int):
        kind = STORED[table].field(column).type
        value = odd_values(kind)[what]
        columns[column] = pa.array([value] * ROWS, kind)
    else:
        columns[column] = OTHER_TYPES[what]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    put_data(root, path, sink.getvalue().to_pybytes(), ROWS)


def asked(root):
    """Errors, other than ours, of every question."""
    try:
        every = questions(archive.open(root), ARTICLE.article_id)
    except ArchiveError:
        return
    for number, question in enumerate(every):
        try:
            question()
        except ArchiveError:
            pass
        except Exception as error:
            yield f"question {number}: {type(error).__name__}: {error}"


def test_no_row_ends_in_an_error_that_is_not_ours(whole, tmp_path):
    wrong = []
    for case in chosen(list(all_cases()), SAMPLE):
        root = tmp_path / "archive"
        shutil.copytree(whole, root, symlinks=True)
        with contextlib.suppress(pa.ArrowInvalid):  # what Arrow does not write cannot be sent either
            write(root, *case)
        wrong += [f"{case}: {text}" for text in asked(root)]
        shutil.rmtree(root)
    assert wrong == []


@pytest.mark.parametrize("what", ["missing", "nothing", "no UTF-8"])
def test_a_row_without_what_each_has_is_damage(whole, tmp_path, what):
    root = shutil.copytree(whole, tmp_path / "archive", symlinks=True)
    write(root, "articles", "url", what)
    rows = archive.open(root).articles(columns=["url"])
    for read in (rows.to_pylist, rows.to_pandas):
        with pytest.raises(ArchiveDamaged, match=r"a row has no url|impossible value|not readable"):
            read()


def test_an_error_in_a_filter_is_the_callers(whole):
    import pyarrow.dataset as ds

    rows = archive.open(whole).articles()
    for wrong in (ds.field("url") > 7, ds.field("nobody") == "x"):
        with pytest.raises(pa.ArrowException):
            rows.where(wrong).to_arrow()
        with pytest.raises(pa.ArrowException):
            len(rows.where(wrong))
