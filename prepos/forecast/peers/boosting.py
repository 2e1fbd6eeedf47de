"""LightGBM as a peer: in the style of the M5 winners, and the same with pooled features.

Two models are fitted directly, one of the next period and one of the horizon's sum; the periods
between share what the sum leaves. Objective, leaves, rows in a leaf and rounds are chosen on the
latest origins of the history before the first cutoff that is scored, by the product of the two
measures of the score. All runs on one thread with fixed seeds.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.peers.features import CATEGORIES, RATE, Panel, make_panel, read_features
from prepos.forecast.peers.peer import Settings, load_library, spread_horizon
from prepos.forecast.peers.tuning import pinball_loss

ROWS = 160_000  # of training
ORIGINS = 26  # latest periods that rows are taken from
LATEST = 4  # of them that settings are chosen on
UNSOLD_SHARE = 0.25  # of the pooled peer's rows are cells that had sold nothing
LEAST_ROWS = 100  # fewer are not learnt from: the cell's own mean stands
ROUNDS = 500
PATIENCE = 30
FIXED: dict[str, Any] = {
    "learning_rate": 0.05,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbosity": -1,
}
USUAL: dict[str, float | int | str] = {
    "objective": "poisson",
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "rounds": 150,
}
CHOICES: tuple[tuple[dict[str, float | int | str], ...], ...] = (  # tried in turn, best kept
    (
        {"objective": "poisson"},
        {"objective": "tweedie", "tweedie_variance_power": 1.1},
        {"objective": "tweedie", "tweedie_variance_power": 1.4},
    ),
    ({"num_leaves": 8}, {"num_leaves": 96}),
    ({"min_data_in_leaf": 40}, {"min_data_in_leaf": 1000}),
)

Rows = tuple[FloatArray, FloatArray, FloatArray]  # features (N, F), units (N,), weights (N,)


def boosted_means(snapshot: Snapshot, settings: Settings, *, pooled: bool) -> FloatArray:
    """Return (H, R, K) means; without pooled features 0 where nothing was sold."""
    panel, horizon = make_panel(snapshot), snapshot.periods.horizon
    regions = len(snapshot.orders.regions)
    cells = np.arange(regions * panel.skus) if pooled else np.flatnonzero(panel.place >= 0)
    features = read_features(panel, panel.length, cells, pooled=pooled)
    spans = []
    for span, steps in (("next", 1), ("sum", horizon)):
        rows = stack_rows(panel, row_origins(panel, steps), steps, pooled=pooled)
        mean = np.zeros(regions * panel.skus)
        mean[cells] = features[:, RATE] * steps
        if rows is not None:
            mean[cells] = np.maximum(fit(rows, settings[span]).predict(features), 0.0)
        spans.append(mean.reshape(regions, panel.skus))
    return spread_horizon(spans[0], spans[1], horizon)


def tune(snapshot: Snapshot, *, pooled: bool) -> Settings:
    """Return the settings of both models, from a history whose latest origins choose them."""
    panel = make_panel(snapshot)
    return {
        span: tune_span(panel, steps, pooled=pooled)
        for span, steps in (("next", 1), ("sum", snapshot.periods.horizon))
    }


def tune_span(panel: Panel, steps: int, *, pooled: bool) -> dict[str, float | int | str]:
    """Return the settings of the model of the sum over so many periods."""
    origins = row_origins(panel, steps)
    later, earlier = origins[-LATEST:], origins[: -LATEST - steps + 1]
    rows = stack_rows(panel, earlier, steps, pooled=pooled) if len(earlier) else None
    held = stack_rows(panel, later, steps, pooled=pooled)
    if rows is None or held is None:
        return USUAL
    best, least = USUAL, np.inf
    for choices in CHOICES:
        for choice, base in [(choice, best) for choice in choices]:
            tried = {**base, **choice, "rounds": ROUNDS}
            booster = fit(rows, tried, held)
            loss = held_loss(np.maximum(booster.predict(held[0]), 0.0), held)
            if loss < least:
                best, least = {**tried, "rounds": max(booster.best_iteration, 10)}, loss
    return best


def held_loss(mean: FloatArray, held: Rows) -> float:
    """Return the product of root mean squared error and pinball loss.

    Cells of more than one unit a period count by their rate less, as their scale in the score does.
    """
    features, units, weight = held
    rate = np.maximum(features[:, RATE], 1.0)
    squared = float((weight * (mean - units) ** 2 / rate).sum())
    return float(np.sqrt(squared)) * pinball_loss(mean, units, weight)


def row_origins(panel: Panel, steps: int) -> IntArray:
    """Return how many periods were known at each training origin, oldest first."""
    last = panel.length - steps
    return np.arange(max(1, last - ORIGINS + 1), last + 1)


def stack_rows(panel: Panel, origins: IntArray, steps: int, *, pooled: bool) -> Rows | None:
    """Return the rows of all origins, None where they are few or nothing sold after them."""
    parts = [
        _rows_of(panel, int(known), steps, ROWS // max(len(origins), 1), pooled=pooled)
        for known in origins
    ]
    if not parts:
        return None
    features, units, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    return (features, units, weight) if units.any() and len(units) >= LEAST_ROWS else None


def _rows_of(panel: Panel, known: int, steps: int, rows: int, *, pooled: bool) -> Rows:
    """Return one origin's rows, thinned at random; a thinned cell weighs for those left out."""
    skus, history = panel.skus, panel.history
    number = history.region * skus + history.sku
    sold = panel.first < known
    kinds = [number[sold]]
    if pooled:
        unsold = np.ones(len(panel.place), dtype=np.bool_)
        unsold[kinds[0]] = False
        kinds.append(np.flatnonzero(unsold))
    limits = [rows] if not pooled else [int(rows * (1 - UNSOLD_SHARE)), int(rows * UNSOLD_SHARE)]
    generator = np.random.default_rng(known)
    cells, weights = [], []
    for members, limit in zip(kinds, limits, strict=True):
        kept = members
        if len(members) > limit:
            kept = np.sort(generator.choice(members, limit, replace=False))
        cells.append(kept)
        weights.append(np.full(len(kept), len(members) / max(len(kept), 1)))
    chosen = np.concatenate(cells)
    place = panel.place[chosen]
    came = history.units[place, known : known + steps].sum(axis=1) * (place >= 0)
    features = read_features(panel, known, chosen, pooled=pooled)
    return features, came, np.concatenate(weights)


def fit(rows: Rows, settings: Any, held: Rows | None = None) -> Any:
    """Return the booster; with held-out rows it stops where they gain no more."""
    library = load_library("lightgbm")
    parameters = {**FIXED, **settings}
    rounds = int(parameters.pop("rounds"))

    def dataset(part: Rows, reference: Any = None) -> Any:
        features, units, weight = part
        return library.Dataset(
            features,
            units,
            weight=weight,
            reference=reference,
            categorical_feature=list(CATEGORIES),
            free_raw_data=True,
        )

    train = dataset(rows)
    if held is None:
        return library.train(parameters, train, num_boost_round=rounds)
    return library.train(
        parameters,
        train,
        num_boost_round=rounds,
        valid_sets=[dataset(held, train)],
        callbacks=[library.early_stopping(PATIENCE, verbose=False)],
    )


m5_means, m5_tune = partial(boosted_means, pooled=False), partial(tune, pooled=False)
pooled_means, pooled_tune = partial(boosted_means, pooled=True), partial(tune, pooled=True)
