"""An outlet with many addresses, whose account is still growing while what it has is published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from crawler.items import Article
from pipelines.snapshot import COMMIT_EVERY, SnapshotStage
from tests.spiders.outlets.herald import BASE, Herald

KNOWN = 150_000
ARTICLES = COMMIT_EVERY + 100
TEXT = (
    "The council of Kalynivka spoke of the bridge over the Snyvid on Tuesday and put off its decision. " * 3
)


class Counting(Herald):
    name = "counting"

    async def start(self) -> AsyncIterator[Any]:
        for number in range(KNOWN):
            self.ledger.settle(f"{BASE}/news/{number}", "skipped", "known")
        for number in range(KNOWN, KNOWN + ARTICLES):
            url = f"{BASE}/news/{number}"
            yield Article(
                outlet=self.name, url=url, requested_url=url, http_status=200, fetched_at=datetime.now(UTC),
                headline=f"Bridge {number}", body=f"{number}. {TEXT}", published_at=datetime.now(UTC),
                raw_sha256="0" * 64, extractor="none",
            )  # fmt: skip
            await asyncio.sleep(0)
            if number == KNOWN + COMMIT_EVERY + 50:  # a slow commit would take the rest along
                stage = self.crawler.get_item_pipeline(SnapshotStage)
                assert stage is not None
                assert stage._commit is not None
                await asyncio.shield(stage._commit)
