"""Taught: which cells a fit looks at, and for how many each stands.

Every cell that sold is looked at. Where most never did, a sample of these stands for the rest: it
is drawn more densely where the region and the SKU sell more, and a drawn cell stands for as many as
its chance was small, so that sums over the sample are those over all, give or take little. The cost
of a fit then grows with the cells that sold, not with regions x SKUs. Assumes that a SKU and a
region tell by what they sell how much their empty cells may matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.demand import History
from prepos.core.types import FloatArray, IntArray
from prepos.signals.asked import Asked

SPARSE = 2.0  # cells in all for each that sold, above which the empty ones are sampled
DRAWN = 1.0  # draws for each cell that sold; those that hit one again are let go
LEAST_DRAWN = 20_000
GOLDEN = 0.6180339887498949  # its multiples spread evenly however many there are


class Taught(NamedTuple):
    """Listed cells, and how many cells each stands for: (N,) float, 1 where it sold."""

    cells: Asked
    weight: FloatArray


def list_cells(history: History, skus: IntArray) -> Taught:
    """Return the cells of these SKUs that a fit looks at."""
    shape = len(history.regions), len(history.skus)
    sold = np.isin(history.sku, skus)
    region, sku = history.region[sold], history.sku[sold]
    if shape[0] * len(skus) <= max(SPARSE * len(sku), LEAST_DRAWN):
        found = np.divmod(np.arange(shape[0] * len(skus)), max(len(skus), 1))
        return Taught(Asked(found[0], skus[found[1]], shape), np.ones(len(found[0])))
    draws = max(int(DRAWN * len(sku)), LEAST_DRAWN)
    units = history.units.sum(axis=1)
    drawn, weight = draw_cells(
        np.asarray(np.bincount(history.region, units, minlength=shape[0]), dtype=np.float64),
        np.asarray(np.bincount(history.sku, units, minlength=shape[1])[skus], dtype=np.float64),
        draws,
    )
    at, of_sku = np.divmod(drawn, len(skus))
    key = at * shape[1] + skus[of_sku]
    is_sold = np.isin(key, region * shape[1] + sku)
    every = np.concatenate([region * shape[1] + sku, key[~is_sold]])
    order = np.argsort(every)
    weights = np.concatenate([np.ones(len(sku)), weight[~is_sold]])
    found = np.divmod(every[order], shape[1])
    return Taught(Asked(found[0], found[1], shape), weights[order])


def draw_cells(
    of_region: FloatArray, of_sku: FloatArray, draws: int
) -> tuple[IntArray, FloatArray]:
    """Return cells drawn evenly by size, each once, and how many each stands for.

    Parameters
    ----------
    of_region, of_sku : (R,), (K,) float
        What they sell, 0 or more.
    draws : int

    Returns
    -------
    cell : (N,) int
        Region x K + SKU, rising.
    weight : (N,) float
        Times drawn over times to be drawn: 1 for any cell, on average.

    References
    ----------
    Hansen and Hurwitz (1943), On the theory of sampling from finite populations, Annals of
    Mathematical Statistics 14(4).
    """
    region, sku = _chances(of_region), _chances(of_sku)
    number = np.arange(draws)
    order = np.argsort(-of_sku, kind="stable")
    rank = np.searchsorted(np.cumsum(sku[order]), (number + 0.5) / draws)
    by_size = np.argsort(-of_region, kind="stable")
    place = np.searchsorted(np.cumsum(region[by_size]), (number * GOLDEN + 0.5) % 1.0)
    drawn_sku = order[np.minimum(rank, len(order) - 1)]
    drawn_region = by_size[np.minimum(place, len(by_size) - 1)]
    cell, times = np.unique(drawn_region * len(sku) + drawn_sku, return_counts=True)
    expected = draws * region[cell // len(sku)] * sku[cell % len(sku)]
    return cell, times / expected


def _chances(units: FloatArray) -> FloatArray:
    """Return chances between those of the units' roots and even ones, summing to 1."""
    roots = np.sqrt(units)
    mixed = roots / max(roots.sum(), 1e-12) + 1.0 / len(units)
    return np.asarray(mixed / mixed.sum())
