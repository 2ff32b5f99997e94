"""Places in an outlet's pages whose lines stand in its other articles, too: candidates for its `drop`.

A box of teasers has other words on each page, but they are headlines of other articles; a call for donations
has the same words. Both are found by the place, once some pages of the outlet are archived.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from w3lib.encoding import http_content_type_encoding

from archive.exceptions import ArchiveDamaged
from archive.pages import warc_files
from archive.pages.warc_record import RawPage
from archive.storage.interface import Storage
from crawler.exceptions import ExtractionError
from crawler.extraction.document.text import for_comparison, one_line
from crawler.items import Fetch, Hints

LEAST = 5
"""Pages that must have a line at a place."""
SHARE = 0.6
"""Share of a place's lines that must stand in other articles."""
_SHORTEST = 20
"""Letters of a line; shorter ones are names and labels."""


class PlacedLine(NamedTuple):
    """A line of an article's text with the CSS selector of its element."""

    selector: str
    text: str


@dataclass(frozen=True, slots=True)
class PageLines:
    headline: str
    lines: tuple[PlacedLine, ...]


@dataclass(slots=True)
class RepeatedPlace:
    selector: str
    pages: int = 0
    lines: int = 0
    headlines: int = 0
    """Lines that are the headline of another article."""
    repeated: int = 0
    """Other lines that stand on another page as well."""
    example: str = ""

    def add(self, text: str, *, is_headline: bool, is_repeated: bool) -> None:
        self.lines += 1
        self.headlines += is_headline
        self.repeated += is_repeated and not is_headline
        if not self.example and (is_headline or is_repeated):
            self.example = text

    @property
    def is_repeated(self) -> bool:
        return self.pages >= LEAST and self.headlines + self.repeated >= SHARE * self.lines


def read_stored(
    storage: Storage, pointer: warc_files.Pointer, requested_url: str, hints: Hints
) -> PageLines | None:
    """Read the lines of a stored page's text, in a worker process; None if the page is no article today."""
    try:
        page = warc_files.read(storage, pointer)
    except ArchiveDamaged:
        return None
    try:
        return read_lines(as_fetched(page, requested_url), hints)
    except ExtractionError:
        return None


def as_fetched(page: RawPage, requested_url: str) -> Fetch:
    """Return a stored page as the fetch that it was."""
    headers = {name.lower(): value for name, value in page.headers}
    encoding = http_content_type_encoding(headers.get("content-type"))
    return Fetch(page.url, requested_url, page.body, encoding, page.status, page.fetched_at)


def read_lines(fetch: Fetch, hints: Hints) -> PageLines:
    """Return the lines of a page that are in its article's text. Raises Unreadable or Blocked."""
    # .3 s: every command imports this module, a worker has them already
    from crawler.extraction.body.lines import page_lines  # noqa: PLC0415
    from crawler.extraction.document.decoding import parse  # noqa: PLC0415
    from crawler.extraction.page import read_parts  # noqa: PLC0415

    parts = read_parts(fetch, hints)
    blocks = set(map(for_comparison, parts.text.text.split("\n\n")))
    lines: list[PlacedLine] = []
    for line in page_lines(parse(fetch.body, fetch.encoding), hints.drop, parts.text.spared):
        if for_comparison(line.text) in blocks:
            lines.append(PlacedLine(line.selector, one_line(line.text)))
    return PageLines(parts.metadata.headline or "", tuple(lines))


def repeated_places(pages: Sequence[PageLines], headlines: Iterable[str] = ()) -> list[RepeatedPlace]:
    """Return the places whose lines mostly stand in other articles, the most frequent first.

    `headlines` are those of the outlet's other articles.
    """
    titles = set(map(for_comparison, headlines))
    on_pages: Counter[str] = Counter()
    for page in pages:
        titles.add(for_comparison(page.headline))
        on_pages.update(set(map(_folded, page.lines)))
    titles = set(filter(_is_long, titles))
    places: dict[str, RepeatedPlace] = {}
    for page in pages:
        other_titles = titles - {for_comparison(page.headline)}
        counted: set[str] = set()
        for line in page.lines:
            folded = _folded(line)
            if not _is_long(folded):
                continue
            place = places.setdefault(line.selector, RepeatedPlace(line.selector))
            place.pages += line.selector not in counted
            counted.add(line.selector)
            place.add(line.text, is_headline=_has(folded, other_titles), is_repeated=on_pages[folded] > 1)
    repeated = [place for place in places.values() if place.is_repeated]
    return sorted(repeated, key=lambda place: (-place.pages, place.selector))


def _folded(line: PlacedLine) -> str:
    return for_comparison(line.text)


def _is_long(folded: str) -> bool:
    return len(folded) >= _SHORTEST


def _has(line: str, titles: set[str]) -> bool:
    """Tell if a line is one of the headlines, perhaps with a label before it: `Read also: …`."""
    return line in titles or any(title in line for title in titles if 2 * len(title) > len(line))
