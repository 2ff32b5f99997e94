"""Run our extraction in N processes, the limit of a crawl: python flat_out.py FOLDER COPIES N.

All processes read the same bytes.

The processes have the garbage collector's pace of our workers; without it the limit would be too low.
"""

import multiprocessing
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from crawler.exceptions import ExtractionError
from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from crawler.workers.fork_server import prepare


def read(path: str) -> int:
    body = Path(path).read_bytes()
    fetch = Fetch(f"http://127.0.0.1/{path}", f"http://127.0.0.1/{path}", body, None, 200, datetime.now(UTC))
    try:
        return len(extract(fetch, Hints("bench")).body)
    except ExtractionError:
        return 0


if __name__ == "__main__":
    paths = [str(path) for path in sorted(Path(sys.argv[1]).glob("*.html"))] * int(sys.argv[2])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crawler.extraction.page"])
    with context.Pool(int(sys.argv[3]), initializer=prepare) as pool:
        print(sum(pool.imap_unordered(read, paths, chunksize=4)))
