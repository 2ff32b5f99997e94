"""Measure `triptych import` of real pages in a WARC beside reading alone: `python benchmarks/imports.py`.

The start is measured apart (an import of one page, and of a process for commits) and taken off. From the CPU
of each kind of process follows what 16 cores import a day: the import's own process is one thread, and its
workers share the rest.
"""

import argparse
import io
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crawl import HERE, PYTHON, adopt_orphans, by_process, lay_out, timed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archive

HOSTS, CORES = 40, 16


def write_warc(path: Path, pages: list[Path], copies: int) -> int:
    """Write each page `copies` times, at outlets of their own; return how many there are."""
    at, count = datetime(2026, 3, 1, tzinfo=UTC), 0
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for copy in range(copies):
            for number, page in enumerate(pages):
                count += 1
                date = f"{at + timedelta(seconds=count):%Y-%m-%dT%H:%M:%SZ}"
                writer.write_record(
                    writer.create_warc_record(
                        f"https://www.site{copy}-{number % HOSTS}.com/news/{page.name}",
                        "response",
                        payload=io.BytesIO(page.read_bytes()),
                        http_headers=head,
                        warc_headers_dict={"WARC-Date": date},
                    )
                )
    return count


def measure(folder: Path, copies: int) -> None:
    lay_out(folder)
    pages = sorted((folder / "pages").iterdir())
    count = write_warc(folder / "many.warc.gz", pages, copies)
    write_warc(folder / "single.warc.gz", pages[:1], 1)

    def imported(name: str) -> dict[str, float]:
        place = [f"ARCHIVE_URI={folder / name}", f"LOGS_FOLDER={folder / 'logs'}", "PAIR_SECONDS=0"]
        settings = [part for setting in place for part in ("-s", setting)]
        return by_process([PYTHON, "-m", "triptych", "import", *settings, str(folder / f"{name}.warc.gz")])

    def alone(name: str, times: int) -> float:
        processes = str(os.cpu_count() or 1)
        return timed([PYTHON, str(HERE / "flat_out.py"), str(folder / name), str(times), processes])[1]

    start, whole = imported("single"), imported("many")
    # so few pages start no process for commits: one that is asked for none
    commits = f"{PYTHON} -m pipelines.commit_process {folder / 'single'} start < /dev/null"
    start["commits"] += timed(["sh", "-c", commits])[1]
    if (stored := len(archive.open(folder / "many").articles())) < 0.9 * count:
        sys.exit(f"{stored} articles of {count} pages: the import that was measured has failed")
    limit = (alone("pages", copies) - alone("single", 1)) / (count - 1) * 1000
    names = {"workers": "workers, with raw pages", "crawl": "the import's own process", "commits": "commits"}
    print(f"| | CPU ms a page |\n|---|---:|\n| the limit: our extraction, nothing else | {limit:.1f} |")
    cost = {}
    for kind, name in names.items():
        cost[kind] = (whole[kind] - start[kind]) / (count - 1) * 1000
        print(f"| {name} | {cost[kind]:.1f} |")
    total = sum(cost.values())
    print(f"| together | {total:.1f} |")
    a_day = 86.4 / max(cost["crawl"], total / CORES)
    print(
        f"* An import of {count:,} pages reaches {limit / total:.2f} of the limit. By these figures {CORES} "
        f"cores import {a_day:.0f} million pages a day."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--copies", type=int, default=4, help="how often each page is imported (default 4)")
    options = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.copies)


if __name__ == "__main__":
    main()
