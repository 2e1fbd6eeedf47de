"""A planner reads off what more room, vehicles or units at a node are worth."""

from __future__ import annotations

import json
from dataclasses import replace
from types import ModuleType

import pandas as pd
import pytest

from prepos.cli import main
from prepos.cli.node_page import node_page
from prepos.cli.screen import rendered
from prepos.core.run import LOADS, TARGETS, VALUES, RunFiles
from prepos.pipeline.node import ToldNode, ToldStock, ToldValue, ToldWay
from prepos.pipeline.node_limits import ToldLimit

STOCK = ("opening", "receipts", "transfers_in", "transfers_out", "expected_use", "closing")


def told(**changes: object) -> ToldNode:
    """Return a node with a limit that binds, one that does not, and a van."""
    limits = (
        ("storage_m3", "FW1", "2026-11-02", "m3", 12.5, 5.94, 6.0),
        ("inbound_m3", "FW1", "2026-11-02", "m3", 0.0, 1.5, 6.0),
        ("vehicle_m3", "van [1]", "2026-11-05", "m3", 30.0, 2.0, 4.0),
        ("vehicle_m3", "van [1]", "2026-11-12", "m3", 0.0, None, None),
        ("vehicles", "van [1]", "2026-11-02", "vehicle", 0.001, 1.0, 3.0),
        ("budget", "", "", "currency", 0.25, 900.0, 900.0),
    )
    names = ("limit", "place", "when", "unit", "price", "used", "most")
    node = ToldNode(
        node_id="FW1",
        name="Forward 1",
        kind="forward",
        currency="EUR",
        limits=tuple(ToldLimit(**dict(zip(names, row, strict=True))) for row in limits),
        stock=(
            ToldStock(
                period_start="2026-11-02",
                **dict(zip(STOCK, (10, 2, 30, 0, 25.4, 16.6), strict=True)),
            ),
        ),
        ways=(
            ToldWay(
                lane_id="van [1]",
                origin="DC1",
                destination="FW1",
                units=30,
                skus=2,
                volume_m3=2.0,
                vehicles=1,
                first_ships="2026-11-05",
            ),
        ),
        values=(ToldValue(sku="[b]milk[/b]", value=2.5, on_hand=10.0),),
        valued_skus=41,
    )
    return replace(node, **changes)


def page(**changes: object) -> str:
    """Return the page as text, blanks run together."""
    return " ".join(rendered(node_page(told(**changes))).split())


def test_limits_tell_how_full_and_what_one_more_is_worth() -> None:
    """What does not bind is told so, and so is a price that rounds to nothing."""
    shown = page()
    assert "FW1 (Forward 1), forward node: 30 units come by the plan, 0 leave" in shown
    assert "storage FW1 2026-11-02 5.9 6 99% 12.50 a m3" in shown
    assert "inbound FW1 2026-11-02 1.5 6 25% not binding" in shown
    assert "fleet van [1] 2026-11-02 1 3 33% not binding" in shown
    assert "budget the plan 900 900 100% 0.25 a EUR" in shown


def test_departures_are_told_where_they_carry_or_cost_anything() -> None:
    """Room on a departure that nothing uses, for nothing, is left out."""
    shown = page()
    assert "room in vehicles van [1] 2026-11-05 2 4 50% 30.00 a m3" in shown
    assert "2026-11-12" not in shown


def test_stock_transfers_and_values_are_told() -> None:
    """Units by period and lane, and the SKUs that gain most; markup in an id stays text."""
    shown = page()
    assert "2026-11-02 10 2 30 0 25 17" in shown
    assert "van [1] DC1 FW1 30 2 2.0 1 2026-11-05" in shown
    assert "[b]milk[/b] 10 2.50" in shown
    assert "and 40 more: values.csv" in shown


def test_an_empty_node_and_notices_are_told() -> None:
    """A node without limits, stock and transfers still has a page."""
    shown = page(limits=(), stock=(), ways=(), values=(), valued_skus=0, notices=("it changed",))
    assert "Nothing lies there, comes or goes." in shown
    assert "not binding" not in shown
    assert "Note: it changed" in shown


@pytest.fixture
def planned(pipeline: ModuleType, files: RunFiles, monkeypatch: pytest.MonkeyPatch) -> RunFiles:
    """Return a run of which the inputs are gone: files alone are told."""
    stock = {"node_id": ["FW1", "FW1"], "sku": ["milk", "tea"]}
    targets = pd.DataFrame(
        {
            **stock,
            "period_start": pd.Timestamp("2026-11-02"),
            **{name: [2.0, 1.0] for name in STOCK},
        }
    )
    values = pd.DataFrame(
        {"node_id": ["FW1", "FW1", "DC1"], "sku": ["milk", "tea", "tea"], "value": [1.0, 3.0, 9.0]}
    )
    rows = [
        {"limit": "storage_m3", "place": "FW1 2026-11-02", "price": 4.0},
        {"limit": "storage_m3", "place": "FW2 2026-11-02", "price": 5.0},
        {"limit": "min_fill", "place": "FW1#2", "price": 6.0},
        {"limit": "min_fill", "place": "FW1 dry goods", "price": 6.5},
        {"limit": "min_fill", "place": "FW2 goods", "price": 6.5},
        {"limit": "vehicles", "place": "DC1>FW1 2026-11-02", "price": 7.0},
        {"limit": "vehicles", "place": "van 2026-11-02", "price": 8.0},
    ]
    run = replace(
        files,
        frames={
            **files.frames,
            TARGETS: targets,
            VALUES: values,
            LOADS: files.frames[LOADS].assign(lane_id="van"),
        },
        certificate={"rows": rows},
        manifest={
            "run_id": "x",
            "config_folder": "nowhere",
            "config": {"plan": {"category_min_fill": {"goods": 0.5, "dry goods": 0.9}}},
            "inputs": [],
        },
    )
    monkeypatch.setattr(pipeline, "load_run", lambda _: run)
    return run


def test_without_inputs_the_files_are_told(
    planned: RunFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    """The node's own limits, lanes and SKUs, by value; how full they are is not known."""
    assert main(["explain", "runs/x", "--node", "FW1", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    prices = {(row["limit"], row["place"], row["when"]): row["price"] for row in shown["limits"]}
    assert prices == {
        ("storage_m3", "FW1", "2026-11-02"): 4.0,
        ("min_fill", "FW1#2", ""): 6.0,
        ("min_fill", "FW1 dry goods", ""): 6.5,
        ("vehicles", "DC1>FW1", "2026-11-02"): 7.0,
    }
    assert all(row["used"] is None for row in shown["limits"])
    assert [value["sku"] for value in shown["values"]] == ["tea", "milk"]
    assert (shown["stock"][0]["opening"], shown["ways"][0]["units"]) == (3.0, 30)
    assert "only the run's own files are told" in shown["notices"][0]


def test_unknown_node_is_two(planned: RunFiles, capsys: pytest.CaptureFixture[str]) -> None:
    """The nodes there are, and the nearest, are named."""
    assert main(["explain", "runs/x", "--node", "FW9"]) == 2
    told_error = " ".join(capsys.readouterr().err.split())
    assert "node is 'FW9', expected one of DC1, DC2, FW1, FW2, nearest is FW" in told_error


def test_run_without_a_plan_is_two(
    pipeline: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forecast has no prices."""
    assert main(["explain", "runs/x", "--node", "FW1"]) == 2
    assert "the run holds no plan, expected one of `prepos plan`" in capsys.readouterr().err
