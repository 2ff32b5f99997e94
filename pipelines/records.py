"""Archive records made from the items of a crawl, field by field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archive.format.records import (
    AlternateRecord,
    ArticleRecord,
    BlockRecord,
    EvidenceRecord,
    MediaRecord,
    ObservationRecord,
)
from pipelines.bylines.identity import author_id

if TYPE_CHECKING:
    from crawler.items import Article, Look


def article_record(item: Article, run_id: str) -> ArticleRecord:
    return ArticleRecord(
        article_id=item.article_id,
        outlet=item.outlet,
        url=item.url,
        requested_url=item.requested_url,
        canonical_url=item.canonical_url,
        language=item.language,
        language_confidence=item.language_confidence,
        language_evidence=tuple(EvidenceRecord(e.source, e.tag) for e in item.language_evidence),
        language_reason=item.language_reason,
        html_lang=item.html_lang,
        headline=item.headline or "",
        lead=item.lead,
        body=item.body,
        blocks=tuple(BlockRecord(block.kind, block.text) for block in item.blocks),
        byline=item.byline,
        authors=item.authors,
        authors_source=item.authors_source,
        published_at=item.published_at,
        published_raw=item.published_raw,
        published_source=item.published_source,
        modified_at=item.modified_at,
        modified_raw=item.modified_raw,
        section=item.section,
        tags=item.tags,
        image_url=item.image_url,
        image_caption=item.image_caption,
        media=tuple(MediaRecord(m.kind, m.url) for m in item.media),
        outbound_links=item.outbound_links,
        alternates=tuple(AlternateRecord(a.language, a.url, a.source) for a in item.alternates),
        story_key=item.story_key,
        content_hash=item.content_hash,
        raw_sha256=item.raw_sha256,
        http_status=item.http_status,
        etag=item.etag,
        last_modified=item.last_modified,
        fetched_at=item.fetched_at,
        extractor=item.extractor,
        run_id=run_id,
        extra=_extra(item),
        author_ids=tuple(author_id(item.outlet, name) for name in item.authors),
    )


def _extra(item: Article) -> str | None:
    found: dict[str, str] = {}
    for claim in item.extra:
        # a page may credit several organisations
        found[claim.source] = (
            f"{found[claim.source]}; {claim.value}" if claim.source in found else claim.value
        )
    if item.og_locale:
        found["og_locale"] = item.og_locale
    if item.text_language is not None and item.text_language.uk_share is not None:
        found["uk_share"] = f"{item.text_language.uk_share:.2f}"
    if item.text_language is not None and item.text_language.mixed_with is not None:
        found["mixed"] = f"{item.text_language.mixed_with} {item.text_language.mixed_share:.2f}"
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else None


def observation_record(item: Look, run_id: str) -> ObservationRecord:
    return ObservationRecord(
        url=item.url,
        requested_url=item.requested_url,
        outlet=item.outlet,
        outcome=item.outcome,
        reason=item.reason,
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
        reason=reason,
        observed_at=item.fetched_at,
        http_status=item.http_status,
        run_id=run_id,
        detail=detail,
    )
