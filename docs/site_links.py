"""A hook of `make docs`: the site has no files outside docs/, so it shows links to them as text."""

from __future__ import annotations

import posixpath
import re
from typing import Any

_LINK = re.compile(r"\[([^\]]+)\]\(([^):#\s]+)(#[^)]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Replace each link that leads out of docs/ by its text."""
    folder = posixpath.dirname(page.file.src_uri)

    def replaced(link: re.Match[str]) -> str:
        target = posixpath.normpath(f"{folder}/{link[2]}" if folder else link[2])
        return link[1] if target.startswith("..") else link[0]

    return _LINK.sub(replaced, markdown)
