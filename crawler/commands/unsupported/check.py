"""`scrapy check`, which says what does it here."""

from typing import ClassVar

from crawler.reports.terminal import NoSuchCommand


class Command(NoSuchCommand):
    instead: ClassVar[str] = "outlets have no contracts; `triptych live OUTLET` checks their rules"
