"""A small plan by hand: two nodes, two SKUs, two weeks, one vehicle."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from prepos.core.axes import Axis
from prepos.core.demand import Forecast
from prepos.core.periods import Periods
from prepos.core.transfer import (
    Allocation,
    Catchments,
    Certificate,
    Costs,
    Load,
    Plan,
    Redirect,
    Slack,
    Stress,
    Targets,
    Transfer,
)

PERIODS = Periods(cutoff=date(2025, 3, 3), days=7, horizon=2)
NODES = Axis("node_id", ("DC", "SP"))
SKUS = Axis("sku", ("007", "NA"))
REGIONS = Axis("region_id", ("r1", "r2"))


def make_transfer(**changes: object) -> Transfer:
    """Return a transfer of ten units of SKU NA."""
    line = Transfer(
        transfer_id="T0",
        sku="NA",
        quantity=10,
        origin="DC",
        destination="SP",
        lane_id="DC>SP",
        ship_date=date(2025, 3, 3),
        arrival_date=date(2025, 3, 5),
        load_id="DC>SP@2025-03-03/1",
        volume_m3=0.1 + 0.2,
        weight_kg=1.0,
        transport_cost=1e-7,
        expected_saving=12.5,
        chance_unused=0.25,
        reason='saves 12.50: "near", cheap',
    )
    return replace(line, **changes)


def make_load(**changes: object) -> Load:
    """Return the vehicle of that transfer."""
    load = Load(
        load_id="DC>SP@2025-03-03/1",
        lane_id="DC>SP",
        origin="DC",
        destination="SP",
        ship_date=date(2025, 3, 3),
        arrival_date=date(2025, 3, 5),
        volume_m3=0.3,
        weight_kg=1.0,
        fill=0.5,
        cost=40.0,
    )
    return replace(load, **changes)


def make_redirect(**changes: object) -> Redirect:
    """Return two units that stay at DC instead of going on to SP."""
    line = Redirect(
        sku="007",
        quantity=2,
        node_id="SP",
        arrives_on=date(2025, 3, 7),
        hub_node_id="DC",
        at_hub_on=date(2025, 3, 4),
        saving=1.25,
        reason="2 stay at DC; saves at least 1.25 against going on",
    )
    return replace(line, **changes)


def make_allocation(order: tuple[int, ...]) -> Allocation:
    """Return three rows in the order asked for."""
    rows = np.array([[0, 0, 0, 0, 0, 1], [1, 0, 1, 0, 0, 2], [1, 1, 1, 1, 2, 3]])[list(order)]
    units = np.array([1.0, 1.5, 0.5])[list(order)]
    names = ("sku", "node", "catchment", "period", "rank_from", "rank_to")
    positions = dict(zip(names, rows.T, strict=True))
    moved = positions["node"] == 1
    return Allocation(
        **positions,
        moved=moved,
        units=units,
        use=np.outer(units, [0.25, 0.25]),
        relieved=np.zeros(len(units)),
    )


def make_proof() -> Certificate:
    """Return two priced limits, and three sources out of order."""
    return Certificate(
        bound=98.5,
        limits=("budget", "inbound_m3"),
        places=("", "SP 2025-03-03"),
        prices=np.array([0.0, 0.125]),
        sku=np.array([1, 1, 0]),
        node=np.array([0, 0, 1]),
        lies_from=np.array(["2025-03-05", "2025-03-02", "2025-03-02"], dtype="datetime64[D]"),
        hub=np.array([1, 0, 1]),
        at_hub_on=np.array(["2025-03-04", "2025-03-02", "2025-03-02"], dtype="datetime64[D]"),
        units=np.array([4, 7, 2]),
        value=np.array([0.5, 1.5, 0.0]),
    )


def make_costs(**changes: object) -> Costs:
    """Return costs that add up to 100."""
    costs = Costs(
        transport_cost=10.0,
        vehicle_cost=40.0,
        handling_cost=0.0,
        service_cost=25.0,
        holding_cost=5.0,
        return_cost=0.0,
        shortage_cost=20.0,
        units=10.0,
        loads=1,
        volume_m3=0.3,
        fill_rate=0.9,
        local_share=0.5,
        mean_distance_km=120.0,
    )
    return replace(costs, **changes)


def make_targets() -> Targets:
    """Return stock of SKU NA at SP in the second week, and a zero with a sign elsewhere."""
    stock = np.zeros((2, 2, 2))
    closing = stock.copy()
    closing[1, 1, 1] = 4.25
    closing[0, 0, 0] = -0.0
    return Targets(
        opening=closing,
        receipts=stock,
        transfers_in=stock,
        transfers_out=stock,
        expected_use=stock,
        closing=closing,
        closing_without_plan=stock,
        fill_rate=np.ones((2, 2, 2)),
    )


@pytest.fixture
def plan() -> Plan:
    """Return the plan, its lines out of order."""
    return Plan(
        plan_id="2025-03-03-abc",
        periods=PERIODS,
        transfers=(
            make_transfer(ship_date=date(2025, 3, 10), transfer_id="T2"),
            make_transfer(),
            make_transfer(sku="007", transfer_id="T1", load_id=""),
        ),
        redirects=(make_redirect(sku="NA", at_hub_on=date(2025, 3, 6)), make_redirect()),
        loads=(make_load(load_id="DC>SP@2025-03-03/10"), make_load(load_id="DC>SP@2025-03-03/2")),
        catchments=Catchments(
            axis=Axis("catchment_id", ("DC", "SP")),
            of_region=np.array([0, 1]),
            servers=np.ones((2, 2), dtype=np.bool_),
            service_cost=np.ones((2, 2, 2)),
            distance_km=np.ones((2, 2, 2)),
        ),
        targets=make_targets(),
        allocation=make_allocation((2, 0, 1)),
        nothing_allocation=make_allocation((1, 0)),
        costs=make_costs(),
        nothing=make_costs(shortage_cost=120.0, loads=0),
        bound=99.0,
        certificate=make_proof(),
        values=np.array([[0.0, 1.25], [2.0 / 3.0, 1e-9]]),
        method="exact",
        status="optimal",
        solver="highs",
        slacks=(Slack(limit="min_fill", place="SP", quantity=1.0, unit="units", penalty=10.0),),
        held_back=None,
        stress=(Stress(demand=0.5, lead_time=1.0, nothing=80.0, plan=100.0),),
    )


@pytest.fixture
def forecast() -> Forecast:
    """Return a forecast over two weeks with one cell below the floor and one empty."""
    mean = np.array([[[2.0, 0.0005], [0.0, 1.0]], [[3.0, 0.0], [0.5, 1.0]]])
    return Forecast(
        REGIONS,
        SKUS,
        PERIODS,
        mean=mean,
        dispersion=np.full((2, 2, 2), 0.2),
        total_mean=mean.sum(axis=0),
        total_dispersion=np.full((2, 2), 0.1),
        signals={"own": mean.sum(axis=0) * 0.75, "pool": mean.sum(axis=0) * 0.25},
    )
