"""`triptych schedule`: what a scheduler needs, printed: units of systemd, lines of cron, Airflow, Dagster."""

import argparse
import getpass
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scrapy.spiderloader import get_spider_loader

from archive.commands.configuration import read_configuration
from archive.storage.cache import cache
from archive.terminal import visible
from crawler.health.table import outlets
from crawler.outlet import fleet
from crawler.outlet.fleet.timetable import read_timetable
from crawler.reports.terminal import QuietCommand, WrongUse, wrong_settings

_CARE = {"pair": "pair", "compact": "archive compact", "gc": "archive gc", "verify": "archive verify"}
"""What an archive needs once a day, in this order; one that fails keeps no other from its turn."""
_FIRST_HOUR = 3
"""UTC, or the machine's own zone: each has an hour of its own."""
_TEMPLATES = Path(fleet.__file__).parent / "schedulers"


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


class Command(QuietCommand):
    usage = "--print systemd|cron|airflow|dagster"
    summary = (
        "Print units of systemd, lines for cron, files for Airflow and Dagster that run it all for years"
    )
    about = (
        "Print what this machine's scheduler needs to run `crawl --all` by the schedule of "
        "triptych.toml, `watch` every quarter of an hour, and `pair`, `archive compact`, `archive gc` "
        "and `archive verify` once a day, one after the other, when they do not delay a crawl.\n\n"
        "The paths are those of this folder, this Python and these settings. Nothing is installed."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--print", choices=[*_PRINTED], help="for which scheduler")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or opts.print is None:
            raise WrongUse(f"give --print {', '.join(_PRINTED)}")
        with wrong_settings():
            configuration = read_configuration()
            loader = get_spider_loader(self.settings)
            read_timetable(configuration.schedule, [outlet.name for outlet in outlets(loader)])
        uri, logs = self.settings["ARCHIVE_URI"], Path(self.settings["LOGS_FOLDER"]).absolute()
        archives = () if "://" in uri else (Path(uri).absolute(),)
        metrics = self.settings["METRICS_FILE"]
        machine = Machine(
            sys.executable,
            Path.cwd(),
            str(archives[0]) if archives else uri,
            (*archives, cache(), logs, *([Path(metrics).absolute().parent] if metrics else ())),
            logs,
            configuration.path.absolute() if configuration.path is not None else None,
            getpass.getuser(),
        )
        try:
            print(_PRINTED[opts.print](machine), end="")
        except ValueError as error:
            raise WrongUse(visible(str(error))) from None


def systemd(machine: Machine) -> str:
    """The units, each after a line with its path. Raises ValueError for a path that no unit can name."""
    return "\n".join(f"# /etc/systemd/system/{name}\n{unit}" for name, unit in units(machine).items())


def units(machine: Machine) -> dict[str, str]:
    variables = [_quoted(f"{name}={value}") for name, value in _environment(machine).items()]
    folders = [str(folder) for folder in machine.writable]
    writable = "\n".join(f"ReadWritePaths={_quoted(folder)}" for folder in folders)
    values = {
        # in a command it knows variables, too
        "command": f"{_quoted(machine.python).replace('$', '$$')} -m triptych",
        "user": machine.user,
        "folder": _bare(machine.folder),
        "folders": " ".join(map(shlex.quote, folders)),
        "environment": "\n".join(f"Environment={variable}" for variable in variables),
        "hardened": _template("systemd/hardened.conf").format(writable=writable).rstrip("\n"),
    }
    files: dict[str, str] = {}
    for name in ("crawl.service", "watch.service", "watch.timer"):
        files[f"triptych-{name}"] = _template(f"systemd/{name}").format(**values)
    before = "network-online.target"
    for number, (job, task) in enumerate(_CARE.items()):
        values |= {"task": task, "before": before, "hour": f"{_FIRST_HOUR + number:02}"}
        for kind in ("service", "timer"):
            files[f"triptych-{job}.{kind}"] = _template(f"systemd/care.{kind}").format(**values)
        before = f"triptych-{job}.service"
    return files


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _environment(machine: Machine) -> dict[str, str]:
    variables = {"TRIPTYCH_CACHE": str(cache()), "PYTHONUNBUFFERED": "1"}
    if machine.configuration is not None:
        variables["TRIPTYCH_CONFIG"] = str(machine.configuration)
    variables["TRIPTYCH_ARCHIVE_URI"] = machine.archive
    return variables


def cron(machine: Machine) -> str:
    """Lines of a crontab. Raises ValueError for a path that no line can name."""
    variables = _environment(machine)
    del variables["PYTHONUNBUFFERED"]
    environment = " ".join(f"{name}={_for_cron(value)}" for name, value in variables.items())
    run = f"cd {_for_cron(machine.folder)} && {environment}"
    command = f"{_for_cron(machine.python)} -m triptych"
    logs = machine.logs
    log = _for_cron(logs / "care.log")
    care = ""
    for hour, job in enumerate(_CARE.values(), _FIRST_HOUR):
        care += f"17 {hour} * * *  {run} nice -n 10 {command} {job} >> {log}\n"
    return (
        f"# crontab of {machine.user}; first: "
        f"mkdir -p {shlex.quote(str(logs))}\n"
        "# what is wrong is printed to stderr, and mailed to MAILTO\n"
        f"*/5 * * * *  {run} {command} crawl --all >> {_for_cron(logs / 'crawl_all.log')}\n"
        f"7-59/15 * * * *  {run} {command} watch >> {_for_cron(logs / 'watch.log')}\n"
        f"{care}"
    )


def _python_of(template: str, machine: Machine) -> str:
    """A file of Python from a template. Raises ValueError for a path that no scheduler takes."""
    return _template(template).format(
        python=_printable(machine.python),
        folder=_printable(machine.folder),
        environment={name: _printable(value) for name, value in _environment(machine).items()},
        hour=_FIRST_HOUR,
        care=_CARE,
    )


airflow, dagster = (partial(_python_of, f"{name}.tmpl") for name in ("airflow", "dagster"))
"""A file for Airflow's folder of DAGs, and one of definitions for Dagster."""
_Printed = Callable[[Machine], str]
_PRINTED: dict[str, _Printed] = {"systemd": systemd, "cron": cron, "airflow": airflow, "dagster": dagster}


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
    path = os.fspath(text) if isinstance(text, os.PathLike) else str(text)
    if not path.isprintable():
        raise ValueError(f"the path {path!r} has characters that no scheduler takes; use another folder")
    return path
