"""``init`` says what it wrote and what to do next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prepos.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_workspace_is_written_here(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files and the next commands are named."""
    assert main(["init"]) == 0
    told = capsys.readouterr().out
    assert (here / "prepos.toml").is_file()
    assert (here / "orders.csv").is_file()
    assert "prepos check" in told


def test_second_time_nothing_is_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace in use is safe."""
    assert main(["init", "shop"]) == 0
    (here / "shop" / "orders.csv").write_text("mine")
    assert main(["init", "shop"]) == 2
    assert "holds prepos.toml, orders.csv" in capsys.readouterr().err
    assert (here / "shop" / "orders.csv").read_text() == "mine"


def test_json_names_the_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program learns where the configuration is."""
    assert main(["init", "shop", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["config"] == "shop/prepos.toml"
    assert [f for f in told["files"] if not (here / f).is_file()] == []
