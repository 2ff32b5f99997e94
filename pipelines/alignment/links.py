"""Links between paragraphs of two variants that say the same: first in order, then out of order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.marginals import Marginals, marginals
from pipelines.alignment.omissions import Lone, Side, lone_paragraphs, sides
from pipelines.alignment.paragraph_runs import Weighed, weighable
from pipelines.alignment.paragraphs import Paragraphs
from pipelines.alignment.path import best_path
from pipelines.alignment.signals import Compared, features
from pipelines.alignment.weights import Weighting, shipped_weighting
from pipelines.similarity.background import shipped_lengths
from pipelines.similarity.lexicon import LANGUAGES

Matrix = NDArray[np.float32]

Kind = Literal["aligned", "moved"]


@dataclass(frozen=True, slots=True)
class ParagraphLink:
    """Linked paragraphs, by their place among those compared, and the probability that they say the same."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    kind: Kind
    probability: float


def find_links(
    text_a: Paragraphs, text_b: Paragraphs, weighting: Weighting | None = None
) -> list[ParagraphLink]:
    """Return the links in the order of `text_a`; each paragraph is in at most one.

    Those without a link are not judged: pairing compares passages of each candidate and asks for links alone.
    """
    if LANGUAGES.index(text_a.language) > LANGUAGES.index(text_b.language):
        turned = (
            ParagraphLink(x.b, x.a, x.kind, x.probability) for x in find_links(text_b, text_a, weighting)
        )
        return sorted(turned, key=lambda x: x.a)
    weighting = weighting or shipped_weighting()
    texts = weighed(text_a, text_b, weighting)
    return linked(texts, weighting, marginals(texts, weighting.path))


def find_links_and_lone(
    text_a: Paragraphs, text_b: Paragraphs, weighting: Weighting | None = None
) -> tuple[list[ParagraphLink], dict[int, Lone], dict[int, Lone]]:
    """Return the links in the order of `text_a`, and the paragraphs of both without a link."""
    if LANGUAGES.index(text_a.language) > LANGUAGES.index(text_b.language):
        back, lone_b, lone_a = find_links_and_lone(text_b, text_a, weighting)
        turned = (ParagraphLink(x.b, x.a, x.kind, x.probability) for x in back)
        return sorted(turned, key=lambda x: x.a), lone_a, lone_b
    weighting = weighting or shipped_weighting()
    texts = weighed(text_a, text_b, weighting)
    chances = marginals(texts, weighting.path)
    links = linked(texts, weighting, chances)
    if weighting.omissions is None:
        return links, {}, {}
    a, b = alone(texts, links, chances)
    return (
        links,
        lone_paragraphs(a, weighting.omissions.logits),
        lone_paragraphs(b, weighting.omissions.logits),
    )


def alone(texts: Weighed, links: Sequence[ParagraphLink], chances: Marginals) -> tuple[Side, Side]:
    """Return the paragraphs of a and of b without a link, with what is known of them."""
    in_order = [(x.a, x.b) for x in links if x.kind == "aligned"]
    return sides(texts, in_order, [(x.a, x.b) for x in links if x.kind == "moved"], chances)


def weighed(text_a: Paragraphs, text_b: Paragraphs, weighting: Weighting) -> Weighed:
    expected = shipped_lengths()[f"{text_a.language}-{text_b.language}"]
    compared = Compared.of(text_a, text_b, expected)
    logits = weighting.logits(features(compared))
    runs = weighting.runs
    runs_by_size = weighable(compared, logits) if runs is not None else ()
    return Weighed(
        logits,
        text_a.singles,
        text_b.singles,
        (text_a.letters[: text_a.singles], text_b.letters[: text_b.singles] * np.float32(np.exp(expected))),
        tuple((size, places, runs.logits(rows)) for size, places, rows in runs_by_size)
        if runs is not None
        else (),
        compared.had,
    )


def linked(texts: Weighed, weighting: Weighting, chances: Marginals) -> list[ParagraphLink]:
    """Find links in order first, then out of order.

    The links in order are chosen so that the most paragraphs are expected to be right.
    """
    of_a, of_b = (np.append(0.0, np.cumsum(side)) for side in chances.alone)
    gains = {
        (down, right): (
            (down + right) * chance
            - (of_a[down:] - of_a[:-down])[:, None]
            - (of_b[right:] - of_b[:-right])[None, :]
        ).astype(np.float32)
        for (down, right), chance in chances.links.items()
    }
    in_order = [
        ParagraphLink(
            tuple(range(i, i + down)),
            tuple(range(j, j + right)),
            "aligned",
            round(float(chances.links[down, right][i, j]), 4),
        )
        for i, down, j, right in best_path(gains)
    ]
    out_of_order = _moved(texts.logits[: texts.n, : texts.m], in_order, weighting.elsewhere)
    return sorted([*in_order, *out_of_order], key=lambda x: x.a)


def _moved(logits: Matrix, in_order: list[ParagraphLink], least: float) -> list[ParagraphLink]:
    """Link paragraphs that are still free, the likeliest first."""
    free = logits.copy()
    free[[i for x in in_order for i in x.a], :] = -np.inf
    free[:, [j for x in in_order for j in x.b]] = -np.inf
    links = []
    while free.size and (best := int(free.argmax())) >= 0:
        i, j = divmod(best, free.shape[1])
        if free[i, j] < least:
            break
        links.append(ParagraphLink((i,), (j,), "moved", _probability(free[i, j])))
        free[i, :] = -np.inf
        free[:, j] = -np.inf
    return links


def _probability(logit: np.float32) -> float:
    return round(float(1 / (1 + np.exp(-logit))), 4)
