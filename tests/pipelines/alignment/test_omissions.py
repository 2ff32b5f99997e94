"""What is known of a paragraph without a sure link, against its definition, paragraph by paragraph."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.alignment.links import weighed
from pipelines.alignment.marginals import marginals
from pipelines.alignment.omissions import DOUBTFUL, OMISSION_NAMES, Lone, sides
from pipelines.alignment.paragraphs import prepared
from pipelines.alignment.records import _doubt_likest
from pipelines.alignment.weights import shipped_weighting

UK = ["Міст закрито.", "Рух змінять.", "Чекали довго.", "Була повінь.", "Поліція просить.", "Усе."]
EN = ["The bridge is shut.", "Traffic will change.", "A long wait.", "It was flooded.", "Police ask."]
LINKS = [((0, 1), (0,)), ((4,), (3,))]


@pytest.mark.parametrize("seed", range(6))
def test_features_of_the_place_of_a_paragraph(seed):
    weighting, chance = shipped_weighting(), np.random.default_rng(seed)
    texts = weighed(prepared(UK, "uk"), prepared(EN, "en"), weighting)
    n, m = len(UK), len(EN)
    texts = replace(texts, logits=chance.normal(size=(2 * n - 1, 2 * m - 1)).astype(np.float32))
    links, known = LINKS[: seed % 3], marginals(texts, weighting.path)
    turned = [(b, a) for a, b in links]
    for side, logits, x, y, of_side in zip(
        sides(texts, links, [], known),
        (texts.logits, texts.logits.T),
        (n, m),
        (m, n),
        (links, turned),
        strict=True,
    ):
        taken, partners = ({place for link in of_side for place in link[way]} for way in (0, 1))
        assert side.places == [place for place in range(x) if place not in taken]
        for row, place, nearest in zip(side.features, side.places, side.nearest, strict=True):
            values = dict(zip(OMISSION_NAMES, row.tolist(), strict=True))
            assert nearest == logits[place, :y].argmax()
            assert values["like one"] == logits[place, :y].max()
            pairs = [logits[x + pair, :y].max() for pair in (place - 1, place) if 0 <= pair < x - 1]
            assert values["like two"] == max(logits[place, y:].max(), *pairs)
            beside = [b for a, b in of_side if place in {a[0] - 1, a[-1] + 1}]
            assert values["like what is beside"] == any(nearest in b for b in beside)
            free = [other for other in range(y) if other not in partners]
            assert values["like one that is free"] == logits[place, free].max()
            after = max((b[-1] for a, b in of_side if a[0] < place), default=-1)
            before = min((b[0] for a, b in of_side if a[0] > place), default=y)
            in_gap = sum(after < other < before for other in free)
            assert values["free in its gap"] == pytest.approx(np.log1p(in_gap))


@pytest.mark.parametrize(("confidence", "doubted"), [(0.84, True), (0.9, False)])
def test_two_passages_that_are_likest_to_each_other_are_doubted_where_either_is_in_doubt(confidence, doubted):
    lone_a, lone_b = {0: Lone(0.95, 1)}, {1: Lone(confidence, 0)}
    _doubt_likest(lone_a, lone_b, [])
    assert (lone_a[0].confidence == DOUBTFUL) is doubted
