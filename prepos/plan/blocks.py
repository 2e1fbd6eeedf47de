"""One SKU's part of the problem: what it ships, where it lies, which demand it is put aside for.

The exact model strings all blocks together with the shared rows; the decomposition prices the
shared rows and solves the blocks one by one. Both stand on the rows written here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import FloatArray, IntArray
from prepos.plan.block_rows import (
    add_balance,
    add_returns,
    add_rules,
    add_usable,
    add_widths,
    known_stock,
    local_moves,
    rule_members,
)
from prepos.plan.frame import NO_ROW, Frame
from prepos.plan.layout import Layout, make_layout
from prepos.plan.problem import Problem
from prepos.plan.program import Entries, Program, Rows


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Block:
    """One SKU's program, and its use of the S shared rows, (S, columns).

    The program's constant counts all demand as short; its columns take back what is served.
    """

    layout: Layout
    program: Program
    use: csc_matrix


def make_block(
    problem: Problem,
    frame: Frame,
    sku: int,
    closing_without: FloatArray | None,
) -> Block:
    """Return the program of one SKU.

    Parameters
    ----------
    problem, frame : Problem, Frame
    sku : int
    closing_without : (N,) float or None
        Expected stock at the window's end if nothing moves: what lies there beyond it was moved in
        vain. None makes the program of doing nothing.
    """
    layout = make_layout(problem, frame, sku, moves=closing_without is not None)
    rows = Rows()
    moves = local_moves(problem, frame, layout)
    coming = known_stock(problem, frame, layout)
    add_balance(rows, problem, layout, moves, coming)
    add_usable(rows, problem, frame, layout, moves, coming)
    add_widths(rows, problem, layout)
    if closing_without is not None:
        add_returns(rows, layout, closing_without)
        add_rules(rows, problem, frame, layout)
    short_cost = problem.products.shortage_cost[sku] * problem.demand_mean[:, :, sku].sum()
    return Block(
        layout=layout,
        program=Program(
            cost=column_costs(problem, frame, layout),
            lower=np.zeros(layout.columns),
            upper=column_limits(problem, frame, layout),
            integer=np.arange(layout.columns) < len(layout.departure),
            matrix=rows.entries.matrix(rows.count, layout.columns),
            row_lower=np.concatenate(rows.lower),
            row_upper=np.concatenate(rows.upper),
            constant=float(short_cost),
        ),
        use=shared_use(problem, frame, layout),
    )


def column_costs(problem: Problem, frame: Frame, layout: Layout) -> FloatArray:
    """Return currency per unit of each column (per case for shipments)."""
    sku, tranches, products = layout.sku, problem.tranches, problem.products
    cost = np.zeros(layout.columns)
    cost[: layout.stock_at] = products.case_pack[sku] * frame.unit_cost[layout.departure, sku]
    held = np.where(problem.network.is_forward[layout.nodes], products.holding_cost[sku], 0.0)
    cost[layout.stock_at : layout.returned_at] = np.repeat(held, layout.periods)
    cost[layout.returned_at : layout.put_at] = products.return_cost[sku]
    service = problem.catchments.service_cost[
        layout.nodes[layout.put_node], tranches.catchment[layout.put_tranche], sku
    ]
    served = tranches.hit_rate[layout.put_tranche]
    cost[layout.put_at : layout.slack_at] = served * (service - products.shortage_cost[sku])
    cost[layout.slack_at :] = frame.rule_penalty
    return cost


def column_limits(problem: Problem, frame: Frame, layout: Layout) -> FloatArray:
    """Return the upper bounds: none, but where a rule forbids or the departure is frozen."""
    upper = np.full(layout.columns, np.inf)
    departures = layout.departure
    for rule in layout.rules:
        if rule.rule == "forbid":
            upper[rule_members(problem, frame, layout, rule)] = 0.0
    if problem.frozen_before is not None:
        frozen = frame.ship_day[departures] < problem.frozen_before.toordinal()
        pinned = np.zeros(len(departures), dtype=np.bool_)
        for rule in layout.rules:
            if rule.ship_date is not None:
                pinned[rule_members(problem, frame, layout, rule)] = True
        upper[: len(departures)][frozen & ~pinned] = 0.0
    return upper


def shared_use(problem: Problem, frame: Frame, layout: Layout) -> csc_matrix:
    """Return what one unit of each column takes of each shared row, (S, columns)."""
    sku, products = layout.sku, problem.products
    volume, weight = products.unit_volume_m3[sku], products.unit_weight_kg[sku]
    pack, departure = float(products.case_pack[sku]), layout.departure
    entries = Entries()

    def take(rows: IntArray, columns: IntArray, amount: FloatArray | float) -> None:
        given = rows != NO_ROW
        amounts = np.broadcast_to(np.asarray(amount, dtype=np.float64), rows.shape)
        entries.add(rows[given], columns[given], amounts[given])

    shipped = np.arange(len(departure))
    arrives = np.minimum(frame.arrival_period[departure], layout.periods - 1)
    in_time = frame.arrival_period[departure] < layout.periods
    inbound = np.where(in_time, frame.inbound_row[frame.destination[departure], arrives], NO_ROW)
    take(inbound, shipped, volume * pack)
    outbound = frame.outbound_row[frame.origin[departure], frame.ship_period[departure]]
    take(outbound, shipped, volume * pack)
    case_m3 = np.maximum(volume * pack, frame.least_m3[departure])
    case_kg = np.maximum(weight * pack, frame.least_kg[departure])
    take(frame.volume_row[departure], shipped, case_m3)
    take(frame.weight_row[departure], shipped, case_kg)
    budget = np.full(len(departure), frame.budget_row)
    take(budget, shipped, pack * frame.unit_cost[departure, sku])
    # Storage is judged after arrivals and departures, before use: the closing stock and the use.
    stored = frame.storage_row[layout.nodes].ravel()
    take(stored, layout.stock_at + np.arange(len(stored)), volume)
    tranches, put = problem.tranches, layout.put_tranche
    served = tranches.hit_rate[put]
    room = frame.storage_row[layout.nodes[layout.put_node], tranches.period[put]]
    take(room, layout.put_columns, volume * served)
    take(frame.fill_row[tranches.catchment[put]], layout.put_columns, -served)
    return entries.matrix(len(frame.shared), layout.columns)
