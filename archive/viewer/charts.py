"""Charts of figures, as SVG that stands in a page: a title, axes with units, a text for each shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from archive.format.languages import display_order
from archive.tables.parquet_files import translated_errors
from archive.viewer.drawing import Drawing, colour
from archive.viewer.figure_frames import PROVEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from archive.read.archive import Archive
    from archive.viewer.catalogue import Interface
    from archive.viewer.figure_frames import Figure
    from archive.viewer.render import Pages

_LEFT, _WIDTH, _ROW = 170.0, 620.0, 26.0
_MOST_ROWS = 40
_MOST_DAYS = 120
_HOURS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 24, 72, 168, 720, 8760)


def _short(text: str, most: int = 22) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _rows_cut(t: Interface, all_rows: int) -> str:
    return t("rows_cut", n=_MOST_ROWS, all=t.number(all_rows)) if all_rows > _MOST_ROWS else ""


def _key(drawing: Drawing, t: Interface, languages: Sequence[str], y: float) -> None:
    x = _LEFT
    for language in languages[:8]:
        name = t.name(language)
        drawing.rect(x, y - 9, 10, 10, kind=colour(language))
        drawing.text(x + 15, y, name, kind="soft")
        x += 34 + 8 * len(name)


def _languages(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({str(row["language"]) for row in rows}, key=display_order)


def lag(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    rows = sorted(_rows(frame), key=lambda x: (x["outlet"], x["language"]))[:_MOST_ROWS]
    if not rows:
        return None
    low, high = _HOURS[0], max(24.0, max(float(x["p95"]) for x in rows) / 3600)
    top = 44.0
    drawing = Drawing(_LEFT + _WIDTH + 30, top + _ROW * len(rows) + 44, t("lag_title"))

    def at(seconds: float) -> float:
        hours = min(max(seconds / 3600, low), high)
        return _LEFT + (math.log(hours) - math.log(low)) / (math.log(high) - math.log(low)) * _WIDTH

    bottom = top + _ROW * len(rows)
    for hours in _HOURS:
        if low <= hours <= high:
            drawing.line(at(hours * 3600), top - 6, at(hours * 3600), bottom, "grid")
            drawing.text(at(hours * 3600), bottom + 16, f"{hours:g}", "middle", "soft")
    drawing.text(_LEFT + _WIDTH, bottom + 34, t("lag_axis"), "end", "soft")
    _key(drawing, t, _languages(rows), 16)
    last = None
    for n, row in enumerate(rows):
        y = top + _ROW * n + _ROW / 2
        if row["outlet"] != last:
            drawing.text(_LEFT - 14, y + 4, _short(row["outlet"]), "end")
            last = row["outlet"]
        kind = colour(str(row["language"]))
        points = [float(row[x]) for x in ("p05", "p25", "p50", "p75", "p95")]
        title = (
            f"{row['outlet']}, {t.name(str(row['language']))}: {t.span(points[2]) or t('at_once')} "
            f"({t.span(points[1]) or 0} – {t.span(points[3]) or 0}), "
            f"{t.count('n_stories', int(row['stories']))}"
        )
        drawing.line(at(points[0]), y, at(points[4]), y, f"{kind} thin")
        drawing.rect(at(points[1]), y - 7, max(at(points[3]) - at(points[1]), 2), 14, kind=kind, title=title)
        drawing.line(at(points[2]), y - 7, at(points[2]), y + 7, "middle")
    return drawing


def coverage(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    if not len(frame):
        return None
    last = frame["day"].max()
    first = max(frame["day"].min(), last - timedelta(days=_MOST_DAYS - 1))
    rows = _rows(frame[frame["day"] >= first])
    languages = _languages(rows)
    both = {(str(x["outlet"]), str(x["language"])) for x in rows}
    all_tracks = sorted(both, key=lambda x: (x[0], languages.index(x[1])))
    tracks = all_tracks[:_MOST_ROWS]
    days = (last - first).days + 1
    cell = min(22.0, max(6.0, _WIDTH / days))
    top, row_height = 44.0, 17.0
    most = max(int(x["articles"]) for x in rows)
    bottom = top + row_height * len(tracks)
    drawing = Drawing(_LEFT + max(cell * days, 300) + 30, bottom + 46, t("coverage_title"))
    all_days = (last - frame["day"].min()).days + 1
    days_cut = t("days_cut", n=days, all=t.number(all_days)) if days < all_days else ""
    drawing.note = f"{days_cut} {_rows_cut(t, len(all_tracks))}".strip()
    _key(drawing, t, languages, 16)
    place = {track: n for n, track in enumerate(tracks)}
    before = None
    for n, (outlet, _) in enumerate(tracks):
        if outlet != before:
            drawing.text(_LEFT - 14, top + row_height * n + 12, _short(outlet), "end")
            drawing.line(
                _LEFT, top + row_height * n - 1, _LEFT + cell * days, top + row_height * n - 1, "grid"
            )
            before = outlet
    for row in rows:
        track = (str(row["outlet"]), str(row["language"]))
        if track not in place:
            continue
        x = _LEFT + cell * (row["day"] - first).days
        language = str(row["language"])
        count = t.count("n_articles", int(row["articles"]))
        drawing.rect(
            *(x, top + row_height * place[track], cell - 1, row_height - 2),
            kind=colour(language),
            title=f"{row['outlet']}, {t.name(language)}, {row['day']}: {count}",
            opacity=0.22 + 0.78 * math.sqrt(int(row["articles"]) / most),
        )
    _day_axis(drawing, first, last, cell, bottom)
    drawing.text(_LEFT + max(cell * days, 300), bottom + 36, t("coverage_axis"), "end", "soft")
    return drawing


def _day_axis(drawing: Drawing, first: date, last: date, cell: float, y: float) -> None:
    """Write days below cells of a width: at most seven, with room for a whole date between them."""
    days = (last - first).days + 1
    step = max(math.ceil(84 / cell), -(-days // 6))
    for n in range(0, days, step):
        day = first + timedelta(days=n)
        drawing.text(_LEFT + cell * n, y + 16, f"{day:%m-%d}" if n else f"{day}", "start", "soft")


def translated(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    rows = _rows(frame)
    if not rows:
        return None
    languages = _languages(rows)
    rows = sorted(rows, key=lambda x: (str(x["outlet"]), languages.index(str(x["language"]))))[:_MOST_ROWS]
    return _bars(
        t,
        [
            (
                str(x["outlet"]),
                colour(str(x["language"])),
                float(x["share"]),
                f"{x['outlet']}, {t.name(str(x['language']))}: {t.percent(float(x['share']))}",
                t.percent(float(x["share"])),
            )
            for x in rows
        ],
        title=t("translated_title"),
        axis=t("translated_axis"),
        languages=languages,
    )


def sections(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    rows = sorted(_rows(frame), key=lambda x: (str(x["section"]), -float(x["left_out"])))[:_MOST_ROWS]
    if not rows:
        return None
    bars = []
    for x in rows:
        languages = (t.in_language(str(x["says"])), t.in_language(str(x["has_not"])))
        sides = t("says_not", says=languages[0], has_not=languages[1])
        label = f"{sides}: {t.percent(float(x['left_out']))}"
        title = f"{x['section']}: {label}, {t.count('n_stories', int(x['stories']))}"
        bars.append((str(x["section"]), colour(str(x["says"])), float(x["left_out"]), title, label))
    # shares are small here: the axis ends at the first of these that has room for the longest
    end = next((x for x in (0.04, 0.1, 0.2, 0.4) if x >= max(x[2] for x in bars)), 1.0)
    return _bars(t, bars, title=t("sections_title"), axis=t("sections_axis"), languages=(), end=end)


def quotes(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    rows = sorted(_rows(frame), key=lambda x: (str(x["outlet"]), -int(x["quotes"])))[:_MOST_ROWS]
    groups = [(str(x["outlet"]), t.count("n_stories", int(x["stories"])), x) for x in rows]
    return _quoted(t, groups, title=t("quotes_title"), axis=t("quotes_axis"))


def speakers(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    rows = _rows(frame)[:_MOST_ROWS]
    quotes_by_speaker: dict[str, int] = {}
    for x in rows:
        quotes_by_speaker[str(x["speaker"])] = quotes_by_speaker.get(str(x["speaker"]), 0) + int(x["quotes"])
    rows.sort(key=lambda x: (-quotes_by_speaker[str(x["speaker"])], str(x["speaker"])))
    groups = [(str(x["speaker"]), str(x["outlets"]), x) for x in rows]
    return _quoted(t, groups, title=t("speakers_title"), axis=t("speakers_axis"))


def _quoted(
    t: Interface, rows: Sequence[tuple[str, str, dict[str, Any]]], *, title: str, axis: str
) -> Drawing | None:
    """Draw counts of quotations: (group, what else its bar tells, row)."""
    if not rows:
        return None
    most = max(int(x["quotes"]) for _, _, x in rows)
    bars = []
    for group, also, x in rows:
        languages = (t.in_language(str(x["says"])), t.in_language(str(x["has_not"])))
        sides = t("says_not", says=languages[0], has_not=languages[1])
        label = f"{sides}: {t.number(int(x['quotes']))}"
        tooltip = f"{group}: {label}, {also}"
        bars.append((group, colour(str(x["says"])), int(x["quotes"]) / most, tooltip, label))
    return _bars(t, bars, title=title, axis=axis, languages=(), most=most)


def _bars(
    t: Interface,
    rows: Sequence[tuple[str, str, float, str, str]],
    *,
    title: str,
    axis: str,
    languages: Sequence[str],
    most: int | None = None,
    end: float = 1.0,
) -> Drawing:
    """Draw shares: (group, class, share, what it tells, what stands beside it).

    `most`: what 1 stands for; `end`: share at the end of the axis.
    """
    top = 44.0 if languages else 16.0
    width = _WIDTH - 200
    drawing = Drawing(_LEFT + _WIDTH + 60, top + 20 * len(rows) + 46, title)
    _key(drawing, t, languages, 16)
    bottom = top + 20 * len(rows)
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = _LEFT + share * width
        drawing.line(x, top - 4, x, bottom, "grid")
        if most is None or float(share * most).is_integer():
            tick = t.percent(share * end) if most is None else t.number(int(share * most))
            drawing.text(x, bottom + 16, tick, "middle", "soft")
    drawing.text(_LEFT + width, bottom + 36, axis, "end", "soft")
    before = None
    for n, (group, kind, share, tooltip, label) in enumerate(rows):
        y = top + 20 * n
        if group != before:
            drawing.text(_LEFT - 14, y + 13, _short(group), "end")
            before = group
        long = share / end * width
        drawing.rect(_LEFT, y + 2, max(long, 1.5), 15, kind=kind, title=tooltip)
        drawing.text(_LEFT + long + 8, y + 14, label, kind="soft")
    return drawing


def edits(t: Interface, frame: pd.DataFrame) -> Drawing | None:
    counted: dict[int, int] = {}
    for row in _rows(frame):
        counted[int(row["hours_below"])] = counted.get(int(row["hours_below"]), 0) + int(row["edits"])
    if not counted:
        return None
    steps: list[int] = []
    step = 1
    while step <= max(counted) and len(steps) < 16:
        steps.append(step)
        step *= 2
    most, tall, top, bar = max(counted.values()), 180.0, 34.0, 46.0
    margin = 60.0
    drawing = Drawing(margin + bar * len(steps) + 260, top + tall + 52, t("edits_title"))
    drawing.text(0, 14, t("edits_count_axis"), kind="soft")
    for share in (0, 0.5, 1) if most % 2 == 0 else (0, 1):
        y = top + tall * (1 - share)
        drawing.line(margin, y, margin + bar * len(steps), y, "grid")
        drawing.text(margin - 8, y + 4, t.number(round(most * share)), "end", "soft")
    for n, step in enumerate(steps):
        count = counted.get(step, 0)
        height = count / most * tall
        title = f"{step // 2}–{step} h: {t.count('n_edits', count)}"
        drawing.rect(margin + bar * n + 3, top + tall - height, bar - 6, height, kind="archived", title=title)
        drawing.text(margin + bar * n, top + tall + 16, str(step // 2), "middle", "soft")
        if count:
            drawing.text(
                margin + bar * n + bar / 2, top + tall - height - 5, t.number(count), "middle", "soft"
            )
    drawing.text(margin + bar * len(steps), top + tall + 16, str(steps[-1]), "middle", "soft")
    drawing.text(margin, top + tall + 38, t("edits_axis"), kind="soft")
    return drawing


CHARTS: dict[str, Callable[[Interface, pd.DataFrame], Drawing | None]] = {
    "lag": lag,
    "coverage": coverage,
    "translated": translated,
    "edits": edits,
    "sections": sections,
    "quotes": quotes,
    "speakers": speakers,
}


_A_ROW_EACH = ("lag", "translated", "sections", "quotes", "speakers")
"""Charts that draw each row of their numbers, so far as there is room."""


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    drawing: Drawing | None
    """None where there is nothing to draw."""
    recipe: str


def frame_of(figure: Figure, archive: Archive, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Make the numbers of a figure, once for each snapshot: `frames` are those that have been made."""
    if figure.name not in frames:
        with translated_errors():
            frames[figure.name] = figure.frame(archive)
    return frames[figure.name]


def draw_all(pages: Pages, archive: Archive, frames: dict[str, pd.DataFrame]) -> list[Chart]:
    """Draw all figures."""
    charts = []
    for name, figure in PROVEN.items():
        frame = frame_of(figure, archive, frames)
        drawing = CHARTS[name](pages.t, frame)
        if drawing is not None and name in _A_ROW_EACH:
            drawing.note = _rows_cut(pages.t, len(frame))
        charts.append(Chart(name, drawing, figure.recipe))
    return charts
