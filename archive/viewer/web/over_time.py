"""Articles of a question over time; terms of several languages side by side, each sought in its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from urllib.parse import urlencode

import numpy as np
from starlette.responses import Response

from archive.viewer.catalogue import Interface
from archive.viewer.drawing import NARROW, WIDE, Canvas, Drawing, Periods, colour, day_axis, periods
from archive.viewer.drawing import over_time as draw_over_time
from archive.viewer.search.answers import COMPARED, DayCounts, Question, day_of
from archive.viewer.web.archive_request import ArchiveRequest, file_of
from archive.viewer.web.questions import PARAMETERS, address_of, asked, filters, terms_of
from archive.viewer.web.story_lists import filter_label, texts_unread

PARAMETERS_OF_TERMS = (*PARAMETERS, *COMPARED)
_MOST_OUTLETS = 40
_MOST_ROWS = 24
"""Periods of the table."""


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Articles of a language by period: those that have its term, and all."""

    language: str
    articles: list[int]
    all_articles: list[int]

    @property
    def highest(self) -> float:
        """Highest share of a period."""
        all_articles = np.maximum(self.all_articles, 1)
        return float((np.array(self.articles) / all_articles).max())


def page(opened: ArchiveRequest) -> Response:
    question, terms, t = opened.question(), terms_of(opened.request.query_params), opened.pages.t
    tracks = _tracks(opened, question, terms)
    draw = partial(_draw_terms, terms=terms) if terms else draw_over_time
    heads = []
    for language, term in terms.items():
        stories = replace(question, text=f"{question.text} {term}".strip(), order="match")
        heads.append((language, term, address_of(stories)))
    query = urlencode([*asked(question), *terms.items()])
    return opened.html(
        "over_time.html",
        "stories",
        question=question,
        languages=COMPARED,
        terms=terms,
        hidden=asked(question),
        outlets=sorted({*opened.lookup.names("outlet", _MOST_OUTLETS), *question.outlets}),
        heads=heads,
        table=_table(t, tracks, terms) if terms else [],
        wide=draw(t, tracks, canvas=WIDE),
        narrow=draw(t, tracks, canvas=NARROW),
        search_state=opened.search_state(question, all_texts=True),
        read=opened.lookup.read,
        articles=opened.lookup.articles,
        list_address=address_of(question),
        filters=filters(question),
        filter_label=partial(filter_label, t),
        files={"csv": f"/over-time.csv?{query}", "json": f"/over-time.json?{query}"},
    )


def file(opened: ArchiveRequest) -> Response:
    """Answer with the numbers of the chart, a row a day, also days on which only other articles came."""
    question, terms = opened.question(), terms_of(opened.request.query_params)
    if opened.search_state(question, all_texts=True) == "reading":
        return texts_unread(opened)
    columns = ("outlet", "language", *(["term"] if terms else []), "day", "articles", "all_articles")
    rows = []
    for track in _tracks(opened, question, terms):
        names = (track.outlet, track.language, *([terms[track.language]] if terms else []))
        for row in track.rows():
            rows.append(dict(zip(columns, (*names, *row), strict=True)))
    return file_of(opened, rows, columns)


def _tracks(opened: ArchiveRequest, question: Question, terms: Mapping[str, str]) -> list[DayCounts]:
    if terms:
        return opened.lookup.terms_over_time(question, terms)
    return opened.lookup.over_time(question)


def _counted(
    tracks: Sequence[DayCounts], languages: Iterable[str], most: int
) -> tuple[Periods, list[TermCounts]] | None:
    """Sum up the articles of each language over its outlets, by at most so many periods."""
    if not tracks:
        return None
    days = np.unique(np.concatenate(list(map(attrgetter("days"), tracks)))).tolist()
    dates = list(map(day_of, days))
    cells = periods(dates[0], dates[-1], most)
    period_of = dict(zip(days, map(cells.index, dates), strict=True))
    counts = []
    for language in languages:
        # one more at the end, for days before the first period
        articles, all_articles = np.zeros((2, len(cells.starts) + 1), np.int64)
        for track in tracks:
            if track.language == language:
                places = list(map(period_of.__getitem__, track.days.tolist()))
                np.add.at(articles, places, track.articles.astype(np.int64))
                np.add.at(all_articles, places, track.all_articles.astype(np.int64))
        counts.append(TermCounts(language, articles[:-1].tolist(), all_articles[:-1].tolist()))
    return cells, counts


def _share(t: Interface, articles: int, all_articles: int) -> str:
    """Write a share with its numbers; of nothing there is none."""
    if not all_articles:
        return "–"
    numbers = t("n_of_all", n=t.number(articles), all=t.number(all_articles))
    return f"{numbers} ({t.percent(articles / all_articles, digits=1)})"


def _table(
    t: Interface, tracks: Sequence[DayCounts], terms: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """Lay the shares side by side: a row a period, a column a language; the latest period last."""
    counted = _counted(tracks, terms, _MOST_ROWS)
    if counted is None:
        return []
    cells, counts = counted
    rows = []
    for n in range(len(cells.starts)):
        shares = []
        for term in counts:
            shares.append(_share(t, term.articles[n], term.all_articles[n]))
        rows.append((cells.name(n), shares))
    return rows


def _draw_terms(
    t: Interface, tracks: Sequence[DayCounts], canvas: Canvas, terms: Mapping[str, str]
) -> Drawing | None:
    """Draw the share of each language's articles that have its term, all to one scale."""
    width, step, tall = canvas.left + canvas.width, 62.0, 36.0
    counted = _counted(tracks, terms, int(width / 8))
    if counted is None:
        return None
    cells, counts = counted
    cell = min(24.0, width / len(cells.starts))
    highest = max(map(attrgetter("highest"), counts))
    drawing = Drawing(width + 20, step * len(counts) + 24, t("over_time"))
    drawing.note = t(f"a_bar_{cells.kind}", n=t.percent(highest, digits=1))
    for row, term in enumerate(counts):
        bottom = step * (row + 1) - 4
        share = _share(t, sum(term.articles), sum(term.all_articles))
        label = f"{t.name(term.language)}, {t('quoted', text=terms[term.language])}: {share}"
        drawing.text(0, bottom - tall - 8, label)
        drawing.line(0, bottom, cell * len(cells.starts), bottom, "grid")
        for n, (articles, all_articles) in enumerate(zip(term.articles, term.all_articles, strict=True)):
            if articles:
                height = articles / all_articles / highest * tall
                title = f"{cells.name(n)}: {_share(t, articles, all_articles)}"
                kind = colour(term.language)
                drawing.rect(cell * n, bottom - height, cell - 1, height, kind=kind, title=title)
    day_axis(drawing, cells, 0, cell, step * len(counts))
    return drawing
