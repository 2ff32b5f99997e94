"""commits.py ROOT STRIDE: commit what is in segments of ROOT, killed before each step."""

import sys
from pathlib import Path

from killed_steps import run

from archive.writer import ArchiveWriter


def commit(root):
    with ArchiveWriter.open(root, run_id="dies") as writer:
        writer.commit()


run(Path(sys.argv[1]), int(sys.argv[2]), commit)
