"""Hosts that do not answer, more of them than a crawl has places: the others are asked meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.crawler.downloader.test_politeness import OTHER, addresses, ends, listed
from tests.newsrooms.newsroom import Answer, Site
from tests.support.forked import A_WHILE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Crawl

SILENT = "silent.example"


class Waiting(dict[str, Answer]):
    """Answers of a silent host come once the last page of the other host was asked for."""

    def __init__(self, answers: dict[str, Answer], last: str) -> None:
        super().__init__(answers)
        self._last, self._is_asked = last, threading.Event()

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]
        if path == self._last:
            self._is_asked.set()
        elif SILENT in path:
            self._is_asked.wait(A_WHILE)
        return super().get(path, default)


def test_hosts_that_do_not_answer_give_way_to_those_that_do(crawl: Crawl, tmp_path: Path) -> None:
    with Site() as site:
        first, *others = addresses(site, OTHER, 6)
        silent = [f"http://{number}.{SILENT}:{site.port}/news/1" for number in range(20)]
        site.answers = Waiting(site.answers, f"{OTHER}/news/5")
        run = crawl(*listed(tmp_path, [first, *silent, *others]), "-s", "DOWNLOAD_TIMEOUT=60")
    assert ends(run, OTHER) == {"archived()": 6}
    assert ends(run, SILENT) == {"failed(http-404)": 20}
