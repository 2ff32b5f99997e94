"""What a commit counted of its own, beside what its caller did."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive.plan import Plan


def counted(plans: Iterable[Plan], counters: Counter[str]) -> Iterator[Plan]:
    """The same plans, each added to the counters as it is handed on."""
    for planned in plans:
        counters.update(_count(planned))
        yield planned


def _count(planned: Plan) -> Counter[str]:
    own = Counter(f"archive/{look.outcome}" for look in planned.reading.looks)
    own["archive/articles_new"] = sum(1 for x in planned.reading.drafts if x not in planned.reading.stored)
    own["archive/versions_new"] = sum(len(drafts) for drafts in planned.reading.drafts.values())
    own["archive/pairs_decided"] = len(planned.pairs)
    own["archive/stories_written"] = len(planned.stories)
    own["archive/versions_reread"] = len(planned.rereadings.rows)
    own["archive/refusals_recorded"] = len(planned.refusals)
    own["archive/alignments_made"] = len(
        {(x.article_id_a, x.article_id_b) for _, x in planned.alignments.new}
    )
    own.update({f"archive/pairs_refused/{reason}": number for reason, number in planned.refused.items()})
    return own
