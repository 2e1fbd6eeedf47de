"""Exponential mean with a tuned rate: the simplest peer that is hard to beat.

One half-life for all cells, one for the next period and one for the sum.
"""

from __future__ import annotations

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.peers.peer import Settings, spread_horizon
from prepos.forecast.peers.tuning import joint_loss, past_origins, thinned, what_came

HALF_LIVES = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0, 26.0, 40.0, 80.0, 1000.0)  # periods
USUAL = 12.0  # where the history is too short to choose


def exponential_means(snapshot: Snapshot, settings: Settings) -> FloatArray:
    """Return (H, R, K) means."""
    history, horizon = snapshot.history(), snapshot.periods.horizon
    chosen = [float(settings["half_life"][span]) for span in ("next", "sum")]
    levels = history.units @ discounts(history.units.shape[1], chosen)
    first, total = (history.spread(level) for level in levels.T)
    return spread_horizon(first, total * horizon, horizon)


def tune_exponential(snapshot: Snapshot) -> Settings:
    """Return the half-lives that did best on the history, of the next period and of the sum."""
    units = thinned(snapshot.history().units)
    steps = {"next": 1, "sum": snapshot.periods.horizon}
    return {"half_life": {span: best_half_life(units, count) for span, count in steps.items()}}


def best_half_life(units: FloatArray, steps: int) -> float:
    """Return the half-life whose means of the next periods' sum did best."""
    backs = past_origins(units.shape[1], steps)
    if not len(backs) or not units.any():
        return USUAL
    said = np.empty((len(HALF_LIVES), len(units), len(backs)))
    for number, back in enumerate(backs.tolist()):
        known = units[:, :-back]
        said[:, :, number] = steps * (known @ discounts(known.shape[1], HALF_LIVES)).T
    came = what_came(units, steps)
    return HALF_LIVES[int(np.argmin([joint_loss(units, each, came) for each in said]))]


def discounts(length: int, half_lives: tuple[float, ...] | list[float]) -> FloatArray:
    """Return (T, F) weights of each past period by half-life, summing to 1."""
    ages = np.arange(length)[::-1]
    weights = 0.5 ** (ages[:, None] / np.array(half_lives))
    return np.asarray(weights / weights.sum(axis=0))
