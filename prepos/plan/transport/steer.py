"""Prices that follow what is taken: each block of SKUs is asked at prices of its own.

Asked at the best prices, SKUs take more of some rows than there is and less of others: where the
bound is nearly flat, its top says little of how much is taken. So each block's prices are moved by
what is still to be taken or left by the blocks that remain, until all together hardly miss the
limits. Every block still answers near the best prices, which costs little.

References
----------
Talluri and van Ryzin (1998), Management Science 44(11), 1577-1593: prices of what is shared, moved
as it is used up.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import blocks_of
from prepos.plan.transport.climb import Pass, Search
from prepos.plan.transport.problem import TransportProblem

SWEEPS = 3  # over all blocks, at most
TRIED = 0.05  # share by which prices are moved to see what that does
LEAST, MOST = 0.1, 30.0  # per cent that less is taken, for a price higher by one
WIDEST = 0.2  # share by which a block's prices move at most, in a sweep
FELT = 0.3  # in scales: the least price that such shares are of
NOTHING = 1e-9

# What SKUs (J,) are asked at prices (S,): a pass of theirs alone, in one block.
AskSkus = Callable[[FloatArray, IntArray], Pass]


def felt_prices(search: Search) -> FloatArray:
    """Return (S,) what shares of prices are of: the best ones, or more where these are not felt."""
    return np.maximum(search.prices, FELT * search.scale)


def near_prices(prices: FloatArray, felt: FloatArray) -> list[FloatArray]:
    """Return prices (S,) near some: for each of the signs, moved by them, and the other way.

    They move by a share of what is ``felt`` (S,), 0 where they do not.
    """
    shifts = TRIED * signs_of(felt) * felt
    moved = [prices + shift for sign in shifts for shift in (sign, -sign)]
    return [np.maximum(each, 0.0) for each in moved]


def signs_of(felt: FloatArray) -> FloatArray:
    """Return (N, S) 1 or -1: whether a binary digit is set, of where a row is among those felt.

    Any two of these are told apart by one of the digits.
    """
    place = np.cumsum(felt > 0)
    digits = np.arange(max(int(place.max(initial=0)).bit_length(), 1))
    return np.asarray(np.where(place >> digits[:, None] & 1, 1.0, -1.0))


def elasticity(felt: FloatArray, use: FloatArray) -> FloatArray:
    """Return (S,) per cent less taken of each row for its price higher by one per cent.

    Parameters
    ----------
    felt : (S,) float
        What prices are moved by a share of.
    use : (N, S) float
        What some SKUs take at each of the prices that are near.
    """
    up, down = use[::2], use[1::2]
    middle = np.maximum(np.abs(up + down) / 2.0, NOTHING)
    told = (signs_of(felt) * (down - up) / middle).mean(axis=0) / (2.0 * TRIED)
    return np.asarray(np.clip(told, LEAST, MOST))


def steer(
    problem: TransportProblem,
    search: Search,
    start: Pass,
    elastic: FloatArray,
    ask: AskSkus,
    enough: float,
) -> list[Pass]:
    """Return a pass of each block of SKUs, which together hardly miss the limits.

    Parameters
    ----------
    start : Pass
        Over all SKUs, at the best prices.
    elastic : (S,) float
        See ``elasticity``; it is told anew by every sweep.
    enough : float
        Currency: what may be missed, at the best prices.
    """
    edges = list(pairwise(blocks_of(len(problem)).tolist()))
    felt = felt_prices(search)
    passes = [
        Pass(start.prices, start.cost[[block]], start.use[[block]], start.sent)
        for block in range(len(edges))
    ]
    found, missed = passes, miss(problem, search, felt, passes)
    for _ in range(SWEEPS):
        if missed <= enough:
            break
        passes = sweep(problem, search, found, edges, felt, elastic, ask)
        after = miss(problem, search, felt, passes)
        if after > missed:
            break
        elastic = np.sqrt(elastic * told_by(found, passes, felt))
        found, missed = passes, after
    return found


def miss(problem: TransportProblem, search: Search, felt: FloatArray, passes: list[Pass]) -> float:
    """Return what all blocks take too much and leave, at the best prices; too much counts twice."""
    left = problem.limit - sum_use(passes)
    return float(search.prices @ np.abs(left) + felt @ np.maximum(-left, 0.0))


def sweep(
    problem: TransportProblem,
    search: Search,
    before: list[Pass],
    edges: list[tuple[int, int]],
    felt: FloatArray,
    elastic: FloatArray,
    ask: AskSkus,
) -> list[Pass]:
    """Return every block asked anew, at prices moved by what those before it left to be changed."""
    rest = sum_use(before)
    left = problem.limit - rest
    passes = []
    for (first, last), known in zip(edges, before, strict=True):
        need = np.clip(left / np.maximum(np.abs(rest), NOTHING), -1.0, 1.0)
        need[(search.prices <= 0) & (need > 0)] = 0.0  # what is free need not be taken
        step = np.clip(-need / elastic, -WIDEST, WIDEST)
        prices = np.clip(known.prices + felt * step, 0.0, problem.ceiling)
        passes.append(ask(prices, np.arange(first, last)))
        left = left - (passes[-1].use[0] - known.use[0])
        rest = rest - known.use[0]
    return passes


def sum_use(passes: list[Pass]) -> FloatArray:
    """Return (S,) what all blocks take."""
    return np.asarray(np.concatenate([each.use for each in passes]).sum(axis=0))


def told_by(before: list[Pass], after: list[Pass], felt: FloatArray) -> FloatArray:
    """Return (S,) the elasticity that the blocks' changed prices and use tell."""
    moved = np.stack([b.prices - a.prices for a, b in zip(before, after, strict=True)]) / felt
    change = [
        (b.use[0] - a.use[0]) / np.maximum(np.abs(a.use[0]), NOTHING)
        for a, b in zip(before, after, strict=True)
    ]
    told = -(moved * np.stack(change)).sum(axis=0) / np.maximum((moved**2).sum(axis=0), NOTHING)
    return np.asarray(np.clip(told, LEAST, MOST))
