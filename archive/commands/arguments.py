"""Types of command-line arguments; argparse prints the message of a ValueError and exits with code 2."""

import difflib
import os
import re
from argparse import Action, ArgumentError, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from archive.operations.partitions import ALONE, Spread
from archive.terminal import visible

_LONGEST = 36_500


class OneCommand(ArgumentParser):
    """The parser of one command: of what it does not know, it says so itself, with its own usage.

    argparse would leave that to the parser of all commands.
    """

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Namespace | None = None
    ) -> tuple[Namespace, list[str]]:
        options, rest = super().parse_known_args(args, namespace)
        refuse_unknown(self, rest)
        return options, []

    def _check_value(self, action: Action, value: object) -> None:
        if action.choices is None or value in action.choices:
            return
        near = difflib.get_close_matches(str(value), map(str, action.choices), 1)
        ask = f"did you mean {near[0]}?" if near else f"choose from {', '.join(map(str, action.choices))}"
        raise ArgumentError(action, visible(f"there is no {value!r}; {ask}"))


def refuse_unknown(parser: ArgumentParser, words: Sequence[str]) -> None:
    """End with exit code 2 if words are left that no option and no argument has taken."""
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0]
            near = difflib.get_close_matches(name, parser._option_string_actions, 1)
            parser.error(visible(f"there is no option {name}{f'; did you mean {near[0]}?' if near else ''}"))
    for word in words:
        is_archive = word.startswith("s3://") or Path(word).is_dir()
        hint = f"; did you mean --archive {word}?" if is_archive else ""
        parser.error(visible(f"{word!r} is one argument too many{hint}"))


class Once(Action):
    """An option that may not be repeated: the last would win unseen. Its default is None or suppressed."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: object, option_string: str | None = None
    ) -> None:
        if getattr(namespace, self.dest, None) is not None:
            parser.error(f"{option_string} may be given once")
        setattr(namespace, self.dest, values)


def count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def percent(text: str) -> int:
    if (number := count(text)) > 100:
        raise ArgumentTypeError(f"{number} is not a percentage of 1 to 100")
    return number


def days(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= _LONGEST:
        raise ArgumentTypeError(f"{text} is not a number of days; write 0 to {_LONGEST}")
    return number


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{visible(text)!r} is not a day; write 2026-03-01") from None


def address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or re.search(r"\s", text):
        raise ArgumentTypeError(f"{visible(text)!r} is not an address; write http://127.0.0.1:8765")
    return text


_WORTH_IT = 64 << 20
"""Bytes of data files above which several processes are faster, in spite of their start."""


def add_spread(parser: ArgumentParser, default: str = "cores, and 1 for less than 64 MB") -> None:
    """Add the options for work over partitions; `default`: of the number of processes, in words."""
    parser.add_argument(
        "--processes",
        type=count,
        metavar="COUNT",
        help=f"number of processes on this machine (default: {default})",
    )
    parser.add_argument(
        "--engine",
        metavar="dask=ADDRESS",
        help="use the workers of a Dask cluster, such as dask=tcp://HOST:8786, instead of processes of this "
        "machine; each must reach the archive by the same name (needs triptych[dask])",
    )


def spread(options: Namespace, data: int) -> Spread:
    """Read these options; `data` is the number of bytes to work on. Raises WrongSetting."""
    from archive.operations import cluster

    if options.engine is not None:
        cluster.address(options.engine)
        return Spread(engine=options.engine)
    if options.processes is None and data < _WORTH_IT:
        return ALONE
    return Spread(options.processes or os.cpu_count() or 1)
