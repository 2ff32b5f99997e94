"""A damaged cache against crawls, commits and look-ups: nothing is lost or doubled, no error comes out."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

import archive
from archive.exceptions import ArchiveError
from archive.format.layout import Layout
from archive.format.records import Alternate, Decisions, Membership, PairRecord, RefusalRecord
from archive.operations import maintain
from archive.state import fingerprint
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.archive.state import damages

SCALE = int(os.environ.get("TRIPTYCH_FAULTS", "1"))
HOUR = timedelta(hours=1)


def pair(noon):
    def decide(fresh, related):
        everything = sorted({x.article_id: x for x in (*fresh, *related)}.values(), key=lambda x: x.article_id)
        first, *rest = everything
        pairs = [PairRecord(first.article_id, x.article_id, "hreflang", True, 0.5, "{}", noon) for x in rest]
        refusals = [RefusalRecord(first.article_id, rest[0].article_id, "too-far", "hreflang", None, noon)]
        return Decisions(
            tuple(pairs),
            tuple(Membership(x.article_id, first.story_id) for x in rest),
            refusals=tuple(refusals) if "RefusalRecord" in globals() and rest else (),
        )

    return decide


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
    from tests.archive.conftest import NOON, make_article  # noqa: PLC0415
    from archive.format.records import ObservationRecord  # noqa: PLC0415

    def look(url, outcome="failed", reason="http-404", status=404, at=NOON, **changes):
        return replace(ObservationRecord(url, url, "courier", outcome, reason, at, status, "run-1"), **changes)

    folder = tmp_path_factory.mktemp("damage")
    fill(folder / "whole", make_article, look, NOON)
    fill(folder / "other", make_article, look, NOON, first=50)
    shutil.copytree(folder / "whole", folder / "earlier", symlinks=True)
    with ArchiveWriter.open(folder / "whole", run_id="run-2") as writer:
        writer.add_article(make_article(9))
        writer.commit()
    return folder


def use(root, article, look, noon):
    """A crawl over the archive as it is; returns an ArchiveError where one came."""
    with archive.open(root).debts() as debts:
        if debts is not None:
            debts.owed("courier", noon + 3 * HOUR)
    with ArchiveWriter.open(root, run_id="run-3") as writer:
        crawl(writer, article, look, noon)


def crawl(writer, article, look, noon):
    for number in range(12):
        writer.known(article(number).url)
        writer.last_observation(article(number).url)
    writer.debts().owed("courier", noon + 3 * HOUR)
    writer.add_article(article(1, text="B2", fetched_at=noon + 5 * HOUR))  # edited
    writer.add_article(article(2, text="A2", fetched_at=noon + 5 * HOUR))  # unchanged
    writer.add_article(article(3, text="A3", fetched_at=noon + 5 * HOUR))  # back to the first text
    writer.add_article(article(20, fetched_at=noon + 5 * HOUR))  # new
    writer.add_observation(look(article(4).url, at=noon + 5 * HOUR))
    ids = [article(number).article_id for number in (1, 2, 3, 4)]
    writer.commit(lambda fresh, related: Decisions((), ()), about=ids)


EXPECTED = {("A1",): 0}


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
    from tests.archive.conftest import NOON, make_article  # noqa: PLC0415
    from archive.format.records import ObservationRecord  # noqa: PLC0415

    def look(url, outcome="failed", reason="http-404", status=404, at=NOON, **changes):
        return replace(ObservationRecord(url, url, "courier", outcome, reason, at, status, "run-1"), **changes)

    root = tmp_path_factory.mktemp("reference") / "archive"
    shutil.copytree(template / "whole", root, symlinks=True)
    use(root, make_article, look, NOON)
    assert grave(root) == []
    return root


def test_x(template, reference, tmp_path, article, look, noon, tally):
    state = template / "whole" / "state.sqlite"
    for hidden in (False, True):
        bad = []
        n = 0
        for name, damage in damages.all_of(state, template / "earlier", template / "other"):
            n += 1
            root = tmp_path / "a"
            shutil.copytree(template / "whole", root, symlinks=True)
            fingerprint.note(Layout(root))
            damage(root / "state.sqlite")
            if hidden:
                fingerprint.note(Layout(root))
            try:
                use(root, article, look, noon)
            except ArchiveError as error:
                bad.append((name, "refused", str(error)[:150]))
            except Exception as error:
                bad.append((name, "ERROR", repr(error)[:150]))
            g = []
            try:
                w = wrong(root, reference)
                g = grave(root)
            except Exception as error:
                w = (repr(error)[:80], 1)
            if w != (0, 0) or g:
                bad.append((name, "WRONG", w, g[:2]))
            print(n, name, bad[-1] if bad and bad[-1][0]==name else "", flush=True)
            shutil.rmtree(root)
        print(hidden, n, len(bad), flush=True)
        for b in bad:
            print("  ", b)
