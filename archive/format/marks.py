"""Marks of aligned paragraphs: what two texts say otherwise."""

from __future__ import annotations  # the fields are read by their annotations as text

from msgspec import Struct

CONTRADICTIONS = {"numbers": "numbers_differ", "names": "names_differ", "negations": "negations_differ"}
"""Columns of contradictions by what an interface calls them."""
UNNAMED = "not-named-beside-it"
"""Reason why nobody knows the speaker of a quotation."""


class Contradiction(Struct, frozen=True):
    """Two numbers or names at one place of two texts that are not the same, or what one text denies."""

    a: str
    """As printed."""
    b: str
    counted: str | None
    """Unit of both numbers, or the word of a for what they count; of names
    `person`, `place`, `country`, `organisation`; `negation` or `opposite`."""
    confidence: float
    """Probability that a reader of both texts agrees."""


class QuoteMark(Struct, frozen=True):
    """Words of a person that the other text does not report, neither in quotation marks nor without."""

    text: str
    """Without quotation marks."""
    speaker: str | None
    """As printed; None where the text names nobody beside the quotation."""
    speaker_key: str | None
    """The same for all spellings of a name, in any script."""
