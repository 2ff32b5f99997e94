"""syncs.py ROOT COUNT: archive COUNT articles with pages, and sync after each; tells when it is done."""

import sys

from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page

with ArchiveWriter.open(sys.argv[1], run_id="syncs") as writer:
    for number in range(int(sys.argv[2])):
        writer.add_article(*make_page(make_article(number)))
        writer.sync()
        print(number, flush=True)
