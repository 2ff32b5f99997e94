"""Recordings as `triptych record` writes them, read again."""

import gzip
import json
from datetime import datetime
from pathlib import Path

from crawler.commands.record import Recording


def read_recording(folder: Path) -> Recording:
    story = json.loads((folder / "story.json").read_text("utf-8"))
    return Recording(
        fetched_at=datetime.fromisoformat(story["fetched_at"]),
        urls=story["urls"],
        bodies={name: gzip.decompress((folder / f"{name}.html.gz").read_bytes()) for name in story["urls"]},
        encodings=story.get("encodings", {}),
    )
