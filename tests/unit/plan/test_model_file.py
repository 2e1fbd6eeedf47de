"""The exact model as a file: another reading of it finds what our exact plan costs."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import highspy
import numpy as np
import pulp
import pytest

from prepos.errors import ConfigError
from prepos.plan import draft_model, model_file
from tests.instances import (
    Case,
    forward,
    in_transit,
    lane,
    make_case,
    origin,
    random_case,
)


def write(case: Case, path: Path, *rules: tuple[str, str, str, str, float]) -> Path:
    """Write the model of the case, under rules, and return the path."""
    draft_model(case.question(*rules))(path)
    return path


def best_by_highs(path: Path) -> float:
    """Return the objective that HiGHS finds in a file."""
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.0)
    assert model.readModel(str(path)) == highspy.HighsStatus.kOk
    model.run()
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(model.getInfo().objective_function_value)


def best_by_cbc(path: Path) -> float:
    """Return the objective that CBC finds in a file."""
    told = subprocess.run(
        [pulp.PULP_CBC_CMD.pulp_cbc_path, str(path), "ratio", "0", "solve"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(re.search(r"^Objective value:\s+(\S+)", told, re.MULTILINE)[1])


def instance(seed: int) -> Case:
    """Return a case with limits, cases of several units and, now and then, vehicles."""
    case = random_case(np.random.default_rng(seed), limits=True, vehicles=seed % 2 == 1)
    return case.with_products(case_pack=2)


@pytest.mark.parametrize("ending", [".lp", ".mps", ".LP"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_highs_finds_our_objective_in_the_file(seed: int, ending: str, tmp_path: Path) -> None:
    """In both formats, in the currency of the case, whole numbers kept whole."""
    case = instance(seed)
    found = best_by_highs(write(case, tmp_path / f"model{ending}"))
    assert found == pytest.approx(case.plan(method="exact").objective, rel=1e-5)


def test_cbc_finds_it_too(tmp_path: Path) -> None:
    """Another solver than the one that planned reads the same problem."""
    case = instance(1)
    found = best_by_cbc(write(case, tmp_path / "model.lp"))
    assert found == pytest.approx(case.plan(method="exact").objective, rel=1e-5)


@pytest.mark.parametrize("rule", ["pin", "min", "max", "forbid"])
def test_the_planners_rules_are_in_the_model(rule: str, tmp_path: Path) -> None:
    """What is asked for is decided by the file too, and costs what our plan costs."""
    case = instance(2)
    asked = ("S000", "O0", "F0", rule, 2.0)
    found = best_by_highs(write(case, tmp_path / "model.lp", asked))
    assert found == pytest.approx(case.plan(asked, method="exact").objective, rel=1e-5)


def odd_case() -> Case:
    """Return two SKUs that LP files could not tell apart, and a vehicle that carries them."""
    van = lane("DC 1>SP/1", vehicle_cost=3.0, vehicle_m3=9.0, vehicles=2.0)
    return make_case(
        [origin("DC 1"), forward("SP/1", storage_m3=8.0)],
        [van],
        {"SP/1": [1.0], "DC 1": [6.0]},
        {"a b": [[3.0]], "a-b": [[2.0]]},
        on_hand={("DC 1", "a b"): 5, ("DC 1", "a-b"): 5},
    )


def test_names_say_what_they_are(tmp_path: Path) -> None:
    """What is sent, served, idle, over and bought is told with ids, made fit for such files."""
    case = odd_case()
    text = write(case, tmp_path / "model.lp").read_text()
    for said in (
        r"send_\d+_a_b_DC_1_SP_1_20250303",
        r"stay_\d+_a_b_DC_1_p0",
        r"serve_\d+_a_b_SP_1_p0_SP_1",
        r"idle_\d+_a_b_DC_1_p0",
        r"over_\d+_storage_m3_SP_1_2025_03_03",
        r"limit_\d+_storage_m3_SP_1_2025_03_03",
        r"vehicles_\d+_DC_1_SP_1_20250303",
        r"wanted_\d+_a_b_SP_1",
        r"balance_\d+_a_b_SP_1_p0",
        r"stock_\d+_a_b_DC_1",
    ):
        assert re.search(said, text), said
    whole = text[text.index("Generals") :]
    assert set(re.findall(r"^([a-z]+)_", whole, re.MULTILINE)) == {"send", "vehicles"}
    assert best_by_highs(tmp_path / "model.lp") == pytest.approx(
        case.plan(method="exact").objective
    )


def test_what_stops_at_a_hub_is_in_the_model(tmp_path: Path) -> None:
    """The optimum is the plan's, which takes units off; a column says which may stop where."""
    case = in_transit(random_case(np.random.default_rng(1), forwards=3), np.random.default_rng(1))
    plan, path = case.plan(method="exact"), write(case, tmp_path / "model.lp")
    assert plan.redirects
    assert best_by_highs(path) == pytest.approx(plan.objective)
    assert re.search(r"\bstop_\d+_S\d+_", path.read_text())


def test_long_ids_stay_names(tmp_path: Path) -> None:
    """An id longer than a name may be is cut, and still no two names are alike."""
    case = odd_case()
    skus = replace(case.products.skus, ids=("x" * 300 + "1", "x" * 300 + "2"))
    longer = replace(
        case,
        products=replace(case.products, skus=skus),
        demand=replace(case.demand, skus=skus),
    )
    found = best_by_highs(write(longer, tmp_path / "model.lp"))
    assert found == pytest.approx(case.plan(method="exact").objective)


def test_model_too_large_for_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of writing and gigabytes are told before, with what helps."""
    monkeypatch.setattr(model_file, "MOST_COLUMNS", 3)
    with pytest.raises(ConfigError, match=r"the model has about \d+ columns, expected 3 at most"):
        write(odd_case(), Path("model.lp"))
