"""What the widths miss by, and how much of it is the total that nobody knew.

All cells share the weeks' ups and downs. Where a cutoff's total comes out otherwise than foretold,
every cell's median is missed on the same side, however right the widths are. So each forecast is
judged twice: as it was told, and with its means scaled to the total that then came. What is missed
in the second is the widths' own fault.

``python tests/bench/bench_coverage.py [PANEL ...] [--origins 8] [--skip-last 0]``
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse

import numpy as np
from bench_accuracy import print_coverage, read_spec
from panels import load_panel

from prepos.core.demand import Forecast
from prepos.forecast.backtest import Contest, Judged, gather, judge, make_contest
from prepos.forecast.pooled import fit_stack, stack_forecast

PANELS = ("journey_products", "journey_types", "online_retail", "synthetic")
UNTIMED = (0.0, 0.0, 0)


def judge_twice(contest: Contest, number: int) -> tuple[Judged, Judged]:
    """Return what came of the forecast from a cutoff, and of it scaled to what came in all."""
    snapshot = contest.snapshot.back_to(contest.backs[number])
    stack, _ = fit_stack(snapshot, read_spec("pooled"))
    told = stack_forecast(stack, "pooled", trials=())
    came = float(contest.truths[number].units[1].sum())
    ratio = came / float(told.total_mean.sum())
    print(f"  {snapshot.periods.cutoff}: {100 * (ratio - 1):+.1f} % more came than was foretold")

    def judged(forecast: Forecast) -> Judged:
        return judge(forecast, contest, number, UNTIMED)

    factor = np.full(told.total_mean.shape, ratio, dtype=np.float32)
    return judged(told), judged(stack_forecast(stack, "pooled", trials=(), factor=factor))


def run_panel(panel: str, origins: int, skipped: int) -> None:
    """Judge one panel and print its tables."""
    snapshot = load_panel(panel)
    snapshot = snapshot.back_to(skipped) if skipped else snapshot
    contest = make_contest(snapshot, origins, np.arange(len(snapshot.orders.skus)))
    print(f"\n{panel}: all SKUs, cutoffs {contest.cutoffs[0]} to {contest.cutoffs[-1]}")
    pairs = [judge_twice(contest, number) for number in range(origins)]
    for name, judged in zip(("as told", "right in all"), zip(*pairs, strict=True), strict=True):
        print_coverage([gather(name, judged, is_peer=False)])


def main() -> None:
    """Read the words and run the panels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("panel", nargs="*", default=list(PANELS))
    parser.add_argument("--origins", type=int, default=8)
    parser.add_argument("--skip-last", type=int, default=0)
    words = parser.parse_args()
    for panel in words.panel:
        run_panel(panel, words.origins, words.skip_last)


if __name__ == "__main__":
    main()
