"""pyarrow looks for pandas once, before its first list becomes a column: .2 s of each start for nothing."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


def settle() -> None:
    """Let it look now and find none; `to_pandas()` looks again, and has it.

    For our own commands, which make no column of a pandas series; a library may not decide that for others.
    """
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        import pyarrow as pa  # noqa: PLC0415  what imports this module may never need it

        pa.array([None])
    finally:
        sys.meta_path.remove(hidden)


class _Hidden(MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pyarrow does without pandas", name=fullname)
