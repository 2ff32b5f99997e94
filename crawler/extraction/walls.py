"""Lines that say that the rest of a text is for those who pay or register, in three languages."""
# ruff: noqa: E501 - patterns

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.text import one_line

if TYPE_CHECKING:
    from crawler.extraction.outline import Outline

_THIS_UK = r"(?:матеріал|стат(?:тя|ті)|текст|публікаці[яї]|продовження|верс\w+|контент)"
_THIS_RU = r"(?:материал|стать[яи]|текст|публикаци[яи]|продолжение|верси\w+|контент)"
_THIS_EN = r"(?:article|content|story|text|report|post|page)"
_ONLY = r"(?:лише|тільки|только)?\s*"
_TO_READ = r"(?:to (?:continue|keep|finish)(?: reading)?|to (?:read|unlock|view|access|see)|and keep reading)"
_WALL_LINE = re.compile(
    # in lower case, as the line is then: to fold each letter takes three times as long
    # Ukrainian
    r"(?:щоб|аби) (?:про)?(?:читати|дочитати) (?:(?:цю|цей|всю|весь) )?(?:далі|повн|цілком|статтю|матеріал|текст|без обмежень)"
    r"|(?:підпишіться|підписуйтесь|увійдіть|зареєструйтесь|передплат\w+|оформіть \w+),? (?:щоб|аби) (?:про|до)?читати (?:далі|повн|статт|матер|текст)"
    r"|для (?:про)?читання (?:повн|далі|матеріал|статті|тексту|цієї|цього).{0,40}(?:увійд|передплат|підпи|зареєстр|авториз)"
    rf"|{_THIS_UK}[^.!?]{{0,30}}? (?:доступн\w+|відкрит\w+) {_ONLY}(?:для )?(?:за передплат|передплатник|підписник|зареєстров|після реєстр|після передплат|після авториз)"
    rf"|{_THIS_UK}\s*[—–-]?\s*{_ONLY}для (?:наших )?(?:передплатник|підписник)"
    r"|^(?:лише|тільки) для (?:наших )?(?:передплатник|підписник)"
    r"|(?:вичерпа\w+|використа\w+) (?:свій |ваш |весь )?ліміт\w* (?:безкоштовн|безоплатн)|ліміт безкоштовних \w+ вичерпа"
    r"|^далі\s*[—–-]\s*(?:за передплат|для передплат|для підписник)|оформіть (?:передплату|підписку) (?:та|і|й) читайте"
    r"|(?:не залишило\w+|залишило\w+ \d+|доступн\w+ 0) безкоштовн\w+ (?:стат|матеріал|публікац)"
    # Russian
    r"|^дальше\s*[—–-]\s*(?:по подписк|для подписч)|оформите подписку и читайте"
    r"|(?:не осталось|осталось \d+|доступно 0) бесплатн\w+ (?:стат|материал|публикац)"
    r"|чтобы (?:про)?(?:читать|дочитать) (?:(?:эту|этот|всю|весь) )?(?:дальше|далее|полн|целиком|стать|материал|текст|без ограничен)"
    r"|чтобы (?:про)?читать (?:материал|статью|текст)? ?(?:целиком|полностью)"
    r"|(?:подпишитесь|подписывайтесь|войдите|зарегистрируйтесь|оформите \w+),? чтобы (?:про|до)?читать (?:дальше|далее|полн|стать|матер|текст|целиком)"
    r"|для (?:продолжения |про)?чтения (?:полн|дальше|материал|статьи|текста|этой|этого|оформ|войд|подпиш|зарег).{0,40}"
    rf"|{_THIS_RU}[^.!?]{{0,30}}? (?:доступ\w+|открыт\w*) {_ONLY}(?:для )?(?:по подписк|(?:наших )?подписчик|зарегистрир|после регистр|после оформл|после авториз)"
    rf"|{_THIS_RU}\s*[—–-]?\s*{_ONLY}для (?:наших )?подписчик"
    r"|^только для (?:наших )?подписчик"
    r"|лимит бесплатных \w+ (?:исчерпан|законч)|(?:исчерпали|израсходовали) (?:свой |ваш )?лимит бесплатн"
    # English
    r"|(?:subscribe|sign in|sign up|log in|register|become a (?:paid |premium )?(?:member|subscriber)|create an? (?:free )?account|start your free trial)"
    rf"(?: now| today| for free)? {_TO_READ}\b(?! (?:our|the) (?:newsletter|bulletin))"
    rf"|{_THIS_EN} is (?:only )?(?:available |reserved |exclusive )?(?:only )?(?:for|to) (?:our )?(?:paid )?(?:premium )?(?:digital )?(?:subscribers|members)"
    rf"|full (?:article|story|text) is (?:only )?(?:available |reserved )?(?:only )?(?:for|to) (?:our )?(?:paid |premium )?(?:subscribers|members)"
    r"|already a (?:subscriber|member)\?"
    rf"|to (?:continue|keep) reading[^.]{{0,30}}(?:subscribe|sign|log|register|account|trial)"
    rf"|to read (?:this|the (?:full|rest|whole))[^.]{{0,40}}(?:subscribe|sign (?:in|up)|log in|register|account|trial|subscription)"
    r"|(?:keep|continue) reading (?:with|by) (?:a |your )?(?:\w+ )?(?:subscri|account|member|trial)"
    rf"|unlock (?:this|the (?:full|rest)) {_THIS_EN}|subscribe to unlock"
    r"|(?:reached|used|exceeded) (?:your|the) (?:monthly )?(?:limit|free)[^.]{0,30}(?:article|stor)|(?:reached|used) your free article"
    r"|you.ve (?:read|used|reached) your (?:last|monthly|final)[^.]{0,20}free"
    r"|subscribe for (?:full|unlimited) access to (?:this|the) |\d+ free (?:articles?|stor(?:y|ies)) (?:left|remaining)|subscribers can read the full"
    r"|want to (?:read|keep reading) [^.?]{0,20}\? (?:subscribe|sign|register|log)",
)  # fmt: skip
_WORDS = (
    "ита", "ередплат", "ідпис", "одпис", "оступ", "имит", "іміт", "езкоштовн", "есплатн", "ead", "member", "ubscri", "nlock",
    "article", "trial",
)  # fmt: skip
"""What each has in it, quickly told."""
_TAGS = {"p", "div", "span", "h2", "h3", "h4", "a", "b", "strong", "em", "button"}
_END = "\x00"
"""In no text, for a page is read without control characters."""


def wall_line(page: Outline) -> str | None:
    """The first; to look for its words in all lines at once takes a tenth of looking at each."""
    lines = dict.fromkeys(
        own for tag, own in zip(page.tags, page.texts, strict=True) if 12 < len(own) < 300 and tag in _TAGS
    )
    joined = _END.join(lines)
    starts: set[int] = set()
    for word in _WORDS:
        at = joined.find(word)
        while at >= 0:
            starts.add(joined.rfind(_END, 0, at) + 1)
            at = joined.find(word, at + 1)
    for start in sorted(starts):
        end = joined.find(_END, start)
        line = one_line(joined[start : end if end >= 0 else None])
        if is_of_a_wall(line):
            return line
    return None


def is_of_a_wall(line: str) -> bool:
    return _WALL_LINE.search(line.lower()) is not None
