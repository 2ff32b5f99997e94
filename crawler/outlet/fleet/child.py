"""One crawl or revisit of a fleet, in a process of its own.

`python -m crawler.outlet.fleet.child SECONDS crawl OUTLET …` is as `triptych crawl OUTLET …`, but it stops
when its standard input is closed, because its parent has ended, even by kill -9. It stops as by SIGTERM,
and after SECONDS as by SIGKILL.
"""

import os
import signal
import sys
import threading


def main(grace: float, arguments: list[str]) -> None:
    threading.Thread(target=_end_with_parent, args=[grace], daemon=True).start()
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    # after the thread, which must notice a parent that ends at once
    from scrapy.cmdline import execute  # noqa: PLC0415
    from scrapy.settings import Settings  # noqa: PLC0415

    # Scrapy would read them itself, and then import from the folder of a `scrapy.cfg` that lies here
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    sys.argv = ["scrapy", *arguments]  # shown in errors of arguments
    execute(settings=settings)


def _end_with_parent(grace: float) -> None:
    # not by sys.stdin: a reading thread would hold its lock when the interpreter ends
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(grace)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
