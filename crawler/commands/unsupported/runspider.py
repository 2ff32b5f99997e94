"""`scrapy runspider`, which says what does it here."""

from typing import ClassVar

from crawler.reports.terminal import NoSuchCommand


class Command(NoSuchCommand):
    instead: ClassVar[str] = (
        "put the file into the folder that OUTLETS_FOLDER names, then `triptych crawl NAME`"
    )
