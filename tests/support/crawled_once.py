"""One crawl for several tests: its archive is copied, and the server answers again as it did."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.opening import open_existing
from archive.state.replay import CurrentState
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Answer, Site
from tests.support.running import Crawl


@dataclass(frozen=True)
class Crawled:
    """A newsroom whose stories are in an archive; each test has both for itself, as they are here."""

    herald: Herald
    answers: dict[str, Answer]

    def again(self, crawl: Crawl) -> Herald:
        site = self.herald.site
        # a cache that was copied is not used: the copy gets its own
        without = shutil.ignore_patterns("state.sqlite*")
        shutil.copytree(self.herald.archive, crawl.archive, symlinks=True, ignore=without)
        storage, log, head = open_existing(crawl.archive)
        current = CurrentState(storage, log)
        current.at(head)
        current.close()
        herald = Herald(site, crawl)
        site.answers = dict(self.answers)
        site.requests.clear()
        site.conditions.clear()
        return herald


@contextmanager
def crawled(command: list[str], folder: Path, lay_out: Callable[[Herald], None]) -> Iterator[Crawled]:
    with Site() as site:
        herald = Herald(site, Crawl(command, folder / "news-archive"))
        lay_out(herald)
        assert herald.crawl().exit_code == 0
        yield Crawled(herald, dict(site.answers))
