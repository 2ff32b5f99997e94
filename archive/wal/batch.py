"""Records that are acknowledged but not committed, by address: the crawl must not fetch them again."""

from collections.abc import Sequence

from archive.addresses import address_key, story_of_one
from archive.format.codec import Record
from archive.format.records import ArticleRecord, ObservationRecord
from archive.state.article_identity import FreshPlaces
from archive.state.debts import Failure
from archive.state.model import CurrentVersion, KnownArticle, LastObservation, micros
from archive.wal.segment import Segment


class Batch:
    """The records of one segment, in memory until they are committed."""

    def __init__(self, segment: Segment, records: Sequence[Record] = ()) -> None:
        self.segment = segment
        self.records: list[Record] = []
        self.articles = 0
        self.places = FreshPlaces()
        self._articles: dict[bytes, KnownArticle] = {}
        self._observations: dict[bytes, LastObservation] = {}
        self.failures: dict[bytes, list[Failure | None]] = {}
        """Failures at each address in order, None for a success; see archive/state/debts.py."""
        self.current_versions: dict[str, CurrentVersion] = {}
        """Current versions after the next commit; without the articles of dead writers."""
        for record in records:
            self.add(record, None)

    def add(self, record: Record, story_id: str | None, after: CurrentVersion | None = None) -> None:
        """`story_id`: of an archived article."""
        self.records.append(record)
        if after is not None:
            self.current_versions[after.article_id] = after
        if isinstance(record, ObservationRecord):
            last = LastObservation(record.outcome, record.reason, record.observed_at)
            self._observations[address_key(record.requested_url)] = last
            failure = Failure(
                record.outlet, record.requested_url, record.reason, record.detail, micros(record.observed_at)
            )
            has_text = record.outcome in {"archived", "unchanged"}
            self._add_failure(record.requested_url, None if has_text else failure)
        if not isinstance(record, ArticleRecord):
            return
        self.articles += 1
        article = KnownArticle(
            article_id=record.article_id,
            story_id=story_id or story_of_one(record.article_id),
            etag=record.etag,
            last_modified=record.last_modified,
            content_hash=record.content_hash,
            # a capture of long ago does not hide that the page itself was seen since
            last_seen=record.fetched_at if after is None else max(record.fetched_at, after.last_seen),
            alternates=record.alternates,
            text_from=record.text_from,
            source_archive=record.source_archive if after is None else after.source_archive,
        )
        self.places.add(record)
        # a canonical address is not one at which the page was fetched
        for url in (record.requested_url, record.url):
            self._articles[address_key(url)] = article
            if not article.is_from_feed:
                self._add_failure(url, None)

    def _add_failure(self, url: str, failure: Failure | None) -> None:
        self.failures.setdefault(address_key(url), []).append(failure)

    def known(self, key: bytes) -> KnownArticle | None:
        return self._articles.get(key)

    def last_observation(self, key: bytes) -> LastObservation | None:
        return self._observations.get(key)
