"""An outlet whose spider loses an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.spiders.outlets.herald import BASE, Herald

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Careless(Herald):
    name = "careless"

    async def start(self) -> AsyncIterator[Any]:
        async for request in super().start():
            yield request
        self.ledger.discover(f"{BASE}/news/99")
