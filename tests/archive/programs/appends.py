"""appends.py ROOT RUN FIRST COUNT EVERY: archive COUNT articles from FIRST on, a commit after EVERY."""

import signal
import sys

from archive.writer import ArchiveWriter
from tests.archive.made import make_article

# who is started in the background ignores it
signal.signal(signal.SIGINT, signal.default_int_handler)
root, run_id = sys.argv[1:3]
first, count, every = map(int, sys.argv[3:])
with ArchiveWriter.open(root, run_id=run_id) as writer:
    for number in range(first, first + count):
        writer.add_article(make_article(number, run_id=run_id))
        if (number - first + 1) % every == 0:
            writer.commit()
    writer.commit()
