"""Measure the archive in the browser: pages, searches and memory.

    python benchmarks/view.py                          an archive of 100,000 articles of news length
    python benchmarks/view.py --articles 1000000

`--home FOLDER` keeps the archive for the next time. The server is a process of its own, asked over loopback;
each request is measured five times, the median is printed.
"""

# ruff: noqa: E501  headings stand in long lines

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from storage.large import LANGUAGES, author, words_of, write

TRIES = 5
GOALS = {"first page ms": 300, "memory MB": 400, "search ms": 200}


class Served:
    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                *["-m", "archive", "view", "--port", "0", "--no-browser", "--no-secret"],
                str(root),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
        )
        line = self._process.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        if found is None:
            raise SystemExit(f"the server did not start: {line}")
        self.port = int(found[1])

    def get(self, path: str) -> tuple[float, int, bytes]:
        began = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        return (time.perf_counter() - began) * 1e3, answer.status, body

    def cpu(self) -> float:
        """Milliseconds of the CPU that the server has used: on a busy machine, what a page would take alone."""
        threads = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((x / "schedstat").read_text("ascii").split()[0]) for x in threads) / 1e6

    def memory(self) -> float:
        return psutil.Process(self._process.pid).memory_full_info().uss / 1e6

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


RANKS = (0, 1, 4, 40, 60, 200, 1000, 5000, 30_000, 150_000)
"""Of words, the commonest first: from one in all texts to one in some."""
FILTERS = (
    *("", "language=uk", "missing=en", "edited=1", "gone=1"),
    *("omitted=20", "since=2026-01-01", "outlet={outlet}"),
)
ORDERED = ("time", "match", "lag", "difference", "edits")


def questions(outlet: str, by: str) -> dict[str, list[str]]:
    """Make addresses of lists by what is asked: words of three languages, common and rare ones."""
    singles, pairs, phrases, beginnings = [], [], [], []
    for language in LANGUAGES:
        words, names = words_of(language).words, words_of(language).names
        singles += [quote(words[n]) for n in RANKS]
        for a, b in ((0, 1), (0, 40), (4, 1000), (60, 200), (1000, 5000), (200, 150_000)):
            pairs.append(f"{quote(words[a])}+{quote(words[b])}")
        for a, b in ((0, 1), (1, 4), (40, 60), *(names[n] for n in (0, 3, 50, 2000))):
            phrases.append(quote(f'"{words[a]} {words[b]}"'))
        for n in (60, 5000):
            beginnings += [f"{quote(words[n][:size])}*" for size in (2, 3, 4)]
    filters = [x.format(outlet=outlet) for x in FILTERS]
    filtered = [f"{x}&{y}" for x in (singles[0], singles[16]) for y in filters[1:]]
    asked = {
        "one word": singles,
        "two words": pairs,
        "a phrase": phrases,
        "the beginning of a word": beginnings,
        "a word and a filter": filtered,
        "a word in each order": [f"{x}&order={y}" for x in (singles[0], singles[26]) for y in ORDERED],
    }
    return {kind: [f"/search?q={x}" for x in addresses] for kind, addresses in asked.items()} | {
        "filters alone": [f"/?{x}&order={y}" for x in filters for y in ORDERED if y != "match"],
        "an author": [f"/?author={quote(by)}"],
    }


def _first_row(served: Served) -> dict[str, str]:
    """Read the first story of a list that may be long, and an author of its outlet."""
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=600)) as connection:
        connection.request("GET", "/stories.json?language=uk&missing=en")
        answer = connection.getresponse()
        answer.readline()
        row: dict[str, str] = json.loads(answer.readline().rstrip(b",\n"))
    return row | {"author": author(int(row["outlet"].removeprefix("outlet")), "uk", 7)}


def _timed(served: Served, path: str) -> tuple[float, float]:
    before = served.cpu()
    wall, status, _ = served.get(path)
    while status == 503 and path == "/charts":  # they are being made
        more, status, _ = served.get(path)
        wall += more
    if status != 200:
        raise SystemExit(f"{path}: {status}")
    return wall, served.cpu() - before


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def measure(home: Path, articles: int) -> None:
    root = home / f"view-{articles}"
    if not root.exists():
        began = time.perf_counter()
        write(root, articles)
        print(f"archive written: {time.perf_counter() - began:.0f} s")
    os.environ["TRIPTYCH_CACHE"] = str(home / "cache")
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "archive.viewer.search.fill", str(root)], check=True)
    used = psutil.Process().cpu_times()
    print(
        f"side file brought up to the archive: {time.perf_counter() - began:.0f} s, "
        f"{used.children_user + used.children_system:.0f} s of CPU"
    )
    size = sum(x.stat().st_size for x in (home / "cache" / "viewer").rglob("*") if x.is_file())
    print(f"side file: {size / 1e6:.0f} MB, {size / articles:.0f} bytes an article")
    began = time.perf_counter()
    served = Served(root)
    try:
        while (first := served.get("/"))[1] == 503:
            time.sleep(0.05)
        waited = time.perf_counter() - began
        print(f"from the command to the first page: {waited:.2f} s, {served.cpu() / 1e3:.2f} s of CPU")
        print(f"first page ms: {first[0]:.0f}", flush=True)
        row = _first_row(served)
        pages = {
            "stories": "/",
            "page 200": "/?page=200",
            "the last page": "/?page=100000",
            "a story": f"/stories/{row['story_id']}",
            "an article": f"/articles/{row['article_id_uk']}",
            "outlets": "/outlets",
            "an outlet": f"/outlets/{row['outlet']}",
            "why an address": f"/why?url={quote(row['url_uk'], safe='')}",
            "feed of a search": f"/search.atom?q={quote(words_of('uk').words[5000])}",
            "charts": "/charts",
            "changes": "/changes",
            "over time": f"/over-time?q={quote(words_of('uk').words[5000])}",
        }
        print("\n| page | ms | CPU ms |\n|---|---:|---:|")
        for name, path in pages.items():
            times = [_timed(served, path) for _ in range(1 if name == "charts" else TRIES)]
            wall, cpu = (statistics.median(x[n] for x in times) for n in range(2))
            print(f"| {name} | {wall:.0f} | {cpu:.0f} |", flush=True)
        print(
            "\n| questions | how many | CPU ms p50 | p95 | most | ms p50 | p95 |\n|---|---:|---:|---:|---:|---:|---:|"
        )
        for name, paths in questions(row["outlet"], row["author"]).items():
            times = [_timed(served, x) for x in paths]
            walls, used = ([x[n] for x in times] for n in range(2))
            told = (*(_at(used, x) for x in (0.5, 0.95, 1)), *(_at(walls, x) for x in (0.5, 0.95)))
            print(f"| {name} | {len(paths)} | {' | '.join(f'{x:.0f}' for x in told)} |", flush=True)
        print(f"\nmemory MB: {served.memory():.0f}")
        # a word that no text has: lemmas of two languages are loaded
        print(f"a form that the archive has not: {served.get('/search?q=' + quote('безоднями'))[0]:.0f} ms")
        print(f"memory MB with lemmas: {served.memory():.0f}")
        print(f"goals: {GOALS}; of a million a search may take 1000 ms")
    finally:
        served.close()


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        measure(home, options.articles)


if __name__ == "__main__":
    main()
