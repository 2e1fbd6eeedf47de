"""What a decision means: stock by node and period, what is put aside for whom, and what it costs.

Worked out from the shipped units and the units put aside alone, so the cost told is the cost of the
plan that is handed over, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.transfer import Allocation, Costs, Slack, Targets
from prepos.core.types import FloatArray, IntArray
from prepos.plan.allocation import make_allocation
from prepos.plan.decision import list_moves
from prepos.plan.frame import Frame
from prepos.plan.moves import Moves
from prepos.plan.problem import Problem
from prepos.plan.redirects import Stop, list_stops, shift_receipts, taken_off
from prepos.plan.stability import deviation
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport

LEAST_UNITS = 1e-7  # below this a solver's value is its tolerance, not stock


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """A decision seen through: what moves, allocation, stock, cost, and wishes not met.

    Attributes
    ----------
    stops : tuple of Stop
        What is taken off at hubs.
    by_sku : (K,) float
        Currency: every SKU's part of the cost, vehicles left out.
    """

    moves: Moves
    stops: tuple[Stop, ...]
    allocation: Allocation
    targets: Targets
    costs: Costs
    by_sku: FloatArray
    slacks: tuple[Slack, ...]

    @property
    def objective(self) -> float:
        """Currency: total cost, and the penalties of wishes not met."""
        return self.costs.total_cost + sum(slack.penalty for slack in self.slacks)


def make_outcome(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    flows: Flows,
    *,
    vehicles: IntArray,
    closing_without: FloatArray | None,
) -> Outcome:
    """See a decision through.

    Parameters
    ----------
    vehicles : (D,) int
        In use, by departure, those of frozen lines included.
    closing_without : (T, N, K) float or None
        Stock at the periods' ends if nothing moves; None when this is what is worked out.
    """
    moves, stops = list_moves(transport, flows), list_stops(transport, flows)
    allocation = make_allocation(transport, flows)
    targets = make_targets(problem, frame, moves, stops, allocation, closing_without)
    costs, by_sku = price_decision(
        problem, frame, moves, stops, vehicles, allocation, targets, transport
    )
    return Outcome(
        moves=moves,
        stops=stops,
        allocation=allocation,
        targets=targets,
        costs=costs,
        by_sku=by_sku,
        slacks=unmet_wishes(problem, frame, allocation),
    )


def unmet_wishes(problem: Problem, frame: Frame, allocation: Allocation) -> tuple[Slack, ...]:
    """Return the minimum fills that are not reached, and by how many units."""
    zones, groups = frame.fill_row.shape
    of = allocation.catchment * groups + problem.fill_group[allocation.sku]
    served = np.bincount(of, allocation.expected_use, zones * groups).reshape(zones, groups)
    served[:, 0] = served.sum(axis=1)
    wishes = [row for row in frame.shared if row.is_wish]
    short = [-row.limit - float(served[row.key[1:]]) for row in wishes]
    return tuple(
        Slack(
            limit=row.name,
            place=row.place,
            quantity=missing,
            unit=row.unit,
            penalty=missing * row.penalty,
        )
        for row, missing in zip(wishes, short, strict=True)
        if missing > LEAST_UNITS
    )


def make_targets(
    problem: Problem,
    frame: Frame,
    moves: Moves,
    stops: tuple[Stop, ...],
    allocation: Allocation,
    closing_without: FloatArray | None,
) -> Targets:
    """Return stock by period, node and SKU; without a plan to compare with, its own closing."""
    shape = (problem.periods.horizon, len(problem.network.nodes), len(problem.products))
    receipts, arrived, sent, used = (np.zeros(shape) for _ in range(4))
    for receipt in problem.receipts:
        t = problem.periods.period_of(receipt.arrives_on)
        if t < shape[0]:
            receipts[t, receipt.node, receipt.sku] += receipt.quantity
    receipts += shift_receipts(problem, stops)
    on, sku = moves.departure, moves.sku
    in_time = frame.arrival_period[on] < shape[0]
    where = (frame.arrival_period[on], frame.destination[on], sku)
    np.add.at(arrived, tuple(part[in_time] for part in where), moves.units[in_time])
    np.add.at(sent, (frame.ship_period[on], frame.origin[on], sku), moves.units)
    for t in range(shape[0]):
        np.add.at(used[t], (allocation.node, allocation.sku), allocation.use[:, t])
    on_hand = problem.on_hand.astype(np.float64)
    closing = on_hand + np.cumsum(receipts + arrived - sent - used, axis=0)
    closing[np.abs(closing) < LEAST_UNITS] = 0.0
    opening = np.concatenate([on_hand[None], closing[:-1]])
    return Targets(
        opening=opening,
        receipts=receipts,
        transfers_in=arrived,
        transfers_out=sent,
        expected_use=used,
        closing=closing,
        closing_without_plan=closing if closing_without is None else closing_without,
        fill_rate=fill_rates(problem, allocation),
    )


def moved_in_vain(allocation: Allocation, targets: Targets, stops: tuple[Stop, ...]) -> FloatArray:
    """Return (N, K) units that the plan moved and that are expected unused where they came to.

    Those put aside tell for themselves; of the others at most what came and did not leave again.
    """
    aside, unused = np.zeros_like(targets.closing[0]), np.zeros_like(targets.closing[0])
    moved = np.flatnonzero(allocation.moved)
    where = (allocation.node[moved], allocation.sku[moved])
    np.add.at(aside, where, allocation.units[moved])
    np.add.at(unused, where, (allocation.units - allocation.expected_use)[moved])
    came = (targets.transfers_in - targets.transfers_out).sum(axis=0)
    came += taken_off(stops, came.shape)
    return np.asarray(unused + np.maximum(came - aside, 0.0))


def fill_rates(problem: Problem, allocation: Allocation) -> FloatArray:
    """Return (T, N, K): share of the demand of a node's own catchments that stock is put aside for.

    What comes late may serve more in its first period than is wanted then: it counts as all.
    """
    owner = owners(problem)
    shape = (problem.periods.horizon, len(problem.network.nodes), len(problem.products))
    served, wanted = np.zeros(shape), np.zeros(shape)
    own = owner[allocation.catchment]
    for t in range(shape[0]):
        np.add.at(served[t], (own, allocation.sku), allocation.use[:, t])
    for z, node in enumerate(owner):
        if node >= 0:
            wanted[:, node, :] += problem.demand_mean[:, z, :]
    share = np.divide(served, wanted, out=np.ones(shape), where=wanted > 0)
    return np.minimum(share, 1.0)


def owners(problem: Problem) -> IntArray:
    """Return (Z,) the node that each catchment is named after, -1 where nobody serves it."""
    cost = problem.network.service.ship_cost
    of_region = problem.catchments.of_region
    owner = np.full(len(problem.catchments.axis), -1, dtype=np.int64)
    for z in range(len(owner)):
        by_node = cost[:, of_region == z]
        if np.isfinite(by_node).any():
            owner[z] = int(np.argmin(by_node[:, 0]))
    return owner


def price_decision(
    problem: Problem,
    frame: Frame,
    moves: Moves,
    stops: tuple[Stop, ...],
    vehicles: IntArray,
    allocation: Allocation,
    targets: Targets,
    transport: Transport,
) -> tuple[Costs, FloatArray]:
    """Return the money and the service of a decision, and every SKU's part (K,) but vehicles."""
    products, lanes, count = problem.products, problem.network.lanes, len(problem.products)
    use, lane = allocation.expected_use, frame.lane[moves.departure]
    forward = problem.network.is_forward
    who = (allocation.node, allocation.catchment, allocation.sku)
    wanted, late = problem.demand_mean.sum(axis=(0, 1)), np.flatnonzero(allocation.relieved)
    relieved, of_late = allocation.relieved[late], allocation.sku[late]
    zone = allocation.catchment[late]
    by_whom = (transport.relief.node[zone, of_late], zone, of_late)

    def by_sku(sku: IntArray, amount: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(sku, amount, minlength=count), dtype=np.float64)

    weight = moves.units * products.unit_weight_kg[moves.sku]
    in_vain = moved_in_vain(allocation, targets, stops)
    put_away = problem.put_away @ taken_off(stops, in_vain.shape)
    emitted = np.array([way.co2e_kg_per_kg for way in lanes], dtype=np.float64)[lane]
    besides = transport.spare.units * targets.closing[-1]
    served = by_sku(allocation.sku, use) + by_sku(of_late, relieved) + besides.sum(axis=0)
    parts = {
        "transport": by_sku(moves.sku, moves.units * problem.unit_transport[lane, moves.sku]),
        "handling": by_sku(moves.sku, moves.units * problem.handling[lane]) + put_away,
        "carbon": by_sku(moves.sku, weight * problem.carbon_per_kg[lane]),
        "service": by_sku(allocation.sku, use * problem.catchments.service_cost[who])
        + by_sku(of_late, relieved * problem.catchments.service_cost[by_whom])
        + (besides * transport.spare.cost).sum(axis=0),
        "holding": targets.closing[:, forward].sum(axis=(0, 1)) * products.holding_cost,
        "return": in_vain[forward].sum(axis=0) * products.return_cost,
        "shortage": np.maximum(wanted - served, 0.0) * products.shortage_cost,
    }
    vehicle_cost = np.array([lanes[lane].vehicle_cost for lane in frame.lane])
    local = owners(problem)[allocation.catchment] == allocation.node
    total, used = float(wanted.sum()), float(served.sum())
    km = (
        use @ problem.catchments.distance_km[who]
        + relieved @ problem.catchments.distance_km[by_whom]
        + float((besides * transport.spare.distance_km).sum())
    )
    costs = Costs(
        **{f"{name}_cost": float(part.sum()) for name, part in parts.items()},
        vehicle_cost=float(vehicle_cost @ vehicles) if len(vehicles) else 0.0,
        stability_cost=problem.stability_cost * deviation(problem, moves),
        units=float(moves.units.sum()),
        loads=int(vehicles.sum()),
        volume_m3=float(moves.units @ products.unit_volume_m3[moves.sku]),
        co2e_kg=float(weight @ emitted),
        fill_rate=used / total if total else 1.0,
        local_share=float(use[local].sum()) / total if total else 1.0,
        mean_distance_km=float(km) / used if used else 0.0,
    )
    return costs, np.asarray(sum(parts.values()))
