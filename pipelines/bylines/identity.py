"""One id for a person in every script: Дарʼя Шекіна, Дарья Шекина and Daria Shekina are one author.

Within an outlet: two outlets may each have an Ольга Шевченко. The id comes from the name alone, so it is the
same in every run; a person who signs with an initial, or with another surname, has another one.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

from pipelines.similarity.folding import fold

_SPELLINGS = Path(__file__).parent / "spellings.txt"
_APOSTROPHES = re.compile("['’ʼ`´\"]")
# what romanisations and the two Cyrillic spellings of one surname disagree about, after folding
_SAME = (
    (re.compile(r"ie"), "e"),  # Iefymenko, Yefymenko; Заєць, Zaiets
    (re.compile(r"ivsk(?=i|a)"), "ovsk"),  # Крижанівський, Крыжановский
    (re.compile(r"(?<=[cwj])o"), "e"),  # Чорний, Чёрный
    (re.compile(r"(?<=[aeou])io"), "e"),  # Гайовик, Гаевик
    (re.compile(r"ei"), "i"),  # Олійник, Олейник
    (re.compile(r"aia$"), "a"),  # Левицька, Левицкая
    (re.compile(r"i?[eo]v(a?)$"), r"ov\1"),  # Ковальов, Ковалёв, Kovalev
    (re.compile(r"qia"), "qa"),  # Квасниця, Квасница
    (re.compile(r"i+"), "i"),
)


def author_id(outlet: str, name: str) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(f"{outlet}\n{name_key(name)}".encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """The parts of a name as they sound, in no order: `Шекіна Дарʼя` is `Daria Shekina`."""
    parts = [part for part in _APOSTROPHES.sub("", name).replace("-", "").split() if part.strip(".")]
    return " ".join(sorted(filter(None, map(_part, parts)))) or fold(name) or name.casefold()


def _part(part: str) -> str:
    given = _given_names().get(part.lower().replace("ё", "е"))
    if given is not None:
        return given
    sound = fold(part)
    for spelled, same in _SAME:
        sound = spelled.sub(same, sound)
    return sound


@cache
def _given_names() -> dict[str, str]:
    """Every spelling, and the first Ukrainian one as it sounds; lower case, without apostrophes."""
    known: dict[str, str] = {}
    for line in _SPELLINGS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            spellings = line.replace("|", " ").split()
            known |= dict.fromkeys(spellings, fold(spellings[0]))
    return known
