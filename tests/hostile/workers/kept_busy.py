"""A parent of two workers, one busy for ever; run as a script, to be killed. Prints their numbers."""

import asyncio
import sys

from crawler.workers.pool import Workers
from tests.hostile.workers.tasks import endless, pid, server


async def main():
    workers = Workers(2, 3.0)
    # each is at one of them
    family = await asyncio.gather(workers.run(pid), workers.run(pid), workers.run(server))
    stuck = asyncio.ensure_future(workers.run(endless))
    # it has been given to a worker, and another answers
    await workers.run(pid)
    sys.stdout.write(f"{family[0]} {family[1]} {family[2]}\n")
    sys.stdout.flush()
    await stuck


if __name__ == "__main__":
    asyncio.run(main())
