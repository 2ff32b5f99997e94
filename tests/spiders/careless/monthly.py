"""The Herald, as if it had no lists of days: its archive is a sitemap for each month."""

from __future__ import annotations

from tests.spiders.outlets.herald import Herald


class Monthly(Herald):
    name = "monthly"
    day_archives = []
