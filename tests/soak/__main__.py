"""`make soak`: a good and a hostile outlet crawled together for an hour, on a bad network, through kills.

One crawl lasts as long as the soak, and is watched for memory and descriptors; beside it short crawls of
another good outlet and of the hostile one come and go, a third of them killed, some with a wrong clock. At
the end a calm crawl of each makes up for what is missing; then every good article has to be there, once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.soak.soak import soak
from tests.support.running import Crawl


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1, help="of faults, kills and clock jumps")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        crawl = Crawl([sys.executable, "-m", "scrapy"], Path(folder) / "news-archive")
        ledger = soak(crawl, given.minutes * 60, given.seed, progress=sys.stderr)
    sys.stdout.write(ledger.table())
    return 1 if ledger.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
