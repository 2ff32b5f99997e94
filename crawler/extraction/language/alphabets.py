"""Language by letters: the script of a text, and the Cyrillic languages that its letters rule out.

langdetect has profiles of four Cyrillic languages only, and calls Belarusian and Kazakh Ukrainian or Russian
with a probability of .99999. Letters that a language does not have are a cheaper and safer test.
"""

import re

CYRILLIC_WORD = re.compile(r"[\u0400-\u052f]+")
LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")

ONLY_UKRAINIAN = "іїєґ"
"""Letters that Ukrainian has and Russian has not; 7.2 % of the letters of Ukrainian news."""
ONLY_RUSSIAN = "ыэё"
"""Letters that Russian has and Ukrainian has not; 2.5 % of the letters of Russian news."""
RUSSIAN_WEIGHT = 2.9
"""7.2 / 2.5: weight that makes the two counts comparable."""

_NEITHER = re.compile(r"[^а-яёіїєґ ]")
_KAZAKH = re.compile(r"[ұғқ]")
"""Kazakh letters, together with і; Tajik and Uzbek have some of these letters and no і."""
_KYRGYZ = re.compile(r"[өү].*ң|ң.*[өү]")
"""Kyrgyz letters, without ә, which Tatar and Bashkir have beside these; Mongolian has no ң."""
_SOUTH_SLAVIC = re.compile(r"[јљњџћђѓќѕ]")
_SERBIAN = re.compile(r"[ћђ]|\b(?:је|су|у|ће|али)\b")
_MACEDONIAN = re.compile(r"[ѓќѕ]|\b(?:е|го|ги|што|со|дека)\b")
# in Russian the hard sign is only before е ё ю я; in Bulgarian it is a vowel
_HARD_SIGN_AS_VOWEL = re.compile(r"ъ(?![еёюя])")
# Crimean Tatar writes къ гъ нъ for its own sounds, Caucasian languages some of them; a Russian paper may
# still have an old name, `Коммерсантъ`
_HARD_AFTER = re.compile(r"[кгн]ъ(?![еёюя])")
_OFTEN = 0.01

# scripts of one language, or nearly so; Arabic and Devanagari serve too many to name one
_OWN_SCRIPT = {
    "el": "\u0370-\u03ff",
    "hy": "\u0530-\u058f",
    "he": "\u0590-\u05ff",
    "und-Arab": "\u0600-\u06ff",
    "und-Deva": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
    "ka": "\u10a0-\u10ff",
    "ko": "\uac00-\ud7af",
    "ja": "\u3040-\u30ff",
    "zh": "\u4e00-\u9fff",
}
_ANY_OWN_SCRIPT = re.compile(f"[{''.join(_OWN_SCRIPT.values())}]")


def count(text: str, letters: str) -> int:
    return sum(map(text.count, letters))


def uk_share(text: str) -> float | None:
    """Return the share of Ukrainian letters among those that only one of uk and ru has; None below ten.

    The text must be in lower case. The share is weighted, so that half and half is .5; an unmixed article is
    below .15 or above .85.
    """
    ukrainian = count(text, ONLY_UKRAINIAN)
    russian = RUSSIAN_WEIGHT * count(text, ONLY_RUSSIAN)
    if ukrainian + russian < 10:
        return None
    return ukrainian / (ukrainian + russian)


def language_by_letters(words: str) -> str | None:
    """Return a tag if lower-case Cyrillic words have letters that uk and ru do not have, else None.

    The tag is `und-Cyrl` if the letters do not decide on one language.
    """
    foreign = len(_NEITHER.findall(words))
    belarusian = words.count("ў")
    # a name in its own spelling (Қасым, Ђоковић) does not decide the language
    if foreign - belarusian >= 2 and foreign - belarusian >= 0.005 * len(words):
        return _by_foreign_letters(words)
    # Belarusian writes і for и, and has ў; Ukrainian has no ў ы э ё, Russian no ў і
    shared, dotted = words.count("и"), words.count("і")
    russian = count(words, ONLY_RUSSIAN)
    if shared <= 0.1 * dotted and (belarusian or min(dotted, russian) >= (1 if not shared else 2)):
        return "be"
    if len(hard := _HARD_AFTER.findall(words)) > max(3, _OFTEN * len(words)):
        return "crh" if "нъ" in hard else "und-Cyrl"
    if _HARD_SIGN_AS_VOWEL.search(words) and not count(words, ONLY_UKRAINIAN + ONLY_RUSSIAN):
        return "bg"
    return None


def _by_foreign_letters(words: str) -> str:
    if _KAZAKH.search(words) and "і" in words:
        return "kk"
    if _KYRGYZ.search(words) and "ә" not in words:
        return "ky"
    serbian, macedonian = len(_SERBIAN.findall(words)), len(_MACEDONIAN.findall(words))
    if serbian != macedonian and _SOUTH_SLAVIC.search(words):
        return "sr" if serbian > macedonian else "mk"
    return "und-Cyrl"


def own_script_language(text: str) -> tuple[str, int]:
    """Return the tag of the most used script but Cyrillic and Latin, or `und`, and its letter count."""
    letters_of_scripts = "".join(_ANY_OWN_SCRIPT.findall(text))
    if not letters_of_scripts:
        return "und", 0
    counts = {
        tag: len(re.findall(f"[{letters}]", letters_of_scripts)) for tag, letters in _OWN_SCRIPT.items()
    }
    # Japanese uses both; Chinese has no kana
    if counts["ja"]:
        counts["ja"] += counts.pop("zh")
    most = max(counts, key=counts.__getitem__)
    # one word on a button is not a text
    return (most, counts[most]) if counts[most] >= 20 else ("und", counts[most])
