"""Recordings: a story in all languages as its outlet served it, for test_recorded_stories.py.

A folder `<story>` has `story.json` with time and addresses, and the bytes in `<language>.html.gz`.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.items import Fetch


@dataclass(frozen=True, slots=True)
class Recording:
    fetched_at: datetime
    """Aware, in UTC."""
    urls: dict[str, str]
    """Language of the text, as detected -> address."""
    bodies: dict[str, bytes]
    encodings: dict[str, str] = field(default_factory=dict)
    """Charset of the Content-Type header, for pages whose header has one."""

    def fetch(self, language: str) -> Fetch:
        url = self.urls[language]
        encoding = self.encodings.get(language)
        return Fetch(url, url, self.bodies[language], encoding, 200, self.fetched_at)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for language, body in self.bodies.items():
            # without the time that gzip would add, so that the same page gives the same file
            (folder / f"{language}.html.gz").write_bytes(gzip.compress(body, mtime=0))
        story = {"fetched_at": self.fetched_at.isoformat(), "urls": self.urls}
        if self.encodings:
            story["encodings"] = self.encodings
        text = json.dumps(story, ensure_ascii=False, indent=2)
        (folder / "story.json").write_text(text + "\n", encoding="utf-8")


def story_folder(url: str) -> str:
    """Make a folder's name from an address: the words of its longest part, or of all parts if it has few."""
    parts = re.sub(r"\.html?$", "", url.split("?", maxsplit=1)[0]).split("/")[3:]
    longest = max(parts or [""], key=len)
    title = longest if len(re.findall(r"\w+", longest)) >= 3 else "-".join(parts)
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return (words if len(words) <= 50 else words[:50].rpartition("-")[0]) or "story"
