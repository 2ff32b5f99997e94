"""Hooks of `make docs`."""

from __future__ import annotations

import posixpath
import re
from typing import Any

_LINK = re.compile(r"\[([^\]]+)\]\(([^):#\s]+)(#[^)]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Replace each link that leads out of docs/ by its text; the site has no such file."""
    folder = posixpath.dirname(page.file.src_uri)

    def replaced(link: re.Match[str]) -> str:
        target = posixpath.normpath(f"{folder}/{link[2]}" if folder else link[2])
        return link[1] if target.startswith("..") else link[0]

    return _LINK.sub(replaced, markdown)


def on_nav(nav: Any, *, files: Any, **_: Any) -> Any:
    """Order sections and pages as the map in README.md does."""
    contents = files.get_file_from_path("README.md").content_string

    def position(item: Any) -> int:
        if item.is_section:
            return min(map(position, item.children))
        if item.file.src_uri == "README.md":
            return -1
        place = contents.find(f"({item.file.src_uri})")
        return place if place >= 0 else len(contents)

    nav.items.sort(key=position)
    for item in nav.items:
        if item.is_section:
            item.children.sort(key=position)
    return nav
