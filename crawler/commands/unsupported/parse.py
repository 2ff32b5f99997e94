"""`scrapy parse`, which says what does it here."""

from typing import ClassVar

from crawler.reports.terminal import NoSuchCommand


class Command(NoSuchCommand):
    instead: ClassVar[str] = "`triptych inspect URL` shows what is read from a page"
