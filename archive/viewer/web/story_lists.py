"""Lists of stories: as a page, as files for other programs, and as feeds."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from archive.exceptions import UnknownValue
from archive.format.languages import display_order
from archive.viewer.catalogue import LANGUAGES, Interface
from archive.viewer.search.answers import FLAGS, ORDERS, PAGE, Question, StoryLine
from archive.viewer.search.lookup import Lookup
from archive.viewer.web import formats
from archive.viewer.web.alerts import LATE, Alert, alerts
from archive.viewer.web.archive_request import ArchiveRequest
from archive.viewer.web.questions import address_of, feed_of, filters, page_of

_MOST_NAMES = 1000
"""Outlets, authors and sections that a filter offers."""


def stories(opened: ArchiveRequest) -> Response:
    question = opened.question()
    if re.fullmatch(r"https?://\S+", question.text.strip()):  # its words are no search
        return RedirectResponse(f"/why?{urlencode({'url': question.text.strip()})}")
    page = page_of(opened.request.query_params)
    answer = opened.lookup.ask(question, page)
    files = {kind: address_of(question, suffix=kind) for kind in ("csv", "json")}
    interface = opened.pages.t.language
    feeds = {"atom": feed_of(question, "atom", interface), "feed": feed_of(question, "feed.json", interface)}
    return opened.html(
        "stories.html",
        "stories",
        **list_values(opened.lookup, question, answer.lines, opened.pages.t),
        answer=answer,
        page=page,
        page_count=-(-answer.found // PAGE),
        address=lambda n: address_of(question, n),
        files=files | feeds,
        time_address=f"/over-time?{address_of(question).partition('?')[2]}",
        filters=[(filter_label(opened.pages.t, x.name, x.value), x.without) for x in filters(question)],
        ordered_by=lambda order: address_of(replace(question, order=order)),
        all_outlets=opened.lookup.names("outlet", _MOST_NAMES),
        authors=opened.lookup.names("author", _MOST_NAMES),
        sections=opened.lookup.names("section", _MOST_NAMES),
        search_state=opened.search_state(question),
        static_orders=(),
        stories_there=0,
    )


def filter_label(t: Interface, name: str, value: str) -> str:
    """Say in words what a filter asks for."""
    if name in FLAGS:
        return t("edited") if name == "edited" else t(f"{name}_flag")
    if name in {"language", "missing"}:
        value = t.name(value, within=True)
    if name == "omitted":
        return f"{t('omitted_filter')}: {t('at_least', share=t.percent(int(value) / 100))}"
    return f"{t(f'label_{name}')}: {value}"


def list_values(
    lookup: Lookup, question: Question, lines: tuple[StoryLine, ...], t: Interface
) -> dict[str, object]:
    """Collect what the list of stories shows beside its answer."""
    counts = lookup.all_counts
    languages = sorted(counts["language"], key=display_order)
    return {
        "question": question,
        "languages": languages,
        "columns": languages[:4],
        "outlets": sorted(counts["outlet"]),
        "orders": ORDERS if question.text else [x for x in ORDERS if x != "match"],
        "flags": FLAGS,
        "read": lookup.read,
        "articles": lookup.articles,
        "none_reason": t(lookup.why_none(question)),
        "anything_compared": any(x.omitted is not None for x in lines) or lookup.has_compared,
    }


def listed(opened: ArchiveRequest) -> Response:
    question = opened.question()
    if opened.search_state(question) == "reading":
        return texts_unread(opened)
    lines = opened.lookup.all_lines(question)
    if opened.request.url.path.endswith(".csv"):
        return StreamingResponse(formats.stories_as_csv(lines), media_type="text/csv; charset=utf-8")
    return StreamingResponse(formats.stories_as_json(lines), media_type="application/json")


def texts_unread(opened: ArchiveRequest) -> Response:
    """Answer a program that it should come again: a list of what was read so far would seem complete."""
    text = f"{opened.lookup.read} of {opened.lookup.articles} texts are read; try again in a few seconds.\n"
    return PlainTextResponse(text, 503, headers={"Retry-After": "5"})


def feed(opened: ArchiveRequest) -> Response:
    question = opened.question()
    if opened.search_state(question) == "reading":
        return texts_unread(opened)
    hours = opened.request.query_params.get("late", "")
    if hours and not re.fullmatch("[1-9][0-9]{0,3}", hours):
        raise UnknownValue("late: expected hours, 1 to 9999", "late", hours, None)
    late = timedelta(hours=int(hours)) if hours else LATE
    t = interface_of(opened)
    return as_feed(opened, t("stories"), alerts(opened.archive, opened.lookup, question, t, late=late))


def interface_of(opened: ArchiveRequest) -> Interface:
    """Choose the language of a feed: its address says it, for readers of feeds do not."""
    language = opened.request.query_params.get("interface", "")
    if language and language not in LANGUAGES:
        raise UnknownValue(f"interface: expected one of {', '.join(LANGUAGES)}", "interface", language, None)
    return Interface(language) if language else opened.pages.t


def as_feed(opened: ArchiveRequest, title: str, entries: list[Alert]) -> Response:
    """Answer with the feed of a question."""
    address = str(opened.request.url)
    words = opened.question().text
    feed = formats.Feed(
        *(address, f"{words or title} · {opened.about.name}", entries),
        *(str(opened.request.base_url), address),
    )
    if opened.request.url.path.endswith(".json"):
        return Response(formats.as_json_feed(feed), media_type="application/feed+json")
    return Response(formats.as_atom(feed), media_type="application/atom+xml")
