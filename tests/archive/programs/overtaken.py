"""overtaken.py ROOT WHEN: what one who takes segments over gets when their writer commits at the same moment.

WHEN: `found`, it is removed between being opened and being locked; `removed`, it is asked for as its name
goes. Prints what was got, and what is left.
"""

import sys
from pathlib import Path

from archive.format.layout import Layout
from archive.wal import segment
from archive.wal.segment import Segment

layout = Layout(Path(sys.argv[1]))
for folder in layout.first_folders():
    folder.mkdir(parents=True, exist_ok=True)
writers = [Segment.create(layout, "run-1")]
path = writers[0].path
got = []


def meanwhile(event, arguments):
    if event == "fcntl.flock" and sys.argv[2] == "found" and writers:
        writers.pop().remove()
    elif event == "os.remove" and sys.argv[2] == "removed" and str(arguments[0]) == str(path) and not got:
        got.append("asked")
        got.append(Segment.take_over(path))


sys.addaudithook(meanwhile)
if sys.argv[2] == "found":
    got.append(segment.orphans(layout))
else:
    writers.pop().remove()
print(got, [*layout.segments.iterdir()])
