"""Measure `scrapy import` beside what only reads, on a WARC.gz of real pages: `python benchmarks/import.py`.

The file is made with warcio from the pages of ../shared/data that have gold, each at an address of its own.
Contenders take turns, `--rounds` times. CPU time is measured; that of the start, on a file of one page, is
taken off. By the clock an import waits up to five seconds for Scrapy to see that nothing is left.
`limit`: our extraction in as many processes as `scrapy import` has, and warcio to read the records.
news-please and trafilatura read in one process as they come: their figures are for one core, and archive
nothing. Fundus' reader of CC-NEWS takes only pages of its own publishers, so it is not here.
"""

# ruff: noqa: PLC0415  a contender imports what it needs and no other's

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = ROOT / ".venv" / "peers" / "bin" / "python"


def records(path: str) -> Iterator[tuple[str, bytes]]:
    from warcio.archiveiterator import ArchiveIterator

    with Path(path).open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                yield record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()


def read(given: tuple[str, bytes]) -> int:
    from datetime import UTC, datetime

    from crawler.exceptions import ExtractionError
    from crawler.extraction.page import extract
    from crawler.items import Fetch, Hints

    url, body = given
    try:
        return len(extract(Fetch(url, url, body, None, 200, datetime.now(UTC)), Hints("bench")).body)
    except ExtractionError:
        return 0


def limit(path: str, processes: int) -> None:
    from crawler.workers.fork_server import prepare

    prepare()
    pool = multiprocessing.get_context("fork").Pool(processes)
    sum(pool.imap_unordered(read, records(path), chunksize=4))
    pool.close()
    pool.join()  # so that their CPU time is counted


def trafilatura(path: str) -> None:
    import trafilatura as peer

    for url, body in records(path):
        peer.bare_extraction(body, url=url, with_metadata=True)


def news_please(path: str) -> None:
    from newsplease import NewsPlease

    for url, body in records(path):
        try:
            NewsPlease.from_html(body, url=url, fetch_images=False)
        except Exception as error:  # it raises on what is no article
            print(f"{url}: {error}", file=sys.stderr)


READERS = {"limit": limit, "trafilatura": trafilatura, "news-please": news_please}


def write(path: Path, pages: list[bytes], copies: int) -> int:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, body in enumerate(pages * copies):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            url = f"https://outlet{number % 7}.example/news/{number}"
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(body), http_headers=headers,
                warc_headers_dict={"WARC-Date": "2026-05-01T10:00:00Z"},
            )  # fmt: skip
            writer.write_record(record)
    return len(pages) * copies


def spent(command: list[str]) -> float:
    """Return the seconds of CPU of a command and all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return sum(after[:2]) - sum(before[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copies", type=int, default=2, help="times that each page is in the file")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--reader", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.reader:
        name, file = given.reader
        limit(file, given.processes) if name == "limit" else READERS[name](file)
        return
    from benchmarks.gold import cases, world

    pages = [case.html for case in (*cases(), *world())]
    with tempfile.TemporaryDirectory() as folder:
        whole, single = Path(folder, "whole.warc.gz"), Path(folder, "single.warc.gz")
        count = write(whole, pages, given.copies) - write(single, pages[:1], 1)

        def command(name: str, path: Path, archive: str) -> list[str]:
            if name == "scrapy import":
                settings = ("-s", f"ARCHIVE_URI={folder}/{archive}", "-s", "PAIR_SECONDS=0")
                settings += ("-s", f"EXTRACTION_PROCESSES={given.processes}")
                return [sys.executable, "-m", "scrapy", "import", *settings, str(path)]
            python = str(PEERS) if name == "news-please" else sys.executable
            options = ("--processes", str(given.processes), "--reader", name, str(path))
            return [python, str(Path(__file__).resolve()), *options]

        names = ["limit", "scrapy import", "trafilatura"] + (["news-please"] if PEERS.exists() else [])
        taken: dict[str, list[float]] = {name: [] for name in names}
        for turn in range(given.rounds):
            for name in names:
                start = spent(command(name, single, f"start-{turn}"))
                taken[name].append(spent(command(name, whole, f"whole-{turn}")) - start)
    print(f"{count} pages, {given.processes} processes; median of {given.rounds} turns")
    print(f"{'':16}{'CPU ms a page':>15}{'of the limit':>14}")
    middle = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, seconds in middle.items():
        print(f"{name:16}{1000 * seconds / count:15.1f}{middle['limit'] / seconds:14.2f}")
    if not PEERS.exists():
        print("news-please is not there: make .venv/peers/installed")


if __name__ == "__main__":
    main()
