"""Decide what a page only says. STAGES is the order in which an item passes, written here and nowhere else.

Pairing needs the whole set of articles, not one item: it runs inside the archive's commit
(pipelines/snapshot.py hands it over), so that a pair and its articles appear in the same snapshot.
"""

from __future__ import annotations

STAGES = (
    "pipelines.validate.ValidateStage",
    "pipelines.language.LanguageStage",
    "pipelines.byline.BylineStage",
    "pipelines.digest.DigestStage",
    "pipelines.repetition.RepetitionStage",
    "pipelines.snapshot.SnapshotStage",
)
