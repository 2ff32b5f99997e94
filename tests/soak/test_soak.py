"""A minute of what `make soak` does for an hour."""

from __future__ import annotations

import pytest

from tests.soak.soak import soak
from tests.support.running import Crawl


@pytest.mark.slow
def test_a_minute_of_everything_at_once_loses_no_good_article(crawl: Crawl) -> None:
    ledger = soak(crawl, seconds=60, seed=7)
    assert ledger.faults() == [], ledger.table()
    assert ledger.rounds >= 2
    assert ledger.published == ledger.archived > 20
    assert ledger.network
