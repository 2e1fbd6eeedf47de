"""A node of a real small plan: what is used of its limits is what the verification allows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from prepos import pipeline
from prepos.config import load_config
from prepos.core.run import TRANSFERS, VALUES, RunFiles
from prepos.pipeline.node import ToldNode, explain_node
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY, order_lines

DOCK_M3 = 0.7
TIGHT = TABLES | {
    "nodes": "node_id,kind,latitude,longitude,storage_m3,inbound_m3\n"
    "DC,origin,40,8,,\nSP1,forward,51,9,40,DOCK\nSP2,forward,49,7,40,40\n",
    "lanes": "lane_id,origin,destination,lead_time_days,cost_per_unit,vehicle_cost,vehicle_m3,"
    "vehicles\ngroupage,DC,SP1,2,0.05,,,\nvan,DC,SP2,3,0.1,1,2,4\n",
}


def plan(folder: Path, dock_m3: float) -> tuple[Path, RunFiles]:
    """Return a run in which SP1 takes in so much a week."""
    for name, text in TIGHT.items():
        (folder / f"{name}.csv").write_text(text.replace("DOCK", f"{dock_m3:g}"))
    header = "order_id,ordered_at,sku,quantity,region_id"
    (folder / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (folder / "prepos.toml").write_text(CONFIG)
    (folder / "models" / "plain").mkdir(parents=True)
    (folder / "models" / "plain" / "spec.toml").write_text('kind = "moving_average"\n')
    config = load_config(folder / "prepos.toml", sets=[f"time.cutoff={CUTOFF}", "plan.gap=0.0001"])
    made = pipeline.make_plan(config, today=TODAY)
    return made.folder, pipeline.load_run(made.folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunFiles]:
    """Return a run in which SP1 cannot take in all that it wants, and SP2 is sent a van."""
    return plan(tmp_path_factory.mktemp("node"), DOCK_M3)


def told_of(run: tuple[Path, RunFiles], node: str) -> ToldNode:
    """Return what is told of a node."""
    return explain_node(run[1], run[0], node)


def test_a_full_dock_is_worth_something(run: tuple[Path, RunFiles]) -> None:
    """Inbound is full at SP1 and has a price, the rest has room and none."""
    told = told_of(run, "SP1")
    assert told.notices == ()
    assert told.kind == "forward"
    limits = {(line.limit, line.when): line for line in told.limits}
    dock = limits["inbound_m3", "2025-03-03"]
    assert dock.used == pytest.approx(dock.most, rel=0.15)
    assert dock.most == DOCK_M3
    assert dock.price > 0
    lies = limits["storage_m3", "2025-03-03"]
    assert lies.used < 0.5 * lies.most
    assert lies.price == pytest.approx(0.0, abs=1e-6)
    assert {line.place for line in told.limits} == {"SP1"}


def test_a_price_is_what_more_room_saves_at_most(
    run: tuple[Path, RunFiles], tmp_path: Path
) -> None:
    """A wider dock takes one unit more; that saves something, and no more than the price says."""
    (dock,) = (
        line
        for line in told_of(run, "SP1").limits
        if (line.limit, line.when) == ("inbound_m3", "2025-03-03")
    )
    more_m3 = 0.1  # a unit of SKU 007
    wider = plan(tmp_path, DOCK_M3 + more_m3)[1].kpis
    saved = run[1].kpis["objective"] - wider["objective"]
    unproven = run[1].kpis["objective"] - run[1].certificate["bound"]
    assert 0 < saved <= dock.price * more_m3 + unproven


def test_a_room_that_vehicles_come_into_has_both_its_prices(run: tuple[Path, RunFiles]) -> None:
    """One more m3 lets more come in, and more of a whole vehicle with it; one line tells that."""
    rows = [
        row | {"price": 0.25} if row["limit"] == "whole_inbound_m3" else row
        for row in run[1].certificate["rows"]
    ]
    dearer = replace(run[1], certificate=run[1].certificate | {"rows": rows})
    before, after = (
        {(line.limit, line.when): line.price for line in told_of((run[0], files), "SP2").limits}
        for files in (run[1], dearer)
    )
    first = "inbound_m3", "2025-03-03"
    whole = [row for row in run[1].certificate["rows"] if row["limit"] == "whole_inbound_m3"]
    known = {row["place"]: row["price"] for row in whole}
    assert after[first] - before[first] == pytest.approx(0.25 - known["SP2 2025-03-03"])
    assert before.keys() == after.keys()
    assert "whole_inbound_m3" not in {name for name, _ in after}


def test_vehicles_that_touch_the_node_are_counted(run: tuple[Path, RunFiles]) -> None:
    """Loads by period against the fleet, and what those of a departure carry of their room."""
    told = told_of(run, "SP2")
    (way,) = told.ways
    limits = {(line.limit, line.when): line for line in told.limits if line.place == "van"}
    fleet = [line for (name, _), line in limits.items() if name == "vehicles"]
    assert sum(line.used for line in fleet) == way.vehicles > 0
    assert {line.most for line in fleet} == {4.0}
    rooms = [line for (name, _), line in limits.items() if name == "vehicle_m3" and line.used]
    assert sum(line.used for line in rooms) == pytest.approx(way.volume_m3)
    assert sum(line.most for line in rooms) == 2.0 * way.vehicles


def test_stock_and_transfers_add_up(run: tuple[Path, RunFiles]) -> None:
    """What comes by period is what the lanes bring; an origin sends what forward nodes take in."""
    moved = run[1].frames[TRANSFERS]
    for node in ("SP1", "SP2"):
        told = told_of(run, node)
        assert (
            sum(way.units for way in told.ways)
            == moved["quantity"][moved["destination"] == node].sum()
        )
        assert sum(row.transfers_in for row in told.stock) == sum(way.units for way in told.ways)
    origin = told_of(run, "DC")
    assert sum(way.units for way in origin.ways) == moved["quantity"].sum()
    assert sum(row.transfers_out for row in origin.stock) == moved["quantity"].sum()


def test_values_come_with_what_lies_there(run: tuple[Path, RunFiles]) -> None:
    """The most valued first, as values.csv tells them."""
    values = run[1].frames[VALUES]
    told = told_of(run, "SP1")
    mine = values[values["node_id"] == "SP1"].sort_values("value", ascending=False)
    assert [value.value for value in told.values] == mine["value"].tolist()
    assert told.valued_skus == len(mine)
    there = {value.sku: value.on_hand for value in told.values}
    assert there.get("NA", 2.0) == 2.0


def test_values_are_verified_with_the_run(run: tuple[Path, RunFiles]) -> None:
    """The second opinion looks at each source that lies now."""
    verdict = pipeline.verify_run(run[0])
    assert verdict.passed
    assert verdict.check("values").compared >= 3
    assert isinstance(run[1].frames[VALUES], pd.DataFrame)
