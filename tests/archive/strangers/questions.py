"""Every method of `archive.open`, asked of an archive that may be altered, and rows that no writer writes."""

import contextlib
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa

from archive.format.schema import PUBLIC
from archive.read.runs import runs


def as_the_reader_likes(convert, *arguments):
    """What another library reads by itself, its own errors included."""
    with contextlib.suppress(ValueError, OverflowError, pa.ArrowException):
        convert(*arguments)


def questions(opened, article_id):
    """Functions that each call a method, or read what it gives; ArchiveError is an answer, no other error."""
    moments = (None, opened.snapshot.committed_at, datetime.now(UTC) - timedelta(days=1))

    def debts():
        with opened.debts() as found:
            return found and list(found.count("courier", datetime.now(UTC)).__dict__)

    return [
        *(lambda n=n, m=m: opened.table(n, as_of=m).to_arrow() for n in PUBLIC for m in moments),
        *(lambda n=n, m=m: opened.table(n, as_of=m).to_pylist() for n in PUBLIC for m in moments),
        *(lambda n=n: opened.table(n).to_pandas() for n in PUBLIC),
        *(lambda n=n: as_the_reader_likes(pd.read_parquet, opened.path(n)) for n in PUBLIC),
        *(lambda n=n: getattr(opened, n)(columns=["commit_seq"]).to_pandas() for n in PUBLIC),
        lambda: opened.path("articles", as_of=moments[1]),
        lambda: len(opened.articles(language="uk", outlet="courier", published=("2026-01-01", None))),
        lambda: list(opened.observations(article_id, url="https://a.example/").batches()),
        lambda: list(opened.versions().batches()),
        lambda: as_the_reader_likes(opened.articles().dataset().to_table),
        lambda: opened.stories("0" * 32).to_arrow(),
        lambda: opened.alignments("0" * 32).to_pandas(),
        lambda: opened.successors("0" * 32),
        opened.judged,
        opened.snapshots,
        lambda: opened.last_counter("archived"),
        lambda: str(opened.diff(article_id, 1, 2)),
        lambda: opened.raw(article_id),
        lambda: opened.raw(article_id, 1),
        lambda: list(runs(opened.root, datetime(2000, 1, 1, tzinfo=UTC))),
        debts,
    ]
