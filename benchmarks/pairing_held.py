"""Measure the memory of pairing that grows with an archive: `python benchmarks/pairing_held.py [ARTICLES]`.

A million articles take hours to compare, but what grows with their number can be made alone: ids and
dates of all articles, the pairs as hashes, the groups of pairs, and what a commit keeps until its end.
Each is made by the code that a run uses, on made-up ids; no text is read. One window of an outlet and one
part of the commit come on top, and do not grow: see benchmarks/pairing_scale.py.
"""

from __future__ import annotations

import sys
import tempfile
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive.addresses import story_of_one
from archive.commit.assembly import Changes
from archive.format.schema import ARTICLES
from pipelines.pairing.parts import parts
from pipelines.pairing.run import PART
from pipelines.pairing.weekly.weeks import Weeks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from archive.read.archive import Archive

OUTLETS, BEGIN, YEAR = 5, 1_767_225_600, 365 * 86_400
LANGUAGES = ("uk", "ru", "en")


def megabytes(what: str) -> float:
    """VmRSS now, VmHWM at most."""
    return int(Path("/proc/self/status").read_text("utf-8").split(f"{what}:")[1].split()[0]) / 1024


def made_up(number: int) -> str:
    return blake2b(str(number).encode(), digest_size=16).hexdigest()


def listed(articles: int) -> pa.Table:
    """As the archive tells the articles of stories in three languages, two and one in turn."""
    when = np.sort(np.random.default_rng(1).uniform(BEGIN, BEGIN + YEAR, articles) * 1e6).astype(np.int64)
    at = pa.array(when).cast(pa.timestamp("us", "UTC"))
    return pa.table({
        "article_id": pa.array((made_up(n) for n in range(articles)), pa.string()),
        "outlet": pa.array((f"outlet{n // 6 % OUTLETS}" for n in range(articles)), pa.string()),
        "language": pa.array((LANGUAGES[n % 3] for n in range(articles)), pa.string()),
        "published_at": at,
        "first_seen": at,
        "commit_seq": pa.array(np.arange(articles) // 20_000),
    })  # fmt: skip


def paired(articles: int) -> Iterator[tuple[int, float, str, str]]:
    """Four of six articles: three pairs of one story, one of another."""
    for n in range(0, articles - 5, 6):
        for k, (a, b) in enumerate(((0, 1), (0, 2), (1, 2), (3, 4))):
            one, other = sorted((made_up(n + a), made_up(n + b)))
            yield n * 4 + k, float(n // 20_000), one, other


def own_stories(ids: Collection[str]) -> Mapping[str, str]:
    return {each: story_of_one(each) for each in ids}


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{articles:,} articles")
    print(f"{'before':40}{megabytes('VmRSS'):6.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.parquet"
        pq.write_table(ARTICLES.empty_table(), empty)
        rows = SimpleNamespace(to_arrow=lambda: listed(articles), files=lambda: [empty])
        blocks = Weeks(cast("Archive", SimpleNamespace(articles=lambda columns=None: rows)))
        largest = max(len(block.ids) for block in blocks)
    said = f"{'ids and dates, at most while sorted':40}{megabytes('VmRSS'):6.0f} MB, {megabytes('VmHWM'):.0f}"
    print(f"{said}; {len(blocks)} weeks, the largest with {largest:,} articles around")
    held = {hash((a, b)) for _, _, a, b in paired(articles)}
    print(f"{f'{len(held):,} pairs as hashes':40}{megabytes('VmRSS'):6.0f} MB")
    del held, blocks
    filled = parts(paired(articles), (), own_stories, PART)
    print(f"{f'{len(filled):,} parts':40}{megabytes('VmRSS'):6.0f} MB")
    changes = Changes()
    for _, _, a, b in paired(articles):
        changes.pairs.add((a, b))
        changes.stories |= {story_of_one(a), story_of_one(b)}
        changes.story_of |= {b: story_of_one(a)}
    print(f"{'what a commit keeps until its end':40}{megabytes('VmRSS'):6.0f} MB")
    print(f"{'at most':40}{megabytes('VmHWM'):6.0f} MB")


if __name__ == "__main__":
    main()
