"""Archive records of decided edges: a pair or a refusal, with all evidence."""

import json
from datetime import datetime

from archive.format.records import SEPARATED, WITHDRAWN, PairRecord, RefusalRecord
from pipelines.pairing.content.match import Match
from pipelines.pairing.content.tiers import CONFLICT
from pipelines.pairing.edges import Edge
from pipelines.pairing.labels import Label


def pair_record(edge: Edge, match: Match | None, now: datetime) -> PairRecord:
    return PairRecord(
        article_id_a=edge.a.article_id,
        article_id_b=edge.b.article_id,
        evidence=edge.kind,
        reciprocal=edge.reciprocal,
        score=match.probability if match is not None else None,
        details=_details(edge, match),
        decided_at=now,
    )


def refusal_record(
    edge: Edge, reason: str, holder: str | None, match: Match | None, now: datetime
) -> RefusalRecord:
    return RefusalRecord(
        article_id_a=edge.a.article_id,
        article_id_b=edge.b.article_id,
        reason=reason,
        evidence=edge.kind,
        kept=holder,
        score=match.probability if match is not None else None,
        details=_details(edge, match),
        decided_at=now,
    )


def separated(label: Label, now: datetime) -> PairRecord:
    details = json.dumps({"evidence": [{"kind": SEPARATED}]})
    return PairRecord(
        label.a_id, label.b_id, SEPARATED, reciprocal=False, score=None, details=details, decided_at=now
    )


def withdrawn(ids: tuple[str, str], match: Match | None, now: datetime) -> PairRecord:
    details = json.dumps({"evidence": [{"kind": WITHDRAWN}]})
    score = match.probability if match is not None else None
    return PairRecord(*ids, WITHDRAWN, reciprocal=False, score=score, details=details, decided_at=now)


def lapsed(match: Match, now: datetime) -> RefusalRecord:
    """Return the record that an earlier refusal by content has no ground any more."""
    return RefusalRecord(
        match.a_id, match.b_id, WITHDRAWN, "content", kept=None, score=None, details=None, decided_at=now
    )


def _details(edge: Edge, match: Match | None) -> str:
    language = {edge.a.article_id: edge.a.language, edge.b.article_id: edge.b.language}
    evidence: list[dict[str, str | bool]] = []
    for link in edge.links:
        entry: dict[str, str | bool] = {"kind": link.kind, "from": link.from_id, "to": link.to_id}
        if link.claimed_language:
            entry["claimed"] = link.claimed_language
            # RBC-Ukraine's /ukr/ is in Russian: the claim is wrong about the language and right about the
            # story
            if link.claimed_language.partition("-")[0] != language[link.to_id]:
                entry["contradicted"] = True
        evidence.append(entry)
    details: dict[str, object] = {"evidence": evidence}
    if match is not None:
        details["content"] = match.details()
        details["conflict"] = edge.kind != "label" and match.probability < CONFLICT
    return json.dumps(details, ensure_ascii=False)
