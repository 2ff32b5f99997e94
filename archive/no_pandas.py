"""A faster start of our commands: they call this before anything else."""

import sys
from importlib.abc import MetaPathFinder


def fast_start() -> None:
    """Make pyarrow's first search for pandas fail: `triptych archive ls` takes .34 s of CPU, not .6.

    It searches once, before its first list becomes a column; `to_pandas()` searches again and succeeds. Only
    for our commands, which make no column of a pandas series; a library may not decide that for others.
    """
    # None in sys.modules would not work: compiled pyarrow takes it for the module
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
