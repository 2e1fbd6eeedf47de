"""Where the text that ships with the code lies: ``configs``, ``models`` and ``data``.

In a clone these are folders beside the package; a wheel carries them inside it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

BUNDLE = "_bundle"


def bundled(*parts: str, package: str = "prepos") -> Path:
    """Return the path of a packaged file or folder, such as ``bundled("configs", "base.toml")``."""
    home = Path(str(files(package)))
    inside = home / BUNDLE
    return (inside if inside.is_dir() else home.parent).joinpath(*parts)
