"""Types of command-line arguments; argparse prints the sentence of a ValueError and ends with exit code 2."""

from __future__ import annotations

from argparse import ArgumentTypeError

_LONGEST = 36_500


def count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


def days(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= _LONGEST:
        raise ArgumentTypeError(f"{text} is no number of days; write 0 to {_LONGEST}")
    return number
