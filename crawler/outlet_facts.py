"""What the archive has of each outlet, counted in Arrow: a few columns of each table, and no text."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive.schema import LANGUAGES
from archive.state import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archive.reader import Archive

_PORTION = 1 << 17


@dataclass(slots=True)
class Facts:
    """Of one outlet."""

    articles: int = 0
    bylines: int = 0
    dates: int = 0
    newest: datetime | None = None
    """When the latest of them was published."""
    stories: int = 0
    whole: int | None = 0
    """Stories in each of the languages that were asked about; None where those are fewer than two."""


def count_outlets(held: Archive, languages: Mapping[str, tuple[str, ...]]) -> dict[str, Facts]:
    """`languages`: by outlet; those that make a story whole, of which uk, en and ru are counted."""
    found: defaultdict[str, Facts] = defaultdict(Facts)
    for rows in held.articles(columns=["outlet", "byline", "published_at"]).batches(_PORTION):
        _count_articles(found, pa.table(rows))
    stories: Counter[tuple[str, int]] = Counter()
    for rows in held.stories(columns=["outlet", "languages"]).batches(_PORTION):
        stories += _stories(rows)
    for name, tags in languages.items():
        wanted = _bits(tags)
        ours = {has: count for (outlet, has), count in stories.items() if outlet == name}
        whole = sum(count for has, count in ours.items() if has & wanted == wanted)
        found[name].stories = sum(ours.values())
        found[name].whole = whole if wanted.bit_count() > 1 else None
    return dict(found)


def _count_articles(found: defaultdict[str, Facts], rows: pa.Table) -> None:
    # as numbers: the greatest of times that have a zone is not always one
    at = pc.cast(rows["published_at"], pa.int64())
    table = rows.set_column(rows.schema.get_field_index("published_at"), "published_at", at)
    wanted = [([], "count_all"), ("byline", "count"), ("published_at", "count"), ("published_at", "max")]
    for row in table.group_by("outlet").aggregate(wanted).to_pylist():
        facts = found[row["outlet"]]
        facts.articles += row["count_all"]
        facts.bylines += row["byline_count"]
        facts.dates += row["published_at_count"]
        if (latest := row["published_at_max"]) is not None:
            newest = moment(latest)
            facts.newest = newest if facts.newest is None else max(facts.newest, newest)


def _stories(rows: pa.RecordBatch) -> Counter[tuple[str, int]]:
    """How many stories of an outlet have which of the languages; these as bits."""
    lists = rows["languages"]
    has = np.zeros(len(rows), np.int64)
    tags, parents = pc.list_flatten(lists), np.asarray(pc.list_parent_indices(lists))
    for position, language in enumerate(LANGUAGES):
        has[parents[np.asarray(pc.equal(tags, language), bool)]] |= 1 << position
    counted = pa.table({"outlet": rows["outlet"], "has": has}).group_by(["outlet", "has"])
    return Counter(
        {
            (row["outlet"], row["has"]): row["count_all"]
            for row in counted.aggregate([([], "count_all")]).to_pylist()
        }
    )


def _bits(languages: tuple[str, ...]) -> int:
    return sum(1 << position for position, language in enumerate(LANGUAGES) if language in languages)
