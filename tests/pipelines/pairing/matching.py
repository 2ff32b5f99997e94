"""Articles compared as a run of pairing compares them, each outlet for itself."""

from pipelines.pairing.content.compare import compare
from pipelines.similarity.document import read


def match(documents, weights=None):
    """Best pairs with a probability of at least .1."""
    found = []
    for outlet in sorted({each.outlet for each in documents}):
        found += compare([read(each) for each in documents if each.outlet == outlet], weights=weights)
    return tuple(sorted(found, key=lambda each: (each.a_id, each.b_id)))
