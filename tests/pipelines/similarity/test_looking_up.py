"""Looking up n-grams and words: the same as by a search, whatever else is known."""

import numpy as np

from pipelines.similarity import folding
from pipelines.similarity.background import Background
from pipelines.similarity.folding import Remembered


def test_an_ngram_is_rare_if_it_is_not_listed_however_many_hashes_begin_alike():
    listed = np.array([0, 1, 9, 65_535, 65_536, 65_538, 7 << 16, (7 << 16) + 3, 2**32 - 1], np.uint32)
    keys = np.array([*listed, 2, 8, 65_537, 65_539, (7 << 16) + 1, 6 << 16, 8 << 16, 2**32 - 2], np.uint32)
    assert Background(listed).rare(keys).tolist() == [False] * len(listed) + [True] * 8
    assert Background().rare(keys).all()


def test_a_word_is_computed_once_and_few_words_are_kept(monkeypatch):
    monkeypatch.setattr(folding, "_MOST", 2)
    asked = list[str]()
    lengths = Remembered(lambda word: asked.append(word) or len(word))
    assert [lengths[word] for word in ("a", "bb", "a", "bb", "ccc", "bb")] == [1, 2, 1, 2, 3, 2]
    assert asked == ["a", "bb", "ccc", "bb"]
    assert len(lengths) == 2
