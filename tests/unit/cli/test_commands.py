"""The commands that run the path: what they hand on, and what they print."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from prepos.cli import main
from prepos.config import Config, bundled
from prepos.core.faults import Fault
from prepos.core.inputs import Source
from prepos.core.run import RunFiles
from prepos.core.verdict import Check, Verdict
from prepos.errors import InputError

SAMPLE = str(bundled("data", "sample", "prepos.toml"))
NOTICE = Fault("orders.csv", 3, "region_id", "R9", "PP-K001", "region_id is 'R9'")


@pytest.mark.parametrize("command", ["plan", "demo"])
def test_plan_is_shown_and_told(
    command: str, pipeline: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person gets the page, a script the folder, a program the measures."""
    words = [command, *(["-c", SAMPLE] if command == "plan" else [])]
    assert main(words) == 0
    assert "move 1,030 units" in capsys.readouterr().out
    assert main([*words, "--quiet"]) == 0
    assert capsys.readouterr().out == "runs/x\n"
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["transfers"], told["loads"]) == ("runs/x", 3, 1)
    assert told["kpis"]["plan"]["total_cost"] == 900.0


def test_strict_ends_in_4_where_a_wish_is_not_met(
    pipeline: ModuleType, files: RunFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    """The dearest first, with what is missing and where the plan lies; else a note on the page."""
    words = ["plan", "-c", SAMPLE, "--quiet"]
    assert main([*words, "--strict"]) == 0
    for place, missing, penalty in (("FW1", 3.0, 30.0), ("FW2", 4.5, 90.0)):
        slack = {"limit": "min_fill", "place": place, "quantity": missing, "unit": "units"}
        files.kpis["slacks"].append({**slack, "penalty": penalty})
    assert main(words) == 0
    capsys.readouterr()
    assert main([*words, "--strict"]) == 4
    told = capsys.readouterr().err
    assert "min_fill of FW2: 4.5 units missing; min_fill of FW1: 3 units missing" in told
    assert "runs/x" in told


def test_demo_runs_in_the_working_folder(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The sample is read where it is packaged; the run goes to where the user is."""
    seen: list[Config] = []
    run = SimpleNamespace(folder=tmp_path / "runs" / "x", notices=())

    def plan(config: Config, *_: object, **__: object) -> SimpleNamespace:
        seen.append(config)
        return run

    monkeypatch.setattr(pipeline, "make_plan", plan)
    assert main(["demo", "--set", "plan.near=1", "--quiet"]) == 0
    assert seen[0].runs == tmp_path / "runs"
    assert seen[0].folder == bundled("data", "sample")
    assert seen[0].plan.near == 1


def test_flags_reach_the_configuration(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """File, case, environment, flags and the folder are handed on."""
    seen: list[tuple[Config, Path]] = []

    def check(config: Config, out: Path, _: object) -> SimpleNamespace:
        seen.append((config, out))
        return SimpleNamespace(folder=tmp_path, notices=(), sources=())

    monkeypatch.setattr(pipeline, "check_inputs", check)
    monkeypatch.setenv("PREPOS_PLAN__NEAR", "5")
    words = ["check", "-c", SAMPLE, "--case", "peak", "--set", "run.seed=7", "--out", "there"]
    assert main([*words, "--set", "plan.gap=0.5", "-q"]) == 0
    ((config, out),) = seen
    assert (config.plan.near, config.run.seed, config.plan.gap) == (5, 7, 0.5)
    assert config.plan.min_fill > 0
    assert out == Path("there")


def test_configuration_of_the_folder_is_found(pipeline: ModuleType) -> None:
    """Without a flag it is prepos.toml of the working folder."""
    assert main(["init", "-q"]) == 0
    assert main(["plan", "-q"]) == 0


def test_check_names_what_was_read(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables, rows and notices are told."""
    source = Source(table="orders", path="orders.csv", rows=1234, sha256="x")
    run = SimpleNamespace(folder=Path("runs/x"), notices=(NOTICE,), sources=(source,))
    monkeypatch.setattr(pipeline, "check_inputs", lambda *_: run)
    assert main(["check", "-c", SAMPLE]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "orders orders.csv 1,234" in shown
    assert "line 3: region_id is 'R9'" in shown
    assert main(["check", "-c", SAMPLE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tables"][0]["rows"] == 1234
    assert told["notices"][0]["code"] == "PP-K001"


def test_bad_input_is_three(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults are told to a person and to a program."""

    def refuse(*_: object) -> None:
        raise InputError("the input cannot be used", [NOTICE])

    monkeypatch.setattr(pipeline, "check_inputs", refuse)
    assert main(["check", "-c", SAMPLE]) == 3
    assert "region_id is 'R9'" in capsys.readouterr().err
    assert main(["check", "-c", SAMPLE, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["faults"][0]["line"] == 3


def test_forecast_is_shown_and_told(
    pipeline: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Units by period, and who orders most."""
    assert main(["forecast", "-c", SAMPLE]) == 0
    shown = " ".join(capsys.readouterr().out.replace("─", "").split())
    assert "10 units are expected in 2 regions and 2 SKUs" in shown
    assert "region units expected R1 7 R2 3" in shown
    assert main(["forecast", "-c", SAMPLE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["units_by_period"] == {"2026-11-02": 10.0}


def test_verification_is_shown(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each check says how much it looked at."""
    verdict = Verdict(run_id="x", checks=(Check(name="arrival_date", compared=12),))
    monkeypatch.setattr(pipeline, "verify_run", lambda *_: verdict, raising=False)
    assert main(["verify", "runs/x"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "arrival date 12 0" in shown
    assert "12 values recomputed, all are as written" in shown


def test_run_that_fails_verification_is_three(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not as expected is told, and handed to programs as faults."""
    broken = Check(name="storage", compared=3, broken=1, worst=2.0, faults=(NOTICE,))
    verdict = Verdict(run_id="x", checks=(Check(name="cost", compared=1), broken))
    monkeypatch.setattr(pipeline, "verify_run", lambda *_: verdict, raising=False)
    assert main(["verify", "runs/x"]) == 3
    assert "runs/x fails verification: storage" in capsys.readouterr().err
    assert main(["verify", "runs/x", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["faults"][0]["code"] == "PP-K001"


def test_a_model_of_another_ending_is_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The endings that are known are named, before anything is read."""
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "-c", SAMPLE, "--write-model", "model.sol"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "--write-model is model.sol, expected a file that ends in .lp or .mps" in told
    assert list(tmp_path.iterdir()) == []


def test_the_model_is_handed_on_and_told(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path plans as usual and is told where to write the model; so is who reads JSON."""
    asked: list[Path] = []
    run = SimpleNamespace(folder=Path("runs/x"), notices=())

    def make_plan(*_: object, model: Path, published: None) -> SimpleNamespace:
        asked.append(model)
        return run

    monkeypatch.setattr(pipeline, "make_plan", make_plan)
    assert main(["plan", "-c", SAMPLE, "--write-model", "model.lp", "--json"]) == 0
    assert asked == [Path("model.lp")]
    assert json.loads(capsys.readouterr().out)["model"] == "model.lp"


def test_the_published_run_is_handed_on(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the flag there is none; one that is not there is told before anything is read."""
    asked: list[Path | None] = []

    def make_plan(*_: object, published: Path | None, **__: object) -> SimpleNamespace:
        asked.append(published)
        return SimpleNamespace(folder=Path("runs/x"), notices=())

    monkeypatch.setattr(pipeline, "make_plan", make_plan)
    assert main(["plan", "-c", SAMPLE, "-q"]) == 0
    monkeypatch.chdir(tmp_path)
    Path("runs/last").mkdir(parents=True)
    assert main(["plan", "-c", SAMPLE, "--published", "runs/last", "-q"]) == 0
    assert main(["plan", "-c", SAMPLE, "--published", "runs/first", "-q"]) == 3
    assert asked == [None, Path("runs/last")]
