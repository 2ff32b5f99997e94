"""The build of the wheel: crawler, pipelines and archive come to lie within `triptych`.

In the checkout they keep their short names. docs/decisions/0023-one-name-when-installed.md says why.
"""

from __future__ import annotations

import io
import re
import shutil
import tokenize
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("crawler", "pipelines", "archive")
_NAMES = "|".join(PACKAGES)
_FROM = re.compile(rf"^(\s*)from ((?:{_NAMES})(?:\.[\w.]+)?) import\b")
_IMPORT = re.compile(rf"^(\s*)import ({_NAMES})$")
_DEEP = re.compile(rf"^(\s*)import ((?:{_NAMES})(?:\.\w+)+)(?: as \w+)?$")
_BRACES = re.compile(r"\{[^{}]*\}")
_DOTTED = re.compile(rf"(?<![\w./-])({_NAMES})((?:\.[A-Za-z_]\w*)+)")


def under_one_name(source: str, modules: frozenset[str]) -> str:
    """Rewrite a module: its imports, and the modules that its strings name."""
    lines = source.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if found := _DEEP.match(line):
            raise ValueError(f"`{line.strip()}` binds a name that the wheel has not; write `from … import …`")
        if found := _FROM.match(line):
            lines[number] = f"{found[1]}from triptych.{line[found.start(2) :]}"
        elif found := _IMPORT.match(line):
            lines[number] = f"{found[1]}from triptych import {found[2]}\n"
    text = "".join(lines)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    done: list[str] = []
    place = 0
    strings = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.ERRORTOKEN and token.string[0] in "'\"":
            # Python 3.12 raises TokenError here, 3.11 reads on
            raise ValueError(f"line {token.start[0]} is no Python: {token.line.strip()}")
        if token.type in strings:
            begin, end = (starts[row - 1] + column for row, column in (token.start, token.end))
            string = text[begin:end]
            # the braces of an f-string hold code, in which `crawler.settings` is a variable's
            dotted = token.type == tokenize.STRING and "f" not in string.partition(string[-1])[0].lower()
            words = _BRACES.sub("", string)
            if not dotted and _renamed(words, modules) != words:
                raise ValueError(f"{string} names a module in an f-string; write it in full")
            done += [text[place:begin], _renamed(string, modules if dotted else frozenset())]
            place = end
    return "".join([*done, text[place:]])


def _renamed(string: str, modules: frozenset[str]) -> str:
    def rename(match: re.Match[str]) -> str:
        first = match[2].split(".")[1]
        return f"triptych.{match[0]}" if f"{match[1]}.{first}" in modules else match[0]

    return _DOTTED.sub(rename, string)


class OneName(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root, made = Path(self.root), Path(self.directory) / "one-name"
        shutil.rmtree(made, ignore_errors=True)
        files = [
            path
            for package in PACKAGES
            for path in sorted((root / package).rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        ]
        modules = frozenset(
            ".".join(path.relative_to(root).with_suffix("").parts[:2])
            for path in files
            if path.suffix == ".py"
        )
        for path in files:
            target = made / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in {".py", ".tmpl"}:
                target.write_text(under_one_name(path.read_text("utf-8"), modules), "utf-8")
            else:
                shutil.copyfile(path, target)
        own = [path for path in sorted((root / "triptych").glob("*.py")) if path.name != "__init__.py"]
        for path in own:
            (made / path.name).write_text(under_one_name(path.read_text("utf-8"), modules), "utf-8")
        face = made / "__init__.py"
        face.write_text('"""`from triptych import archive`: read and write a news archive."""\n', "utf-8")
        build_data["force_include"].update({str(made / name): f"triptych/{name}" for name in PACKAGES})
        build_data["force_include"].update({str(made / path.name): f"triptych/{path.name}" for path in own})
        build_data["force_include"][str(face)] = "triptych/__init__.py"
