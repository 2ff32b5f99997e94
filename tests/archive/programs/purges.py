"""purges.py ROOT URL STRIDE: purge URL from ROOT, killed before each step."""

import sys
from pathlib import Path

from killed_steps import run

from archive.operations.purge import purge

run(Path(sys.argv[1]), int(sys.argv[3]), lambda root: purge(root, sys.argv[2], "test"))
