"""Flows of one SKU where costs lie so far apart that their digits do not tell small ones apart."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.balance import balance
from prepos.plan.transport.costs import Sides

# Of 25,000 drawn, those on which the search once pushed units around without an end.
ENDLESS = (14713, 18789, 19666, 22919)
PATIENCE_S = 120.0  # a search takes microseconds, compiling it some seconds


def draw_costs(seed: int) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Draw costs (S + 1, R), widths (R,), units (S,) and values (S,): sources much alike.

    Some ways cost, or save, a hundred thousand to a hundred million times as much as others.
    """
    rng = np.random.default_rng(seed)
    sources, ranks = int(rng.integers(3, 7)), int(rng.integers(4, 12))
    base, cost = rng.uniform(-5, 1, ranks), np.zeros((sources + 1, ranks))
    for source in range(sources):
        more = rng.choice([0.0, 1e-4, 1e-5, 1.0]) * rng.uniform(0, 1, ranks)
        is_far, size = rng.random(ranks) < 0.4, rng.uniform(0, 1) * 10.0 ** rng.integers(5, 9)
        far = size * rng.choice([1, -1], p=[0.7, 0.3])
        cost[source] = base + more + np.where(is_far, far, 0)
    width, units = rng.integers(1, 6, ranks), rng.integers(0, 12, sources)
    return cost, width, units, rng.uniform(0, 3, sources) * (rng.random(sources) < 0.8)


def serve(seed: int) -> None:
    """Balance what was drawn; raises where flows break what ranks take or sources have."""
    cost, width, units, value = draw_costs(seed)
    (nodes, ranks), whole = cost.shape, np.int64
    sides = Sides(
        way=np.zeros((nodes - 1, 1)),
        by=np.zeros((nodes - 1, 1), dtype=whole),
        idle=np.zeros(nodes - 1),
        home=np.zeros(nodes - 1, dtype=whole),
        at=np.zeros(ranks),
        own=np.zeros(ranks),
        rate=np.zeros(1),
        cost=cost,
        held=np.zeros((nodes, ranks), dtype=whole),
        total=np.zeros(nodes, dtype=whole),
        arc=np.zeros((nodes, nodes)),
        over=np.zeros((nodes, nodes), dtype=whole),
        reach=np.zeros(nodes),
        back=np.zeros(nodes, dtype=whole),
    )
    balance(sides, width, units, value)
    np.testing.assert_array_equal(sides.held.sum(axis=0), width)
    assert (sides.held >= 0).all()
    assert (sides.held[:-1].sum(axis=1) <= units).all()


@pytest.mark.parametrize("seed", ENDLESS)
def test_a_search_ends_where_digits_do_not_tell_costs_apart(seed: int) -> None:
    """Ranks are served whole, and no source gives more than it has; in a process of its own."""
    searching = multiprocessing.get_context("spawn").Process(target=serve, args=(seed,))
    searching.start()
    searching.join(PATIENCE_S)
    is_endless = searching.is_alive()
    searching.kill()
    searching.join()
    assert not is_endless
    assert searching.exitcode == 0
