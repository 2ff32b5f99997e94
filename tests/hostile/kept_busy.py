"""A parent of workers, one busy for ever and one idle; run as a script, to be killed. Prints `ready`."""

import asyncio
import re
import sys

from crawler.extraction.workers import Workers


def endless():
    return re.match(r"(a+)+$", "a" * 64 + "b")


def ready():
    return True


async def main():
    workers = Workers(2, 3.0)
    stuck = asyncio.ensure_future(workers.run(endless))
    await workers.run(ready)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stuck


if __name__ == "__main__":
    asyncio.run(main())
