"""What it is worth to know price promotions ahead, on Complete Journey's own promotions.

Run it as a script: ``python tests/bench/bench_promotions.py [products types] [--origins 8]
[--skip-last 0]``. The same model forecasts the same panel with the calendar that
``promotions.py`` reads off the receipts, without any, and with a placebo of it that says as much of
when a product was sold at all, but nothing of its prices. Ratios are the loss with the calendar
over the row's, with the interval of the paired bootstrap.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd
from bench_accuracy import print_ratios, read_spec
from panels import load_panel, shared_data
from promotions import make_calendar, read_cuts, shares_on

from prepos.core.snapshot import Snapshot
from prepos.forecast.backtest import Result, make_contest, run_model
from prepos.forecast.options import ForecastOptions
from prepos.forecast.standings import standings

WITH, WITHOUT, PLACEBO = "calendar", "without", "placebo"
WEEKS = 52


def run_panel(panel: str, lines: pd.DataFrame, words: argparse.Namespace) -> None:
    """Score the three ways on one panel and print them."""
    snapshot = load_panel(f"journey_{panel}")
    snapshot = snapshot.back_to(words.skip_last) if words.skip_last else snapshot
    skus = list(snapshot.orders.skus)
    tables = {
        WITH: make_calendar(lines, skus, types=panel == "types"),
        WITHOUT: None,
        PLACEBO: make_calendar(lines, skus, types=panel == "types", shuffle=words.seed),
    }
    contest = make_contest(snapshot, words.origins, np.arange(len(skus)))
    first = snapshot.periods.start(-WEEKS)
    shares = shares_on(tables[WITH], len(skus), first, WEEKS)
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    print(
        f"\n{panel}: {len(skus)} SKUs, cutoffs {contest.cutoffs[0]} to {contest.cutoffs[-1]}; "
        f"SKUs and weeks on promotion: {told}"
    )
    results = [
        _run(name, known_ahead(snapshot, tables[name]), words)
        for name in dict.fromkeys([WITH, *words.way])
    ]
    found = standings(results, contest, WITH, np.random.default_rng(words.seed))
    print_ratios(results, [each for each in found if each.cells == "sold"], WITH, "sold")


def known_ahead(snapshot: Snapshot, calendar: pd.DataFrame | None) -> Snapshot:
    """Return the snapshot with a calendar, or none."""
    return snapshot if calendar is None else replace(snapshot, tables={"calendar": calendar})


def _run(name: str, snapshot: Snapshot, words: argparse.Namespace) -> Result:
    """Return what the model did on the snapshot."""
    contest = make_contest(snapshot, words.origins, np.arange(len(snapshot.orders.skus)))
    return run_model(name, read_spec(words.model), contest, ForecastOptions())


def main() -> None:
    """Read the words and run the panels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("panel", nargs="*", default=["products", "types"])
    parser.add_argument("--origins", type=int, default=8)
    parser.add_argument("--skip-last", type=int, default=0)
    parser.add_argument("--model", default="pooled")
    parser.add_argument("--way", nargs="*", default=[WITHOUT, PLACEBO])
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    lines = read_cuts(shared_data() / "complete_journey")
    for panel in words.panel:
        run_panel(panel, lines, words)


if __name__ == "__main__":
    main()
