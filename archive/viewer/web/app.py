"""The pages of an archive by their addresses; nothing in an address becomes a path or a part of SQL."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from archive.exceptions import ArchiveError, PageNotKept
from archive.viewer import article as articles
from archive.viewer import outlet as outlet_pages
from archive.viewer.catalogue import LANGUAGES, Interface, chosen
from archive.viewer.load import read_story
from archive.viewer.render import Pages, static_file, story_values
from archive.viewer.search.answers import COMPARED, FLAGS, ORDERS, PAGE
from archive.viewer.web import formats
from archive.viewer.web.alerts import LATE, alerts
from archive.viewer.web.guard import PAGE_POLICY, Guard
from archive.viewer.web.made_figures import BeingMade
from archive.viewer.web.questions import address_of, feed_of, page_of, question_of
from archive.viewer.web.shelf import Preparing, Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from archive.read.archive import Archive
    from archive.viewer.render import About
    from archive.viewer.search.answers import Question, StoryLine
    from archive.viewer.search.lookup import Lookup
    from archive.viewer.web.made_figures import Figures

OF_DAMAGE = (
    *(
        LookupError,
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
        RuntimeError,
        MemoryError,
        OSError,
    ),
    *(AssertionError, sqlite3.Error),
)
_ID = re.compile("[0-9a-f]{4,64}")
_LONGEST_ADDRESS = 2000
_PATIENCE = 1.5
"""Seconds that a page waits for its figures before it says that they are being made."""


class Opened:
    """A request, and what it is answered from."""

    def __init__(
        self,
        request: Request,
        opened: tuple[Archive, Lookup, About],
        figures: Figures | None = None,
        *,
        is_filling: bool = False,
    ) -> None:
        self.request = request
        self.archive, self.lookup, self.about = opened
        self.figures = figures
        self._is_filling = is_filling
        self.pages = Pages(chosen(request.headers.get("accept-language", "")), self.about)

    def search_state(self, question: Question) -> str:
        """Say what search has done with the texts: `read`, `reading`, or `unread` where nobody goes on."""
        if not question.text or self.lookup.read >= self.lookup.articles:
            return "read"
        return "reading" if self._is_filling else "unread"

    def html(self, template: str, here: str = "", /, **values: object) -> HTMLResponse:
        text = self.pages.render(template, here, **values)
        # what is no character of any encoding may stand in a damaged row
        language = {"Content-Language": self.pages.t.language, "Vary": "Accept-Language"}
        return HTMLResponse(text.encode("utf-8", "replace"), headers=language)


Page = Callable[[Opened], Response]


def make_app(shelf: Shelf, port: int) -> Starlette:
    """Make the application; `port` is a part of the name that a browser asks it by."""

    def page(answer: Page) -> Callable[[Request], Response]:
        @wraps(answer)
        def respond(request: Request) -> Response:
            try:
                return _answered(request, shelf, answer)
            except BeingMade as being:
                made, figures = being.made, being.figures
                told = {"made": made, "figures": figures}
                return _message(request, 503, "being_made", "being_made_told", again=True, told=told)
            except Preparing as progress:
                return _message(request, 503, "preparing", "preparing_told", again=True, progress=progress)
            except ArchiveError as error:
                return _message(request, 500, "damaged", str(error))
            except sqlite3.DatabaseError:
                shelf.forget()
                return _message(request, 503, "preparing", "preparing_told", again=True)
            except OF_DAMAGE as error:  # what no writer of ours has written, or a defect
                return _message(request, 500, "damaged", f"{type(error).__name__}: {str(error)[:200]}")

        return respond

    routes = [
        Route("/", page(_stories)),
        Route("/search", page(_stories)),
        Route("/stories", lambda _: RedirectResponse("/")),
        *(
            Route(f"/{name}.{kind}", page(_listed))
            for name in ("stories", "search")
            for kind in ("csv", "json")
        ),
        Route("/search.atom", page(_feed)),
        Route("/search.feed.json", page(_feed)),
        Route("/stories/{id}", page(_story)),
        Route("/articles/{id}", page(_article)),
        Route("/articles/{id}/page", page(_archived_page)),
        Route("/articles/{id}/warc", page(_warc)),
        Route("/outlets", page(_outlets)),
        Route("/outlets.csv", page(_outlets_file)),
        Route("/outlets.json", page(_outlets_file)),
        Route("/outlets/{name:path}", page(_outlet)),
        Route("/why", page(_why)),
        Route("/pictures", page(_pictures)),
        *(Route(f"/pictures/{{name}}.{kind}", page(_picture_file)) for kind in ("csv", "json")),
        Route("/static/{name}", _static),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={404: _nothing},
    )


def _answered(request: Request, shelf: Shelf, answer: Page) -> Response:
    """Answer a request, with figures once they are made. Raises BeingMade where that takes long."""

    def once() -> Response:
        with shelf.opened() as opened:
            return answer(Opened(request, opened, shelf.figures, is_filling=shelf.is_filling))

    try:
        return once()
    except BeingMade as being:
        being.wait(_PATIENCE)  # while others are answered
    return once()


def _message(
    request: Request,
    status: int,
    heading: str,
    text: str,
    *,
    again: bool = False,
    progress: Preparing | None = None,
    told: Mapping[str, int] | None = None,
) -> Response:
    from archive.viewer.render import About  # noqa: PLC0415  at the top it is there for its type

    pages = Pages(chosen(request.headers.get("accept-language", "")), About("Triptych", -1, None))
    values = {name: pages.t.number(count) for name, count in (told or {}).items()}
    sentence = pages.t(text, **values) if pages.t.has(text) else text
    if progress is not None and progress.files:
        taken, files = pages.t.number(progress.taken), pages.t.number(progress.files)
        sentence = f"{sentence} {pages.t('preparing_files', taken=taken, files=files)}"
    html = pages.render("message.html", heading=pages.t(heading), text=sentence, again=again)
    return HTMLResponse(html.encode("utf-8", "replace"), status)


def _nothing(request: Request, _: Exception) -> Response:
    return _message(request, 404, "not_found", "not_found_told")


def _static(request: Request) -> Response:
    found = static_file(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return Response(found[0], media_type=found[1])


def _stories(opened: Opened) -> Response:
    question = question_of(opened.request.query_params)
    page = page_of(opened.request.query_params)
    answer = opened.lookup.ask(question, page)
    files = {kind: address_of(question, suffix=kind) for kind in ("csv", "json")}
    interface = opened.pages.t.language
    feeds = {"atom": feed_of(question, "atom", interface), "feed": feed_of(question, "feed.json", interface)}
    return opened.html(
        "stories.html",
        "stories",
        **list_values(opened.lookup, question, answer.lines),
        answer=answer,
        page=page,
        page_count=-(-answer.found // PAGE),
        address=lambda n: address_of(question, n),
        files=files | feeds,
        search_state=opened.search_state(question),
        static_orders=(),
        stories_there=0,
    )


def list_values(lookup: Lookup, question: Question, lines: tuple[StoryLine, ...]) -> dict[str, object]:
    """Collect what the list of stories shows beside its answer."""
    counts = lookup.all_counts
    languages = [x for x in (*COMPARED, *sorted(counts["language"])) if x in counts["language"]]
    return {
        "question": question,
        "languages": list(dict.fromkeys(languages)),
        "columns": list(dict.fromkeys(languages))[:4],
        "outlets": sorted(counts["outlet"]),
        "orders": ORDERS if question.text else [x for x in ORDERS if x != "match"],
        "flags": FLAGS,
        "read": lookup.read,
        "articles": lookup.articles,
        "anything_compared": any(x.omitted is not None for x in lines) or lookup.has_compared,
    }


def _listed(opened: Opened) -> Response:
    question = question_of(opened.request.query_params)
    if opened.search_state(question) == "reading":
        return _texts_unread(opened)
    lines = opened.lookup.all_lines(question)
    if opened.request.url.path.endswith(".csv"):
        return StreamingResponse(formats.stories_as_csv(lines), media_type="text/csv; charset=utf-8")
    return StreamingResponse(formats.stories_as_json(lines), media_type="application/json")


def _file(opened: Opened, rows: list[dict[str, object]], columns: tuple[str, ...] = ()) -> Response:
    if opened.request.url.path.endswith(".csv"):
        return Response(formats.as_csv(rows, columns), media_type="text/csv; charset=utf-8")
    return Response(formats.as_json(rows), media_type="application/json")


def _texts_unread(opened: Opened) -> Response:
    """Answer a program that it should come again: a list of what has been read so far would look whole."""
    text = f"{opened.lookup.read} of {opened.lookup.articles} texts are read; try again in a few seconds.\n"
    return PlainTextResponse(text, 503, headers={"Retry-After": "5"})


def _feed(opened: Opened) -> Response:
    query = opened.request.query_params
    question = question_of(query)
    if opened.search_state(question) == "reading":
        return _texts_unread(opened)
    hours = query.get("late", "")
    late = timedelta(hours=int(hours)) if re.fullmatch("[1-9][0-9]{0,3}", hours) else LATE
    interface = query.get("interface", "")
    t = Interface(interface) if interface in LANGUAGES else opened.pages.t
    address = str(opened.request.url)
    feed = formats.Feed(
        address,
        f"{question.text or t('stories')} · {opened.about.name}",
        alerts(opened.archive, opened.lookup, question, t, late=late),
        str(opened.request.base_url),
        address,
    )
    if opened.request.url.path.endswith(".json"):
        return Response(formats.as_json_feed(feed), media_type="application/feed+json")
    return Response(formats.as_atom(feed), media_type="application/atom+xml")


def _story(opened: Opened) -> Response:
    wanted = _id_of(opened)
    line = opened.lookup.line(wanted)
    if line is None:
        moved = opened.archive.successors(wanted) if len(wanted) >= 32 else ()
        leads = [x for x in moved if x != wanted] or _story_of_article(opened, wanted)
        if len(leads) != 1:
            raise HTTPException(404)
        return RedirectResponse(f"/stories/{leads[0]}")
    places = opened.lookup.rows.places([x.article_id for x in line.articles])
    view, cut = read_story(opened.archive, line, places)
    events = opened.lookup.rows.same_events([x.article_id for x in line.articles])
    return opened.html("story.html", "stories", **story_values(opened.pages, view, line, events), cut=cut)


def _story_of_article(opened: Opened, wanted: str) -> list[str]:
    found = opened.lookup.rows.starting_with(wanted)
    return [
        x for article_id in found[:1] if len(found) == 1 if (x := opened.lookup.rows.story_of(article_id))
    ]


def _id_of(opened: Opened) -> str:
    wanted: str = opened.request.path_params["id"]
    if not _ID.fullmatch(wanted):
        raise HTTPException(404)
    return wanted


def _article(opened: Opened) -> Response:
    wanted = _id_of(opened)
    found = opened.lookup.rows.starting_with(wanted)
    if found != [wanted]:
        if len(found) != 1:
            raise HTTPException(404)
        return RedirectResponse(f"/articles/{found[0]}")
    query = opened.request.query_params
    old, new, start = (_number(query.get(x, "")) for x in ("from", "to", "start"))
    values = articles.article_values(
        opened.archive, opened.lookup, opened.pages, wanted, old=old, new=new, start=start
    )
    return opened.html("article.html", "stories", **values, show_page=bool(query.get("page")))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _archived_page(opened: Opened) -> Response:
    wanted = _id_of(opened)
    if opened.lookup.rows.story_of(wanted) is None:
        raise HTTPException(404)
    try:
        page = opened.archive.raw(wanted)
    except PageNotKept:
        raise HTTPException(404) from None
    stated = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    charset = re.search(r"charset=[\"']?([A-Za-z0-9_-]{1,40})", stated)
    kind = f"text/html; charset={charset[1]}" if charset else "text/html"
    # the policy makes a document without scripts and without an origin, in a frame or not
    return Response(page.body, headers={"Content-Type": kind, "Content-Security-Policy": PAGE_POLICY})


def _warc(opened: Opened) -> Response:
    wanted = _id_of(opened)
    if opened.lookup.rows.story_of(wanted) is None:
        raise HTTPException(404)
    try:
        record = opened.archive.warc_record(wanted)
    except PageNotKept:
        raise HTTPException(404) from None
    named = {"Content-Disposition": f'attachment; filename="{wanted}.warc.gz"'}
    return Response(record, media_type="application/gzip", headers=named)


def _pictures(opened: Opened) -> Response:
    from archive.viewer.charts import pictures  # noqa: PLC0415  pandas, 1 s and 50 MB: lists need none

    frames = _frames(opened)
    return opened.html("pictures.html", "pictures", figures=pictures(opened.pages, opened.archive, frames))


def _frames(opened: Opened) -> dict[str, pd.DataFrame]:
    assert opened.figures is not None
    return opened.figures.frames()


def _picture_file(opened: Opened) -> Response:
    from archive.viewer.figure_frames import FIGURES  # noqa: PLC0415  pandas, 1 s and 50 MB: lists need none

    name = opened.request.path_params["name"]
    if name not in FIGURES:
        raise HTTPException(404)
    frame = _frames(opened)[name].astype(object)
    frame = frame.where(frame.notna(), None)  # JSON has no NaN
    rows = [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False)]
    return _file(opened, rows, tuple(frame.columns))


def _outlets(opened: Opened) -> Response:
    return opened.html(
        "outlets.html",
        "outlets",
        outlets=opened.lookup.outlets(),
        weeks=opened.lookup.days.weeks(),
        outlet_address=lambda name: f"/outlets/{quote(name, safe='')}",
    )


def _outlets_file(opened: Opened) -> Response:
    rows: list[dict[str, object]] = [{"outlet": x, "articles": n} for x, n in opened.lookup.outlets().items()]
    return _file(opened, rows, ("outlet", "articles"))


def _outlet(opened: Opened) -> Response:
    name: str = opened.request.path_params["name"]
    suffix = next((x for x in (".csv", ".json") if name.endswith(x)), "")
    known = opened.lookup.outlets()
    if name not in known and name.removesuffix(suffix) in known:
        looks = outlet_pages.recent(opened.archive, name.removesuffix(suffix))
        return _file(opened, looks, outlet_pages.COLUMNS)
    if name not in known:
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


def _why(opened: Opened) -> Response:
    url = opened.request.query_params.get("url", "").strip()[:_LONGEST_ADDRESS]
    return opened.html(
        "why.html", "outlets", **outlet_pages.address_values(opened.archive, opened.pages, url)
    )


# Serving on 127.0.0.1, until the process is told to end.


def listening(port: int) -> socket.socket:
    """Take a port of this machine's own interface. Raises OSError."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen(128)
    except OSError:
        taken.close()
        raise
    return taken


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(root: str, taken: socket.socket, ready: Callable[[], None]) -> None:
    """Serve an archive on a port that was taken; returns at Ctrl-C. `ready` is called once it listens."""
    with closing(taken), closing(Shelf(root)) as shelf:

        def prepare() -> None:
            # the side file and the templates are read before anybody waits for them
            with suppress(Preparing, ArchiveError, *OF_DAMAGE), shelf.opened() as opened:
                _stories(Opened(Request({"type": "http", "query_string": b"", "headers": []}), opened))

        threading.Thread(target=prepare, daemon=True).start()
        config = uvicorn.Config(
            make_app(shelf, taken.getsockname()[1]),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=64,
            timeout_graceful_shutdown=2,
        )
        with suppress(KeyboardInterrupt):  # uvicorn raises again what it has ended at
            _Server(config, ready).run(sockets=[taken])
