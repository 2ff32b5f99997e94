from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.bylines.identity import author_id, name_key

PERSONS = [
    [name.strip() for name in line.split("|")]
    for line in (Path(__file__).parent / "same_person.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_the_persons_are_told_apart_and_each_is_one_in_three_scripts():
    """Over all pairs of names: of those with one id, how many are one person; of those that are, how many."""
    named = [(number, author_id("herald", name)) for number, names in enumerate(PERSONS) for name in names]
    said = right = 0
    for (one, a), (other, b) in combinations(named, 2):
        said += a == b
        right += a == b and one == other
    assert len(PERSONS) >= 200
    precision, recall = right / said, right / (3 * len(PERSONS))
    print(f"{len(PERSONS)} persons, precision {precision:.4f}, recall {recall:.4f}")
    assert precision >= 0.995
    assert recall >= 0.97


@pytest.mark.parametrize(
    "spellings",
    [
        "Дарʼя Шекіна;Дар'я Шекіна;Шекіна Дар’я;ДАРЬЯ ШЕКИНА;Daria Shekina;Darya Shekina",
        "Сергій Ковальов;Сергей Ковалёв;Сергей Ковалев;Serhii Kovalov;Sergey Kovalev;Serhiy Kovaliov",
        "Олена Левицька;Елена Левицкая;Olena Levytska;Elena Levitskaya",
        "Юрій Зеленський;Юрий Зеленский;Yurii Zelenskyi;Yuriy Zelenskiy;Yuri Zelensky",
    ],
)
def test_a_name_has_one_key_however_it_is_written(spellings):
    assert len({name_key(each) for each in spellings.split(";")}) == 1


def test_another_outlet_has_another_person():
    assert author_id("herald", "Ольга Жук") != author_id("courier", "Ольга Жук")
    assert len(author_id("herald", "Ольга Жук")) == 32


@given(st.text(min_size=1, max_size=40))
def test_any_name_has_an_id(name):
    assert author_id("herald", name) == author_id("herald", name)
    assert name_key(name) or not name.strip()
