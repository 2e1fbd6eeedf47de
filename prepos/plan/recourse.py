"""What is left to do once demand shows: each path of demand serves from what lies where."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.types import IntArray
from prepos.plan.transport.exact import Draft
from prepos.plan.transport.problem import NO_ROW, TransportProblem

Slot = tuple[int, int, bool]  # SKU, node, whether what is unused is returned


class Recourse(NamedTuple):
    """The rows, over all paths, of stock that lies at a node (by SKU and node) in the first period.

    ``constant`` is the currency paid on average if nothing is served.
    """

    now: dict[tuple[int, int], list[int]]
    constant: float


def add_recourse(problem: TransportProblem, draft: Draft, paths: IntArray) -> Recourse:
    """Let every path (S, T, Z, K) be served from the places of the draft, at its mean cost."""
    arrived = _add_arrivals(problem, draft)
    now: dict[tuple[int, int], list[int]] = {}
    for path in paths:
        wanted = _add_demand(draft, path)
        for (sku, node, is_returned), come in arrived.items():
            row = _add_stock(problem, draft, (sku, node, is_returned), come, wanted, len(paths))
            now.setdefault((sku, node), []).append(row)
    shortage = problem.goods.shortage_cost @ paths.sum(axis=(0, 1, 2)) / len(paths)
    return Recourse(now, float(shortage + problem.constant.sum()))


def _add_arrivals(problem: TransportProblem, draft: Draft) -> dict[Slot, dict[int, int]]:
    """Return, by slot and period, the column of what comes there before demand shows."""
    arrived: dict[Slot, dict[int, int]] = {}
    for (sku, node, period, is_returned), row in draft.places.items():
        late = period >= problem.periods
        cost = float(problem.goods.return_cost[sku]) if late and is_returned else 0.0
        column = draft.column(cost)
        draft.entries.append((row, column, -1.0))
        if not late:
            arrived.setdefault((sku, node, is_returned), {})[period] = column
            _store(problem, draft, (sku, node, period), column, 1.0)
    return arrived


def _store(
    problem: TransportProblem, draft: Draft, at: tuple[int, int, int], column: int, weight: float
) -> None:
    """Let a column take of the storage of a SKU, node and period."""
    sku, node, period = at
    row = int(problem.places.storage_row[node, period])
    if row != NO_ROW:
        draft.entries.append((row, column, weight * float(problem.goods.volume_m3[sku])))


def _add_demand(draft: Draft, path: IntArray) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return, by SKU and period, the catchments that want units and their rows."""
    wanted: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for period, zone, sku in np.argwhere(path).tolist():
        row = draft.row(-np.inf, float(path[period, zone, sku]))
        wanted.setdefault((sku, period), []).append((zone, row))
    return wanted


def _add_stock(
    problem: TransportProblem,
    draft: Draft,
    slot: Slot,
    come: dict[int, int],
    wanted: dict[tuple[int, int], list[tuple[int, int]]],
    paths: int,
) -> int:
    """Let stock in a slot serve and lie on along one path; return the first period's row."""
    sku, node, is_returned = slot
    goods, places = problem.goods, problem.places
    holding = float(goods.holding_cost[sku]) * bool(places.is_forward[node])
    first, before = len(draft.lowest), -1
    for period in range(problem.periods):
        row = draft.row(0.0, 0.0)
        if period in come:
            draft.entries.append((row, come[period], 1.0))
        if before >= 0:
            draft.entries.append((row, before, 1.0))
            _store(problem, draft, (sku, node, period), before, 1.0 / paths)
        last = period == problem.periods - 1
        returned = float(goods.return_cost[sku]) if last and is_returned else 0.0
        before = draft.column((holding + returned) / paths)
        draft.entries.append((row, before, -1.0))
        for zone, demand in wanted.get((sku, period), ()):
            if node in places.server[places.server_first[zone] : places.server_first[zone + 1]]:
                _serve(problem, draft, (sku, node, zone), (row, demand), paths)
    return first


def _serve(
    problem: TransportProblem,
    draft: Draft,
    who: tuple[int, int, int],
    rows: tuple[int, int],
    paths: int,
) -> None:
    """Let units of a SKU at a node serve a catchment on one path."""
    sku, node, zone = who
    service = problem.places.service
    cost = service[sku if len(service) > 1 else 0, node, zone] - problem.goods.shortage_cost[sku]
    column = draft.column(float(cost) / paths)
    draft.entries += [(rows[0], column, -1.0), (rows[1], column, 1.0)]
    groups = sorted({0, int(problem.goods.group[sku])})
    fills = problem.places.fill_row[zone, groups].tolist()
    draft.entries += [(row, column, -1.0 / paths) for row in fills if row != NO_ROW]
