"""What a plan comes to where demand stays away, or lanes take longer than they should.

Its moves stand, whatever they then are good for; who is served from where is the best that they
leave. A forecast's distribution says how demand scatters around what was foreseen, not what happens
where all of it collapses: no plan is safe from that, so it is told beside doing nothing.

Late stock serves from the first period by whose middle it came, goes on by the next departure of
its route, and where it comes after the window has cost its way there and served nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from prepos.core.transfer import Costs, Stress
from prepos.core.types import IntArray
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.relief import chance_to_suffice
from prepos.plan.spare import find_spare
from prepos.plan.transport.batch import Flows, answer
from prepos.plan.transport.build import Transport, list_places
from prepos.plan.transport.problem import Ranks, Sources, TransportProblem, without_terms
from prepos.plan.transport.ranks import make_ranks
from prepos.plan.transport.routes import Release, lies_from, list_routes

DEMANDS = (0.25, 0.5)  # times the forecast
LEAD_TIME = 2  # times each lane's
NOWHERE = -1  # within the window


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to act, and what it is expected to cost."""

    transport: Transport
    flows: Flows
    costs: Costs


def stress_plan(problem: Problem, frame: Frame, nothing: Way, plan: Way) -> tuple[Stress, ...]:
    """Return what both ways cost where demand comes at a share of the forecast, and lanes late."""
    stays, goes = (lay_down(problem, frame, way, 1) for way in (nothing, plan))
    # What else a way costs, moving above all, no stress changes.
    still = nothing.costs.total_cost - stand(stays)
    moving = plan.costs.total_cost - stand(goes)
    told = []
    for demand in DEMANDS:
        few = replace(problem, demand_mean=problem.demand_mean * demand)
        ranks = make_ranks(few.demand_mean, few.dispersion, few.good_for)
        idle, cost = (stand(wanting(rest, few, ranks)) for rest in (stays, goes))
        told.append(Stress(demand=demand, lead_time=1.0, nothing=still + idle, plan=moving + cost))
    late = moving + stand(lay_down(problem, frame, plan, LEAD_TIME))
    idle = nothing.costs.total_cost
    return (*told, Stress(demand=1.0, lead_time=float(LEAD_TIME), nothing=idle, plan=late))


def wanting(rest: TransportProblem, problem: Problem, ranks: Ranks) -> TransportProblem:
    """Return where stock lies, with a problem's demand, cut into these ranks."""
    wanted = problem.demand_mean.sum(axis=(0, 1))
    spare = find_spare(problem, chance_to_suffice(problem)).saving(problem.products.shortage_cost)
    goods = rest.goods._replace(wanted=wanted, spare=np.ascontiguousarray(spare.T))
    return replace(rest, ranks=ranks, goods=goods)


def stand(problem: TransportProblem) -> float:
    """Return what it costs at best that all stock stays: service, shortage, holding, return."""
    free, value = np.zeros(len(problem.limit)), np.zeros(len(problem.sources.units))
    return problem.shortage + float(answer(problem, free, value)[0].sum())


def lay_down(problem: Problem, frame: Frame, way: Way, lead_time: int) -> TransportProblem:
    """Return the problem in which all stock lies where a way brings it, and stays there.

    ``lead_time`` is what each lane's is multiplied by. What comes after the window is left out.
    """
    arrays, flows, last = way.transport.problem, way.flows, problem.periods.horizon
    routes = late_routes(problem, frame, way.transport, np.unique(flows.route), lead_time)
    starts = late_releases(problem, frame, way.transport, lead_time)
    everywhere = sorted({*routes.values(), *starts})
    places = [place for place in everywhere if lies_from(problem, frame, place.day) < last]
    number = {place: at for at, place in enumerate(places)}
    ends = np.full(len(arrays.routes.node), NOWHERE, dtype=np.int64)
    ends[list(routes)] = [number.get(place, NOWHERE) for place in routes.values()]
    stays = np.array([number.get(place, NOWHERE) for place in starts], dtype=np.int64)
    nobody_leaves = np.ones(len(problem.departures), dtype=np.bool_)
    there = list_places(problem, frame, places)
    return replace(
        arrays,
        sources=gather_units(arrays, flows, ends, stays),
        routes=list_routes(problem, frame, places, nobody_leaves).arrays(),
        places=arrays.places._replace(
            release_node=there.release_node,
            release_period=there.release_period,
            release_moved=there.release_moved,
        ),
        constant=np.zeros(len(arrays)),
    )


def gather_units(
    problem: TransportProblem, flows: Flows, ends: IntArray, stays: IntArray
) -> Sources:
    """Return all units where they end up: by route (Q,) those that flow, by release the others."""
    sources, count = problem.sources, 1 + max(stays.max(initial=0), ends.max(initial=0))
    of_source = np.repeat(np.arange(len(problem)), np.diff(sources.first))
    left = sources.units - np.bincount(flows.source, flows.units, minlength=len(of_source))
    sku = np.append(flows.sku, of_source)
    place = np.append(ends[flows.route], stays[sources.release])
    units = np.append(flows.units, left)
    some = np.flatnonzero((place != NOWHERE) & (units > 0))
    key, where = np.unique(sku[some] * count + place[some], return_inverse=True)
    which, at = np.divmod(key, count)
    first = np.searchsorted(which, np.arange(len(problem) + 1))
    return without_terms(first, at, np.rint(np.bincount(where, units[some])).astype(np.int64))


def late_routes(
    problem: Problem, frame: Frame, transport: Transport, routes: IntArray, lead_time: int
) -> dict[int, Release]:
    """Return where and from when units lie that took some routes, by route."""
    first = transport.problem.routes.first
    starts = late_releases(problem, frame, transport, lead_time)
    found = {}
    for route in routes.tolist():
        number = int(np.searchsorted(first, route, side="right")) - 1
        place, release = starts[number], transport.releases[number]
        if transport.redirects[route]:
            place = Release(release.hub, release.hub_day, moved=True)
        for departure in transport.legs[route]:
            lane = problem.network.lanes[int(frame.lane[departure])]
            ready = max(int(frame.ship_day[departure]), place.day + 1)
            ships = lane.first_departure(date.fromordinal(ready)).toordinal()
            arrival = ships + lead_time * lane.lead_time_days
            place = Release(int(frame.destination[departure]), arrival, moved=True)
        found[route] = place
    return found


def late_releases(
    problem: Problem, frame: Frame, transport: Transport, lead_time: int
) -> list[Release]:
    """Return the releases, those that frozen lines bring as late as the slowest of their lanes.

    What is in transit is as far as the plan lets it go on: it stops at no hub.
    """
    slowest: dict[tuple[int, int], int] = {}
    for departure in np.unique(transport.settled.moves.departure).tolist():
        lane = problem.network.lanes[int(frame.lane[departure])]
        key = int(frame.destination[departure]), int(frame.arrival_day[departure])
        slowest[key] = max(slowest.get(key, 0), (lead_time - 1) * lane.lead_time_days)
    return [
        replace(release, day=release.day + slowest.get((release.node, release.day), 0))
        if release.moved
        else Release(release.node, release.day)
        for release in transport.releases
    ]
