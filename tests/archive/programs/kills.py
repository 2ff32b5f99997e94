"""kills.py ROOT ROUNDS WRITERS EVERY SEED: fork writers, kill -9 them at a random moment, and look; again.

Each writer acknowledges its articles over a pipe. Prints one JSON object: the acknowledged ids, and what a
reader saw between the rounds.
"""

import json
import os
import random
import select
import signal
import sys
import traceback
from pathlib import Path

import pyarrow.parquet as pq

import archive
from archive.format.layout import Layout
from archive.tables import views
from archive.writer import ArchiveWriter
from tests.archive.made import make_article


def write(root, run_id, every, pipe):
    writer = ArchiveWriter.open(root, run_id=run_id)
    number = 0
    while True:
        url = f"https://x/{run_id}/{number}"
        record = make_article(
            number, "uk", text=f"Текст {number} " * 40, run_id=run_id, url=url, canonical_url=url
        )
        record_id = f"{run_id}-{number}"
        writer.add_article(
            type(record)(**{f: getattr(record, f) for f in record.__slots__} | {"article_id": record_id})
        )
        os.write(pipe, f"{record_id}\n".encode())
        number += 1
        if number % every == 0:
            writer.commit()


def start(root, run_id, every):
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        write(root, run_id, every, writing)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def read_pipe(pipe, seconds):
    """All that arrives within this time."""
    got = b""
    while select.select([pipe], [], [], seconds)[0]:
        part = os.read(pipe, 1 << 16)
        if not part:
            break
        got += part
        seconds = 0
    return got


def main():
    root, (rounds, writers, every, seed) = Path(sys.argv[1]), map(int, sys.argv[2:])
    choose = random.Random(seed)
    acknowledged, seen, lagging = [], 0, 0
    for number in range(rounds):
        running = [start(root, f"run-{number}-{w}", every) for w in range(writers)]
        gone = [select.select([pipe], [], [], 600)[0] for _, pipe in running]  # all have begun
        assert all(gone)
        select.select([], [], [], choose.uniform(0, 0.12))
        died_alone = [os.waitpid(child, os.WNOHANG)[0] for child, _ in running]
        assert not any(died_alone), "a writer ended before it was killed"
        for child, _ in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        for _, pipe in running:
            while part := os.read(pipe, 1 << 16):
                acknowledged += part.decode().split("\n")[:-1]
            os.close(pipe)
        ids = pq.read_table(root / "articles", columns=["article_id"], use_threads=False)[
            "article_id"
        ].to_pylist()
        assert len(ids) == len(set(ids)), "a reader saw an article twice"
        assert len(ids) >= seen, "a reader saw articles vanish"
        seen = len(ids)
        lagging += views.current(Layout(root)) != archive.open(root).snapshot.id
    print(json.dumps({"acknowledged": acknowledged, "seen": seen, "lagging": lagging}))


main()
