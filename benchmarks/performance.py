"""Measure what docs/reference/performance.md says, and write it there: `make bench`, within 19 minutes.

What a benchmark prints is Markdown and becomes the topic's part of the page, as soon as it is measured; its
lines that begin with `*` go to the conclusions. A topic that fails, or takes more than its minutes, leaves
its part as it is and the next is measured. `--resume` measures what the page does not have of this commit.
With `--before ../before` another checkout reads each page too, by turns: make it by
`git worktree add ../before REVISION`.
"""

import argparse
import os
import platform
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from quality_page import part, put

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs/reference/performance.md"
PEERS = ("scrapy", "trafilatura", "langdetect")
MOST_SECONDS, MOST_SECONDS_OF_CRAWLS, MOST_SECONDS_IN_ALL = 180, 420, 1140
"""Of a topic, of the first one, whose contenders need two rounds on any machine, and of all."""
TOPICS = {
    "crawl": ["crawl.py", "--rounds", "3", "--copies", "2", "--seconds", "400"],
    "import": ["imports.py", "--copies", "2"],
    "page": ["page_cost.py", "--peer", "--rounds", "2"],
    "start": ["start.py", "--rounds", "3"],
    "growth": ["archive.py", "--growth", "10000,50000"],
    "pairing": ["pairing_scale.py", "--days", "14", "--once", "--documents", "1000", "--documents", "4000"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", action="append", choices=TOPICS, help="may be repeated")
    parser.add_argument("--resume", action="store_true", help="only what is not yet of this commit")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT")
    options = parser.parse_args()
    put(PAGE, "machine", machine())
    failed = []
    end = time.monotonic() + MOST_SECONDS_IN_ALL
    for topic in options.only or TOPICS:
        if options.resume and f" at {commit()}, " in part(PAGE, topic):
            continue
        seconds = MOST_SECONDS_OF_CRAWLS if topic == "crawl" else MOST_SECONDS
        if not measure(topic, options.before, min(end, time.monotonic() + seconds)):
            failed.append(topic)
    if failed:
        sys.exit(f"Not measured, see above: {', '.join(failed)}. `--resume` tries them again.")


def measure(topic: str, before: Path | None, end: float) -> bool:
    """Write a topic's part of the page; False if it could not be measured until `end`."""
    commands = [TOPICS[topic]]
    if topic == "page" and before:
        commands.append(["page_cost.py", "--rounds", "2", "--against", str(before)])
    begun = f"Measured {datetime.now(UTC):%d %B %Y} at {commit()}, load {os.getloadavg()[0]:.1f}."
    outputs = []
    for command in commands:
        output = printed(command, end - time.monotonic())
        if output is None:
            return False
        outputs.append(output)
    table, conclusions = [begun, ""], []
    for line in "\n\n".join(outputs).splitlines():
        if line.startswith("* "):
            conclusions.append(line)
        else:
            table.append(re.sub(r" ?\| ?", "|", line))
    put(PAGE, topic, "\n".join(table).strip())
    put(PAGE, f"{topic}: conclusions", "\n".join(conclusions))
    return True


def printed(command: list[str], seconds: float) -> str | None:
    """What a benchmark prints; None if it fails. Its progress goes to standard error, as ours does."""
    print(f"{datetime.now(UTC):%H:%M:%S} python benchmarks/{' '.join(command)}", file=sys.stderr, flush=True)
    with subprocess.Popen(
        [sys.executable, HERE / command[0], *command[1:]],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)  # with the tools that it measures
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            print(f"{command[0]} was ended: its time is over", file=sys.stderr)
            return None
    return None if process.returncode else output


def commit() -> str:
    revision = ["git", "rev-parse", "--short=8", "HEAD"]
    return subprocess.run(revision, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def machine() -> str:
    cpu = next(x for x in Path("/proc/cpuinfo").read_text().splitlines() if x.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"{os.cpu_count()} cores of {cpu.partition(':')[2].strip()}, {memory:.0f} GB, Python "
        f"{platform.python_version()}; {peers}."
    )


if __name__ == "__main__":
    main()
