"""statsforecast's models: one series at a time, as the library runs by default on one thread.

Each cell that sold before the cutoff is a series over the whole history, leading zeros and all: cut
off, they make a cell that sold once last week look like one that sells every week.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.peers.peer import Settings, load_library
from prepos.forecast.peers.tuning import joint_loss, past_origins, thinned, what_came

RATES = (0.02, 0.05, 0.1, 0.2, 0.4)
USUAL_RATE = 0.1
SHORT_RATE = 0.2  # of series too short for a model
SERIES = "statsforecast"


def croston_sba(snapshot: Snapshot, _settings: Settings) -> FloatArray:
    """Return (H, R, K) means of Croston's method with the Syntetos-Boylan correction."""
    return run_model(snapshot, load_library(f"{SERIES}.models").CrostonSBA())


def imapa(snapshot: Snapshot, _settings: Settings) -> FloatArray:
    """Return (H, R, K) means of the intermittent multiple aggregation method."""
    return run_model(snapshot, load_library(f"{SERIES}.models").IMAPA())


def ses_optimised(snapshot: Snapshot, _settings: Settings) -> FloatArray:
    """Return (H, R, K) means of simple smoothing, the rate of each series its own best."""
    return run_model(
        snapshot, load_library(f"{SERIES}.models").SimpleExponentialSmoothingOptimized()
    )


def auto_ets(snapshot: Snapshot, _settings: Settings) -> FloatArray:
    """Return (H, R, K) means of the automatic ETS without season."""
    return run_model(snapshot, load_library(f"{SERIES}.models").AutoETS(season_length=1))


def tsb(snapshot: Snapshot, settings: Settings) -> FloatArray:
    """Return (H, R, K) means of Teunter, Syntetos and Babai's method."""
    return run_model(snapshot, load_library(f"{SERIES}.models").TSB(**settings["rates"]))


def tune_tsb(snapshot: Snapshot) -> Settings:
    """Return the two rates of the method that did best on the history."""
    size, chance = best_rates(thinned(snapshot.history().units), snapshot.periods.horizon)
    return {"rates": {"alpha_d": size, "alpha_p": chance}}


def run_model(snapshot: Snapshot, model: object) -> FloatArray:
    """Return (H, R, K) means of one of the library's models; 0 where nothing was sold.

    A series that the model refuses, mostly one of few periods, is smoothed simply.
    """
    history, horizon = snapshot.history(), snapshot.periods.horizon
    cells, length = history.units.shape
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(cells), length),
            "ds": np.tile(np.arange(length), cells),
            "y": history.units.ravel(),
        }
    )
    short = load_library(f"{SERIES}.models").SimpleExponentialSmoothing(alpha=SHORT_RATE)
    run = load_library(SERIES).StatsForecast(models=[model], freq=1, n_jobs=1, fallback_model=short)
    found = run.forecast(df=table, h=horizon).sort_values(["unique_id", "ds"], kind="stable")
    values = found.iloc[:, 2].to_numpy(dtype=np.float64).reshape(cells, horizon)
    values = np.maximum(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0), 0.0)
    return spread_cells(history, values)


def spread_cells(history: History, values: FloatArray) -> FloatArray:
    """Return (C, H) values as (H, R, K), 0 elsewhere."""
    return np.stack([history.spread(column) for column in values.T])


def best_rates(units: FloatArray, horizon: int) -> tuple[float, float]:
    """Return TSB's rates for sizes and for the chance of a sale, alike for all cells.

    They are those that did best on the next period and on the sum together.
    """
    length = units.shape[1]
    pairs = [(size, chance) for size in RATES for chance in RATES]
    if not len(past_origins(length, horizon)) or not units.any():
        return USUAL_RATE, USUAL_RATE
    losses = np.ones(len(pairs))
    for steps in (1, horizon):
        ends = length - 1 - past_origins(length, steps)
        came = what_came(units, steps)
        for number, pair in enumerate(pairs):
            said = steps * tsb_means(units, *pair)[:, ends]
            losses[number] *= joint_loss(units, said, came)
    return pairs[int(np.argmin(losses))]


def tsb_means(units: FloatArray, size_rate: float, chance_rate: float) -> FloatArray:
    """Return (C, T): what the method says after each period of the history.

    References
    ----------
    Teunter, Syntetos and Babai (2011), Intermittent demand: linking forecasting to inventory
    obsolescence, European Journal of Operational Research 214(3), 606-615.
    """
    means = np.empty_like(units)
    size, chance = units[:, 0].copy(), (units[:, 0] > 0).astype(np.float64)
    for period, now in enumerate(units.T):
        sold = now > 0
        rate = np.where(size > 0, size_rate, 1.0)  # the first sale is the first size
        size = np.where(sold, size + rate * (now - size), size)
        if period:
            chance = chance + chance_rate * (sold - chance)
        means[:, period] = size * chance
    return means
