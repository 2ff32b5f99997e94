"""Lines for a terminal: counts, and an error in one sentence."""

import contextlib
import difflib
import errno
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from archive.commands.exit_codes import ExitCode, of_error
from archive.exceptions import ArchiveError, WrongSetting
from archive.storage import path_guard
from archive.terminal import literal, visible


class WrongUse(UsageError):
    """A mistake in arguments or settings: its sentence and exit code 2, without the help."""

    def __init__(self, message: str) -> None:
        super().__init__(message, print_help=False)


@contextlib.contextmanager
def wrong_settings() -> Iterator[None]:
    """Turn an error in triptych.toml, the environment or -s into WrongUse."""
    try:
        yield
    except WrongSetting as error:
        raise WrongUse(visible(str(error))) from None


def expect_file(option: str, path: Path, *, is_written: bool = False) -> None:
    """Raise WrongUse for what is no file, before anything is done."""
    if is_written and not path.absolute().parent.is_dir():
        raise WrongUse(f"{option} {visible(str(path))}: there is no such folder")
    if is_written:
        refuse_archive(path)
    try:
        path_guard.expect_file(path, is_written=is_written)
    except OSError as error:
        raise WrongUse(f"{option}: {visible(str(path))}: {error.strerror}") from None


def refuse_archive(path: Path) -> None:
    """Raise WrongUse for what is to be written and is an archive or in one."""
    with wrong_settings():
        path_guard.refuse_archive(path)


# How often each of several names was met, as a person reads it.


def counts(counter: Counter[str]) -> str:
    """`label-no 2, same-language 1`: the commonest first, for a terminal."""
    return ", ".join(f"{literal(name)} {count}" for name, count in counter.most_common())


_NO_OUTLETS = {"demo", "page"}
"""Spiders that `triptych list` names, too: invented news, and pages of any site."""


def check_names(names: Iterable[str], declared: Iterable[str]) -> None:
    """Raise WrongUse for a name that no outlet has."""
    outlets = {*declared}
    for name in names:
        if name in _NO_OUTLETS - outlets:
            raise WrongUse(f"{name} is no declared outlet; `triptych crawl {name}` crawls it")
        if name not in outlets:
            near = difflib.get_close_matches(name.lower(), outlets, 1)
            ask = f"did you mean {near[0]}?" if near else "`triptych list` has all"
            raise WrongUse(f"no outlet {visible(name)!r}; {ask}")


# What ends a command that reads or writes an archive: one sentence and an exit code, no traceback.


@contextlib.contextmanager
def one_sentence(command: ScrapyCommand, called: str, uri: str) -> Iterator[None]:
    """For an archive that is missing or damaged, a disk that is full, and Ctrl-C."""
    try:
        yield
        return
    except ArchiveError as error:
        why, code = str(error), of_error(error)
    except OSError as error:
        why = f"{error.filename or uri}: {error.strerror or error}."
        code = ExitCode.UNUSABLE if _is_of_archive(error, uri) else ExitCode.LOST
    except KeyboardInterrupt:
        why = "interrupted; nothing that was published is lost, and the rest is found again."
        code = ExitCode.INTERRUPTED
    print(f"{called}: {visible(why)}", file=sys.stderr)
    command.exitcode = code


def _is_of_archive(error: OSError, uri: str) -> bool:
    """Tell a disk that fails from a report that has no place, or a port that is taken."""
    if isinstance(error.filename, str):
        return Path(error.filename).absolute().is_relative_to(Path(uri).absolute())
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


class DescribedCommand(ScrapyCommand):
    """A command whose help is three class attributes."""

    usage: ClassVar[str]
    """Its options and arguments."""
    summary: ClassVar[str]
    about: ClassVar[str]

    def syntax(self) -> str:
        return self.usage

    def short_desc(self) -> str:
        return self.summary

    def long_desc(self) -> str:
        return self.about


class ReadingCommand(DescribedCommand):
    """A command of a project that crawls nothing."""

    requires_project = True
    requires_crawler_process = False
    settings: Settings  # set before it runs


class QuietCommand(ReadingCommand):
    """One whose lines are all that it has to say."""

    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}


# Commands of Scrapy that a news archive has no use for: exit code 2, and what does it instead.


class NoSuchCommand(ScrapyCommand):
    requires_crawler_process = False
    instead: ClassVar[str]

    def short_desc(self) -> str:
        return f"Not here: {self.instead}"

    def process_options(self, args: list[str], opts: Namespace) -> None:
        del args, opts
        raise WrongUse(f"not here: {self.instead}")

    def run(self, args: list[str], opts: Namespace) -> None:
        raise AssertionError("process_options has ended the command")
