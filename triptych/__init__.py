"""The one command and name, `from triptych import archive`; a wheel has the packages within."""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """One of the three packages of a checkout; those of a wheel are found before this is asked."""
    if name not in {"archive", "crawler", "pipelines"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(name)
