"""How often each pass is given: shares of the passes that keep the limits, and whole vehicles.

Every pass of the price search answered for all SKUs, each time a little differently where a row is
contested. Each block of SKUs is given shares of the passes, so that the limits hold; the row prices
of that mix ask for more passes until it costs hardly more than the bound. Vehicles are counted by
the same mix with whole numbers of them. Held at these, their room is a limit like any other, whose
price asks for more passes, and these count the vehicles better.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111: mixing answers. Niederreiter (1992),
Random Number Generation and Quasi-Monte Carlo Methods, SIAM, chapter 3: multiples of the golden
ratio lie evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import blocks_of
from prepos.plan.transport.climb import Pass
from prepos.plan.transport.mix import Answers, Mixed, mix_answers
from prepos.plan.transport.passes import Ask
from prepos.plan.transport.problem import TransportProblem, no_purchases
from prepos.plan.transport.samples import by_size

ROUNDS = 8  # of asking for more passes
NEARER = 0.5  # from the best prices to the mix's
SPARED = (0.2, 0.3)  # parts of a vehicle that are done without
HELD = 6  # rounds of asking at each count
NOTHING = 1e-9  # shares below are none
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


class Held(NamedTuple):
    """Passes and their mix at whole numbers of vehicles (V,), and what all that costs.

    ``paid`` counts broken limits at their ceilings.
    """

    passes: list[Pass]
    mixed: Mixed
    bought: FloatArray
    paid: float


def share_passes(
    problem: TransportProblem,
    passes: list[Pass],
    ask: Ask,
    *,
    prices: FloatArray,
    least: float,
    enough: float,
    solver: str,
    rounds: int = ROUNDS,
) -> Mixed:
    """Return each block's shares of the passes, pass by pass; passes are added to the list.

    Parameters
    ----------
    prices : (S,) float
        Those of the best bound: more passes are asked for between them and the mix's.
    least, enough : float
        What no mix costs less than, and how near to it, or to the last mix, is near enough.
    """
    before = np.inf
    for number in range(rounds):
        mixed = mix_answers(problem, stack(passes), problem.limit, solver=solver)
        paid = mixed.cost + float(problem.ceiling @ mixed.over)
        if paid - least <= enough or before - paid <= 0.1 * enough or number == rounds - 1:
            break
        before = paid
        passes.append(ask(mixed.prices))
        passes.append(ask(prices + NEARER * (mixed.prices - prices)))
    return mixed


def count_vehicles(
    problem: TransportProblem,
    passes: list[Pass],
    mixed: Mixed,
    ask: Ask,
    *,
    prices: FloatArray,
    enough: float,
    solver: str,
) -> Held:
    """Return passes and a mix of them at whole numbers of vehicles.

    Parts of vehicles in the mix so far are rounded up from several shares on, and the passes that
    each of these asks for let the last count choose.
    """
    known = used_passes(passes, mixed)

    def at(bought: FloatArray) -> Held:
        held = hold(problem, bought)
        found = share_passes(
            held,
            known,
            ask,
            prices=prices,
            least=-np.inf,
            enough=enough,
            solver=solver,
            rounds=HELD,
        )
        paid = found.cost + float(held.ceiling @ found.over + problem.purchases.cost @ bought)
        return Held(list(known), found, bought, paid)

    best = min((at(np.ceil(mixed.bought - spared)) for spared in SPARED), key=price)
    counted = mix_answers(
        problem,
        stack(known),
        problem.limit,
        solver=solver,
        counted=True,
        gap=enough / max(abs(best.paid + problem.shortage), NOTHING),
    )
    return min(best, at(counted.bought), key=price)


def price(held: Held) -> float:
    """Return what is paid."""
    return held.paid


def hold(problem: TransportProblem, bought: FloatArray) -> TransportProblem:
    """Return the problem whose room is what so many vehicles (V,) give; none can be bought."""
    limit = problem.limit - problem.purchases.take @ bought
    return replace(problem, limit=limit, purchases=no_purchases(len(limit)))


def stack(passes: Sequence[Pass]) -> Answers:
    """Return the passes as answers of their blocks, pass by pass."""
    return Answers(
        np.tile(np.arange(len(passes[0].cost)), len(passes)),
        np.concatenate([each.cost for each in passes]),
        np.concatenate([each.use for each in passes]),
    )


def used_passes(passes: Sequence[Pass], mixed: Mixed) -> list[Pass]:
    """Return the passes that have a share, and the last, which leaves room."""
    most = mixed.share.reshape(len(passes), -1).max(axis=1)
    most[-1] = 1.0
    return [passes[position] for position in np.flatnonzero(most > NOTHING).tolist()]


def spread_passes(problem: TransportProblem, shares: FloatArray) -> IntArray:
    """Return each SKU's pass (K,): in its block as often as the share (N, B), at all sizes."""
    number = np.zeros(len(problem), dtype=np.int64)
    rank = np.empty(len(problem), dtype=np.int64)
    rank[by_size(problem)] = np.arange(len(problem))
    for block, (start, end) in enumerate(pairwise(blocks_of(len(problem)).tolist())):
        mine = start + np.argsort(rank[start:end], kind="stable")
        upto = np.cumsum(shares[:, block])
        level = (0.5 + GOLDEN * np.arange(len(mine))) % 1.0
        found = np.searchsorted(upto / max(upto[-1], NOTHING), level, side="right")
        number[mine] = np.minimum(found, len(shares) - 1)
    return number
