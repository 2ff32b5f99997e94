"""`scrapy crawl …` in a process of its own, and what it leaves behind."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from archive.__main__ import main
from tests.newsrooms.newsroom import Site
from tests.support import forked

ROOT = forked.ROOT


class Run(NamedTuple):
    exit_code: int
    out: str
    err: str
    archive: Path

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.archive / name)

    def outcomes(self, site: Site) -> dict[str, str]:
        """`{"/path": "dropped(no-body)"}`, as the archive remembers it."""
        found = {}
        for row in self.table("observations").itertuples():
            path = row.requested_url.removeprefix(site.base)
            found[path] = f"{row.outcome}({row.reason})" if isinstance(row.reason, str) else row.outcome
        return found


class Crawl:
    def __init__(self, command: list[str], archive: Path) -> None:
        self.command = command
        self.archive = archive

    def command_line(self, *arguments: str, private: bool = True, command: str = "crawl") -> list[str]:
        settings = {"DOWNLOAD_DELAY": "0", "AUTOTHROTTLE_ENABLED": "False", "EXTRACTION_PROCESSES": "1"}
        # two requests more of each host: the test of them asks for them
        settings["OPT_OUT_FILES"] = "False"
        settings["ARCHIVE_URI"] = str(self.archive)
        if private:
            settings["ALLOW_PRIVATE_NETWORK"] = "True"
        before = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        return [*self.command, command, *before, *arguments]

    def start(
        self, *arguments: str, private: bool = True, command: str = "crawl", **environment: str
    ) -> subprocess.Popen[str]:
        """Start it with an interpreter and workers of its own, for tests that look at its processes."""
        return subprocess.Popen(
            self.command_line(*arguments, private=private, command=command),
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def fork(
        self, *arguments: str, private: bool = True, command: str = "crawl", **environment: str
    ) -> forked.Program | subprocess.Popen[str]:
        """Start a crawl that has its imports, for tests that stop or kill it."""
        line = self.command_line(*arguments, private=private, command=command)
        return forked.start(*line[len(self.command) :], **environment)

    def __call__(
        self, *arguments: str, private: bool = True, command: str = "crawl", **environment: str
    ) -> Run:
        process = self.fork(*arguments, private=private, command=command, **environment)
        out, err = process.communicate(timeout=forked.A_WHILE)
        return Run(process.returncode or 0, out, err, self.archive)


def python(
    *arguments: object, cwd: Path = ROOT, check: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run this Python in a process of its own, and return what it printed."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=forked.A_WHILE,
        check=check,
    )


def archive_prints(*arguments: str) -> str:
    """Run `python -m archive …` in this process, which takes a second of CPU less, and return its output."""
    with redirect_stdout(io.StringIO()) as printed:
        code = main(arguments)
    assert code == 0, printed.getvalue()
    return printed.getvalue()
