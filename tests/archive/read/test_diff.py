"""A diff is the two texts in pieces, within a limit of comparisons; on usual texts it is difflib's."""

from __future__ import annotations

import difflib
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.read.diff import LIMIT, Diff, Work, compare

WORDS = st.lists(st.sampled_from(["a", "b", "c", "Міст", "\n\n", "\n", " "]), max_size=40).map(" ".join)
TEXTS = st.one_of(WORDS, st.text(max_size=60))


def diff(before: str, after: str, work: Work | None = None) -> Diff:
    return compare({"headline": "", "body": before}, {"headline": "", "body": after}, work)


def left(found: Diff, without: str) -> list[str]:
    return [word for change in found.body if change.kind != without for word in change.text.split()]


@given(TEXTS, TEXTS, st.integers(0, 300))
def test_whatever_the_limit_the_pieces_are_the_two_texts(before: str, after: str, limit: int) -> None:
    work = Work(limit)
    found = diff(before, after, work)
    assert work.done <= limit
    kinds = [change.kind for change in found.body]
    assert all(one != other for one, other in pairwise(kinds))
    # a piece that is the same is printed as in the new text, which may have other spaces there
    assert "".join(left(found, "added")) == "".join(before.split())
    assert "".join(left(found, "removed")) == "".join(after.split())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("It began some years ago.\n\nOn one side, it rains.\n\nOn top.",
         "It began some years ago.\n\nOn top.",
         "It began some years ago.\n\n[-On one side, it rains.\n\n-]On top."),
        ("It all began like this. It rains. It hails.", "It all began like this. It hails.",
         "It all began like this. [-It rains. -]It hails."),
        ("He came. They came. Then nobody had any time.", "He came. Then nobody had any time.",
         "He came. [-They came. -]Then nobody had any time."),
        ("He said so. She left. He said no.", "He said no.", "[-He said so. She left. -]He said no."),
        ("a b c a b d", "a b d", "[-a b c -]a b d"),
    ],
)  # fmt: skip
def test_a_change_begins_and_ends_with_a_sentence(before: str, after: str, expected: str) -> None:
    assert str(diff(before, after)).strip() == expected
    swapped = str(diff(after, before)).strip()
    marks = str.maketrans("[]{}-+", "{}[]+-")
    assert swapped == expected.translate(marks)


@given(TEXTS, TEXTS)
def test_within_the_limit_it_is_that_of_difflib(before: str, after: str) -> None:
    pieces = [[x.strip() for x in _pieces(text)] for text in (before, after)]
    codes = difflib.SequenceMatcher(None, *pieces, autojunk=False).get_opcodes()
    expected = sum(j - i for kind, i, j, _, _ in codes if kind == "equal")
    found = diff(before, after)
    assert sum(len(_pieces(x.text)) for x in found.body if x.kind == "same") == expected


def _pieces(text: str) -> list[str]:
    from archive.read.diff import _WORDS

    return _WORDS.findall(text)


def chosen(seed: int, letters: str = "abcdefgh", count: int = 20_000) -> str:
    choose = random.Random(seed)
    return " ".join(choose.choice(letters) for _ in range(count))


ADVERSARIAL = {
    "equal words, one more": ("a " * 20_000, "a " * 20_001),
    "equal words, half of them": ("a " * 20_000, "a " * 10_000),
    "every second word equal": (
        " ".join(f"x{number} a" for number in range(10_000)),
        " ".join(f"y{number} a" for number in range(10_000)),
    ),
    "every second word of 1,400": (
        " ".join(f"x{number} a" for number in range(700)),
        " ".join(f"y{number} a" for number in range(700)),
    ),
    "two words in turn": ("a b " * 10_000, "b a " * 10_000),
    "eight words in any order": (chosen(1), chosen(2)),
    "equal paragraphs": ("a\n\n" * 20_000, "b\n\n" + "a\n\n" * 19_000),
    "every second paragraph equal": (
        "".join(f"x{number}\n\na\n\n" for number in range(10_000)),
        "".join(f"y{number}\n\na\n\n" for number in range(10_000)),
    ),
    "one paragraph of many letters": ("a" * 100_000, "a" * 99_999),
    "spaces": (" \n" * 20_000, "\n " * 20_001),
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_no_text_costs_more_than_the_limit(name: str) -> None:
    before, after = ADVERSARIAL[name]
    work = Work()
    found = diff(before, after, work)
    assert work.done <= LIMIT
    assert left(found, "added") == before.split()
    assert left(found, "removed") == after.split()


def test_what_can_be_told_is_told_all_the_same() -> None:
    """A word more among 20,000 equal ones, and an edit in one paragraph of a text that is made to be dear."""
    assert diff("a " * 20_000, "a " * 20_001).added == 1
    dear = [f"{chosen(number, count=4000)}" for number in range(5)]
    edited = [*dear[:2], dear[2].replace("a b", "a new b", 1), *dear[3:]]
    found = diff("\n\n".join(dear), "\n\n".join(edited))
    assert (found.removed, found.added) == (0, 1)
