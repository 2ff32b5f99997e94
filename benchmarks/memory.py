"""Measure the memory of a long crawl by process: `python benchmarks/memory.py [--copies 83]`.

Each copy is 241 real pages. It prints the largest resident size in each tenth of the time, of the crawl,
the process that commits, and its largest worker. A process whose memory is flat has the same figure in
each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from by_process import KINDS, descendants
from crawl import HERE, PYTHON, ROOT, lay_out

PARTS = 10
PAGE = 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--copies", type=int, default=83, help="how often each page is served (default 83)")
    parser.add_argument("--raw", default="warc", choices=("warc", "none"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = lay_out(folder, 0)
        server = subprocess.Popen(
            [PYTHON, str(HERE / "server.py"), str(folder / "pages")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        urls = folder / "urls.txt"
        urls.write_text("\n".join(f"{base}/{copy}/news/{n}" for copy in range(options.copies) for n in names))
        command = [PYTHON, str(HERE / "ours.py"), str(urls), str(folder / "archive"), str(folder / "stalls")]
        seen = watch([*command, f"KEEP_RAW={options.raw}"])
        server.kill()
        server.wait()
    show(len(names) * options.copies, seen)


def watch(command: list[str]) -> list[tuple[float, dict[str, int]]]:
    """Second, and the largest resident size in bytes of each kind of process."""
    start = time.monotonic()
    seen: list[tuple[float, dict[str, int]]] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            sizes: dict[str, int] = {}
            for pid, line, _ in descendants(process.pid):
                kind = next((name for part, name in KINDS.items() if part in line), "crawl")
                sizes[kind] = max(sizes.get(kind, 0), resident(pid))
            seen.append((time.monotonic() - start, sizes))
            time.sleep(0.5)
    if process.returncode:
        sys.exit(f"the crawl ended with {process.returncode}")
    return seen


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def show(pages: int, seen: list[tuple[float, dict[str, int]]]) -> None:
    end = seen[-1][0]
    print(f"{pages} pages in {end:.0f} s; MB resident, at most, in each tenth of the time\n")
    print("| | " + " | ".join(str(part + 1) for part in range(PARTS)) + " |")
    print("|---|" + "---:|" * PARTS)
    for kind in ("crawl", *KINDS.values()):
        cells = []
        for part in range(PARTS):
            sizes = [s.get(kind, 0) for at, s in seen if part * end / PARTS <= at <= (part + 1) * end / PARTS]
            cells.append(f"{max(sizes, default=0) >> 20}")
        print(f"| {kind} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
