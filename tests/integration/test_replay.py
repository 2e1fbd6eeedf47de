"""The replay through the command, on the sample's weeks after its cutoff, cut to five SKUs.

Lanes are those without vehicles: whole vans take long to plan.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from prepos.cli import main
from prepos.core.run import REPLAY, REPLAY_BY_PERIOD, REPORT
from prepos.pipeline import load_run, matches
from tests.integration.cutting_sample import cut_sample, read, write

SKUS = 5
COSTS = ("transport", "vehicle", "handling", "service", "holding", "return", "shortage")
OWN = '''\
"""A rule of one's own."""

from prepos.replay.policies import Nothing


class Mine(Nothing):
    """Sends nothing, and says so."""
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workspace."""
    folder = cut_sample(tmp_path_factory.mktemp("replayed"), SKUS)
    lanes = read(folder / "lanes.csv")
    write(folder / "lanes.csv", lanes[lanes["vehicle_cost"] == ""])
    return folder


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    """Return a replay of two weeks: all policies, and the plan with a rule less."""
    return replay(folder, "--to", "2017-11-19", "--variant", "replay.fulfilment=nearest")


def replay(folder: Path, *words: str, name: str = "out") -> Path:
    """Run the command, and return its run's folder."""
    sets = ("--set", "plan.gap=0.01", "--quiet", "--out", str(folder / name))
    assert main(["replay", "-c", str(folder / "prepos.toml"), *words, *sets]) == 0
    return folder / name


def test_every_policy_is_told_in_all_and_by_week(out: Path) -> None:
    """Eight ways to decide and the bound; what adds up over weeks is the total."""
    run = load_run(out)
    told, weekly = run.frames[REPLAY], run.frames[REPLAY_BY_PERIOD]
    assert told["policy"].tolist() == [
        *("nothing", "nearest", "proportional", "newsvendor", "base_stock", "mean", "prepos"),
        *("replay.fulfilment=nearest", "foresight"),
    ]
    assert sorted(weekly["period_start"].dt.strftime("%Y-%m-%d").unique()) == [
        *("2017-11-06", "2017-11-13"),
    ]
    for name in ("total_cost", "moved", "ordered", *(f"{cost}_cost" for cost in COSTS)):
        sums = weekly.groupby("policy", sort=False)[name].sum()
        np.testing.assert_allclose(sums, told.set_index("policy")[name], rtol=1e-9, atol=1e-6)


def test_parts_sum_to_the_total_and_nobody_beats_foresight(out: Path) -> None:
    """Costs add up; the bound is below every policy, so no gap is closed by more than all of it."""
    told = load_run(out).frames[REPLAY].set_index("policy")
    parts = told[[f"{cost}_cost" for cost in (*COSTS, "carbon")]].sum(axis=1)
    policies = told.index != "foresight"
    np.testing.assert_allclose(parts[policies], told["total_cost"][policies])
    assert (told["total_cost"] >= told.loc["foresight", "total_cost"]).all()
    assert told.loc["nothing", "gap_closed"] == 0
    assert (told["gap_closed"][policies] <= 1).all()
    assert told.loc["nothing", "moved"] == 0


def test_plan_is_worth_more_than_nothing_on_orders_it_never_saw(out: Path) -> None:
    """It serves more from nearby, for less."""
    told = load_run(out).frames[REPLAY].set_index("policy")
    assert told.loc["prepos", "saving"] > 0
    assert told.loc["prepos", "local_share"] > told.loc["nothing", "local_share"]


def test_same_orders_give_the_same_bytes(folder: Path, out: Path) -> None:
    """Replaying again, and with the orders' rows reversed, gives the same tables."""
    orders = folder / "orders.csv.gz"
    kept = orders.read_bytes()
    write(orders, read(orders).iloc[::-1])
    words = ("--to", "2017-11-19", "--variant", "replay.fulfilment=nearest")
    again = replay(folder, *words, name="again")
    orders.write_bytes(kept)
    for name in (REPLAY, REPLAY_BY_PERIOD, REPORT):
        assert (again / name).read_bytes() == (out / name).read_bytes()


def test_variants_share_a_forecast_and_see_it_as_if_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two covers ask for one forecast, and each plans what it would plan without the other."""
    week = ("--to", "2017-11-12", "--policy", "prepos")
    made = []
    forecast = matches.make_forecast
    monkeypatch.setattr(matches, "make_forecast", lambda *a: made.append(a) or forecast(*a))
    beside = replay(folder, *week, "--variant", "plan.cover=1", name="beside")
    assert len(made) == 1
    alone = replay(folder, *week, "--set", "plan.cover=1", name="alone")
    costs = [
        load_run(run).frames[REPLAY].set_index("policy")["total_cost"] for run in (beside, alone)
    ]
    assert costs[0]["plan.cover=1"] == costs[1]["prepos"] != costs[0]["prepos"]


def test_sweep_tells_every_value_and_the_frontier(folder: Path) -> None:
    """With fewer forward nodes less is served from nearby; one value at least is not beaten."""
    words = ("--to", "2017-11-19", "--policy", "nothing", "--policy", "base_stock", "--no-bound")
    run = replay(folder, *words, "--sweep", "replay.forward_nodes=0,3,8", name="sweep")
    told = load_run(run)
    rows = told.frames[REPLAY][told.frames[REPLAY]["policy"] == "base_stock"]
    assert rows["setting"].tolist() == [f"replay.forward_nodes={count}" for count in (0, 3, 8)]
    assert rows["moved"].iloc[0] == 0
    assert rows["mean_distance_km"].is_monotonic_decreasing
    assert "yes" in set(rows["frontier"])
    assert rows["gap_closed"].isna().all()
    page = (run / REPORT).read_text("utf-8")
    assert page.count("<polygon") + page.count("<circle") == 2 * 3 + 2  # points, and two names
    assert f"base_stock {rows['setting'].iloc[1]}: {rows['fill_rate'].iloc[1]:.1%} served" in page


def test_policy_of_ones_own_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does nothing, so it costs what nothing costs; JSON tells it."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    (folder / "rules_of_mine.py").write_text(OWN)
    words = ("--to", "2017-11-12", "--policy", "nothing", "--policy", "rules_of_mine:Mine")
    config = ("-c", str(folder / "prepos.toml"), "--out", str(folder / "own"))
    assert main(["replay", *config, *words, "--no-bound", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    mine, nothing = (
        next(row for row in told["policies"] if row["policy"] == name)
        for name in ("rules_of_mine:Mine", "nothing")
    )
    assert mine["total_cost"] == nothing["total_cost"]
    assert mine["gap_closed"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--policy", "prespo"),
            "--policy 'prespo': expected one of prepos, mean, scenarios, nothing",
        ),
        (("--variant", "replay.supply=cover"), "a variant changes how the plan is made"),
        (("--variant", "plan.holding_cost=1"), "a variant changes how the plan is made"),
        (("--sweep", "plan.near"), "expected KEY=VALUE,VALUE such as plan.shortage_cost=1,2,4"),
        (("--to", "2017-11-15"), "expected the end of a period of 7 days from 2017-11-06"),
        (("--to", "2018-03-04"), "expected 2017-12-31, the last order's day, or earlier"),
        (("--from", "2016-12-26"), "a period must be known before"),
    ],
)
def test_what_cannot_be_replayed_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and what was found beside what was expected."""
    out = ("--out", str(folder / "refused"))
    assert main(["replay", "-c", str(folder / "prepos.toml"), *words, *out]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (folder / "refused").exists()
