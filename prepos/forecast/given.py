"""Given: the user's own forecast, taken as it is.

Widths come from its quantile columns where it has them, else from its dispersion, else the counts
are Poisson. Assumes that periods are independent given their means: the table says nothing else.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy.stats import nbinom

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.errors import DemandError
from prepos.signals.given import given_rows

QUANTILE_COLUMN = re.compile(r"q(\d\d)")
WIDTHS = np.geomspace(0.01, 30.0, 25)  # dispersions that quantile columns are matched with


def given_forecast(snapshot: Snapshot) -> Forecast:
    """Return the ``forecasts`` table as a forecast; rows it does not have are zero.

    Raises
    ------
    DemandError
        Where there is no table, or none of its rows lies within the horizon.
    """
    if "forecasts" not in snapshot.tables:
        raise DemandError("forecast.source is 'given', expected a forecasts table, found none")
    rows, period, region, sku = given_rows(snapshot)
    starts = snapshot.periods.starts
    if not len(rows):
        raise DemandError(
            "forecasts has no row of a known region and sku with period_start from "
            f"{starts[0]} to {snapshot.periods.end(len(starts) - 1)}, expected at least one"
        )
    table = snapshot.tables["forecasts"].iloc[rows]
    shape = (len(starts), len(snapshot.orders.regions), len(snapshot.orders.skus))
    cell = np.ravel_multi_index((period, region, sku), shape)
    of_row = _numbers(table, ["mean"])[:, 0]
    mean = _add_up(cell, of_row, shape)
    spread = _add_up(cell, given_dispersion(table) * of_row**2, shape)
    total = mean.sum(axis=0)
    return Forecast(
        snapshot.orders.regions,
        snapshot.orders.skus,
        snapshot.periods,
        mean=mean,
        dispersion=relative(spread, mean),
        total_mean=total,
        total_dispersion=relative(spread.sum(axis=0), total),
        signals={"given": total},
    )


def relative(spread: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the dispersion that spread (variance less mean) amounts to; 0 where the mean is."""
    squared = mean**2
    return np.divide(spread, squared, out=np.zeros_like(spread), where=squared > 0)


def given_dispersion(table: pd.DataFrame) -> FloatArray:
    """Return the dispersion (N,) of each row: its quantiles win over its dispersion."""
    stated = np.zeros(len(table))
    if "dispersion" in table:
        stated = np.nan_to_num(_numbers(table, ["dispersion"])[:, 0])
    names = [name for name in table.columns if QUANTILE_COLUMN.fullmatch(str(name))]
    if not names:
        return stated
    levels = np.array([int(name[1:]) / 100.0 for name in names])
    counts, mean = _numbers(table, names), _numbers(table, ["mean"])[:, 0]
    known = ~np.isnan(counts).all(axis=1) & (mean > 0)
    stated[known] = match_quantiles(mean[known], counts[known], levels)
    return np.asarray(stated)


def match_quantiles(mean: FloatArray, counts: FloatArray, levels: FloatArray) -> FloatArray:
    """Return the dispersion (N,) whose quantiles lie nearest to those stated.

    Parameters
    ----------
    mean : (N,) float
    counts : (N, Q) float
        Units at each level, not a number where not stated.
    levels : (Q,) float
    """
    misses = np.empty((len(WIDTHS), len(mean)))
    for number, width in enumerate(WIDTHS):
        size = 1.0 / width
        chance = size / (size + mean)[:, None]
        above = nbinom.cdf(np.ceil(counts), size, chance)
        below = nbinom.cdf(np.ceil(counts) - 1.0, size, chance)
        miss = np.maximum(levels - above, 0.0) + np.maximum(below - levels, 0.0)
        misses[number] = np.nansum(miss, axis=1)
    best = (misses <= misses.min(axis=0) + 1e-9).astype(np.float64)
    return np.asarray(np.exp(np.log(WIDTHS) @ best / best.sum(axis=0)))


def _numbers(table: pd.DataFrame, names: list[str]) -> FloatArray:
    """Return columns (N, C) of the table; not a number where empty."""
    return np.asarray(table[names].astype(np.float64).to_numpy(), dtype=np.float64)


def _add_up(cell: IntArray, values: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
    """Return values summed into a full array by flat cell."""
    return np.asarray(np.bincount(cell, values, minlength=int(np.prod(shape))), np.float64).reshape(
        shape
    )
