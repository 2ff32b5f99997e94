"""Tiers: what a probability is worth, by what a person can check in the two texts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pipelines.pairing.content.passages import NO_AGREEMENT, Agreement

Tier = Literal["auto", "probable", "review", "none"]
PROBABLE = 0.5
CONFLICT = 0.1
"""Probability by content below which the texts contradict other evidence for a pair."""
AUTO, AUTO_IF_SHORT, AUTO_IF_DOUBTFUL = 0.9, 0.97, 0.99
"""Probabilities from which a pair is `auto`: as a rule, of a short text, and where a number is another."""
HELD_BACK = 0.49
"""The highest probability of two reports that seem to be of two days or two events."""
_DISPATCH, SHORT, BRIEF = 160, 400, 800
"""Letters of a dispatch of two sentences, of a short text, and of one that may be a daily report with little
to tell it from the next."""
OTHER_DAY = timedelta(hours=18)
"""Lag from which on a brief text may be the report of another day: their figures may be the same."""
_SEVERAL = 3
"""Numbers that are others, from which a text is no translation with a changed figure."""
_PAIR = 2
"""Numbers that are others, from which texts without a time of publication may be of two days."""
_FEW, _MANY = 2, 5
"""Anchors in common that two days may have by chance, and so many that they are one report's."""
_RARE_WORDS = 12.0
"""Rarity of the words in common from which texts of two days report one event."""
_BY_CHANCE = 3
"""Digits of the numbers in common below which two brief texts may have them by chance."""
WORDS_OF_A_NAME = 3.0
"""Rarity of words in common that is as good as a name."""
_ALIKE = 0.9
"""Share of either text in the other from which only names may tell two reports of one kind apart."""
_COVERED = 0.7
"""Share of either text in the other from which one contrary number is a changed figure."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two texts have in common that a person can check, and what speaks against it."""

    letters: int
    """Letters of the shorter text."""
    checkable: int
    """Anchors and traces that both have."""
    places: int = 0
    """Those of them that are towns, regions or days, which say where or when, not what."""
    apart: timedelta | None = None
    """Time between the publications; None if one is unknown."""
    agreement: Agreement = NO_AGREEMENT
    digits: int = 0
    """Digits of the numbers that both have, days aside."""
    counted_otherwise: bool = False
    """True if things that both count have other numbers, and none has the same."""
    hours_contrary: bool = False
    """True if both name times of day, and none in common."""
    places_contrary: bool = False
    """True if both name towns or regions, and none in common."""
    words: float = 0.0
    """Rarity of the rarest words in common."""
    names_contrary: bool = False
    """True if they are brief, and each has names of its own, as many as they share or more."""

    @property
    def names(self) -> int:
        """Anchors that say what or who."""
        return self.checkable - self.places

    @property
    def of_other_days(self) -> bool:
        return self.apart is not None and self.apart >= OTHER_DAY

    @property
    def reports_of_two_events(self) -> bool:
        """Tell if names differ in texts that are alike otherwise, as another newsroom's words are not.

        A number of two digits in common means one event, unless another number differs.
        """
        agreed = self.agreement
        by_chance = _BY_CHANCE if agreed.contrary else _BY_CHANCE - 1
        return self.names_contrary and min(agreed.covered) >= _ALIKE and self.digits < by_chance

    @property
    def reports_of_two_days(self) -> bool:
        """Tell if the texts seem to be two reports, whose words and places are the same.

        They are if the day of a headline is none of the other's, if brief texts name other hours and count
        otherwise, or if most of several numbers are others, of two where a time of publication is unknown. If
        they were published on two days, a single number is enough, or that they are brief and have little in
        common; but one changed figure beside many names in common is an edit, and rare words in common mean
        one event, reported again.
        """
        if self.agreement.days_contrary or self._most_numbers_differ or self._dispatches_of_two_events:
            return True
        if self.letters < BRIEF and self.hours_contrary and self.counted_otherwise:
            return True
        agreed = self.agreement
        enough_names = _SEVERAL if self.letters >= BRIEF else _MANY
        if not self.of_other_days or (agreed.contrary <= 1 and self.names >= enough_names):
            return False
        if self._is_repeated:
            return False
        if agreed.contrary and agreed.contrary >= agreed.shared:
            return True
        return self.letters < BRIEF and (
            self.checkable <= _FEW or (agreed.contrary > 0 and 3 * agreed.contrary >= agreed.shared)
        )

    @property
    def _most_numbers_differ(self) -> bool:
        """Tell if most of several numbers are others; of two, where a time of publication is unknown."""
        agreed = self.agreement
        if agreed.contrary >= _SEVERAL and agreed.contrary >= agreed.shared:
            return True
        return self.apart is None and agreed.contrary >= _PAIR and agreed.contrary > agreed.shared

    @property
    def _is_repeated(self) -> bool:
        """Tell if rare words are in common, and at most one number of a long text is another."""
        agreed = self.agreement
        if self.words < _RARE_WORDS or agreed.contrary > 1:
            return False
        if agreed.contrary:
            return self.letters >= SHORT and min(agreed.covered) >= _COVERED
        return self.letters >= _DISPATCH

    @property
    def _dispatches_of_two_events(self) -> bool:
        """Tell if dispatches are of other places, count otherwise, or have too little in common.

        That is a place and a day where a number differs, or a number of two digits, which may count anything.
        """
        agreed = self.agreement
        if self.letters >= _DISPATCH:
            return False
        if self.places_contrary or (self.counted_otherwise and (agreed.contrary or not agreed.shared)):
            return True
        if agreed.shared and self.names <= 1 and self.words < WORDS_OF_A_NAME and self.digits < _BY_CHANCE:
            return True
        return agreed.contrary > 0 and not self.names

    @property
    def is_undated_brief(self) -> bool:
        """Tell if the time of one is unknown, and they are too brief to tell one topic from one story."""
        if self.apart is not None:
            return False
        return self.letters < SHORT or (self.letters < BRIEF and not self.agreement.contrary)

    def published(self, probability: float) -> float:
        """Return the probability to publish: the right partner of a report may be absent.

        Of undated briefs that were said to be .5 to .9, half were right.
        """
        is_undated = self.is_undated_brief and probability < AUTO
        if self.reports_of_two_days or self.reports_of_two_events or is_undated:
            return min(probability, HELD_BACK)
        return probability

    def tier(self, probability: float, alone: float) -> Tier:
        """Return the tier of a probability.

        A pair that joins a story needs evidence that a person can check. Places alone are never `auto`; with
        a single anchor beside them a pair must be very likely. So it must if a number of one stands in the
        place of another's: an edit, a slip and the report of another day look the same. Nor is a pair `auto`
        that would not be probable `alone`, without what a third language says: an error there would make
        another one here. Nor is one of a short text with the text of another day.
        """
        if not self.checkable:
            return "review" if probability >= CONFLICT else "none"
        if probability >= self._sure() and not (
            alone < PROBABLE or not self.names or (self.letters < SHORT and self.of_other_days)
        ):
            return "auto"
        if probability >= PROBABLE:
            return "probable"
        return "review" if probability >= CONFLICT else "none"

    def _sure(self) -> float:
        if self.names == 1 or self.agreement.contrary:
            return AUTO_IF_DOUBTFUL
        return AUTO_IF_SHORT if self.letters < SHORT else AUTO
