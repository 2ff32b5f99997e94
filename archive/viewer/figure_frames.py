"""Figures of an archive as numbers: each is a frame of pandas, made by the lines that its page shows.

The functions are read by people too, as the recipe of their figure: so each stands alone, and takes an
archive as `archive.open` returns it.
"""

import inspect
import textwrap
from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.format.languages import STORY_LANGUAGES
from archive.format.records import PERHAPS_ALONE
from archive.read.archive import Archive


def lags(a: Archive) -> pd.DataFrame:
    """Seconds from the first language of a story to each other one, as quantiles by outlet and language."""
    stories = a.stories(columns=["story_id", "outlet", *(f"lag_{x}" for x in STORY_LANGUAGES)]).to_pandas()
    stories = stories.rename(columns=lambda name: name.removeprefix("lag_"))
    late = stories.melt(["story_id", "outlet"], var_name="language", value_name="seconds").dropna()
    # the first of a story is what the others are late after; of two at one moment neither is the first
    late = late[(late["seconds"] > 0) | late.duplicated(["story_id", "seconds"], keep=False)]
    by = late.groupby(["outlet", "language"])["seconds"]
    shares = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
    return pd.DataFrame(
        {name: by.quantile(q) for name, q in shares.items()} | {"stories": by.size()}
    ).reset_index()


def lags_by_month(a: Archive) -> pd.DataFrame:
    """Median of the seconds from the first language to each other one, by section and month (UTC).

    Of all stories in `all sections`; of others under the section of their Ukrainian, Russian or English text.
    """
    columns = ["story_id", "first_published_at", *(f"lag_{x}" for x in STORY_LANGUAGES)]
    stories = a.stories(columns=columns).to_pandas().dropna(subset=["first_published_at"])
    stories = stories.rename(columns=lambda name: name.removeprefix("lag_"))
    stories["month"] = stories["first_published_at"].dt.strftime("%Y-%m")
    late = stories.melt(["story_id", "month"], list(STORY_LANGUAGES), "language", "seconds").dropna()
    # the first of a story is what the others are late after; of two at one moment neither is the first
    late = late[(late["seconds"] > 0) | late.duplicated(["story_id", "seconds"], keep=False)]
    sections = a.articles(columns=["story_id", "section", "language"]).to_pandas().dropna()
    sections = sections.sort_values("language", ascending=False).drop_duplicates("story_id")  # uk, ru, en
    late["section"] = late["story_id"].map(sections.set_index("story_id")["section"])
    late = pd.concat([late, late.assign(section="all sections")])
    by = late.groupby(["section", "language", "month"])["seconds"]
    return by.agg(p50="median", stories="size").reset_index()


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
    shares = articles.groupby(["outlet", "language"])["story_id"].nunique().rename("with_it").reset_index()
    shares = shares.merge(all_stories, on="outlet")
    return shares.assign(share=shares["with_it"] / shares["stories"])


def balance(a: Archive) -> pd.DataFrame:
    """Stories by outlet and section (? without one): in each language, and in one, two or three languages."""
    articles = a.articles(columns=["story_id", "outlet", "section", "language"]).to_pandas()
    sections = articles.dropna(subset=["section", "language"]).sort_values("language", ascending=False)
    section_of = sections.drop_duplicates("story_id").set_index("story_id")["section"]  # uk, ru, en
    articles["section"] = articles["story_id"].map(section_of).astype(object).fillna("?")
    articles = articles.fillna({"language": "?"}).drop_duplicates(["story_id", "outlet", "language"])
    articles = pd.concat([articles, articles.assign(section="all sections")])
    by = ["outlet", "section"]
    languages = articles.groupby([*by, "story_id"]).size().rename("languages").reset_index()
    table = languages.groupby(by).size().rename("stories").to_frame()
    for language in STORY_LANGUAGES:
        table[language] = articles[articles["language"] == language].groupby(by).size()
    for count, name in enumerate(("one_language", "two_languages", "three_languages"), 1):
        table[name] = languages[languages["languages"] == count].groupby(by).size()
    return table.fillna(0).astype("int64").reset_index()


def edits(a: Archive) -> pd.DataFrame:
    """Edits by outlet and by the hours since publication: below 1, 2, 4, 8 … of them."""
    columns = ["article_id", "version", "outlet", "valid_from", "text_from"]
    columns += ["published_at", "published_source"]
    versions = a.versions(columns=columns).to_pandas().sort_values(["article_id", "valid_from", "version"])
    versions["from_feed"] = versions["text_from"] == "feed"
    before = versions.groupby("article_id")["from_feed"].shift()
    edited = versions[before == versions["from_feed"]]  # a page in place of its feed's text is no edit
    edited = edited[~edited["published_source"].fillna("").str.endswith("day")]  # no hour is known
    hours = (edited["valid_from"] - edited["published_at"]).dt.total_seconds() / 3600
    below = hours.dropna().clip(lower=0.5).map(lambda x: 2 ** max(0, int(x).bit_length()))
    counted = edited.assign(hours_below=below).dropna(subset=["hours_below"])
    return counted.groupby(["outlet", "hours_below"]).size().rename("edits").reset_index()


def left_out(a: Archive) -> pd.DataFrame:
    """Share of one language's text that another surely has not, and perhaps: means by languages.

    By section (outlet and month are null), then by outlet and month of the first publication, UTC. `left_out`
    is null where nothing is surely left out but something perhaps, or nothing was judged surely. A section of
    fewer than three stories is in `all sections` alone.
    """
    columns = ["story_id", "language_a", "language_b", "characters_a", "characters_b"]
    counted = []
    names = ["characters", "judged", "alone", "perhaps"]
    sums = [(f"{name}_{side}", "sum") for name in names for side in "ab"]
    for rows in a.alignments(columns=[*columns, "kind", "doubtful", "confidence"]).tables():
        sure = pc.fill_null(pc.invert(rows["doubtful"]), False)
        shared = pc.fill_null(pc.less(rows["confidence"], PERHAPS_ALONE), False)
        lengths = rows.select(columns)
        for side, kind in (("a", "omitted"), ("b", "added")):
            alone = pc.equal(rows["kind"], kind)
            perhaps = pc.and_not(alone, pc.or_(sure, shared))
            for name, chosen in (("judged", sure), ("alone", pc.and_(sure, alone)), ("perhaps", perhaps)):
                characters = pc.if_else(chosen, rows[f"characters_{side}"], 0)
                lengths = lengths.append_column(f"{name}_{side}", characters)
        counted.append(lengths.group_by(columns[:3]).aggregate(sums))
    texts = pa.concat_tables(counted).to_pandas()
    sides = []
    for a_side, b_side in ("ab", "ba"):
        columns = ["story_id", f"language_{a_side}", f"language_{b_side}"]
        columns += [f"{name}_{a_side}_sum" for name in names]
        sides.append(texts[columns].set_axis(["story_id", "says", "has_not", *names], axis=1))
    by = pd.concat(sides).groupby(["story_id", "says", "has_not"], as_index=False, sort=False)
    shares: pd.DataFrame = by.sum()
    shares = shares[shares["characters"] > 0]
    shares["left_out"] = (shares["alone"] / shares["characters"]).where(shares["judged"] > 0)
    shares["doubtful"] = shares["perhaps"] / shares["characters"]
    sections = a.articles(columns=["story_id", "section", "language"]).to_pandas().dropna()
    sections = sections.sort_values("language", ascending=False).drop_duplicates("story_id")  # uk, ru, en
    shares["section"] = shares["story_id"].map(sections.set_index("story_id")["section"])
    stories = a.stories(columns=["story_id", "outlet", "first_published_at"]).to_pandas()
    stories["month"] = stories["first_published_at"].dt.strftime("%Y-%m")
    all_sections = shares.assign(section="all sections")
    shares = pd.concat([shares, all_sections])
    of_outlets = all_sections.merge(stories[["story_id", "outlet", "month"]], on="story_id")
    tables = []
    for texts, names in ((shares, ["section"]), (of_outlets, ["section", "outlet", "month"])):
        by = texts.groupby([*names, "says", "has_not"])
        means = {"left_out": ("left_out", "mean"), "doubtful": ("doubtful", "mean")}
        tables.append(by.agg(**means, stories=("story_id", "size")).reset_index())
    shares = pd.concat(tables, ignore_index=True).reindex(columns=["outlet", "month", *tables[0].columns])
    shares["left_out"] = shares["left_out"].mask((shares["left_out"] == 0) & (shares["doubtful"] > 0))
    return shares[(shares["stories"] >= 3) | (shares["section"] == "all sections")]


def quotes(a: Archive) -> pd.DataFrame:
    """Quotations that one language of a story has and another surely has not, by outlet and languages."""
    columns = ["story_id", "language_a", "language_b", "quotes_only_a", "quotes_only_b"]
    sides = []
    for rows in a.alignments(columns=columns).where(~ds.field("doubtful")).tables():
        for a_side, b_side in ("ab", "ba"):
            count = pc.list_value_length(rows[f"quotes_only_{a_side}"]).cast("int64")
            languages = [rows[f"language_{a_side}"], rows[f"language_{b_side}"]]
            side = pa.table([rows["story_id"], *languages, count], ["story_id", "says", "has_not", "quotes"])
            sides.append(side.filter(pc.greater(count, 0)).to_pandas())
    quotations: pd.DataFrame = pd.concat(sides).merge(
        a.stories(columns=["story_id", "outlet"]).to_pandas(), on="story_id"
    )
    by = quotations.groupby(["outlet", "says", "has_not"])
    return by.agg(quotes=("quotes", "sum"), stories=("story_id", "nunique")).reset_index()


def speakers(a: Archive) -> pd.DataFrame:
    """Quotations that one language of a story has and another surely has not, by who says them.

    Of the latest 20,000 stories. A name in another spelling or script is the same speaker.
    """
    stories = a.stories(columns=["story_id", "outlet", "first_published_at"]).to_pandas()
    latest = stories.sort_values("first_published_at", ascending=False, kind="stable").head(20_000)
    columns = ["story_id", "language_a", "language_b", "quotes_only_a", "quotes_only_b"]
    of_them = ds.field("story_id").isin(pa.array(list(latest["story_id"]), pa.string()))
    rows = a.alignments(columns=columns).seek(of_them & ~ds.field("doubtful")).to_pandas()
    sides = []
    for a_side, b_side in ("ab", "ba"):
        side = pd.DataFrame({"story_id": rows["story_id"], "says": rows[f"language_{a_side}"]})
        side["has_not"], side["mark"] = rows[f"language_{b_side}"], rows[f"quotes_only_{a_side}"]
        sides.append(side.explode("mark").dropna(subset=["mark"]))
    quotations = pd.concat(sides).merge(latest, on="story_id")
    for name in ("speaker", "speaker_key"):
        quotations[name] = quotations["mark"].str.get(name)
    quotations = quotations.dropna(subset=["speaker_key"])
    quotations["speaker"] = quotations.groupby("speaker_key")["speaker"].transform(
        "min"
    )  # one spelling: Latin first
    by = quotations.groupby(["speaker", "says", "has_not"])
    counted = by.agg(quotes=("mark", "size"), outlets=("outlet", lambda x: ", ".join(sorted(set(x)))))
    return counted.reset_index().sort_values(["quotes", "speaker"], ascending=[False, True], kind="stable")


def recipe(frame: Callable[[Archive], pd.DataFrame]) -> str:
    """Lines of pandas that make the numbers of a figure: those that made them here."""
    source = inspect.getsource(frame)
    body = source.split('"""', 2)[2].strip("\n")
    lines = textwrap.dedent(body).replace("return ", f"{frame.__name__} = ")
    needed = ("import archive", "import pandas as pd", *(x for name, x in _ALSO.items() if name in lines))
    return "\n".join((*needed, "", 'a = archive.open("news-archive")', lines, ""))


_ALSO = {
    "STORY_LANGUAGES": "from archive.format.languages import STORY_LANGUAGES",
    "pa.": "import pyarrow as pa",
    "pc.": "import pyarrow.compute as pc",
    "ds.field": "import pyarrow.dataset as ds",
    "PERHAPS_ALONE": "from archive.format.records import PERHAPS_ALONE",
}
"""What a recipe imports besides, by what it names."""

PROVEN = {
    "lag": lags,
    "months": lags_by_month,
    "coverage": coverage,
    "translated": translated,
    "balance": balance,
    "edits": edits,
    "sections": left_out,
}
"""Figures that a page shows, by the name in an address; the interface has its words under it."""
FIGURES = {**PROVEN, "quotes": quotes, "speakers": speakers}
"""Figures of `archive.plots`; of the marks in the last two nobody has shown that nine in ten are right."""
