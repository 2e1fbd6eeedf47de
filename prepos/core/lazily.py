"""Names of a package that are imported when they are first used, so that a look costs no station.

A configuration is read without numba, and a nightly job that finds nothing changed ends before any
solver is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return a package's ``__getattr__`` (PEP 562).

    Parameters
    ----------
    package : str
        Its name, for the error.
    homes : name to module
        Where each public name lies.
    """

    def find(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return find
