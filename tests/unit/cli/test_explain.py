"""Codes, transfers and forecasts are explained."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from prepos.cli import main
from prepos.core.codes import CODES
from prepos.core.run import RunFiles


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was printed, without rules and with blanks run together."""
    return " ".join(capsys.readouterr().out.replace("─", "").split())


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever code a message names, it is spelled out, in either case of letters."""
    assert main(["explain", code.lower()]) == 0
    assert code in told(capsys)


def test_unknown_code_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    """A code that prepos never tells is refused."""
    assert main(["explain", "PP-Z999"]) == 2
    assert "code is PP-Z999, expected one that prepos tells" in capsys.readouterr().err


def test_transfer_is_explained(pipeline: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """What, when, why, the vehicle's share and the risk."""
    assert main(["explain", "runs/x", "--transfer", "T3"]) == 0
    shown = told(capsys)
    assert "1,000 x milk DC2 → FW2 by van ships 2026-11-03, arrives 2026-11-03 saves 40" in shown
    assert "vehicle L1, 50% full, carries 1 line 100.00" in shown
    assert "0% of the units" in shown


def test_transfer_is_told_as_json(pipeline: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """The line of the file, dates as text."""
    assert main(["explain", "runs/x", "--transfer", "T1", "--json"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["quantity"], line["ship_date"]) == (10, "2026-11-02")


def test_unknown_transfer_is_two(pipeline: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that is not in the plan is refused with one that is."""
    assert main(["explain", "runs/x", "--transfer", "T9"]) == 2
    assert "transfer is 'T9', expected one of runs/x/transfers.csv: such as T1" in (
        capsys.readouterr().err
    )


def test_forecast_of_a_cell_is_explained(
    pipeline: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signals add up to the mean, the quantiles are beside."""
    assert main(["explain", "runs/x", "--region", "R1", "--sku", "milk", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["units"] == 6.0
    assert shown["signals"] == {"new_buyers": 4.5, "own": 1.5}
    assert shown["quantiles"] == {"q05": 1.0, "q50": 5.0, "q95": 12.0}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "10.00 units of all SKUs in all regions are expected over the horizon"),
        ([], "SKU units milk 9.0 tea 1.0"),
        (["--sku", "milk"], "region units R1 6.0 R2 3.0"),
        (["--region", "R2"], "3.00 units of all SKUs in R2 are expected"),
        (["--region", "R1", "--sku", "tea"], "new buyers 0.75 75% own 0.25 25%"),
    ],
)
def test_forecast_is_explained_at_any_grain(
    flags: list[str], said: str, pipeline: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not named is summed, and its largest parts are listed."""
    assert main(["explain", "runs/x", *flags]) == 0
    assert said in told(capsys)


def test_unknown_cell_is_two(pipeline: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is not in the forecast is refused."""
    assert main(["explain", "runs/x", "--region", "R9", "--sku", "milk"]) == 2
    assert "has no region R9 and SKU milk" in capsys.readouterr().err


def test_run_without_a_forecast_is_told(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of ``check`` holds neither forecast nor transfers."""
    empty = RunFiles(frames={}, kpis={}, manifest={})
    monkeypatch.setattr(pipeline, "load_run", lambda _: empty)
    assert main(["explain", "runs/x"]) == 2
    assert "the run holds no forecast" in capsys.readouterr().err
    assert main(["explain", "runs/x", "--transfer", "T1"]) == 2
    assert "transfers.csv: none" in capsys.readouterr().err


def test_folder_that_is_no_run_is_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without a manifest is told apart."""
    assert main(["explain", str(tmp_path)]) == 3
    assert "is no run" in capsys.readouterr().err
