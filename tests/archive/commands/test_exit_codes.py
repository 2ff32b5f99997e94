"""What ends a command with which code: errors of the archive, of a disk, and a real Ctrl-C."""

import errno
import signal

import pytest
from scrapy.commands import ScrapyCommand

from archive.commands.exit_codes import ExitCode, of_error
from archive.exceptions import (
    ArchiveDamaged,
    ArchiveError,
    ArticleNotFound,
    EngineError,
    ObjectStoreError,
    WrongEngine,
    WrongSetting,
)
from crawler.reports.terminal import one_sentence


class Command(ScrapyCommand):
    exitcode = 0

    def short_desc(self) -> str:
        return ""

    def run(self, args, opts) -> None:
        raise AssertionError


def raised(error: BaseException) -> None:
    raise error


def interrupt(_: object) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("end", "error", "code"),
    [
        (raised, ArchiveDamaged("a"), 6),
        (raised, ObjectStoreError("a"), 6),
        (raised, WrongEngine("a"), 2),
        (raised, EngineError("a"), 1),
        (raised, ArticleNotFound("a"), 1),
        (raised, OSError(errno.ENOSPC, "no space"), 6),
        (raised, OSError(errno.EACCES, "denied", "/here/news/_log"), 6),
        (raised, OSError(errno.EACCES, "denied", "/there/report.json"), 1),
        (raised, OSError(errno.EADDRINUSE, "taken"), 1),
        (interrupt, None, 130),
    ],
)
def test_a_command_that_does_not_get_to_its_end(capsys, end, error, code):
    command = Command()
    with one_sentence(command, "scrapy pair", "/here/news"):
        end(error)
    told = capsys.readouterr().err
    assert (command.exitcode, told.count("\n"), told[:13]) == (code, 1, "scrapy pair: ")


def test_each_error_of_the_archive_has_a_code():
    found = {kind.__name__: of_error(kind.__new__(kind)) for kind in _all(ArchiveError)}
    usage = {name for name, code in found.items() if code == ExitCode.USAGE}
    assert usage == {"WrongSetting", "WrongEngine", "WrongOutput", "UnknownValue"}
    assert of_error(WrongSetting("a")) == 2
    assert {name for name, code in found.items() if code == ExitCode.LOST} == {
        *("ArticleNotFound", "PageNotKept", "ExportError", "ArticlePurged", "DecisionError"),
        *("QuestionError", "EngineError", "PoisonRecord"),
    }


def _all(kind):
    return {
        each
        for one in kind.__subclasses__()
        for each in (one, *_all(one))
        if each.__module__ == kind.__module__
    }
