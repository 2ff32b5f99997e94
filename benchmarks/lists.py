"""Measure a crawl of very long lists: `python benchmarks/lists.py [--sizes 50000,150000] [--pages 100]`.

An outlet on loopback lists so many addresses in one sitemap, then 50,000 in an index of 862 sitemaps. Each is
crawled twice: all addresses new, most of them over the budget, then the same again. With `--known N` the
archive has so many of the articles already. It prints the largest resident size of the crawl's process and of
a worker, the CPU of all its processes, the time, the rows that the run left in `observations`, and what its
account says of its addresses.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from by_process import KINDS, descendants
from memory import resident
from start import ROOT, Outlet, fill

import archive

LISTS = 862


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", default="50000,150000", help="addresses in one sitemap (%(default)s)")
    parser.add_argument("--index", type=int, default=50_000, help="addresses in the index (%(default)s)")
    parser.add_argument("--pages", type=int, default=100, help="budget of a run (%(default)s)")
    parser.add_argument("--known", type=int, default=0, help="listed articles that the archive has")
    options = parser.parse_args()
    print(
        f"budget of {options.pages} pages, {options.known} known articles; {os.getloadavg()[0]:.1f} at work\n"
    )
    print("| list | run | crawl MB | worker MB | CPU s | s | rows | skipped, failed |")
    print("|---|---|---:|---:|---:|---:|---:|---|")
    for size in map(int, filter(None, options.sizes.split(","))):
        measure(f"{size} in one", {"/sitemap.xml": size}, options)
    if options.index:
        each = options.index // LISTS
        measure(f"{each * LISTS} in {LISTS}", {f"/{number}.xml": each for number in range(LISTS)}, options)


def measure(label: str, sizes: dict[str, int], options: argparse.Namespace) -> None:
    outlet, first = Outlet(), 0
    base = outlet.base()
    for path, size in sizes.items():
        outlet.lists[path] = urlset(base, range(first, first + size))
        first += size
    if len(sizes) > 1:
        named = "".join(f"<sitemap><loc>{base}{path}</loc></sitemap>" for path in sizes)
        outlet.lists["/sitemap.xml"] = f"<sitemapindex>{named}</sitemapindex>".encode()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "news-archive"
        if options.known:
            filling = multiprocessing.get_context("spawn").Process(
                target=fill, args=(root, base, options.known)
            )
            filling.start()
            filling.join()
        for run in ("first", "second"):
            print(f"| {label} | {run} | {row(root, outlet, options.pages)} |", flush=True)
    outlet.shutdown()


def urlset(base: str, numbers: range) -> bytes:
    """Packed: 150,000 addresses are more than the 10 MB that a crawl takes of one answer."""
    entries = "".join(
        f"<url><loc>{base}/uk/{number}</loc><lastmod>2026-03-17</lastmod></url>" for number in numbers
    )
    document = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    return gzip.compress(document.encode(), 1)


def row(root: Path, outlet: Outlet, pages: int) -> str:
    before = rows(root)
    settings = {
        "ARCHIVE_URI": root,
        "RESOLVE_TO": "weekly.example=127.0.0.1",
        "SPIDER_MODULES": "benchmarks.outlets",
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "OPT_OUT_FILES": False,
        "EXTRACTION_PROCESSES": 1,
    }
    arguments = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "weekly", "-a", f"pages={pages}", *arguments]
    environment = {**os.environ, "WEEKLY_PORT": str(outlet.server_address[1])}
    peaks: dict[str, int] = {}
    cpu: dict[int, float] = {}
    start = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for pid, line, cpu[pid] in descendants(process.pid):
                kind = next((name for part, name in KINDS.items() if part in line), "crawl")
                peaks[kind] = max(peaks.get(kind, 0), resident(pid) >> 20)
            time.sleep(0.05)
    seconds = time.monotonic() - start
    if process.returncode not in {0, 3}:
        sys.exit(f"the crawl ended with {process.returncode}")
    manifests = [path for path in (root / "_log").glob("*.json") if path.stem.isdecimal()]
    summary = json.loads(max(manifests).read_bytes())["summary"]
    told = ", ".join(
        f"{kind} {count}" for kind, count in summary.items() if kind.startswith(("skipped", "failed"))
    )
    sizes = f"{peaks['crawl']} | {peaks.get('workers', 0)}"
    return f"{sizes} | {sum(cpu.values()):.0f} | {seconds:.0f} | {rows(root) - before} | {told}"


def rows(root: Path) -> int:
    try:
        return len(archive.open(root).observations(columns=["outlet"]))
    except archive.ArchiveNotFound:
        return 0


if __name__ == "__main__":
    main()
