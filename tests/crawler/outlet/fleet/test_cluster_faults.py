"""Six outlets on three machines of a Dask cluster, an object store, and whatever happens to them."""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

import archive
from tests.archive.storage import radosgw
from tests.support.fleet.machines import missing
from tests.support.fleet.newsrooms import NAMES
from tests.support.fleet.town import Cluster
from tests.support.forked import A_WHILE

pytestmark = [] if os.environ.get("TRIPTYCH_FAULTS") else pytest.mark.slow
STORIES = int(os.environ.get("FLEET_STORIES", "20"))
"""Of each outlet; each is three articles."""
MACHINES = (1, 2, 3)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ALLOW_HTTP"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "machine-0"))
    if (why := missing()) or radosgw.missing():
        pytest.skip(f"NOT TESTED: a cluster. {why or f'missing: {radosgw.missing()}'}")
    with Cluster(tmp_path, MACHINES, stories=STORIES) as cluster:
        yield cluster


def a_worker_killed(cluster, number):
    cluster.workers[number].end()


def a_worker_cut_off(cluster, number):
    cluster.machines.cut_off(number)


def the_scheduler_killed(cluster, number):
    cluster.scheduler.kill()


def nothing(cluster, number):
    pass


@pytest.mark.parametrize("fault", [nothing, a_worker_killed, a_worker_cut_off, the_scheduler_killed])
def test_on_three_machines_each_outlet_is_crawled_in_one_place_and_each_article_is_there_once(
    cluster, fault, tally
):
    cluster.wait_for_workers()
    with cluster.crawl_all() as driver:
        cluster.site.wait_until(lambda: min(Counter(cluster.site.clients).values(), default=0) >= 8
                                and len(set(cluster.site.clients)) == len(MACHINES), driver)  # fmt: skip
        victim = 2
        fault(cluster, victim)
        out, _ = driver.communicate(timeout=A_WHILE)
    events = [json.loads(line) for line in out.splitlines()]
    cluster.machines.mend(victim)
    for number in MACHINES:
        cluster.repair(number)
    asked = cluster.asked()
    at_once = [name for name, rows in asked.items() if is_twice_at_once(rows)]
    twice = sum(count - 1 for rows in asked.values() for count in Counter(x[2] for x in rows).values())
    read = archive.open(cluster.uri)
    urls = Counter(
        f"{urlsplit(x).hostname}{urlsplit(x).path}"
        for x in read.articles(columns=["url"]).to_arrow()["url"].to_pylist()
    )
    published = {path for path in cluster.site.answers if "news/" in path}
    versions = len(read.versions())
    machines = {name: sorted({x[1] for x in rows}) for name, rows in asked.items()}
    lasted = max(cluster.site.moments) - min(cluster.site.moments)
    how = f"asked twice {twice}, {lasted:.0f} s, exit {driver.returncode}"
    print(f"\n{fault.__name__}: machines {machines}, {how}")
    for event in events:
        print({name: event[name] for name in event if name not in {"log"}})
    lost = len(published - urls.keys())
    doubled = sum(urls.values()) - len(urls) + versions - len(urls)
    what = fault.__name__.replace("_", " ")
    tally(f"3 machines, {what}; pages asked for twice: {twice}", 1, len(published), lost, doubled, 0)
    assert at_once == []
    assert (lost, doubled, urls.keys() - published) == (0, 0, set())
    assert events[-1]["event"] == "done"
    taken_over = {name for name in NAMES if len(machines[name]) > 1}
    assert bool(taken_over) or fault in {nothing, the_scheduler_killed}


def is_twice_at_once(rows):
    """True where a machine asked for something of an outlet between two requests of another one."""
    spans = {}
    for moment, machine, _ in rows:
        first, _ = spans.get(machine, (moment, moment))
        spans[machine] = (first, moment)
    ordered = sorted(spans.values())
    return any(later[0] <= earlier[1] for earlier, later in pairwise(ordered))


def test_the_reckoning_sees_an_outlet_that_is_crawled_twice_at_once():
    assert not is_twice_at_once([(1, 1, "a"), (2, 1, "b"), (3, 2, "a")])
    assert is_twice_at_once([(1, 1, "a"), (2, 2, "a"), (3, 1, "b")])
