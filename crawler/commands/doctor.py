"""`triptych doctor`: whether this machine and the archive can do what crawls for years ask of them."""

import argparse
import json
from dataclasses import asdict

from scrapy.spiderloader import get_spider_loader

from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal, visible
from crawler.outlet.declaration import Outlet
from crawler.reports.terminal import QuietCommand, WrongUse
from crawler.story.arguments import check_settings

_COLOURS = {"well": "green", "look": "yellow", "bad": "red"}


class Command(QuietCommand):
    usage = "[OUTLET] [--json]"
    summary = "Examine this machine and the archive: disk, locks, clock, packages, last runs"
    about = (
        "Check Python and its packages, the environment, the archive, when it was verified, and the "
        "last runs; where the archive and the cache lie also disk, inodes, fsync, locks and links. With "
        "an OUTLET, also its name in DNS, its certificate and robots.txt, by one request. Nothing is "
        "changed.\n\n"
        "Each line that is not well says what to do. Exit codes: 0 nothing is bad; 1 something is; 2 an "
        "argument is wrong."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print it for programs, one object a line")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        from crawler.health.machine import examine

        check_settings(self.settings)
        console = Terminal(highlight=False)
        bad = 0
        for finding in examine(self.settings, self._outlet(args)):
            bad += finding.state == "bad"
            if opts.json:
                values = asdict(finding)
                values["told"] = values.pop("message")
                print(json.dumps(values, ensure_ascii=False))
                continue
            mend = f"  → {literal(finding.mend)}" if finding.mend else ""
            colour = _COLOURS[finding.state]
            console.print(
                f"[{colour}]{finding.state:<5}[/]{literal(finding.what):<24}{literal(finding.message)}{mend}",
                soft_wrap=True,
            )
        self.exitcode = int(bool(bad))

    def _outlet(self, args: list[str]) -> type[Outlet] | None:
        if not args:
            return None
        loader = get_spider_loader(self.settings)
        if len(args) > 1 or args[0] not in loader.list():
            raise WrongUse(f"{visible(args[0])!r} is not an outlet, see `triptych list`")
        outlet = loader.load(args[0])
        if not issubclass(outlet, Outlet) or not outlet.home:
            raise WrongUse(f"{visible(args[0])} has no site of its own")
        return outlet
