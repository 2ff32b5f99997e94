"""A data file is measured by its pages before memory is taken for it, whatever its footer says."""

import contextlib
import io
import os
import random
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import archive
from archive.exceptions import ArchiveDamaged, WrongSetting
from archive.format import gate
from archive.storage.cache import cache_folder
from archive.tables import data_file_reader, page_headers
from tests.archive.made import make_article

LIMIT = 10_000_000
LONG = "x" * 1_000_000


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setenv("TRIPTYCH_LARGEST_UNPACKED", str(LIMIT))


@pytest.fixture
def file_of(tmp_path):
    def write(array, **options):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        pq.write_table(pa.table({"body": array}), path, compression="zstd", **options)
        return path

    return write


def varint(number):
    number *= 2
    digits = []
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def with_a_lying_footer(path):
    """Say in the footer that the columns unpack to a thousand bytes."""
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8]
    size = pq.read_metadata(path).row_group(0).column(0).total_uncompressed_size
    true = varint(size)
    lie = varint(1000)
    lie = lie[:-1] + bytes([lie[-1] | 128]) + b"\x80" * (len(true) - len(lie) - 1) + b"\0"
    assert true in footer
    path.write_bytes(data[: -8 - length] + footer.replace(true, lie) + data[-8:])
    assert pq.read_metadata(path).row_group(0).column(0).total_uncompressed_size == 1000
    return path


def test_the_measure_is_above_what_is_read_and_not_far(open_writer, root, article):
    with open_writer("run-1") as writer:
        for number in range(300):
            writer.add_article(article(number, text=f"Text {number}. " * 100))
        writer.commit()
    for path in root.rglob("_data/**/*.parquet"):
        taken = pq.ParquetFile(path).read().nbytes
        assert taken <= page_headers.unpacked_size(path) <= 4 * taken + 10_000, path


def test_a_text_in_every_row_is_counted_as_often(small_limit, file_of):
    path = file_of(pa.array([LONG] * 20))
    assert path.stat().st_size < 5000
    with pytest.raises(ArchiveDamaged, match="TRIPTYCH_LARGEST_UNPACKED"):
        data_file_reader.opened(path)


def test_a_text_in_every_list_is_counted_as_often(small_limit, file_of):
    path = file_of(pa.array([[LONG]] * 20))
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.dataset([path], pa.schema({"body": pa.list_(pa.string())}))


def test_a_page_that_unpacks_to_much_is_counted(small_limit, file_of):
    path = file_of(pa.array([LONG] * 20), use_dictionary=False)
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.opened(path)


@pytest.mark.parametrize("options", [{}, {"use_dictionary": False}], ids=["dictionary", "plain"])
def test_a_footer_that_lies_is_not_believed(small_limit, file_of, options):
    path = with_a_lying_footer(file_of(pa.array([LONG[:-1] + str(n % 10) for n in range(20)]), **options))
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.opened(path)


def test_values_without_bytes_are_counted(small_limit, file_of):
    path = file_of(pa.array([None] * 2_000_000, pa.int64()))
    assert path.stat().st_size < 5000
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.opened(path)


def test_an_encoding_that_is_not_ours_is_refused(file_of):
    path = file_of(pa.array([LONG] * 20), use_dictionary=False, column_encoding={"body": "DELTA_BYTE_ARRAY"})
    with pytest.raises(ArchiveDamaged, match="encoding"):
        data_file_reader.opened(path)


def test_a_file_by_another_writer_is_refused(file_of):
    path = file_of(pa.array(["a"]))
    path.write_bytes(path.read_bytes().replace(b"parquet-cpp-arrow", b"parquet-cpp-orrow"))
    with pytest.raises(ArchiveDamaged, match="parquet-cpp-orrow"):
        data_file_reader.opened(path)


def test_many_files_that_are_small_alone_are_counted_together(small_limit, file_of, monkeypatch):
    paths = [file_of(pa.array([LONG] * 8)) for _ in range(3)]
    data_file_reader.check(paths[:1])
    with pytest.raises(ArchiveDamaged, match="3 data files"):
        data_file_reader.check(paths)


@pytest.fixture
def many(tmp_path):
    """Data files as they lie in an archive."""
    folder = tmp_path / "_data" / "articles" / "ingest_month=2026-03"
    folder.mkdir(parents=True)
    paths = [folder / f"part-{number:032x}.parquet" for number in range(20)]
    for path in paths:
        pq.write_table(pa.table({"body": ["text"]}), path, compression="zstd")
    return paths


def test_what_was_measured_is_remembered_by_the_next_process(many, tmp_path):
    data_file_reader.check(many)
    (memory,) = cache_folder(tmp_path, "measured").glob("*.sqlite")
    with contextlib.closing(sqlite3.connect(memory)) as connection:
        (size,) = connection.execute("SELECT sum(size) FROM file").fetchone()
        assert size == sum(map(page_headers.unpacked_size, many))
        # to see that it is asked: as if these files were larger together than they may be
        connection.execute("UPDATE file SET size = ?", (gate.LARGEST_UNPACKED // 10,))
        connection.commit()
    with pytest.raises(ArchiveDamaged, match="20 data files"):
        data_file_reader.check(many)
    memory.write_bytes(b"no database" * 100)
    data_file_reader.check(many)


def test_few_files_are_remembered_where_they_are_large(many, tmp_path, monkeypatch):
    data_file_reader.check(many[:2])
    assert not cache_folder(tmp_path, "measured").exists()
    monkeypatch.setattr(data_file_reader, "_LARGE", many[0].stat().st_size + 1)
    data_file_reader.check(many[:2])
    data_file_reader._measured.cache_clear()
    data_file_reader.check(many[:2])
    assert data_file_reader._measured.cache_info().misses == 0


def test_a_file_that_was_altered_since_is_measured_again(many, small_limit):
    data_file_reader.check(many)
    before = many[3].stat()
    pq.write_table(pa.table({"body": [LONG] * 20}), many[3], compression="zstd")
    os.utime(many[3], ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.check(many)


def test_a_link_does_not_make_a_file_unknown(many, tmp_path):
    """A commit links to every file of its view; the first reader after it measured all of them again."""
    data_file_reader.check(many)
    data_file_reader._measured.cache_clear()
    with data_file_reader.links_change([*many, tmp_path / "missing.parquet"]):
        for path in many:
            path.with_suffix(".link").hardlink_to(path)
    data_file_reader.check(many)
    assert data_file_reader._measured.cache_info().misses == 0


def test_a_file_that_was_altered_while_links_change_is_measured_again(many, small_limit):
    data_file_reader.check(many)
    with data_file_reader.links_change(many):
        pq.write_table(pa.table({"body": [LONG] * 20}), many[3], compression="zstd")
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.check(many)


def test_the_first_reader_after_a_commit_measures_no_file_again(open_writer, root, article, monkeypatch):
    monkeypatch.setattr(data_file_reader, "_MANY", 1)
    with open_writer("run-1") as writer:
        writer.add_article(article(0))
        writer.commit()
        data_file_reader._written.clear()
        archive.open(root).articles().to_arrow()
        writer.add_article(article(1))
        writer.commit()
    data_file_reader._written.clear()
    data_file_reader._measured.cache_clear()
    assert len(archive.open(root).articles().to_arrow()) == 2
    assert data_file_reader._measured.cache_info().misses == 0


def test_what_a_writer_has_written_is_not_measured_again(open_writer, article):
    measured = data_file_reader._measured.cache_info().misses
    with open_writer("run-1") as writer:
        for number in range(3):  # the later commits link to the files of the first, and rewrite its rows
            writer.add_article(article(number))
            writer.add_article(article(0, text=f"Edit {number}."))
            writer.commit()
    assert data_file_reader._measured.cache_info().misses == measured


def test_what_a_writer_has_written_is_measured_once_another_has_altered_it(many, small_limit):
    data_file_reader.note_written(many[3], 100)
    data_file_reader.check([many[3]])
    pq.write_table(pa.table({"body": [LONG] * 20}), many[3], compression="zstd")
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.check([many[3]])


def test_what_a_writer_has_written_may_be_no_larger_either(many, small_limit):
    pq.write_table(pa.table({"body": [LONG] * 20}), many[3], compression="zstd")
    data_file_reader.note_written(many[3], 20 * len(LONG))
    with pytest.raises(ArchiveDamaged, match="too much memory"):
        data_file_reader.check([many[3]])


def test_an_operator_raises_the_limit(small_limit, file_of, monkeypatch):
    path = file_of(pa.array([LONG] * 20))
    monkeypatch.setenv("TRIPTYCH_LARGEST_UNPACKED", "100000000")
    assert data_file_reader.opened(path).read().num_rows == 20


def test_a_limit_that_is_no_number_is_told(monkeypatch):
    monkeypatch.setenv("TRIPTYCH_LARGEST_JSON", "many")
    with pytest.raises(WrongSetting, match="TRIPTYCH_LARGEST_JSON is 'many'"):
        assert gate.LARGEST_JSON


def test_altered_bytes_end_in_an_error_that_is_expected(tmp_path):
    """Wherever they are: in a page's header, the footer, or what is packed."""
    rows = [make_article(n) for n in range(50)]
    columns = {
        "url": [x.url for x in rows],
        "tags": [list(x.tags) for x in rows],
        "at": [x.fetched_at for x in rows],
        "status": [x.http_status for x in rows],
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd", row_group_size=20)
    good = sink.getvalue()
    chance = random.Random(18)
    path = tmp_path / "altered.parquet"
    for _ in range(1000):
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 3, 20))):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        if chance.random() < 0.1:
            del data[chance.randrange(len(data)) :]
        path.write_bytes(data)
        with contextlib.suppress(page_headers.Refused, OSError, pa.ArrowException):
            page_headers.unpacked_size(path)
