"""What the table of stock-outs is worth, on Complete Journey with sales taken out.

Run it as a script: ``python tests/bench/bench_stockouts.py [journey_products ...] [--origins 4]
[--skip-last 8] [--share 0.3]``. At each cutoff sales are taken out anew (``hidden_sales.py``), and
the same model forecasts from all orders, from those left with the table, and without. Told are, of
the cells where sales were taken out: the bias and mean distance to the forecast that saw all, and
the loss (WQL of the horizon's sum) against what then really came.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse

import numpy as np
from bench_accuracy import read_spec
from hidden_sales import distance, hide_sales
from panels import load_panel

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray
from prepos.forecast.backtest import span_quantiles
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.scores import LEVELS

WAYS = ("all orders", "with the table", "without it")


def run_panel(panel: str, words: argparse.Namespace) -> None:
    """Forecast three ways from each cutoff and print the means over cutoffs."""
    snapshot = load_panel(panel).back_to(words.skip_last)
    generator = np.random.default_rng(words.seed)
    told, lost, units, gone, cells = np.zeros((3, 2)), np.zeros(3), 0.0, 0.0, 0
    for back in range(snapshot.periods.horizon, snapshot.periods.horizon + words.origins):
        earlier = snapshot.back_to(back)
        hidden = hide_sales(earlier, words.share, generator)
        whole, with_table, without = (
            make_forecast(each, read_spec("pooled"), ForecastOptions())
            for each in (earlier, hidden.told, hidden.untold)
        )
        came = units_ahead(snapshot, back)
        units, gone, cells = (
            units + came[hidden.cells].sum(),
            gone + hidden.units,
            hidden.cells.sum(),
        )
        for number, forecast in enumerate((whole, with_table, without)):
            told[number] += distance(forecast, whole, hidden.cells) / words.origins
            lost[number] += pinball(forecast, came, hidden.cells)
    print(
        f"\n{panel}: {words.origins} cutoffs, at the last {cells:,} cells with sales taken out; "
        f"{gone:,.0f} units in all"
    )
    for name, (bias, far), loss in zip(WAYS, told, lost / units, strict=True):
        print(f"{name:16s} bias {bias:+7.1%}  mean distance {far:6.1%}  WQL sum {loss:.4f}")


def units_ahead(snapshot: Snapshot, back: int) -> FloatArray:
    """Return (R, K) the units of the horizon after so many periods before the cutoff."""
    history = snapshot.history()
    first = history.units.shape[1] - back
    ahead = history.units[:, first : first + snapshot.periods.horizon].sum(axis=1)
    return np.asarray(history.spread(ahead), dtype=np.float64)


def pinball(forecast: Forecast, came: FloatArray, cells: BoolArray) -> float:
    """Return the quantile loss of the horizon's sum over cells: twice pinball, mean of levels."""
    miss = came[cells] - span_quantiles(forecast, slice(None))[:, 1][:, cells]
    levels = np.array(LEVELS)[:, None]
    return float(2.0 * np.maximum(levels * miss, (levels - 1.0) * miss).sum() / len(levels))


def main() -> None:
    """Read the words and run the panels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("panel", nargs="*", default=["journey_products", "journey_types"])
    parser.add_argument("--origins", type=int, default=4)
    parser.add_argument("--skip-last", type=int, default=8)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    for panel in words.panel:
        run_panel(panel, words)


if __name__ == "__main__":
    main()
