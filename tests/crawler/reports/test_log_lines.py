"""Lines of the log, whoever writes them."""

import io
import logging

from scrapy.utils.log import _get_handler
from scrapy.utils.test import get_crawler

from crawler.reports.log_format import LazyLogFormat


def test_no_line_of_a_library_commands_the_terminal():
    crawler = get_crawler()
    handler = _get_handler(crawler.settings)
    handler.stream = io.StringIO()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        LazyLogFormat.from_crawler(crawler)
        logging.getLogger("warcio.recordloader").warning("WARC-Target-URI: \x1b]0;owned\x07")
    finally:
        root.removeHandler(handler)
    line = handler.stream.getvalue()
    assert "[warcio.recordloader] WARNING: WARC-Target-URI: �]0;owned�" in line
