"""Scores, time and memory of every model on the last horizon of a configuration's orders.

Run it as a script: ``python tests/bench/bench_forecast.py [CONFIG [CUTOFF [MODEL ...]]]``, without
CONFIG on the embedded sample. Each model forecasts from ``CUTOFF - horizon`` and is scored on the
periods up to CUTOFF (the configuration's own unless given), over all region x SKU cells. WQL is the
mean over the quantiles .5 .75 .9 .95 .99 of 2 x pinball loss / units sold.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

from prepos.config import load_config
from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.distribution import quantiles, total_quantiles
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.registry import MODELS
from prepos.forecast.spec import ModelSpec
from prepos.pipeline.known import make_snapshot, open_inputs
from prepos.publish import Stopwatch

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "prepos.toml"
LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)


def units_ahead(snapshot: Snapshot, horizon: int) -> FloatArray:
    """Return (H, R, K): the units of the last periods before the snapshot's cutoff."""
    history = snapshot.history()
    return np.stack([history.spread(units) for units in history.units[:, -horizon:].T])


def weighted_quantile_loss(counts: FloatArray, units: FloatArray) -> float:
    """Return the mean over levels of 2 x pinball loss per unit sold."""
    losses = [
        np.maximum(level * (units - count), (level - 1.0) * (units - count)).sum()
        for level, count in zip(LEVELS, counts, strict=True)
    ]
    return float(2.0 * np.mean(losses) / units.sum())


def score(forecast: Forecast, units: FloatArray) -> dict[str, float]:
    """Return the measures of one forecast."""
    by_period, of_sum = quantiles(forecast, LEVELS), total_quantiles(forecast, LEVELS)
    total = units.sum(axis=0)
    busy = forecast.total_mean > 0.5
    return {
        "wql_step": weighted_quantile_loss(by_period[:, 0], units[0]),
        "wql_sum": weighted_quantile_loss(of_sum, total),
        "bias_step": float(forecast.mean[0].sum() / units[0].sum() - 1.0),
        "bias_sum": float(forecast.total_mean.sum() / total.sum() - 1.0),
        **{
            f"cover_{level:g}": float((total <= count)[busy].mean())
            for level, count in zip(LEVELS[1:], of_sum[1:], strict=True)
        },
    }


def main(words: list[str]) -> None:
    """Print one line a model; the memory is the peak of the whole process so far."""
    path = Path(words[0]) if words else SAMPLE
    sets = [f"time.cutoff={words[1]}"] if len(words) > 1 else []
    config = load_config(path, sets=sets)
    known = make_snapshot(open_inputs(config, Stopwatch()), config)
    horizon = known.periods.horizon
    units, snapshot = units_ahead(known, horizon), known.back_to(horizon)
    regions, skus = units.shape[1:]
    print(f"{regions} regions x {skus} skus, cutoff {snapshot.periods.cutoff}, horizon {horizon}")
    for kind in words[2:] or MODELS:
        start, begun = time.perf_counter(), time.process_time()
        forecast = make_forecast(snapshot, ModelSpec(kind=kind), ForecastOptions())
        seconds, busy = time.perf_counter() - start, time.process_time() - begun
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        told = " ".join(f"{name} {value:.4f}" for name, value in score(forecast, units).items())
        print(
            f"{kind:15s} {told} seconds {seconds:.1f} cpu_seconds {busy:.1f} peak_gb {peak_gb:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
