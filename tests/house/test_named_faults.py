"""Each fault of tests/mutants/named.toml can be placed, and the tests that see it are there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.mutants.named import named_faults

ROOT = Path(__file__).parents[2]


def test_each_named_fault_can_be_placed() -> None:
    """Where this fails the line was rewritten: write the fault anew, or delete it with its promise."""
    lost = [f"{named.file}: {named.what}" for named in named_faults("") if named.fault(ROOT) is None]
    assert lost == []


def test_each_test_that_sees_a_named_fault_is_there() -> None:
    missing = []
    for named in named_faults(""):
        for node in named.seen_by:
            path, _, test = node.partition("::")
            test = test.split("[")[0].split("::")[-1]
            source = ROOT / path
            if not source.exists() or (test and not re.search(rf"def {test}\(", source.read_text("utf-8"))):
                missing.append(f"{named.what}: {node}")
    assert missing == []


def test_every_package_has_named_faults() -> None:
    """All but the folder of settings and items, and that of commands which only refuse."""
    having = {str(Path(named.file).parent) for named in named_faults("")}
    having |= {"crawler", "crawler/commands/unsupported"}
    packages = set()
    for package in ("archive", "crawler", "pipelines", "triptych"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "__init__.py":
                packages.add(str(path.parent.relative_to(ROOT)))
    assert sorted(packages - having) == []
