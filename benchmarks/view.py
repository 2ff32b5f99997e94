"""Measure the archive in the browser: pages, searches and memory, and how well forms of words are found.

    python benchmarks/view.py                          an archive of 100,000 articles of news length
    python benchmarks/view.py --articles 1000000
    python benchmarks/view.py --words                  keys of inflected words, by hand

`--home FOLDER` keeps the archive for the next time. The server is a process of its own, asked over loopback;
each request is measured five times, the median is printed.
"""

# ruff: noqa: PLC0415, E501  lemmas are loaded where they are measured; words stand in long lines

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from storage.invented import pair, records, words_of

GROW_BY = 10_000
TRIES = 5
GOALS = {"first page ms": 300, "memory MB": 400, "search ms": 200}
INFLECTED = {
    "uk": (
        "міст мости мостів мостами мосту; президент президентом президента президентові; війна війни війною війн "
        "воєн; Зеленський Зеленського Зеленському Зеленським; гривня гривень гривні; рішення рішень рішенням; вулиця "
        "вулиць вулицею; відкрити відкрили відкрито відкриють; область області областях; Київ Києва Києві Києвом; "
        "Коваль Коваля Ковалем; людина людей людям люди; дорога дорозі доріг; суд суду судом суди; новий нового новою "
        "нові"
    ),
    "ru": (
        "мост мосты мостов мостами моста; президент президентом президента; война войны войной войн; Зеленский "
        "Зеленского Зеленскому Зеленским; решение решений решением; улица улиц улицей; открыть открыли открыто "
        "откроют; область области областях; Киев Киева Киеве; человек людей людям люди; дорога дорог дороге; новый "
        "нового новой новые"
    ),
    "en": (
        "bridge bridges; decide decided deciding decides; war wars; city cities; open opened opening; child children; "
        "Zelensky Zelensky's"
    ),
}


def words() -> None:
    from simplemma import lemmatize

    from archive.viewer.search.word_forms import key, plain, stem

    ways = {
        "stem": stem,
        "lemma": lambda word, language: plain(lemmatize(word, lang=language)),
        "key: stem of the lemma": key,
    }
    print("| pairs of forms joined | uk | ru | en |\n|---|---:|---:|---:|")
    for name, way in ways.items():
        cells = []
        for language, text in INFLECTED.items():
            joined = total = 0
            for group in text.split(";"):
                first, *others = (way(plain(x), language) for x in group.split())
                joined += sum(x == first for x in others)
                total += len(others)
            cells.append(f"{joined} of {total}")
        print(f"| {name} | {' | '.join(cells)} |")


def build(folder: Path, articles: int) -> None:
    from archive.commit.committer import Committer
    from archive.opening import open_or_create

    at = datetime.now(UTC) - timedelta(days=30)

    def clock() -> datetime:
        nonlocal at
        at += timedelta(seconds=1)
        return at

    storage, log = open_or_create(folder, "build", lambda _: clock())
    committer = Committer(storage, log, "build", clock)
    for first in range(0, articles, GROW_BY):
        batch = list(records(first, min(GROW_BY, articles - first)))
        committer.commit({f"{first:032x}": batch}, pair, {})
    committer.close()


class Served:
    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "archive", "view", str(root), "--port", "0", "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
        )
        line = self._process.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        if found is None:
            raise SystemExit(f"the server did not start: {line}")
        self._port = int(found[1])

    def get(self, path: str) -> tuple[float, int, bytes]:
        began = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=600)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        return (time.perf_counter() - began) * 1e3, answer.status, body

    def cpu(self) -> float:
        """Milliseconds of the CPU that the server has used: on a busy machine, what a page would take alone."""
        used = psutil.Process(self._process.pid).cpu_times()
        return (used.user + used.system) * 1e3

    def memory(self) -> float:
        return psutil.Process(self._process.pid).memory_full_info().uss / 1e6

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def measure(home: Path, articles: int) -> None:
    root = home / f"view-{articles}"
    if not root.exists():
        build(root, articles)
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
        while (first := served.get("/"))[1] != 200:
            time.sleep(0.05)
        waited = time.perf_counter() - began
        print(f"from the command to the first page: {waited:.2f} s, {served.cpu() / 1e3:.2f} s of CPU")
        print(f"first page ms: {first[0]:.0f}", flush=True)
        row = json.loads(served.get("/stories.json?language=uk")[2])[0]
        common, rare = words_of("uk").words[0], words_of("uk").words[9000]
        asked = {
            "stories": "/",
            "filtered, by lag": "/?missing=en&order=lag",
            "page 200": "/?page=200",
            "a story": f"/stories/{row['story_id']}",
            "an article": f"/articles/{row['article_id_uk']}",
            "an outlet": f"/outlets/{row['outlet']}",
            "search, common word": f"/search?q={quote(common)}",
            "search, rare word": f"/search?q={quote(rare)}",
            "search, prefix": f"/search?q={quote(rare[:4])}*",
            "search, two words": f"/search?q={quote(common)}+{quote(words_of('uk').words[50])}",
            "search, phrase": "/search?q=" + quote(f'"{common} {words_of("uk").words[1]}"'),
        }
        print("\n| page | ms | CPU ms |\n|---|---:|---:|")
        for name, path in asked.items():
            before = served.cpu()
            times = [served.get(path) for _ in range(TRIES)]
            cpu = (served.cpu() - before) / TRIES
            wall = statistics.median(x[0] for x in times)
            status = "" if times[0][1] == 200 else times[0][1]
            print(f"| {name} | {wall:.0f} | {cpu:.0f} | {status}", flush=True)
        print(f"\nmemory MB: {served.memory():.0f}")
        # a word that no text has: lemmas of two languages are loaded
        print(f"a form that the archive has not: {served.get('/search?q=' + quote('безоднями'))[0]:.0f} ms")
        print(f"memory MB with lemmas: {served.memory():.0f}")
        print(f"goals: {GOALS}; of a million a search may take 1000 ms")
    finally:
        served.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--words", action="store_true")
    options = parser.parse_args()
    if options.words:
        words()
        return
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        measure(home, options.articles)


if __name__ == "__main__":
    main()
