"""`scrapy schedule`: what a machine's own scheduler needs, printed: units of systemd, lines for cron."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from archive.commands.configuration import read_configuration
from archive.exceptions import WrongSetting
from archive.storage.cache import cache
from archive.terminal import visible
from crawler.health.table import outlets
from crawler.outlet.fleet.timetable import read_timetable

if TYPE_CHECKING:
    import argparse

_CARE = ("pair", "archive compact", "archive gc", "archive verify")
"""What an archive needs once a day, in this order; the first that fails is the last."""
_HARDENED = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=read-only
{writable}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0027
"""
_UNITS = {
    "triptych-crawl.service": """\
[Unit]
Description=Triptych: crawl all outlets by their schedule
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={user}
WorkingDirectory={folder}
ExecStart={command} crawl --all --forever
{environment}
Restart=always
RestartSec=30
# the runner tells its crawls to end, and waits a minute for them
KillMode=mixed
TimeoutStopSec=90
OOMPolicy=continue
{hardened}
[Install]
WantedBy=multi-user.target
""",
    "triptych-care.service": """\
[Unit]
Description=Triptych: pair, compact, gc and verify the archive

[Service]
Type=oneshot
User={user}
WorkingDirectory={folder}
{care}
{environment}
Nice=10
IOSchedulingClass=idle
{hardened}""",
    "triptych-care.timer": """\
[Unit]
Description=Triptych: care for the archive once a day

[Timer]
OnCalendar=*-*-* 04:17:00
RandomizedDelaySec=30min
Persistent=yes

[Install]
WantedBy=timers.target
""",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the units and lines have to name; all paths are absolute."""

    python: str
    folder: Path
    archive: str
    writable: tuple[Path, ...]
    """The folders that the commands write into; they have to be there."""
    logs: Path
    configuration: Path | None
    user: str


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "--print systemd|cron"

    def short_desc(self) -> str:
        return "Print units of systemd or lines for cron that run it all for years"

    def long_desc(self) -> str:
        return (
            "Print what a machine's own scheduler needs to run `crawl --all` by the schedule of "
            "triptych.toml, and once a day `pair`, `archive compact`, `archive gc` and `archive verify`. "
            "Paths are those of this folder, this Python and these settings. Nothing is installed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--print", choices=["systemd", "cron"], help="for which scheduler")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if args or opts.print is None:
            raise UsageError("give --print systemd or --print cron", print_help=False)
        try:
            configuration = read_configuration()
            loader = get_spider_loader(self.settings)
            read_timetable(configuration.schedule, [one.name for one in outlets(loader)])  # type: ignore[arg-type]
        except WrongSetting as error:
            raise UsageError(visible(str(error)), print_help=False) from None
        uri, logs = self.settings["ARCHIVE_URI"], Path(self.settings["LOGS_FOLDER"]).absolute()
        archives = () if "://" in uri else (Path(uri).absolute(),)
        machine = Machine(
            sys.executable,
            Path.cwd(),
            str(archives[0]) if archives else uri,
            (*archives, cache(), logs),
            logs,
            configuration.path.absolute() if configuration.path is not None else None,
            getpass.getuser(),
        )
        try:
            print(systemd(machine) if opts.print == "systemd" else cron(machine), end="")
        except ValueError as error:
            raise UsageError(visible(str(error)), print_help=False) from None


def systemd(machine: Machine) -> str:
    """The units, each after a line with its path. Raises ValueError for a path that no unit can name."""
    return "\n".join(f"# /etc/systemd/system/{name}\n{unit}" for name, unit in units(machine).items())


def units(machine: Machine) -> dict[str, str]:
    # in a command it knows variables, too
    command = f"{_quoted(machine.python).replace('$', '$$')} -m triptych"
    environment = [f"TRIPTYCH_CACHE={cache()}", "PYTHONUNBUFFERED=1"]
    if machine.configuration is not None:
        environment.append(f"TRIPTYCH_CONFIG={machine.configuration}")
    environment.append(f"TRIPTYCH_ARCHIVE_URI={machine.archive}")
    filled = {
        "command": command,
        "user": machine.user,
        "folder": _bare(machine.folder),
        "care": "\n".join(f"ExecStart={command} {one}" for one in _CARE),
        "environment": "\n".join(f"Environment={_quoted(one)}" for one in environment),
        "hardened": _HARDENED.format(
            writable="\n".join(f"ReadWritePaths={_quoted(str(one))}" for one in machine.writable)
        ),
    }
    made = "# first: mkdir -p " + " ".join(shlex.quote(str(one)) for one in machine.writable)
    keys = "# keys of an object store: EnvironmentFile=/etc/triptych.env, readable by root alone"
    found = {name: unit.format(**filled) for name, unit in _UNITS.items()}
    return {
        name: f"{made}\n{keys}\n{unit}" if name.endswith(".service") else unit for name, unit in found.items()
    }


def cron(machine: Machine) -> str:
    """Lines of a crontab. Raises ValueError for a path that no line can name."""
    folder, python = _for_cron(machine.folder), _for_cron(machine.python)
    environment = f"TRIPTYCH_CACHE={_for_cron(cache())} "
    if machine.configuration is not None:
        environment += f"TRIPTYCH_CONFIG={_for_cron(machine.configuration)} "
    environment += f"TRIPTYCH_ARCHIVE_URI={_for_cron(machine.archive)} "
    logs = machine.logs
    care = " && ".join(f"{python} -m triptych {one}" for one in _CARE)
    return (
        f"# crontab of {machine.user}; first: "
        f"mkdir -p {shlex.quote(str(logs))}\n"
        "# what is wrong is printed to stderr, and mailed to MAILTO\n"
        f"*/5 * * * *  cd {folder} && {environment}{python} -m triptych crawl --all "
        f">> {_for_cron(logs / 'crawl_all.log')}\n"
        f"17 4 * * *  cd {folder} && export {environment}&& ( {care} ) >> {_for_cron(logs / 'care.log')}\n"
    )


def _bare(path: Path) -> str:
    """A path for systemd where quotes are not taken off."""
    return _printable(path).replace("%", "%%")


def _quoted(text: str) -> str:
    """A word for systemd, which knows quotes and specifiers (%)."""
    escaped = _printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if any(x in escaped for x in " \t\"'\\;") else escaped


def _for_cron(path: object) -> str:
    """A word for the shell that cron starts; cron itself takes % for the end of the line."""
    return shlex.quote(_printable(path)).replace("%", "\\%")


def _printable(text: object) -> str:
    told = os.fspath(text) if isinstance(text, os.PathLike) else str(text)
    if not told.isprintable():
        raise ValueError(f"the path {told!r} has characters that no scheduler takes; use another folder")
    return told
