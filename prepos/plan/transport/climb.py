"""Prices of the shared rows raised by cuts, until the bound that they prove hardly rises.

The cuts choose where to look, within a box around the best prices that grows where it foretold well
and shrinks where it did not. Any prices prove a bound, so stopping early is honest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from prepos.core.types import FloatArray
from prepos.plan.transport.cuts import Cuts
from prepos.plan.transport.problem import Limited
from prepos.plan.transport.sent import Sent

PASSES = 80  # at most
FORETOLD, FAILED = 0.5, 0.1  # share of the rise foretold from which the box grows, shrinks
WIDER, NARROWER = 3.0, 0.4
INWARD = 0.5  # from the best prices to those that the cuts like best
FIRST_PRICE = 0.05  # of what a unit of the row saves: the scale of a price

# At prices (S,) and sources' values (M,), which are set anew: cost (B,) and use (B, S).
Ask = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass over all SKUs: its prices (S,), and by block of SKUs cost (B,) and use (B, S).

    The prices paid are not in the cost. What is ``sent`` is told where cases are whole; else it is
    what is best at the prices.
    """

    prices: FloatArray
    cost: FloatArray
    use: FloatArray
    sent: Sent | None = None


@dataclass(slots=True)
class Search:
    """Where a search stands.

    Attributes
    ----------
    prices : (S,) float
        The best so far.
    scale : (S,) float
        A rise of the row's price that is felt.
    value : (M,) float
        What one more unit of each source is worth.
    bound : float
        What the best prices prove, ``TransportProblem.shortage`` included.
    use : (S,) float
        Of the shared rows, at the best prices.
    passes : list of Pass
        Over all SKUs; those over samples are not kept.
    """

    prices: FloatArray
    scale: FloatArray
    value: FloatArray
    bound: float = -np.inf
    use: FloatArray = field(default_factory=lambda: np.zeros(0))
    passes: list[Pass] = field(default_factory=list)


def climb(
    problem: Limited,
    search: Search,
    ask: Ask,
    width: float,
    solver: str,
    precision: float,
    tick: Callable[[], None],
    deadline: float,
    *,
    cuts: Cuts | None = None,
) -> Search:
    """Raise the bound of a problem from where the search stands, and return where it then does.

    ``ask`` is a pass over its SKUs, as ``answer`` makes one; ``width`` is the box's first half
    width, in scales; ``cuts``, without any in them yet, may tell more groups of SKUs apart.
    """
    cuts, prices, foretold = cuts or Cuts(problem), search.prices, np.inf
    box = width * search.scale
    for number in range(PASSES):
        cost, use = ask(prices, search.value)
        cuts.add(prices, cost, use)
        before = search.bound
        risen = note(problem, search, prices, cost, use) - before
        tick()
        if not len(problem.limit) or time.monotonic() > deadline:
            break
        if not search.scale.any():
            search.scale = first_scale(problem, cost, search.use)
            box = width * search.scale
        if number and risen >= FORETOLD * foretold:
            box = box * WIDER
        elif number and risen <= FAILED * foretold:
            box = box * NARROWER
        enough = precision * abs(search.bound)
        highest, hoped = look_around(problem, search, cuts, box, enough, solver)
        if hoped < enough:
            break
        prices = search.prices + INWARD * (highest - search.prices)
        foretold = INWARD * hoped
    return search


def note(
    problem: Limited, search: Search, prices: FloatArray, cost: FloatArray, use: FloatArray
) -> float:
    """Add a pass to the search, which keeps the best bound; return the bound that it proves."""
    bound = prove(problem, prices, cost)
    if bound > search.bound:
        search.bound, search.prices, search.use = bound, prices, use.sum(axis=0)
    search.passes.append(Pass(prices, cost - (use * prices).sum(axis=1), use))
    return bound


def prove(problem: Limited, prices: FloatArray, cost: FloatArray) -> float:
    """Return what no plan costs less than, when the SKUs cost this at best at these prices."""
    bought = problem.purchases.gain(prices)
    return float(cost.sum() - prices @ problem.limit) + bought + problem.shortage


def look_around(
    problem: Limited,
    search: Search,
    cuts: Cuts,
    box: FloatArray,
    enough: float,
    solver: str,
) -> tuple[FloatArray, float]:
    """Return where the cuts foretell the largest rise within the box, and that rise.

    Where it is not large enough, that is believed only of a box as wide as prices may be.
    """
    for width in (box, np.maximum(box, search.scale)):
        lower = np.maximum(search.prices - width, 0.0)
        upper = np.minimum(search.prices + width, problem.ceiling)
        prices, hoped = cuts.highest(lower, upper, solver)
        foretold = hoped + problem.shortage - search.bound
        if foretold >= enough:
            break
    return prices, foretold


def first_scale(problem: Limited, cost: FloatArray, taken: FloatArray) -> FloatArray:
    """Return (S,) the first guess at how far a price must go to be felt."""
    saved = abs(float(cost.sum() + problem.constant.sum())) + 1e-9 * (1.0 + problem.shortage)
    room = np.maximum(np.abs(taken), np.abs(problem.limit))
    used = room.sum() if room.any() else 1.0
    scale = np.full(len(taken), FIRST_PRICE * saved / used)
    even = problem.purchases.even_prices()
    return np.where(even > 0, even, scale)
