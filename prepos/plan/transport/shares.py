"""How often each pass is given: shares of the passes that keep the limits.

Every pass of the price search answered for all SKUs, each time a little differently where a row is
contested. Each block of SKUs is given shares of the passes, so that the limits hold; the row prices
of that mix ask for more passes until it costs hardly more than the bound.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111: mixing answers. Niederreiter (1992),
Random Number Generation and Quasi-Monte Carlo Methods, SIAM, chapter 3: multiples of the golden
ratio lie evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import blocks_of
from prepos.plan.transport.climb import Pass, Search
from prepos.plan.transport.mix import Answers, Mixed, mix_answers
from prepos.plan.transport.passes import Ask
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.samples import by_size

ROUNDS = 8  # of asking for more passes
NEARER = 0.5  # from the best prices to the mix's
NOTHING = 1e-9  # shares below are none
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def share_passes(
    problem: TransportProblem,
    search: Search,
    passes: list[Pass],
    ask: Ask,
    *,
    enough: float,
    solver: str,
    rounds: int = ROUNDS,
) -> Mixed:
    """Return each block's shares of the passes, pass by pass; passes are added to the list.

    Parameters
    ----------
    search : Search
        More passes are asked for between its prices and the mix's.
    enough : float
        Currency: how near to the bound, or to the last mix, is near enough.
    """
    prices, least, before = search.prices, search.bound - problem.shortage, np.inf
    for number in range(rounds):
        mixed = mix_answers(problem, stack(passes), problem.limit, solver=solver)
        paid = mixed.cost + float(problem.ceiling @ mixed.over)
        if paid - least <= enough or before - paid <= 0.1 * enough or number == rounds - 1:
            break
        before = paid
        passes.append(ask(mixed.prices))
        passes.append(ask(prices + NEARER * (mixed.prices - prices)))
    return mixed


def stack(passes: Sequence[Pass]) -> Answers:
    """Return the passes as answers of their blocks, pass by pass."""
    return Answers(
        np.tile(np.arange(len(passes[0].cost)), len(passes)),
        np.concatenate([each.cost for each in passes]),
        np.concatenate([each.use for each in passes]),
    )


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
