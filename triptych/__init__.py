"""The one command, and the one name of an installed Triptych: `from triptych import archive`.

In a checkout the three packages lie beside this folder, in a wheel within it (`hatch_build.py`).
"""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """One of the three packages of a checkout; those of a wheel are found before this is asked."""
    if name not in {"archive", "crawler", "pipelines"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(name)
