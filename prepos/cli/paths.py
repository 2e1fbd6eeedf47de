"""Paths as a person in the working folder would write them."""

from __future__ import annotations

from pathlib import Path


def from_here(path: Path) -> Path:
    """Return the path relative to the working folder if it lies in it, else as it is."""
    here = Path.cwd().resolve()
    full = path.resolve()
    return full.relative_to(here) if full.is_relative_to(here) else path
