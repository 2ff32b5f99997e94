"""The index that `--from` names, with the options about it: its queries, and how its captures are fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scrapy.settings import BaseSettings

from crawler.exceptions import WrongSource
from crawler.importing.indexes.captures import ArchiveClient, CaptureFetcher, WarcFiles
from crawler.importing.indexes.cdx import (
    DIALECTS,
    Dialect,
    Listing,
    Query,
    check_index,
    dialect_of,
    replay_of,
)
from crawler.importing.source_files import COMMON_CRAWL, SourceFinder


@dataclass(frozen=True)
class IndexSource:
    """One query to an index: the captures of a host."""

    query: Query
    fetcher: CaptureFetcher

    @property
    def address(self) -> str:
        return f"{self.query.index} for {self.query.host}"

    @property
    def key(self) -> str:
        return f"{self.query.index} {self.query.host}"

    def listing(self) -> Listing:
        return Listing(self.query, self.fetcher.client.index_answer)


@dataclass(frozen=True)
class IndexOptions:
    dialect: str | None = None
    """None: by the address of the index."""
    prefix: str | None = None
    """What the names of WARC files begin with, where the archive gives them."""
    replay: str | None = None
    """What the addresses of replays begin with, where it does not follow from the index."""
    since: date | None = None
    until: date | None = None


def index_source(
    index: str, hosts: Sequence[str], options: IndexOptions, finder: SourceFinder, settings: BaseSettings
) -> list[IndexSource]:
    """Return a query for each host. Raises WrongSource."""
    check_index(index)
    dialect = _dialect(index, options)
    finder.check(index)
    replay = options.replay or replay_of(index, dialect)
    prefix = options.prefix or (COMMON_CRAWL if dialect == "commoncrawl" else None)
    if options.replay is not None:
        finder.check(options.replay)
    client = ArchiveClient(
        finder.servers,
        settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"],
        settings.getfloat("DOWNLOAD_DELAY"),
        settings.getbool("ROBOTSTXT_OBEY"),
    )
    fetcher = CaptureFetcher(
        client,
        None if prefix is None else WarcFiles(finder, prefix),
        None if replay is None else f"{replay.rstrip('/')}/",
        index,
        settings.getint("DOWNLOAD_MAXSIZE"),
    )
    return [IndexSource(Query(index, dialect, host, options.since, options.until), fetcher) for host in hosts]


def _dialect(index: str, options: IndexOptions) -> Dialect:
    if options.dialect is None:
        return dialect_of(index)
    for dialect in DIALECTS:
        if dialect == options.dialect:
            return dialect
    raise WrongSource(f"--dialect {options.dialect}: expected one of {', '.join(DIALECTS)}")
