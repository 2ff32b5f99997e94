"""Persons that a byline names as its writers."""

import re
from dataclasses import dataclass

from pipelines.bylines.clauses import AND, Clause, clauses
from pipelines.bylines.names import find_name, sure
from pipelines.bylines.tokens import Token, tokens
from pipelines.bylines.words import credit, folded, is_, is_given_name

_LONGEST = 600
"""Characters of a line that are read."""
_MOST_TOKENS = 150
"""Tokens of a line that are read; a longer line is no byline, and would take long."""
_IN_BRACKETS = re.compile(r"\([^()]*(?:\bby |: )[^()]*\)")
"""A whole line of credits in brackets: `(Reporting by A; Editing by B)`."""
_KOREAN_SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소"
    "석선설마길연위표명기반왕금옥육인맹제모탁국어은용예경"
)
_KOREAN_NAME = rf"[{_KOREAN_SURNAMES}][가-힣]{{2}}"
_KOREAN = re.compile(rf"(?:By\s+)?{_KOREAN_NAME}(?:\s*기자)?(?:\s*,\s*{_KOREAN_NAME}(?:\s*기자)?)*")
"""Korean names, of three syllables; the first is a surname, with which agencies and desks do not begin."""
_SIGNED = re.compile("[\u0900-\u109f]")
"""Letters from India to Burma, whose vowels are signs that no rule here counts as part of a word."""
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_FEMININE = re.compile(r"(?:ова|ева|єва|іна|ина|ська|цька|ская|цкая|а|я)$")


@dataclass(slots=True)
class _Person:
    name: str
    credit: str
    labelled: bool


def persons_in(line: str) -> list[str]:
    """Return the persons of a byline in its order; editors and translators only if nobody wrote.

    Photographers and proof-readers are no authors.
    """
    line = line[:_LONGEST].strip()
    if _SIGNED.search(line):
        return []
    if _KOREAN.fullmatch(line):
        return re.findall(_KOREAN_NAME, line)
    if _IN_BRACKETS.fullmatch(line):
        line = line[1:-1]
    clauses_of_line = clauses(tokens(line)[:_MOST_TOKENS])
    reader = _BylineReader()
    for clause, following in zip(clauses_of_line, [*clauses_of_line[1:], None], strict=False):
        reader.read(clause, following)
    for role in ("wrote", "helped"):
        spelling_by_name: dict[str, str] = {}
        for person in reader.persons:
            if person.credit == role:
                spelling_by_name.setdefault(folded(person.name), person.name)
        if spelling_by_name:
            return list(spelling_by_name.values())
    return []


class _BylineReader:
    """State while the clauses of a byline are read: the persons so far, and what they did."""

    def __init__(self) -> None:
        self.persons: list[_Person] = []
        self.going_on = "wrote"
        """Credit of persons who have none of their own."""
        self.placed = False
        """True if an employer, a place or a post came after the last person."""
        self.by_post = False
        """True if it was a post."""

    def read(self, clause: Clause, following: Clause | None) -> None:
        self._credit(clause)
        name = None if self.going_on == "sourced" else name_of(clause, following)
        if name is None or self._is_where(name, clause):
            self.placed = self.placed or bool(clause.tokens and self.persons)
            # `Kyle McAndless, Senior Reporter and Tasha Dove`
            self.by_post = bool(clause.tokens) and is_(clause.tokens[-1].text, "role")
            return
        self.persons.append(_Person(name, _in_brackets(clause) or self.going_on, bool(clause.label)))

    def _credit(self, clause: Clause) -> None:
        if clause.credit is None and clause.after in {"dash", "stop"}:
            # `Diego Holanda, G1 RO — Porto Velho`: after an employer and a dash comes the place
            self.going_on, self.placed = "wrote", self.placed and clause.after == "dash"
        if clause.credit is None:
            return
        self.going_on, self.placed = clause.credit, False
        last = self.persons[-1] if self.persons else None
        if not clause.tokens and last is not None and not last.labelled and clause.after == ",":
            # `Дмитро Ларін, фото`
            if len(clause.label) == 1 and clause.credit != "wrote":
                last.credit = clause.credit
            self.going_on = "wrote"

    def _is_where(self, name: str, clause: Clause) -> bool:
        """Tell if the name is a place, or an employer of the persons before."""
        if not self.persons:
            return False
        if any(t.text[:1].islower() and is_(t.text, "settlement") for t in clause.tokens):
            # `Надія Лук'янець, с. Великі Будища Полтавської області`
            return True
        if sure(name):
            return False
        small = sum(t.text[:1].islower() for t in clause.tokens if t.kind == "word")
        if small >= _OF_A_POST:
            # `Ann Lee, Vilnius University faculty of law and history professor`
            return True
        if self.placed and not (_goes_on(clause) or (self.by_post and clause.after == "and")):
            # after the employer or the post comes a place: `Nada Tawfik, BBC News, New York`
            return True
        # in another script or in capitals alone it is the employer: `Ян ван дер Меєр, Politiek Vandaag`,
        # `David Straub, MDR THÜRINGEN`
        return clause.after != "and" and _written_otherwise(name, self.persons[-1].name)


def name_of(clause: Clause, following: Clause | None = None) -> str | None:
    if clause.tokens and _names_a_firm(clause.tokens[0].text, clause.tokens[-1].text):
        return None
    name = find_name(_before_for(clause.tokens), labelled=bool(clause.label))
    if name is not None:
        return name if _may_be_person(name, clause) else None
    labelled = len(clause.label) > 1 and any(t.kind == "colon" for t in clause.label)
    only = clause.tokens[0].text if labelled and len(clause.tokens) == 1 else ""
    if only[:1].isupper() and is_given_name(only):
        # `Автор: Марина`; without a label a given name may be anything
        return only
    if following is not None and following.after == "and":
        return _with_shared_surname(clause, following)
    return None


def _names_a_firm(first: str, last: str) -> bool:
    return (is_(first, "never") and folded(first) in _ARTICLES) or last in _LEGAL


def _may_be_person(name: str, clause: Clause) -> bool:
    words = name.split()
    if any(map(is_given_name, words)):
        return True
    if len(words[-1]) == 1 or clause.governs:
        # the account `Courier D`; an initial has a full stop
        return False
    return words[0] not in _FOREIGN_ARTICLES or sure(name)


def _written_otherwise(name: str, before: str) -> bool:
    other_script = bool(_CYRILLIC.search(name)) != bool(_CYRILLIC.search(before))
    return other_script or (name.isupper() and not before.isupper())


def _goes_on(clause: Clause) -> bool:
    """Tell if persons go on after a post: `Jane Doe, Associate Editor, and Rajiv Menon`.

    A second place comes without a comma.
    """
    return bool(clause.tokens) and clause.after == "," and folded(clause.tokens[0].text) in AND


_OF_A_POST = 3
"""Words in small letters that make a clause after a person a post and its place."""
_LEGAL = {"Co.", "Ltd", "Ltd.", "Inc", "Inc.", "LLC", "GmbH", "Corp", "Corp."}
"""Forms of a company, at the end of its name."""
_ARTICLES = {"the", "a", "an"}
FOR = {"для", "for"}
SPECIAL = {"спеціально", "специально", "special", "specially", "exclusively"}
_FOREIGN_ARTICLES = {"Der", "Die", "Das", "Les", "El", "La", "Las", "Los", "Il"}
"""Articles that open the name of a newspaper; in `von der Leyen` the article has a small letter."""


def _before_for(words: tuple[Token, ...]) -> tuple[Token, ...]:
    """Drop the client: `Jane Doe for The Courier`, `Вадим Сорока для Bukva Space`."""
    place = next((i for i in range(2, len(words)) if is_for(words[i - 1].text, words[i].text)), len(words))
    return words[:place]


def is_for(before: str, word: str) -> bool:
    """Tell if a word is `for`, or the `to` of `Special to the Ledger-Tribune`."""
    return folded(word) in FOR or (folded(word) == "to" and folded(before) in SPECIAL)


def _with_shared_surname(clause: Clause, following: Clause) -> str | None:
    """Return the first of two persons with one surname: `Антон Шевченко` in `Антон і Марія Шевченко`."""
    second = (find_name(following.tokens, labelled=True) or "").split()
    words = [token.text for token in clause.tokens]
    if len(words) != 1 or len(second) != 2 or following.label or _FEMININE.search(second[1]):
        return None
    return f"{words[0]} {second[1]}" if is_given_name(words[0]) and is_given_name(second[0]) else None


def _in_brackets(clause: Clause) -> str | None:
    """Return the credit in brackets: `Mark Hill (graphics)`. A name in brackets is another person."""
    for token in clause.tokens:
        if token.kind == "bracketed":
            words = re.findall(r"\w+", token.text)
            credits = [credit(word) for word in words]
            if len(words) <= 2 and "wrote" not in credits:
                return next((name for name in ("pictured", "helped", "checked") if name in credits), None)
    return None
