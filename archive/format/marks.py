"""Marks of aligned paragraphs: what two texts say otherwise."""

from __future__ import annotations  # the fields are read by their annotations as text

from msgspec import Struct


class Contradiction(Struct, frozen=True):
    """Two numbers, or two names, that stand at the same place of two texts and are not the same."""

    a: str
    """As printed."""
    b: str
    counted: str | None
    """Unit of both numbers, or the word of a for what they count; of names `person` or `place`."""
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
