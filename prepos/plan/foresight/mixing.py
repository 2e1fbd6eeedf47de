"""A mix of passes that keeps all limits: what tells how near the best bound a bound is.

Every block of SKUs is given shares of its answers. The row prices of that mix ask for more answers,
not far from the best prices, until it costs hardly more than the bound. Answers that have had no
share for some rounds are left out.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111. Ben-Ameur and Neto (2007), Networks
49(1), 3-17: prices between the best and the mix's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.passes import Teller
from prepos.plan.foresight.problem import Foreseen
from prepos.plan.transport.climb import Search
from prepos.plan.transport.mix import Answers, Mixed, mix_answers
from prepos.plan.transport.shares import stack

ROUNDS, NEARER = 60, 0.3  # of mixing at most; from the best prices to the mix's
PATIENCE = 4  # rounds without a share
NOTHING = 1e-9  # shares below are none


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The cost of a mix, broken limits included; ``share`` (passes x blocks,); ``bought`` (V,)."""

    cost: float
    share: FloatArray
    bought: FloatArray


def close_gap(
    foreseen: Foreseen,
    teller: Teller,
    search: Search,
    solver: str,
    gap: float,
    deadline: float,
) -> Mix:
    """Return a mix within a share of the bound, or the last there was time for.

    Passes are added to the search's, and its bound may rise.
    """
    answers = stack(search.passes)
    idle = np.zeros(len(answers.group), dtype=np.int64)
    for number in range(ROUNDS):
        kept = np.flatnonzero(idle <= PATIENCE)
        mixed = mix_some(foreseen, answers, kept, solver)
        cost = mixed.cost + float(foreseen.ceiling @ mixed.over) + foreseen.shortage
        enough = cost - search.bound <= gap * abs(cost)
        if enough or number == ROUNDS - 1 or time.monotonic() > deadline:
            break
        idle[kept] = np.where(mixed.share > NOTHING, 0, idle[kept] + (1 if number else PATIENCE))
        prices = search.prices + NEARER * (mixed.prices - search.prices)
        search.passes.append(teller.ask(prices))
        answers = stack(search.passes)
        idle = np.append(idle, np.zeros(len(answers.group) - len(idle), dtype=np.int64))
    share = np.zeros(len(answers.group))
    share[kept] = mixed.share
    return Mix(cost, share, mixed.bought)


def mix_some(foreseen: Foreseen, answers: Answers, kept: IntArray, solver: str) -> Mixed:
    """Return the cheapest mix of some answers."""
    some = Answers(answers.group[kept], answers.cost[kept], answers.use[kept])
    return mix_answers(foreseen, some, foreseen.limit, solver=solver)
