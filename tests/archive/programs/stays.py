"""stays.py ROOT: read all tables of one snapshot from bare paths, as the docs say, again and again.

Ends with stdin. Prints how often it read, and how often rows or files were not what they were at first.
"""

import os
import select
import sys
from collections import Counter

import pandas as pd

from archive.format.layout import TABLES


def rows(snapshot):
    return {table: len(pd.read_parquet(f"{snapshot}/{table}")) for table in TABLES}


root = sys.argv[1]
counts = Counter()
first = os.path.realpath(f"{root}/_views/current")
expected = rows(first)
while not select.select([sys.stdin], [], [], 0)[0]:
    # what was resolved at the beginning, and what is resolved now, whatever is committed meanwhile
    for snapshot in (first, os.path.realpath(f"{root}/_views/current")):
        try:
            found = rows(snapshot)
            counts["read"] += 1
            counts["wrong"] += found["versions"] < expected["versions"]
            counts["wrong"] += snapshot == first and found != expected
            counts["wrong"] += found["articles"] != 2 * found["observations"] - found["versions"]
        except OSError:
            counts["failed"] += 1
    print("read", flush=True)
print(counts["read"], counts["wrong"], counts["failed"])
