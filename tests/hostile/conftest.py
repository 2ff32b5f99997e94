from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.crawled import HostileOutlet
from tests.hostile.server import HostileServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running import Crawl


@pytest.fixture
def outlet(crawl: Crawl) -> Iterator[HostileOutlet]:
    with HostileServer() as server:
        yield HostileOutlet(server, crawl)
