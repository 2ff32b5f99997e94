"""The commands of Scrapy that are ours; each begins with `fast_start()`."""

# Scrapy's deprecated names walk the stack of imports and its sources, three times, and the later the longer:
# .15 s of CPU within ours (`triptych list` 1.23 s, not 1.39), little here, where it is short
import scrapy.core.downloader.contextfactory  # noqa: F401
