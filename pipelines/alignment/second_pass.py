"""A second pass over places in doubt: between two sure links, sentences are aligned instead of paragraphs.

Where one paragraph says what two of the other text do, one of them short, the paragraphs are hardly alike,
but their sentences are. What so many sentences agree on replaces the links of the first pass.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from pipelines.alignment.contents import Link
from pipelines.alignment.paragraph_runs import SIZES
from pipelines.alignment.paragraphs import Paragraphs, from_readings
from pipelines.similarity.document import PartReading
from pipelines.similarity.folding import fold
from pipelines.similarity.lexicon import meanings

FirstPass = Callable[[Paragraphs, Paragraphs], Iterable[tuple[Link, float]]]
"""Finds links in order, with their probability."""
Sentence = tuple[int, PartReading]
"""The place of its paragraph, and what is read of it."""
SENTENCE_END = re.compile(
    r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bGen\.)(?<!\b[A-ZА-ЯІЇЄҐ]\.)"
    r"(?<=[.!?…])[\"»”’)]*\s+(?=[\"«“„(\[—–-]*\s?[A-ZА-ЯІЇЄҐЁ0-9])"
)
_AGREE = 0.85
"""Probability of a link of sentences from which it counts."""
_LEAST = 0.3
"""Share of the letters of a paragraph that its linked sentences have, at least."""
_MOST = 150
"""Sentences of a place that are compared: a list without sure links is no place in doubt."""
_SIZES = frozenset(((1, 1), (2, 1), (1, 2), *SIZES))


def second_pass(
    text_a: Paragraphs,
    text_b: Paragraphs,
    sure: Sequence[Link],
    likely: Sequence[Link],
    first_pass: FirstPass,
) -> Iterator[tuple[Link, float]]:
    """Yield links of paragraphs that lie between `sure` links in order, with their least probability.

    A place is in no doubt where `likely` links have all its paragraphs.
    """
    likely_a, likely_b = set[int](), set[int]()
    for link in likely:
        likely_a.update(link[0])
        likely_b.update(link[1])
    bounds = [((-1,), (-1,)), *sorted(sure), ((text_a.singles,), (text_b.singles,))]
    for (a_before, b_before), (a_after, b_after) in pairwise(bounds):
        a, b = range(a_before[-1] + 1, a_after[0]), range(b_before[-1] + 1, b_after[0])
        if not a or not b or (likely_a.issuperset(a) and likely_b.issuperset(b)):
            continue
        # the paragraphs beside keep what is theirs from being linked into the place
        sentences_a, sentences_b = sentences_of(text_a, a), sentences_of(text_b, b)
        if max(len(sentences_a), len(sentences_b)) > _MOST:
            continue
        for link, probability in _joined(
            sentences_a, sentences_b, first_pass(joined(text_a, sentences_a), joined(text_b, sentences_b))
        ):
            if set(a).issuperset(link[0]) and set(b).issuperset(link[1]) and _is_possible(link):
                yield link, probability


def sentences_of(text: Paragraphs, places: range) -> list[Sentence]:
    """Cut paragraphs and those beside them; numbers and names are not read again."""
    sentences: list[Sentence] = []
    for place in range(max(0, places.start - 1), min(text.singles, places.stop + 1)):
        paragraph = text.readings[place]
        start, at = 0, list[int]()
        for anchor in paragraph.anchors:
            at.append(round(anchor.position * len(paragraph.text)))
        for sentence in SENTENCE_END.split(paragraph.text):
            stop = paragraph.text.index(sentence, start) + len(sentence)
            if sentence == paragraph.text:
                sentences.append((place, paragraph))
            elif sentence.strip():
                anchors = paragraph.anchors[bisect_left(at, start) : bisect_left(at, stop)]
                reading = PartReading(sentence, fold(sentence), meanings(sentence, text.language), anchors)
                sentences.append((place, reading))
            start = stop
    return sentences


def joined(text: Paragraphs, sentences: Sequence[Sentence]) -> Paragraphs:
    return from_readings(tuple(sentence for _, sentence in sentences), text.language)


def _joined(
    sentences_a: Sequence[Sentence], sentences_b: Sequence[Sentence], links: Iterable[tuple[Link, float]]
) -> Iterator[tuple[Link, float]]:
    """Yield the links of paragraphs that have linked sentences, a good part of each."""
    paragraph_links: dict[tuple[int, int], float] = {}
    letters_a, letters_b = Counter[int](), Counter[int]()
    for (numbers_a, numbers_b), probability in links:
        if probability < _AGREE:
            continue
        for sentences, numbers, letters in (
            (sentences_a, numbers_a, letters_a),
            (sentences_b, numbers_b, letters_b),
        ):
            for n in numbers:
                letters[sentences[n][0]] += len(sentences[n][1].text)
        for x in numbers_a:
            for y in numbers_b:
                couple = sentences_a[x][0], sentences_b[y][0]
                paragraph_links[couple] = min(probability, paragraph_links.get(couple, 1.0))
    thin_a, thin_b = _thin(sentences_a, letters_a), _thin(sentences_b, letters_b)
    for (a, b), probability in _components(paragraph_links):
        if thin_a.isdisjoint(a) and thin_b.isdisjoint(b):
            yield (a, b), probability


def _thin(sentences: Sequence[Sentence], linked: Counter[int]) -> set[int]:
    """Return the paragraphs of whose letters too few are in linked sentences."""
    lengths: defaultdict[int, int] = defaultdict(int)
    for place, sentence in sentences:
        lengths[place] += len(sentence.text)
    thin = set[int]()
    for place, letters in lengths.items():
        if linked[place] < _LEAST * letters:
            thin.add(place)
    return thin


def _components(couples: dict[tuple[int, int], float]) -> Iterator[tuple[Link, float]]:
    """Yield what hangs together, with the least probability in it."""
    remaining = dict(sorted(couples.items()))
    while remaining:
        (i, j), least = next(iter(remaining.items()))
        a, b, size = {i}, {j}, 0
        while size < len(a) + len(b):
            size = len(a) + len(b)
            for (x, y), probability in list(remaining.items()):
                if x in a or y in b:
                    a.add(x)
                    b.add(y)
                    least = min(least, probability)
                    del remaining[x, y]
        yield (tuple(sorted(a)), tuple(sorted(b))), least


def _is_possible(link: Link) -> bool:
    """Tell if a link is of a size that is linked, without a gap."""
    a, b = link
    return (len(a), len(b)) in _SIZES and a[-1] - a[0] < len(a) and b[-1] - b[0] < len(b)
