"""overtaken.py ROOT: take over a segment that is removed between its opening and its lock; prints what came.

As when its writer commits and removes it at that moment.
"""

import sys
from pathlib import Path

from archive.format.layout import Layout
from archive.wal import segment
from archive.wal.segment import Segment

layout = Layout(Path(sys.argv[1]))
layout.create_folders()
writers = [Segment.create(layout, "run-1")]


def commit(event, _):
    if event == "fcntl.flock" and writers:
        writers.pop().remove()


sys.addaudithook(commit)
print(segment.orphans(layout), [*layout.segments.iterdir()])
