"""The signature of a text, the name in its last line; lines below it about persons and the outlet."""

import re
from collections.abc import Sequence
from operator import attrgetter

from lxml.html import HtmlElement

from crawler.extraction.body.text_blocks import ReadBlock
from crawler.extraction.document.outline import short_text
from crawler.extraction.document.text import for_comparison, one_line

_LONGEST = 70
_SEVERAL = 2
_ABOVE = 400
"""Characters of text above a name."""
NAME = re.compile(
    r"(?:[^\W\d_a-zа-яіїєґё][^\W\d_]*(?:['’ʼ-][^\W\d_]+)*\.?\s+){1,3}[^\W\d_a-zа-яіїєґё][^\W\d_]+(?:['’ʼ-][^\W\d_]+)*"
    r"(?:,\s*[^.!?:;]{2,40})?\.?"
)


POST = re.compile(
    r",?\s+(?:the\s+)?(?:(?:AP|AFP|UPI|Associated Press|Reuters)\s+)?"
    r"(?:(?:staff|sports?|senior|contributing|special|political|business|national|chief|features?|news|science|guest)\s+){0,3}"
    r"(?:writer|reporter|correspondent|columnist|журнал[іи]ст(?:ка)?|корр?еспондент(?:ка)?|оглядач(?:ка)?"
    r"|обозреватель(?:ница)?|колумн[іи]ст(?:ка)?)\.?$",
    re.IGNORECASE,
)
"""What somebody is who writes, behind the name: `Jane Doe, AP Sports Writer`."""
_BUTTON = re.compile(r"(?<=\w)\s+(?:send an? e-?mail|follow)$", re.IGNORECASE)
"""Text of a link behind the name."""
_DAY = re.compile(
    r"(?:[.,|]?\s+(?:updated|published|posted)(?:\s+on)?\s?:?|\s+(?:в|у|on|at|le|am|el|il))?\s+"
    r"(?:(?:[^\W\d_]+day|mon?|tue|wed|thu|fri?|sat?|sun|di|mi|do|so|пн|вт|ср|чт|пт|сб|нд|вс"
    r"|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|(?:segunda|ter[çc]a|quarta|quinta|sexta)(?:-feira)?"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|(?:m[aå]n|tirs|tis|ons|tors|fre|l[øö]r|s[øö]n)dag)\.?,?\s+)?"
    r"(?:[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+(?:19|20)\d{2}|\s+at\s+\d{1,2}:\d{2})"
    r"|\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,12}[.,]?\s+(?:del?\s+)?(?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b.*$",
    re.IGNORECASE,
)


def without_day(line: str) -> str:
    """Drop the day and a button behind the names: `By Jane Doe, The Courier January 17, 2012`."""
    return _BUTTON.sub("", _DAY.sub("", line).rstrip(" ,·•|–—-"))


def is_above_address(paragraph: HtmlElement, name: str) -> bool:
    """Tell if an address of e-mail with the last part of a name follows: `jane.doe@courier.example`."""
    element = paragraph.getnext()
    line = one_line(short_text(element, _LONGEST) or "") if element is not None else ""
    account, _, host = line.partition("@")
    return bool(host) and for_comparison(name.rsplit(maxsplit=1)[-1]) in for_comparison(account)


ACCOUNT = re.compile(
    r"^\W*(?:by|автор(?:и|ы)?)?\W*(?:super\s?user|admin\w*|адмін\w*|админ\w*|редактор сайт\w*)\W*$",
    re.IGNORECASE,
)
"""Account names of a publishing system, printed in the place of an author."""
_PHOTO = re.compile(r"[.,]?\s+фото(?:\s+автор(?:а|ки))?\.?$", re.IGNORECASE)
"""Credit for a photo after the name: `Ника РЯБОВА Фото автора`."""
_SIGNED = re.compile(
    r"(?:автор(?:и|ы|ка)?|текст|text|words|story)(?: (?:і|та|и|and) (?:фото|photos?|pictures))?\s*:\s+",
    re.IGNORECASE,
)
"""Words before the name: `Текст і фото: Ніна Лісова`."""
_CALL = re.compile(r"слава\s+(?:україн|нації|зсу|героям)|героям\s+слава|вічна\s|вечная\s", re.IGNORECASE)
"""Slogans, which are no signature: `Слава Україні`."""


_WORKED = re.compile(
    r"над (?:(?:цим |этим )?(?:матеріал|материал|текст|про[єе]кт|випуск|выпуск)[оа]м|статтею|статьей)"
    r" (?:також |также )?(?:працюва|работа)\w+\s*[:–—]?\s+(?P<names>.{5,200}?)[.,]?",
    re.IGNORECASE,
)
_NEXT_NAME = re.compile(r"[,;]\s*|\s+(?:та|і|й|и)\s+")


def signed_by(line: str) -> str | None:
    """Return the name if a line under a text is a name and nothing else, or says who worked on the text."""
    if (worked := _WORKED.fullmatch(line)) is not None:
        names = _NEXT_NAME.split(worked["names"])
        return worked["names"] if all(map(NAME.fullmatch, names)) else None
    name = POST.sub("", _PHOTO.sub("", _SIGNED.sub("", line.lstrip("–—- "))))
    return name if len(name) <= _LONGEST and NAME.fullmatch(name) and not _CALL.match(name) else None


def signature(blocks: Sequence[ReadBlock], reasons: Sequence[str | None]) -> int | None:
    """Return the index of the signature.

    It says who worked on the text, or is the last block, a paragraph of two to four capitalised words. Where
    several paragraphs are signed, the last name is not the author's.
    """
    for i in range(len(blocks) - 1, -1, -1):
        if _WORKED.match(blocks[i].text) and signed_by(blocks[i].text):
            return i
    retained = [i for i, reason in enumerate(reasons) if reason is None]
    if len(retained) < 3:
        return None
    last = blocks[retained[-1]]
    above = [blocks[i].text for i in retained[:-1]]
    is_signed = last.kind == "paragraph" and sum(map(len, above)) >= _ABOVE and signed_by(last.text)
    return retained[-1] if is_signed and len([*filter(signed_by, above)]) < _SEVERAL else None


# Lines about the author, other persons and the outlet.


_IS = re.compile(
    r",| is | are | was | has | writes | works | covers | reports |\s*[—–(-]| є | пише| працює| пишет"
    r"| работает| ist | lehrt | arbeitet | schreibt | forscht | est | es | jest "
)
_WORKS = re.compile(
    r" (?:is (?:an?|the|based) |has (?:been|worked|written|covered) |writes |covers |reports |works "
    r"|started |founded |ist (?:ein|der|die)\w* |es (?:una? |el |la )|est (?:une? |le |la )"
    r"|(?:—|–|є|пише про|пишет о) )"
)
"""Words after the given name of an author in a line about him: `Nina is a reporter`."""
_CAPITAL = r"[^\W\d_a-zа-яіїєґё]"
_WRITER = re.compile(
    r"(?:The (?:writer|author|columnist)s?|Автор(?:ка)?(?: (?:тексту|статті|колонки|текста|статьи))?"
    rf"|Der Autor|Die Autorin|(?:{_CAPITAL}[\w'’ʼ.-]*\s+){{1,3}}(?P<surname>{_CAPITAL}[\w'’ʼ-]+))"
    r"(?:, [^.!?]{2,80},)? (?:(?:is|are|was) (?:an?|the|our|[A-Z][\w. ]{1,30}['’]s?)|ist|—|–|-|є)\s"
    r"[^.!?“\"]{0,80}?\b(?i:(?:reporter|writer|editor|journalist|correspondent|columnist|contributor|blogger"
    r"|creator|freelancer|fellow|professor|lecturer|researcher)s?|(?:redakteur|journalist|autor|korrespondent|журнал[іи]ст"
    r"|кореспондент|корреспондент|редактор|оглядач|обозревател|колумн[іи]ст|публ[іи]цист)\w*)\b[^“\"]{0,460}$"
)
"""A line that says that somebody writes: `Jane Doe is a reporter for …`."""
LONGEST_BIO = 500
_ABOUT_AUTHOR = "about the author"
_GOES_ON = re.compile(
    r"(?:\.{3}|…) ?(?:ist|lehrt|forscht|leitet|arbeitet|is an?|is the) (?:[a-zäöü]+ ){0,4}[^\W\d_a-zäöü]"
)
_LAST = 4
"""Blocks at the end that may be about the author."""
_NEAR = 60
"""Letters from which a name is not at the beginning of a line."""
_LAST_OF_OUTLET = 12
_OUTLET_IS = re.compile(
    r"(?: [A-Z][\w.]+)?(?: \([^()]{2,20}\))? (?:is (?:an?|the|our|one)|(?:has|was) (?:built|founded)) "
)
"""Words after an outlet's name where it speaks of itself."""
_LABEL = re.compile(r"(?:disclaimer|disclosure|про нас|о нас|about us)\s*:\s+", re.IGNORECASE)
_FROM_OUTLET = re.compile(
    r"(?:an? )?(?:message|note|letter|word|appeal) from\b|слово редак|від редакції\b|от редакции\b",
    re.IGNORECASE,
)
_ABOUT_OUTLET = "says who publishes the page"


def about_authors(blocks: Sequence[ReadBlock], reasons: list[str | None], names: Sequence[str]) -> None:
    """Leave out lines about the authors: `Jane Doe is a fellow at …` under a text by her, or above it."""
    authors = for_comparison(" ".join(names))
    full_names = [*filter(NAME.fullmatch, map(_without_note, names))]
    if (
        blocks
        and reasons[0] is None
        and len(blocks[0].text) < LONGEST_BIO
        and _is_at_work(blocks[0].text, full_names)
    ):
        # a box above the text
        reasons[0] = _ABOUT_AUTHOR
    for i in range(len(blocks) - 1, max(len(blocks) // 2, len(blocks) - 1 - _LAST), -1):
        text = blocks[i].text
        name = " ".join(text.split()[:2]).rstrip(",")
        is_bio = NAME.fullmatch(name) and _IS.match(text[len(name) :]) and for_comparison(name) in authors
        if reasons[i] is None:
            if len(text) >= LONGEST_BIO or not (
                is_bio
                or _says_who(text, full_names)
                or _is_at_work(text, full_names)
                or _is_writer(i, blocks, reasons)
            ):
                return
            reasons[i] = _ABOUT_AUTHOR


def _without_note(name: str) -> str:
    return one_line(name.partition("(")[0])


def _is_at_work(text: str, names: Sequence[str]) -> bool:
    """Tell if a line begins with one of these names, or with its given name, and says what he does."""
    for name in names:
        for called in (name, name.split()[0]):
            if not called.isupper() and text.startswith(called) and _WORKS.match(text[len(called) :]):
                return True
    return False


def _says_who(text: str, names: Sequence[str]) -> bool:
    """Tell if a line says who one of these persons is: `Der Imam Adil Tester ist Gründer der Stiftung`."""
    for name in names:
        at = text.find(name)
        if 0 <= at < _NEAR and _IS.match(text[at + len(name) :]):
            return True
    return False


def _is_writer(i: int, blocks: Sequence[ReadBlock], reasons: Sequence[str | None]) -> bool:
    """Tell if a line is about a writer whom the text above does not name."""
    writer = _WRITER.match(blocks[i].text)
    if writer is None:
        return False
    surname = writer["surname"]
    for block, reason in zip(blocks[:i], reasons, strict=False) if surname else ():
        if reason is None and surname in block.text:
            return False
    return True


def about_persons(blocks: Sequence[ReadBlock], reasons: list[str | None]) -> None:
    """Leave out boxes about persons: `Nina Tester`, then `… ist Professorin an der Universität`."""
    for i in range(1, len(blocks)):
        if len(blocks[i].text) < LONGEST_BIO and _GOES_ON.match(blocks[i].text):
            reasons[i] = reasons[i] or "about a person"
            if NAME.fullmatch(blocks[i - 1].text):
                reasons[i - 1] = reasons[i - 1] or "about a person"


def about_outlet(blocks: Sequence[ReadBlock], reasons: list[str | None], name: str | None) -> None:
    """Leave out what an outlet says of itself at the end: `Courier is a leading paper …`.

    Not below `About Courier`, which a press release says of its company, and not if the text names it.
    """
    begins = max(len(blocks) // 2, len(blocks) - _LAST_OF_OUTLET)
    if not name:
        return
    is_named = name in "\n".join(map(attrgetter("text"), blocks[:begins]))
    is_message = False
    for i in range(begins, len(blocks)):
        block, before = blocks[i], blocks[i - 1]
        if block.kind == "heading":
            is_message = name in block.text and _FROM_OUTLET.match(block.text) is not None
        is_of_itself = (
            not is_named
            and before.kind != "heading"
            and (text := _LABEL.sub("", block.text)).startswith(name)
            and _OUTLET_IS.match(text[len(name) :])
        )
        if is_message or is_of_itself or for_comparison(block.text) == for_comparison(name):
            reasons[i] = reasons[i] or _ABOUT_OUTLET
