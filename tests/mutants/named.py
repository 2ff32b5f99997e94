"""Faults with a name, of `named.toml`: lines that hold a promise, each left out or turned round."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutants.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Named:
    what: str
    file: str
    before: str
    after: str = ""
    beside: str | None = None

    def fault(self, checkout: Path) -> Fault | None:
        """None where the file does not say once what is to be altered."""
        code = (checkout / self.file).read_text()
        if code.count(self.before) != 1:
            return None
        altered = code.replace(self.before, self.after)
        if self.file.endswith(".py"):
            ast.parse(altered)
        start = code.index(self.before)
        # of what stands unaltered before it nothing is the fault's
        same = next((x for x, (a, b) in enumerate(zip(self.before, self.after, strict=False)) if a != b), 0)
        start += same if self.after else len(self.before) - len(self.before.lstrip())
        return Fault(self.file, code.count("\n", 0, start) + 1, self.what, altered, self.beside)


def named_faults(word: str) -> Iterator[Named]:
    """Those that have this word in what they are."""
    listed = tomllib.loads(Path(__file__).with_name("named.toml").read_text())["fault"]
    return (Named(**one) for one in listed if word in one["what"])
