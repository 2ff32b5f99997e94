"""Which persons wrote an article, decided from all that the page says about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.items import Article, Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.items import Claim

ORDER = ("outlet-rule", "json-ld", "meta", "rel-author", "printed")
"""Trust, highest first; the first source in which there is a person is believed, alone."""

_PREFIX = re.compile(
    r"""^(?:
      (?:(?:інтерв['ʼ’`]?ю|интервью|розмову|беседу|матеріал|материал|репортаж|текст)\s+)?
      (?:підготува(?:в|ла|ли)|підготовка|подготови(?:л|ла|ли)|подготовка|написа(?:в|ла|л|ли)|записа(?:в|ла|л|ли)
      |пров(?:ів|ела|ели)|вз(?:яв|яла|яли|ял)|розмовля(?:в|ла)|спілкува(?:вся|лася)|беседова(?:л|ла)|опублікува(?:в|ла)
      |опубликова(?:л|ла)|перекла(?:в|ла)|переве(?:л|ла)|додав|додала)(?:\s+(?:текст|матеріал|материал))?
    | автор(?:и|ы|ка|ки)?(?:\s+(?:та|і|и)\s+фото(?:граф)?)?(?:\s+(?:статті|статьи|тексту|текста
      |матеріалу|материала
      |публікації|публикации|новини|новости|фото))?
    | текст(?:\s*(?:,|і|та|и)\s*фото)? | журналіст(?:ка|ки|и)? | журналист(?:ка|ы)? | кореспондент(?:ка)?
    | корреспондент | редактор(?:ка)? | спеціально\s+для\s+\w+ | переклад | перевод
    | (?:story|written|reported|reporting|posted|published|edited|words|text|analysis|photos?|review|opinion)
      \s+(?:and\s+\w+\s+)?by
    | by | authors?(?:\(s\))? | text | words | reporter | prepared\s+by | from | guest\s+post\s+by
    )(?:\s*[:：—–|]\s*|\s+-\s+|\s+|$)""",
    re.IGNORECASE | re.VERBOSE,
)
_TAIL = re.compile(
    r"""\s*(?:
      [|•·].*
    | \s[—–-]\s.*
    | \(.*
    | (?:@|https?://|www\.)\S*.*
    | ,?\s*\d{1,2}[./:\s].*
    | \s(?:for|at|in|from|для|из|з)\s+(?=[A-ZА-ЯІЇЄҐ«"]).*
    )$""",
    re.VERBOSE,
)
_ROLES = re.compile(
    r"""(?:^|\s)(?:
      головн\w+|главн\w+|шеф-?редактор\w*|редактор\w*|журналіст\w*|журналист\w*|кореспондент\w*|корреспондент\w*|оглядач\w*
    |обозревател\w*|фотограф\w*|блогер\w*|колумніст\w*|колумнист\w*|експерт\w*|эксперт\w*|аналітик\w*|аналитик\w*|політолог\w*
    |политолог\w*|керівник\w*|директор\w*|депутат\w*|автор\w*|стажист\w*|юрист\w*|адвокат\w*|професор\w*|профессор\w*|народн\w+
    |випусков\w+|спеціальн\w+|специальн\w+|власн\w+|собственн\w+|міжнародн\w+|політичн\w+|економічн\w+
    |editor\w*|reporter\w*|correspondent\w*|columnist\w*|journalist\w*|contributor\w*|writer\w*|photographer\w*|analyst\w*
    |senior|chief|staff|deputy|managing|executive|producer\w*|freelance\w*|political|business|technology|science|author\w*
    |special|foreign|national|international|diplomatic|economics?|sports?|health|culture|features?|guest|opinion|professor
    )(?=\s|$|,)""",
    re.IGNORECASE | re.VERBOSE,
)
_ORGANISATIONS = re.compile(
    r"""(?:^|[\s«"'(.-])(?:
      агентств\w*|редакці\w*|редакци\w*|видання|издание|канал\w*|тв|радіо|радио|новини|новости|газет\w*|журнал|медіа|медиа|центр\w*
    |інститут\w*|институт\w*|служб\w*|команд\w*|пресс?-?\w*|фонд\w*|інформаційн\w*|информационн\w*|правда|интерфакс|інтерфакс\w*
    |укрінформ|укринформ|уніан|униан|риа|ріа|тасс|ліга|лига|суспільне|рбк\w*|громадськ\w*|адмін\w*|админ\w*|модератор|гість|гость
    |неізвест\w*|неизвестн\w*|невідом\w*|корреспонденты|наш\w*|відділ\w*|отдел\w*|бюро|стрічка|лента|версия|міністерств\w*
    |министерств\w*|університет\w*|университет\w*|рада|совет|україна|украина|киев|київ|медиапроект|видавництво|букви|бабель
    |news\w*|newsroom|desk|team|agency|agencies|press|media|magazine|times|post|journal|gazette|tribune|herald|guardian|daily
    |weekly|bureau|channel|tv|radio|online|network|group|center|centre|institute|university|foundation|association|inc|ltd|llc
    |corp|company|reuters|afp|ap|bbc|cnn|dw|unian|ukrinform|tass|rt|sputnik|interfax|rfe|rl|voa|euronews|admin\w*|webmaster|editorial
    |anonymous|unknown|user|guest|support|wires?|services?|department|ministry|office|council|board|reporters|correspondents|writers
    |editors|contributors|ukraine|kyiv|russia|today|world|official|club|blog|website|com|net|org|info|ua|ru|www|the|wire|review|report
    |digital|live|studio|channels?|pravda|hromadske|insider|portal|publisher|publishing|staff|associated|agence|tech|sport|sports
    )(?=$|[\s»"'),.:-])""",
    re.IGNORECASE | re.VERBOSE,
)
_JUNK = re.compile(
    r"[0-9@#=<>{}\[\]_\\/*+%$€?!;:]|(?:^|\W)(?:http|javascript|null|undefined|none|n/a|share|save|follow|subscribe|comments?|print|read)(?:\W|$)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?:|www\.|\w\.(?:com|net|org|info)\b", re.IGNORECASE)
_AND = r"\s+(?:та|і|й|и|и|and|und|et|y)\s+|\s*&\s*"
_SPLIT = re.compile(rf"\s*[,;/|•·]\s*(?:(?:та|і|й|и|and|&)\s+)?|\s{{3,}}|\n|{_AND}", re.IGNORECASE)
_PHOTO = re.compile(
    r"(?:фото(?:граф)?|photos?(?: by)?|відео|видео|video)\b(?!\s+(?:та|і|и|and)\b)", re.IGNORECASE
)
_FEMININE = re.compile(r"(?:ова|ева|єва|іна|ина|ська|цька|ская|цкая|а|я)$")
_PARTICLES = {"von", "van", "der", "den", "de", "la", "le", "di", "da", "del", "dos", "al", "el",
              "bin", "ben", "ibn", "ter",
              "фон", "ван", "де", "дер", "ла", "ді", "ди", "ль", "оглы", "огли", "кызы", "st.",
              "mc", "abu", "abd", "bint"}  # fmt: skip
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ`´.‐-]*(?:['’ʼ`´.‐-]+[^\W\d_]*)*\.?")


class BylineStage:
    """Fills `authors` and `authors_source`; nothing is dropped for having none."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Look):
            return item
        authors, source = decide_authors(item.author_claims, item.byline)
        return item.with_(authors=authors, authors_source=source)


def decide_authors(claims: Sequence[Claim], byline: str | None) -> tuple[tuple[str, ...], str | None]:
    """Persons as printed, without prefixes, roles and organisations, and which source named them.

    `byline` is read last, as `printed`, where no claim has it. Empty and None rather than a doubtful name.
    """
    for source in ORDER:
        stated = [claim.value for claim in claims if claim.source == source]
        if source == "printed" and byline is not None:
            stated = [byline, *(value for value in stated if value != byline)]
        persons: list[str] = []
        for value in stated:
            found = persons_in(value)
            persons += [person for person in found if person.casefold() not in map(str.casefold, persons)]
            # what is printed is often printed several times: the first line with a person is the byline
            if found and source == "printed":
                break
        if persons:
            return tuple(persons), source
    return (), None


def persons_in(line: str) -> list[str]:
    """The persons a byline names, in its order."""
    line = " ".join(line.split())
    text = "" if _PHOTO.match(line) else _without_prefix(line)
    if _ADDRESS.search(text):
        return []
    parts = [part for part in _SPLIT.split(text) if part]
    parts = _with_shared_surname(text, parts)
    persons: list[str] = []
    for part in parts:
        # who took the photos is credited, not an author
        if _PHOTO.match(part):
            continue
        person = _person(part)
        if person and person not in persons:
            persons.append(person)
        elif persons and _ORGANISATIONS.search(part):
            # "By Nada Tawfik, BBC News, New York": what follows the employer is where, not who
            break
    return persons


def _without_prefix(text: str) -> str:
    for _ in range(3):
        shorter = _PREFIX.sub("", text, count=1).strip(" :–—-|,")
        if shorter == text:
            break
        text = shorter
    return text


def _with_shared_surname(text: str, parts: list[str]) -> list[str]:
    """`Антон і Марія Шевченко` are two with one surname: as printed, the first has only a given name."""
    if len(parts) == 2 and re.search(_AND, text):
        first, second = parts[0].split(), parts[1].split()
        one_form_for_both = not _FEMININE.search(second[-1])
        if (
            len(first) == 1
            and len(second) == 2
            and one_form_for_both
            and _is_name(first)
            and _is_name(second)
        ):
            return [f"{first[0]} {second[1]}", parts[1]]
    return parts


def _person(part: str) -> str | None:
    initial_last = bool(re.search(r"(?:^|\s|\.)\w\.$", part))
    text = _TAIL.sub("", _without_prefix(part.strip(" .,:;-–—\"«»'()"))).strip(" .,:;-–—\"«»'")
    if not text or _JUNK.search(text) or _ORGANISATIONS.search(text):
        return None
    text = " ".join(_ROLES.sub(" ", text).split())
    words = text.split()
    if not 2 <= len(words) <= 5 or not _is_name(words) or len(text) > 60:
        return None
    return f"{text}." if initial_last else text


def _is_name(words: list[str]) -> bool:
    capitals = 0
    for word in words:
        if word.casefold() in _PARTICLES:
            continue
        if not _NAME_WORD.fullmatch(word) or not word[0].isupper():
            return False
        capitals += 1
    return capitals >= 1
