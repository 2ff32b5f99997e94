"""Figures of an archive as numbers: each is a frame of pandas, made by the lines that its page shows.

The functions are read by people too, as the recipe of their figure: so each stands alone, and takes an
archive as `archive.open` returns it.
"""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive.read.archive import Archive


def lags(a: Archive) -> pd.DataFrame:
    """Seconds from the first language of a story to each other one, as quantiles by outlet and language."""
    stories = a.stories(columns=["story_id", "outlet", "lag_uk", "lag_en", "lag_ru"]).to_pandas()
    stories = stories.rename(columns=lambda name: name.removeprefix("lag_"))
    late = stories.melt(["story_id", "outlet"], var_name="language", value_name="seconds").dropna()
    late = late.sort_values("seconds", kind="stable")
    late = late[late.duplicated("story_id")]  # the first of each story is what the others are late after
    by = late.groupby(["outlet", "language"])["seconds"]
    shares = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
    return pd.DataFrame(
        {name: by.quantile(q) for name, q in shares.items()} | {"stories": by.size()}
    ).reset_index()


def coverage(a: Archive) -> pd.DataFrame:
    """Articles by outlet, day of publication (UTC) and language."""
    articles = a.articles(columns=["outlet", "language", "published_at"]).to_pandas()
    articles = articles.dropna(subset=["published_at"]).fillna({"language": "?"})
    articles["day"] = articles["published_at"].dt.date
    by = articles.groupby(["outlet", "day", "language"])
    return by.size().rename("articles").reset_index()


def translated(a: Archive) -> pd.DataFrame:
    """Share of an outlet's stories that have an article in each language."""
    articles = a.articles(columns=["outlet", "language", "story_id"]).to_pandas().fillna({"language": "?"})
    all_stories = articles.groupby("outlet")["story_id"].nunique().rename("stories")
    found = articles.groupby(["outlet", "language"])["story_id"].nunique().rename("with_it").reset_index()
    found = found.merge(all_stories, on="outlet")
    return found.assign(share=found["with_it"] / found["stories"])


def edits(a: Archive) -> pd.DataFrame:
    """Edits by outlet and by the hours since publication: below 1, 2, 4, 8 … of them."""
    columns = ["article_id", "version", "outlet", "valid_from", "published_at", "text_from"]
    versions = a.versions(columns=columns).to_pandas().sort_values(["article_id", "version"])
    versions["from_feed"] = versions["text_from"] == "feed"
    before = versions.groupby("article_id")["from_feed"].shift()
    found = versions[before == versions["from_feed"]]  # a page in place of its feed's text is no edit
    hours = (found["valid_from"] - found["published_at"]).dt.total_seconds() / 3600
    below = hours.dropna().clip(lower=0.5).map(lambda x: 2 ** max(0, int(x).bit_length()))
    counted = found.assign(hours_below=below).dropna(subset=["hours_below"])
    return counted.groupby(["outlet", "hours_below"]).size().rename("edits").reset_index()


def left_out(a: Archive) -> pd.DataFrame:
    """Share of one language's text that another has not: the mean by section and languages."""
    shares = [f"coverage_{x}_of_{y}" for x in ("uk", "en", "ru") for y in ("uk", "en", "ru") if x != y]
    ids = ["article_id_en", "article_id_uk", "article_id_ru"]
    stories = a.stories(columns=[*ids, *shares]).to_pandas()
    sections = a.articles(columns=["article_id", "section"]).to_pandas().set_index("article_id")["section"]
    named = [stories[x].map(sections) for x in ids]
    stories["section"] = named[0].fillna(named[1]).fillna(named[2])
    long = stories.melt(["section"], shares, "pair", "share").dropna()
    long["has_not"] = long["pair"].str[9:11]
    long["says"] = long["pair"].str[-2:]
    by = long.groupby(["section", "says", "has_not"])["share"]
    found = by.agg(left_out=lambda x: 1 - x.mean(), stories="size").reset_index()
    return found[found["stories"] >= 3]


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    """In its address and in `archive.plots`; the interface has its words under it."""
    frame: Callable[[Archive], pd.DataFrame]

    @property
    def recipe(self) -> str:
        """Lines of pandas that make the numbers: those that made them here."""
        source = inspect.getsource(self.frame)
        body = source.split('"""', 2)[2].strip("\n")
        lines = textwrap.dedent(body).replace("return ", f"{self.frame.__name__} = ")
        return f'import archive\nimport pandas as pd\n\na = archive.open("news-archive")\n{lines}\n'


FIGURES = {
    x.name: x
    for x in (
        Figure("lag", lags),
        Figure("coverage", coverage),
        Figure("translated", translated),
        Figure("edits", edits),
        Figure("sections", left_out),
    )
}
