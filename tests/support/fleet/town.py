"""Outlets on the machines of a Dask cluster, and an object store."""

import os
import subprocess
import sys
from contextlib import ExitStack
from uuid import uuid4

from tests.archive.storage import servers
from tests.archive.storage.radosgw import free_ports
from tests.newsrooms.herald import PREFIX, XML, page
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import Page
from tests.support.fleet.machines import Forwarder, Machines, Service, dask
from tests.support.fleet.newsrooms import NAMES
from tests.support.forked import ROOT

DELAY = 0.5
"""Seconds between two requests, so that faults come in the middle of crawls."""
SCHEDULE = '[schedule]\nevery = "1d"\nrevisit_after = "never"\n'


class Cluster:
    """A scheduler and its workers, the newsroom they crawl, and the store they write to."""

    def __init__(
        self, folder, machines, *, names=NAMES, stories=20, store=None, environment=None, driver="scrapy"
    ):
        """`store`: the folder of an object store that others use too; `environment`: of all processes;
        `driver`: the module that runs a command of Scrapy's."""
        self._folder, self.numbers, self._names, self._stories = folder, machines, names, stories
        self._store = store or folder / "s3"
        self._more = environment or {}
        self._driver = driver
        self._stack = ExitStack()

    def __enter__(self):
        with self._stack:
            self._begin(self._stack)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _begin(self, stack):
        folder = self._folder
        facts = stack.enter_context(servers.running(self._store))
        self.machines = stack.enter_context(Machines(len(self.numbers)))
        host, _, port = facts["endpoint"].rpartition("//")[2].partition(":")
        store = stack.enter_context(Forwarder(self.machines.here, (host, int(port))))
        servers.create_bucket(facts, "fleet")
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
            **self._more,
        }
        os.environ.update({k: v for k, v in self._environment.items() if k.startswith("AWS_")})
        (port,) = free_ports(1)
        self.address = f"tcp://{self.machines.here}:{port}"
        self.scheduler = stack.enter_context(
            Service(
                dask("scheduler", "--host", self.machines.here, "--port", str(port), "--no-dashboard"),
                self._environment,
                folder / "scheduler.log",
            )
        )
        self.workers = {}
        for number in self.numbers:
            self.start(number)
        self.renew()

    def renew(self):
        """Begin another archive; what was requested before counts no more."""
        self.uri = f"s3://fleet/{uuid4().hex}/news"
        self._since = len(self.site.requests)

    def start(self, number):
        """Start the worker of a machine."""
        options = ("--nthreads", "1", "--host", self.machines.address(number), "--no-dashboard")
        place = ("--local-directory", str(self._folder / f"dask-{number}"))
        self.workers[number] = self._stack.enter_context(
            Service(
                dask("worker", self.address, *options, *place),
                self.on(number),
                self._folder / f"worker-{number}.log",
                machine=self.machines.name(number),
            )
        )

    def on(self, number):
        """The environment of a machine."""
        own = {"TRIPTYCH_CACHE": f"machine-{number}", "TRIPTYCH_LOGS_FOLDER": f"logs-{number}"}
        return self._environment | {name: str(self._folder / place) for name, place in own.items()}

    def _publish(self):
        published = Page("uk").published
        for name in self._names:
            base = f"http://{name}.example:{self.site.port}"
            for language, prefix in PREFIX.items():
                for number in range(self._stories):
                    text = page(number, language, published).replace("herald.example", f"{name}.example")
                    self.site[f"{name}.example/{prefix}news/{number}"] = text
            entries = "".join(f"<url><loc>{base}/news/{n}</loc></url>" for n in range(self._stories))
            listed = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
            self.site[f"{name}.example/sitemap.xml"] = Answer(listed.encode(), headers=XML)

    def crawl_all(self):
        """The driver, on this machine."""
        pins = ",".join(f"{name}.example={self.machines.internet}" for name in self._names)
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
        program = [sys.executable, "-m", self._driver, "crawl_all"]
        with (self._folder / "driver.log").open("wb") as log:
            return subprocess.Popen(
                [*program, *given, *self._names, "--engine", f"dask={self.address}"],
                cwd=ROOT,
                env={**os.environ, **self.on(0)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_for_workers(self):
        from distributed import Client  # half a second to load

        with Client(self.address, timeout=600, set_as_default=False) as client:
            client.wait_for_workers(len(self.numbers), 600)

    def repair(self, number):
        """What a machine still has on its disk comes into the archive."""
        command = [sys.executable, "-m", "archive", "repair", "--archive", self.uri]
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.on(number)}, check=True, capture_output=True
        )

    def asked(self):
        """Of each outlet the time and the machine of each request for an article, in order."""
        found = {name: [] for name in self._names}
        site = self.site
        rows = [*zip(site.requests, site.moments, site.clients, strict=False)]
        for request, moment, client in rows[self._since :]:
            host, _, path = request.partition("/")
            if "news/" in path:
                found[host.partition(".")[0]].append((moment, self.machines.number(client), path))
        return found
