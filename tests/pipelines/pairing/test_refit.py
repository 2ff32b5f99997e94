"""The same stories give the weights that are shipped: `make slow`."""

import hashlib
import json
from pathlib import Path

import pytest

from pipelines.alignment import weights as paragraph_weights
from pipelines.pairing.content import weights
from tests.support.running import python

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("file", [weights.FILE, paragraph_weights.FILE], ids=["pairing", "alignment"])
def test_weights_say_on_which_data_they_are_fitted(file, shared_data):
    stored = json.loads(file.read_text("utf-8"))
    data = (shared_data / "pairs/dev.jsonl").read_bytes()
    assert stored["data_sha256"] == hashlib.sha256(data).hexdigest()
    assert stored["version"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("benchmark", ["pairing", "alignment"])
def test_the_same_data_gives_the_same_weights(benchmark, shared_data):
    run = python(f"benchmarks/{benchmark}.py", "--check", "--data", shared_data / "pairs/dev.jsonl")
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert "what is shipped" in run.stdout
