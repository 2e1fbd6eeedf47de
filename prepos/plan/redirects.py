"""Stock in transit that is taken off at a hub: what is, where it goes from there, what that saves.

A receipt with a hub ahead of it goes on at no cost unless the plan decides otherwise. What it saves
to decide otherwise is told at the plan's prices: each SKU's best cost where its receipts can only
go on, less its best cost where they may be taken off, in single units. Prices that are best for the
plan are no better for the problem without that choice: so in all this is no more than the choice is
worth in the relaxation that the bound is of. Whole cases may make less of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from prepos.core.transfer import Redirect
from prepos.core.types import FloatArray, IntArray
from prepos.plan.problem import Problem
from prepos.plan.transport.asked import answer_each
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.routes import NOWHERE, Release
from prepos.plan.transport.slices import slices_of

CENT = 0.005  # of the currency: less is no saving to speak of

Pair = tuple[int, int]  # departure, SKU


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Units of one SKU taken off at a hub; ``departure`` is how they leave it, NOWHERE to stay."""

    sku: int
    release: Release
    departure: int
    units: int


def list_stops(transport: Transport, flows: Flows) -> tuple[Stop, ...]:
    """Return what is taken off at hubs, by SKU, release and departure; frozen lines' included."""
    stopped = np.flatnonzero(transport.redirects[flows.route])
    units: dict[tuple[int, Release, int], int] = {}
    rows = [
        (sku, transport.releases[release], next(iter(transport.legs[route]), NOWHERE), count)
        for sku, release, route, count in zip(
            flows.sku[stopped].tolist(),
            transport.problem.sources.release[flows.source[stopped]].tolist(),
            flows.route[stopped].tolist(),
            flows.units[stopped].tolist(),
            strict=True,
        )
    ]
    for sku, release, departure, count in [*rows, *transport.settled.stops]:
        key = sku, release, departure
        units[key] = units.get(key, 0) + round(count)
    return tuple(
        Stop(sku=sku, release=release, departure=departure, units=count)
        for (sku, release, departure), count in sorted(units.items())
    )


def taken_off(stops: tuple[Stop, ...], shape: tuple[int, int]) -> FloatArray:
    """Return (N, K) units taken off at each node."""
    units = np.zeros(shape)
    for stop in stops:
        units[stop.release.hub, stop.sku] += stop.units
    return units


def shift_receipts(problem: Problem, stops: tuple[Stop, ...]) -> FloatArray:
    """Return (T, N, K) by how much units taken off change what arrives where."""
    change = np.zeros((problem.periods.horizon, len(problem.network.nodes), len(problem.products)))
    for stop in stops:
        release = stop.release
        ends = (release.node, release.day, -1), (release.hub, release.hub_day, 1)
        for node, day, sign in ends:
            period = problem.periods.period_of(date.fromordinal(day))
            if period < len(change):
                change[period, node, stop.sku] += sign * stop.units
    return change


def sent_on(problem: Problem, stops: tuple[Stop, ...]) -> dict[Pair, str]:
    """Return in words, by departure and SKU, what of it was on its way elsewhere."""
    nodes, units = problem.network.node_axis, dict[tuple[Pair, int], int]()
    for stop in stops:
        key = (stop.departure, stop.sku), stop.release.node
        units[key] = units.get(key, 0) + stop.units
    told: dict[Pair, str] = {}
    for (pair, node), count in sorted(units.items()):
        word = f"{count} redirected that were on their way to {nodes[node]}"
        told[pair] = f"{told[pair]} and {word}" if pair in told else word
    return told


def write_redirects(
    problem: Problem, free: Transport, prices: FloatArray, stops: tuple[Stop, ...]
) -> tuple[Redirect, ...]:
    """Return one line for each receipt that units are taken off, with what that saves.

    What a SKU's redirects save together is shared out by their units. ``free`` is the problem
    without rules and published plan, ``prices`` (S,) those that prove its bound.
    """
    if not stops:
        return ()
    by_release: dict[tuple[int, Release], list[Stop]] = {}
    for stop in stops:
        by_release.setdefault((stop.sku, stop.release), []).append(stop)
    skus = np.unique([stop.sku for stop in stops]).astype(np.int64)
    saved = dict(zip(skus.tolist(), saving_of(free, prices, skus).tolist(), strict=True))
    of_sku = np.bincount([s.sku for s in stops], [s.units for s in stops], len(problem.products))
    lines = []
    for mine in by_release.values():
        sku, units = mine[0].sku, sum(stop.units for stop in mine)
        lines.append(write_redirect(problem, mine, float(saved[sku] * units / of_sku[sku])))
    return tuple(lines)


def write_redirect(problem: Problem, stops: list[Stop], saving: float) -> Redirect:
    """Return the line of one receipt's stops."""
    nodes, release = problem.network.node_axis, stops[0].release
    return Redirect(
        sku=problem.products.skus[stops[0].sku],
        quantity=sum(stop.units for stop in stops),
        node_id=nodes[release.node],
        arrives_on=date.fromordinal(release.day),
        hub_node_id=nodes[release.hub],
        at_hub_on=date.fromordinal(release.hub_day),
        saving=round(saving, 6),
        reason="; ".join([*(where_to(problem, stop) for stop in stops), worth(saving)]),
    )


def where_to(problem: Problem, stop: Stop) -> str:
    """Return in words where units go from a hub."""
    if stop.departure == NOWHERE:
        return f"{stop.units} stay at {problem.network.node_axis[stop.release.hub]}"
    departure = problem.departures[stop.departure]
    lane = problem.network.lanes[departure.lane]
    return f"{stop.units} to {lane.destination} by {lane.lane_id} on {departure.ship_date}"


def worth(saving: float) -> str:
    """Return in words what redirecting saves."""
    if saving < CENT:
        return "saves nothing at the plan's prices"
    return f"saves {saving:.2f} against going on"


def saving_of(free: Transport, prices: FloatArray, skus: IntArray) -> FloatArray:
    """Return (J,) currency that being able to redirect saves each of some SKUs, rising."""
    value = np.zeros(len(free.problem.sources.units))

    def cost_of(problem: TransportProblem) -> FloatArray:
        cost, use = answer_each(problem, prices, value, skus)
        return np.asarray(cost + use @ prices)

    return np.maximum(cost_of(going_on(free)) - cost_of(free.problem), 0.0)


def going_on(free: Transport) -> TransportProblem:
    """Return a problem without terms, closed to all routes that are redirects."""
    problem = free.problem
    first, route = slices_of(problem.routes.first, problem.sources.release)
    closed = free.redirects[route]
    count = np.append(0, np.cumsum(closed))[first]
    sources = problem.sources._replace(
        term_first=count, term_route=route[closed], term_cost=np.full(int(closed.sum()), np.inf)
    )
    return replace(problem, sources=sources)
