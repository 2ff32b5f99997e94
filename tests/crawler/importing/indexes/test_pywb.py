"""pywb itself serves a collection, and the import reads it: `PYWB=…/bin` names where its programs are.

Its packages are in no lock of ours: `pip install pywb 'setuptools<81'` in an environment of its own.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.crawler.importing.indexes.cdx_server import Collection
from tests.crawler.importing.indexes.test_import_indexes import PAST, Import

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Crawl

PROGRAMS = os.environ.get("PYWB", os.environ["PATH"])
WAYBACK, MANAGER = (shutil.which(name, path=PROGRAMS) for name in ("wayback", "wb-manager"))


@pytest.mark.skipif(WAYBACK is None or MANAGER is None, reason="pywb is not installed: see the docstring")
def test_a_collection_of_pywb_is_read(crawl: Crawl, tmp_path: Path) -> None:
    collection, past = Collection(), Import(crawl, tmp_path)
    collection.add(*PAST)
    (tmp_path / "past.warc.gz").write_bytes(collection.warc)
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    for words in (("init", "courier"), ("add", "courier", str(tmp_path / "past.warc.gz"))):
        subprocess.run(
            [str(MANAGER), *words],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            timeout=120,
        )
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [str(WAYBACK), "-b", "127.0.0.1", "-p", str(port)]
    with (
        (tmp_path / "pywb.log").open("wb") as log,
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            _wait_for(port, server)
            done = past("--from", f"http://web.example:{port}/courier/cdx", "--since", "2025-01-01")
        finally:
            server.kill()
    assert done.exit_code == 0, done.err
    rows = done.table("versions").sort_values(["url", "valid_from"])
    seen = [(row.url[-1], f"{row.valid_from:%Y-%m-%d}") for row in rows.itertuples()]
    assert seen == [("1", "2025-03-01"), ("1", "2025-04-01"), ("2", "2025-03-01")]
    assert past.account["passed_over"] == {"the same page as the capture before": 1}
    assert past.account["pages"] == {"archived": 3, "failed(http-404)": 2, "failed(http-410)": 1}


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
