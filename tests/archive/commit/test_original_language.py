from datetime import UTC, datetime, timedelta

import pytest

from archive.commit.stories import original_language
from archive.state.model import StoryMember

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def member(told):
    """`uk +75 <en`: in uk, 75 minutes after noon, says to be translated from en; `+?`: at an unknown time.

    `day`: the page prints no hour.
    """
    language, *rest = told.split()
    at = next((x[1:] for x in rest if x.startswith("+")), "0")
    note = next((x[1:] for x in rest if x.startswith("<")), None)
    published = None if at == "?" else NOON + timedelta(minutes=int(at))
    return StoryMember(
        told,
        "s",
        "courier",
        language,
        "https://a.example",
        "H",
        published,
        "printed day" if "day" in rest else "printed zone",
        1,
        note,
    )


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ("uk", (None, "one-language")),
        ("uk, uk +90", (None, "one-language")),
        ("uk, en +60, ru +61", ("uk", "first")),
        ("uk, en +59, ru +61", (None, "within-an-hour")),
        ("uk, en +?", (None, "no-time")),
        ("uk, en, ru +90", (None, "within-an-hour")),
        # the day of one and the hour of another tell no order but that of the days
        ("uk day, en +1440", (None, "within-an-hour")),
        ("uk day, en +2880 day", ("uk", "first")),
        # a note outweighs minutes
        ("en <uk, uk +5", ("uk", "note")),
        ("uk, en +5 <und", ("uk", "note")),
        ("uk +?, en +? <uk, ru +?", ("uk", "note")),
        ("uk <und, en +5 <und, ru +10", ("ru", "note")),
        # also of a language that the story lacks
        ("uk <de, en +90 <de", ("de", "note")),
        # who says to be a translation of an unnamed language is none; of the others the time decides
        ("en <und, uk +1, ru +70", ("uk", "first")),
        ("en <und, uk +1, ru +7", (None, "within-an-hour")),
        ("uk <en, en <uk", (None, "notes-contradict")),
        ("uk <en, ru <de, en", (None, "notes-contradict")),
        ("uk <und, en <und", (None, "notes-contradict")),
        # nobody translates what is not there yet
        ("en <uk, uk +60", (None, "note-contradicts-time")),
        ("uk <und, en +90", (None, "note-contradicts-time")),
    ],
)
def test_the_original_is_decided_from_notes_and_then_from_the_time(variants, expected):
    assert original_language([member(x) for x in variants.split(", ")]) == expected
