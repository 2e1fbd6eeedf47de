"""Paths as a person in the working folder would write them."""

from __future__ import annotations

from pathlib import Path


def from_here(path: Path) -> Path:
    """Return the path relative to the working folder if it lies in it, else as it is."""
    if has_no_place():
        return path
    here = Path.cwd().resolve()
    full = path.resolve()
    return full.relative_to(here) if full.is_relative_to(here) else path


def has_no_place() -> bool:
    """Return whether the working folder is gone."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False
