"""The calendar and the shared rows as look-up arrays, worked out once for all SKUs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.problem import Problem
from prepos.plan.shared import HARD_PENALTY, WHOLE, SharedRow

NO_ROW = -1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frame:
    """Arrays by departure D, node N and period T; days are ordinals.

    Attributes
    ----------
    starts, middles : (T,) first and middle day of each period
    origin, destination, lane, ship_day, ship_period, arrival_day, arrival_period : (D,) int
    unit_cost : (D, K) float
        Currency per unit: transport, handling and carbon.
    shared : tuple of SharedRow
    storage_row, inbound_row, outbound_row, whole_row : (N, T) int
    volume_row, weight_row : (D,) int
    budget_row : int
    fill_row : (Z, 1 + C) int
        Of all SKUs, and of each of the C categories with a minimum fill of their own.
        Positions among ``shared``, ``NO_ROW`` where there is no such limit.
    rule_penalty : float
        Currency per unit by which a rule of the planner is not kept.
    """

    starts: IntArray
    middles: IntArray
    origin: IntArray
    destination: IntArray
    lane: IntArray
    ship_day: IntArray
    ship_period: IntArray
    arrival_day: IntArray
    arrival_period: IntArray
    unit_cost: FloatArray
    shared: tuple[SharedRow, ...]
    storage_row: IntArray
    inbound_row: IntArray
    outbound_row: IntArray
    whole_row: IntArray
    volume_row: IntArray
    weight_row: IntArray
    budget_row: int
    fill_row: IntArray
    rule_penalty: float

    def whole_of(self, departure: int, room_m3: float) -> tuple[int, float]:
        """Return the row of what whole vehicles bring in that a departure's are of.

        And the m3 that each of them, which holds ``room_m3``, is counted for.
        """
        period = int(self.arrival_period[departure])
        if self.volume_row[departure] == NO_ROW or period >= len(self.starts):
            return NO_ROW, 0.0
        row = int(self.whole_row[self.destination[departure], period])
        return row, 0.0 if row == NO_ROW else min(self.shared[row].rest_m3, room_m3)


def make_frame(problem: Problem, shared: tuple[SharedRow, ...]) -> Frame:
    """Return the look-ups of a problem and its shared rows."""
    periods, departures = problem.periods, problem.departures
    lane = np.array([d.lane for d in departures], dtype=np.int64)
    ends = problem.lane_ends
    nodes, horizon = len(problem.network.nodes), periods.horizon
    by_kind = rows_by_kind(shared)
    return Frame(
        starts=np.array([day.toordinal() for day in periods.starts], dtype=np.int64),
        middles=np.array(
            [periods.middle(t).toordinal() for t in range(periods.horizon)], dtype=np.int64
        ),
        origin=ends[0][lane],
        destination=ends[1][lane],
        lane=lane,
        ship_day=np.array([d.ship_date.toordinal() for d in departures], dtype=np.int64),
        ship_period=np.array([d.shipped_in(periods) for d in departures], dtype=np.int64),
        arrival_day=np.array([d.arrival_date.toordinal() for d in departures], dtype=np.int64),
        arrival_period=np.array([d.arrives_in(periods) for d in departures], dtype=np.int64),
        unit_cost=problem.unit_move[lane],
        shared=shared,
        storage_row=fill_rows_of(by_kind, "storage_m3", (nodes, horizon)),
        inbound_row=fill_rows_of(by_kind, "inbound_m3", (nodes, horizon)),
        outbound_row=fill_rows_of(by_kind, "outbound_m3", (nodes, horizon)),
        whole_row=fill_rows_of(by_kind, WHOLE, (nodes, horizon)),
        volume_row=fill_rows_of(by_kind, "vehicle_m3", (len(departures), 1))[:, 0],
        weight_row=fill_rows_of(by_kind, "vehicle_kg", (len(departures), 1))[:, 0],
        budget_row=int(fill_rows_of(by_kind, "budget", (1, 1))[0, 0]),
        fill_row=fill_rows_of(by_kind, "min_fill", fill_shape(problem)),
        rule_penalty=problem.fallback_price * max(HARD_PENALTY, tolerated_units(problem)),
    )


def fill_shape(problem: Problem) -> tuple[int, int]:
    """Return how many catchments there are, and groups of SKUs that a minimum fill is of."""
    return len(problem.catchments.axis), 1 + len(problem.filled_categories)


def tolerated_units(problem: Problem) -> float:
    """Return units of demand that the gap leaves undecided, twice: a rule must outweigh them."""
    return float(2.0 * problem.options.gap * problem.demand_mean.sum())


def rows_by_kind(shared: tuple[SharedRow, ...]) -> dict[str, dict[tuple[int, int], int]]:
    """Return kind -> (position, period) -> row."""
    found: dict[str, dict[tuple[int, int], int]] = {}
    for row, limit in enumerate(shared):
        kind, position, period = limit.key
        found.setdefault(kind, {})[position, period] = row
    return found


def fill_rows_of(
    by_kind: dict[str, dict[tuple[int, int], int]], kind: str, shape: tuple[int, int]
) -> IntArray:
    """Return the rows of one kind as an array."""
    rows = np.full(shape, NO_ROW, dtype=np.int64)
    for place, row in by_kind.get(kind, {}).items():
        rows[place] = row
    return rows
