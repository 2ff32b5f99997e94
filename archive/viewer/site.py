"""The pages as files: a list in each order, and a page a story."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveError
from archive.viewer.index_page import LATEST, index_pages
from archive.viewer.load import read_stories
from archive.viewer.story_page import story_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archive.read.archive import Archive

_AT_ONCE = 100


def latest_stories(archive: Archive, outlets: Sequence[str] | None, most: int) -> list[str]:
    """Published last first; those without a date after them."""
    table = archive.stories(outlet=outlets, columns=["story_id", "outlet", "first_published_at"]).to_arrow()
    order = [("first_published_at", "descending"), ("story_id", "ascending")]
    ids: list[str] = table.sort_by(order)["story_id"].slice(0, most).to_pylist()
    return ids


def write(archive: Archive, story_ids: Sequence[str], folder: Path) -> Path:
    """The page to begin with: of the story where it is one, else the list.

    Raises ArchiveError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if len(story_ids) == 1:
            page = folder / f"{story_ids[0]}.html"
            page.write_text(story_page(read_stories(archive, story_ids)[0]), "utf-8")
            return page
        views = []
        for n in range(0, len(story_ids), _AT_ONCE):
            for view in read_stories(archive, story_ids[n : n + _AT_ONCE]):
                (folder / f"{view.story_id}.html").write_text(story_page(view, LATEST), "utf-8")
                views.append(view)
        told = f"The latest {len(views)} of {archive.root}, snapshot {archive.snapshot.id}."
        for name, text in index_pages(views, told):
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise ArchiveError(
            f"The pages cannot be written to {os.fspath(folder)}: {error.strerror or error}."
        ) from None
    return folder / LATEST
