"""Contenders that store the same rows: write(batch, seq) commits; three readers; the bytes of the table."""

# ruff: noqa: PLC0415  only a child imports Arrow, so that each one's memory is its own

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from storage.invented import pair, table_of
from storage.measures import size_of

if TYPE_CHECKING:
    from pathlib import Path


class Triptych:
    package = "pyarrow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        from archive.writer import ArchiveWriter

        self.writer = ArchiveWriter.open(self.folder, run_id="run-1")

    def write(self, batch: list[object], _seq: int) -> None:
        for record in batch:
            self.writer.add_article(record)
        self.writer.commit(pair)

    def end(self) -> None:
        self.writer.close()

    def full(self) -> object:
        return self._open().articles().to_arrow()

    def two(self) -> object:
        return self._open().articles(columns=["outlet", "published_at"]).to_arrow()

    def past(self) -> object:
        opened = self._open()
        snapshots = opened.snapshots()
        return opened.articles(as_of=snapshots[len(snapshots) // 2].committed_at).to_arrow()

    def _open(self) -> object:
        import archive

        return archive.open(self.folder)

    def bytes(self) -> int:
        return sum(file.bytes for file in self._open().snapshot.stored("articles"))


class Delta:
    package = "deltalake"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        import deltalake

        self.api = deltalake

    def write(self, batch: list[object], seq: int) -> None:
        self.api.write_deltalake(str(self.folder), table_of(batch, seq), mode="append")

    def end(self) -> None:
        pass

    def _table(self, version: int | None = None) -> object:
        import deltalake

        return deltalake.DeltaTable(str(self.folder), version=version)

    def full(self) -> object:
        return self._table().to_pyarrow_table()

    def two(self) -> object:
        return self._table().to_pyarrow_table(columns=["outlet", "published_at"])

    def past(self) -> object:
        return self._table(self._table().version() // 2).to_pyarrow_table()

    def bytes(self) -> int:
        return size_of(self.folder, ".parquet")


class Iceberg:
    package = "pyiceberg"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def begin(self) -> None:
        from archive.format.schema import ARTICLES

        catalog = self._catalog()
        catalog.create_namespace("news")
        self.table = catalog.create_table("news.articles", schema=ARTICLES)

    def write(self, batch: list[object], seq: int) -> None:
        self.table.append(table_of(batch, seq))

    def end(self) -> None:
        pass

    def _catalog(self) -> object:
        from pyiceberg.catalog.sql import SqlCatalog

        return SqlCatalog("news", uri=f"sqlite:///{self.folder}/catalog.db", warehouse=self.folder.as_uri())

    def _scan(self, **options: object) -> object:
        return self._catalog().load_table("news.articles").scan(**options).to_arrow()

    def full(self) -> object:
        return self._scan()

    def two(self) -> object:
        return self._scan(selected_fields=("outlet", "published_at"))

    def past(self) -> object:
        snapshots = self._catalog().load_table("news.articles").metadata.snapshots
        return self._scan(snapshot_id=snapshots[(len(snapshots) - 1) // 2].snapshot_id)

    def bytes(self) -> int:
        return size_of(self.folder, ".parquet")


class Naive:
    """One file a crawl: to_parquet with pandas' defaults, and fsync."""

    package = "pyarrow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def begin(self) -> None:
        pass

    def write(self, batch: list[object], seq: int) -> None:
        import pyarrow.parquet as pq

        path = self.folder / f"crawl-{seq:06d}.parquet"
        pq.write_table(table_of(batch, seq), path)
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def end(self) -> None:
        pass

    def _read(self, columns: list[str] | None = None) -> object:
        import pyarrow.parquet as pq

        return pq.read_table(self.folder, columns=columns)

    def full(self) -> object:
        return self._read()

    def two(self) -> object:
        return self._read(["outlet", "published_at"])

    past = None  # it keeps no history

    def bytes(self) -> int:
        return size_of(self.folder, ".parquet")


KINDS = {"triptych": Triptych, "delta": Delta, "iceberg": Iceberg, "naive": Naive}
