"""Stories are a function of the articles in the archive, not of the order and the runs in which they came."""

import random
from datetime import timedelta

import pytest

import archive
from pipelines.pairing.run import pair_archive
from tests.pipelines.pairing.test_run import MONDAY, add, article, root

__all__ = ["root"]

DAYS = 6


def told(root):
    """Stories by their ids, and the pairs with their evidence: what a reader sees."""
    read = archive.open(root)
    stories = {}
    for row in read.articles(columns=["url", "story_id"]).to_arrow().to_pylist():
        stories.setdefault(row["story_id"], set()).add(row["url"].partition(".example/")[2])
    names = {row["article_id"]: row["url"] for row in read.articles().to_arrow().to_pylist()}
    pairs = {
        (names[row["article_id_a"]], names[row["article_id_b"]]): (row["evidence"], row["score"])
        for row in read.pairs().to_arrow().to_pylist()
    }
    return {x: sorted(ids) for x, ids in stories.items()}, pairs


def week(seed):
    """Articles by the day of their arrival: twins, late and missing variants, wrong links."""
    rng = random.Random(seed)
    days = [[] for _ in range(DAYS)]
    for day in range(DAYS):
        for number in (10 * day + n for n in range(3)):
            first = MONDAY + timedelta(days=day, hours=rng.randrange(12))
            # 12 combinations of event, place and person: most texts have twins but for two numbers
            twin = rng.choice([number, number, max(0, number - 10)])
            for language in rng.sample(("uk", "ru", "en"), rng.choice((2, 3, 3))):
                at = first + timedelta(hours=rng.choice((0, 2, 9, 30, 60)))
                links = [("uk", rng.choice((number, number, twin)))] if rng.random() < 0.3 else []
                arrival = min(DAYS - 1, (at - MONDAY).days + rng.choice((0, 0, 0, 1, 3)))
                days[arrival].append(article(number, language, at, named=links))
    return days


@pytest.mark.parametrize("seed", range(2))
def test_daily_runs_tell_the_stories_that_one_run_tells(root, tmp_path, seed):
    days = week(seed)
    once = tmp_path / "once"
    add(once, *(x for day in days for x in day))
    pair_archive(str(once))
    for day in days:
        add(root, *day)
        pair_archive(str(root))
    assert told(root) == told(once)
    for each in (root, once):
        assert pair_archive(str(each)).snapshot is None
        pair_archive(str(each), everything=True)
    assert told(root) == told(once)
