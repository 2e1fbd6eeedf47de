"""Second opinion on stock: what lies where and when, and that nothing leaves before it is there.

Recomputed from stock, receipts, ``transfers.csv`` and ``allocation.parquet`` by the calendar: a
date belongs to the period that contains it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.run import TARGETS, TRANSFERS, RunFiles
from prepos.core.types import FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import LIMIT, Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_transfers import Slacks, named, over

CELL = ["node", "sku", "period"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Flows:
    """Expected stock and what moves it, every array (T, N, K) in units.

    ``aside`` is what is put aside at a node in a period; ``inflows`` lists each arrival and receipt
    with its day, ``outflows`` each departure.
    """

    opening: FloatArray
    receipts: FloatArray
    transfers_in: FloatArray
    transfers_out: FloatArray
    expected_use: FloatArray
    closing: FloatArray
    aside: FloatArray
    inflows: pd.DataFrame  # node, sku, day, period, quantity
    outflows: pd.DataFrame


def make_flows(given: Given, lines: Rows | None, allocation: Rows) -> Flows:
    """Return the stock that follows from the lines (None: nothing moves) and what is used."""
    receipts, on_hand = list_receipts(given)
    arrivals = list_moves(given, lines, end="destination", date="arrival_date")
    departures = list_moves(given, lines, end="origin", date="ship_date")
    received, came, went = (spread(given, f) for f in (receipts, arrivals, departures))
    cell = tuple(allocation.at[c] for c in ("period", "node_id", "sku"))
    used, aside = np.zeros(given.shape), np.zeros(given.shape)
    np.add.at(used, cell, allocation["expected_use"])
    np.add.at(aside, cell, allocation["units"])
    closing = on_hand + np.cumsum(received + came - went - used, axis=0)
    return Flows(
        opening=np.concatenate([on_hand[None], closing[:-1]]),
        receipts=received,
        transfers_in=came,
        transfers_out=went,
        expected_use=used,
        closing=closing,
        aside=aside,
        inflows=pd.concat([receipts, arrivals], ignore_index=True),
        outflows=departures,
    )


def list_receipts(given: Given) -> tuple[pd.DataFrame, FloatArray]:
    """Return the receipts of the window, and stock on hand with those that are overdue."""
    on_hand = given.stock.on_hand.astype(np.float64)
    rows = []
    for receipt in given.stock.receipts:
        day = (receipt.arrives_on - given.periods.cutoff).days
        if day < 0:
            on_hand[receipt.node, receipt.sku] += receipt.quantity
        else:
            rows.append((receipt.node, receipt.sku, day, receipt.quantity))
    return _events(given, np.array(rows, dtype=np.int64).reshape(-1, 4)), on_hand


def list_moves(given: Given, lines: Rows | None, *, end: str, date: str) -> pd.DataFrame:
    """Return one end of the transfers as stock coming or going."""
    if lines is None:
        return _events(given, np.zeros((0, 4), dtype=np.int64))
    day = given.day_of(lines.frame[date])
    return _events(
        given, np.stack([lines.at[end], lines.at["sku"], day, lines["quantity"]], axis=1)
    )


def _events(given: Given, rows: IntArray) -> pd.DataFrame:
    """Return events within the window."""
    frame = pd.DataFrame(rows, columns=["node", "sku", "day", "quantity"])
    frame["period"] = frame["day"] // given.periods.days
    return frame[frame["period"].between(0, given.window.horizon - 1)]


def spread(given: Given, events: pd.DataFrame) -> FloatArray:
    """Return events summed to (T, N, K)."""
    total = np.zeros(given.shape)
    np.add.at(total, (events["period"], events["node"], events["sku"]), events["quantity"])
    return total


def check_on_hand(given: Given, flows: Flows, told: str) -> list[Check]:
    """Check that nothing is put aside or sent that is not there on the day."""
    came = spread(given, flows.inflows[flows.inflows["day"] % given.periods.days == 0])
    left = spread(given, flows.outflows[flows.outflows["day"] % given.periods.days == 0])
    inflow = flows.receipts + flows.transfers_in
    cells = np.argwhere((flows.aside > 0) | (flows.transfers_out > 0))
    t, j, k = cells.T
    where = Where(told, "units", _cell_names(given, cells))
    everything = flows.opening + inflow
    return [
        check_at_most(
            "put_aside",
            where,
            np.where(flows.aside > 0, flows.aside + left, 0.0)[t, j, k],
            (flows.opening + came)[t, j, k],
        ),
        check_at_most(
            "on_hand",
            where,
            (flows.aside + flows.transfers_out)[t, j, k],
            everything[t, j, k],
        ),
        check_holds(
            "on_hand",
            Where(told, "closing", _cell_names(given, negative := _negative(flows.closing))),
            np.zeros(len(negative), dtype=np.bool_),
            found=lambda i: f"{flows.closing[tuple(negative[i])]:.12g}",
            expected=lambda _: "0 or more",
        ),
    ]


def check_sent(given: Given, flows: Flows) -> Check:
    """Check, day by day, that what leaves was there: sent <= on hand, less what is put aside.

    What arrives on a day may leave from the next; on a period's first day it may be put aside, so
    there what is put aside is judged with it, not here.
    """
    days = flows.outflows.groupby([*CELL, "day"], as_index=False, sort=True)["quantity"].sum()
    sent = days.groupby(CELL)["quantity"].cumsum().to_numpy(dtype=np.float64)
    days = days.drop(columns="quantity").assign(row=np.arange(len(days)))
    both = days.merge(flows.inflows, on=CELL, suffixes=("", "_in"))
    earlier = both[both["day_in"] < both["day"]].groupby("row")["quantity"].sum()
    came = earlier.reindex(days["row"], fill_value=0).to_numpy(dtype=np.float64)
    cells = days[["period", "node", "sku"]].to_numpy()
    t, j, k = cells.T
    aside = np.where(days["day"] % given.periods.days > 0, flows.aside[t, j, k], 0.0)
    return check_at_most(
        "sent",
        Where(TRANSFERS, "quantity", _cell_names(given, cells)),
        sent + aside,
        flows.opening[t, j, k] + came,
    )


def check_room(given: Given, flows: Flows, slacks: Slacks) -> list[Check]:
    """Check storage (before use), inbound and outbound volume of every node and period."""
    volume = given.products.unit_volume_m3
    loads = {
        "storage_m3": (flows.closing + flows.expected_use) @ volume,
        "inbound_m3": (flows.receipts + flows.transfers_in) @ volume,
        "outbound_m3": flows.transfers_out @ volume,
    }
    places = [f"{node} {start}" for start in given.window.starts for node in given.nodes]
    horizon = given.window.horizon
    return [
        check_at_most(
            limit,
            Where(TRANSFERS, limit, named([f"node {place}" for place in places])),
            used.ravel(),
            np.tile(given.of_nodes(limit), horizon) + over(slacks, limit, places),
        )
        for limit, used in loads.items()
    ]


def check_targets(
    run: RunFiles, given: Given, areas: Areas, *, flows: Flows, idle: Flows, served: FloatArray
) -> list[Check]:
    """Check every cell of ``targets.csv``, and that no cell with stock is missing.

    ``served`` (T, Z, K) is the expected use of each catchment's demand, by any node.
    """
    axes = {"node_id": given.nodes, "sku": given.skus}
    rows, checks = find_rows(run, TARGETS, axes, given, key="sku")
    rows = rows.only(rows.at["period"] < given.window.horizon)
    at = tuple(rows.at[c] for c in ("period", "node_id", "sku"))
    columns = ("opening", "receipts", "transfers_in", "transfers_out", "expected_use", "closing")
    expected = {name: getattr(flows, name) for name in columns}
    expected["closing_without_plan"] = idle.closing
    told = np.zeros(given.shape, dtype=np.int64)
    np.add.at(told, at, 1)
    some = np.max([np.abs(values) for values in expected.values()], axis=0) > LIMIT
    odd = np.argwhere((some & (told == 0)) | (told > 1))
    for name, values in expected.items():
        where = rows.where(name, "node_id", "sku", "period_start")
        checks.append(check_equal("targets", where, rows[name], values[at], smallest=1e-6))
    fill = own_fill(given, areas, served)
    where = rows.where("fill_rate", "node_id", "sku", "period_start")
    checks.append(check_equal("fill_rate", where, rows["fill_rate"], fill[at], smallest=1e-6))
    checks.append(
        check_holds(
            "targets",
            Where(TARGETS, "node_id", _cell_names(given, odd)),
            np.zeros(len(odd), dtype=np.bool_),
            found=lambda i: f"in {told[tuple(odd[i])]} rows",
            expected=lambda _: "in one row",
        )
    )
    return checks


def own_fill(given: Given, areas: Areas, served: FloatArray) -> FloatArray:
    """Return (T, N, K): the share served of the demand of each node's own catchments; 1 without."""
    demand, got = np.zeros(given.shape), np.zeros(given.shape)
    for z, node in enumerate(areas.cheapest):
        if node >= 0:
            demand[:, node] += areas.mean[:, z]
            got[:, node] += served[:, z]
    return np.where(demand > 0, got / np.where(demand > 0, demand, 1.0), 1.0)


def _negative(closing: FloatArray) -> IntArray:
    """Return the cells with less than no stock."""
    return np.argwhere(closing < -LIMIT)


def _cell_names(given: Given, cells: IntArray) -> Callable[[int], str]:
    """Return the words for cells (n, 3) of period, node and SKU."""
    return lambda i: (
        f"{given.skus[int(cells[i][2])]} at {given.nodes[int(cells[i][1])]} "
        f"{given.window.start(int(cells[i][0]))}"
    )
