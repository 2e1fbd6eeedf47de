"""A plan that stands on a published one, from the run's folder to the second opinion."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prepos import pipeline
from prepos.cli.app import main
from prepos.config import Config, load_config
from prepos.core.run import PUBLISHED, TRANSFERS
from prepos.core.transfer import Plan
from prepos.errors import ConfigError, InfeasibleError, RunError
from prepos.pipeline import planning
from prepos.plan import Question
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY, order_lines, replace_in

MONDAYS = "DC,SP1,2,0.5,mon\nDC,SP2,3,0.5,mon\n"
PERIODS = ["time.horizon=4", "plan.cover=3"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder with a configuration, its model and its tables; lanes leave on Mondays."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "lanes.csv").write_text(
        f"origin,destination,lead_time_days,cost_per_unit,ship_weekdays\n{MONDAYS}"
    )
    header = "order_id,ordered_at,sku,quantity,region_id"
    (tmp_path / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (tmp_path / "prepos.toml").write_text(CONFIG)
    (tmp_path / "models" / "plain").mkdir(parents=True)
    (tmp_path / "models" / "plain" / "spec.toml").write_text('kind = "moving_average"\n')
    return tmp_path


def settle(folder: Path, *sets: str, cutoff: date = CUTOFF) -> Config:
    """Return the workspace's configuration, three periods planned."""
    return load_config(
        folder / "prepos.toml", sets=[f"time.cutoff={cutoff}", "plan.gap=0", *PERIODS, *sets]
    )


def transfers(run: pipeline.Run, file: str = TRANSFERS) -> pd.DataFrame:
    """Return a run's transfers, or what it stands on."""
    return pipeline.load_run(run.folder).frames[file]


def units(frame: pd.DataFrame) -> Mapping[tuple[str, str, str], int]:
    """Return units by SKU, lane and ship date."""
    days = frame["ship_date"].dt.strftime("%Y-%m-%d")
    return frame.groupby(["sku", "lane_id", days])["quantity"].sum().to_dict()


def dearer(folder: Path) -> None:
    """Make being short cheap, so that a plan made anew moves less."""
    replace_in(folder / "products.csv", "007,0.1,30,1", "007,0.1,1.6,1")
    replace_in(folder / "products.csv", "NA,0.2,20,2", "NA,0.2,1.6,2")


def test_unchanged_data_give_the_published_plan_again(workspace: Path) -> None:
    """At no more cost, of which none is for deviating; the run keeps what it stands on."""
    first = pipeline.make_plan(settle(workspace), today=TODAY)
    config = settle(workspace, "time.frozen=1", "plan.stability_cost=1")
    again = pipeline.make_plan(config, today=TODAY, published=first.folder)
    before, after = (pipeline.load_run(run.folder).kpis for run in (first, again))
    assert after["plan"]["total_cost"] <= before["plan"]["total_cost"] * (1 + 1e-9)
    assert after["plan"]["stability_cost"] == 0.0
    later = transfers(first)["ship_date"] >= "2025-03-10"
    published = transfers(first)["quantity"][later].sum()
    assert after["nothing"]["stability_cost"] == published > 0
    pd.testing.assert_frame_equal(transfers(again, PUBLISHED), transfers(first))
    assert pipeline.verify_run(again.folder).check("frozen").compared > 0
    assert PUBLISHED not in pipeline.load_run(first.folder).frames


def test_published_plan_that_moves_nothing_keeps_nothing(workspace: Path) -> None:
    """There is no line to stand on, and no other reason to end."""
    first = pipeline.make_plan(settle(workspace, "plan.budget=0"), today=TODAY)
    assert transfers(first).empty

    second = pipeline.make_plan(settle(workspace), today=TODAY, published=first.folder)

    assert transfers(second, PUBLISHED).empty
    assert not transfers(second).empty


def test_prices_are_looked_for_from_the_published_ones(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner is asked with the price of every limit that the published certificate tells."""
    first = pipeline.make_plan(settle(workspace), today=TODAY)
    asked, decide = [], planning.decide

    def note(question: Question, **more: Any) -> Plan:
        asked.append(question)
        return decide(question, **more)

    monkeypatch.setattr(planning, "decide", note)
    pipeline.make_plan(settle(workspace, "time.frozen=1"), today=TODAY, published=first.folder)
    rows = pipeline.load_run(first.folder).certificate["rows"]
    told = {(row["limit"], row["place"]): row["price"] for row in rows}
    assert [question.prices for question in asked] == [told]
    assert len(told) == len(rows) > 0


def test_frozen_lines_stand_and_a_high_charge_keeps_the_rest(workspace: Path) -> None:
    """Where being short became cheap: anew, with a period frozen, and with deviating dear."""
    first = pipeline.make_plan(settle(workspace), today=TODAY)
    dearer(workspace)
    anew, frozen, kept = (
        units(transfers(pipeline.make_plan(settle(workspace, *sets), today=TODAY, published=base)))
        for sets, base in (
            ((), None),
            (("time.frozen=1",), first.folder),
            (("time.frozen=1", "plan.stability_cost=500"), first.folder),
        )
    )
    was = units(transfers(first))
    early = {move: count for move, count in was.items() if move[2] < "2025-03-10"}
    assert early
    assert {m: n for m, n in frozen.items() if m[2] < "2025-03-10"} == early
    assert {m: n for m, n in anew.items() if m[2] < "2025-03-10"} != early
    assert sum(frozen.values()) < sum(was.values())
    assert kept == was


def test_a_period_later_what_shipped_is_past(workspace: Path, tmp_path: Path) -> None:
    """The second week's lines are now the first; verified without the first run's folder."""
    first = pipeline.make_plan(settle(workspace), today=TODAY)
    was = transfers(first)
    moved = tmp_path / "elsewhere"
    shutil.copytree(first.folder, moved)
    shutil.rmtree(first.folder)
    later = CUTOFF + timedelta(days=7)
    config = settle(workspace, "time.frozen=1", "plan.stability_cost=1", cutoff=later)
    again = pipeline.make_plan(config, today=TODAY, published=moved)
    shutil.rmtree(moved)
    left = was[was["ship_date"] >= pd.Timestamp(later)]
    assert 0 < len(left) < len(was)
    assert units(transfers(again, PUBLISHED)) == units(left)
    early = units(left[left["ship_date"] < pd.Timestamp(later + timedelta(days=7))])
    now = transfers(again)
    assert units(now[now["ship_date"] < pd.Timestamp(later + timedelta(days=7))]) == early
    assert pipeline.verify_run(again.folder).passed


def test_lines_without_a_place_are_refused_where_frozen_else_left_out(workspace: Path) -> None:
    """SP2's lane is closed for good, and a SKU is sold no more."""
    first = pipeline.make_plan(settle(workspace), today=TODAY)
    replace_in(workspace / "lanes.csv", "DC,SP2,3,0.5,mon\n", "")
    gone = transfers(first).query("destination == 'SP2'")
    names = gone[gone["ship_date"] < "2025-03-10"]["transfer_id"]
    assert len(names) > 0
    frozen = settle(workspace, "time.frozen=1")
    with pytest.raises(InfeasibleError) as caught:
        pipeline.make_plan(frozen, today=TODAY, published=first.folder)
    for name in names:
        assert f"frozen line {name}: lane_id is 'DC>SP2', expected one of" in str(caught.value)
    run = pipeline.make_plan(
        settle(workspace, "plan.stability_cost=1"), today=TODAY, published=first.folder
    )
    kept = transfers(first).query("destination != 'SP2'")
    assert units(transfers(run, PUBLISHED)) == units(kept)


def test_the_published_run_names_the_new_one(workspace: Path) -> None:
    """Another published run, another id; the same, the same, which may then be taken."""
    config = settle(workspace)
    first = pipeline.make_plan(config, today=TODAY)
    second = pipeline.make_plan(config, today=TODAY, published=first.folder)
    third = pipeline.make_plan(config, today=TODAY, published=second.folder)
    again = pipeline.make_plan(config, today=TODAY, published=first.folder, reuse=True)
    assert len({run.run_id for run in (first, second, third)}) == 3
    assert again.run_id == second.run_id
    assert again.verdict is None


def test_a_run_without_a_plan_is_no_published_plan(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 with what was expected; a folder that is no run, or was altered, is exit 3."""
    forecast = pipeline.make_forecast(settle(workspace), today=TODAY)
    monkeypatch.setattr(
        "prepos.pipeline.opening.open_inputs", lambda *_, **__: pytest.fail("it was read")
    )
    with pytest.raises(ConfigError, match="holds no plan, expected the folder of a run of"):
        pipeline.make_plan(settle(workspace), today=TODAY, published=forecast.folder)
    with pytest.raises(RunError, match="is no run"):
        pipeline.make_plan(settle(workspace), today=TODAY, published=workspace / "nowhere")
    words = ["plan", "-c", str(workspace / "prepos.toml"), "--published", str(forecast.folder)]
    assert main(words) == 2
    assert "holds no plan" in capsys.readouterr().err


def test_the_model_is_the_bound_one(workspace: Path, tmp_path: Path) -> None:
    """What is written for other solvers decides on no frozen departure."""
    first = pipeline.make_plan(settle(workspace), today=TODAY)
    texts = []
    for name, sets in (("free", ()), ("bound", ("time.frozen=1",))):
        model = tmp_path / f"{name}.lp"
        pipeline.make_plan(
            settle(workspace, *sets), today=TODAY, model=model, published=first.folder
        )
        texts.append(model.read_text())
    assert texts[1].count("send_") < texts[0].count("send_")
