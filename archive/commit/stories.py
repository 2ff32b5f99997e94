"""Stories, one row each: articles side by side, derived from articles and pairs and from nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

from archive.format.languages import STORY_LANGUAGES, display_order
from archive.state.model import Joint, StoryMember

_LATE = datetime.max.replace(tzinfo=UTC)
_LEAD = timedelta(hours=1)
_LEAD_OF_DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of two variants that both contain, 0 to 1, from their alignment."""

    article_id_a: str
    article_id_b: str
    of_a: float | None
    """Share of the characters of a; None where it has none."""
    of_b: float | None


@dataclass(frozen=True, slots=True)
class Story:
    story_id: str
    members: tuple[StoryMember, ...]
    """In the order of publication."""
    evidence: tuple[str, ...]
    similarity: float | None
    coverages: tuple[Coverage, ...] = ()

    def couples(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Variants to be aligned: ids of two articles, the smaller first, and the versions of their texts."""
        by_language = _variants(self.members)
        aligned = [by_language[x] for x in STORY_LANGUAGES if x in by_language]
        aligned.sort(key=lambda member: member.article_id)
        return {(a.article_id, b.article_id): (a.version, b.version) for a, b in combinations(aligned, 2)}

    def with_coverages(self, coverage_of: Mapping[tuple[str, str], Coverage]) -> "Story":
        coverages = tuple(coverage_of[x] for x in self.couples() if x in coverage_of)
        return replace(self, coverages=coverages)

    def row(self) -> dict[str, object]:
        variants = _variants(self.members)
        first = self.members[0].published_at
        start = first if all(member.has_hour for member in self.members) else None
        original, reason = original_language(self.members)
        row: dict[str, object] = {
            "story_id": self.story_id,
            "outlet": self.members[0].outlet,
            "languages": sorted(variants, key=display_order),
            "n_variants": len(self.members),
            "first_published_at": first,
            "original_language": original,
            "original_language_reason": reason,
            "evidence": list(self.evidence),
            "similarity": self.similarity,
        }
        for language in STORY_LANGUAGES:
            member = variants.get(language)
            published = member.published_at if member else None
            row[f"lag_{language}"] = int((published - start).total_seconds()) if published and start else None
            row[f"headline_{language}"] = member.headline if member else None
            row[f"url_{language}"] = member.url if member else None
            row[f"article_id_{language}"] = member.article_id if member else None
        return row | self._coverage_columns(variants)

    def _coverage_columns(self, variants: Mapping[str, StoryMember]) -> dict[str, float | None]:
        language_of = {variants[x].article_id: x for x in STORY_LANGUAGES if x in variants}
        columns: dict[str, float | None] = {}
        for coverage in self.coverages:
            a, b = language_of[coverage.article_id_a], language_of[coverage.article_id_b]
            columns[f"coverage_{b}_of_{a}"] = coverage.of_a
            columns[f"coverage_{a}_of_{b}"] = coverage.of_b
        return columns


def _variants(members: Iterable[StoryMember]) -> dict[str, StoryMember]:
    """The first published of each language."""
    variants: dict[str, StoryMember] = {}
    for member in members:
        if member.language:
            variants.setdefault(member.language, member)
    return variants


def original_language(members: Sequence[StoryMember]) -> tuple[str | None, str]:
    """Decide which language the variants were translated from, with the reason; `members` as in a Story.

    A text's own statement decides first: `note`. Then the time: `first`, by an hour, because the order in
    which an outlet publishes its languages means little below that. None where neither decides.
    """
    first = _variants(members)
    if len(first) < 2:
        return None, "one-language"
    notes = {code: member.translated_from for code, member in first.items() if member.translated_from}
    sources = set(notes.values()) - {"und"}
    without_note = first.keys() - notes.keys()
    if len(sources) > 1 or sources & notes.keys() or not (without_note or sources):
        return None, "notes-contradict"
    if sources or len(without_note) == 1:
        (original,) = sources or without_note
        return (None, "note-contradicts-time") if _is_later(original, first) else (original, "note")
    return _published_first([first[code] for code in without_note])


def _published_first(members: Sequence[StoryMember]) -> tuple[str | None, str]:
    times = sorted((member.published_at, member.language) for member in members if member.published_at)
    if len(times) < len(members):
        return None, "no-time"
    (earliest, original), (second, _) = times[:2]
    return (original, "first") if second - earliest >= _lead(members) else (None, "within-an-hour")


def _is_later(original: str, first: Mapping[str, StoryMember]) -> bool:
    """Tell if another variant was published at least an hour earlier."""
    published = first[original].published_at if original in first else None
    times = [member.published_at for member in first.values() if member.published_at]
    return published is not None and published - min(times) >= _lead(first.values())


def _lead(members: Iterable[StoryMember]) -> timedelta:
    """Return the time by which one is surely published before another; without hours the days must tell."""
    return _LEAD if all(member.has_hour for member in members) else _LEAD_OF_DAYS


def build(members: Iterable[StoryMember], joints: Iterable[Joint]) -> list[Story]:
    """Build the stories of these articles; a pair across two stories counts for neither."""
    grouped: dict[str, list[StoryMember]] = {}
    story_of: dict[str, str] = {}
    for member in members:
        grouped.setdefault(member.story_id, []).append(member)
        story_of[member.article_id] = member.story_id
    joints_of: dict[str, list[Joint]] = {}
    for joint in joints:
        story_id = story_of.get(joint.article_id_a)
        if story_id is not None and story_id == story_of.get(joint.article_id_b):
            joints_of.setdefault(story_id, []).append(joint)
    return [_story(story_id, grouped[story_id], joints_of.get(story_id, ())) for story_id in sorted(grouped)]


def _story(story_id: str, members: Sequence[StoryMember], joints: Sequence[Joint]) -> Story:
    ordered = sorted(members, key=lambda member: (member.published_at or _LATE, member.article_id))
    scores = [joint.score for joint in joints if joint.score is not None]
    evidence = sorted({joint.evidence for joint in joints})
    return Story(story_id, tuple(ordered), tuple(evidence), min(scores, default=None))
