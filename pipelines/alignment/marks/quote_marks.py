"""Marks of quotations: words of a person that the other text reports nowhere."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from archive.format.marks import QuoteMark
from archive.read.quotations import speaker_of
from pipelines.bylines.identity import name_key
from pipelines.bylines.words import is_given_name
from pipelines.similarity.counts import things_in

_QUOTED = re.compile(
    r"«([^«»]{1,2000})»|“([^“”]{1,2000})”|„([^„“”]{1,2000})[“”]"
    # a straight mark within a word is an apostrophe
    r"|(?<![\w\"])\"(?![\s\"])([^\"\n]{1,2000})(?<!\s)\"(?!\w)"
)
_WORDS, _FRAGMENT = 4, 6
"""Words from which a quotation counts as speech, whole or a part of a sentence; shorter ones are names."""
_SAYS = re.compile(
    r"\b(?:said|says|say|told|tells|added|adds|stated|states|noted|notes|stressed|wrote|writes|explained|explains"
    r"|announced|commented|warned|warns|argued|argues|asked|asks|replied|recalled|tweeted|emphasi[sz]ed|insisted"
    r"|(?:сказа|заяви|зазначи|повідоми|наголоси|підкресли|дода|розпові|поясни|написа|зауважи|прокоментува"
    r"|уточни|запевни|попереди|відпові|пригада|стверджува|запита)(?:в|ла|ли)|каже|кажуть|говорить|вважає|пише|додає"
    r"|за словами"
    r"|(?:сказа|заяви|отмети|сообщи|подчеркну|добави|рассказа|поясни|объясни|замети|написа|прокомментирова"
    r"|уточни|предупреди|ответи|вспомни|утвержда|спроси)(?:л|ла|ли)|говорит|говорят|считает|пишет|добавляет"
    r"|по словам)\b",
    re.IGNORECASE,
)
_BESIDE = 90
"""Characters before and after a quotation in which a verb says that somebody speaks."""
_CLAUSE_END = re.compile(r"[.!?…](?=\s)|[«»“”„\"\n]")
_NO_PERSON = re.compile(
    r"\b(?:statement|note|draft|document|report|law|motto|article|book|song|film|headline|post|letter|website"
    r"|заяв[аиі]|документ|звіт|закон|стат[тья]|пост|книг|пісн|фільм|лист|сайт|девіз"
    r"|заявлени|отчет|отчёт|стать[яе]|письм|песн|девиз|сообщени)",
    re.IGNORECASE,
)
_RELATIVE = (
    r"\b(?:son|daughter|wife|husband|widow|brother|sister|mother|father"
    r"|син|дочк|доньк|дружин|чоловік|вдов|брат|сестр|мати|матір|батьк|сын|доч|жен|муж|отц|отец)"
)
_DOUBLED = re.compile(r"([aeiou])\1+")
_LEAST_THINGS = 4
"""Words with a meaning that a quotation must have for its content to be sought in another text."""
_THINGS_OF_LINKED = 6
"""The same in linked paragraphs, which may report it in other words."""
_REPORTED = 0.35
"""Share of its words that a paragraph of the other text must have to report it perhaps."""
_UNREPORTED = 0.15
"""Share of its words at which linked paragraphs do not report it."""
_SHORTER = 0.7
"""Share of its length by which linked paragraphs must be shorter besides."""
_LONGER_BESIDE = 0.5
"""Share of its length by which paragraphs beside a gap may be longer: they may report it."""
MOST_OF_GAP = 3
"""Paragraphs of a gap in which a quotation is sought: among more of them, the shorter text says little."""


def quoted(text: str) -> Iterator[str]:
    """Yield what stands in quotation marks and is long enough for speech, without the marks."""
    for match in _QUOTED.finditer(text):
        quote = match[match.lastindex or 0].strip(" ,.–—-")
        if len(quote.split()) >= _WORDS:
            yield quote


def speech(text: str) -> Iterator[str]:
    """Yield the quotations of a paragraph that a verb of saying beside them gives to a person."""
    for match in _QUOTED.finditer(text):
        quote = match[match.lastindex or 0].strip(" ,.–—-")
        words = len(quote.split())
        if words < _WORDS or (words < _FRAGMENT and not quote[0].isupper()):
            continue
        before = _CLAUSE_END.split(text[max(0, match.start() - _BESIDE) : match.start()])[-1]
        after = _CLAUSE_END.split(text[match.end() : match.end() + _BESIDE])[0]
        context = f"{before} {after}"
        if _SAYS.search(context) and not _NO_PERSON.search(context):
            yield quote


class QuoteSearch:
    """The content of a text, in which the quotations of another are sought."""

    def __init__(self, passages: Sequence[str], language: str) -> None:
        """Take its headline and paragraphs."""
        self._passages, self._language = passages, language

    @cached_property
    def _things(self) -> list[frozenset[int]]:
        """Read only where a quotation is sought: few are."""
        return [things_in(passage, self._language) for passage in self._passages]

    def may_report(self, quote: str, language: str) -> bool:
        """Tell if a paragraph, or two that follow each other, may report it, in indirect speech too."""
        things = things_in(quote, language)
        if len(things) < _LEAST_THINGS:
            return True
        previous = frozenset[int]()
        for passage in self._things:
            if len(things & (previous | passage)) >= _REPORTED * len(things):
                return True
            previous = passage
        return False

    def may_say(self, passage: str, language: str, share: float) -> bool:
        """Tell if a passage has such a share of the words of this one that it may say it."""
        things = things_in(passage, language)
        if len(things) < _LEAST_THINGS:
            return False
        return any(len(things & searched) >= share * len(things) for searched in self._things)

    def is_missing(self, quote: str, language: str, shorter_by: float, linked: str) -> bool:
        """Tell if a quotation is surely not in linked paragraphs, by its words and missing letters.

        One that they print may be its beginning.
        """
        if shorter_by < _SHORTER * len(quote) or _QUOTED.search(linked):
            return False
        things = things_in(quote, language)
        common = things & things_in(linked, self._language)
        return len(things) >= _THINGS_OF_LINKED and len(common) <= _UNREPORTED * len(things)


def quote_marks(
    paragraphs: Sequence[str],
    text: str,
    language: str,
    searched: QuoteSearch,
    linked: tuple[str, float] | None = None,
) -> tuple[QuoteMark, ...]:
    """Mark the quotations of paragraphs that are not in the other text; `text` is the whole of their own.

    `linked` are the paragraphs of the other text at the same place, and by how many letters they are shorter;
    None without any.
    """
    marks = []
    for paragraph in paragraphs:
        for quote in speech(paragraph):
            if linked is not None and not searched.is_missing(quote, language, linked[1], linked[0]):
                continue
            if not searched.may_report(quote, language):
                marks.append(_mark(quote, paragraph, text))
    return tuple(marks)


def has_no_room(paragraphs: Sequence[str], shorter_by: float, longer_beside: float) -> bool:
    """Tell if the other text has so few letters at a place that no quotation of these can be there."""
    letters = list[int]()
    for paragraph in paragraphs:
        letters += map(len, speech(paragraph))
    if not letters or shorter_by < _SHORTER * sum(letters):
        return False
    return longer_beside <= _LONGER_BESIDE * min(letters)


def _mark(quote: str, paragraph: str, text: str) -> QuoteMark:
    speaker = _person(quote, paragraph, text)
    # Мейерс, Meyers; a surname alone may be of several persons
    key = _DOUBLED.sub(r"\1", name_key(speaker)) if speaker and " " in speaker else None
    return QuoteMark(quote, speaker, key)


def _person(quote: str, paragraph: str, text: str) -> str | None:
    """Return who says a quotation; None where it is not surely a person.

    A surname becomes the full name where the text, with its headline, surely means nobody else by it.
    """
    speaker = speaker_of(quote, paragraph)
    if speaker is None or " " in speaker:
        return speaker if speaker and any(map(is_given_name, speaker.split())) else None
    exact, inflected = _forenames(speaker, text)
    if not any(map(is_given_name, exact | inflected)):
        return None
    if len(exact) == 1:
        (forename,) = exact
        beginning = forename[: max(3, len(forename) - 2)]
        for form in inflected:
            if not form.startswith(beginning):
                return speaker
        if is_given_name(forename) and not _may_be_a_relative(forename, speaker, paragraph, text):
            return f"{forename} {speaker}"
    return speaker


def _forenames(surname: str, text: str) -> tuple[set[str], set[str]]:
    """Return the capital words before a surname, and before its inflected forms: names, or `Ms.`."""
    exact, inflected = set[str](), set[str]()
    stem = surname if surname.isascii() else surname.rstrip("аяйоіьиеє")
    for match in re.finditer(rf"(?<!\w)([A-ZА-ЯІЇЄҐЁ][\w'’-]*\.?)\s({re.escape(stem)}\w{{0,3}})(?!\w)", text):
        if not _is_word(match[1], text):
            (exact if match[2] == surname else inflected).add(match[1])
    return exact, inflected


def _may_be_a_relative(forename: str, surname: str, paragraph: str, text: str) -> bool:
    """Tell if a text calls the person a relative of somebody, or the verb is of a woman and the name not."""
    says = rf"\w[ао]ла\s(?:[\w-]+\s){{0,5}}?{surname}|{surname}\s\w+[ао]ла\b"
    if forename[-1] not in "ая" and re.search(says, paragraph):
        return True
    full = f"{forename} {surname}"
    relative = rf"(?i:{_RELATIVE})[\w’']*,?\s{full}|{full},\s(?:\w+\s){{0,2}}(?i:{_RELATIVE})"
    return re.search(relative, text) is not None


def _is_word(forename: str, text: str) -> bool:
    """Tell if a text has a word in small letters too, so that it is no name."""
    if is_given_name(forename):
        return False
    return re.search(rf"(?<!\w){re.escape(forename.lower())}(?!\w)", text) is not None
