"""Measure what a crawl costs before and besides its pages: `python benchmarks/start.py`.

It measures the time from the command to the first request, with no archive and with one that knows so
many addresses; the second crawl of an outlet where nothing has changed; and `import archive`. Figures are
medians. The sitemap lists the 1000 newest of the known addresses, as a news sitemap of two days would.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from archive.writer import ArchiveWriter
from benchmarks.storage.invented import article

ROOT = Path(__file__).resolve().parents[1]
LISTED = 1000
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Outlet(ThreadingHTTPServer):
    """Answers its sitemaps, and notes when it was first asked for anything and what for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: list[str] = []
        self.first = 0.0
        self.lists: dict[str, bytes] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def base(self) -> str:
        return f"http://weekly.example:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Outlet

    def do_GET(self) -> None:
        self.server.first = self.server.first or time.perf_counter()
        self.server.paths.append(self.path)
        body = self.server.lists.get(self.path, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--known", default="10000,100000", help="sizes of the archive (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    imports = [seconds([sys.executable, "-c", "import archive"]) for _ in range(options.rounds)]
    bare = [seconds([sys.executable, "-c", "pass"]) for _ in range(options.rounds)]
    print(f"`import archive` takes {statistics.median(imports) - statistics.median(bare):.2f} s.\n")
    print("| known addresses | first request s | CPU s | whole run s | peak MB | pages |")
    print("|---:|---:|---:|---:|---:|---:|")
    for addresses in (0, *map(int, options.known.split(","))):
        with tempfile.TemporaryDirectory() as folder:
            first = print_row(Path(folder) / "news-archive", addresses, options.rounds)
    print(f"* A crawl of an outlet with {addresses:,} addresses sends its first request after {first:.1f} s.")


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True)
    return time.perf_counter() - start


def print_row(archive: Path, addresses: int, rounds: int) -> float:
    """Print a row; return the seconds to the first request."""
    outlet = Outlet()
    newest = range(max(addresses - LISTED, 0), addresses)
    entries = "".join(f"<url><loc>{outlet.base()}/uk/{number}</loc></url>" for number in newest)
    document = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    outlet.lists["/sitemap.xml"] = document.encode()
    if addresses:
        # in a process of its own: what a child is said to have held begins with what its parent does
        filling = multiprocessing.get_context("spawn").Process(
            target=fill, args=(archive, outlet.base(), addresses)
        )
        filling.start()
        filling.join()
    runs = [crawl(archive, outlet) for _ in range(rounds if addresses else 1)]
    first, cpu, wall, peak = (statistics.median(column) for column in zip(*runs, strict=True))
    pages = sum(path.startswith("/uk/") for path in outlet.paths)
    outlet.shutdown()
    cells = f"{first:.2f} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {pages}"
    print(f"| {addresses or 'no archive'} | {cells} |", flush=True)
    return first


def crawl(archive: Path, outlet: Outlet) -> tuple[float, float, float, float]:
    """Seconds to the first request, CPU and wall seconds of the run, its peak in MB."""
    outlet.first = 0.0
    settings = {"ARCHIVE_URI": archive, "RESOLVE_TO": "weekly.example=127.0.0.1", "DOWNLOAD_DELAY": 0}
    settings["SPIDER_MODULES"] = "benchmarks.outlets"
    arguments = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "weekly", *arguments],
        cwd=ROOT,
        env={**os.environ, "WEEKLY_PORT": str(outlet.server_address[1])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = 0
    return outlet.first - start, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def fill(archive: Path, base: str, addresses: int) -> None:
    """Articles of one paragraph, in commits of 20 000; what is compared is the number of addresses."""
    with ArchiveWriter.open(archive, run_id="filled") as writer:
        for number in range(addresses):
            at, title = NOON + timedelta(seconds=number), f"Запис {number}"
            text, values = [f"{title} про день у Калинівці."], {"headline": title, "etag": '"1"'}
            values |= {"outlet": "weekly", "language": "uk", "published_at": NOON}
            writer.add_article(article(f"{base}/uk/{number}", text, at, **values))
            if writer.pending == 20_000:
                writer.commit()
        writer.commit()


if __name__ == "__main__":
    main()
