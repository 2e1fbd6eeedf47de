"""Prices of the shared rows, moved until the bound that they prove hardly rises.

A sample of the SKUs, spread evenly over their sizes, finds the first prices, a larger one better
ones, all SKUs the last. The cuts choose where to look, within a box around the best prices that
grows where it foretold well and shrinks where it did not. Any prices prove a bound, so stopping
early is honest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import BLOCKS, answer
from prepos.plan.transport.cuts import GROUPS, Cuts
from prepos.plan.transport.problem import Limited, Sources, TransportProblem
from prepos.plan.transport.sent import Sent
from prepos.plan.transport.slices import slices_of, take_skus

SAMPLE, GROWTH, WHOLE_UP_TO = 2000, 10, 3  # SKUs of the first sample; each next one; of the rest
ROUGH = 10.0  # times the precision asked for: that of the samples
GROUP = 1_000  # SKUs that are cut as one where they are many
PASSES = 80  # at most
# Half width of the box at first, in scales: on the first SKUs, on later ones, from known prices.
BOX, RESUMED, KNOWN = 1.0, 0.02, 0.3
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


def find_prices(
    problem: TransportProblem,
    *,
    solver: str,
    precision: float,
    start: FloatArray | None = None,
    tick: Callable[[], None] = lambda: None,
    deadline: float = np.inf,
) -> Search:
    """Return prices near the best, and what they prove.

    Parameters
    ----------
    solver : str
        ``highs`` or ``cbc``.
    precision : float
        Share of the cost below which a rise of the bound is not looked for.
    start : (S,) float, optional
        Prices to start from, believed to be near the best: no sample is asked first.
    tick : callable
        Called after each pass.
    deadline : float
        Of ``time.monotonic``: the last pass is the first that ends after it.
    """
    rows, sources = len(problem.limit), len(problem.sources.units)
    first = problem.purchases.even_prices() if start is None else start
    search = Search(np.clip(first, 0.0, problem.ceiling), np.zeros(rows), np.zeros(sources))
    order = by_size(problem)
    count, width = SAMPLE, BOX if start is None else KNOWN
    while start is None and count * WHOLE_UP_TO < len(problem) and rows:
        chosen = np.sort(order[spread(len(order), count)])
        part, mine = sample_of(problem, chosen)
        begun = replace(search, value=search.value[mine], bound=-np.inf, passes=[])
        ask = partial(answer, part)
        cuts, rough = Cuts(part, groups=groups_of(part)), ROUGH * precision
        done = climb(part, begun, ask, width, solver, rough, tick, deadline, cuts=cuts)
        search.prices, search.scale = done.prices, done.scale
        search.value[mine] = done.value
        count, width = count * GROWTH, RESUMED
    ask = partial(answer, problem)
    cuts = Cuts(problem, groups=groups_of(problem))
    return climb(problem, search, ask, width, solver, precision, tick, deadline, cuts=cuts)


def groups_of(problem: TransportProblem) -> int:
    """Return how many groups SKUs are cut in: where a pass takes long, more cuts of each pay."""
    return min(max(GROUPS, len(problem) // GROUP), BLOCKS)


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
        bound = prove(problem, prices, cost)
        risen = bound - search.bound
        if risen > 0:
            search.bound, search.prices, search.use = bound, prices, use.sum(axis=0)
        search.passes.append(Pass(prices, cost - (use * prices).sum(axis=1), use))
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


def by_size(problem: TransportProblem) -> IntArray:
    """Return the SKUs by the volume that is wanted of them; ties in their own order."""
    return np.argsort(problem.goods.wanted * problem.goods.volume_m3, kind="stable")


def spread(count: int, chosen: int) -> IntArray:
    """Return so many positions, evenly spread."""
    return np.linspace(0, count - 1, chosen).astype(np.int64)


def sample_of(problem: TransportProblem, skus: IntArray) -> tuple[TransportProblem, IntArray]:
    """Return the problem of some SKUs, with their part of each limit, and their sources."""
    size = problem.goods.wanted * problem.goods.volume_m3
    whole = float(size.sum())
    share = float(size[skus].sum()) / whole if whole > 0 else len(skus) / len(problem)
    first, sources = slices_of(problem.sources.first, skus)
    term_first, terms = slices_of(problem.sources.term_first, sources)
    ranks, goods, places = take_skus(problem, skus)
    part = replace(
        problem,
        places=places,
        sources=Sources(
            first,
            problem.sources.release[sources],
            problem.sources.units[sources],
            term_first,
            problem.sources.term_route[terms],
            problem.sources.term_cost[terms],
        ),
        ranks=ranks,
        goods=goods,
        constant=problem.constant[skus],
        limit=problem.limit * share,
        purchases=replace(problem.purchases, most=problem.purchases.most * share),
    )
    return part, sources
