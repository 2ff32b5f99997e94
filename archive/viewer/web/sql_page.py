"""A page for questions in SQL, and its answers as files.

`triptych sql` answers each in a process of its own: no page waits for one that takes long.
"""

import json
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response, StreamingResponse

import archive
from archive.format.schema import ABOUT
from archive.read.sql_views import views
from archive.viewer.web.archive_request import ArchiveRequest

SHOWN = 200
"""Rows that the page shows; the files have all."""
_SECONDS = 30
_MEMORY = "1GB"
_LONGEST_ROW = 4 << 20
_LARGEST_FILE = 512 << 20
_LONGEST_CELL = 600
_AT_ONCE = threading.BoundedSemaphore(2)


@cache
def questions() -> dict[str, str]:
    """Questions that researchers have, by what the interface calls them."""
    return tomllib.loads(Path(__file__).with_name("sql_questions.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Answer:
    columns: tuple[str, ...] = ()
    rows: tuple[Mapping[str, object], ...] = ()
    has_more: bool = False
    error: str = ""
    """Why there is no answer, as `triptych sql` says it."""


def page(opened: ArchiveRequest) -> Response:
    question = _question(opened)
    answer = _first_rows(opened, question) if question and _is_own(opened) else None
    response = opened.html(
        "sql.html",
        "sql",
        asked=question,
        answer=answer,
        questions=questions(),
        shown=SHOWN,
        seconds=_SECONDS,
        views=list(views().values()),
        tables=ABOUT,
        cell=_text,
        address=lambda sql, suffix="": f"/sql{suffix}?{urlencode({'q': sql})}",
    )
    response.status_code = 400 if answer and answer.error else 200
    return response


def file(opened: ArchiveRequest) -> Response:
    question = _question(opened)
    if not _is_own(opened):
        return PlainTextResponse("This download begins on the page /sql alone.\n", 403)
    is_csv = opened.request.url.path.endswith(".csv")
    rows = tempfile.TemporaryFile()  # noqa: SIM115  closed when all of it has been sent
    if error := _fill(rows, _command(opened, question, "--csv" if is_csv else "--json")):
        rows.close()
        return PlainTextResponse(f"{error}\n", 400)
    kind = "text/csv; charset=utf-8" if is_csv else "application/json"
    return StreamingResponse(_sent(rows, b"\xef\xbb\xbf" if is_csv else b""), media_type=kind)


def _is_own(opened: ArchiveRequest) -> bool:
    """Return True for a query of the reader: a link on another site only fills in the form."""
    return opened.request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}


def _fill(rows: IO[bytes], command: Sequence[str]) -> str:
    """Write an answer; return why there is none, or an empty text."""
    with _AT_ONCE, tempfile.TemporaryFile() as errors, _asking(command, errors) as process:
        assert process.stdout is not None
        while part := process.stdout.read(1 << 16):
            rows.write(part)
            if rows.tell() > _LARGEST_FILE:
                return f"The answer has more than {_LARGEST_FILE >> 20} MB: use `triptych sql`."
        return _message(errors) if process.wait() else ""


def _question(opened: ArchiveRequest) -> str:
    # no argument of a program has a zero
    return opened.request.query_params.get("q", "").replace("\0", "\ufffd").strip()


def _command(opened: ArchiveRequest, question: str, form: str) -> list[str]:
    options = ["--archive", opened.archive.storage.name, "--memory", _MEMORY]
    if archive.open(opened.archive.storage).snapshot.id != opened.archive.snapshot.id:
        # a crawl has committed since; rows of the past are put together anew, which takes seconds
        options += ["--as-of", f"{opened.archive.snapshot.committed_at:%Y-%m-%dT%H:%M:%S.%f+00:00}"]
    start = [
        sys.executable,
        "-P",
        "-m",
        "archive.__main__",
        "sql",
        form,
        *options,
        "--seconds",
        str(_SECONDS),
    ]
    return [*start, "--", question]


def _sent(rows: IO[bytes], before: bytes) -> Iterator[bytes]:
    with rows:
        rows.seek(0)
        yield before
        while part := rows.read(1 << 16):
            yield part


@contextmanager
def _asking(command: Sequence[str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        try:
            yield process
        finally:
            process.kill()


def _first_rows(opened: ArchiveRequest, question: str) -> Answer:
    """Ask for the rows that a page shows; `--json` prints a row a line."""
    rows: list[dict[str, object]] = []
    command = _command(opened, question, "--json")
    with _AT_ONCE, tempfile.TemporaryFile() as errors, _asking(command, errors) as process:
        assert process.stdout is not None
        is_whole = True
        while is_whole and len(rows) <= SHOWN and (line := process.stdout.readline(_LONGEST_ROW)):
            is_whole = line.endswith(b"\n")
            text = line.strip().rstrip(b",")
            if is_whole and text.startswith(b"{"):
                rows.append(json.loads(text))
        has_ended = is_whole and len(rows) <= SHOWN
        if has_ended and process.wait():
            return Answer(error=_message(errors))
    columns = tuple(rows[0]) if rows else ()
    return Answer(columns, tuple(rows[:SHOWN]), not has_ended)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _message(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read(4000).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "The question was ended."
