"""A request with the archive it is answered from."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from archive.read.archive import Archive
from archive.viewer.catalogue import chosen
from archive.viewer.render import About, Pages
from archive.viewer.search.answers import Question
from archive.viewer.search.lookup import Lookup
from archive.viewer.web import formats
from archive.viewer.web.chart_cache import Figures
from archive.viewer.web.questions import question_of

_ID = re.compile("[0-9a-f]{1,64}")


class ArchiveRequest:
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
        self.is_filling = is_filling
        self.pages = Pages(chosen(request.headers.get("accept-language", "")), self.about)

    def question(self) -> Question:
        """Read the question. Raises UnknownValue where it is about what this archive does not have."""
        question = question_of(self.request.query_params)
        self.lookup.check(question)
        return question

    def search_state(self, question: Question, *, all_texts: bool = False) -> str:
        """Say what search has done with the texts: `read`, `reading`, or `unread` where nobody goes on.

        `all_texts`: without words in the question they are needed too.
        """
        if not (question.text or all_texts) or self.lookup.read >= self.lookup.articles:
            return "read"
        return "reading" if self.is_filling else "unread"

    def html(self, template: str, here: str = "", /, **values: object) -> HTMLResponse:
        text = self.pages.render(template, here, **values)
        # what is no character of any encoding may stand in a damaged row
        language = {"Content-Language": self.pages.t.language, "Vary": "Accept-Language"}
        return HTMLResponse(text.encode("utf-8", "replace"), headers=language)


def moved(request: Request, path: str) -> RedirectResponse:
    """Redirect to another path, with the same parameters."""
    query = request.url.query
    return RedirectResponse(f"{path}?{query}" if query else path)


def id_of(opened: ArchiveRequest, name: str = "id") -> str:
    """Return the id in the address, or the start of one. Raises HTTPException for anything else."""
    article_id: str = opened.request.path_params[name]
    if not _ID.fullmatch(article_id):
        raise HTTPException(404)
    return article_id


def file_of(opened: ArchiveRequest, rows: list[dict[str, object]], columns: tuple[str, ...] = ()) -> Response:
    if opened.request.url.path.endswith(".csv"):
        return Response(formats.as_csv(rows, columns), media_type="text/csv; charset=utf-8")
    return Response(formats.as_json(rows), media_type="application/json")
