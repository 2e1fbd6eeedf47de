"""The plan's tables: rows, order, types."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prepos.core.axes import Axis
from prepos.core.demand import Forecast
from prepos.core.run import (
    ALLOCATION,
    CATCHMENTS,
    LOADS,
    REDIRECTS,
    RUN_TABLES,
    SUPPLY,
    TARGETS,
    TRANSFERS,
    VALUES,
)
from prepos.core.transfer import Plan
from prepos.publish import (
    allocation_frame,
    catchments_frame,
    loads_frame,
    make_certificate,
    redirects_frame,
    supply_frame,
    targets_frame,
    transfers_frame,
    values_frame,
)

NODES, SKUS = Axis("node_id", ("DC", "SP")), Axis("sku", ("007", "NA"))


def test_transfers_are_sorted_by_day_way_and_sku(plan: Plan) -> None:
    """Lines come by ship date, origin, destination and SKU, whatever the plan's own order."""
    frame = transfers_frame(plan)
    assert list(frame["transfer_id"]) == ["T1", "T0", "T2"]
    assert list(frame) == list(RUN_TABLES[TRANSFERS])
    assert set(frame["plan_id"]) == {"2025-03-03-abc"}


def test_vehicles_are_sorted_by_number_not_by_letter(plan: Plan) -> None:
    """Vehicle 2 stands before vehicle 10."""
    frame = loads_frame(plan)
    assert [key.rpartition("/")[2] for key in frame["load_id"]] == ["2", "10"]
    assert list(frame) == list(RUN_TABLES[LOADS])


def test_targets_tell_only_where_something_is(plan: Plan) -> None:
    """Cells with no stock at all are left out, no zero has a sign, columns are in order."""
    frame = targets_frame(plan, NODES, SKUS)
    assert frame[["node_id", "sku"]].to_numpy().tolist() == [["SP", "NA"]]
    assert frame["period_start"].dt.strftime("%Y-%m-%d").tolist() == ["2025-03-10"]
    assert list(frame) == list(RUN_TABLES[TARGETS])
    assert "-0.0" not in frame.to_csv()


def test_allocation_has_both_ways_in_canonical_order(plan: Plan) -> None:
    """What is put aside is told for the plan and for doing nothing, sorted by id."""
    frame = allocation_frame(plan, NODES, SKUS)
    assert list(frame) == list(RUN_TABLES[ALLOCATION])
    assert frame["plan"].tolist() == ["nothing", "nothing", "plan", "plan", "plan"]
    told = frame.loc[frame["plan"] == "plan", ["sku", "node_id", "moved", "rank_from", "units"]]
    assert told.to_numpy().tolist() == [
        ["007", "DC", 0, 0, 1.0],
        ["NA", "DC", 0, 0, 1.5],
        ["NA", "SP", 1, 2, 0.5],
    ]
    assert (frame["expected_use"] == 0.5 * frame["units"]).all()


def test_supply_is_told_by_sku_node_and_day(plan: Plan) -> None:
    """One row a source, stock on hand from the day before the cutoff."""
    frame = supply_frame(plan, NODES, SKUS)
    assert list(frame) == list(RUN_TABLES[SUPPLY])
    days = {name: frame[name].dt.strftime("%d") for name in ("lies_from", "at_hub_on")}
    assert frame.assign(**days).to_numpy().tolist() == [
        ["007", "SP", "02", "SP", "02", 2, 0.0],
        ["NA", "DC", "02", "DC", "02", 7, 1.5],
        ["NA", "DC", "05", "SP", "04", 4, 0.5],
    ]


def test_redirects_are_told_by_day_hub_and_sku(plan: Plan) -> None:
    """One row a receipt that units are taken off, the first to come to its hub first."""
    frame = redirects_frame(plan)
    assert list(frame) == list(RUN_TABLES[REDIRECTS])
    assert frame[["sku", "quantity", "node_id", "hub_node_id"]].to_numpy().tolist() == [
        ["007", 2, "SP", "DC"],
        ["NA", 2, "SP", "DC"],
    ]
    assert redirects_frame(replace(plan, redirects=())).empty


def test_values_are_told_only_where_a_unit_is_worth_anything(plan: Plan) -> None:
    """Rounded, by node and SKU; nothing, and what rounds to it, is in no row."""
    frame = values_frame(plan, NODES, SKUS)
    assert list(frame) == list(RUN_TABLES[VALUES])
    assert frame.to_numpy().tolist() == [["DC", "NA", 1.25], ["SP", "007", 0.666667]]


def test_the_certificate_names_each_limit_with_its_price(plan: Plan) -> None:
    """Prices that are 0 are told too: each limit has one."""
    assert make_certificate(plan) == {
        "schema": "prepos/certificate@1",
        "plan_id": "2025-03-03-abc",
        "bound": 98.5,
        "rows": [
            {"limit": "budget", "place": "", "price": 0.0},
            {"limit": "inbound_m3", "place": "SP 2025-03-03", "price": 0.125},
        ],
    }


def test_catchments_cover_the_window_alone(forecast: Forecast) -> None:
    """Demand beyond the plan's window, and none at all, is left out."""
    window = replace(forecast.periods, horizon=1)
    frame = catchments_frame(forecast, forecast.dispersion[:1], window)
    assert list(frame) == list(RUN_TABLES[CATCHMENTS])
    assert frame[["catchment_id", "sku", "mean"]].to_numpy().tolist() == [
        ["r1", "007", 2.0],
        ["r1", "NA", 0.0005],
        ["r2", "NA", 1.0],
    ]


def test_catchments_tell_every_span(forecast: Forecast) -> None:
    """One row for each span in which anything is wanted, by catchment, SKU, start and length."""
    by_span = np.array([0.1, 0.2, 0.3])  # the first week, both, the second
    frame = catchments_frame(forecast, np.tile(by_span[:, None, None], (1, 2, 2)), forecast.periods)
    assert set(frame["period_start"].dt.strftime("%Y-%m-%d")) == {"2025-03-03", "2025-03-10"}
    start = (frame["period_start"] - frame["period_start"].min()).dt.days
    assert frame.assign(period_start=start).to_numpy().tolist() == [
        ["r1", "007", 0, 1, 2.0, 0.1],
        ["r1", "007", 0, 2, 5.0, 0.2],
        ["r1", "007", 7, 1, 3.0, 0.3],
        ["r1", "NA", 0, 1, 0.0005, 0.1],
        ["r1", "NA", 0, 2, 0.0005, 0.2],
        ["r2", "007", 0, 2, 0.5, 0.2],
        ["r2", "007", 7, 1, 0.5, 0.3],
        ["r2", "NA", 0, 1, 1.0, 0.1],
        ["r2", "NA", 0, 2, 2.0, 0.2],
        ["r2", "NA", 7, 1, 1.0, 0.3],
    ]


@pytest.mark.parametrize("make", [transfers_frame, loads_frame])
def test_an_empty_plan_keeps_its_columns_and_types(plan: Plan, make) -> None:
    """A plan that moves nothing still writes a header, and types that read back."""
    full, empty = make(plan), make(replace(plan, transfers=(), loads=()))
    assert len(empty) == 0
    assert list(empty) == list(full)
    assert empty.dtypes.equals(full.dtypes)
    assert isinstance(empty["ship_date"].dtype, type(pd.Series(dtype="datetime64[s]").dtype))
