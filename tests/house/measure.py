"""Figures of plain code by folder of the second level: `python -m tests.house.measure` prints them.

`--lower` lowers the ceilings to today's figures and never raises one. If code moves between folders, edit
both lines of ceilings.toml by hand in the same commit.
"""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CEILINGS = Path(__file__).with_name("ceilings.toml")
PACKAGES = ("archive", "crawler", "pipelines", "triptych")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs")

VAGUE = {
    *("told", "said", "asked", "held", "given", "found", "kept", "known", "shown", "named", "brought"),
    *("lacking", "beside", "wanted", "seen", "taken", "made", "left", "moved", "gone", "meant", "written"),
    *("listed", "stated", "claimed", "joined", "sent", "there", "those", "whole", "own", "other"),
    *("others", "one", "each", "ours", "theirs", "here"),
}
"""Names that say nothing of the thing they name; in names of modules and classes each word counts."""
VAGUE_MODULES = VAGUE | {
    *("archived", "expected", "gathered", "inside", "outside", "received", "redeclared", "standing", "owed")
}
OLD_WORDS = re.compile(
    r"\b(owed?|owes|owing|looks?|told|asked again|asked for|that of|those of|to be had|whoever|the middle one"
    r"|stands? there|are there|is gone|has none|takes away|taken away|put away|lacks?|lacking|in vain)\b",
    re.IGNORECASE,
)
"""Words of ours that a native engineer would not use here."""

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BRANCHES = (ast.If, ast.IfExp, ast.Assert, ast.match_case, ast.ExceptHandler)
LOOPS = (ast.For, ast.While, ast.AsyncFor)
MOST_COMPLEX = 15
JUSTIFIED = re.compile(r"#\s*complex: \w.{20,}")
"""`# complex: a sentence` in the line of the `def` lets a function be more complex than that."""
VAGUE_SHARE = 0.005
COMPREHENSIONS_PER_1000 = 20


@dataclass
class Figures:
    """What stands in one folder."""

    lines: int = 0
    assignments: int = 0
    vague: Counter[str] = field(default_factory=Counter)
    vague_titles: list[str] = field(default_factory=list)
    comprehensions: int = 0
    complex_functions: list[str] = field(default_factory=list)
    old_words: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        return {
            "vague_names": self.vague.total(),
            "vague_titles": len(self.vague_titles),
            "comprehensions": self.comprehensions,
            "complex_functions": len(self.complex_functions),
            "old_words": self.old_words.total(),
        }

    def allowed(self) -> dict[str, int]:
        """What any folder may have, whatever its ceiling."""
        return {
            "vague_names": int(self.assignments * VAGUE_SHARE),
            "comprehensions": self.lines * COMPREHENSIONS_PER_1000 // 1000,
        }


def complexity(node: ast.AST) -> int:
    """McCabe's number, with conditions and comprehensions counted as radon does; inner functions included."""
    return 1 + sum(_decisions(inner) for inner in ast.walk(node))


def _decisions(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, BRANCHES):
        return 1
    if isinstance(node, LOOPS):
        return 1 + bool(node.orelse)
    return 1 + len(node.ifs) if isinstance(node, ast.comprehension) else 0


def _title_words(title: str) -> set[str]:
    return set(re.findall(r"[a-z]+", re.sub(r"(?<!^)([A-Z])", r"_\1", title).lower()))


class _Module:
    """One walk over a module adds what it has to the figures of its folder."""

    def __init__(self, path: Path, figures: Figures) -> None:
        source = path.read_text("utf-8")
        self.lines = source.splitlines()
        self.place = path.relative_to(ROOT)
        self.figures = figures
        figures.lines += len(self.lines)
        self._add_title(path.stem if path.stem != "__init__" else path.parent.name)
        self._visit(ast.parse(source))

    def _visit(self, node: ast.AST) -> int:
        """Count this node and all below it; its complexity."""
        number = _decisions(node)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.expr_context):  # a third of all nodes
                number += self._visit(child)
        if isinstance(node, COMPREHENSIONS):
            self.figures.comprehensions += 1
        elif isinstance(node, ast.ClassDef):
            self._add_title(node.name)
        elif isinstance(node, FUNCTIONS):
            self._add_function(node, 1 + number)
        elif name := _assigned_name(node):
            self.figures.assignments += 1
            if name.strip("_") in VAGUE:
                self.figures.vague[name.strip("_")] += 1
        return number

    def _add_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, number: int) -> None:
        if number > MOST_COMPLEX and not JUSTIFIED.search(self.lines[node.lineno - 1]):
            self.figures.complex_functions.append(f"{self.place}:{node.lineno} {node.name} {number}")

    def _add_title(self, title: str) -> None:
        if _title_words(title) & VAGUE_MODULES:
            self.figures.vague_titles.append(f"{self.place} {title}")


def _assigned_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return node.attr
    return node.arg if isinstance(node, ast.arg) else None


def _folder(path: Path) -> str:
    if path.suffix == ".md":
        return "docs"
    return "/".join(path.relative_to(ROOT).parts[:-1][:2])


@cache
def measure() -> dict[str, Figures]:
    """Figures of every folder of the product, and the words of the documents."""
    folders: dict[str, Figures] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            figures = folders.setdefault(_folder(path), Figures())
            _Module(path, figures)
            _count_words(path, figures)
    for name in DOCUMENTS:
        top = ROOT / name
        for path in sorted(top.rglob("*.md")) if top.is_dir() else [top]:
            _count_words(path, folders.setdefault(_folder(path), Figures()))
    return folders


def _count_words(path: Path, figures: Figures) -> None:
    for match in OLD_WORDS.finditer(path.read_text("utf-8")):
        figures.old_words[match[0].lower()] += 1


def ceilings() -> dict[str, dict[str, int]]:
    """Ceilings by figure and folder; 0 where none stands."""
    return tomllib.loads(CEILINGS.read_text("utf-8")) if CEILINGS.exists() else {}


def lower() -> None:
    """Write today's figures as ceilings where they are lower, or where a figure has none at all."""
    before = ceilings()
    text = "# What each folder may have at most; only falls. `python -m tests.house.measure --lower`\n"
    for figure in Figures().counts():
        text += f"\n[{figure}]\n"
        for folder, figures in sorted(measure().items()):
            count = figures.counts()[figure]
            ceiling = min(count, before[figure].get(folder, 0)) if figure in before else count
            if ceiling:
                text += f'"{folder}" = {ceiling}\n'
    CEILINGS.write_text(text, "utf-8")


def _print_figures(detail: str | None) -> None:
    folders = measure()
    print(
        f"{'folder':26}{'lines':>7}{'vague':>7}{'%':>6}{'titles':>8}{'compr.':>8}{'/1000':>7}{'>15':>5}{'words':>7}"
    )
    total = Figures()
    for folder, figures in [*sorted(folders.items()), ("total", total)]:
        vague = figures.vague.total()
        print(
            f"{folder:26}{figures.lines:7}{vague:7}{100 * vague / (figures.assignments or 1):6.1f}"
            f"{len(figures.vague_titles):8}{figures.comprehensions:8}"
            f"{1000 * figures.comprehensions / (figures.lines or 1):7.1f}"
            f"{len(figures.complex_functions):5}{figures.old_words.total():7}"
        )
        total.lines += figures.lines
        total.assignments += figures.assignments
        total.vague += figures.vague
        total.vague_titles += figures.vague_titles
        total.comprehensions += figures.comprehensions
        total.complex_functions += figures.complex_functions
        total.old_words += figures.old_words
    if detail in folders:
        figures = folders[detail]
        print(figures.vague, figures.old_words, *figures.vague_titles, *figures.complex_functions, sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lower", action="store_true", help="lower the ceilings to today's figures")
    parser.add_argument("folder", nargs="?", help="name what was counted in this folder")
    arguments = parser.parse_args()
    if arguments.lower:
        lower()
    _print_figures(arguments.folder)
