"""Links in an archive that lead elsewhere: each is damage, at whatever depth it lies."""

import shutil

import pytest

import archive
from archive.exceptions import ArchiveDamaged
from archive.format.layout import TABLES
from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page


def write(root):
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        writer.add_article(*make_page(make_article(1)))
        writer.commit()


@pytest.fixture
def stored(copied, root):
    copied(write, root)
    return root


def led_away(path, tmp_path):
    """The same bytes, behind a link to outside of the archive."""
    away = tmp_path / "elsewhere"
    shutil.move(path, away)
    path.symlink_to(away)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_no_folder_and_no_file_of_data_is_a_link(stored, tmp_path, depth):
    file = archive.open(stored).snapshot.stored("articles")[0].path
    led_away(stored.joinpath(*file.split("/")[:depth]), tmp_path)
    with pytest.raises(ArchiveDamaged, match="got a link to elsewhere"):
        archive.open(stored).articles().to_pandas()


@pytest.mark.parametrize("name", ["_raw", "_log", "_wal", "_quarantine", "_views", "_tmp", "state.sqlite"])
def test_nothing_at_the_top_is_a_link_but_the_tables(stored, tmp_path, name):
    led_away(stored / name, tmp_path)
    with pytest.raises(ArchiveDamaged, match="got a link to elsewhere"):
        archive.open(stored)


@pytest.mark.parametrize("table", [*TABLES, "_views/current"])
def test_a_table_leads_to_the_views_of_its_own_archive(stored, tmp_path, table):
    away = tmp_path / "elsewhere"
    away.mkdir()
    (stored / table).unlink()
    (stored / table).symlink_to(away)
    with pytest.raises(ArchiveDamaged, match="expected a link to a view of this archive"):
        archive.open(stored)
