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
from prepos.forecast.peers.exponential import past_origins, weigh_errors
from prepos.forecast.peers.peer import Settings, load_library

RATES = (0.02, 0.05, 0.1, 0.2, 0.4)
USUAL_RATE = 0.1
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
    size, chance = best_rates(snapshot.history().units, snapshot.periods.horizon)
    return {"rates": {"alpha_d": size, "alpha_p": chance}}


def run_model(snapshot: Snapshot, model: object) -> FloatArray:
    """Return (H, R, K) means of one of the library's models; 0 where nothing was sold."""
    history, horizon = snapshot.history(), snapshot.periods.horizon
    cells, length = history.units.shape
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(cells), length),
            "ds": np.tile(np.arange(length), cells),
            "y": history.units.ravel(),
        }
    )
    run = load_library(SERIES).StatsForecast(models=[model], freq=1, n_jobs=1)
    found = run.forecast(df=table, h=horizon).sort_values(["unique_id", "ds"], kind="stable")
    values = found.iloc[:, 2].to_numpy(dtype=np.float64).reshape(cells, horizon)
    values = np.maximum(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0), 0.0)
    return spread_cells(history, values)


def spread_cells(history: History, values: FloatArray) -> FloatArray:
    """Return (C, H) values as (H, R, K), 0 elsewhere."""
    return np.stack([history.spread(column) for column in values.T])


def best_rates(units: FloatArray, horizon: int) -> tuple[float, float]:
    """Return TSB's rates for sizes and for the chance of a sale, alike for all cells.

    They are those whose means of the next period and of the sum erred least on the latest periods,
    both errors over that of the first pair tried.
    """
    length = units.shape[1]
    pairs = [(size, chance) for size in RATES for chance in RATES]
    if not len(past_origins(length, horizon)):
        return USUAL_RATE, USUAL_RATE
    errors = np.array([_rolling_errors(units, horizon, *pair) for pair in pairs])
    return pairs[int(np.argmin((errors / np.maximum(errors[0], 1e-12)).sum(axis=1)))]


def _rolling_errors(units: FloatArray, horizon: int, size: float, chance: float) -> FloatArray:
    """Return (2,): the weighted error of the next period and of the sum, with these rates."""
    length = units.shape[1]
    means = tsb_means(units, size, chance)
    errors = []
    for steps in (1, horizon):
        backs = past_origins(length, steps)
        squared = np.zeros(len(units))
        for back in backs:
            came = units[:, length - back : length - back + steps].sum(axis=1)
            squared += (steps * means[:, length - back - 1] - came) ** 2
        errors.append(weigh_errors(units, squared[:, None] / len(backs))[0])
    return np.array(errors)


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
