"""Why a line is in the plan: what it saves, what it costs, how sure it is, whose demand it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.transfer import Targets
from prepos.core.types import FloatArray, IntArray
from prepos.plan.block_solver import BlockSolver
from prepos.plan.blocks import Block
from prepos.plan.frame import Frame
from prepos.plan.outcome import Decision, owners
from prepos.plan.problem import Problem

SIGNALS_NAMED = 2  # in a reason: the largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What moving one SKU on one departure is worth; currency, for all its units.

    ``saving`` is the cost without these units less the cost with them, vehicles left out.
    """

    saving: float
    moving: float  # lane and handling, part of the cost with them
    chance_unused: float


def worth_of_moves(
    frame: Frame,
    blocks: Sequence[Block],
    decision: Decision,
    *,
    oracle: BlockSolver,
    nothing: Sequence[float],
    targets: Targets,
    units: FloatArray,
) -> dict[tuple[int, int], Worth]:
    """Return the worth of every (departure, SKU) that is shipped.

    Parameters
    ----------
    oracle : BlockSolver
        Of the same blocks.
    nothing : sequence of float
        Each block's cost if none of the SKU is moved, its constant left out.
    units : (D, K) float
        What is shipped.
    """
    arrived = targets.transfers_in.sum(axis=0)
    stranded = np.maximum(targets.closing[-1] - targets.closing_without_plan[-1], 0.0)
    unused = np.divide(stranded, arrived, out=np.zeros_like(arrived), where=arrived > 0)
    found = {}
    for position, (block, values) in enumerate(zip(blocks, decision.values, strict=True)):
        layout = block.layout
        shipped = np.nonzero(np.rint(values[: layout.stock_at]))[0]
        savings = savings_of(oracle, position, block, values, shipped, nothing[position])
        for d, saving in zip(layout.departure[shipped].tolist(), savings, strict=True):
            found[d, layout.sku] = Worth(
                saving=saving,
                moving=float(frame.unit_cost[d, layout.sku] * units[d, layout.sku]),
                chance_unused=min(float(unused[frame.destination[d], layout.sku]), 1.0),
            )
    return found


def savings_of(
    oracle: BlockSolver,
    position: int,
    block: Block,
    values: FloatArray,
    shipped: IntArray,
    nothing: float,
) -> list[float]:
    """Return what each shipped column saves against leaving it out, all else as decided.

    Where the rest cannot stand without it (stock sent on from a hub), it takes part in what the
    SKU's whole plan saves, by its cases.
    """
    cost = block.program.cost.copy()
    cost[block.layout.slack_at :] = 0.0
    spent = float(cost @ values)
    if len(shipped) == 1:
        return [nothing - spent]
    free = np.zeros(block.use.shape[0])
    cases = np.rint(values[: block.layout.stock_at])
    savings = []
    for column in shipped:
        lower, upper = block.program.lower.copy(), block.program.upper.copy()
        lower[: len(cases)] = upper[: len(cases)] = cases
        lower[column] = upper[column] = 0.0
        answer = oracle.solve_within(position, free, lower, upper)
        share = float(cases[column] / cases.sum())
        without = share * (nothing - spent) + spent if answer is None else cost @ answer.values
        savings.append(float(without - spent))
    return savings


def name_signals(problem: Problem, demand: Forecast) -> dict[tuple[int, int], str]:
    """Return for each (node, SKU) with demand of its own which signals make most of it."""
    if not demand.signals:
        return {}
    names = sorted(demand.signals)
    parts = np.stack([demand.signals[name] for name in names])  # (signals, Z, K)
    owner = owners(problem)
    found = {}
    for node in np.unique(owner[owner >= 0]):
        own = parts[:, owner == node, :].sum(axis=1)
        total = own.sum(axis=0)
        for sku in np.nonzero(total > 0)[0]:
            order = np.argsort(-own[:, sku], kind="stable")[:SIGNALS_NAMED]
            shares = [
                f"{names[i]} {own[i, sku] / total[sku]:.0%}" for i in order if own[i, sku] > 0
            ]
            found[int(node), int(sku)] = ", ".join(shares)
    return found


def write_reason(worth: Worth, vehicle: float, *, signals: str, pinned: bool) -> str:
    """Return a line's reason in words and numbers.

    Parameters
    ----------
    worth : Worth
        Of the line.
    vehicle : float
        Currency, the line's share of its vehicle.
    signals : str
        What makes the demand, empty where not known.
    pinned : bool
        Whether the planner's word or the published plan asks for it.
    """
    parts = ["asked for by an override or a frozen line"] if pinned else []
    gross = worth.saving + worth.moving
    parts.append(f"saves {gross:.2f} of service and shortage for {worth.moving:.2f} lane")
    if vehicle:
        parts[-1] += f" and {vehicle:.2f} vehicle"
    parts.append(f"{1 - worth.chance_unused:.0%} expected used")
    if signals:
        parts.append(f"demand from {signals}")
    return "; ".join(parts)
