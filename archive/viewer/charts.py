"""Charts of figures, as SVG that stands in a page: a title, axes with units, a text for each shape."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import filterfalse
from operator import attrgetter, itemgetter
from typing import Any

from archive.format.languages import display_order
from archive.viewer.catalogue import Interface
from archive.viewer.drawing import NARROW, WIDE, Canvas, Drawing, colour, day_axis, periods
from archive.viewer.render import Pages
from archive.viewer.stored_figures import StoredFigures

Rows = Sequence[dict[str, Any]]

ALL_SECTIONS = "all sections"
"""Name of the rows that are about all of them."""
_ROW = 26.0
_MOST_ROWS = 40
_LONG = 44
"""Characters above a bar of a narrow chart from which on they need two lines."""
_HOURS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 24, 72, 168, 720, 8760)


def _short(text: str, canvas: Canvas) -> str:
    most = 10 if canvas.is_narrow else 22
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _rows_cut(t: Interface, all_rows: int) -> str:
    return t("rows_cut", n=_MOST_ROWS, all=t.number(all_rows)) if all_rows > _MOST_ROWS else ""


def _key(drawing: Drawing, t: Interface, languages: Sequence[str], x: float) -> None:
    y = 16.0
    for language in languages[:8]:
        name = t.name(language)
        drawing.rect(x, y - 9, 10, 10, kind=colour(language))
        drawing.text(x + 15, y, name, kind="soft")
        x += 34 + 8 * len(name)


def _languages(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({str(row["language"]) for row in rows}, key=display_order)


def lag(t: Interface, all_rows: Rows, canvas: Canvas = WIDE) -> Drawing | None:
    rows = sorted(all_rows, key=lambda x: (x["outlet"], display_order(x["language"])))[:_MOST_ROWS]
    if not rows:
        return None
    low, high = _HOURS[0], max(24.0, max(float(x["p95"]) for x in rows) / 3600)
    top = 44.0
    drawing = Drawing(canvas.left + canvas.width + 20, top + _ROW * len(rows) + 44, t("lag_title"))
    drawing.note = _rows_cut(t, len(all_rows))

    def at(seconds: float) -> float:
        hours = min(max(seconds / 3600, low), high)
        return canvas.left + math.log(hours / low) / math.log(high / low) * canvas.width

    bottom = top + _ROW * len(rows)
    for hours in _HOURS[:: 2 if canvas.is_narrow else 1]:
        if low <= hours <= high:
            drawing.line(at(hours * 3600), top - 6, at(hours * 3600), bottom, "grid")
            drawing.text(at(hours * 3600), bottom + 16, f"{hours:g}", "middle", "soft")
    drawing.text(canvas.left + canvas.width, bottom + 34, t("lag_axis"), "end", "soft")
    _key(drawing, t, _languages(rows), 0 if canvas.is_narrow else canvas.left)
    last = None
    for n, row in enumerate(rows):
        y = top + _ROW * n + _ROW / 2
        if row["outlet"] != last:
            drawing.text(canvas.left - 8, y + 4, _short(row["outlet"], canvas), "end")
            last = row["outlet"]
        kind = colour(str(row["language"]))
        points = [float(row[x]) for x in ("p05", "p25", "p50", "p75", "p95")]
        language = t.name(str(row["language"]), within=True)
        title = (
            f"{row['outlet']}, {language}: {t.span(points[2]) or t('at_once')} "
            f"({t.span(points[1]) or 0} – {t.span(points[3]) or 0}), "
            f"{t.count('n_stories', int(row['stories']))}"
        )
        drawing.line(at(points[0]), y, at(points[4]), y, f"{kind} thin")
        drawing.rect(at(points[1]), y - 7, max(at(points[3]) - at(points[1]), 2), 14, kind=kind, title=title)
        drawing.line(at(points[2]), y - 7, at(points[2]), y + 7, "middle")
    return drawing


def coverage(t: Interface, rows: Rows, canvas: Canvas = WIDE) -> Drawing | None:
    if not rows:
        return None
    languages = _languages(rows)
    days = sorted(set(map(itemgetter("day"), rows)))
    dates = list(map(date.fromisoformat, days))
    cells = periods(dates[0], dates[-1], int(canvas.width / 6))
    cell = min(22.0, canvas.width / len(cells.starts))
    index_of = dict(zip(days, map(cells.index, dates), strict=True))
    counts: dict[tuple[str, str, int], int] = defaultdict(int)
    for row in rows:
        counts[row["outlet"], row["language"], index_of[row["day"]]] += row["articles"]
    all_tracks = sorted({x[:2] for x in counts}, key=lambda x: (x[0], languages.index(x[1])))
    tracks = all_tracks[:_MOST_ROWS]
    top, row_height = 44.0, 17.0
    most = max(counts.values())
    bottom = top + row_height * len(tracks)
    drawing = Drawing(canvas.left + canvas.width + 20, bottom + 46, t("coverage_title"))
    drawing.note = f"{t(f'a_cell_{cells.kind}')} {_rows_cut(t, len(all_tracks))}".strip()
    _key(drawing, t, languages, 0 if canvas.is_narrow else canvas.left)
    before = None
    names = list(map(cells.name, range(len(cells.starts))))
    for n, (outlet, language) in enumerate(tracks):
        y = top + row_height * n
        if outlet != before:
            drawing.text(canvas.left - 8, y + 12, _short(outlet, canvas), "end")
            drawing.line(canvas.left, y - 1, canvas.left + cell * len(names), y - 1, "grid")
            before = outlet
        kind, track = colour(language), f"{outlet}, {t.name(language, within=True)}"
        for index, name in enumerate(names):
            if count := counts.get((outlet, language, index)):
                drawing.rect(
                    *(canvas.left + cell * index, y, cell - 1, row_height - 2),
                    kind=kind,
                    title=f"{track}, {name}: {t.count('n_articles', count)}",
                    opacity=0.22 + 0.78 * math.sqrt(count / most),
                )
    day_axis(drawing, cells, canvas.left, cell, bottom)
    drawing.text(canvas.left + canvas.width, bottom + 36, t("coverage_axis"), "end", "soft")
    return drawing


def translated(t: Interface, all_rows: Rows, canvas: Canvas = WIDE) -> Drawing | None:
    if not all_rows:
        return None
    languages = _languages(all_rows)
    ordered = sorted(all_rows, key=lambda x: (str(x["outlet"]), languages.index(str(x["language"]))))
    rows = ordered[:_MOST_ROWS]
    bars = []
    for x in rows:
        language, share = str(x["language"]), float(x["share"])
        bars.append(_Bar(str(x["outlet"]), colour(language), share, t.name(language), t.percent(share)))
    drawing = _bars(
        t, bars, title=t("translated_title"), axis=t("translated_axis"), languages=languages, canvas=canvas
    )
    drawing.note = _rows_cut(t, len(ordered))
    return drawing


def sections(t: Interface, rows: Rows, canvas: Canvas = WIDE) -> Drawing | None:
    of_sections = filterfalse(itemgetter("outlet"), rows)
    ordered = sorted(
        of_sections, key=lambda x: (x["section"] != ALL_SECTIONS, x["section"], -float(x["left_out"] or 0))
    )
    rows = ordered[:_MOST_ROWS]
    if not rows:
        return None
    bars = []
    for x in rows:
        label = t.says_not(str(x["says"]), str(x["has_not"]))
        section = _section(t, x)
        stories = t.count("n_stories", int(x["stories"]))
        share, perhaps = float(x["left_out"] or 0), float(x["doubtful"])
        kind = colour(str(x["says"]))
        bars.append(_Bar(section, kind, share, label, _left_out(t, x), perhaps, f", {stories}"))
    # shares are small here: the axis ends at the first of these that has room for the longest
    longest = max(x.share + x.perhaps for x in bars)
    end = next((x for x in (0.04, 0.1, 0.2, 0.4) if x >= longest), 1.0)
    drawing = _bars(
        t, bars, title=t("sections_title"), axis=t("sections_axis"), languages=(), end=end, canvas=canvas
    )
    drawing.note = _rows_cut(t, len(ordered))
    return drawing


def _left_out(t: Interface, row: dict[str, Any]) -> str:
    """Say how much is surely left out and how much perhaps: what is doubtful is not nothing."""
    sure, doubtful = row["left_out"], t.percent(float(row["doubtful"]), digits=1)
    if sure is None:
        return t("perhaps_share", share=doubtful) if row["doubtful"] else t("all_doubtful")
    share = t.percent(float(sure), digits=1) if sure else t("nothing_left_out")
    return t("perhaps_more", share=share, more=doubtful) if row["doubtful"] else share


@dataclass(frozen=True, slots=True)
class _Bar:
    group: str
    kind: str
    """Class of what is drawn."""
    share: float
    label: str
    value: str
    """Share in words."""
    perhaps: float = 0
    """Doubtful share, drawn paler after the other."""
    more: str = ""
    """Words that the title has besides."""

    @property
    def characters(self) -> int:
        return len(self.group) + len(self.label) + len(self.value)


def _bars(
    t: Interface,
    bars: Sequence[_Bar],
    *,
    title: str,
    axis: str,
    languages: Sequence[str],
    canvas: Canvas,
    end: float = 1.0,
) -> Drawing:
    """Draw shares; `end`: share at the end of the axis."""
    top = 44.0 if languages else 16.0
    has_long = max(map(attrgetter("characters"), bars)) > _LONG
    left, step, width = canvas.left, 20.0, canvas.width - 310
    if canvas.is_narrow:
        left, step, width = 0.0, 52.0 if has_long else 38.0, canvas.left + canvas.width - 20
    drawing = Drawing(canvas.left + canvas.width + 20, top + step * len(bars) + 46, title)
    _key(drawing, t, languages, left)
    bottom = top + step * len(bars)
    digits = 1 if round(100 * end) % 4 else 0
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = left + share * width
        drawing.line(x, top - 4, x, bottom, "grid")
        anchor = "middle" if share or not canvas.is_narrow else "start"
        drawing.text(x, bottom + 16, t.percent(share * end, digits), anchor, "soft")
    if len(axis) * 7 < width:  # on a narrow canvas what is said below the chart is enough
        drawing.text(left + width, bottom + 36, axis, "end", "soft")
    before = None
    for n, bar in enumerate(bars):
        y = top + step * n
        # no bar is wider than its share: of nothing a line stays
        long, pale = max(bar.share / end * width, 0.5), bar.perhaps / end * width
        if has_long and canvas.is_narrow:
            drawing.text(0, y + 14, f"{bar.group}: {bar.value}", kind="soft")
            drawing.text(0, y + 29, bar.label, kind="soft")
        elif canvas.is_narrow:
            drawing.text(0, y + 14, f"{bar.group}, {bar.label}: {bar.value}", kind="soft")
        else:
            group = _short(bar.group, canvas) if bar.group != before else ""
            drawing.text(left - 8, y + 13, group, "end")
            before = bar.group
            drawing.text(left + long + pale + 8, y + 14, f"{bar.label}: {bar.value}", kind="soft")
        title = f"{bar.group}, {bar.label}: {bar.value}{bar.more}"
        top_of_bar = y + step - 18
        drawing.rect(left, top_of_bar, long, 15, kind=bar.kind, title=title)
        if pale:
            drawing.rect(left + long, top_of_bar, pale, 15, kind=bar.kind, title=title, opacity=0.3)
    return drawing


def edits(t: Interface, rows: Rows, canvas: Canvas = WIDE) -> Drawing | None:
    counted: dict[int, int] = {}
    for row in rows:
        counted[int(row["hours_below"])] = counted.get(int(row["hours_below"]), 0) + int(row["edits"])
    if not counted:
        return None
    steps: list[int] = []
    step = 1
    while step <= max(counted) and len(steps) < 16:
        steps.append(step)
        step *= 2
    most, tall, top, margin = max(counted.values()), 180.0, 34.0, 40.0
    bar = min(46.0, (canvas.left + canvas.width - margin) / len(steps))
    every = 1 if bar > 36 else 3  # marks of the axis that have room
    drawing = Drawing(canvas.left + canvas.width + 20, top + tall + 52, t("edits_title"))
    drawing.text(0, 14, t("edits_count_axis"), kind="soft")
    for share in (0, 0.5, 1) if most % 2 == 0 else (0, 1):
        y = top + tall * (1 - share)
        drawing.line(margin, y, margin + bar * len(steps), y, "grid")
        drawing.text(margin - 8, y + 4, t.number(round(most * share)), "end", "soft")
    for n, step in enumerate(steps):
        count = counted.get(step, 0)
        height = count / most * tall
        title = f"{step // 2}–{step} h: {t.count('n_edits', count)}"
        drawing.rect(margin + bar * n + 2, top + tall - height, bar - 4, height, kind="archived", title=title)
        if n % every == 0:
            drawing.text(margin + bar * n, top + tall + 16, str(step // 2), "middle", "soft")
        if count:
            middle = margin + bar * n + bar / 2
            drawing.text(middle, top + tall - height - 5, t.number(count), "middle", "soft")
    if len(steps) % every == 0:
        drawing.text(margin + bar * len(steps), top + tall + 16, str(steps[-1]), "middle", "soft")
    axis = t("edits_axis_short") if canvas.is_narrow else t("edits_axis")
    drawing.text(margin, top + tall + 38, axis, kind="soft")
    return drawing


CHARTS: dict[str, Callable[[Interface, Rows, Canvas], Drawing | None]] = {
    "lag": lag,
    "coverage": coverage,
    "translated": translated,
    "edits": edits,
    "sections": sections,
}


_MOST_MONTHS = 12


Cell = tuple[str, int | None]
"""What a table says, and of how many stories."""


@dataclass(frozen=True, slots=True)
class Table:
    heads: list[str]
    """Of the names of a row, then of its cells."""
    rows: list[tuple[tuple[str, ...], list[Cell | None]]]
    note: str = ""
    """Words about rows that have no room."""


def _by_month(
    t: Interface, heads: Sequence[str], cells: Mapping[tuple[str, ...], Mapping[str, Cell]]
) -> Table | None:
    """Lay cells of the last months into a table, a row for each of their names."""
    months_of_cells = set[str]()
    for row in cells.values():
        months_of_cells.update(row)
    last_months = sorted(months_of_cells)[-_MOST_MONTHS:]
    table = Table([*heads, *last_months], [], _rows_cut(t, len(cells)))
    for names, row in list(cells.items())[:_MOST_ROWS]:
        table.rows.append((names, list(map(row.get, last_months))))
    return table if table.rows else None


def months(t: Interface, rows: Rows) -> Table | None:
    """Lay delays into a table, sections of the most stories first."""
    stories: dict[str, int] = defaultdict(int)
    for x in rows:
        stories[x["section"]] += int(x["stories"])

    def order(row: dict[str, Any]) -> tuple[object, ...]:
        section = row["section"]
        return section != ALL_SECTIONS, -stories[section], section, display_order(row["language"])

    cells: dict[tuple[str, ...], dict[str, Cell]] = defaultdict(dict)
    for x in sorted(rows, key=order):
        delay = t.span(float(x["p50"])) or t("at_once")
        cells[_section(t, x), t.name(x["language"])][x["month"]] = (delay, int(x["stories"]))
    return _by_month(t, (t("section"), t("language")), cells)


def left_out_by_month(t: Interface, rows: Rows) -> Table | None:
    """Lay what is left out into a table, a row for each outlet and two languages."""
    cells: dict[tuple[str, ...], dict[str, Cell]] = defaultdict(dict)
    for x in filter(itemgetter("outlet"), rows):
        names = (x["outlet"], t.says_not(x["says"], x["has_not"]))
        cells[names][x["month"]] = (_left_out(t, x), int(x["stories"]))
    return _by_month(t, (t("outlet"), t("left_out")), cells)


def balance(t: Interface, rows: Rows) -> Table | None:
    """Lay counts of stories into a table: outlets one after the other, sections of the most stories first."""

    def order(row: dict[str, Any]) -> tuple[object, ...]:
        return row["outlet"], row["section"] != ALL_SECTIONS, -row["stories"], row["section"]

    columns = [x for x in (rows[0] if rows else ()) if x not in {"outlet", "section", "stories"}]
    heads = [t("outlet"), t("section"), t("stories")]
    for column in columns:
        heads.append(t.word(column, column))
    table = Table(heads, [], _rows_cut(t, len(rows)))
    for x in sorted(rows, key=order)[:_MOST_ROWS]:
        counts: list[Cell | None] = []
        for column in ("stories", *columns):
            counts.append((t.number(x[column]), None))
        table.rows.append(((x["outlet"], _section(t, x)), counts))
    return table if table.rows else None


def _section(t: Interface, row: dict[str, Any]) -> str:
    return t("all_sections") if row["section"] == ALL_SECTIONS else str(row["section"])


TABLES: dict[str, Callable[[Interface, Rows], Table | None]] = {
    "months": months,
    "balance": balance,
    "sections": left_out_by_month,
}


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    drawing: Drawing | None
    """None where there is nothing to draw, or a table alone."""
    narrow: Drawing | None
    """The same for a small screen."""
    recipe: str
    table: Table | None = None


def draw_all(pages: Pages, stored: StoredFigures) -> list[Chart]:
    """Draw all figures."""
    charts = []
    for name, numbers in stored.numbers.items():
        table = TABLES[name](pages.t, numbers.rows) if name in TABLES else None
        drawing = narrow = None
        if name in CHARTS:
            drawing, narrow = (CHARTS[name](pages.t, numbers.rows, canvas) for canvas in (WIDE, NARROW))
        charts.append(Chart(name, drawing, narrow, numbers.recipe, table))
    return charts
