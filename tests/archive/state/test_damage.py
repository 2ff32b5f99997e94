"""A damaged cache against crawls, commits and look-ups: nothing is lost or doubled, no error comes out."""

import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

import archive
from archive.exceptions import ArchiveError
from archive.format.layout import Layout
from archive.format.records import Alternate, Decisions, ObservationRecord
from archive.operations import maintain
from archive.state import fingerprint
from archive.storage.cache import cache_folder
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.archive.made import NOON, make_article
from tests.archive.state import damages

SCALE = int(os.environ.get("TRIPTYCH_FAULTS", "1"))
HOUR = timedelta(hours=1)


def make_look(url, outcome="failed", reason="http-404", status=404, at=NOON, **changes):
    return replace(ObservationRecord(url, url, "courier", outcome, reason, at, status, "run-1"), **changes)


def fill(root, article, look, noon, first=1):
    """Four commits; the log of the cache before the last one is kept beside it."""
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for number in range(first, first + 4):
            writer.add_article(article(number, text=f"A{number}"))
        writer.commit()
        writer.add_article(article(first, text="B", fetched_at=noon + HOUR))
        english = (Alternate("uk", article(first).url, "switcher"),)
        writer.add_article(article(first, "en", alternates=english, story_key="k", fetched_at=noon + HOUR))
        writer.add_observation(look(article(first + 1).url, at=noon + HOUR))
        writer.add_observation(look("https://courier.example/uk/news/404", at=noon + HOUR))
        writer.add_observation(look("https://courier.example/uk/news/503", reason="http-503", status=503))
        writer.commit(lambda fresh, related: Decisions((), ()))
        shutil.copyfile(Layout(root).state.with_name("state.sqlite-wal"), root / "log-left")
        writer.add_article(article(first + 2, text="C", fetched_at=noon + 2 * HOUR))
        writer.commit()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    fill(folder / "whole", make_article, make_look, NOON)
    fill(folder / "other", make_article, make_look, NOON, first=50)
    shutil.copytree(folder / "whole", folder / "earlier", symlinks=True)
    with ArchiveWriter.open(folder / "whole", run_id="run-2") as writer:
        writer.add_article(make_article(9))
        writer.commit()
    return folder


def adopt(root):
    """Make a copied cache one that was made here and is as it was left."""
    state = root / "state.sqlite"
    number = int.from_bytes(state.read_bytes()[60:64], "big")
    stamp = cache_folder(root.resolve(), "state")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(f"{state.stat().st_ino} {number}\n")
    fingerprint.note(Layout(root))


def use(root, article, look, noon):
    """A crawl over the archive as it is; returns an ArchiveError where one came."""
    with archive.open(root).debts() as debts:
        if debts is not None:
            debts.count("courier", noon + 3 * HOUR)
    with ArchiveWriter.open(root, run_id="run-3") as writer:
        crawl(writer, article, look, noon)


def crawl(writer, article, look, noon):
    for number in range(12):
        writer.known(article(number).url)
        writer.last_observation(article(number).url)
    writer.debts().count("courier", noon + 3 * HOUR)
    writer.add_article(article(1, text="B2", fetched_at=noon + 5 * HOUR))  # edited
    writer.add_article(article(2, text="A2", fetched_at=noon + 5 * HOUR))  # unchanged
    writer.add_article(article(3, text="A3", fetched_at=noon + 5 * HOUR))  # back to the first text
    writer.add_article(article(20, fetched_at=noon + 5 * HOUR))  # new
    writer.add_observation(look(article(4).url, at=noon + 5 * HOUR))
    ids = [article(number).article_id for number in (1, 2, 3, 4)]
    writer.commit(lambda fresh, related: Decisions((), ()), about=ids)


def wrong(root, reference):
    """Lost and doubled rows of an archive, against one whose cache was whole."""
    keys = {
        "versions": ["article_id", "version", "content_hash"],
        "articles": ["article_id", "version"],
        "observations": ["requested_url", "observed_at", "outcome"],
        "stories": ["story_id"],
    }
    lost = doubled = 0
    for table, columns in keys.items():
        here, there = (
            pd.read_parquet(x / table)[columns].astype(str).apply(tuple, axis=1) for x in (root, reference)
        )
        lost += len(set(there) - set(here))
        doubled += len(here) - len(set(here) & set(there))
    return lost, doubled


@pytest.fixture(scope="module")
def reference(template, tmp_path_factory):
    root = tmp_path_factory.mktemp("reference") / "archive"
    shutil.copytree(template / "whole", root, symlinks=True)
    use(root, make_article, make_look, NOON)
    assert grave(root) == []
    return root


def used(  # noqa: PLR0917
    root, template, damage, article, look, noon, *, unseen=False
):
    """Damage a copy of the cache and crawl over it; what went wrong, in words."""
    shutil.copytree(template / "whole", root, symlinks=True)
    adopt(root)
    damage(root / "state.sqlite")
    if unseen and (root / "state.sqlite").exists():
        adopt(root)
    try:
        use(root, article, look, noon)
    except ArchiveError as error:
        return f"refused: {error}"
    return None


@pytest.mark.parametrize("part", range(8))
def test_no_damage_of_the_cache_loses_or_doubles_a_row(  # noqa: PLR0917
    template, reference, tmp_path, article, look, noon, tally, part
):
    chosen = _chosen(template, part)
    lost = doubled = torn = 0
    for number, (name, damage) in enumerate(chosen):
        root = tmp_path / f"{number}"
        refused = used(root, template, damage, article, look, noon)
        assert refused is None, name
        here = wrong(root, reference)
        findings = grave(root)
        assert (name, here, findings) == (name, (0, 0), [])
        lost, doubled, torn = lost + here[0], doubled + here[1], torn + len(findings)
        shutil.rmtree(root)
    tally("a damaged cache, one part of eight", len(chosen), 12 * len(chosen), lost, doubled, torn)


@pytest.mark.parametrize("part", range(8))
def test_damage_below_the_file_system_ends_in_a_sentence_or_a_rebuild(  # noqa: PLR0917
    template, tmp_path, article, look, noon, part
):
    """Bytes that change without the file system: the fingerprint is right. What comes in twice is mended.

    A story that every article was given by the damage may stay without its row: `verify` tells.
    """
    for number, (name, damage) in enumerate(_chosen(template, part)):
        root = tmp_path / f"{number}"
        refused = used(root, template, damage, article, look, noon, unseen=True)
        assert refused is None or "repair" in refused, name
        maintain.repair(root, rebuild=True)
        assert (name, [text for text in grave(root) if "is there" in text]) == (name, [])
        shutil.rmtree(root)


def test_damage_while_a_writer_is_open_is_found_by_its_next_commit(  # noqa: PLR0917
    template, reference, tmp_path, article, look, noon
):
    for number, (name, damage) in enumerate(_chosen(template, 3, most=6)):
        root = tmp_path / f"{number}"
        shutil.copytree(template / "whole", root, symlinks=True)
        with ArchiveWriter.open(root, run_id="run-3") as writer:
            damage(root / "state.sqlite")
            crawl(writer, article, look, noon)
        assert (name, wrong(root, reference), grave(root)) == (name, (0, 0), [])


def _chosen(template, part, most=3):
    """An eighth of all damages; in the short form a few of them, from all kinds."""
    state = template / "whole" / "state.sqlite"
    found = [*damages.all_of(state, template / "earlier", template / "other")][part::8]
    return found if SCALE > 1 else found[:: max(1, len(found) // most)]


def test_the_rebuild_is_told_in_one_line(  # noqa: PLR0917
    template, tmp_path, article, look, noon, caplog
):
    damage = dict(damages.all_of(*(template / x for x in ("whole/state.sqlite", "earlier", "other"))))
    used(tmp_path / "a", template, damage["place without rows"], article, look, noon)
    told = [record.message for record in caplog.records if "state.sqlite" in record.message]
    assert len(told) == 1
    assert "is rebuilt from the log" in told[0]


def test_a_cache_as_it_was_left_is_not_rebuilt(  # noqa: PLR0917
    template, tmp_path, article, look, noon, caplog
):
    root = tmp_path / "a"
    shutil.copytree(template / "whole", root, symlinks=True)
    adopt(root)
    inode = (root / "state.sqlite").stat().st_ino
    for number in range(3):
        with ArchiveWriter.open(root, run_id=f"run-{number}") as writer:
            writer.add_article(article(30 + number))
            writer.commit()
        maintain.gc(root)
        archive.open(root).articles().to_pandas()
    assert (root / "state.sqlite").stat().st_ino == inode
    assert "state.sqlite" not in caplog.text


@pytest.mark.parametrize("is_copied", [True, False])
def test_a_log_without_anything_to_copy_may_be_removed_by_whoever_closes_last(tmp_path, article, is_copied):
    """A reader of another process closes without our lock; of three writers at once two rebuilt the cache."""
    with ArchiveWriter.open(tmp_path / "news", run_id="run-1") as writer:
        writer.add_article(article())
        writer.commit()
    layout = Layout(tmp_path / "news")
    reader = sqlite3.connect(layout.state, isolation_level=None)
    reader.execute("INSERT INTO segment VALUES ('of another writer')")
    reader.execute("PRAGMA wal_checkpoint(PASSIVE)")
    fingerprint.note(layout, is_copied=is_copied)
    assert fingerprint.is_noted(layout)
    reader.close()
    assert fingerprint.is_noted(layout) == is_copied
