"""A foreseen course as one linear program: for few SKUs, and what prices are tested against.

Columns: units on arcs, in slots at the ends of periods, put to cells of the orders by slot, lost;
vehicles. Rows: what comes into a slot in a period goes on; every unit ordered is served or lost;
the shared limits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.problem import Foreseen
from prepos.plan.foresight.telling import (
    CARBON,
    FARE,
    HOLDING,
    LOCAL,
    PARTS,
    RETURN,
    SENT,
    SERVED,
    SERVICE,
    SHORTAGE,
)
from prepos.plan.program import Entries, Program
from prepos.plan.solver import solve_program
from prepos.plan.transport.problem import NO_ROW


class Columns(NamedTuple):
    """Where columns of each kind begin, in order, and how many there are in all.

    ``server`` (E, 2) lists the pairs of a cell and a slot that may serve it.
    """

    sent: int
    lain: int
    served: int
    lost: int
    bought: int
    total: int
    server: IntArray


def count_columns(foreseen: Foreseen) -> int:
    """Return how many columns the program has."""
    skus, slots = len(foreseen), len(foreseen.slots.node)
    cells = np.isfinite(foreseen.tariff.ship_cost[foreseen.slots.node]).sum(axis=0)
    served = int((cells[foreseen.wants.region] + 1).sum())
    arcs = len(foreseen.arcs.move)
    return skus * (arcs + slots * foreseen.periods) + served + len(foreseen.purchases.cost)


def place_columns(foreseen: Foreseen) -> Columns:
    """Return where the columns are."""
    skus, slots = len(foreseen), len(foreseen.slots.node)
    can = np.isfinite(foreseen.tariff.ship_cost[foreseen.slots.node]).T[foreseen.wants.region]
    server = np.argwhere(can)
    lain = skus * len(foreseen.arcs.move)
    served = lain + skus * slots * foreseen.periods
    lost = served + len(server)
    bought = lost + len(foreseen.wants.region)
    return Columns(0, lain, served, lost, bought, bought + len(foreseen.purchases.cost), server)


def solve_foreseen(
    foreseen: Foreseen, solver: str, time_limit_s: float
) -> tuple[float, FloatArray, FloatArray]:
    """Return the least cost, its parts (PARTS, P) and purchases (V,).

    Raises SolverError where time ran out.
    """
    columns = place_columns(foreseen)
    parts = price_columns(foreseen, columns)
    program = write_foreseen(foreseen, columns, parts)
    found = solve_program(program, solver=solver, gap=0.0, time_limit_s=time_limit_s)
    told = np.zeros((PARTS, foreseen.periods))
    for part, (column, period, amount) in parts:
        told[part] += np.bincount(period, amount * found.values[column], minlength=foreseen.periods)
    return found.bound, told, found.values[columns.bought :]


Part = tuple[int, tuple[IntArray, IntArray, FloatArray]]


def price_columns(foreseen: Foreseen, columns: Columns) -> list[Part]:
    """Return (part, (columns, their periods, amount a unit)): what each column costs and tells."""
    skus, slots, periods = len(foreseen), len(foreseen.slots.node), foreseen.periods
    arcs, tariff, wants = foreseen.arcs, foreseen.tariff, foreseen.wants
    column = columns.sent + np.arange(skus * len(arcs.move))
    is_sent = (arcs.start != arcs.end) | (arcs.arrives < periods)  # what is not is written off
    ends = np.where(is_sent, np.minimum(arcs.arrives, periods - 1), arcs.leaves)
    leaves, arrives = (np.tile(when, skus) for when in (arcs.leaves, ends))
    parts: list[Part] = [
        (part, (column, leaves if part in (FARE, CARBON) else arrives, move[arcs.move].T.ravel()))
        for part, move in enumerate(tariff.move)
    ]
    parts.append((SENT, (column, leaves, np.tile(is_sent.astype(np.float64), skus))))
    lain = columns.lain + np.arange(skus * slots * periods).reshape(skus, slots, periods)
    when = np.broadcast_to(np.arange(periods), lain.shape)
    held = tariff.holding_cost[:, None, None] * foreseen.slots.is_held[:, None] + 0.0 * when
    parts.append((HOLDING, (lain.ravel(), when.ravel(), held.ravel())))
    left = np.outer(tariff.return_cost, foreseen.slots.is_returned)
    parts.append((RETURN, (lain[:, :, -1].ravel(), when[:, :, -1].ravel(), left.ravel())))
    cell, slot = columns.server.T
    node, region, period = foreseen.slots.node[slot], wants.region[cell], wants.period[cell]
    column = columns.served + np.arange(len(cell))
    is_local = tariff.ship_cost.argmin(axis=0)[region] == node
    parts.append((SERVICE, (column, period, tariff.ship_cost[node, region])))
    parts.append((SERVED, (column, period, np.ones(len(cell)))))
    parts.append((LOCAL, (column, period, is_local.astype(np.float64))))
    column = columns.lost + np.arange(len(wants.region))
    shortage = np.repeat(tariff.shortage_cost, np.diff(wants.first))
    parts.append((SHORTAGE, (column, wants.period, shortage)))
    return parts


def write_foreseen(foreseen: Foreseen, columns: Columns, parts: list[Part]) -> Program:
    """Return the program: balances first, then cells, then shared rows."""
    skus, slots, periods = len(foreseen), len(foreseen.slots.node), foreseen.periods
    supply, wants, entries = foreseen.supply, foreseen.wants, Entries()
    balances = np.arange(skus * slots * periods).reshape(skus, slots, periods)
    came = np.zeros(balances.shape)
    np.add.at(came, (owners(supply.first), supply.slot, supply.period), supply.units)
    lain = columns.lain + balances
    entries.add(balances.ravel(), lain.ravel(), 1.0)
    entries.add(balances[:, :, 1:].ravel(), lain[:, :, :-1].ravel(), -1.0)
    add_arcs(foreseen, columns, balances, entries)
    cell, slot = columns.server.T
    served = columns.served + np.arange(len(cell))
    entries.add(balances[owners(wants.first)[cell], slot, wants.period[cell]], served, 1.0)
    first_cell, shared = balances.size, balances.size + len(wants.region)
    entries.add(first_cell + cell, served, 1.0)
    every = np.arange(len(wants.region))
    entries.add(first_cell + every, columns.lost + every, 1.0)
    add_shared(foreseen, columns, shared, entries)
    cost = np.zeros(columns.total)
    for part, (column, _, amount) in parts:
        if part <= SHORTAGE:
            np.add.at(cost, column, amount)
    cost[columns.bought :] = foreseen.purchases.cost
    upper = np.full(columns.total, np.inf)
    upper[columns.bought :] = foreseen.purchases.most
    exact = np.append(came.ravel(), wants.units.astype(np.float64))
    rows = len(exact) + len(foreseen.limit)
    return Program(
        cost=cost,
        lower=np.zeros(columns.total),
        upper=upper,
        integer=np.zeros(columns.total, dtype=np.bool_),
        matrix=csc_matrix(entries.matrix(rows, columns.total)),
        row_lower=np.append(exact, np.full(len(foreseen.limit), -np.inf)),
        row_upper=np.append(exact, foreseen.limit),
    )


def owners(first: IntArray) -> IntArray:
    """Return the SKU of each entry of sliced arrays."""
    return np.repeat(np.arange(len(first) - 1), np.diff(first))


def add_arcs(foreseen: Foreseen, columns: Columns, balances: IntArray, entries: Entries) -> None:
    """Add what leaves a slot on an arc, and comes into another."""
    arcs, skus = foreseen.arcs, len(foreseen)
    sent = columns.sent + np.arange(skus * len(arcs.move)).reshape(skus, -1)
    entries.add(balances[:, arcs.start, arcs.leaves].ravel(), sent.ravel(), 1.0)
    inside = arcs.arrives < foreseen.periods
    arrived = balances[:, arcs.end[inside], arcs.arrives[inside]]
    entries.add(arrived.ravel(), sent[:, inside].ravel(), -1.0)


def add_shared(foreseen: Foreseen, columns: Columns, first: int, entries: Entries) -> None:
    """Add what columns take of the shared rows, and what vehicles give."""
    arcs, tariff, skus = foreseen.arcs, foreseen.tariff, len(foreseen)
    for place in range(4):
        size = tariff.weight_kg if place == 3 else tariff.volume_m3
        arc = np.flatnonzero(arcs.rows[:, place] != NO_ROW)
        sent = columns.sent + np.arange(skus)[:, None] * len(arcs.move) + arc
        row = np.broadcast_to(first + arcs.rows[arc, place], sent.shape)
        entries.add(row.ravel(), sent.ravel(), np.repeat(size, len(arc)))
    storage, shape = foreseen.slots.storage_row, foreseen.slots.storage_row.shape
    slot, period = np.nonzero(storage != NO_ROW)
    lain = columns.lain + (np.arange(skus)[:, None] * shape[0] + slot) * shape[1] + period
    row = np.broadcast_to(first + storage[slot, period], lain.shape)
    entries.add(row.ravel(), lain.ravel(), np.repeat(tariff.volume_m3, len(slot)))
    take = foreseen.purchases.take.tocoo()
    entries.add(first + take.row, columns.bought + take.col, take.data)
