"""folds.py ROOT STRIDE: fold the log of ROOT, killed before each step."""

import sys
from pathlib import Path

from killed_steps import run

from archive.operations.maintain import gc

run(Path(sys.argv[1]), int(sys.argv[2]), gc)
