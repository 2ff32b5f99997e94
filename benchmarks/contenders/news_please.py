"""Run news-please over the same HTML, one process, as it comes: python news_please.py FOLDER COPIES."""

from __future__ import annotations

import sys
from pathlib import Path

from newsplease import NewsPlease

if __name__ == "__main__":
    total = 0
    for path in sorted(Path(sys.argv[1]).glob("*.html")) * int(sys.argv[2]):
        try:
            # it would fetch pictures, and wait for hosts that are not there
            found = NewsPlease.from_html(
                path.read_bytes(), url=f"http://127.0.0.1/{path.name}", fetch_images=False
            )
        except Exception as error:  # it raises on what is no article
            print(f"{path.name}: {error}", file=sys.stderr)
        else:
            total += len(found.maintext or "")
    print(total)
