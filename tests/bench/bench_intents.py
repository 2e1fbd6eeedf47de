"""What the table of intents is worth, on real orders with carts, wish lists and views made up.

Run it as a script: ``python tests/bench/bench_intents.py [journey_products ...] [--origins 8]
[--skip-last 0]``. The same model forecasts the same orders with the intents that
``made_intents.py`` makes by a stated law, without any, with decoys alone (none is ever bought), and
with customers and SKUs dealt anew. Ratios are the loss with the table over the row's, with the
interval of the paired bootstrap. Told are too what the gate made of each table; of the open intents
at the cutoffs, how many units were said to come of them next week, and came; and of the cells, by
what the open intents say of them, how far all that is forecast was off.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
import time
from dataclasses import replace

import numpy as np
import pandas as pd
from bench_accuracy import print_ratios, read_spec
from made_intents import deal_anew, make_intents
from panels import load_panel

from prepos.core.demand import Forecast
from prepos.core.fitted import SignalTrial
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray
from prepos.forecast.backtest import Contest, Judged, Result, gather, judge, make_contest
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.standings import standings
from prepos.signals.evidence import gather as gather_evidence
from prepos.signals.intents import open_units, read_intents, still_open
from prepos.signals.options import SignalOptions
from prepos.signals.purchase_sizes import purchase_sizes

WITH, WITHOUT, DECOYS, DEALT = "intents", "without", "decoys alone", "dealt anew"
CLASSES = (0.0, 0.05, 0.2, 0.5, 1.0, np.inf)  # units that the signal says of the next week


class Way:
    """One table, and what forecasts with it said, cutoff by cutoff.

    Attributes
    ----------
    means : list of (2, R, K) float
        Of the next week and of the horizon's sum.
    trials : list of SignalTrial
    """

    def __init__(self, name: str, snapshot: Snapshot, table: pd.DataFrame | None) -> None:
        self.name = name
        tables = {} if table is None else {"intents": table}
        self.snapshot = replace(snapshot, tables={**snapshot.tables, **tables})
        self.means: list[FloatArray] = []
        self.trials: list[SignalTrial] = []

    def run(self, contest: Contest, model: str) -> Result:
        """Return what the model did; every forecast sees what lies before its cutoff alone."""
        numbers = range(len(contest.backs))
        return gather(self.name, [self._try(contest, n, model) for n in numbers], is_peer=False)

    def _try(self, contest: Contest, number: int, model: str) -> Judged:
        snapshot = self.snapshot.back_to(contest.backs[number])
        begun = time.perf_counter()
        forecast = make_forecast(snapshot, read_spec(model), ForecastOptions())
        seconds = time.perf_counter() - begun
        self.means.append(np.stack([forecast.mean[0], forecast.total_mean]))
        self.trials += intents_trial(forecast)
        series = len(snapshot.history().region)
        return judge(forecast, contest, number, (seconds, seconds, series))


def intents_trial(forecast: Forecast) -> list[SignalTrial]:
    """Return what trying the intents told; nothing where there were none to try."""
    trials = () if forecast.fitted is None else forecast.fitted.trials
    return [trial for trial in trials if trial.signal == "intents"]


def run_panel(panel: str, words: argparse.Namespace) -> None:
    """Score the ways on one panel and print them."""
    snapshot = load_panel(panel)
    snapshot = snapshot.back_to(words.skip_last) if words.skip_last else snapshot
    generator = np.random.default_rng(words.seed)
    bought, decoys = make_intents(snapshot.orders, generator)
    whole = pd.concat([bought, decoys], ignore_index=True)
    dealt = deal_anew(whole, snapshot.orders, generator)
    tables = {WITH: whole, WITHOUT: None, DECOYS: decoys, DEALT: dealt}
    ways = [Way(name, snapshot, tables[name]) for name in dict.fromkeys([WITH, *words.way])]
    contest = make_contest(snapshot, words.origins, np.arange(len(snapshot.orders.skus)))
    print(
        f"\n{panel}: {len(snapshot.orders.regions)} regions x {len(snapshot.orders.skus)} SKUs, "
        f"cutoffs {contest.cutoffs[0]} to {contest.cutoffs[-1]}; {len(bought):,} rows of intents "
        f"that were bought, {len(decoys):,} of others"
    )
    results = [way.run(contest, words.model) for way in ways]
    found = standings(results, contest, WITH, np.random.default_rng(words.seed))
    print_ratios(results, [each for each in found if each.cells == "sold"], WITH, "sold")
    for way in ways:
        print_trials(way)
    print_conversion(ways[0], contest)
    print_calibration(ways, contest)


def print_trials(way: Way) -> None:
    """Print at how many cutoffs the gate kept the table, and the gain that it saw."""
    if not way.trials:
        return
    gains = [trial.gain for trial in way.trials if trial.gain is not None]
    told = f"gain {np.mean(gains):.3%} ({min(gains):.3%} to {max(gains):.3%})" if gains else "-"
    reasons = ", ".join(dict.fromkeys(trial.reason for trial in way.trials))
    kept = sum(trial.stays for trial in way.trials)
    print(f"{way.name}: the gate kept it at {kept} of {len(way.trials)} cutoffs, {told}: {reasons}")


def print_conversion(way: Way, contest: Contest) -> None:
    """Print the units that open intents were said to be bought with next week, and that came."""
    said = sum(units_said(way.snapshot.back_to(back)).sum() for back in contest.backs)
    known = read_intents(way.snapshot)
    came = sum(
        known.units[(known.opened < -back) & (known.closed == -back)].sum()
        for back in contest.backs
    )
    print(f"\nopen intents: {said:,.0f} units said of the next week, {came:,.0f} came of them")


def print_calibration(ways: list[Way], contest: Contest) -> None:
    """Print units that came and each way's bias, of cells by what open intents say of them."""
    said = np.stack([units_said(ways[0].snapshot.back_to(back)) for back in contest.backs])
    came = np.stack([truth.units for truth in contest.truths], axis=1)  # (2, O, R, K)
    kind = np.searchsorted(CLASSES, said, side="left")
    print("cells by what open intents say of the next week; bias of the next week and of the sum")
    for number, most in enumerate(CLASSES):
        cells = kind == number
        units = [float(span[cells].sum()) for span in came]
        biases = [
            f"{way.name} {bias_of(way, 0, cells, units[0])} {bias_of(way, 1, cells, units[1])}"
            for way in ways
        ]
        print(
            f"{f'up to {most:g}' if number else 'none open':10s} {cells.sum():9,d} cells, "
            f"said {said[cells].sum():8,.0f}, came {units[0]:9,.0f} {units[1]:9,.0f}  "
            f"{'  '.join(biases)}"
        )


def bias_of(way: Way, span: int, cells: BoolArray, units: float) -> str:
    """Return how far a way's forecast of cells (O, R, K) was off: next week's, or the sum's."""
    expected = np.stack([mean[span] for mean in way.means])[cells].sum()
    return f"{expected / max(units, 1.0) - 1.0:+7.1%}"


def units_said(snapshot: Snapshot) -> FloatArray:
    """Return (R, K) units of the next period that the open intents say, before they are weighed."""
    known, evidence = read_intents(snapshot), gather_evidence(snapshot, SignalOptions())
    row = still_open(known, 0)
    size = purchase_sizes(evidence, known.customer[row], known.sku[row])
    said = open_units(known, size, origin=0, horizon=1, shape=evidence.shape)
    return np.asarray(said[0], dtype=np.float64)


def main() -> None:
    """Read the words and run the panels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    panels = ["journey_products", "journey_types", "online_retail"]
    parser.add_argument("panel", nargs="*", default=panels)
    parser.add_argument("--origins", type=int, default=8)
    parser.add_argument("--skip-last", type=int, default=0)
    parser.add_argument("--model", default="pooled")
    parser.add_argument("--way", nargs="*", default=[WITHOUT, DECOYS, DEALT])
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    for panel in words.panel:
        run_panel(panel, words)


if __name__ == "__main__":
    main()
