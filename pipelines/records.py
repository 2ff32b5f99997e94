"""Archive records made from the items of a crawl, field by field."""

import json

from archive.format.columns import By, columns_of
from archive.format.records import ArticleRecord, ObservationRecord
from crawler.items import Article, Observation
from pipelines.bylines.identity import author_id
from pipelines.translation_note import translated_from

COMPUTED = frozenset({"headline", "author_ids", "translated_from", "extra", "run_id"})
"""Columns that are not a field of the item as it is."""
SAME = tuple(
    column.name
    for column in columns_of(ArticleRecord)
    if column.by is not By.ARCHIVE and column.name not in COMPUTED
)


def article_record(item: Article, run_id: str) -> ArticleRecord:
    return ArticleRecord(
        **{name: getattr(item, name) for name in SAME},
        headline=item.headline or "",
        author_ids=tuple(author_id(item.outlet, name) for name in item.authors),
        translated_from=translated_from([block.text for block in item.blocks], item.byline),
        extra=_extra(item),
        run_id=run_id,
    )


def _extra(item: Article) -> str | None:
    extra: dict[str, str] = {}
    for claim in item.extra:
        # a page may credit several organisations
        extra[claim.source] = (
            f"{extra[claim.source]}; {claim.value}" if claim.source in extra else claim.value
        )
    if item.og_locale:
        extra["og_locale"] = item.og_locale
    if item.text_language is not None and item.text_language.uk_share is not None:
        extra["uk_share"] = f"{item.text_language.uk_share:.2f}"
    if item.text_language is not None and item.text_language.mixed_with is not None:
        extra["mixed"] = f"{item.text_language.mixed_with} {item.text_language.mixed_share:.2f}"
    return json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None


def observation_record(item: Observation, run_id: str) -> ObservationRecord:
    """Return the record of a look; a record holds plain text, no member of an enumeration."""
    return ObservationRecord(
        url=item.url,
        requested_url=item.requested_url,
        outlet=item.outlet,
        outcome=item.outcome,
        reason=str(item.reason),
        observed_at=item.at,
        http_status=item.http_status,
        run_id=run_id,
        detail=item.detail,
    )


def observation_of_drop(item: Article, reason: str, detail: str, run_id: str) -> ObservationRecord:
    """Return the observation of a page that was read, and refused by a stage."""
    return ObservationRecord(
        url=item.url,
        requested_url=item.requested_url,
        outlet=item.outlet,
        outcome="dropped",
        reason=str(reason),
        observed_at=item.fetched_at,
        http_status=item.http_status,
        run_id=run_id,
        detail=detail,
    )
