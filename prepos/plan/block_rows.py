"""The rows of one SKU's block: stock balance, what may be used and shipped when, returns, rules.

Stock is counted on the physical calendar, in the period that holds the date. A unit serves a period
if it lies there on the period's first day, and may be sent on from the day after it came. The sets
of usable stock are nested in time, so one row for the first day and one for each ship date say all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.plan.frame import Frame
from prepos.plan.layout import Layout
from prepos.plan.overrides import Override
from prepos.plan.problem import Problem
from prepos.plan.program import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """A block's departures in its own positions; arrays (X,). ``pack`` is units per case."""

    origin: IntArray
    destination: IntArray
    ship_day: IntArray
    ship_period: IntArray
    arrival_day: IntArray
    arrival_period: IntArray
    pack: float


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Stock that is there or comes whatever is decided: position, period, day, units."""

    node: IntArray
    period: IntArray
    day: IntArray
    quantity: FloatArray


def local_moves(problem: Problem, frame: Frame, layout: Layout) -> Moves:
    """Return the departures of the block."""
    chosen = layout.departure
    return Moves(
        origin=np.searchsorted(layout.nodes, frame.origin[chosen]),
        destination=np.searchsorted(layout.nodes, frame.destination[chosen]),
        ship_day=frame.ship_day[chosen],
        ship_period=frame.ship_period[chosen],
        arrival_day=frame.arrival_day[chosen],
        arrival_period=frame.arrival_period[chosen],
        pack=float(problem.products.case_pack[layout.sku]),
    )


def known_stock(problem: Problem, frame: Frame, layout: Layout) -> Known:
    """Return stock on hand, as if come the day before the cutoff, and receipts."""
    empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    node, day, quantity = frame.receipts.get(layout.sku, empty)
    on_hand = problem.on_hand[layout.nodes, layout.sku].astype(np.float64)
    before = np.full(len(on_hand), frame.starts[0] - 1)
    return Known(
        node=np.concatenate([np.arange(len(on_hand)), np.searchsorted(layout.nodes, node)]),
        period=np.concatenate(
            [np.zeros(len(on_hand), np.int64), (day - frame.starts[0]) // problem.periods.days]
        ),
        day=np.concatenate([before, day]),
        quantity=np.concatenate([on_hand, quantity]),
    )


def add_balance(rows: Rows, problem: Problem, layout: Layout, moves: Moves, known: Known) -> None:
    """Balance: stock at a period's end = before + known + arrivals - departures - expected use."""
    nodes, periods = len(layout.nodes), layout.periods
    coming = np.zeros((nodes, periods))
    np.add.at(coming, (known.node, known.period), known.quantity)
    opened = rows.open(coming.ravel(), coming.ravel()).reshape(nodes, periods)
    columns = layout.stock_column(np.arange(nodes)[:, None], np.arange(periods))
    rows.entries.add(opened.ravel(), columns.ravel(), 1.0)
    rows.entries.add(opened[:, 1:].ravel(), columns[:, :-1].ravel(), -1.0)
    shipped = np.arange(len(layout.departure))
    rows.entries.add(opened[moves.origin, moves.ship_period], shipped, moves.pack)
    in_time = moves.arrival_period < periods
    arrived = opened[moves.destination[in_time], moves.arrival_period[in_time]]
    rows.entries.add(arrived, shipped[in_time], -moves.pack)
    period = problem.tranches.period[layout.put_tranche]
    served = problem.tranches.hit_rate[layout.put_tranche]
    rows.entries.add(opened[layout.put_node, period], layout.put_columns, served)


def add_usable(
    rows: Rows, problem: Problem, frame: Frame, layout: Layout, moves: Moves, known: Known
) -> None:
    """Put aside, and send by a day, only what was there on the first day, or before that day.

    What leaves on the first day itself takes from what is put aside, but cannot have come that day.
    """
    period = problem.tranches.period[layout.put_tranche]
    node, t, judged, aside = judged_days(moves, layout.put_node, period, frame.starts)
    before = judged + (aside & (judged == frame.starts[t]))

    def here(nodes: IntArray, periods: IntArray) -> BoolArray:
        """Return (rows, events): which events are at a row's node and period."""
        return np.asarray((node[:, None] == nodes) & (t[:, None] == periods))

    there = here(known.node, known.period) & (known.day < before[:, None])
    opened = rows.open(-np.inf, there @ known.quantity)
    sent = here(moves.origin, moves.ship_period) & (moves.ship_day <= judged[:, None])
    came = here(moves.destination, moves.arrival_period) & (moves.arrival_day < before[:, None])
    for members, first, units in (
        (here(layout.put_node, period) & aside[:, None], layout.put_at, 1.0),
        (sent, 0, moves.pack),
        (came, 0, -moves.pack),
    ):
        row, column = np.nonzero(members)
        rows.entries.add(opened[row], first + column, units)
    later = t > 0
    rows.entries.add(opened[later], layout.stock_column(node[later], t[later] - 1), -1.0)


def judged_days(
    moves: Moves, put_node: IntArray, put_period: IntArray, starts: IntArray
) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """Return (node, period, day, whether what is put aside counts), each once.

    The first day of all that is put aside, and every ship day.
    """
    later = moves.ship_day > starts[moves.ship_period]
    node = np.concatenate([put_node, moves.origin])
    period = np.concatenate([put_period, moves.ship_period])
    day = np.concatenate([starts[put_period], moves.ship_day])
    aside = np.concatenate([np.ones(len(put_node), np.int64), later])
    order = np.lexsort((aside, day, period, node))
    events = np.stack([node, period, day, aside])[:, order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (events[:, 1:] != events[:, :-1]).any(axis=0)
    node, period, day, aside = events[:, fresh]
    return node, period, day, aside.astype(np.bool_)


def add_widths(rows: Rows, problem: Problem, layout: Layout) -> None:
    """Put no more aside for a tranche than its ranks."""
    tranche, position = np.unique(layout.put_tranche, return_inverse=True)
    opened = rows.open(-np.inf, problem.tranches.width[tranche])
    rows.entries.add(opened[position], layout.put_columns, 1.0)


def add_returns(rows: Rows, layout: Layout, closing_without: FloatArray) -> None:
    """Units left beyond what would have been left without moving anything were moved in vain."""
    left = layout.returned
    opened = rows.open(-closing_without[layout.nodes[left]], np.full(len(left), np.inf))
    rows.entries.add(opened, layout.returned_at + np.arange(len(left)), 1.0)
    rows.entries.add(opened, layout.stock_column(left, layout.periods - 1), -1.0)


def add_rules(rows: Rows, problem: Problem, frame: Frame, layout: Layout) -> None:
    """Keep the planner's rules, each with a slack for units missing and one for units too many."""
    pack = float(problem.products.case_pack[layout.sku])
    for i, rule in enumerate(layout.rules):
        least, most = rule.bounds
        members = rule_members(problem, frame, layout, rule)
        row = rows.open(least, [most])
        rows.entries.add(np.repeat(row, len(members)), members, pack)
        slacks = layout.slack_at + 2 * i + np.arange(2)
        rows.entries.add(np.repeat(row, 2), slacks, np.array([1.0, -1.0]))


def rule_members(problem: Problem, frame: Frame, layout: Layout, rule: Override) -> IntArray:
    """Return the shipment columns that a rule speaks of."""
    nodes = problem.network.node_axis
    ends = (nodes.position(rule.origin), nodes.position(rule.destination))
    chosen = layout.departure
    member = (frame.origin[chosen] == ends[0]) & (frame.destination[chosen] == ends[1])
    if rule.ship_date is not None:
        lanes = [problem.network.lanes[lane].lane_id == rule.lane_id for lane in frame.lane[chosen]]
        member &= (frame.ship_day[chosen] == rule.ship_date.toordinal()) & np.array(lanes, bool)
    return np.nonzero(member)[0]
