r"""Regular expressions of declarations, matched within a time: an outlet's server chooses the addresses.

Where a repeat stands within a repeat, `(\w|\w\w)+`, one address of forty letters may be matched for ever.
"""

import re
import time
from functools import lru_cache

import regex

_SECONDS, _MOST = 5.0, 25
"""Of CPU, for the addresses of a run that take longer than `_SLOW`, and how many of the longest they are."""
_SLOW = 0.02
"""The usual address takes 4 µs."""


class AddressPattern:
    def __init__(self, text: str, seconds: float = _SECONDS) -> None:
        """Raises re.error."""
        self.groups = frozenset(re.compile(text).groupindex)
        self.text = text
        try:
            self._pattern = regex.compile(text, flags=regex.VERSION0)
        except regex.error as error:
            raise re.error(str(error)) from None
        self._longest, self._remaining = seconds / _MOST, seconds
        self.slow: dict[str, None] = {}
        """Addresses whose match was given up."""

    def __reduce__(self) -> tuple[object, ...]:
        # workers get it with every page
        return address_pattern, (self.text,)

    def fullmatch(self, url: str) -> dict[str, str] | None:
        """Return the named groups, empty where they took no part; None too where a match takes too long."""
        if self._remaining <= 0 or url in self.slow:
            return None
        began = time.thread_time()
        try:
            match = self._pattern.fullmatch(url, timeout=self._longest)
        except TimeoutError:
            match = self.slow[url] = None
        if (seconds := time.thread_time() - began) > min(_SLOW, self._longest / 2):
            self._remaining -= seconds
        return None if match is None else {name: part or "" for name, part in match.groupdict().items()}

    def problem(self) -> str | None:
        """Say what was not matched, in a sentence."""
        if not self.slow and self._remaining > 0:
            return None
        example = f", for instance {next(iter(self.slow))[:200]}" if self.slow else ""
        further = "" if self._remaining > 0 else "; after them none was matched any more"
        return (
            f"the rule {self.text!r} takes too long for {len(self.slow)} addresses, which count as no "
            f"articles{example}{further}: write it without a repeat within a repeat"
        )


@lru_cache(1024)
def address_pattern(text: str) -> AddressPattern:
    """Compile a pattern once a process, so that its slow addresses are counted together. Raises re.error."""
    return AddressPattern(text)
