"""The transportation problem as one mixed-integer program: the reference for what is done at scale.

Units take routes, in whole cases where they move, and come together where they can serve; there
they are put aside for ranks or lie idle. Vehicles are whole. For some hundred SKUs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.spans import span_number
from prepos.plan.program import Entries, Program
from prepos.plan.transport.cases import Cases
from prepos.plan.transport.problem import NO_ROW, TransportProblem

# SKU, node, first period served (T where none is left), whether what is unused is returned.
Place = tuple[int, int, int, bool]


@dataclass(slots=True)
class Draft:
    """A program under construction: columns with costs and bounds, rows with sides.

    ``sent`` notes (column, place, source, route, units each), ``aside`` (column, place, rank),
    ``idle`` (column, place), ``lots`` (column, the column that opens it, the first of two rows);
    ``stock``, ``served`` and ``places`` tell the rows of sources, ranks and places.
    """

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    lowest: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    sent: list[tuple[int, Place, int, int, int]] = field(default_factory=list)
    aside: list[tuple[int, Place, int]] = field(default_factory=list)
    idle: list[tuple[int, Place]] = field(default_factory=list)
    lots: list[tuple[int, int, int]] = field(default_factory=list)
    stock: list[int] = field(default_factory=list)
    served: list[int] = field(default_factory=list)
    places: dict[Place, int] = field(default_factory=dict)

    def column(self, cost: float, upper: float = np.inf, *, whole: bool = False) -> int:
        """Open a column and return its position."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, lowest: float, highest: float) -> int:
        """Open a row and return its position."""
        self.lowest.append(lowest)
        self.highest.append(highest)
        return len(self.lowest) - 1

    def program(self, constant: float) -> Program:
        """Return what was drafted."""
        columns, entries = len(self.cost), Entries()
        table = np.array(self.entries, dtype=np.float64).reshape(-1, 3)
        row, column, amount = table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2]
        at, sums = np.unique(row * columns + column, return_inverse=True)
        entries.add(at // columns, at % columns, np.bincount(sums, amount))
        return Program(
            cost=np.array(self.cost),
            lower=np.zeros(columns),
            upper=np.array(self.upper),
            integer=np.array(self.whole, dtype=np.bool_),
            matrix=csc_matrix(entries.matrix(len(self.lowest), columns)),
            row_lower=np.array(self.lowest),
            row_upper=np.array(self.highest),
            constant=constant,
        )


def draft_exact(problem: TransportProblem, cases: Cases) -> Draft:
    """Return the draft of the program of all SKUs, the shared rows first."""
    draft = draft_moves(problem, cases)
    draft.served = [draft.row(-np.inf, units) for units in problem.ranks.width.tolist()]
    for place, balance in draft.places.items():
        _add_idle(problem, draft, place, balance)
        if place[2] < problem.periods:
            _add_service(problem, draft, place, balance)
    return draft


def draft_moves(problem: TransportProblem, cases: Cases) -> Draft:
    """Return the draft of what is sent alone: shared rows, purchases, and units brought to places.

    The first columns are the slack of each row and the purchases; what comes to a place is left to
    be put to use.
    """
    draft = Draft()
    for row, limit in enumerate(problem.limit.tolist()):
        draft.row(-np.inf, limit)
        draft.entries.append((row, draft.column(float(problem.ceiling[row])), -1.0))
    _add_purchases(problem, draft)
    for sku, (start, end) in enumerate(pairwise(problem.sources.first.tolist())):
        for source in range(start, end):
            _add_source(problem, draft, sku, source, cases)
    return draft


def _add_purchases(problem: TransportProblem, draft: Draft) -> None:
    """Add a whole number of each kind that can be bought."""
    kinds = problem.purchases
    for kind, (cost, most) in enumerate(zip(kinds.cost.tolist(), kinds.most.tolist(), strict=True)):
        column = draft.column(cost, most, whole=True)
        taken = slice(*kinds.take.indptr[kind : kind + 2].tolist())
        members = zip(kinds.take.indices[taken].tolist(), kinds.take.data[taken], strict=True)
        draft.entries += [(row, column, float(amount)) for row, amount in members]


def _add_source(
    problem: TransportProblem, draft: Draft, sku: int, source: int, cases: Cases
) -> None:
    """Send a source's units, all of them, by its routes to places; what moves in whole cases."""
    pack, least = int(cases.pack[sku]), int(cases.least[sku])
    routes, sources = problem.routes, problem.sources
    units = int(sources.units[source])
    release = int(sources.release[source])
    begin, end = routes.first[release : release + 2].tolist()
    all_sent, places = draft.row(float(units), float(units)), draft.places
    draft.stock.append(all_sent)
    term = slice(*sources.term_first[source : source + 2].tolist())
    terms = dict(zip(sources.term_route[term].tolist(), sources.term_cost[term], strict=True))
    for route in range(begin, end):
        each = 1 if route == begin else pack
        cost, use = _route_terms(problem, sku, route)
        cost += float(terms.get(route, 0.0))
        if cost == np.inf or (route != begin and units < least):
            continue
        column = draft.column(each * cost, float(units // each), whole=route != begin)
        draft.entries.append((all_sent, column, float(each)))
        if route != begin and least > pack:
            _add_lot(draft, column, least / pack, float(units // pack))
        draft.entries += [(row, column, each * amount) for row, amount in use]
        place = _place_of(problem, sku, release, route)
        if place not in places:
            places[place] = draft.row(0.0, 0.0)
        draft.entries.append((places[place], column, float(each)))
        draft.sent.append((column, place, source, route, each))


def _add_lot(draft: Draft, column: int, least: float, most: float) -> None:
    """Let a column be 0, or between two numbers."""
    opened = draft.column(0.0, 1.0, whole=True)
    draft.lots.append((column, opened, len(draft.lowest)))
    for sign, amount in ((1.0, most), (-1.0, least)):
        row = draft.row(-np.inf, 0.0)
        draft.entries += [(row, column, sign), (row, opened, -sign * amount)]


def _route_terms(
    problem: TransportProblem, sku: int, route: int
) -> tuple[float, list[tuple[int, float]]]:
    """Return what a unit costs on a route, and what it takes of shared rows."""
    goods, routes = problem.goods, problem.routes
    volume, weight = float(goods.volume_m3[sku]), float(goods.weight_kg[sku])
    cost = routes.per_unit[route] + routes.per_m3[route] * volume + routes.per_kg[route] * weight
    cost += goods.holding_cost[sku] * routes.held[route]
    use = []
    for entry in range(*routes.row_first[route : route + 2].tolist()):
        amount = routes.row_unit[entry] + routes.row_m3[entry] * volume
        use.append((int(routes.row[entry]), float(amount + routes.row_kg[entry] * weight)))
    return float(cost), use


def _place_of(problem: TransportProblem, sku: int, release: int, route: int) -> Place:
    """Return where a route from a release ends."""
    routes, places = problem.routes, problem.places
    node, moved = int(routes.node[route]), route != routes.first[release]
    is_returned = bool(places.is_forward[node] and (moved or places.release_moved[release]))
    return sku, node, int(min(routes.period[route], problem.periods)), is_returned


def _add_idle(problem: TransportProblem, draft: Draft, place: Place, balance: int) -> None:
    """Let units lie at a place to the window's end."""
    sku, node, period, is_returned = place
    goods = problem.goods
    cost = float(goods.return_cost[sku] * is_returned)
    if problem.places.is_forward[node]:
        cost += float(goods.holding_cost[sku] * (problem.periods - period))
    if period < problem.periods:
        cost += float(goods.spare[sku, node])
    column = draft.column(cost)
    draft.idle.append((column, place))
    draft.entries.append((balance, column, -1.0))
    for row in problem.places.storage_row[node, period:].tolist():
        if row != NO_ROW:
            draft.entries.append((row, column, float(goods.volume_m3[sku])))


def _add_service(problem: TransportProblem, draft: Draft, place: Place, balance: int) -> None:
    """Let units at a place be put aside for every rank that the node may serve."""
    sku, node = place[:2]
    places, ranks = problem.places, problem.ranks
    for rank in range(*ranks.first[sku : sku + 2].tolist()):
        zone = int(ranks.catchment[rank])
        begin, end = places.server_first[zone : zone + 2].tolist()
        if node not in places.server[begin:end] or not ranks.used[rank].any():
            continue
        cost, use = _rank_terms(problem, place, rank)
        column = draft.column(cost)
        draft.aside.append((column, place, rank))
        draft.entries += [(balance, column, -1.0), (draft.served[rank], column, 1.0)]
        draft.entries += [(row, column, amount) for row, amount in use]


def _rank_terms(
    problem: TransportProblem, place: Place, rank: int
) -> tuple[float, list[tuple[int, float]]]:
    """Return what a unit at a place costs that serves a rank, and what it takes of shared rows."""
    sku, node, period, is_returned = place
    goods, places, zone = problem.goods, problem.places, int(problem.ranks.catchment[rank])
    holding = float(goods.holding_cost[sku] * places.is_forward[node])
    cost, left, use = 0.0, 1.0, []
    for end in range(period, problem.periods):
        if places.storage_row[node, end] != NO_ROW:
            use.append((int(places.storage_row[node, end]), float(goods.volume_m3[sku] * left)))
        left = 1.0 - float(problem.ranks.used[rank, span_number(period, end, problem.periods)])
        cost += holding * left
    service = places.service[sku if len(places.service) > 1 else 0, node, zone]
    cost += float((goods.return_cost[sku] * is_returned + goods.spare[sku, node]) * left)
    cost += float((1.0 - left) * (service - goods.shortage_cost[sku]))
    asked = float(problem.ranks.used[rank, problem.periods - 1])
    cost += float(goods.relief[sku, zone]) * (asked - 1.0 + left)
    fills = places.fill_row[zone, sorted({0, int(goods.group[sku])})].tolist()
    use += [(row, left - 1.0) for row in fills if row != NO_ROW]
    return cost, use
