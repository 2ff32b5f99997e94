"""Labels: a person's word on pairs, read from a CSV, and the facts of the articles with it."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archive.format.records import LinkFacts

UNCERTAIN, AUDIT = "uncertain", "audit"
"""Why `--review` asks for a pair: it is uncertain, or drawn as a sample of what is taken for sure."""
_YES, _NO = {"yes", "y", "1", "true", "так", "да"}, {"no", "n", "0", "false", "ні", "нет"}


@dataclass(frozen=True, slots=True)
class Label:
    """A person's word that two articles are one story, or are not; `a_id` is the smaller id."""

    a_id: str
    b_id: str
    same: bool
    audited: bool = False
    """True if the pair was drawn for an audit."""


@dataclass(frozen=True, slots=True)
class BrokenLine:
    number: int
    why: str


def read_labels(
    path: Path, find: Callable[[str], str | None], language: Callable[[str], str | None] = lambda _id: None
) -> tuple[tuple[Label, ...], tuple[BrokenLine, ...]]:
    """Read a CSV with the columns `verdict` and `a`, `b` (addresses or article ids), as `--review` writes it.

    `find` returns the article id of an address or id, `language` the language of an article id. A line
    without a verdict is skipped. If a pair has two lines, the last one counts. Raises OSError, or ValueError
    for a missing column.
    """
    labels: dict[tuple[str, str], Label] = {}
    broken = []
    for number, a, b, verdict, why in _lines(path):
        a_id, b_id = find(a), find(b)
        if not (a and b):
            broken.append(BrokenLine(number, f"{'b' if a else 'a'} is empty, not an address or article id"))
        elif verdict.lower() not in _YES | _NO:
            broken.append(BrokenLine(number, f"verdict is {verdict!r}, not yes or no"))
        elif a_id is None or b_id is None:
            broken.append(BrokenLine(number, f"not in the archive: {a if a_id is None else b}"))
        elif a_id == b_id:
            broken.append(BrokenLine(number, f"one article, not two: {a}"))
        elif verdict.lower() in _YES and (spoken := language(a_id)) and spoken == language(b_id):
            broken.append(
                BrokenLine(number, f"both are in {spoken}, and a story has one article of a language")
            )
        else:
            key = min(a_id, b_id), max(a_id, b_id)
            labels[key] = Label(*key, verdict.lower() in _YES, audited=why == AUDIT)
    return tuple(labels.values()), tuple(broken)


def named_in(path: Path) -> set[str]:
    """Return the addresses and ids of the lines with a label; raises the errors of `read_labels`."""
    return {name for _, a, b, _, _ in _lines(path) for name in (a, b)}


def precision(right: int, of: int) -> tuple[float, float, float]:
    """Return a share with the ends of its 95 % interval after Wilson (1927); `of` is at least 1."""
    z = 1.959964
    share = right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _lines(path: Path) -> Iterator[tuple[int, str, str, str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not in UTF-8; save it as `CSV UTF-8`") from None
    # in many countries spreadsheets write semicolons
    head = text.partition("\n")[0]
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    if missing := {"a", "b", "verdict"} - set(lines.fieldnames or ()):
        raise ValueError(f"{path} has no column {min(missing)!r}; needed are a, b and verdict")
    try:
        for line in lines:
            # --review puts a quote before text that a spreadsheet would take for a formula
            a, b, verdict = ((line[name] or "").strip().lstrip("'") for name in ("a", "b", "verdict"))
            if verdict:
                yield lines.line_num, a, b, verdict, (line.get("why") or "").strip()
    except csv.Error as error:
        raise ValueError(f"{path} line {lines.line_num + 1} cannot be read as CSV: {error}") from None


def with_labels(articles: Iterable[LinkFacts], labels: Iterable[Label]) -> list[LinkFacts]:
    """Return the articles with these labels, which replace earlier ones on the same pairs."""
    verdicts: dict[str, dict[str, bool]] = {}
    for label in labels:
        verdicts.setdefault(label.a_id, {})[label.b_id] = label.same
        verdicts.setdefault(label.b_id, {})[label.a_id] = label.same
    labelled = []
    for article in articles:
        verdicts_of_article = verdicts.get(article.article_id, {})
        yes = {article_id for article_id, same in verdicts_of_article.items() if same}
        no = verdicts_of_article.keys() - yes
        labelled.append(
            replace(article, same_as=article.same_as - no | yes, not_same_as=article.not_same_as - yes | no)
            if verdicts_of_article
            else article
        )
    return labelled
