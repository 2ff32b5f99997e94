"""collects.py ROOT: collect and fold all that is not the latest, again and again until stdin ends."""

import select
import sys

from archive.operations.maintain import gc

folded = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    folded += gc(sys.argv[1], 0).folded.manifests
    print("collected", flush=True)
print(folded)
