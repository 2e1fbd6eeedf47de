"""A workspace to start from says all there is to say, and overwrites nothing."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from prepos.config import load_config
from prepos.config.layers import read_toml
from prepos.config.workspace import workspace_files, write_workspace
from prepos.core.tables import TABLES
from prepos.errors import ConfigError, WriteError


def test_workspace_is_a_configuration_that_changes_nothing(tmp_path: Path) -> None:
    """Fresh from init the settings are the defaults, and the needed tables are named."""
    write_workspace(tmp_path)
    config = load_config(tmp_path / "prepos.toml")
    base = load_config(None)
    changed = {key: v for key, v in config.settings.items() if base.settings.get(key) != v}
    assert changed == {
        f"data.{name}": f"{name}.csv" for name, table in TABLES.items() if table.required
    }


def test_every_key_stands_in_the_workspace_with_its_default() -> None:
    """With the comments taken off, the file is the base configuration."""
    text = workspace_files()["prepos.toml"]
    lines = [line.removeprefix("# ") for line in text.splitlines() if "=" in line or "[" in line]
    keys = [line for line in lines if line[:1].isalpha() and " = " in line.split("#")[0]]
    assert "min_fill = 0.0          # share of each catchment's expected demand" in text
    assert len(keys) > 40


def test_tables_hold_a_header_and_no_rows() -> None:
    """The header is the contract's."""
    assert workspace_files()["stock.csv"] == ",".join(TABLES["stock"].names) + "\n"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Where one file is there, none is written."""
    (tmp_path / "stock.csv").write_text("mine")
    with pytest.raises(ConfigError, match=r"holds stock\.csv, expected a folder without"):
        write_workspace(tmp_path)
    assert os.listdir(tmp_path) == ["stock.csv"]


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way is told as what cannot be written."""
    (tmp_path / "a").touch()
    with pytest.raises(WriteError, match="cannot be written"):
        write_workspace(tmp_path / "a" / "b")


def test_workspace_is_toml(tmp_path: Path) -> None:
    """The written text parses."""
    (path,) = (p for p in write_workspace(tmp_path / "new" / "deep") if p.suffix == ".toml")
    assert tomllib.loads(path.read_text())["data"]["orders"] == "orders.csv"
    assert read_toml(path)["data.orders"].value == "orders.csv"
