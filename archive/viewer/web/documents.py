"""Pages of one thing: a story, an article, an outlet, an address, the charts."""

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from archive.exceptions import ArticleNotFound, PageNotKept
from archive.read.values import FULL_ID
from archive.viewer import article as articles
from archive.viewer import outlet as outlet_pages
from archive.viewer.charts import draw_all
from archive.viewer.load import read_story
from archive.viewer.render import story_values
from archive.viewer.stored_figures import StoredFigures
from archive.viewer.web.archive_request import ArchiveRequest, file_of, id_of, moved
from archive.viewer.web.guard import PAGE_POLICY
from archive.viewer.web.omission_page import omission_values
from archive.viewer.web.questions import number_of

_Kept = TypeVar("_Kept")
_LONGEST_ADDRESS = 2000
SEVERAL = "several_told"
"""Detail of the error for the start of several ids; the name of a sentence of the interface."""


def story(opened: ArchiveRequest) -> Response:
    story_id = id_of(opened)
    line = opened.lookup.line(story_id)
    if line is None:
        return RedirectResponse(f"/stories/{_whole_story_id(opened, story_id)}")
    view, cut = read_story(opened.archive, opened.lookup.rows, line)
    events = opened.lookup.rows.same_events([x.article_id for x in line.articles])
    return opened.html("story.html", "stories", **story_values(opened.pages, view, line, events), cut=cut)


def _whole_story_id(opened: ArchiveRequest, start: str) -> str:
    """Find the story of an id that is the start of one, of a story it was merged into, or of an article."""
    stories = set(opened.lookup.starting_with(start))
    if len(start) >= FULL_ID:
        stories.update(opened.archive.successors(start))
    if not stories:
        for article_id in opened.lookup.rows.starting_with(start):
            stories.add(opened.lookup.rows.story_of(article_id) or "")
    stories -= {start, ""}
    if len(stories) != 1:
        raise HTTPException(404, SEVERAL if stories else None)
    return stories.pop()


def article(opened: ArchiveRequest) -> Response:
    article_id = id_of(opened)
    matches = opened.lookup.rows.starting_with(article_id)
    if matches != [article_id]:
        if len(matches) != 1:
            raise HTTPException(404, SEVERAL if matches else None)
        return moved(opened.request, f"/articles/{matches[0]}")
    query = opened.request.query_params
    old, new, start = (number_of(query, x) for x in ("from", "to", "start"))
    values = articles.article_values(
        opened.archive, opened.lookup, opened.pages, article_id, old=old, new=new, start=start
    )
    return opened.html("article.html", "stories", **values, show_page=bool(query.get("page")))


def _kept(opened: ArchiveRequest, read: Callable[[str], _Kept]) -> _Kept:
    """Read what was kept of an article's page. Raises HTTPException where nothing was."""
    article_id = id_of(opened)
    if opened.lookup.rows.story_of(article_id) is None:
        raise HTTPException(404)
    try:
        return read(article_id)
    except PageNotKept:
        raise HTTPException(404) from None


def archived_page(opened: ArchiveRequest) -> Response:
    page = _kept(opened, opened.archive.raw)
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    charset = re.search(r"charset=[\"']?([A-Za-z0-9_-]{1,40})", content_type)
    kind = f"text/html; charset={charset[1]}" if charset else "text/html"
    # the policy makes a document without scripts and without an origin, in a frame or not
    return Response(page.body, headers={"Content-Type": kind, "Content-Security-Policy": PAGE_POLICY})


def omission(opened: ArchiveRequest) -> Response:
    """Answer with one omission, for a citation."""
    parts = opened.request.path_params
    passage = (id_of(opened), parts["version"], parts["block"])
    try:
        values = omission_values(
            opened.archive, opened.lookup, opened.pages, passage, id_of(opened, "missing")
        )
    except ArticleNotFound:
        raise HTTPException(404) from None
    return opened.html("omission.html", "stories", **values)


def warc(opened: ArchiveRequest) -> Response:
    record = _kept(opened, opened.archive.warc_record)
    headers = {"Content-Disposition": f'attachment; filename="{id_of(opened)}.warc.gz"'}
    return Response(record, media_type="application/gzip", headers=headers)


def charts(opened: ArchiveRequest) -> Response:
    stored = _figures(opened)
    as_of = None if stored.snapshot == opened.archive.snapshot.id else stored.snapshot
    return opened.html("charts.html", "charts", figures=draw_all(opened.pages, stored), as_of=as_of)


def _figures(opened: ArchiveRequest) -> StoredFigures:
    assert opened.figures is not None
    return opened.figures.stored(is_filling=opened.is_filling)


def chart_file(opened: ArchiveRequest) -> Response:
    numbers = _figures(opened).numbers.get(opened.request.path_params["name"])
    if numbers is None:
        raise HTTPException(404)
    return file_of(opened, numbers.rows, tuple(numbers.columns))


def outlets(opened: ArchiveRequest) -> Response:
    return opened.html(
        "outlets.html",
        "outlets",
        outlets=opened.lookup.outlets(),
        weeks=opened.lookup.days.weeks(),
        outlet_address=lambda name: f"/outlets/{quote(name, safe='')}",
    )


def outlets_file(opened: ArchiveRequest) -> Response:
    rows: list[dict[str, object]] = [{"outlet": x, "articles": n} for x, n in opened.lookup.outlets().items()]
    return file_of(opened, rows, ("outlet", "articles"))


def outlet(opened: ArchiveRequest) -> Response:
    name: str = opened.request.path_params["name"]
    suffix = next((x for x in (".csv", ".json") if name.endswith(x)), "")
    names = opened.lookup.outlets()
    if name not in names and name.removesuffix(suffix) in names:
        visits = outlet_pages.recent(opened.archive, opened.lookup, name.removesuffix(suffix))
        return file_of(opened, visits, outlet_pages.COLUMNS)
    if name not in names:
        raise HTTPException(404)
    values = outlet_pages.outlet_values(opened.archive, opened.lookup, opened.pages, name)
    address = f"/outlets/{quote(name, safe='')}"
    return opened.html(
        "outlet.html",
        "outlets",
        **values,
        files={"csv": f"{address}.csv", "json": f"{address}.json"},
        stories_address=f"/?outlet={quote(name, safe='')}",
    )


def why(opened: ArchiveRequest) -> Response:
    url = opened.request.query_params.get("url", "").strip()[:_LONGEST_ADDRESS]
    return opened.html(
        "why.html", "outlets", **outlet_pages.address_values(opened.archive, opened.lookup, opened.pages, url)
    )
