# Scrapy's deprecated names walk the stack of imports and its sources, three times, and the later the longer:
# .15 s of CPU within ours, of which little is left here, where it is short and few modules are loaded
import scrapy.core.downloader.contextfactory  # noqa: F401

from archive import no_pandas

no_pandas.settle()
