"""syncs.py ROOT COUNT: archive COUNT articles with pages, and sync after each; tells when it is done."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import make_article, make_page

from archive.writer import ArchiveWriter

with ArchiveWriter.open(sys.argv[1], run_id="syncs") as writer:
    for number in range(int(sys.argv[2])):
        writer.add_article(*make_page(make_article(number)))
        writer.sync()
        print(number, flush=True)
