"""Texts altered as other data may be, which the clean stories at hand are not; the same on every run.

`typo` alters a digit of one number, `typos` one in every third number, `spelling` a vowel in every second
name. `a paragraph less` drops one line in the middle. `date` moves every day of a month by one, as two
time zones do. `headline` is another one, made of words of the text. `all of these` has all of these at
once but the many typos.
"""

from __future__ import annotations

import random
import re

PERTURBED = ("typo", "typos", "spelling", "a paragraph less", "date", "headline", "all of these")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"\b[A-ZА-ЯІЇЄҐ][^\W\d_]{4,}")
_MONTHS = (
    "january february march april may june july august september october november december "
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
).replace(" ", "|")
_DAY = re.compile(rf"\b(\d{{1,2}})(?= (?:{_MONTHS})\b)|(?<=\b)((?:{_MONTHS}) )(\d{{1,2}})\b", re.IGNORECASE)
_VOWELS = {"a": "e", "e": "a", "i": "y", "o": "u", "u": "o", "y": "i"}
_VOWELS |= {"а": "о", "о": "а", "е": "и", "и": "е", "і": "и", "у": "о", "я": "а", "ю": "у", "є": "е"}


def perturbed(title: str, text: str, how: str, seed: str) -> tuple[str, str]:
    """Headline and text."""
    if how == "all of these":
        for each in ("typo", "spelling", "a paragraph less", "date", "headline"):
            title, text = perturbed(title, text, each, seed)
        return title, text
    rng = random.Random(f"{seed} {how}")
    if how == "typo":
        wrong = rng.choice(places) if (places := [x.start() for x in _NUMBER.finditer(text)]) else -1
        return title, _NUMBER.sub(lambda x: _typo(x[0], rng) if x.start() == wrong else x[0], text)
    if how == "typos":
        return title, _NUMBER.sub(lambda x: _typo(x[0], rng) if rng.random() < 1 / 3 else x[0], text)
    if how == "spelling":
        return _NAME.sub(lambda x: _respelled(x[0], seed), title), _NAME.sub(
            lambda x: _respelled(x[0], seed), text
        )
    if how == "a paragraph less":
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 2:
            del lines[rng.randrange(1, len(lines) - 1)]
        return title, "\n".join(lines)
    if how == "date":
        return title, _DAY.sub(_next_day, text)
    words = [word for word in re.findall(r"[^\W\d_]{4,}", text)[20:] if word.islower()]
    return " ".join(rng.sample(words, min(7, len(words)))).capitalize() or title, text


def edited(title: str, text: str, seed: str) -> tuple[str, str]:
    """As a desk alters what another has written: one number another one wherever it stands, one line less."""
    rng = random.Random(f"{seed} edited")
    numbers = sorted({x[0] for x in _NUMBER.finditer(text) if len(x[0]) > 1})
    if numbers:
        old = rng.choice(numbers)
        new = str(rng.randrange(10 ** (len(old) - 1), 10 ** len(old)))
        title, text = (
            re.sub(rf"(?<!\d){old}(?!\d)", lambda x: new if new != old else _typo(x[0], rng), each)
            for each in (title, text)
        )
    return perturbed(title, text, "a paragraph less", seed)


def _typo(number: str, rng: random.Random) -> str:
    at = rng.randrange(len(number))
    return number[:at] + rng.choice("123456789".replace(number[at], "")) + number[at + 1 :]


def _respelled(name: str, seed: str) -> str:
    """The same name the same way wherever it stands."""
    rng = random.Random(f"{name[:4]} {seed}")
    places = [n for n, letter in enumerate(name[:5]) if n and letter in _VOWELS]
    if not places or rng.random() < 0.5:
        return name
    at = rng.choice(places)
    return name[:at] + _VOWELS[name[at]] + name[at + 1 :]


def _next_day(found: re.Match[str]) -> str:
    day = int(found[1] or found[3])
    return f"{found[2] or ''}{day + 1 if day < 28 else day - 1}"
