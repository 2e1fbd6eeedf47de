"""A sample of the SKUs, spread evenly over their sizes, that stands for all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.problem import Sources, TransportProblem
from prepos.plan.transport.slices import slices_of, take_skus


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


def corrected(
    problem: TransportProblem, part: TransportProblem, use: FloatArray, taken: FloatArray
) -> TransportProblem:
    """Return a sample whose limits are as far from what it takes as those of all SKUs are.

    So its prices, where they are best, are nearly best for all, however the sample differs.

    Parameters
    ----------
    use, taken : (S,) float
        What all SKUs, and the sample, take of the rows at the same prices.

    References
    ----------
    Brandt (1977), Mathematics of Computation 31(138), 333-390: a coarse problem corrected so that
    its solution is that of the fine one.
    """
    share = float(part.goods.wanted.sum()) / max(float(problem.goods.wanted.sum()), 1e-9)
    both = use * taken > 0
    scale = np.where(both, taken / np.where(both, use, 1.0), share)
    return replace(part, limit=taken + scale * (problem.limit - use))
