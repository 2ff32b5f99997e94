"""A pipeline stage that raises when the spider closes, as somebody else's may."""

from __future__ import annotations


class Raises:
    async def close_spider(self) -> None:
        raise RuntimeError("the sibling broke")
