"""A case beside the base, as a planner reads it and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import prepos.pipeline
from prepos.cli import main, plan
from prepos.cli.compare_page import Names, compare_page
from prepos.cli.screen import rendered
from prepos.core.run import TRANSFERS, RunFiles
from prepos.publish import compare_plans
from tests.unit.cli.conftest import COSTS

NAMES = Names("Case tight beside the base", "base", "tight")


def other(files: RunFiles) -> RunFiles:
    """Return the plan of a case: dearer, one lane less, one line larger."""
    lines = files.frames[TRANSFERS].drop(index=2).reset_index(drop=True)
    lines.loc[1, ["quantity", "expected_saving"]] = [26, 95.0]
    costs = {**COSTS, "total_cost": 960.0, "vehicle_cost": 0.0, "fill_rate": 0.93, "loads": 0}
    return replace(
        files,
        frames={**files.frames, TRANSFERS: lines},
        kpis={**files.kpis, "plan": costs, "gap": 0.02, "bound": 940.0},
        manifest={"run_id": "20261102-2", "config": {"plan": {"near": 1}}},
    )


@pytest.fixture
def base(files: RunFiles) -> RunFiles:
    """Return the base with its proof and configuration."""
    manifest = {**files.manifest, "config": {"plan": {"near": 3}}}
    return replace(files, kpis={**files.kpis, "bound": 899.6}, manifest=manifest)


def page(base: RunFiles, case: RunFiles) -> str:
    """Return the page as text, blanks run together."""
    return " ".join(rendered(compare_page(compare_plans(base, case), NAMES)).split())


def test_costs_and_service_stand_beside_each_other(base: RunFiles) -> None:
    """Base, case and change; costs that are nowhere are left out; what the case sets."""
    told = page(base, other(base))
    assert "Case tight beside the base plan.near: 3 → 1" in told
    assert "total cost, EUR 900 960 +60" in told
    assert "vehicles 100 0 -100" in told
    assert "demand served from stock 95.0% 93.0% -2.0 points" in told
    assert "handling" not in told


def test_lanes_and_lines_that_differ_are_told(base: RunFiles) -> None:
    """What went and what changed, by units and by saving; markup in an id stays text."""
    told = page(base, other(base))
    assert "van DC2 FW2 removed 1,000 0 -1,000" in told
    assert "DC1>FW1 DC1 FW1 changed 30 36 +6" in told
    assert "milk DC2 FW2 2026-11-03 removed 1,000 0 -40" in told
    assert "[b]bread[/b] DC1 FW1 2026-11-04 changed 20 26 +15" in told


def test_what_the_guard_held_back_is_told_of_either(base: RunFiles) -> None:
    """A case that moves nothing may have found moves that save too little."""
    assert "held back" not in page(base, other(base))
    held = {"lines": 2, "units": 3.0, "saving": 4.0, "share": 0.0042}
    case = other(base)
    told = page(base, replace(case, kpis={**case.kpis, "held_back": held}))
    assert "(exact); held back are moves that save 0.42% together." in told


def test_both_proofs_are_told(base: RunFiles) -> None:
    """Gap, bound and method of each."""
    told = page(base, other(base))
    assert "(20261102-1) is proven within 0.05% of the cheapest, bound 900 EUR (exact)" in told
    assert "(20261102-2) within 2.00% of the cheapest, bound 940 EUR (exact)" in told


def test_plans_alike_are_told_so(base: RunFiles) -> None:
    """No table of lines where none differs."""
    told = page(base, base)
    assert "Both plans move the same." in told
    assert "Units by lane" not in told


@pytest.fixture
def asked(
    pipeline: ModuleType, base: RunFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str | None, bool]]:
    """Return what is planned: (case, whether a run that is there is taken)."""
    calls: list[tuple[str | None, bool]] = []

    def make_plan(config: SimpleNamespace, *_: object, reuse: bool = False, **__: object) -> object:
        calls.append((config.case, reuse))
        name = config.case or "base"
        return SimpleNamespace(folder=tmp_path / "runs" / name, notices=(), sources=())

    def load_run(folder: Path) -> RunFiles:
        return base if folder.name == "base" else other(base)

    monkeypatch.setattr(prepos.pipeline, "make_plan", make_plan)
    monkeypatch.setattr(prepos.pipeline, "load_run", load_run)
    logged = SimpleNamespace(log="text")
    monkeypatch.setattr(
        plan, "read_config", lambda file, case, sets: SimpleNamespace(case=case, run=logged)
    )
    return calls


def test_the_base_is_planned_or_taken_first(
    asked: list[tuple[str | None, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A base that is there need not be planned again; the case always is."""
    assert main(["plan", "--case", "tight", "--compare"]) == 0
    assert asked == [(None, True), ("tight", False)]
    assert "Case tight beside the base" in capsys.readouterr().out


def test_json_has_it_all(
    asked: list[tuple[str | None, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The case's own figures as without --compare, where the base lies, every difference."""
    assert main(["plan", "--case", "tight", "--compare", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run_id"] == "20261102-2"
    assert told["base"] == "runs/base"
    assert told["kpis"]["plan"]["total_cost"] == 960.0
    assert {lane["change"] for lane in told["comparison"]["lanes"]} == {"removed", "changed"}
    assert len(told["comparison"]["lines"]) == 2


def test_without_a_case_there_is_nothing_to_compare(capsys: pytest.CaptureFixture[str]) -> None:
    """It is wrong use, and says what is missing."""
    assert main(["plan", "--compare"]) == 2
    assert "--compare is given without a case, expected --case NAME" in capsys.readouterr().err


def test_what_was_shipped_since_is_counted(base: RunFiles) -> None:
    """By the day on which the later plan begins; nothing of it where both begin on one."""
    early, late = (
        replace(base, manifest={**base.manifest, "config": {"time": {"cutoff": day}}})
        for day in ("2026-11-02", "2027-01-01")
    )
    lines, units = len(base.frames[TRANSFERS]), int(base.frames[TRANSFERS]["quantity"].sum())
    late = replace(late, frames={**late.frames, TRANSFERS: late.frames[TRANSFERS][:0]})
    told = page(early, late)
    assert f"Shipped since, as planned: {units:,} units in {lines} transfers before 2027" in told
    assert "Both plans move the same." in told
    assert "Shipped since" not in page(early, early)
