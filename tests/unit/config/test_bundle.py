"""Packaged text is found in a clone and in a wheel."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from prepos.config import bundled


def test_clone_has_its_text_beside_the_package() -> None:
    """In a clone the folders lie next to prepos/."""
    assert bundled("configs", "base.toml").is_file()
    assert bundled("data", "sample", "prepos.toml").is_file()


def test_wheel_has_its_text_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package looks into itself and not beside it."""
    inside = tmp_path / "packed_shop" / "_bundle" / "configs"
    inside.mkdir(parents=True)
    (tmp_path / "packed_shop" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert bundled("configs", package="packed_shop") == inside
    sys.modules.pop("packed_shop")
