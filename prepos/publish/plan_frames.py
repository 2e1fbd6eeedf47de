"""The plan as tables: transfers, loads, targets, and what the proof of its cost stands on.

Stands on the columns of ``core.run``. Rows are ordered by id and date, never by the order in which
a solver found them, so that the same plan gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.demand import Forecast
from prepos.core.periods import Periods
from prepos.core.run import (
    ALLOCATION,
    CATCHMENTS,
    DATE,
    LOADS,
    REDIRECTS,
    RUN_TABLES,
    SUPPLY,
    TARGETS,
    TRANSFERS,
)
from prepos.core.spans import list_spans, sum_spans
from prepos.core.texts import TEXT_TYPE
from prepos.core.transfer import Allocation, Load, Plan, Redirect, Transfer
from prepos.core.types import AnyArray, FloatArray, IntArray

VALUE_DIGITS = 6  # of a unit of currency: more say nothing, and every digit is a tenth of the file
STOCK_COLUMNS = tuple(RUN_TABLES[TARGETS])[3:]


def transfers_frame(plan: Plan) -> pd.DataFrame:
    """Return one row a transfer of a plan."""
    return lines_frame(plan.transfers, plan.plan_id)


def lines_frame(lines: Sequence[Transfer], plan_id: str) -> pd.DataFrame:
    """Return one row a transfer, sorted by ship date, origin, destination, SKU, lane and load."""

    def key(line: Transfer) -> tuple[object, ...]:
        way = (line.ship_date, line.origin, line.destination, line.sku, line.lane_id)
        return (*way, len(line.load_id), line.load_id)

    rows = [{"plan_id": plan_id, **asdict(line)} for line in sorted(lines, key=key)]
    return _frame_of(TRANSFERS, rows)


def redirects_frame(plan: Plan) -> pd.DataFrame:
    """Return one row for units that are taken off at a hub, by day there, hub, SKU and end."""

    def key(line: Redirect) -> tuple[object, ...]:
        return (line.at_hub_on, line.hub_node_id, line.sku, line.node_id, line.arrives_on)

    return _frame_of(REDIRECTS, [asdict(line) for line in sorted(plan.redirects, key=key)])


def loads_frame(plan: Plan) -> pd.DataFrame:
    """Return one row a vehicle, sorted by ship date, origin, destination, lane and number."""

    def key(load: Load) -> tuple[object, ...]:
        way = (load.ship_date, load.origin, load.destination, load.lane_id)
        return (*way, len(load.load_id), load.load_id)

    return _frame_of(LOADS, [asdict(load) for load in sorted(plan.loads, key=key)])


def targets_frame(plan: Plan, nodes: Axis, skus: Axis) -> pd.DataFrame:
    """Return stock by node, SKU and period wherever some is, comes, goes or would have been."""
    stock = {name: getattr(plan.targets, name).transpose(1, 2, 0) for name in STOCK_COLUMNS}
    held = np.any([values != 0 for name, values in stock.items() if name != "fill_rate"], axis=0)
    node, sku, period = np.nonzero(held)
    return pd.DataFrame(
        {
            "node_id": pick_ids(nodes, node),
            "sku": pick_ids(skus, sku),
            "period_start": pick_starts(plan.periods, period),
        }
        | {name: values[held] + 0.0 for name, values in stock.items()}  # + 0.0: no "-0.0"
    )


def catchments_frame(
    forecast: Forecast, span_dispersion: FloatArray, periods: Periods
) -> pd.DataFrame:
    """Return the demand the plan was made for: by catchment, SKU and span of periods.

    Parameters
    ----------
    forecast : Forecast
        Grouped by catchment, over the window or longer.
    span_dispersion : (P, Z, K) float
        Of the demand of every span of the window, as ``core.spans`` numbers them.
    periods : Periods
        The plan's window.
    """
    first, last = list_spans(periods.horizon)
    mean = sum_spans(forecast.mean[: periods.horizon])
    catchment, sku, span = np.nonzero(mean.transpose(1, 2, 0) > 0)
    frame = pd.DataFrame(
        {
            "catchment_id": pick_ids(forecast.regions, catchment),
            "sku": pick_ids(forecast.skus, sku),
            "period_start": pick_starts(periods, first[span]),
            "periods": last[span] - first[span] + 1,
            "mean": mean[span, catchment, sku],
            "dispersion": span_dispersion[span, catchment, sku],
        }
    )
    return frame[list(RUN_TABLES[CATCHMENTS])]


def allocation_frame(plan: Plan, nodes: Axis, skus: Axis) -> pd.DataFrame:
    """Return what stock is put aside for, with the plan and with nothing moved."""
    parts = [
        _allocation_part("nothing", plan, plan.nothing_allocation, nodes, skus),
        _allocation_part("plan", plan, plan.allocation, nodes, skus),
    ]
    return pd.concat(parts, ignore_index=True)[list(RUN_TABLES[ALLOCATION])]


def _allocation_part(
    name: str, plan: Plan, allocation: Allocation, nodes: Axis, skus: Axis
) -> pd.DataFrame:
    """Return one way to put aside, sorted by SKU, node, catchment, period, moved and rank."""
    a = allocation
    order = np.lexsort((a.rank_from, a.moved, a.period, a.catchment, a.node, a.sku))
    return pd.DataFrame(
        {
            "plan": pd.array([name] * len(order), dtype=TEXT_TYPE),
            "sku": pick_ids(skus, a.sku[order]),
            "node_id": pick_ids(nodes, a.node[order]),
            "catchment_id": pick_ids(plan.catchments.axis, a.catchment[order]),
            "period_start": pick_starts(plan.periods, a.period[order]),
            "moved": a.moved[order].astype(np.int64),
            "rank_from": a.rank_from[order],
            "rank_to": a.rank_to[order],
            "units": a.units[order],
            "expected_use": a.expected_use[order],
            "relieved": a.relieved[order],
        }
    )


def supply_frame(plan: Plan, nodes: Axis, skus: Axis) -> pd.DataFrame:
    """Return each source of stock with what one more unit of it would save, by SKU, node, day."""
    told = plan.certificate
    order = np.lexsort((told.at_hub_on, told.hub, told.lies_from, told.node, told.sku))
    frame = pd.DataFrame(
        {
            "sku": pick_ids(skus, told.sku[order]),
            "node_id": pick_ids(nodes, told.node[order]),
            "lies_from": told.lies_from[order].astype("datetime64[s]"),
            "hub_node_id": pick_ids(nodes, told.hub[order]),
            "at_hub_on": told.at_hub_on[order].astype("datetime64[s]"),
            "units": told.units[order],
            "value": told.value[order],
        }
    )
    return frame[list(RUN_TABLES[SUPPLY])]


def values_frame(plan: Plan, nodes: Axis, skus: Axis) -> pd.DataFrame:
    """Return what a unit is worth at each node now, by node and SKU; only where it is anything."""
    told = np.round(plan.values, VALUE_DIGITS)
    node, sku = np.nonzero(told)
    return pd.DataFrame(
        {"node_id": pick_ids(nodes, node), "sku": pick_ids(skus, sku), "value": told[node, sku]}
    )


def pick_ids(axis: Axis, positions: IntArray) -> pd.Series[str]:
    """Return the ids at the positions as a text column."""
    return pd.Series(pd.array(np.array([*axis.ids], dtype=object)[positions], dtype=TEXT_TYPE))


def pick_starts(periods: Periods, positions: IntArray) -> AnyArray:
    """Return the first days of the periods at the positions, datetime64[s]."""
    return np.array(periods.starts, dtype="datetime64[s]")[positions]


def _frame_of(file: str, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a frame with the file's columns and types."""
    return pd.DataFrame(
        {
            name: _column(kind, (row[name] for row in rows))
            for name, kind in RUN_TABLES[file].items()
        }
    )


def _column(kind: str, values: Iterable[object]) -> AnyArray | pd.Series[str]:
    """Return one column in the type of the contract."""
    listed = list(values)
    if kind == DATE:
        return np.array(listed, dtype="datetime64[s]")
    types = {"integer": np.int64, "number": np.float64}
    if kind in types:
        return np.array(listed, dtype=types[kind])
    return pd.Series(pd.array(np.array(listed, dtype=object), dtype=TEXT_TYPE))
