"""pywb itself serves a collection, and the import reads it; pywb and wacz read what we export."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crawler.importing.indexes.cdx_server import Collection
from tests.crawler.importing.indexes.test_import_indexes import PAST, Import
from tests.support.running import ROOT, Crawl, archive_prints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running import Run

PROGRAMS = ROOT / ".venv/replay/bin"
MANAGER, WACZ = (PROGRAMS / name for name in ("wb-manager", "wacz"))
SERVER = str(Path(__file__).with_name("pywb_server.py"))

pytestmark = pytest.mark.skipif(
    not WACZ.exists(), reason="NOT TESTED: pywb and wacz are not installed: make replay"
)
READ = {"archived": 3, "failed(http-404)": 2, "failed(http-410)": 1}


@contextlib.contextmanager
def served(folder: Path, file: Path) -> Iterator[str]:
    """Serve a collection with this file; the address of its index."""
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    folder.mkdir()
    options = ["--unpack-wacz"] if file.suffix == ".wacz" else []
    for words in (["init", "courier"], ["add", *options, "courier", str(file)]):
        subprocess.run(
            [str(MANAGER), *words], cwd=folder, env=environment, check=True, capture_output=True, timeout=120
        )
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as listening,
        (folder / "pywb.log").open("wb") as log,
        subprocess.Popen(
            [str(PROGRAMS / "python"), "-P", SERVER, str(listening.fileno())],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            pass_fds=[listening.fileno()],
        ) as server,
    ):
        port = listening.getsockname()[1]
        # the server alone has it now: if it ends, nobody waits for an answer
        listening.close()
        try:
            yield f"http://web.example:{port}/courier/cdx"
        finally:
            server.kill()


def versions(done: Run) -> list[tuple[str, str]]:
    rows = done.table("versions").sort_values(["url", "valid_from"])
    return [(row.url[-1], f"{row.valid_from:%Y-%m-%d}") for row in rows.itertuples()]


def test_a_collection_of_pywb_is_read_and_what_we_export_is_replayed(
    crawl: Crawl, scrapy_command: list[str], tmp_path: Path
) -> None:
    collection, past = Collection(), Import(crawl, tmp_path)
    collection.add(*PAST)
    (tmp_path / "past.warc.gz").write_bytes(collection.warc)
    with served(tmp_path / "first", tmp_path / "past.warc.gz") as index:
        done = past("--from", index, "--since", "2025-01-01", "-s", "KEEP_RAW=warc")
    assert done.exit_code == 0, done.err
    expected = [("1", "2025-03-01"), ("1", "2025-04-01"), ("2", "2025-03-01")]
    assert versions(done) == expected
    assert past.account["passed_over"] == {"the same page as the capture before": 1}
    assert past.account["pages"] == READ
    archive_prints("export", "--wacz", str(tmp_path / "ours.wacz"), "--archive", str(done.archive))
    subprocess.run(
        [WACZ, "validate", "-f", tmp_path / "ours.wacz"], check=True, capture_output=True, timeout=120
    )
    again = Import(Crawl(scrapy_command, tmp_path / "second-archive"), tmp_path)
    with served(tmp_path / "second", tmp_path / "ours.wacz") as index:
        replayed = again("--from", index)
    assert replayed.exit_code == 0, replayed.err
    assert versions(replayed) == expected
    bodies = [set(run.table("versions")["content_hash"]) for run in (done, replayed)]
    assert bodies[0] == bodies[1]
