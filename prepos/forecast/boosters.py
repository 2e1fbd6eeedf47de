"""Small trees that say by how much the stack's mean is to be multiplied.

LightGBM with the Poisson objective, starting from the logarithm of the stack's mean, on the sum of
the periods ahead. A cell weighs less the more its counts scatter, as in a negative binomial. All
runs on one thread with fixed seeds, so the same rows give the same trees.

References
----------
Ke et al. (2017), LightGBM: a highly efficient gradient boosting decision tree, NeurIPS 30.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.boost_features import Told
from prepos.forecast.lessons import SURPRISE
from prepos.forecast.peers.peer import load_library

ROWS = 300_000  # of training; more cells are thinned evenly
DENSE_SHARE = 0.8  # of the rows are cells whose mean is above the median
CHUNK = 100_000  # cells whose factors are found at once
LEAST_MEAN = 1e-5  # units; cells of less teach nothing
MOST = 4.0  # times the stack's mean, or a part of it
ROUNDS = 60
SETTINGS: dict[str, Any] = {
    "objective": "poisson",
    "num_leaves": 8,
    "learning_rate": 0.1,
    "min_data_in_leaf": 3000,
    "lambda_l2": 50.0,
    "feature_fraction": 0.7,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbosity": -1,
}
LEAST_ROWS = 2 * SETTINGS["min_data_in_leaf"]  # fewer cannot be split


class Rows(NamedTuple):
    """Cells to learn from: (N, features), and (N,) each."""

    features: Float32Array
    units: FloatArray
    mean: FloatArray
    weight: FloatArray


def fit_booster(
    told: Sequence[Told],
    sums: Sequence[Float32Array],
    scatter: FloatArray,
    weight: FloatArray | None = None,
) -> Any | None:
    """Return the trees learnt at O origins, None where too little sold to learn from.

    Parameters
    ----------
    told : O Told
    sums : O arrays (R, K) float32
        Units that came in the steps after each origin.
    scatter : (K,) float
        Dispersion of the sums.
    weight : (K,) float, optional
        For how many cells each in a column stands; 1 where not told.
    """
    stands_for = np.ones(len(scatter)) if weight is None else weight
    parts = [
        _rows(each, units.ravel(), (scatter, stands_for), number, ROWS // len(told))
        for number, (each, units) in enumerate(zip(told, sums, strict=True))
    ]
    rows = Rows(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    if len(rows.units) < LEAST_ROWS or not rows.units.any():
        return None
    library = load_library("lightgbm", extra="boost")
    data = library.Dataset(
        rows.features,
        rows.units,
        weight=rows.weight / rows.weight.mean(),
        init_score=np.log(rows.mean),
        categorical_feature=[rows.features.shape[1] - 1],
    )
    return library.train(SETTINGS, data, num_boost_round=ROUNDS)


def factors(booster: Any, told: Told) -> Float32Array:
    """Return (R, K) what multiplies the stack's means; 1 for a SKU that had sold nothing."""
    found = np.ones(told.cells, dtype=np.float32)
    known = np.flatnonzero(np.tile(told.is_known, told.evidence.shape[0]))
    for start in range(0, len(known), CHUNK):
        cells = known[start : start + CHUNK]
        logs = booster.predict(told.features(cells), raw_score=True)
        found[cells] = np.exp(np.clip(logs, -np.log(MOST), np.log(MOST)))
    return found.reshape(told.evidence.shape)


def _rows(
    told: Told, units: Float32Array, facts: tuple[FloatArray, FloatArray], number: int, most: int
) -> Rows:
    """Return one origin's rows, thinned; a thinned cell weighs for those left out.

    The facts (K,) are the dispersion, and for how many cells each stands.
    """
    scatter, stands_for = facts
    mean, skus = told.total, told.evidence.shape[1]
    usable = np.tile(told.is_known, told.evidence.shape[0]) & (mean > LEAST_MEAN)
    dense = usable & (mean >= np.median(mean))
    cells, weights = [], []
    for members, share in ((dense, DENSE_SHARE), (usable & ~dense, 1.0 - DENSE_SHARE)):
        kept, each = _thin(np.flatnonzero(members), int(most * share), number)
        cells.append(kept)
        weights.append(np.full(len(kept), each))
    chosen = np.concatenate(cells)
    foreseen = mean[chosen]
    column = chosen % skus
    weight = np.concatenate(weights) * stands_for[column] / (1.0 + scatter[column] * foreseen)
    came = np.minimum(units[chosen].astype(np.float64), SURPRISE * (1.0 + foreseen))
    return Rows(told.features(chosen), came, foreseen, weight)


def _thin(cells: IntArray, most: int, number: int) -> tuple[IntArray, float]:
    """Return cells spread evenly, other ones at each origin, and for how many each stands."""
    if len(cells) <= most:
        return cells, 1.0
    each = len(cells) / most
    shift = number * 0.618034 % 1.0  # the golden section spreads shifts evenly
    return cells[((np.arange(most) + shift) * each).astype(np.int64)], each
