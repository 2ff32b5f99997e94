"""An article as the scores see it: n-grams of its sounds, meanings, numbers and names in their order."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archive.addresses import plain_url
from pipelines.similarity.anchors import Anchor, anchors_of, numbers_and_names
from pipelines.similarity.counts import Counted, counts_of
from pipelines.similarity.folding import fold
from pipelines.similarity.lexicon import meanings, places_of

Counts = NDArray[np.float32]

Kind = Literal["video", "image", "link"]
"""Of a trace."""

_READ = 20_000
"""Characters of an article that are read; a long one is recognised well before its end."""
_PART_BITS = 16
"""Bits beside the hash of an n-gram for the number of its part."""
_NAME = re.compile(r"\b[A-ZА-ЯЄІЇҐЁ][^\W\d_]+(?:['’ʼ][^\W\d_]+)?")
_SIZE = re.compile(r"(?<=[/_.-])\d{2,4}x\d{2,4}(?=[/_.-])")
"""`650x434` in an address of a picture: the same picture in another size."""


@dataclass(frozen=True, slots=True)
class Document:
    """The parts of an article that scoring needs; `at` is the time of publication, None if unknown."""

    article_id: str
    outlet: str
    language: str
    headline: str
    body: str
    at: datetime | None = None
    traces: "frozenset[Trace]" = frozenset()


@dataclass(frozen=True, slots=True)
class ArticleReading:
    document: Document
    ngrams: NDArray[np.uint32]
    """Hashes of the distinct 3-, 4- and 5-grams, sorted."""
    counts: NDArray[np.float32]
    """Occurrences of each n-gram, in the order of `ngrams`."""
    meanings: dict[int, int]
    """Occurrences of each meaning, by its line in lexicon.txt."""
    anchors: tuple[Anchor, ...]
    """Anchors in the order of the text."""
    letters: int
    digits: tuple[Anchor, ...] = ()
    """Single digits with what they may count."""
    counted: Counted = field(default_factory=dict)
    """What is counted, with the keys of its numbers."""
    places: tuple[Anchor, ...] = ()
    """Known towns and regions, each once."""


@dataclass(frozen=True, slots=True)
class PartReading:
    """A passage of an article, or a paragraph."""

    text: str
    folded: str
    meanings: dict[int, int]
    anchors: tuple[Anchor, ...]


def text_of(document: Document) -> str:
    """Return headline and body, as far as they are read."""
    return f"{document.headline}\n{document.body}"[:_READ]


def read(document: Document) -> ArticleReading:
    text = text_of(document)
    anchors = tuple(numbers_and_names(text, document.language))
    reading = _read(document, text, tuple(x for x in anchors if len(x.key) > 1))
    digits, counted = counts_of(text, document.language, anchors)
    return replace(reading, digits=digits, counted=counted, places=_places(text, document.language))


def _places(text: str, language: str) -> tuple[Anchor, ...]:
    places: dict[str, Anchor] = {}
    for name in dict.fromkeys(_NAME.findall(text)):
        for line in places_of(language, name):
            places.setdefault(f"@{line}", Anchor(f"@{line}", name, text.find(name) / max(1, len(text))))
    return tuple(places.values())


def read_parts(article: ArticleReading, ends: Sequence[int]) -> tuple[PartReading, ...]:
    """Cut an article after these character offsets of its text; the last one is its end."""
    text, language = text_of(article.document), article.document.language
    at = [round(x.position * len(text)) for x in article.anchors]
    cuts = [0, *(bisect_left(at, end) for end in ends)]
    parts = [article.anchors[start:end] for start, end in pairwise(cuts)]
    return tuple(
        _part(text[start:end], language, anchors)
        for (start, end), anchors in zip(pairwise([0, *ends]), parts, strict=True)
    )


def read_part(text: str, language: str) -> PartReading:
    """Read a paragraph, whose first word may be no name."""
    return _part(text, language, anchors_of(text, language))


def _part(text: str, language: str, anchors: tuple[Anchor, ...]) -> PartReading:
    return PartReading(text, fold(text), meanings(text, language), anchors)


def _read(document: Document, text: str, anchors: tuple[Anchor, ...]) -> ArticleReading:
    folded = fold(text)
    hashes = [ngram_hashes for _, ngram_hashes in _hashes(_letters([folded]))]
    ngrams, counts = np.unique(np.concatenate(hashes).astype(np.uint32), return_counts=True)
    return ArticleReading(
        document, ngrams, counts.astype(np.float32), meanings(text, document.language), anchors, len(folded)
    )


def ngrams_of_parts(parts: Sequence[PartReading]) -> tuple[NDArray[np.uint32], NDArray[np.int64], Counts]:
    """Return the n-grams of all parts, sorted; and of each part that has one its place, in their order.

    The second array has the places among the n-grams and the parts, a row each; the third how often.
    """
    letters = _letters([part.folded for part in parts])
    lengths = [len(part.folded) + 2 for part in parts]
    owners = np.repeat(np.arange(len(parts), dtype=np.uint64), lengths)
    letters_to_the_end = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))
    owned_hashes = []
    for n, hashes in _hashes(letters):
        # none reaches into the next part
        inside = np.flatnonzero(letters_to_the_end[: len(hashes)] >= n)
        owned_hashes.append(hashes[inside] << np.uint64(_PART_BITS) | owners[inside])
    sorted_hashes = np.sort(np.concatenate(owned_hashes))
    begins = np.flatnonzero(_is_another(sorted_hashes))
    counts = np.diff(np.append(begins, len(sorted_hashes))).astype(np.float32)
    keys = (sorted_hashes[begins] >> np.uint64(_PART_BITS)).astype(np.uint32)
    first = _is_another(keys)
    of_part = (sorted_hashes[begins] & np.uint64((1 << _PART_BITS) - 1)).astype(np.int64)
    return keys[first], np.stack([np.cumsum(first) - 1, of_part]), counts


def _is_another(values: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
    """Return a mask of the values that are not those before them."""
    is_new = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_new[1:])
    return is_new


def _letters(folded: Sequence[str]) -> NDArray[np.uint64]:
    return np.frombuffer("".join(f" {x} " for x in folded).encode("ascii"), dtype=np.uint8).astype(np.uint64)


def _hashes(letters: NDArray[np.uint64]) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """Yield n and the hashes, of 32 bits, of all n-grams, by the place of their first letter."""
    rolling = letters
    for n in range(2, 6):
        rolling = rolling[:-1] * np.uint64(1_000_003) + letters[n - 1 :]
        if n >= 3:
            # the high half of the product depends on all letters
            yield n, (rolling * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)


@dataclass(frozen=True, slots=True, order=True)
class Trace:
    kind: Kind
    key: str
    """Address in its one spelling, without the size of a picture."""


def traces(image: str | None, media: Iterable[Mapping[str, str]], links: Iterable[str]) -> frozenset[Trace]:
    """Return the traces of the columns `image_url`, `media` and `outbound_links`."""
    page_traces = {_trace(medium["kind"], medium["url"]) for medium in media}
    page_traces |= {_trace("link", url) for url in links}
    return frozenset(page_traces | ({_trace("image", image)} if image else set()))


def _trace(kind: str, url: str) -> Trace:
    if kind == "video":
        return Trace("video", plain_url(url))
    if kind == "image":
        # a query says the size or the age of a picture
        return Trace("image", _SIZE.sub("", plain_url(url.partition("?")[0])))
    return Trace("link", plain_url(url))
