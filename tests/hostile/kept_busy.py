"""A parent of workers, one busy for ever and one idle; run as a script, to be killed. Prints `ready`."""

import asyncio
import sys

from crawler.extraction.workers import Workers
from tests.hostile.tasks import endless, pid


async def main():
    workers = Workers(2, 3.0)
    stuck = asyncio.ensure_future(workers.run(endless))
    await workers.run(pid)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stuck


if __name__ == "__main__":
    asyncio.run(main())
