"""pages.py ROOT RUN EVERY [END]: archive articles with their pages for ever, a commit after EVERY.

Prints the number of each when it is acknowledged. END is how it dies by itself after ten articles: `between`
page and record, or `torn` in the middle of a page.
"""

import os
import signal
import sys

from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page

root, run_id, every, *end = sys.argv[1:]
writer = ArchiveWriter.open(root, run_id=run_id)
for number in range(100_000):
    url = f"https://x.example/{run_id}/{number}"
    record, page = make_page(make_article(number, url=url, canonical_url=url))
    if end and number == 10:
        if end[0] == "between":
            writer._raw.append(page)
        else:
            os.write(writer._raw.borrow()[0], page.response[:-100])
        os.kill(os.getpid(), signal.SIGKILL)
    writer.add_article(record, page)
    print(number, flush=True)
    if (number + 1) % int(every) == 0:
        writer.commit()
