"""without_links.py write|taken|read|plain ROOT: an archive where the system has no links, or is like Windows.

`write` brings two articles in two commits; `read` and `plain` print how many rows a bare reader finds at
`path("articles")` of the latest and of the first commit; `plain` has neither locks nor forks.
"""

import errno
import os
import sys

import pandas as pd


def refuse(*_args, **_options):
    raise PermissionError(errno.EPERM, "Operation not permitted")


action, root = sys.argv[1:]
os.link = os.symlink = refuse
if action == "plain":
    sys.modules["fcntl"] = None
    del os.register_at_fork, os.O_CLOEXEC

import archive  # noqa: E402  after what it may not have is gone

if action == "write":
    from archive.writer import ArchiveWriter
    from tests.archive.made import make_article

    for number in (1, 2):
        with ArchiveWriter.open(root, run_id=f"run-{number}") as writer:
            writer.add_article(make_article(number))
            assert writer.commit() is not None
elif action == "taken":
    from pathlib import Path

    from archive.storage import durable

    early, final = Path(root).with_name("early"), Path(root).with_name("final")
    for text in (b"first", b"second"):
        early.write_bytes(text)
        print(durable.publish_once(early, final), final.read_text(), early.exists())
else:
    opened = archive.open(root)
    first = opened.snapshots()[1].committed_at
    folders = [opened.path("articles"), opened.path("articles", as_of=first)]
    print(*(len(pd.read_parquet(folder)) for folder in folders), len(opened.articles()))
    if action == "plain":
        from archive.writer import ArchiveWriter

        try:
            ArchiveWriter.open(root, run_id="run-3")
        except archive.ArchiveNotWritable as error:
            print(error)
