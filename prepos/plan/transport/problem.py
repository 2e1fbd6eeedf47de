"""The problem as one of transportation: units that lie somewhere, ranks of demand that want them.

Without the rows that SKUs share, each SKU is a small transportation problem: its sources (what lies
at a node from some day on) are assigned to the ranks of the catchments' demand, each by the route
and the server that cost least. Its nouns are arrays, for compiled loops; ``build`` makes them.

A rank is a slice of the units that a catchment will want of a SKU over the window. Who can serve it
from period ``s`` on is used by the end of period ``t`` with the chance ``used``, or lies on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.plan.transport.purchases import Purchases

NO_ROW = -1
NO_ROUTE = -1


class Sources(NamedTuple):
    """Units by SKU and release (a node and the day from which they lie there).

    The units of one SKU and release may be divided into lots, sources with terms of their own.

    Attributes
    ----------
    first : (K + 1,) int
        Marks each SKU's slice.
    release, units : (M,) int
    term_first : (M + 1,) int
        Marks each source's slice of its terms: of nearly all it is empty.
    term_route : (X,) int
        Rising within a source, routes of its release; staying has none.
    term_cost : (X,) float
        Currency that a unit pays more on the route; infinite where it may not.
    """

    first: IntArray
    release: IntArray
    units: IntArray
    term_first: IntArray
    term_route: IntArray
    term_cost: FloatArray


def without_terms(first: IntArray, release: IntArray, units: IntArray) -> Sources:
    """Return sources whose units all pay what the routes cost."""
    nothing = np.zeros(len(units) + 1, dtype=np.int64)
    return Sources(first, release, units, nothing, nothing[:0], np.zeros(0))


class Ranks(NamedTuple):
    """Slices of demand, sorted by (SKU, catchment, rank).

    Attributes
    ----------
    first : (K + 1,) int
        Marks each SKU's slice.
    catchment, width : (L,) int
        Whose demand, and how many units.
    used : (L, P) float32
        Chance that a unit there from period s on is used by the end of period t >= s; columns run
        over the spans s to t, by ``span_number``.
    """

    first: IntArray
    catchment: IntArray
    width: IntArray
    used: Float32Array


class Goods(NamedTuple):
    """What one unit of each SKU is: (K,) m3, kg, and currency per unit (and period, for holding).

    ``wanted`` is the mean of all demand, in units; ``group`` (K,) int the category whose minimum
    fill a unit counts for, 0 where it has none. Currency, 0 or less: ``relief`` (K, Z) per unit of
    a rank asked for before who is put aside for it came, ``spare`` (K, N) per unit left at the end.
    """

    volume_m3: FloatArray
    weight_kg: FloatArray
    shortage_cost: FloatArray
    holding_cost: FloatArray
    return_cost: FloatArray
    wanted: FloatArray
    group: IntArray
    relief: FloatArray
    spare: FloatArray


class Routes(NamedTuple):
    """Ways from a release to where a unit is put aside: staying, or one departure after another.

    Attributes
    ----------
    first : (releases + 1,) int
        Marks each release's slice; the first of each is to stay.
    node, period : (Q,) int
        Where the route ends, and the first period that a unit there can serve; the period is T
        where none is left.
    held : (Q,) int
        Period ends at which the unit lies at forward nodes on its way, before ``period``.
    per_unit, per_m3, per_kg : (Q,) float
        Currency.
    row_first : (Q + 1,) int
    row : (E,) int
        The shared rows that each route's slice takes from.
    row_unit, row_m3, row_kg : (E,) float
        What of the row a unit takes: a constant, times its m3, times its kg.
    """

    first: IntArray
    node: IntArray
    period: IntArray
    held: IntArray
    per_unit: FloatArray
    per_m3: FloatArray
    per_kg: FloatArray
    row_first: IntArray
    row: IntArray
    row_unit: FloatArray
    row_m3: FloatArray
    row_kg: FloatArray


class Places(NamedTuple):
    """Who serves whom, and what lying somewhere means.

    Attributes
    ----------
    release_node, release_period : (releases,) int
        Where a release lies, and the first period at whose end it counts as lying there.
    release_moved : (releases,) bool
        Whether a transfer brought it, so that what is left of it is returned though it stays.
    server_first : (Z + 1,) int
        Marks each catchment's slice of ``server``, the nodes that may serve it.
    service : (K or 1, N, Z) float
        Currency per unit, of each SKU or of all; what lies outside ``server`` is not read.
    is_forward : (N,) bool
        Where holding costs, and returning what was moved in vain.
    storage_row, fill_row : (N, T), (Z, 1 + C) int
        Shared rows, ``NO_ROW`` where there is no such limit; fill of all SKUs, and of C groups.
    """

    release_node: IntArray
    release_period: IntArray
    release_moved: BoolArray
    server_first: IntArray
    server: IntArray
    service: FloatArray
    is_forward: BoolArray
    storage_row: IntArray
    fill_row: IntArray


class Limited(Protocol):
    """What a search for prices reads of a problem: S shared rows, as ``TransportProblem`` has."""

    @property
    def limit(self) -> FloatArray:
        """(S,) of the shared rows."""

    @property
    def ceiling(self) -> FloatArray:
        """(S,) currency per unit of a limit."""

    @property
    def purchases(self) -> Purchases:
        """What room may be bought for."""

    @property
    def constant(self) -> FloatArray:
        """Currency paid whatever is decided."""

    @property
    def shortage(self) -> float:
        """Currency paid if nothing is served."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TransportProblem:
    """Minimise the cost of K SKUs under S shared rows: use <= limit, or room that is bought.

    Attributes
    ----------
    periods : int
        T, of the window.
    limit : (S,) float
    ceiling : (S,) float
        Currency per unit of a limit, which breaking it costs: no price is higher.
    constant : (K,) float
        Currency paid for each SKU whatever is decided, terms below 0 being set against it.
    """

    periods: int
    sources: Sources
    ranks: Ranks
    goods: Goods
    routes: Routes
    places: Places
    limit: FloatArray
    ceiling: FloatArray
    purchases: Purchases
    constant: FloatArray

    def __len__(self) -> int:
        return len(self.goods.volume_m3)

    @property
    def shortage(self) -> float:
        """Currency paid if nothing is served, constants included."""
        return float(self.goods.shortage_cost @ self.goods.wanted + self.constant.sum())


class Priced(NamedTuple):
    """Costs at given prices of the shared rows.

    ``per_unit``, ``per_m3``, ``per_kg`` (Q,) of routes; ``storage`` (N, T) per m3 and period,
    ``fill`` (Z, 1 + C) per unit of each group expected to be served, that of all SKUs included.
    """

    per_unit: FloatArray
    per_m3: FloatArray
    per_kg: FloatArray
    storage: FloatArray
    fill: FloatArray


def at_prices(problem: TransportProblem, prices: FloatArray) -> Priced:
    """Return the costs when a unit of each shared row costs ``prices`` (S,)."""
    routes, places = problem.routes, problem.places
    route = np.repeat(np.arange(len(routes.node)), np.diff(routes.row_first))

    def added(amount: FloatArray) -> FloatArray:
        taken = np.bincount(route, prices[routes.row] * amount, minlength=len(routes.node))
        return np.asarray(taken, dtype=np.float64)

    known = np.append(prices, 0.0)  # position -1, no row, costs nothing
    fill = known[places.fill_row]
    fill[:, 1:] += fill[:, :1]
    return Priced(
        routes.per_unit + added(routes.row_unit),
        routes.per_m3 + added(routes.row_m3),
        routes.per_kg + added(routes.row_kg),
        known[places.storage_row],
        fill,
    )
