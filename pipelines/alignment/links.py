"""Links between paragraphs of two variants that say the same: first in order, then out of order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.contents import Link
from pipelines.alignment.marginals import Marginals, Size, marginals
from pipelines.alignment.omissions import Lone, Side, doubt_counterparts, lone_paragraphs, sides
from pipelines.alignment.paragraph_runs import Weighed, weighable
from pipelines.alignment.paragraphs import Paragraphs
from pipelines.alignment.second_pass import second_pass
from pipelines.alignment.signals import Compared, features
from pipelines.alignment.weights import Weighting, shipped_weighting
from pipelines.similarity.background import expected_ratio
from pipelines.similarity.lexicon import LANGUAGES

Matrix = NDArray[np.float32]

Kind = Literal["aligned", "moved"]
_ONE_ALONE = ((1, 0), (0, 1))
_NEVER = np.float32(-1e9)
SURE_LINK = 0.97
"""Probability below which a link is doubtful: it counts as neither linked nor one-sided."""
_DOUBTFUL = 0.96
_LIKELY = 0.8
"""Probability of links between whose paragraphs no sentences are compared, if they leave none out."""
_ALONE = 0.6
"""Probability of being said nowhere else from which a paragraph has no doubtful link."""


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
    links, alone_a, alone_b = _first_pass(texts, weighting)
    if weighting.omissions is not None:
        links = _with_second_pass(texts.compared, links, weighting)
    lone_a, lone_b = dict(alone_a), dict(alone_b)
    _not_lone(links, lone_a, lone_b)
    in_order, doubtful = list[Link](), list[Link]()
    for link in links:
        if link.kind == "aligned":
            in_order.append((link.a, link.b))
            if link.probability < SURE_LINK:
                doubtful.append((link.a, link.b))
    doubt_counterparts((lone_a, lone_b), in_order, doubtful, texts.letters)
    return links, lone_a, lone_b


def _first_pass(
    texts: Weighed, weighting: Weighting
) -> tuple[list[ParagraphLink], dict[int, Lone], dict[int, Lone]]:
    """Link paragraphs; return the links, and what is known of each paragraph without a sure one.

    A doubtful link gives way to what is likely to be said by one side alone.
    """
    chances = marginals(texts, weighting.path)
    links = linked(texts, weighting, chances)
    if weighting.omissions is None:
        return links, {}, {}
    text_a, text_b = texts.compared.text_a, texts.compared.text_b
    side_a, side_b = outside_sure_links(texts, links, chances)
    lone_a = lone_paragraphs(side_a, text_a, text_b, weighting.omissions.logits)
    lone_b = lone_paragraphs(side_b, text_b, text_a, weighting.omissions.logits)
    links_left: list[ParagraphLink] = []
    for link in links:
        shorter = _without(link, lone_a, lone_b)
        if shorter is not None:
            links_left.append(shorter)
    rest_a, rest_b = dict(lone_a), dict(lone_b)
    _not_lone(links_left, rest_a, rest_b)
    links_left += _passed_over(links_left, rest_a, rest_b)
    return sorted(links_left, key=lambda x: x.a), lone_a, lone_b


def _with_second_pass(
    compared: Compared, links: Sequence[ParagraphLink], weighting: Weighting
) -> list[ParagraphLink]:
    """Replace doubtful links by what the sentences there say."""

    def first_pass(text_a: Paragraphs, text_b: Paragraphs) -> Iterator[tuple[Link, float]]:
        sentences = weighed(text_a, text_b, weighting)
        for x in _first_pass(sentences, weighting)[0]:
            if x.kind == "aligned":
                yield (x.a, x.b), x.probability

    sure, likely = list[Link](), list[Link]()
    for link in links:
        if link.kind == "aligned" and link.probability >= _LIKELY:
            of_link = sure if link.probability >= SURE_LINK else likely
            of_link.append((link.a, link.b))
    for (a, b), probability in second_pass(compared.text_a, compared.text_b, sure, likely, first_pass):
        new = ParagraphLink(a, b, "aligned", round(min(_DOUBTFUL, probability), 4))
        rest: list[ParagraphLink] = []
        is_news = True
        for x in links:
            if {*a}.isdisjoint(x.a) and {*b}.isdisjoint(x.b):
                rest.append(x)
            else:
                is_news = is_news and x.kind == "aligned" and (x.a, x.b) != (a, b)
        if is_news and _is_in_order(new, rest):
            links = [*rest, new]
    return sorted(links, key=lambda x: x.a)


def _not_lone(links: Sequence[ParagraphLink], lone_a: dict[int, Lone], lone_b: dict[int, Lone]) -> None:
    for link in links:
        for lone, places in ((lone_a, link.a), (lone_b, link.b)):
            for place in places:
                lone.pop(place, None)


def _passed_over(
    links: Sequence[ParagraphLink], lone_a: Mapping[int, Lone], lone_b: Mapping[int, Lone]
) -> list[ParagraphLink]:
    """Link what no path has linked although both texts are likely to have it: doubtful links.

    Each of the two is likest to the other, and they stand in the order of the links.
    """
    couples = []
    for i, lone in lone_a.items():
        if lone.nearest in lone_b and lone_b[lone.nearest].nearest == i:
            couples.append((max(lone.confidence, lone_b[lone.nearest].confidence), i, lone.nearest))
    found: list[ParagraphLink] = []
    for confidence, i, j in sorted(couples):
        link = ParagraphLink((i,), (j,), "aligned", round(min(_DOUBTFUL, 1 - confidence), 4))
        if confidence < _ALONE and _is_in_order(link, [*links, *found]):
            found.append(link)
    return found


def _is_in_order(link: ParagraphLink, links: Sequence[ParagraphLink]) -> bool:
    return all((x.a < link.a) == (x.b < link.b) for x in links if x.kind == "aligned")


def likenesses(text: Paragraphs, lines: Paragraphs, weighting: Weighting | None = None) -> Matrix:
    """Return the log-odds that each paragraph says what each of these lines of the other page does."""
    weighting = weighting or shipped_weighting()
    if LANGUAGES.index(text.language) > LANGUAGES.index(lines.language):
        logits = weighting.logits(features(_compared(lines, text))).T
    else:
        logits = weighting.logits(features(_compared(text, lines)))
    return np.asarray(logits[: text.singles, : lines.singles])


def _compared(text_a: Paragraphs, text_b: Paragraphs) -> Compared:
    return Compared.of(text_a, text_b, expected_ratio(text_a.language, text_b.language))


def outside_sure_links(
    texts: Weighed, links: Sequence[ParagraphLink], chances: Marginals
) -> tuple[Side, Side]:
    """Return the paragraphs of a and of b without a sure link, with what is known of them."""
    in_order, out_of_order = list[Link](), list[Link]()
    for link in links:
        if link.probability >= SURE_LINK:
            sure_links = in_order if link.kind == "aligned" else out_of_order
            sure_links.append((link.a, link.b))
    return sides(texts, in_order, out_of_order, chances)


def _without(
    link: ParagraphLink, lone_a: Mapping[int, Lone], lone_b: Mapping[int, Lone]
) -> ParagraphLink | None:
    """Take from a link what is likely to be alone; None if nothing is left, or a gap inside."""
    a, b = _not_alone(link.a, lone_a), _not_alone(link.b, lone_b)
    if not a or not b or a[-1] - a[0] >= len(a) or b[-1] - b[0] >= len(b):
        return None
    return replace(link, a=a, b=b)


def _not_alone(places: tuple[int, ...], lone: Mapping[int, Lone]) -> tuple[int, ...]:
    places_left: tuple[int, ...] = ()
    for place in places:
        if place not in lone or lone[place].confidence < _ALONE:
            places_left += (place,)
    return places_left


def weighed(text_a: Paragraphs, text_b: Paragraphs, weighting: Weighting) -> Weighed:
    compared = _compared(text_a, text_b)
    logits = weighting.logits(features(compared))
    runs = weighting.runs
    runs_by_size = weighable(compared, logits) if runs is not None else ()
    return Weighed(
        logits,
        text_a.singles,
        text_b.singles,
        (
            text_a.letters[: text_a.singles],
            text_b.letters[: text_b.singles] * np.float32(np.exp(compared.expected)),
        ),
        tuple((size, places, runs.logits(rows)) for size, places, rows in runs_by_size)
        if runs is not None
        else (),
        compared,
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


def best_path(gains: Mapping[Size, Matrix]) -> list[tuple[int, int, int, int]]:
    """Return the links whose gains have the largest sum, in order.

    A link is (first paragraph of a, how many, first of b, how many). `gains` has, for each number of
    paragraphs of a and of b that a link may take, the gain of the link from paragraph i of a and j of b on;
    (1, 1) must be there. A paragraph without a link gains nothing, so no link has a gain below 0. The time
    grows with the product of the two lengths.
    """
    n, m = gains[1, 1].shape
    # a size that gains nowhere costs no step
    sizes = [size for size, gain in gains.items() if gain.size and gain.max() > 0]
    steps = (*_ONE_ALONE, *sizes)
    by_diagonal = [_by_diagonal(gains[size], n, m, *size) for size in sizes]
    steps_taken = np.zeros((n + m + 1, n + 1), dtype=np.int8)
    never = np.full(n + 1, _NEVER, dtype=np.float32)
    # the best sum at each place of the last diagonals, by row; the last one first
    last = [never] * max(down + right for down, right in steps)
    last[0] = never.copy()
    last[0][0] = 0
    options = np.full((len(steps), n + 1), _NEVER, dtype=np.float32)
    # places beyond the end of b get sums too, but no path leads back from there
    for diagonal in range(1, n + m + 1):
        options[0, 1:] = last[0][:-1]
        options[1] = last[0]
        for place, ((down, right), gain) in enumerate(zip(sizes, by_diagonal, strict=True), len(_ONE_ALONE)):
            before = last[down + right - 1]
            np.add(before[: n + 1 - down], gain[diagonal, down:], out=options[place, down:])
        steps_taken[diagonal] = options.argmax(axis=0)
        last = [options.max(axis=0), *last[:-1]]
    links = []
    i_at, j_at = n, m
    while i_at or j_at:
        down, right = steps[steps_taken[i_at + j_at, i_at]]
        i_at, j_at = i_at - down, j_at - right
        if down and right:
            links.append((i_at, down, j_at, right))
    return links[::-1]


def _by_diagonal(gain: Matrix, n: int, m: int, down: int, right: int) -> Matrix:
    """Return gains by the diagonal i + j and the row i where a step ends; _NEVER where there is none."""
    turned = np.full((n + m + 1, n + 1), _NEVER, dtype=np.float32)
    i, j = np.indices(gain.shape)
    turned[i + down + j + right, i + down] = gain
    return turned
