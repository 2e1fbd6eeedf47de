"""Units divided into lots, so that the planner's rules and the published plan hold unit by unit.

A lot is some units of one SKU and release. Of what lies at a rule's origin, so many units as it
asks for earn a bonus on the way it names, and no more than it allows may take it: stock on hand
first, then what comes. Units that the published plan moves pay less on the departures it gave them.
All of it becomes terms of sources; bonuses are charged in advance, so a rule that is kept costs
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.frame import Frame
from prepos.plan.moves import Moves
from prepos.plan.parcels import Parcel
from prepos.plan.problem import Problem
from prepos.plan.rules import Bound, Rulebook, Way, moved_by_way, refuse
from prepos.plan.stability import published_units
from prepos.plan.transport.problem import NO_ROW, Sources, TransportProblem
from prepos.plan.transport.routes import Release, RouteTable

NOWHERE = -1


@dataclass(slots=True, eq=False)
class Lot:
    """Some units of one SKU and release.

    Attributes
    ----------
    release, units : int
    path : tuple of int
        The departures that the published plan gives them.
    wanted : int
        The node that a rule wants them sent to, -1 where none does.
    may : frozenset of int
        Nodes that they may be sent to although not all units may.
    """

    release: int
    units: int
    path: tuple[int, ...] = ()
    wanted: int = NOWHERE
    may: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Divided:
    """Sources in lots; ``constant`` (K,) currency charged in advance for what terms give back.

    ``drawn`` (K,) is units that terms may draw to where nobody wants them.
    """

    sources: Sources
    constant: FloatArray
    drawn: IntArray


def divide(
    problem: Problem,
    frame: Frame,
    sources: Sources,
    releases: Sequence[Release],
    table: RouteTable,
    paths: Mapping[int, Sequence[Parcel]],
    frozen: Moves,
    tell: Callable[[list[tuple[float, str]]], None] = refuse,
) -> Divided:
    """Divide the units of the SKUs that are under rules or in the published plan.

    Parameters
    ----------
    sources : Sources
        Without terms, one for each SKU and release.
    paths : SKU to parcels
        What the published plan would move.
    frozen : Moves
        They count for the rules too.

    Raises
    ------
    InfeasibleError
        If a rule asks for more than can be: it is named, with the units missing.
    """
    book, terms = Rulebook(problem), LotTerms(problem, frame, releases, table)
    number, done = {release: at for at, release in enumerate(releases)}, moved_by_way(frame, frozen)
    closed = book.closed_ways()
    ruled = {*book.skus(), *(sku for sku, ways in done.items() if closed & ways.keys())}
    constant, drawn = charged_for_published(problem), np.zeros(len(problem.products), np.int64)
    lots: dict[int, list[tuple[Lot, list[tuple[int, float]]]]] = {}
    broken: list[tuple[float, str]] = []
    for sku in sorted(ruled | set(paths)):
        mine = follow_paths(sources, sku, paths.get(sku, ()), number)
        bounds = book.bounds(sku, done.get(sku)) if sku in ruled else {}
        pack, least = problem.products.case_pack[sku], problem.products.least_sent[sku]
        kept = terms.mark(mine, bounds, int(pack), int(least))
        for way, bound in bounds.items():
            broken += bound.broken(bound.done + kept[way])
        constant[sku] += frame.rule_penalty * sum(kept.values())
        drawn[sku] = sum(lot.units for lot in mine if lot.path or lot.wanted != NOWHERE)
        lots[sku] = [(lot, terms.of(lot, bounds)) for lot in mine]
    tell(broken)
    return Divided(sources=join_lots(sources, lots), constant=constant, drawn=drawn)


def charged_for_published(problem: Problem) -> FloatArray:
    """Return (K,) what it costs to ship nothing of what the published plan ships."""
    charged = np.zeros(len(problem.products))
    if problem.stability_cost > 0:
        moves = published_units(problem)
        np.add.at(charged, moves.sku, problem.stability_cost * moves.units)
    return charged


def follow_paths(
    sources: Sources, sku: int, paths: Sequence[Parcel], number: Mapping[Release, int]
) -> list[Lot]:
    """Return one SKU's lots by release: what the published plan moves, by path, and the rest."""
    lots = []
    for at in range(*sources.first[sku : sku + 2].tolist()):
        release, rest = int(sources.release[at]), int(sources.units[at])
        for parcel in paths:
            if number[parcel.release] == release:
                lots.append(Lot(release, parcel.units, parcel.path))
                rest -= parcel.units
        if rest:
            lots.append(Lot(release, rest))
    return lots


class LotTerms:
    """What lots may do and pay more or less for: rules marked on them, then read as terms."""

    def __init__(
        self, problem: Problem, frame: Frame, releases: Sequence[Release], table: RouteTable
    ) -> None:
        self._node = [release.node for release in releases]
        self._table, self._bonus = table, frame.rule_penalty
        self._follow = 2.0 * problem.stability_cost
        origin, destination = frame.origin.tolist(), frame.destination.tolist()
        self._way: list[Way] = list(zip(origin, destination, strict=True))
        self._leaves = {self._way[legs[0]] for legs in table.departures if legs}
        self._known: dict[object, list[tuple[int, float]]] = {}

    def mark(
        self, lots: list[Lot], bounds: Mapping[Way, Bound], pack: int, least: int
    ) -> dict[Way, int]:
        """Mark one SKU's lots for its rules, dividing them; return the units wanted, by way."""
        kept = {}
        for way, bound in bounds.items():
            asked = int(min(bound.least, bound.most)) if way in self._leaves else 0
            free = [lot for lot in self._lying(lots, way) if lot.wanted == NOWHERE]
            kept[way] = asked - claim(lots, free, asked, pack, partial(want, way[1]), least)
        for way, bound in bounds.items():
            if kept[way] < bound.most < math.inf:
                others = [lot for lot in self._lying(lots, way) if lot.wanted != way[1]]
                others.sort(key=lambda lot: (lot.wanted != NOWHERE, len(lot.may)))
                more = int(bound.most) - kept[way]
                claim(lots, others, more, pack, partial(allow, way[1]), least)
        return kept

    def _lying(self, lots: list[Lot], way: Way) -> list[Lot]:
        """Return the lots at a way's origin: first those that the published plan sends that way."""

        def apart(lot: Lot) -> int:
            return (0 if self._way[lot.path[0]] == way else 2) if lot.path else 1

        return sorted((lot for lot in lots if self._node[lot.release] == way[0]), key=apart)

    def of(self, lot: Lot, bounds: Mapping[Way, Bound]) -> list[tuple[int, float]]:
        """Return (route, currency) of a lot's terms."""
        node = self._node[lot.release]
        shut = frozenset(
            way
            for way, bound in bounds.items()
            if way[0] == node and bound.most < math.inf and way[1] not in lot.may | {lot.wanted}
        )
        key = (lot.release, lot.path, lot.wanted, shut, frozenset(bounds))
        if key not in self._known:
            routes = range(*self._table.first[lot.release : lot.release + 2])
            found = [(route, self._term(route, lot, shut, bounds)) for route in routes]
            self._known[key] = [(route, cost) for route, cost in found if cost]
        return self._known[key]

    def _term(
        self, route: int, lot: Lot, shut: frozenset[Way], bounds: Mapping[Way, Bound]
    ) -> float:
        """Return what a unit of the lot pays more on a route."""
        legs = self._table.departures[route]
        ways = [self._way[leg] for leg in legs]
        lay = 0 if self._table.redirects[route] else 1  # ways that they did not pass through to
        if any(way in shut for way in ways[:lay]) or any(way in bounds for way in ways[lay:]):
            return math.inf
        wanted = any(way[1] == lot.wanted for way in ways[:lay])
        follows = self._follow * len(set(legs) & set(lot.path))
        return -follows - (self._bonus if wanted else 0.0)


def want(node: int, lot: Lot) -> None:
    """Let a lot be wanted at a node."""
    lot.wanted = node


def allow(node: int, lot: Lot) -> None:
    """Let a lot be sent to a node."""
    lot.may |= {node}


def claim(
    lots: list[Lot],
    order: list[Lot],
    units: int,
    pack: int,
    mark: Callable[[Lot], None],
    least: int = 1,
) -> int:
    """Mark whole cases of some lots, in order, dividing the last; return how many units lack.

    Of none are fewer marked than ``least``: they could not move.
    """
    for lot in order:
        count = min(units, lot.units) // pack * pack
        if count < least:
            continue
        if count < lot.units:
            lots.insert(lots.index(lot) + 1, replace(lot, units=lot.units - count))
            lot.units = count
        mark(lot)
        units -= count
    return units


def join_lots(
    sources: Sources, lots: Mapping[int, Sequence[tuple[Lot, Sequence[tuple[int, float]]]]]
) -> Sources:
    """Return the sources of all SKUs, those of some replaced by their lots with terms."""
    sku = np.repeat(np.arange(len(sources.first) - 1), np.diff(sources.first))
    others = ~np.isin(sku, list(lots))
    every = [(number, *lot) for number, mine in lots.items() for lot in mine]
    whose = np.append(sku[others], np.array([number for number, _, _ in every], dtype=np.int64))
    order = np.argsort(whose, kind="stable")

    def joined(known: IntArray, own: list[int]) -> IntArray:
        return np.append(known[others], np.array(own, dtype=np.int64))[order]

    count = joined(np.zeros_like(sku), [len(terms) for _, _, terms in every])
    pairs = [pair for _, _, terms in every for pair in terms]
    return Sources(
        np.searchsorted(whose[order], np.arange(len(sources.first))),
        joined(sources.release, [lot.release for _, lot, _ in every]),
        joined(sources.units, [lot.units for _, lot, _ in every]),
        np.append(0, np.cumsum(count)),
        np.array([route for route, _ in pairs], dtype=np.int64),
        np.array([cost for _, cost in pairs], dtype=np.float64),
    )


def let_lie(problem: TransportProblem, units: IntArray) -> TransportProblem:
    """Add a rank of nobody to each SKU of which units (K,) may be sent where nobody wants them.

    It counts to one catchment more, which every node serves, and is never used: who is put aside
    for it lies idle where the route ended.
    """
    some = np.flatnonzero(units)
    if not len(some):
        return problem
    ranks, places = problem.ranks, problem.places
    nodes, zones = places.service.shape[1:]
    at = ranks.first[some + 1]
    more = np.append(0, np.cumsum(units > 0))
    free = np.zeros((len(places.service), nodes, 1))
    return replace(
        problem,
        ranks=ranks._replace(
            first=ranks.first + more,
            catchment=np.insert(ranks.catchment, at, zones),
            width=np.insert(ranks.width, at, units[some]),
            used=np.insert(ranks.used, at, 0.0, axis=0),
        ),
        goods=problem.goods._replace(relief=np.pad(problem.goods.relief, ((0, 0), (0, 1)))),
        places=places._replace(
            server_first=np.append(places.server_first, len(places.server) + nodes),
            server=np.append(places.server, np.arange(nodes)),
            service=np.concatenate([places.service, free], axis=2),
            fill_row=np.pad(places.fill_row, ((0, 1), (0, 0)), constant_values=NO_ROW),
        ),
    )
