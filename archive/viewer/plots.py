"""Figures of an archive for a notebook: those that `triptych archive view` shows, drawn by matplotlib.

`archive.plots.lag(archive.open("news-archive"))` returns the axes, so that a figure can be changed further.
Needs the extra `plots`, `pip install 'triptych[plots]'`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.exceptions import WrongSetting
from archive.format.languages import LANGUAGES
from archive.viewer.catalogue import Interface
from archive.viewer.figure_frames import FIGURES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from archive.read.archive import Archive

_OTHER = "#4d7a3a"


def _colour(language: object) -> str:
    row = LANGUAGES.get(str(language))
    return (row and row.colour) or _OTHER


def _axes(name: str, ax: Axes | None) -> tuple[Axes, Interface]:
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415  an extra
    except ImportError:
        raise WrongSetting("archive.plots draws with matplotlib: pip install 'triptych[plots]'.") from None
    t = Interface("en")
    ax = ax if ax is not None else plt.subplots(figsize=(9, 4.5), layout="constrained")[1]
    ax.set_title(t(f"{name}_title"))
    ax.set_xlabel(t(f"{name}_axis"))
    return ax, t


def lag(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw how long after the first language the others come, by outlet: quantiles, hours, log scale."""
    rows = _rows(FIGURES["lag"](a))
    ax, _ = _axes("lag", ax)
    for n, row in enumerate(rows):
        hours = [max(float(row[x]) / 3600, 1 / 60) for x in ("p05", "p25", "p50", "p75", "p95")]
        shade = _colour(row["language"])
        ax.plot([hours[0], hours[4]], [n, n], color=shade, linewidth=1)
        ax.barh(n, hours[3] - hours[1], left=hours[1], color=shade, height=0.6)
        ax.plot([hours[2], hours[2]], [n - 0.3, n + 0.3], color="white", linewidth=2)
    ax.set_yticks(range(len(rows)), [f"{x['outlet']}, {x['language']}" for x in rows])
    ax.invert_yaxis()
    if rows:
        ax.set_xscale("log")
    return ax


def months(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw how long after the first language the others come, a line each section and language: medians."""
    frame = FIGURES["months"](a)
    ax, _ = _axes("months", ax)
    for (section, language), rows in frame.groupby(["section", "language"]):
        ax.plot(rows["month"], rows["p50"] / 3600, marker="o", label=f"{section}, {language}")
    if len(frame):
        ax.legend()
    return ax


def coverage(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw the articles of each outlet, day and language as a heat map."""
    frame = FIGURES["coverage"](a)
    ax, _ = _axes("coverage", ax)
    table = frame.pivot_table(index=["outlet", "language"], columns="day", values="articles", fill_value=0)
    if len(table):
        days: Any = list(table.columns)
        mesh = ax.pcolormesh(days, range(len(table)), table.to_numpy(), cmap="Blues", shading="nearest")
        ax.figure.colorbar(mesh, ax=ax, label="articles")
    ax.set_yticks(range(len(table)), [", ".join(map(str, x)) for x in table.index])
    ax.invert_yaxis()
    return ax


def translated(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw the share of each outlet's stories that have an article in each language."""
    frame = FIGURES["translated"](a)
    ax, _ = _axes("translated", ax)
    _bars(ax, frame["share"], [f"{x['outlet']}, {x['language']}" for x in _rows(frame)], frame["language"])
    ax.set_xlim(0, 1)
    return ax


def balance(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw how many stories of each outlet are in one, two and three languages."""
    frame = FIGURES["balance"](a)
    frame = frame[frame["section"] == "all sections"].set_index("outlet")
    ax, _ = _axes("balance", ax)
    offset = 0 * frame["stories"]
    for name in ("one_language", "two_languages", "three_languages"):
        ax.barh(frame.index.tolist(), frame[name], left=offset, label=name.replace("_", " "))
        offset += frame[name]
    ax.legend()
    return ax


def edits(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw how long after publication articles are edited."""
    counted = FIGURES["edits"](a).groupby("hours_below")["edits"].sum()
    steps = [int(x) for x in counted.index.tolist()]
    ax, t = _axes("edits", ax)
    ax.bar([f"{x // 2}–{x}" for x in steps], counted.tolist(), color="#3b74d8")
    ax.set_xlabel("hours after publication")
    ax.set_ylabel(t("edits_count_axis"))
    return ax


def sections(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw what is left out by section and languages: the mean share, and paler what perhaps is."""
    ax = _by_languages(a, ax, "sections", "section", "left_out", perhaps="doubtful")
    ax.set_xlim(0, 1)
    return ax


def quotes(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw how many quotations stand in one language only, by outlet and languages."""
    return _by_languages(a, ax, "quotes", "outlet", "quotes")


def speakers(a: Archive, ax: Axes | None = None) -> Axes:
    """Draw who says the quotations that stand in one language only: the forty who say most."""
    return _by_languages(a, ax, "speakers", "speaker", "quotes", most=40)


def _by_languages(  # noqa: PLR0917  what its callers differ in
    a: Archive,
    ax: Axes | None,
    figure: str,
    group: str,
    length: str,
    most: int | None = None,
    perhaps: str = "",
) -> Axes:
    """Draw a bar for each group and each two languages, of which one says what the other has not."""
    frame = FIGURES[figure](a).iloc[:most]
    if "month" in frame:
        frame = frame[frame["month"].isna()]
    ax, _ = _axes(figure, ax)
    names = [f"{x[group]}: {x['says']}, not in {x['has_not']}" for x in _rows(frame)]
    _bars(ax, frame[length], names, frame["says"])
    if perhaps:
        colours = [_colour(x) for x in frame["says"]]
        ax.barh(range(len(names)), frame[perhaps], left=frame[length].fillna(0), color=colours, alpha=0.3)
    return ax


def _bars(ax: Axes, lengths: Any, names: list[str], languages: Any) -> None:
    ax.barh(range(len(names)), lengths, color=[_colour(x) for x in languages])
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
