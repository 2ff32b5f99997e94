"""store_kills.py URI ROUNDS SEED: kill -9 a writer into an object store at a random moment, again and again.

Prints the ids that were acknowledged, as JSON.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys

from archive.writer import ArchiveWriter
from tests.archive.made import make_article


def write(uri, run):
    writer = ArchiveWriter.open(uri, run_id=run)
    print("begun", flush=True)
    for number in range(10_000):
        record = make_article(int(run) * 10_000 + number, run_id=run)
        writer.add_article(record)
        print(record.article_id, flush=True)
        if number % 3 == 2:
            writer.commit()


def main():
    uri, rounds, choose = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    acknowledged = []
    for number in range(rounds):
        # not a fork: the client of the store has threads
        child = subprocess.Popen(
            [sys.executable, __file__, uri, str(number)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout.readline() == "begun\n"
        select.select([], [], [], choose.uniform(0, 0.6))
        assert child.poll() is None, "a writer ended before it was killed"
        os.kill(child.pid, signal.SIGKILL)
        acknowledged += [line.rstrip("\n") for line in child.stdout if line.endswith("\n")]
        child.wait()
    print(json.dumps(acknowledged))


if len(sys.argv) == 3:
    write(*sys.argv[1:])
else:
    main()
