"""Drawing of figures as SVG that stands in a page: no style of its own, every text escaped."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

import numpy as np
from markupsafe import Markup, escape

from archive.format.languages import LANGUAGES
from archive.format.records import OUTCOMES
from archive.viewer.catalogue import Interface
from archive.viewer.search.answers import DayCounts, day_of


def colour(language: str) -> str:
    """Class of what is drawn in the colour of a language."""
    return language if language in LANGUAGES and LANGUAGES[language].colour else "other"


@dataclass(frozen=True, slots=True)
class Canvas:
    """Room of a chart: pixels for names at the left, and for what is drawn beside them."""

    left: float
    width: float

    @property
    def is_narrow(self) -> bool:
        return self.width < 400


WIDE, NARROW = Canvas(170.0, 620.0), Canvas(84.0, 226.0)
"""A page has each chart in both, and its style shows the one that fits the screen."""
_LABEL = 18.0
"""Pixels that the number of a version needs."""


@dataclass(frozen=True, slots=True)
class Periods:
    """The days from a first to a last one as days, weeks, months or years."""

    kind: str
    starts: tuple[date, ...]

    def index(self, day: date) -> int:
        """Return the number of the period of a day; negative before the first."""
        start = _start(self.kind, day)
        return self.starts.index(start) if start >= self.starts[0] else -1

    def name(self, index: int) -> str:
        start = self.starts[index]
        return (
            f"{start:%Y-%m}"
            if self.kind == "month"
            else f"{start.year}"
            if self.kind == "year"
            else f"{start}"
        )


def periods(first: date, last: date, most: int) -> Periods:
    """Divide days into at most so many periods, as short as possible; of more years the last ones."""
    for kind in ("day", "week", "month", "year"):
        starts = [_start(kind, last)]
        while starts[-1] > first and len(starts) <= most:
            starts.append(_start(kind, starts[-1] - timedelta(days=1)))
        if len(starts) <= most:
            break
    return Periods(kind, tuple(reversed(starts[:most])))


def _start(kind: str, day: date) -> date:
    if kind == "week":
        return day - timedelta(days=day.weekday())
    if kind == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if kind == "year" else day


class Drawing:
    """Shapes in a frame of so many pixels, in the order in which they are added."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self._size = (width, height)
        self._title = title
        self.note = ""
        """What of the data is not drawn."""
        self._parts: list[str] = []

    @property
    def width(self) -> float:
        return self._size[0]

    def _add(self, name: str, inside: str = "", **attributes: object) -> None:
        markup = ""
        for key, value in attributes.items():
            name_of_markup = key.rstrip("_").replace("_", "-")
            text = escape(round(value, 1) if isinstance(value, float) else value)
            markup += f' {name_of_markup}="{text}"'
        self._parts.append(f"<{name}{markup}>{inside}</{name}>")

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        kind: str,
        title: str = "",
        opacity: float = 1,
    ) -> None:
        inside = f"<title>{escape(title)}</title>" if title else ""
        more = f' fill-opacity="{round(opacity, 2):.1f}"' if opacity != 1 else ""
        # not by _add: a chart has thousands
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
            f' class="{escape(kind)}"{more}>{inside}</rect>'
        )

    def circle(self, x: float, y: float, radius: float, kind: str, title: str = "") -> None:
        inside = f"<title>{escape(title)}</title>" if title else ""
        self._add("circle", inside, cx=float(x), cy=float(y), r=float(radius), class_=kind)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self._add("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=kind)

    def text(self, x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> None:
        self._add("text", str(escape(text)), x=float(x), y=float(y), text_anchor=anchor, class_=kind)

    def __html__(self) -> Markup:
        width, height = self._size
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" aria-label="{escape(self._title)}">'
        )
        return Markup(f"{head}{''.join(self._parts)}</svg>")  # noqa: S704  each text was escaped where it came in


Track = tuple[str, datetime | None, Sequence[tuple[int, datetime]], datetime | None]
"""Versions of an article: language, published, each version and when it was seen, taken down."""


def timeline(t: Interface, tracks: Sequence[Track]) -> Markup:
    """Draw versions on a line of time."""
    times: list[datetime] = []
    for _, published, versions, gone_at in tracks:
        times += [at for _, at in versions]
        times += filter(None, (published, gone_at))
    if not times:
        return Markup("")
    drawings = [_timeline(t, tracks, (min(times), max(times)), canvas) for canvas in (WIDE, NARROW)]
    return Markup('<div class="figure"><div class="wide">{}</div><div class="narrow">{}</div></div>').format(
        *drawings
    )


def _timeline(
    t: Interface, tracks: Sequence[Track], period: tuple[datetime, datetime], canvas: Canvas
) -> Drawing:
    start, end = period
    span = max((end - start).total_seconds(), 60.0)
    margin, width, step = canvas.left, canvas.width, 34.0
    height = step * len(tracks) + 44
    drawing = Drawing(margin + width + 20, height, t("versions_of"))

    def at(moment: datetime) -> float:
        return margin + (moment - start).total_seconds() / span * width

    for n, (language, published, versions, gone_at) in enumerate(tracks):
        y = 20 + step * n
        drawing.text(0, y + 4, t.name(language))
        drawing.line(margin, y, margin + width, y, "grid")
        if published:
            drawing.line(at(published), y - 9, at(published), y + 9, f"{colour(language)} thin")
        for version, moment in versions[:500]:
            title = f"{t('version', n=version)}, {t('seen', time=t.moment(moment))}"
            drawing.circle(at(moment), y, 6, colour(language), title)
        if len(versions) < 12:
            for x, numbers in _labels([(version, at(moment)) for version, moment in versions]):
                drawing.text(x, y - 10, numbers, "middle", "soft")
        if gone_at:
            anchor = "end" if at(gone_at) > margin + width / 2 else "start"
            drawing.text(at(gone_at), y + 4, f"× {t('taken_down')}", anchor)
    print_time = t.day if canvas.is_narrow else t.moment
    drawing.text(margin, height - 6, print_time(start), "start", "soft")
    if span > 60:
        drawing.text(margin + width, height - 6, print_time(end), "end", "soft")
    return drawing


def _labels(versions: Sequence[tuple[int, float]]) -> list[tuple[float, str]]:
    """Place the numbers of versions above them: one label for those too close for two, `1–3`."""
    labels: list[tuple[float, str]] = []
    first, last_x = 0, -math.inf
    for version, x in versions:
        if x - last_x < _LABEL:
            labels[-1] = (x, f"{first}–{version}")
        else:
            first = version
            labels.append((x, str(version)))
        last_x = x
    return labels


def stacked_days(
    t: Interface, days: Sequence[tuple[str, dict[str, int], str]], title: str, axis: str
) -> Markup:
    """Draw a bar a day, of the outcomes that its addresses had: (day, count by outcome, what it tells)."""
    if not days:
        return Markup("<p>{}</p>").format(t("nothing_to_draw"))
    most = max(sum(counts.values()) for _, counts, _ in days) or 1
    bar, margin, top, tall = 14.0, 60.0, 30.0, 160.0
    width = margin + bar * len(days) + 10
    drawing = Drawing(max(width, 540), top + tall + 48, title)
    drawing.text(0, 14, axis, "start", "soft")
    for share in (0, 0.5, 1) if most % 2 == 0 else (0, 1):
        y = top + tall * (1 - share)
        drawing.line(margin, y, width, y, "grid")
        drawing.text(margin - 8, y + 4, t.number(round(most * share)), "end", "soft")
    for n, (_, counts, tooltip) in enumerate(days):
        y = top + tall
        for outcome in OUTCOMES:
            height = counts.get(outcome, 0) / most * tall
            if height:
                y -= height
                drawing.rect(margin + bar * n + 1, y, bar - 3, height, kind=outcome, title=tooltip)
    drawing.text(margin, top + tall + 18, days[0][0], "start", "soft")
    if len(days) > 1:
        drawing.text(max(width, margin + 170), top + tall + 18, days[-1][0], "end", "soft")
    x = margin
    for outcome in OUTCOMES:
        drawing.rect(x, top + tall + 32, 10, 10, kind=outcome)
        drawing.text(x + 15, top + tall + 41, t.outcome(outcome), "start", "soft")
        x += 22 + 7.5 * len(t.outcome(outcome))
    return Markup(
        '<div class="figure"><div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div></div>'
    ).format(title, drawing)


def day_axis(drawing: Drawing, cells: Periods, left: float, cell: float, y: float) -> None:
    """Write the periods below cells of a width: at most seven, with room for a whole date between them."""
    count = len(cells.starts)
    step = max(math.ceil(84 / cell), -(-count // 6))
    for n in range(0, count, step):
        if not n or left + cell * n + 70 < drawing.width:
            drawing.text(left + cell * n, y + 16, cells.name(n), "start", "soft")


_MOST_TRACKS = 30


def over_time(t: Interface, of_all: Sequence[DayCounts], canvas: Canvas) -> Drawing | None:
    """Draw the articles of a question over time, a track for each outlet and language, the most first."""
    all_tracks: list[DayCounts] = []
    without: list[str] = []
    for track in sorted(of_all, key=lambda x: (-int(x.articles.sum()), x.outlet, x.language)):
        if track.articles.any():
            all_tracks.append(track)
        else:
            count = t.number(int(track.all_articles.sum()))
            without.append(f"{track.outlet}, {t.name(track.language, within=True)} ({count})")
    if not all_tracks:
        return None
    tracks = all_tracks[:_MOST_TRACKS]
    width = canvas.left + canvas.width
    # also days on which only other articles came: they are those on which nothing was said
    days = np.unique(np.concatenate(list(map(attrgetter("days"), of_all))))
    dates = list(map(day_of, days.tolist()))
    cells = periods(dates[0], dates[-1], int(width / 8))
    cell = min(24.0, width / len(cells.starts))
    # one more at the beginning, for those before the first
    cell_of_day = np.array(list(map(cells.index, dates))) + 1
    counts = []
    for track in all_tracks:
        counts.append(np.bincount(cell_of_day[np.searchsorted(days, track.days)], track.articles))
    most = int(max(map(np.max, counts)))
    step, tall = 62.0, 36.0
    drawing = Drawing(width + 20, step * len(tracks) + 24, t("over_time"))
    notes = [t(f"a_bar_{cells.kind}", n=t.count("n_articles", most))]
    if len(all_tracks) > len(tracks):
        notes.append(t("rows_cut", n=len(tracks), all=t.number(len(all_tracks))))
    if without:
        more = ["…"] if len(without) > _MOST_TRACKS else []
        notes.append(t("not_one_drawn", tracks="; ".join(without[:_MOST_TRACKS] + more)))
    drawing.note = " ".join(notes)
    for n, (track, counts_of_track) in enumerate(zip(tracks, counts, strict=False)):
        bottom = step * (n + 1) - 4
        matching, read = int(track.articles.sum()), int(track.all_articles.sum())
        share = t("n_of_all", n=t.number(matching), all=t.number(read))
        label = f"{track.outlet}, {t.name(track.language, within=True)}: {share}"
        drawing.text(0, bottom - tall - 8, label)
        drawing.line(0, bottom, cell * len(cells.starts), bottom, "grid")
        kind = colour(track.language)
        for index, count in enumerate(counts_of_track.astype(int).tolist()[1:]):
            if count:
                title = f"{cells.name(index)}: {t.count('n_articles', count)}"
                height = count / most * tall
                drawing.rect(cell * index, bottom - height, cell - 1, height, kind=kind, title=title)
    day_axis(drawing, cells, 0, cell, step * len(tracks))
    return drawing
