"""Six outlets on three machines of a Dask cluster, an object store, and whatever happens to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from urllib.parse import urlsplit
from uuid import uuid4

import pyarrow.fs
import pytest

import archive
from tests.archive.storage import radosgw, servers
from tests.newsrooms.herald import PREFIX, XML, page
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import Page
from tests.support.fleet.machines import Forwarder, Machines, Service, dask, missing
from tests.support.fleet.newsrooms import NAMES
from tests.support.forked import A_WHILE, ROOT

pytestmark = [] if os.environ.get("TRIPTYCH_FAULTS") else pytest.mark.slow
STORIES = int(os.environ.get("FLEET_STORIES", "20"))
"""Of each outlet; each is three articles."""
DELAY = 0.5
"""Seconds between two requests, so that faults come in the middle of crawls."""
MACHINES = (1, 2, 3)
SCHEDULE = '[schedule]\nevery = "1d"\nrevisit_after = "never"\n'


class Cluster:
    """A scheduler and three workers, the newsroom they crawl, and the store they write to."""

    def __init__(self, stack, folder):
        if (why := missing()) or radosgw.missing():
            pytest.skip(f"NOT TESTED: a cluster. {why or f'missing: {radosgw.missing()}'}")
        self._folder = folder
        facts = stack.enter_context(servers.running(folder / "s3"))
        self.machines = stack.enter_context(Machines(len(MACHINES)))
        host, _, port = facts["endpoint"].rpartition("//")[2].partition(":")
        store = stack.enter_context(Forwarder(self.machines.here, (host, int(port))))
        pyarrow.fs.S3FileSystem(
            endpoint_override=facts["endpoint"],
            access_key=facts["access"],
            secret_key=facts["secret"],
            scheme="http",
            region="us-east-1",
            allow_bucket_creation=True,
        ).create_dir("fleet")
        self.uri = f"s3://fleet/{uuid4().hex}/news"
        self.site = stack.enter_context(Site(address=self.machines.internet))
        self._publish()
        (folder / "triptych.toml").write_text(SCHEDULE)
        self._environment = {
            "AWS_ENDPOINT_URL": f"http://{self.machines.here}:{store.port}",
            "AWS_ACCESS_KEY_ID": facts["access"],
            "AWS_SECRET_ACCESS_KEY": facts["secret"],
            "AWS_ALLOW_HTTP": "true",
            "FLEET_PORT": str(self.site.port),
            "TRIPTYCH_CONFIG": str(folder / "triptych.toml"),
            "TRIPTYCH_PAIR_SECONDS": "0",
        }
        os.environ.update({k: v for k, v in self._environment.items() if k.startswith("AWS_")})
        with Forwarder(self.machines.here, ("127.0.0.1", 9)) as free:
            self.address = f"tcp://{self.machines.here}:{free.port}"
        self.scheduler = stack.enter_context(
            Service(
                dask("scheduler", "--host", self.machines.here, "--port", str(free.port), "--no-dashboard"),
                self._environment,
                folder / "scheduler.log",
            )
        )
        self.workers = {number: stack.enter_context(self._worker(number)) for number in MACHINES}

    def _worker(self, number):
        options = ("--nthreads", "1", "--host", self.machines.address(number), "--no-dashboard")
        place = ("--local-directory", str(self._folder / f"dask-{number}"))
        return Service(
            dask("worker", self.address, *options, *place),
            self.on(number),
            self._folder / f"worker-{number}.log",
            machine=self.machines.name(number),
        )

    def on(self, number):
        """The environment of a machine."""
        own = {"TRIPTYCH_CACHE": f"machine-{number}", "TRIPTYCH_LOGS_FOLDER": f"logs-{number}"}
        return self._environment | {name: str(self._folder / place) for name, place in own.items()}

    def _publish(self):
        published = Page("uk").published
        for name in NAMES:
            base = f"http://{name}.example:{self.site.port}"
            for language, prefix in PREFIX.items():
                for number in range(STORIES):
                    text = page(number, language, published).replace("herald.example", f"{name}.example")
                    self.site[f"{name}.example/{prefix}news/{number}"] = text
            entries = "".join(f"<url><loc>{base}/news/{n}</loc></url>" for n in range(STORIES))
            listed = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
            self.site[f"{name}.example/sitemap.xml"] = Answer(listed.encode(), headers=XML)

    def crawl_all(self):
        """The driver, on this machine."""
        pins = ",".join(f"{name}.example={self.machines.internet}" for name in NAMES)
        settings = {
            "SPIDER_MODULES": "tests.support.fleet.newsrooms",
            "RESOLVE_TO": pins,
            "DOWNLOAD_DELAY": str(DELAY),
            "AUTOTHROTTLE_ENABLED": "False",
            "EXTRACTION_PROCESSES": "1",
            "OPT_OUT_FILES": "False",
            "ARCHIVE_URI": self.uri,
        }
        given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        with (self._folder / "driver.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "scrapy", "crawl_all", *given, "--engine", f"dask={self.address}"],
                cwd=ROOT,
                env={**os.environ, **self.on(0)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_for_workers(self):
        program = "import sys; from distributed import Client; Client(sys.argv[1]).wait_for_workers(3, 600)"
        subprocess.run([sys.executable, "-c", program, self.address], check=True, timeout=A_WHILE)

    def repair(self, number):
        """What a machine still has on its disk comes into the archive."""
        command = [sys.executable, "-m", "archive", "repair", "--archive", self.uri]
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.on(number)}, check=True, capture_output=True
        )

    def asked(self):
        """Of each outlet the time and the machine of each request for an article, in order."""
        found = {name: [] for name in NAMES}
        for request, moment, client in zip(
            self.site.requests, self.site.moments, self.site.clients, strict=True
        ):
            host, _, path = request.partition("/")
            if "news/" in path:
                found[host.partition(".")[0]].append((moment, self.machines.number(client), path))
        return found


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ALLOW_HTTP"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "machine-0"))
    with ExitStack() as stack:
        yield Cluster(stack, tmp_path)


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
