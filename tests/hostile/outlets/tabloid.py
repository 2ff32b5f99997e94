"""An outlet that takes any address of its sitemap for an article, and tells its memory at the end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from crawler.story.spider import StorySpider

BASE = f"http://tabloid.example:{os.environ.get('TABLOID_PORT', '80')}"


class Tabloid(StorySpider):
    name = "tabloid"
    title = "Kalynivka Tabloid"
    allowed_domains = ["tabloid.example"]
    news_sitemaps = [f"{BASE}/sitemap.xml"]
    if article_url := os.environ.get("TABLOID_ARTICLES", ""):
        home, languages = BASE, ("uk",)

    async def start(self):
        # the peak so far is that of the imports
        Path("/proc/self/clear_refs").write_text("5")
        self.idle = _memory("VmRSS")
        async for request in super().start():
            yield request

    def closed(self, reason):
        sys.stderr.write(f"PEAK {_memory('VmHWM') - self.idle}\n")


def _memory(field: str) -> int:
    """Megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith(f"{field}:"))
