"""Draw the terminal of a real run: python docs/pictures/make.py > docs/pictures/demo.svg."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-m", "triptych", "crawl", "demo", "-s", f"ARCHIVE_URI={folder}/news-archive"],
            env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        out = run.stdout.replace(f"{folder}/", "")
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ make demo[/]\n")
    console.print(Text.from_ansi(out.rstrip()))
    svg = console.export_svg(title="triptych crawl demo")
    # rich names a web font; a picture in a repository fetches nothing
    sys.stdout.write(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S))


main()
