"""An outlet whose spider loses an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tests.spiders.outlets.herald import BASE, Herald


class Careless(Herald):
    name = "careless"

    async def start(self) -> AsyncIterator[Any]:
        async for request in super().start():
            yield request
        self.ledger.discover(f"{BASE}/news/99")
