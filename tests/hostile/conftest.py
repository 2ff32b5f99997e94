from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.crawled import HostileOutlet
from tests.hostile.server import HostileServer
from tests.support.running import Crawl


@pytest.fixture
def outlet(crawl: Crawl) -> Iterator[HostileOutlet]:
    with HostileServer() as server:
        yield HostileOutlet(server, crawl)
