"""One crawl or revisit of a fleet, in a process of its own.

`python -m crawler.outlet.fleet.child crawl OUTLET …` is as `scrapy crawl OUTLET …`, but it stops, as by
SIGTERM, when its standard input is closed: whoever started it has ended, be it by kill -9.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

GRACE = 60.0
"""Seconds for the requests under way and a commit; what is not committed then, the next run publishes."""


def main(arguments: list[str]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    # after the thread, which has to see the end of a parent that dies at once
    from scrapy.cmdline import execute  # noqa: PLC0415

    execute(["scrapy", *arguments])


def _end_with_parent() -> None:
    # not by sys.stdin, whose lock a thread that still reads would hold when the interpreter ends
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
