"""Which signals stayed, as a table, in a line and as JSON; and ``--update``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from prepos.cli import main
from prepos.cli.screen import rendered
from prepos.cli.signals_page import signals_facts, signals_line, signals_table
from prepos.cli.summary import plan_page
from prepos.config import bundled
from prepos.core.run import RunFiles

SAMPLE = str(bundled("data", "sample", "prepos.toml"))
LINE = "Signals that stayed: own, pool, due; left out: neighbours, together."
FITTED: dict[str, Any] = {
    "cutoff": "2026-10-26",
    "columns": [
        {"signal": name, "weight": 0.5}
        for name in ("own", "own", "pool", "neighbours", "together", "due")
    ],
    "trials": [
        {"signal": "neighbours", "stays": False, "gain": -0.002, "sure": 0.31, "reason": "loses"},
        {
            "signal": "together",
            "stays": False,
            "gain": None,
            "sure": None,
            "reason": "says nothing",
        },
        {"signal": "due", "stays": True, "gain": 0.0135, "sure": 0.98, "reason": "wins"},
    ],
    "state": {"cutoff": "2026-11-02"},
}


def words(page: Any) -> str:
    """Return a page as text without rules, blanks run together."""
    return " ".join(rendered(page).replace("─", "").split())


def test_table_tells_gain_and_reason_those_that_stay_first() -> None:
    """Basic signals have no gain: the others are tried beside them."""
    told = words(signals_table(FITTED))
    assert "signal stays gain sure why own yes always" in told
    assert "due yes +1.35% 98% wins neighbours no -0.20% 31% loses together no says" in told
    assert "fitted at 2026-10-26 and carried on to 2026-11-02" in told


def test_a_fit_of_today_is_not_carried_on() -> None:
    """Nor is one without a state."""
    for state in (None, {"cutoff": "2026-10-26"}):
        assert "carried on" not in words(signals_table({**FITTED, "state": state}))


def test_models_without_trials_have_no_table() -> None:
    """A given forecast has no fit, and the naive one tries nothing."""
    naive = {"cutoff": "2026-10-26", "columns": [{"signal": "naive", "weight": 1.0}], "trials": []}
    for fitted in ({}, naive):
        assert signals_table(fitted) is None
        assert not signals_line(fitted)
    assert signals_facts({}) == {}


def test_plan_tells_it_in_a_line(files: RunFiles) -> None:
    """Also where none was left out; and nothing where there was no trial."""
    folder = Path("runs/x")
    assert LINE in words(plan_page(replace(files, fitted=FITTED), folder, ()))
    all_stay = {**FITTED, "trials": [{**trial, "stays": True} for trial in FITTED["trials"]]}
    assert signals_line(all_stay).plain == (
        "Signals that stayed: own, pool, neighbours, together, due; left out: none."
    )
    assert "Signals" not in words(plan_page(files, folder, ()))


@pytest.mark.parametrize("command", ["forecast", "plan"])
def test_commands_tell_the_trials(
    command: str,
    files: RunFiles,
    pipeline: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """To a person and, in full, to a program."""
    fitted = replace(files, fitted=FITTED)
    monkeypatch.setattr(pipeline, "load_run", lambda _: fitted)
    assert main([command, "-c", SAMPLE]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (LINE if command == "plan" else "+1.35%") in shown
    assert main([command, "-c", SAMPLE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fitted_at"] == "2026-10-26"
    assert [row["signal"] for row in told["signals"] if row["stays"]] == ["own", "pool", "due"]
    assert told["signals"][-1] == FITTED["trials"][-1]


def test_update_is_handed_to_the_path(
    pipeline: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Beside what else is asked for; without it nothing is said of one."""
    seen: list[dict[str, object]] = []
    run = pipeline.make_forecast()

    def forecast(*_: object, **more: object) -> object:
        seen.append(more)
        return run

    monkeypatch.setattr(pipeline, "make_forecast", forecast)
    monkeypatch.chdir(tmp_path)
    Path("runs/old").mkdir(parents=True)
    assert main(["forecast", "-c", SAMPLE, "--update", "runs/old", "-q"]) == 0
    assert main(["forecast", "-c", SAMPLE, "-q"]) == 0
    assert seen == [{"update": Path("runs/old")}, {}]
    capsys.readouterr()
    assert main(["forecast", "--help"]) == 0
    assert "always fits anew" in " ".join(capsys.readouterr().out.replace("│", "").split())
