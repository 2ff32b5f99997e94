"""An outlet whose spider breaks before it has named all that it asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tests.spiders.outlets.herald import Herald


class Stumbling(Herald):
    name = "stumbling"

    async def start(self) -> AsyncIterator[Any]:
        async for request in super().start():
            yield request
            raise LookupError("no more")
