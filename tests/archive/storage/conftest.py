import os
import uuid

import pytest

from archive.storage.object_store import Store
from tests.archive.storage import servers
from tests.archive.storage.cuts import Cuts
from tests.support import side_by_side

BUCKET = "tests"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with servers.running(side_by_side.shared_folder(tmp_path_factory) / "s3") as facts:
        servers.create_bucket(facts, BUCKET)
        yield facts


@pytest.fixture
def keys(server, monkeypatch, tmp_path):
    """The environment of one machine."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server["access"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server["secret"])
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "machine-1"))


@pytest.fixture
def machine(keys, monkeypatch, tmp_path):
    """From here on the test is on another machine: `machine(2)`. Returns what to add to an environment."""

    def switch(number):
        monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / f"machine-{number}"))
        return {"TRIPTYCH_CACHE": str(tmp_path / f"machine-{number}")}

    return switch


@pytest.fixture
def uri(keys):
    return f"s3://{BUCKET}/{uuid.uuid4().hex}/news"


@pytest.fixture
def store(uri):
    """What is there, past the archive."""
    return Store(uri)


@pytest.fixture
def cuts(server, monkeypatch):
    """A connection to the server that can be cut."""
    with Cuts(server["endpoint"]) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        yield between
