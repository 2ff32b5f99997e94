"""Where a story went: its id goes to no other, and the log of memberships remembers who was in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive import fetching
from archive.schema import MEMBERSHIPS

if TYPE_CHECKING:
    from pathlib import Path

    from archive.log import Snapshot


def successors(root: Path, head: Snapshot, story_id: str) -> tuple[str, ...]:
    """The stories that now hold the articles which were ever in this one; itself while nothing has moved.

    One where it was merged into an older story, several where it was taken apart, none where it never was.
    """
    paths = [str(path) for path in fetching.present(root, head.stored("memberships"))]
    with fetching.told():
        log = ds.dataset(paths, schema=MEMBERSHIPS, format="parquet")
        own = log.to_table(columns=["article_id"], filter=ds.field("story_id") == story_id)
        once = own["article_id"].unique()
        if not len(once):
            return ()
        rows = log.to_table(filter=pc.field("article_id").isin(pa.array(once))).sort_by("commit_seq")
    now = dict(zip(rows["article_id"].to_pylist(), rows["story_id"].to_pylist(), strict=True))
    return tuple(sorted(set(now.values())))
