"""Probabilities of links and of paragraphs alone, against a sum over every alignment."""

from itertools import product

import numpy as np
import pytest

from pipelines.alignment.marginals import NEVER, of_gains

SIZES = ((1, 1), (2, 1), (1, 2), (3, 1), (2, 2))


def alignments(n, m, at=(0, 0)):
    """Yield every set of links in order; what no link has is alone, in whatever order it is met."""
    yield frozenset()
    for i, j, (down, right) in product(range(at[0], n), range(at[1], m), SIZES):
        if i + down <= n and j + right <= m:
            for rest in alignments(n, m, (i + down, j + right)):
                yield rest | {(down, right, i, j)}


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 2), (2, 4), (3, 3)])
def test_as_if_all_were_counted(n, m):
    chance = np.random.default_rng(n * 7 + m)
    gains = {x: chance.normal(size=(n - x[0] + 1, m - x[1] + 1)) for x in SIZES if x[0] <= n and x[1] <= m}
    gains[1, 1][0, 0] = NEVER
    a, b = chance.normal(size=n), chance.normal(size=m)
    weights = {}
    for found in set(alignments(n, m)):
        taken_a = {i + x for down, _, i, _ in found for x in range(down)}
        taken_b = {j + y for _, right, _, j in found for y in range(right)}
        of_links = sum(gains[down, right][i, j] for down, right, i, j in found)
        alone = sum(a[i] for i in range(n) if i not in taken_a) + sum(
            b[j] for j in range(m) if j not in taken_b
        )
        weights[found] = (np.exp(of_links + alone), taken_a, taken_b)
    whole = sum(weight for weight, _, _ in weights.values())
    known = of_gains(gains, a, b)
    assert known.evidence == pytest.approx(np.log(whole))
    for (down, right), chances in known.links.items():
        for i, j in np.ndindex(chances.shape):
            right_ones = sum(w for found, (w, _, _) in weights.items() if (down, right, i, j) in found)
            assert chances[i, j] == pytest.approx(right_ones / whole, abs=1e-9)
    for side, count in ((0, n), (1, m)):
        for place in range(count):
            without = sum(x[0] for x in weights.values() if place not in x[1 + side])
            assert known.alone[side][place] == pytest.approx(without / whole, abs=1e-9)
