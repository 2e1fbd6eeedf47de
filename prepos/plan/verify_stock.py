"""Second opinion on stock: what lies where and when, and that nothing leaves before it is there.

Recomputed from stock, receipts, ``transfers.csv``, ``redirects.csv`` and ``allocation.parquet`` by
the calendar: a date belongs to the period that contains it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from prepos.core.run import TARGETS, TRANSFERS, RunFiles
from prepos.core.types import FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_allocation import Aside
from prepos.plan.verify_book import Given, Rows, find_rows, middle_of
from prepos.plan.verify_compare import LIMIT, Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_receipts import list_receipts
from prepos.plan.verify_transfers import Slacks, named, over

SINGLE = 1e-6  # share of the units passing through, that chances of single precision may be off
CELL = ["node", "sku", "day"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Flows:
    """Expected stock and what moves it, every array (T, N, K) in units.

    Attributes
    ----------
    aside : (T, N, K) float
        What is put aside at a node from a period on.
    moved_aside, moved_unused : (N, K) float
        What is put aside of what the plan brought, and what of that is expected unused.
    taken_off : (N, K) float
        What is taken off at each node in transit; part of ``receipts`` there.
    inflows, outflows : DataFrame
        Each arrival and receipt with its day, and each departure: node, sku, day, period, quantity.
    """

    opening: FloatArray
    receipts: FloatArray
    transfers_in: FloatArray
    transfers_out: FloatArray
    expected_use: FloatArray
    closing: FloatArray
    aside: FloatArray
    moved_aside: FloatArray
    moved_unused: FloatArray
    taken_off: FloatArray
    inflows: pd.DataFrame
    outflows: pd.DataFrame


def make_flows(
    given: Given, lines: Rows | None, allocation: Aside, shifted: pd.DataFrame | None = None
) -> Flows:
    """Return the stock that follows from the lines (None: nothing moves) and what is used.

    ``shifted`` are events by which redirects change the receipts.
    """
    coming, on_hand = list_receipts(given)
    taken_off = np.zeros(given.shape[1:])
    if shifted is not None:
        coming = pd.concat([coming, shifted], ignore_index=True)
        off = shifted[shifted["quantity"] > 0]
        np.add.at(taken_off, (off["node"], off["sku"]), off["quantity"])
    receipts = _events(given, coming[[*CELL, "quantity"]])
    arrivals = list_moves(given, lines, end="destination", date="arrival_date")
    departures = list_moves(given, lines, end="origin", date="ship_date")
    received, came, went = (spread(given, f) for f in (receipts, arrivals, departures))
    used, aside = np.zeros(given.shape), np.zeros(given.shape)
    moved_aside, moved_unused = np.zeros(given.shape[1:]), np.zeros(given.shape[1:])
    rows, moved, units = allocation.rows, allocation.moved, allocation.rows["units"]
    where = (rows.at["node_id"], rows.at["sku"])
    np.add.at(aside, (rows.at["period"], *where), units)
    for period in range(given.window.horizon):
        np.add.at(used[period], where, allocation.use[:, period])
    np.add.at(moved_aside, where, np.where(moved, units, 0.0))
    np.add.at(moved_unused, where, np.where(moved, units - rows["expected_use"], 0.0))
    closing = on_hand + np.cumsum(received + came - went - used, axis=0)
    return Flows(
        opening=np.concatenate([on_hand[None], closing[:-1]]),
        receipts=received,
        transfers_in=came,
        transfers_out=went,
        expected_use=used,
        closing=closing,
        aside=aside,
        moved_aside=moved_aside,
        moved_unused=moved_unused,
        taken_off=taken_off,
        inflows=pd.concat([receipts, arrivals], ignore_index=True),
        outflows=departures,
    )


def find_received(given: Given) -> FloatArray:
    """Return (T, N, K) the receipts if all go on to their nodes."""
    return spread(given, _events(given, list_receipts(given)[0]))


def list_moves(given: Given, lines: Rows | None, *, end: str, date: str) -> pd.DataFrame:
    """Return one end of the transfers as stock coming or going."""
    rows = np.zeros((0, 4), dtype=np.int64)
    if lines is not None:
        day = given.day_of(lines.frame[date])
        rows = np.stack([lines.at[end], lines.at["sku"], day, lines["quantity"]], axis=1)
    return _events(given, pd.DataFrame(rows, columns=[*CELL, "quantity"]))


def _events(given: Given, events: pd.DataFrame) -> pd.DataFrame:
    """Return those of the window, with their periods."""
    told = events.assign(period=events["day"] // given.periods.days)
    return told[told["period"].between(0, given.window.horizon - 1)]


def spread(given: Given, events: pd.DataFrame) -> FloatArray:
    """Return events summed to (T, N, K)."""
    total = np.zeros(given.shape)
    np.add.at(total, (events["period"], events["node"], events["sku"]), events["quantity"])
    return total


def check_on_hand(given: Given, flows: Flows, told: str) -> Check:
    """Check, day by day, that what is put aside and what leaves was there.

    What is put aside for a period must lie there on its middle day; what leaves must have come the
    day before. As demands on stock are nested so, a sum over each day tells whether all can be met
    (Hall, 1935, J. London Math. Soc. 10, 26-30).
    """
    period, node, sku = np.nonzero(flows.aside)
    aside = flows.aside[period, node, sku]
    day = period * given.periods.days + middle_of(given.periods.days)
    kept = pd.DataFrame({"node": node, "sku": sku, "day": day})
    left = flows.outflows.assign(day=flows.outflows["day"] - 1)
    j, k = np.nonzero(flows.opening[0])
    there = pd.DataFrame({"node": j, "sku": k, "day": -1, "came": flows.opening[0, j, k]})
    came = flows.inflows.assign(came=flows.inflows["quantity"].astype(np.float64))
    needs = [kept.assign(needed=aside), left.assign(needed=left["quantity"].astype(np.float64))]
    events = pd.concat([there, came, *needs], ignore_index=True)
    days = events.groupby(CELL, as_index=False, sort=True)[["came", "needed"]].sum()
    total = days.groupby(["node", "sku"])[["came", "needed"]].cumsum().to_numpy()
    cells = days[CELL].to_numpy()

    def thing(i: int) -> str:
        node_id, sku_id = given.nodes[int(cells[i][0])], given.skus[int(cells[i][1])]
        day = given.window.cutoff + timedelta(days=int(cells[i][2]))
        return f"{sku_id} at {node_id}, put aside by {day} or leaving by the next day"

    return check_at_most("on_hand", Where(told, "units", thing), total[:, 1], total[:, 0])


def check_origins(given: Given, flows: Flows, told: str) -> list[Check]:
    """Check that what is put aside of what was moved came by the plan, and the rest did not."""
    there = flows.opening[0] + flows.receipts.sum(axis=0) - flows.taken_off
    stayed = flows.aside.sum(axis=0) - flows.moved_aside
    j, k = np.nonzero((stayed > 0) | (flows.moved_aside > 0))
    came = flows.transfers_in.sum(axis=0) + flows.taken_off

    def where(words: str) -> Where:
        return Where(
            told, "units", lambda i: f"{given.skus[int(k[i])]} at {given.nodes[int(j[i])]}, {words}"
        )

    return [
        check_at_most("put_aside", where("not moved"), stayed[j, k], there[j, k]),
        check_at_most("put_aside", where("moved"), flows.moved_aside[j, k], came[j, k]),
    ]


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
    passing = flows.opening[0] + (flows.receipts + flows.transfers_in).sum(axis=0)
    room = SINGLE * (1.0 + passing)[at[1:]]  # chances are told in single precision
    for name, values in expected.items():
        where = rows.where(name, "node_id", "sku", "period_start")
        checks.append(check_equal("targets", where, rows[name], values[at], smallest=room))
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
    """Return (T, N, K): the share of each node's own demand stock is set aside for; else 1."""
    demand, got = np.zeros(given.shape), np.zeros(given.shape)
    for z, node in enumerate(areas.cheapest):
        if node >= 0:
            demand[:, node] += areas.mean[:, z]
            got[:, node] += served[:, z]
    return np.where(demand > 0, np.minimum(got / np.where(demand > 0, demand, 1.0), 1.0), 1.0)


def _cell_names(given: Given, cells: IntArray) -> Callable[[int], str]:
    """Return the words for cells (n, 3) of period, node and SKU."""
    return lambda i: (
        f"{given.skus[int(cells[i][2])]} at {given.nodes[int(cells[i][1])]} "
        f"{given.window.start(int(cells[i][0]))}"
    )
