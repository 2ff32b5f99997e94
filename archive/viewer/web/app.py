"""The pages of an archive by their addresses; nothing in an address becomes a path or a part of SQL."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from archive.exceptions import ArchiveError, UnknownValue
from archive.viewer.catalogue import chosen
from archive.viewer.render import NO_ARCHIVE, Pages, static_file
from archive.viewer.web import documents, over_time, sql_page, story_changes, story_lists
from archive.viewer.web.archive_request import ArchiveRequest, moved
from archive.viewer.web.chart_cache import ChartsPending
from archive.viewer.web.guard import Guard
from archive.viewer.web.questions import PARAMETERS, LongQuestion, check_parameters
from archive.viewer.web.shelf import Preparing, Shelf

OF_DAMAGE = (
    *(LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError),
    *(MemoryError, OSError, AssertionError, sqlite3.Error),
)
_PATIENCE = 1.5
"""Seconds that a page waits for its figures before it says that they are being made."""

Page = Callable[[ArchiveRequest], Response]


def make_app(shelf: Shelf, port: int, secret: str = "") -> Starlette:
    """Make the application; `port` is a part of the name that a browser asks it by.

    With a `secret` it answers only who has it.
    """

    def page(
        answer: Page, parameters: Sequence[str] = (), *, apart: bool = False
    ) -> Callable[[Request], Response]:
        @wraps(answer)
        def respond(request: Request) -> Response:
            try:
                check_parameters(request.query_params, parameters)
                return _answered(request, shelf, answer, apart=apart)
            except ChartsPending:
                return _message(request, 503, "being_made", "being_made_told", again=True)
            except Preparing as progress:
                return _message(request, 503, "preparing", "preparing_told", again=True, progress=progress)
            except UnknownValue as error:
                return _unknown_value(request, error)
            except ArchiveError as error:
                return _message(request, 500, "damaged", str(error))
            except sqlite3.DatabaseError:
                shelf.forget()
                return _message(request, 503, "preparing", "preparing_told", again=True)
            except OF_DAMAGE as error:  # what no writer of ours has written, or a defect
                return _message(request, 500, "damaged", f"{type(error).__name__}: {str(error)[:200]}")

        return respond

    def route(path: str, answer: Page, *suffixes: str, parameters: Sequence[str] = ()) -> list[Route]:
        return [Route(path + suffix, page(answer, parameters)) for suffix in suffixes or ("",)]

    files, feeds = (".csv", ".json"), (".atom", ".feed.json")
    changes = (*PARAMETERS, "kind", "followed")
    routes = [
        *route("/", story_lists.stories, parameters=PARAMETERS),
        *route("/search", story_lists.stories, parameters=PARAMETERS),
        Route("/stories", lambda request: moved(request, "/")),
        *route("/stories", story_lists.listed, *files, parameters=PARAMETERS),
        *route("/search", story_lists.listed, *files, parameters=PARAMETERS),
        *route("/search", story_lists.feed, *feeds, parameters=PARAMETERS),
        *route("/over-time", over_time.page, parameters=over_time.PARAMETERS_OF_TERMS),
        *route("/over-time", over_time.file, *files, parameters=over_time.PARAMETERS_OF_TERMS),
        *route("/changes", story_changes.page, parameters=changes),
        *route("/changes", story_changes.file, *files, parameters=changes),
        *route("/changes", story_changes.feed, *feeds, parameters=changes),
        *route("/stories/{id}", documents.story),
        *route("/articles/{id}", documents.article, parameters=("from", "to", "start", "page")),
        *route("/articles/{id}/page", documents.archived_page),
        *route("/articles/{id}/warc", documents.warc),
        *route("/omissions/{id}/{version:int}/{block:int}/{missing}", documents.omission),
        *route("/outlets", documents.outlets),
        *route("/outlets", documents.outlets_file, *files),
        *route("/outlets/{name:path}", documents.outlet),
        *route("/why", documents.why, parameters=("url",)),
        *(Route(f"/sql{suffix}", page(sql_page.file, ("q",), apart=True)) for suffix in files),
        Route("/sql", page(sql_page.page, ("q",), apart=True)),
        *route("/charts", documents.charts),
        *route("/charts/{name}", documents.chart_file, *files),
        Route("/pictures", lambda request: moved(request, "/charts")),  # its address until 0.1
        Route("/static/{name}", _static),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, port=port, secret=secret)],
        exception_handlers={404: _nothing},
    )


def _answered(request: Request, shelf: Shelf, answer: Page, *, apart: bool) -> Response:
    """Answer a request, with charts once they are made. Raises ChartsPending where that takes long.

    `apart`: it reads nothing that other pages wait for.
    """

    def once() -> Response:
        with shelf.opened() as sources:
            opened = ArchiveRequest(request, sources, shelf.figures, is_filling=shelf.is_filling)
            if not apart:
                return answer(opened)
        return answer(opened)

    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with suppress(ChartsPending):
            return once()
        time.sleep(0.05)  # while others are answered
    return once()


def _message(
    request: Request,
    status: int,
    heading: str,
    text: str,
    *,
    again: bool = False,
    progress: Preparing | None = None,
) -> Response:
    pages = Pages(chosen(request.headers.get("accept-language", "")), NO_ARCHIVE)
    sentence = pages.t.word(text, text)
    if progress is not None and progress.files:
        done, files = pages.t.number(progress.taken), pages.t.number(progress.files)
        sentence = f"{sentence} {pages.t('preparing_files', taken=done, files=files)}"
    html = pages.render("message.html", heading=pages.t(heading), text=sentence, again=again, meant=None)
    return HTMLResponse(html.encode("utf-8", "replace"), status)


def _unknown_value(request: Request, error: UnknownValue) -> Response:
    """Answer a question about a value that does not exist: no list, and a link to what was likely meant."""
    if "." in request.url.path:
        return PlainTextResponse(f"{error}\n", 400)
    if isinstance(error, LongQuestion):
        return _message(request, 400, "long_question", str(error))
    pages = Pages(chosen(request.headers.get("accept-language", "")), NO_ARCHIVE)
    label = pages.t(f"label_{error.column}")
    query = []
    near = error.nearest
    for name, value in request.query_params.multi_items() if near else ():
        if error.column == "parameter":
            query.append((near if near and name == error.value else name, value))
        else:
            query.append((name, near if near and value == error.value else value))
    html = pages.render(
        "message.html",
        heading=pages.t("unknown_value", name=label, value=error.value[:100]),
        text=pages.t("unknown_value_told"),
        again=False,
        meant=(near, f"{request.url.path}?{urlencode(query)}") if query else None,
    )
    return HTMLResponse(html.encode("utf-8", "replace"), 400)


def _nothing(request: Request, error: Exception) -> Response:
    is_start = getattr(error, "detail", None) == documents.SEVERAL
    return _message(request, 404, "not_found", documents.SEVERAL if is_start else "not_found_told")


def _static(request: Request) -> Response:
    file = static_file(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    return Response(file[0], media_type=file[1])
