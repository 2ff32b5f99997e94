"""The server of tests/newsrooms/newsroom.py in a process of its own, which a test can kill and start again.

`python -m tests.newsrooms.newsroom_process`: one line of JSON on its standard input has the port, the number
of requests that get an answer, and the pages. It prints its port, then the path of each request; it ends with
its input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Self

from tests.newsrooms.newsroom import Answer, Site
from tests.support.running import ROOT


class NewsroomProcess:
    def __init__(self, answers: Mapping[str, Answer], port: int = 0, answered: int | None = None) -> None:
        """After so many requests, None for all, each further one waits for an answer that does not come."""
        self._answers, self.port, self._answered = answers, port, answered

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.newsrooms.newsroom_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pages = {path: (x.body.decode(), x.status, x.headers) for path, x in self._answers.items()}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([self.port, self._answered, pages]) + "\n")
        self._process.stdin.flush()
        self.port = int(self.request())
        return self

    def request(self) -> str:
        """Wait for the next request, and return its host and path."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the newsroom has ended"
        return line.strip()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def __exit__(self, *_: object) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


class _Printed(list[str]):
    def append(self, request: str) -> None:
        super().append(request)
        print(request, flush=True)


def main() -> None:
    port, answered, pages = json.loads(sys.stdin.readline())
    site = Site(port)
    site.requests = _Printed()
    site.hold_after = answered
    for path, (body, status, headers) in pages.items():
        site[path] = Answer(body.encode(), status, headers)
    with site:
        print(site.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
