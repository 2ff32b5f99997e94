"""A program's calls to the disk, one after the other, and what a power cut at that moment would take.

By strace: it tells what the kernel was asked for, whatever our code means to do.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CALLS = (
    "openat,mkdir,write,pwrite64,ftruncate,fsync,fdatasync,"
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat"
)


def under(trace: Path, *options: str, calls: str = CALLS) -> list[str]:
    """Begin of a command line; the test is skipped where there is no strace."""
    if shutil.which("strace") is None:
        pytest.skip("NOT TESTED: the order of writes; strace is not installed")
    # to stop at these calls alone is cheaper, and sends no signal that is to be injected
    chosen = ["-e", f"trace={calls}", *(options or ["--seccomp-bpf"])]
    return ["strace", "-f", "-y", "-s", "0", *chosen, "-o", str(trace)]


@dataclass
class Disk:
    """The files below a folder, as the calls so far leave them."""

    written: set[str] = field(default_factory=set)
    """Files with bytes that are not synced."""
    named: set[str] = field(default_factory=set)
    """Names whose folder is not synced."""

    def in_danger(self, *folders: str) -> set[str]:
        """What a power cut may take of these folders, by their names below the root; `.` is all of it."""
        return {x for x in self.written | self.named if "." in folders or x.split("/")[0] in folders}


@dataclass(frozen=True)
class Call:
    name: str
    """Without what tells its forms apart: `rename` for `renameat2` too."""
    paths: tuple[str, ...]
    """Relative to the root, of those below it."""

    @property
    def path(self) -> str:
        return self.paths[-1] if self.paths else ""


def calls(trace: Path, root: Path) -> Iterator[tuple[Call, Disk]]:
    """Every call that went well, with the disk as it was before."""
    disk = Disk()
    for line in _whole_lines(trace.read_text()):
        found = re.match(r"\d+ +(\w+)\((.*)\) += (\d+)", line)
        if found is None:
            continue
        name, arguments = found[1], found[2]
        if name == "openat" and "O_CREAT" not in arguments:
            continue
        places = [a or b for a, b in re.findall(r'\d<(/[^>]*)>|"([^"]*)"', arguments)]
        paths = tuple(
            x.removeprefix(f"{root}/") for x in places if x.startswith(f"{root}/") or x == str(root)
        )
        call = Call(re.sub(r"at2?$|64$", "", name) if name != "openat" else "create", paths)
        yield call, disk
        _follow(call, disk, str(root))


def _whole_lines(text: str) -> Iterator[str]:
    """Join what another thread has interrupted; a call counts when it ends."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        process = line.partition(" ")[0]
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix(" <unfinished ...>")
        elif resumed := re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line):
            yield begun.pop(process, "") + resumed[1]
        else:
            yield line


def _follow(call: Call, disk: Disk, root: str) -> None:
    path = call.path
    if not call.paths:
        return
    if call.name in {"write", "pwrite", "ftruncate"}:
        disk.written.add(path)
    elif call.name in {"fsync", "fdatasync"}:
        disk.written.discard(path)
        folder = "." if path == root else path
        disk.named -= {x for x in disk.named if str(Path(x).parent) == folder}
    elif call.name in {"create", "mkdir"}:
        disk.named.add(path)
    elif call.name in {"rename", "link"} and len(call.paths) == 2:
        disk.named.add(path)
        if call.paths[0] in disk.written:
            disk.written.add(path)
        if call.name == "rename":
            disk.written.discard(call.paths[0])
            disk.named.discard(call.paths[0])
    elif call.name == "unlink":
        disk.written.discard(path)
        disk.named.discard(path)
