"""Measure what docs/reference/performance.md says, and write it there: `make bench`, a quarter of an hour.

What a benchmark prints is Markdown and becomes the topic's part of the page; its lines that begin with `*`
go to the conclusions. With `--before ../before` another checkout reads each page too, by turns: make it by
`git worktree add ../before REVISION`. A benchmark that fails leaves its part as it is.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from quality_page import put

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs/reference/performance.md"
PEERS = ("scrapy", "trafilatura", "langdetect")
TOPICS = {
    "crawl": ["crawl.py", "--rounds", "2"],
    "page": ["page_cost.py", "--peer", "--rounds", "2"],
    "start": ["start.py", "--rounds", "3"],
    "growth": ["archive.py"],
    "pairing": ["pairing_scale.py", "--days", "14", "--once", "--documents", "500", "--documents", "1000"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", action="append", choices=TOPICS, help="may be repeated")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT")
    options = parser.parse_args()
    put(PAGE, "machine", machine())
    failed = []
    for topic in options.only or TOPICS:
        outputs = [printed(TOPICS[topic])]
        if topic == "page" and options.before:
            outputs.append(printed(["page_cost.py", "--rounds", "2", "--against", str(options.before)]))
        if None in outputs:
            failed.append(topic)
            continue
        lines = "\n\n".join(outputs).splitlines()
        conclusions = [line for line in lines if line.startswith("* ")]
        put(PAGE, topic, "\n".join(line for line in lines if line not in conclusions).strip())
        put(PAGE, f"{topic}: conclusions", "\n".join(conclusions))
    if failed:
        sys.exit(f"Not measured, see above: {', '.join(failed)}.")


def printed(command: list[str]) -> str | None:
    """What a benchmark prints; None if it fails. Its progress goes to standard error, as ours does."""
    print(f"python benchmarks/{' '.join(command)}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, HERE / command[0], *command[1:]], stdout=subprocess.PIPE, text=True, check=False
    )
    return None if done.returncode else done.stdout


def machine() -> str:
    cpu = next(x for x in Path("/proc/cpuinfo").read_text().splitlines() if x.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    revision = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    commit = subprocess.run(revision, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"Measured {datetime.now(UTC):%d %B %Y} at {commit}, load {os.getloadavg()[0]:.1f} at the start, on\n"
        f"{os.cpu_count()} cores of {cpu.partition(':')[2].strip()}, {memory:.0f} GB, Python "
        f"{platform.python_version()}; {peers}."
    )


if __name__ == "__main__":
    main()
