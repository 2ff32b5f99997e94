"""Conflicts: pairs whose link says that two articles are one story, while their texts say otherwise."""

import json
from collections.abc import Mapping


def details_of(details: str | None) -> Mapping[str, object]:
    """Read the `details` of a pair; empty if they are invalid, as in an archive from a stranger."""
    try:
        read = json.loads(details or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def is_conflict(details: str | None) -> bool:
    """Tell if the details of a pair have a link that the texts contradict."""
    return details_of(details).get("conflict") is True
