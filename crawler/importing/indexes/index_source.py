"""The index that `--from` names, with the options about it: its queries, and how its captures are fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scrapy.settings import BaseSettings

from crawler.importing.indexes.captures import ArchiveClient, CaptureFetcher, WarcFiles
from crawler.importing.indexes.cdx import (
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


def index_source(
    index: str,
    hosts: Sequence[str],
    finder: SourceFinder,
    settings: BaseSettings,
    *,
    dialect: Dialect | None = None,
    prefix: str | None = None,
    replay: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[IndexSource]:
    """Return a query for each host. Raises WrongSource.

    `dialect`: None to take it from the address. `prefix`: what the names of WARC files begin with, where
    the archive gives them; `replay`: what the addresses of replays begin with, where it does not follow from
    the index.
    """
    check_index(index)
    finder.check(index)
    if replay is not None:
        finder.check(replay)
    dialect = dialect or dialect_of(index)
    replay = replay or replay_of(index, dialect)
    prefix = prefix or (COMMON_CRAWL if dialect == "commoncrawl" else None)
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
    return [IndexSource(Query(index, dialect, host, since, until), fetcher) for host in hosts]
