"""Measure what a page costs, and where: `python benchmarks/page_cost.py [--peer | --against CHECKOUT]`.

Each figure is CPU time of one part of extraction without the other parts it calls, the mean over all
pages of ../shared/data after one reading of all, the least of some rounds. `--peer` also reads each page
with trafilatura and its metadata, then langdetect, and gives the ratio under the same load. `--against`
reads the pages by turns, eight at a time, in a process of this checkout and in one of another, which needs
`../shared` beside it, and compares the least CPU time of each page, what it leaves to the collector of
garbage among it: `git worktree add ../before REVISION`.
All processes are prepared as a worker is, the collector too.
"""

import argparse
import gc
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, os.environ.get("TRIPTYCH_CHECKOUT") or str(Path(__file__).resolve().parents[1]))

from benchmarks.gold import DATA
from crawler.exceptions import ExtractionError
from crawler.extraction import page
from crawler.extraction.body import assemble
from crawler.extraction.document import decoding
from crawler.items import Fetch, Hints
from crawler.workers.fork_server import prepare

PARTS = {
    "bytes to tree": [(page, "read_outline")],
    "tree to lists": [(decoding, "outline")],
    "trafilatura": [(assemble, "read_element"), (assemble, "read_tree")],
    "prose, text's element": [(assemble, "read_prose"), (assemble, "find_container")],
    "other body rules": [(page.assemble, "read_body")],
    "language": [(page, "detect_language")],
    "byline": [(page.byline, "read_byline")],
    "dates": [(page, "read_published"), (page, "read_modified")],
    "kind, block pages": [(page, "page_signs"), (page, "read_kind"), (page, "refuse_block_page")],
    "alternates": [(page, "read_alternates")],
    "head, JSON-LD": [(page, "read_metadata"), (page, "read_linked_data")],
}
REST = "hash, item, freeing"
HERE = Path(__file__).resolve().parents[1]
clock = time.process_time
_AT_ONCE = 8
"""Pages that one side reads before the other: the load of a machine changes within seconds."""


class Meter:
    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._inside: list[float] = []

    def metered(self, part: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            began = clock()
            self._inside.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                took = clock() - began
                self.spent[part] = self.spent.get(part, 0.0) + took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        return call


def fetches() -> list[Fetch]:
    now = datetime.now(UTC)
    paths = sorted([*DATA.glob("pages/*/*.html.gz"), *DATA.glob("aeb/html/*.html.gz")])
    urls = [f"https://page.example/news/{path.name}" for path in paths]
    bodies = [gzip.decompress(path.read_bytes()) for path in paths]
    return [Fetch(url, url, html, None, 200, now) for url, html in zip(urls, bodies, strict=True)]


def read(fetch: Fetch) -> None:
    try:
        page.extract(fetch, Hints("benchmark"))
    except ExtractionError as error:
        print(f"{fetch.url}: {error}")


def peer(fetch: Fetch) -> None:
    from langdetect import LangDetectException, detect  # noqa: PLC0415
    from trafilatura import bare_extraction  # noqa: PLC0415

    document = bare_extraction(fetch.body, url=fetch.url, with_metadata=True)
    try:
        detect(document.text if document else "")
    except LangDetectException:
        return


def side_by_side(pages: list[Fetch], rounds: int) -> None:
    least = {is_ours: [float("inf")] * len(pages) for is_ours in (True, False)}
    for _ in range(rounds):
        for i, fetch in enumerate(pages):
            for is_ours, function in ((True, read), (False, peer)):
                began = clock()
                function(fetch)
                least[is_ours][i] = min(least[is_ours][i], clock() - began)
    ours_ms, peer_ms = (sum(least[which]) / len(pages) * 1000 for which in (True, False))
    print(
        f"* Reading a page takes {ours_ms:.1f} ms of CPU; trafilatura's function with metadata, "
        f"then langdetect, in the same prepared process {peer_ms:.1f}: {ours_ms / peer_ms:.2f} of it. "
        "Its command is in the table of a crawl."
    )


def serve(pages: list[Fetch]) -> None:
    """Read the pages that each line of standard input names; print the CPU time of each as JSON."""
    for line in sys.stdin:
        spent = []
        for i in json.loads(line):
            fetch = pages[i]
            began = clock()
            with suppress(ExtractionError):
                page.extract(fetch, Hints("benchmark"))
            # else what a page leaves to the collector is paid by another page
            gc.collect(0)
            spent.append(clock() - began)
        print(json.dumps(spent), flush=True)


def against(checkout: Path, rounds: int) -> None:
    sides = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, "--serve"],
            env={**os.environ, "TRIPTYCH_CHECKOUT": str(folder)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for folder in (HERE, checkout)
    ]  # fmt: skip
    number = len(fetches())
    least = [[float("inf")] * number for _ in sides]
    ratios = []
    for turn in range(rounds + 1):
        seconds = [0.0, 0.0]
        for start in range(0, number, _AT_ONCE):
            part = range(start, min(start + _AT_ONCE, number))
            for side in (0, 1) if turn % 2 else (1, 0):
                print(json.dumps([*part]), file=sides[side].stdin, flush=True)
                spent = json.loads(sides[side].stdout.readline())
                seconds[side] += sum(spent)
                for i, took in zip(part, spent, strict=True) if turn else ():
                    least[side][i] = min(took, least[side][i])
        if turn:
            ratios.append(seconds[0] / seconds[1])
    for process in sides:
        process.stdin.close()
        process.wait()
    here_ms, before_ms = (sum(side) / number * 1000 for side in least)
    spread = f"{min(ratios):.3f} to {max(ratios):.3f} in {rounds} rounds"
    revision = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(revision, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    print(
        f"Beside {commit or checkout}: {here_ms:.2f} ms a page against {before_ms:.2f}, "
        f"{here_ms / before_ms:.3f} of it ({spread})."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    parser.add_argument("--serve", action="store_true", help="for --against, in the process of one checkout")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.against:
        against(options.against.resolve(), options.rounds)
        return
    pages = fetches()
    prepare()
    if options.serve:
        serve(pages)
        return
    if options.peer:
        side_by_side(pages, options.rounds)
    meter = Meter()
    for part, places in PARTS.items():
        for module, name in places:
            setattr(module, name, meter.metered(part, getattr(module, name)))
    page.extract = meter.metered(REST, page.extract)
    least: dict[str, float] = {}
    for turn in range(options.rounds + 1):
        meter.spent.clear()
        for fetch in pages:
            read(fetch)
        if turn:
            least = {part: min(spent, least.get(part, spent)) for part, spent in meter.spent.items()}
    print(f"Mean over {len(pages)} pages.\n\n| part | CPU ms |\n|---|---:|")
    for part in (*PARTS, REST):
        print(f"| {part} | {least[part] / len(pages) * 1000:.2f} |")
    print(f"| together | {sum(least.values()) / len(pages) * 1000:.2f} |")


if __name__ == "__main__":
    main()
