"""Bins: every mean lands in the bin of its logarithm, and every cell is counted once."""

from __future__ import annotations

import numpy as np

from prepos.forecast.bins import BINS, BINS_PER_E, FEW, LEAST_MEAN, bin_edges, tabulate


def test_a_mean_lands_in_the_bin_of_its_logarithm() -> None:
    """Bins are a fifth of a factor e wide from the least mean on; smaller means have none."""
    rng = np.random.default_rng(0)
    mean = np.exp(rng.uniform(-16.0, 24.0, (50, 40))).astype(np.float32)
    mean[0, :3] = 0.0, LEAST_MEAN / 2, 1e9
    cells, level, few, _ = tabulate(mean, np.zeros_like(mean), np.zeros(40, dtype=np.int64), 1)
    seen = mean[mean > LEAST_MEAN].astype(np.float64)
    place = np.minimum((np.log(seen / LEAST_MEAN) * BINS_PER_E).astype(int), BINS - 1)
    np.testing.assert_array_equal(cells[0], np.bincount(place, minlength=BINS))
    np.testing.assert_allclose(level[0], np.bincount(place, seen, minlength=BINS))
    np.testing.assert_array_equal(few[0, :, 0], cells[0])


def test_the_least_of_a_bin_is_in_it() -> None:
    """A mean at an edge belongs above it, the next smaller number below."""
    edges = bin_edges()
    below = np.nextafter(edges, np.float32(0.0))
    alone = np.zeros(BINS, dtype=np.int64)
    above, _, _, _ = tabulate(edges[None], np.zeros((1, BINS), np.float32), alone, 1)
    under, _, _, _ = tabulate(below[None], np.zeros((1, BINS), np.float32), alone, 1)
    assert above[0].tolist() == [1.0] * BINS
    assert under[0].tolist() == [1.0] * (BINS - 1) + [0.0]


def test_cells_with_many_units_are_listed() -> None:
    """What is too much for the table is told cell by cell, by kind of SKU; empty means are not."""
    mean = np.array([[1.0, 2.0, 0.0]], dtype=np.float32)
    units = np.array([[3.0, FEW + 0.0, 900.0]], dtype=np.float32)
    _, _, few, (kind, place, many) = tabulate(mean, units, np.array([0, 1, 1]), 2)
    assert np.argwhere(few[0])[:, 1].tolist() == [3]
    assert not few[1].any()
    assert (kind.tolist(), many.tolist()) == ([1], [float(FEW)])
    assert place[0] == int(np.log(2.0 / LEAST_MEAN) * BINS_PER_E)


def test_no_number_falls_outside_the_table() -> None:
    """Nothing at zero or below has a bin, with a sign or without; the largest are in the last."""
    mean = np.array([[-0.0, 0.0, -1.0, -np.inf, np.finfo(np.float32).max, np.inf]], np.float32)
    cells, _, few, _ = tabulate(mean, np.zeros_like(mean), np.zeros(6, dtype=np.int64), 1)
    assert cells.sum() == 2.0
    assert cells[0, BINS - 1] == 2.0
    assert few.sum() == 2.0
