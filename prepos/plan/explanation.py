"""Why a line is in the plan: what it saves, what it costs, how sure it is, whose demand it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.demand import Forecast
from prepos.plan.frame import Frame
from prepos.plan.outcome import Outcome, moved_in_vain, owners
from prepos.plan.problem import Problem

SIGNALS_NAMED = 2  # in a reason: the largest

Pair = tuple[int, int]  # departure, SKU


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What moving one SKU on one departure is worth; currency, for all its units.

    ``saving`` is the cost without these units less the cost with them, vehicles left out.
    """

    saving: float
    moving: float  # lane, handling and carbon, part of the cost with them
    chance_unused: float


def worth_of_moves(frame: Frame, outcome: Outcome, nothing: Outcome) -> dict[Pair, Worth]:
    """Return the worth of every (departure, SKU) that is shipped.

    What a SKU's moves save together is shared out by their units.
    """
    moves, arrived = outcome.moves, outcome.targets.transfers_in.sum(axis=0)
    in_vain = moved_in_vain(outcome.allocation, outcome.targets, outcome.stops)
    unused = np.divide(in_vain, arrived, out=np.zeros_like(arrived), where=arrived > 0)
    saved = nothing.by_sku - outcome.by_sku
    moved = np.bincount(moves.sku, moves.units, minlength=len(saved))
    share = moves.units / moved[moves.sku]
    saving = saved[moves.sku] * share
    moving = frame.unit_cost[moves.departure, moves.sku] * moves.units
    chance = np.minimum(unused[frame.destination[moves.departure], moves.sku], 1.0)
    pairs = zip(moves.departure.tolist(), moves.sku.tolist(), strict=True)
    terms = zip(saving.tolist(), moving.tolist(), chance.tolist(), strict=True)
    return {
        pair: Worth(saving=gain, moving=spent, chance_unused=risk)
        for pair, (gain, spent, risk) in zip(pairs, terms, strict=True)
    }


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


def write_reason(
    worth: Worth, vehicle: float, *, signals: str, pinned: bool, redirected: str = ""
) -> str:
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
    redirected : str
        What of it was on its way elsewhere, empty where nothing was.
    """
    parts = ["asked for by an override or a frozen line"] if pinned else []
    parts += [redirected] if redirected else []
    gross = worth.saving + worth.moving
    parts.append(f"saves {gross:.2f} of service and shortage for {worth.moving:.2f} lane")
    if vehicle:
        parts[-1] += f" and {vehicle:.2f} vehicle"
    parts.append(f"{1 - worth.chance_unused:.0%} expected used")
    if signals:
        parts.append(f"demand from {signals}")
    return "; ".join(parts)
