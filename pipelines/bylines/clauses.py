"""Clauses of a byline: the words about one person or organisation, with the credit before them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.bylines.tokens import Token
from pipelines.bylines.words import credit, folded, governs, is_, phrases

_DASHES = {"-", "–", "—"}
AND = {"та", "і", "й", "и", "and", "with", "und", "et", "og", "y", "e"}
_OF_THE_TEXT = (
    *("text", "words", "story"),
    *("текст", "матеріал", "материал", "слова", "розмов", "интервью", "інтерв"),
)
"""Words of a credit for the text: `Текст і фото` names a writer, not only a photographer."""
_BY = {"by", "By", "BY"}
_BY_ELSEWHERE = {"Von", "VON", "Par", "PAR", "Por", "POR", "Af", "AF", "Av", "AV"}
_WROTE_ELSEWHERE = {
    "Analyse", "Artikel", "Beitrag", "Beiträge", "Bericht", "Chronique", "Eingestellt", "Erstellt",
    "Escrito", "Essay",
    "Gastbeitrag", "Geschrieben", "Glosse", "Interview", "Kolumne", "Kommentar", "Porträt", "Protokoll",
    "Publicado", "Publié", "Recherche", "Recueilli", "Reportage", "Texte", "Texto", "Verfasst",
    "Veröffentlicht", "Écrit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    tokens: tuple[Token, ...]
    credit: str | None
    """One of words.CREDITS; None without a credit of its own, when that of the clause before goes on."""
    after: str
    """Separator from the clause before: `,` or `and` or `dash` or `stop`."""
    label: tuple[Token, ...] = ()

    @property
    def governs(self) -> bool:
        """True if the credit puts the name into the genitive: `Колонка Віталія Портникова`."""
        return any(governs(t.text) for t in self.label) and all(t.kind != "colon" for t in self.label)


def clauses(line_tokens: list[Token]) -> list[Clause]:
    parted: list[Clause] = []
    for after, part in _parted(line_tokens):
        for number, (label, rest) in enumerate(_labelled(part)):
            parted.append(Clause(tuple(rest), _credit_of(label), "stop" if number else after, tuple(label)))
    return _joined(parted)


def _parted(line_tokens: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Cut at commas, stops and ends of sentences, and at an `and` with a name before it."""
    after = "stop"
    part: list[Token] = []
    for i, token in enumerate(line_tokens):
        if token.text in _DASHES and part and credit(part[-1].text) and not any(map(_may_be_name, part)):
            # `Текст – Олена Струк`
            part.append(Token("colon", ":"))
            continue
        joins = _joins_names(line_tokens, i, part)
        if token.kind in {"comma", "stop"} or joins:
            if part:
                yield after, part
                part, after = [], _separator(token, joins=joins)
            continue
        part.append(token)
        if token.ends_sentence:
            yield after, part
            after, part = "stop", []
    if part:
        yield after, part


def _joins_names(line_tokens: list[Token], i: int, part: list[Token]) -> bool:
    """Tell if a token is an `and` after a name."""
    token = line_tokens[i]
    if token.kind != "word" or folded(token.text) not in AND or not any(map(_may_be_name, part)):
        return False
    return token.text not in {"y", "e"} or not _ends_a_surname(line_tokens[i + 1 :])


def _separator(token: Token, *, joins: bool) -> str:
    # `Фото: Telegram / Олег С.` goes on with the photo
    if token.kind == "comma" or token.text == "/":
        return ","
    if joins or token.text == "&":
        return "and"
    return "dash" if token.text in _DASHES else "stop"


def _ends_a_surname(rest: list[Token]) -> bool:
    """Tell if the rest of `Ríos y` is a surname alone; after an `and` comes a whole name."""
    if not rest or is_(rest[0].text, "brand", "organisation"):
        return False
    return _may_be_name(rest[0]) and (len(rest) == 1 or not _may_be_name(rest[1]))


def _labelled(part: list[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Yield (credit, rest) for each credit in a part: `Текст: А Б Фото: В Г` has two."""
    starts = sorted({0, *_starts(part)})
    for start, end in zip(starts, [*starts[1:], len(part)], strict=True):
        piece = part[start:end]
        cut = _end_of_label(piece)
        yield piece[:cut], [token for token in piece[cut:] if token.kind != "colon"]


def _starts(part: list[Token]) -> Iterator[int]:
    """Yield the places where a credit begins inside a clause: before a colon or `by`, after a name."""
    for i, token in enumerate(part):
        if (
            i >= 2
            and _phrase(part)
            and token.text[:1].islower()
            and credit(token.text) in {"wrote", "helped", "checked"}
        ):
            # `За матеріалами «Ранку» підготувала Олена Гайова`
            yield i
        if i >= 2 and _phrase(part[i:]) and sum(map(_may_be_name, part[:i])) >= 2:
            yield i
        if i >= 3 and token.text == part[0].text and is_(token.text, "role"):
            # `Journalist Nina Gray Journalist Ole Winter`
            yield i
        if i and (token.kind == "colon" or token.text in _BY):
            start = _begin_of_credit(part, i)
            if sum(map(_may_be_name, part[:start])) >= 2:
                yield start


def _begin_of_credit(part: list[Token], i: int) -> int:
    start = i - 1
    while start > 0 and not part[start].text[:1].isupper() and credit(part[start].text) is None:
        start -= 1
    # words in small letters before it belong to the credit: `and`, `additional`
    while start > 0 and _in_small_letters(part[start - 1]):
        start -= 1
    return start


def _in_small_letters(token: Token) -> bool:
    """Tell if a word in small letters is no part of a name, unlike `кызы` in `Айгуль Асан кызы`."""
    return token.kind == "word" and token.text[:1].islower() and not is_(token.text, "patronymic")


def _end_of_label(piece: list[Token]) -> int:
    """Return the number of leading tokens that say what the person did."""
    for i, token in enumerate(piece):
        if token.kind == "colon":
            return i + 1 if i <= 6 and not _is_quoting(piece[:i]) else i
    for i, token in enumerate(piece[:5]):
        if token.text in _BY:
            return i + 1
    if length := _length_elsewhere(piece):
        return length
    if piece and credit(piece[0].text) is not None:
        return 1 + next((i for i, t in enumerate(piece[1:]) if not t.text[:1].islower()), len(piece) - 1)
    return len(piece) if _phrase(piece) else 0


def _length_elsewhere(piece: list[Token]) -> int:
    """Return the length of a German, French, Spanish or Portuguese label; 0 for none."""
    if len(piece) <= 2:
        return 0
    if piece[0].text in _BY_ELSEWHERE and all(map(_may_be_name, piece[1:3])):
        return 1
    return 2 if piece[1].text in {"von", "par", "por"} and piece[0].text in _WROTE_ELSEWHERE else 0


def _is_quoting(label: list[Token]) -> bool:
    """Tell if the label is a name that introduces words: `Іван Петренко: як ми вижили`."""
    return len(label) >= 2 and all(_may_be_name(t) for t in label) and not any(credit(t.text) for t in label)


def _phrase(piece: list[Token]) -> bool:
    line = folded(" ".join(token.text for token in piece[:3]))
    return any(line.startswith(phrase) for phrase in phrases("sourced_phrases"))


def _credit_of(label: list[Token]) -> str | None:
    if not label:
        return None
    if _phrase(label):
        return "sourced"
    words = [folded(token.text) for token in label]
    credits = {credit(word) for word in words}
    if "pictured" in credits and any(word.startswith(_OF_THE_TEXT) for word in words):
        return "wrote"
    return next((name for name in ("pictured", "sourced", "helped", "checked") if name in credits), "wrote")


def _joined(parted: list[Clause]) -> list[Clause]:
    """Join a credit that names nobody with the next clause: `Текст, фото: Олена Струк`."""
    merged: list[Clause] = []
    for clause in parted:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.label
            and not last.tokens
            and last.credit != "sourced"
            and clause.label
            and clause.after in {",", "and", "dash", "stop"}
            and (len(merged) == 1 or merged[-2].credit is not None or clause.after == "and")
        ):
            label = (*last.label, *clause.label)
            merged[-1] = Clause(clause.tokens, _credit_of(list(label)), last.after, label)
        else:
            merged.append(clause)
    return merged


def _may_be_name(token: Token) -> bool:
    return (
        token.kind == "word"
        and token.text[:1].isupper()
        and credit(token.text) is None
        and not is_(token.text, "role", "never", "tail")
    )
