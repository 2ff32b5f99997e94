"""Faults with a name, of `named.toml`: lines that hold a promise, each left out or turned round."""

from __future__ import annotations

import ast
import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    path: str
    line: int
    kind: str
    code: str
    """The whole file with the fault in it."""
    tests: tuple[str, ...] = ()
    """Tests that are to see it; without any those that run its line are asked."""

    def diff(self, before: str) -> str:
        lines = difflib.unified_diff(before.splitlines(), self.code.splitlines(), lineterm="", n=2)
        return "\n".join(f"    {line}" for line in list(lines)[3:])


@dataclass(frozen=True)
class Named:
    what: str
    file: str
    before: str
    seen_by: list[str]
    after: str = ""

    def fault(self, checkout: Path) -> Fault | None:
        """None where the file does not say once what is to be altered."""
        code = (checkout / self.file).read_text()
        if code.count(self.before) != 1:
            return None
        altered = code.replace(self.before, self.after)
        if self.file.endswith(".py"):
            ast.parse(altered)
        pairs = zip(self.before, self.after, strict=False)
        unaltered = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        line = code.count("\n", 0, code.index(self.before) + unaltered) + 1
        return Fault(self.file, line, self.what, altered, tuple(self.seen_by))


def named_faults(wanted: str) -> Iterator[Named]:
    """Those whose name this regular expression finds."""
    listed = tomllib.loads(Path(__file__).with_name("named.toml").read_text())["fault"]
    return (Named(**one) for one in listed if re.search(wanted, one["what"]))
