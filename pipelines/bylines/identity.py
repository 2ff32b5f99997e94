"""Author ids, one for all spellings: Дарʼя Шекіна, Дарья Шекина and Daria Shekina are one author.

An id is valid within an outlet, as two outlets may each have an Ольга Шевченко. It depends on the name alone,
so it is the same in every run. A person who signs with an initial, or with another surname, has another id.
"""

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

from pipelines.similarity.folding import fold

_SPELLINGS = Path(__file__).parent / "spellings.txt"
_APOSTROPHES = re.compile("['’ʼ`´\"]")
# differences that remain after folding between romanisations and the two Cyrillic spellings
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
    """Return 32 hexadecimal digits."""
    return hashlib.blake2b(f"{outlet}\n{name_key(name)}".encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """Return the parts of a name by sound, sorted: `Шекіна Дарʼя` equals `Daria Shekina`."""
    parts = [part for part in _APOSTROPHES.sub("", name).replace("-", "").split() if part.strip(".")]
    return " ".join(sorted(filter(None, map(_part, parts)))) or fold(name) or name.casefold()


def _part(part: str) -> str:
    sound_of_given_name = _given_names().get(part.lower().replace("ё", "е"))
    if sound_of_given_name is not None:
        return sound_of_given_name
    sound = fold(part)
    for spelled, same in _SAME:
        sound = spelled.sub(same, sound)
    return sound


@cache
def _given_names() -> dict[str, str]:
    """Return the sound of the first spelling for every spelling of a given name, in lower case."""
    sounds: dict[str, str] = {}
    for line in _SPELLINGS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            spellings = line.replace("|", " ").split()
            sounds |= dict.fromkeys(spellings, fold(spellings[0]))
    return sounds
