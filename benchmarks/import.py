"""Measure `scrapy import` beside what only reads, on a WARC.gz of real pages: `python benchmarks/import.py`.

The file is made with warcio from the pages of ../shared/data that have gold, each at an address of its own.
Contenders take turns, `--rounds` times. CPU time is measured; that of the start, on a file of one page, is
taken off.
`limit`: our extraction in as many processes as `scrapy import` has, and warcio to read the records.
news-please and trafilatura read in one process as they come: their figures are for one core, and archive
nothing. So does Fundus' reader of CC-NEWS, which takes only pages of its own publishers, from a web server:
`--fundus` compares on those pages of ../shared/data, at their own addresses.
"""

# ruff: noqa: PLC0415  a contender imports what it needs and no other's

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
FUNDUS = ROOT / ".venv" / "fundus" / "bin" / "python"
"""Made with `python -m venv .venv/fundus`, and in it `pip install fundus "curl_cffi<0.14"`: with the 0.17 of
November 2026, Fundus 0.5.7 cannot be imported."""


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


def fundus(address: str) -> None:
    """Print at how many addresses it finds an article with a title and a text."""
    from fundus import PublisherCollection
    from fundus.scraping.html import CCNewsSource
    from fundus.scraping.scraper import CCNewsScraper

    scraper = CCNewsScraper(CCNewsSource(*PublisherCollection, warc_path=address))
    articles = scraper.scrape("suppress")
    print(len({one.html.requested_url for one in articles if one.title and one.plaintext}))


def fundus_hosts() -> None:
    from fundus import PublisherCollection

    found = [address for one in PublisherCollection for address in (one.domain, *one.deprecated_domains)]
    print(json.dumps([urlsplit(address).netloc for address in found]))


READERS = {"fundus": fundus, "limit": limit, "trafilatura": trafilatura, "news-please": news_please}


def write(path: Path, pages: Sequence[tuple[str, bytes]]) -> int:
    """Each a minute after the one before; the same address may come again."""
    from datetime import UTC, datetime, timedelta

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, (url, body) in enumerate(pages):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=number)
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(body), http_headers=headers,
                warc_headers_dict={"WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"},
            )  # fmt: skip
            writer.write_record(record)
    return len(pages)


def spent(command: list[str]) -> tuple[float, str]:
    """Return the seconds of CPU of a command and all its processes, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return sum(after[:2]) - sum(before[:2]), done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copies", type=int, default=2, help="times that each page is in the file")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--fundus", action="store_true", help="on pages of its publishers, beside it")
    parser.add_argument("--reader", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.reader:
        name, file = given.reader
        if name == "fundus-hosts":
            fundus_hosts()
        else:
            limit(file, given.processes) if name == "limit" else READERS[name](file)
        return
    from benchmarks.gold import cases, world

    found = [*cases(), *world()]
    if given.fundus:
        command = [str(FUNDUS), str(Path(__file__).resolve()), "--reader", "fundus-hosts", ""]
        hosts = set(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))
        # the same address again is as much work, and no other one would be its publisher's
        pages = [(case.url, case.html) for case in found if urlsplit(case.url).netloc in hosts]
        names = ["fundus", "scrapy import"]
    else:
        pages = [
            (f"https://outlet{number % 7}.example/news/{number}", case.html)
            for number, case in enumerate(found * given.copies)
        ]
        names = ["limit", "scrapy import", "trafilatura"] + (["news-please"] if PEERS.exists() else [])
    with tempfile.TemporaryDirectory() as folder, serving(folder) as address:
        whole, single = Path(folder, "whole.warc.gz"), Path(folder, "single.warc.gz")
        count = write(whole, pages * (given.copies if given.fundus else 1)) - write(single, pages[:1])

        def command_of(name: str, path: Path, archive: str) -> list[str]:
            if name == "scrapy import":
                settings = ("-s", f"ARCHIVE_URI={folder}/{archive}", "-s", "PAIR_SECONDS=0")
                settings += ("-s", f"EXTRACTION_PROCESSES={given.processes}")
                return [sys.executable, "-m", "scrapy", "import", *settings, str(path)]
            python = {"news-please": str(PEERS), "fundus": str(FUNDUS)}.get(name, sys.executable)
            place = f"{address}/{path.name}" if name == "fundus" else str(path)
            options = ("--processes", str(given.processes), "--reader", name, place)
            return [python, str(Path(__file__).resolve()), *options]

        taken: dict[str, list[float]] = {name: [] for name in names}
        brought: dict[str, int] = {}
        for turn in range(given.rounds):
            for name in names:
                start, _ = spent(command_of(name, single, f"start-{turn}"))
                seconds, printed = spent(command_of(name, whole, f"whole-{turn}"))
                taken[name].append(seconds - start)
                told = re.search(r"archived +([\d,]+)", printed) or re.fullmatch(r"(\d+)\n", printed)
                brought[name] = int(told[1].replace(",", "")) if told else 0
    print(f"{count} pages, {given.processes} processes; median of {given.rounds} turns")
    print(f"{'':16}{'CPU ms a page':>15}{f'of {names[0]}':>14}")
    middle = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, seconds in middle.items():
        told = f"   {brought[name]} articles" if brought[name] else ""
        print(f"{name:16}{1000 * seconds / count:15.1f}{middle[names[0]] / seconds:14.2f}{told}")
    if not given.fundus and not PEERS.exists():
        print("news-please is not there: make .venv/peers/installed")


@contextmanager
def serving(folder: str) -> Iterator[str]:
    """Address of a web server of this process, whose CPU time is nobody's."""
    handler = partial(_Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    main()
