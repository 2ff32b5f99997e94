"""Decide what a page only says.

What can be decided from one page alone is decided in the worker process that read it: pipelines/deciding.py
has that order. STAGES is the order in which an item then passes on the event loop, written here and nowhere
else.

Pairing needs the whole set of articles, not one item: it runs inside the archive's commit
(pipelines/snapshot.py hands it over), so that a pair and its articles appear in the same snapshot.
"""

from __future__ import annotations

STAGES = (
    "pipelines.decided.DecidedStage",
    "pipelines.repetition.RepetitionStage",
    "pipelines.snapshot.SnapshotStage",
)
