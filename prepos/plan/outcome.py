"""What a decision means: stock by node and period, what is put aside for whom, and what it costs.

Worked out from the shipped cases and the units put aside alone, so the cost told is the cost of the
plan that is handed over, to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prepos.core.transfer import Allocation, Costs, Slack, Targets
from prepos.core.types import FloatArray, IntArray
from prepos.plan.blocks import Block
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem

LEAST_UNITS = 1e-7  # below this a solver's value is its tolerance, not stock


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decision:
    """Column values of every block, vehicles by departure, slack by shared row, and the proof."""

    values: tuple[FloatArray, ...]
    vehicles: IntArray
    slack: FloatArray
    bound: float
    optimal: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """A decision seen through: units (D, K), allocation, stock, cost, and wishes not met."""

    units: FloatArray
    allocation: Allocation
    targets: Targets
    costs: Costs
    slacks: tuple[Slack, ...]

    @property
    def objective(self) -> float:
        """Currency: total cost, and the penalties of wishes not met."""
        return self.costs.total_cost + sum(slack.penalty for slack in self.slacks)


def make_outcome(
    problem: Problem,
    frame: Frame,
    blocks: Sequence[Block],
    values: Sequence[FloatArray],
    *,
    vehicles: IntArray,
    closing_without: FloatArray | None,
) -> Outcome:
    """See a decision through.

    Parameters
    ----------
    values : sequence of arrays
        Column values by block.
    vehicles : (D,) int
        In use, by departure.
    closing_without : (T, N, K) float or None
        Stock at the periods' ends if nothing moves; None when this is what is worked out.
    """
    units = units_shipped(problem, blocks, values)
    allocation = make_allocation(problem, blocks, values)
    targets = make_targets(problem, frame, units, allocation, closing_without)
    return Outcome(
        units=units,
        allocation=allocation,
        targets=targets,
        costs=price_decision(problem, frame, units, vehicles, allocation, targets),
        slacks=unmet_wishes(problem, frame, allocation),
    )


def unmet_wishes(problem: Problem, frame: Frame, allocation: Allocation) -> tuple[Slack, ...]:
    """Return the catchments whose minimum fill is not reached, and by how many units."""
    served = np.bincount(
        allocation.catchment, allocation.expected_use, minlength=len(problem.catchments.axis)
    )
    wishes = [row for row in frame.shared if row.is_wish]
    short = [-row.limit - float(served[row.key[1]]) for row in wishes]
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


def units_shipped(
    problem: Problem, blocks: Sequence[Block], values: Sequence[FloatArray]
) -> FloatArray:
    """Return (D, K) units sent on each departure."""
    units = np.zeros((len(problem.departures), len(problem.products)))
    for block, found in zip(blocks, values, strict=True):
        layout = block.layout
        cases = np.rint(found[: layout.stock_at])
        units[layout.departure, layout.sku] = cases * problem.products.case_pack[layout.sku]
    return units


def make_allocation(
    problem: Problem, blocks: Sequence[Block], values: Sequence[FloatArray]
) -> Allocation:
    """Return what each block puts aside, in the order of SKU, tranche and node."""
    tranches = problem.tranches
    skus, nodes, chosen, units = [], [], [], []
    for block, found in zip(blocks, values, strict=True):
        layout = block.layout
        aside = found[layout.put_at : layout.slack_at]
        kept = np.nonzero(aside > LEAST_UNITS)[0]
        skus.append(np.full(len(kept), layout.sku))
        nodes.append(layout.nodes[layout.put_node[kept]])
        chosen.append(layout.put_tranche[kept])
        units.append(np.minimum(aside[kept], tranches.width[layout.put_tranche[kept]]))
    tranche = np.concatenate(chosen)
    aside_units = np.concatenate(units)
    return Allocation(
        sku=np.concatenate(skus),
        node=np.concatenate(nodes),
        catchment=tranches.catchment[tranche],
        period=tranches.period[tranche],
        rank_from=tranches.rank_from[tranche],
        rank_to=tranches.rank_to[tranche],
        units=aside_units,
        expected_use=aside_units * tranches.hit_rate[tranche],
    )


def make_targets(
    problem: Problem,
    frame: Frame,
    units: FloatArray,
    allocation: Allocation,
    closing_without: FloatArray | None,
) -> Targets:
    """Return stock by period, node and SKU; without a plan to compare with, its own closing."""
    shape = (problem.periods.horizon, len(problem.network.nodes), len(problem.products))
    receipts, arrived, sent, used = (np.zeros(shape) for _ in range(4))
    for receipt in problem.receipts:
        t = problem.periods.period_of(receipt.arrives_on)
        receipts[t, receipt.node, receipt.sku] += receipt.quantity
    in_time = frame.arrival_period < shape[0]
    where = (frame.arrival_period[in_time], frame.destination[in_time])
    np.add.at(arrived, where, units[in_time])
    np.add.at(sent, (frame.ship_period, frame.origin), units)
    np.add.at(used, (allocation.period, allocation.node, allocation.sku), allocation.expected_use)
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


def fill_rates(problem: Problem, allocation: Allocation) -> FloatArray:
    """Return (T, N, K): share of the demand of a node's own catchments that is served at all."""
    owner = owners(problem)
    shape = (problem.periods.horizon, len(problem.network.nodes), len(problem.products))
    served, wanted = np.zeros(shape), np.zeros(shape)
    own = owner[allocation.catchment]
    np.add.at(served, (allocation.period, own, allocation.sku), allocation.expected_use)
    for z, node in enumerate(owner):
        if node >= 0:
            wanted[:, node, :] += problem.demand_mean[:, z, :]
    return np.divide(served, wanted, out=np.ones(shape), where=wanted > 0)


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
    units: FloatArray,
    vehicles: IntArray,
    allocation: Allocation,
    targets: Targets,
) -> Costs:
    """Return the money and the service of what is shipped (D, K) and put aside."""
    products, lanes = problem.products, problem.network.lanes
    use = allocation.expected_use
    forward = problem.network.is_forward
    who = (allocation.node, allocation.catchment, allocation.sku)
    wanted = problem.demand_mean.sum(axis=(0, 1))
    served = np.bincount(allocation.sku, use, minlength=len(products))
    stranded = np.maximum(targets.closing[-1] - targets.closing_without_plan[-1], 0.0)[forward]
    vehicle_cost = np.array([lanes[lane].vehicle_cost for lane in frame.lane])
    local = owners(problem)[allocation.catchment] == allocation.node
    total, used = float(wanted.sum()), float(use.sum())
    return Costs(
        transport_cost=float((units * problem.unit_transport[frame.lane]).sum()),
        vehicle_cost=float(vehicle_cost @ vehicles) if len(vehicles) else 0.0,
        handling_cost=float(units.sum(axis=1) @ problem.handling[frame.lane]),
        service_cost=float(use @ problem.catchments.service_cost[who]),
        holding_cost=float(
            (targets.closing[:, forward].sum(axis=(0, 1)) * products.holding_cost).sum()
        ),
        return_cost=float((stranded.sum(axis=0) * products.return_cost).sum()),
        shortage_cost=float(np.maximum(wanted - served, 0.0) @ products.shortage_cost),
        units=float(units.sum()),
        loads=int(vehicles.sum()),
        volume_m3=float(units.sum(axis=0) @ products.unit_volume_m3),
        fill_rate=used / total if total else 1.0,
        local_share=float(use[local].sum()) / total if total else 1.0,
        mean_distance_km=float(use @ problem.catchments.distance_km[who]) / used if used else 0.0,
    )
