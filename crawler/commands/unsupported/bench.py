"""`scrapy bench`, which says what does it here."""

from typing import ClassVar

from crawler.reports.terminal import NoSuchCommand


class Command(NoSuchCommand):
    instead: ClassVar[str] = "`make bench` measures this crawl beside others"
