"""Which columns one SKU's block has, and what each means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import BoolArray, IntArray
from prepos.plan.frame import Frame
from prepos.plan.overrides import Override
from prepos.plan.problem import Problem


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Layout:
    """The columns of a block, in this order.

    Attributes
    ----------
    departure : (X,) int
        Cases shipped, by departure.
    nodes : (A,) int
        Active nodes; expected stock at the period's end runs over (node, period).
    returned : (F,) int
        Forward nodes, as positions on ``nodes``: units left at the window's end because of moves.
    put_node, put_tranche : (Y,) int
        Units put aside: position on ``nodes``, position among all tranches.
    rules : tuple of Override
        Two slacks each: units missing, units too many.
    """

    sku: int
    periods: int
    departure: IntArray
    nodes: IntArray
    returned: IntArray
    put_node: IntArray
    put_tranche: IntArray
    rules: tuple[Override, ...]

    @property
    def stock_at(self) -> int:
        """First stock column."""
        return len(self.departure)

    @property
    def returned_at(self) -> int:
        """First return column."""
        return self.stock_at + len(self.nodes) * self.periods

    @property
    def put_at(self) -> int:
        """First put-aside column."""
        return self.returned_at + len(self.returned)

    @property
    def slack_at(self) -> int:
        """First slack column."""
        return self.put_at + len(self.put_node)

    @property
    def columns(self) -> int:
        """How many in all."""
        return self.slack_at + 2 * len(self.rules)

    def stock_column(self, node: IntArray | int, period: IntArray | int) -> IntArray:
        """Return the column of the stock at a position on ``nodes`` and a period."""
        return np.asarray(self.stock_at + np.asarray(node) * self.periods + period)

    @property
    def put_columns(self) -> IntArray:
        """All put-aside columns."""
        return np.arange(self.put_at, self.slack_at)


def make_layout(problem: Problem, frame: Frame, sku: int, *, moves: bool) -> Layout:
    """Return the columns of one SKU; without ``moves`` nothing may be shipped."""
    rules = rules_of(problem, sku) if moves else ()
    stocked = problem.on_hand[:, sku] > 0
    if sku in frame.receipts:
        stocked[frame.receipts[sku][0]] = True
    departure = np.zeros(0, dtype=np.int64)
    # Without demand nothing is worth moving, unless the planner says so (law 11).
    if moves and (problem.demand_mean[:, :, sku].any() or rules):
        departure = possible_departures(frame, stocked, rules)
    active = stocked.copy()
    active[frame.destination[departure]] = True
    nodes = np.nonzero(active)[0]
    tranche, server = serving_pairs(problem, sku, nodes)
    # Any forward node: what is sent to one may leave another's own stock unused.
    returned = problem.network.is_forward[nodes] & moves
    return Layout(
        sku=sku,
        periods=problem.periods.horizon,
        departure=departure,
        nodes=nodes,
        returned=np.nonzero(returned & (problem.products.return_cost[sku] > 0))[0],
        put_node=server,
        put_tranche=tranche,
        rules=rules,
    )


def rules_of(problem: Problem, sku: int) -> tuple[Override, ...]:
    """Return the planner's rules on one SKU."""
    name = problem.products.skus[sku]
    return tuple(rule for rule in problem.overrides if rule.sku in (name, "*"))


def possible_departures(frame: Frame, stocked: BoolArray, rules: tuple[Override, ...]) -> IntArray:
    """Return the departures that this SKU could be on: stock lies there, or could have come."""
    reached = stocked.copy()
    kept = []
    for d in range(len(frame.lane)):  # sorted by ship date
        if reached[frame.origin[d]] or any(rule.ship_date for rule in rules):
            kept.append(d)
            reached[frame.destination[d]] = True
    return np.array(kept, dtype=np.int64)


def serving_pairs(problem: Problem, sku: int, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """Return (tranche, position on nodes) of every pair that may be served."""
    first, last = problem.tranches.first[sku : sku + 2]
    catchment = problem.tranches.catchment[first:last]
    may_serve = problem.catchments.servers[catchment][:, nodes]
    tranche, server = np.nonzero(may_serve)
    return tranche + first, server
