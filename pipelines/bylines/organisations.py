"""Agencies, outlets and other organisations in a byline."""

from pipelines.bylines.clauses import Clause, clauses
from pipelines.bylines.names import find_name
from pipelines.bylines.persons import FOR, SPECIAL, is_for, name_of
from pipelines.bylines.titles import is_title_word
from pipelines.bylines.tokens import Token, tokens
from pipelines.bylines.words import folded, is_

_LONGEST = 120
"""Characters of a line at most."""
_MOST = 6
"""Words of an organisation's name at most."""
_HELP = {
    "участии", "участием", "участі", "участю", "поддержке", "підтримки", "содействии", "сприяння",
}  # fmt: skip
"""Words for help: who helped or paid (`При участии Олега Сидорова`) is no organisation that wrote."""
_OURS = {"наш", "наша", "наші", "наши", "our", "from", "on", "правах", "staff", "редакція", "редакция"}
_KINDS = ("organisation", "brand", "institution")


def organisations_in(line: str) -> list[str]:
    """Return the organisations in a byline: `By Jane Doe, Reuters` has one. Roles and addresses are none."""
    if len(line) > _LONGEST:
        return []
    # `(Укрінформ)`
    line = line.strip().removeprefix("(").removesuffix(")")
    line_tokens = tokens(line)
    quoted = {token.text[1:-1].strip() for token in line_tokens if token.kind == "quoted"}
    organisations: list[str] = []
    for clause in clauses(line_tokens):
        name = _organisation(clause)
        if name is not None and (name in quoted or _is_specific(name)):
            organisations.append(name)
    # `Жанна Бойчук (Укрінформ)`
    for token in line_tokens:
        if token.kind == "bracketed":
            organisations += organisations_in(token.text.strip("()[]"))
    return organisations


def _organisation(clause: Clause) -> str | None:
    if _wrote_nothing(clause):
        return None
    words = [t for t in clause.tokens or clause.label if t.kind in {"word", "site", "quoted", "number"}]
    if words and words[-1].kind == "quoted" and (len(words) == 1 or folded(words[-2].text) in FOR):
        return _quoted(words[-1], may_be_title=len(words) == 1 and clause.after != ",")
    place = next((i for i in range(1, len(words)) if is_for(words[i - 1].text, words[i].text)), None)
    if place is not None:
        return _for_whom(clause, words, place)
    return _by_its_words(clause, _without_what_follows(words))


def _wrote_nothing(clause: Clause) -> bool:
    """Tell if a clause names who helped or made pictures, or is an address."""
    if clause.credit == "sourced" and any(folded(t.text) in _HELP for t in clause.label[:2]):
        return True
    return clause.credit == "pictured" or any(t.text.startswith(("http", "www")) for t in clause.tokens)


def _quoted(token: Token, *, may_be_title: bool) -> str | None:
    """Return a quoted name, after a name or after `для`; alone it may be the title of a column."""
    least = 2 if may_be_title else 1
    return token.text[1:-1].strip() if least <= len(token.text.split()) <= _MOST else None


def _for_whom(clause: Clause, words: list[Token], place: int) -> str | None:
    """Return the words after `for`: `Jane Doe for The Courier`."""
    after = [t.text for t in words[place + 1 :]]
    if after and after[0] == "the":
        after = after[1:]
    is_organisation = folded(words[place - 1].text) in SPECIAL or words[-1].kind == "site"
    is_organisation = is_organisation or (place > 1 and name_of(clause) is not None)
    is_organisation = is_organisation or any(is_(w, *_KINDS) for w in after)
    return " ".join(after) if is_organisation and 0 < len(after) <= _MOST and after[0][:1].isupper() else None


def _by_its_words(clause: Clause, credited: list[Token]) -> str | None:
    if len(credited) > 1 and _is_post_at_a_brand(credited[0].text, credited[1].text):
        return credited[0].text
    sourced = clause.credit == "sourced"
    if sourced and not clause.tokens:
        # in `По материалам Интерфакс-Украина` all words are the label
        credited = credited[2:]
    while credited and is_(credited[-1].text, "role"):
        credited.pop()
    words = [token.text for token in credited]
    if not _may_be_organisation(words):
        return None
    if (name := find_name(clause.tokens, labelled=bool(clause.label))) is not None:
        return _beside(name.split(), words)
    if is_("-".join(words), "place"):
        return None
    is_organisation = sourced or any(is_(w, *_KINDS) for w in words) or credited[-1].kind == "site"
    return " ".join(words) if is_organisation else None


def _is_post_at_a_brand(first: str, second: str) -> bool:
    return is_(first, "brand") and is_(second, "role") and second != "Media"


def _may_be_organisation(words: list[str]) -> bool:
    if not 1 <= len(words) <= _MOST or not words[0][:1].isupper():
        return False
    return not any(is_(word, "never") for word in words[1:] or words)


def _without_what_follows(words: list[Token]) -> list[Token]:
    """Drop a duration or a place at the end: `CNN 4 min read`, `Agence France-Presse in Paris`."""
    for i, token in enumerate(words[1:], 1):
        if token.kind == "number" or (token.text == "in" and is_(words[-1].text, "place")):
            return words[:i]
    return words


def _beside(name: list[str], words: list[str]) -> str | None:
    """Return an agency next to a name: `JANE DOE Associated Press`, `Корреспондент DW Иван Лесной`."""
    at = next((i for i in range(len(words)) if words[i : i + len(name)] == name), None)
    if at is None:
        return None
    for part in (words[at + len(name) :], words[:at]):
        first = next((i for i, w in enumerate(part) if not is_(w, "role")), len(part))
        agency = part[first:]
        if agency and all(w[:1].isupper() for w in agency) and is_(agency[0], "brand", "organisation"):
            return " ".join(agency)
    return None


def _is_specific(organisation: str) -> bool:
    """Tell if a name says which organisation: `Служба новин Кур'єра` does, `Відділ новин` does not."""
    words = organisation.split()
    return len(words) > 2 or any(
        is_(w, "brand") or not (is_title_word(w) or folded(w) in _OURS) for w in words
    )
