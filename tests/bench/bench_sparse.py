"""What cells that never sold cost a fit: the same orders on maps of ten times the cells.

Run it as a script: ``python tests/bench/bench_sparse.py [PANEL ...] [--runs 4]``. Regions and SKUs
that never sell are put between those that do. Printed are the fit's CPU seconds on one thread, the
least of some runs, and its ratio to the panel as it is. Silent regions are the neighbours of others
as real ones would be; silent SKUs are of real categories.
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
from bench_accuracy import read_spec
from panels import PANELS, load_panel, make_network, make_products

from prepos.core.axes import Axis, make_axis
from prepos.core.snapshot import Snapshot
from prepos.core.types import IntArray
from prepos.forecast.pooled import fit_stack

WAYS = ((1, 1), (3, 3), (10, 1), (1, 10))  # regions and SKUs, times as many
DEGREES_APART = 0.3


def grow(snapshot: Snapshot, regions: int, skus: int) -> Snapshot:
    """Return the snapshot with so many times the regions and SKUs, the new ones without orders."""
    orders, known = snapshot.orders, snapshot.network.regions
    region_axis, region = _grown(orders.regions, regions)
    sku_axis, sku = _grown(orders.skus, skus)
    beside = np.tile(np.arange(regions) * DEGREES_APART, len(known))
    points = pd.DataFrame(
        {
            "latitude": np.repeat([each.latitude for each in known], regions) + beside,
            "longitude": np.repeat([each.longitude for each in known], regions),
        },
        index=pd.Index(region_axis),
    )
    category = tuple(np.repeat(np.array(snapshot.products.category, dtype=object), skus))
    return replace(
        snapshot,
        orders=replace(
            orders,
            regions=region_axis,
            skus=sku_axis,
            region=region[orders.region],
            sku=sku[orders.sku],
        ),
        products=make_products(sku_axis, category),
        network=make_network(region_axis, points),
    )


def _grown(axis: Axis, times: int) -> tuple[Axis, IntArray]:
    """Return an axis with so many times the names, and where each of the old ones lies on it."""
    names = [f"{number:06d}-{copy:02d}" for number in range(len(axis)) for copy in range(times)]
    return make_axis(axis.name, names), np.arange(len(axis)) * times


def fit_seconds(snapshot: Snapshot, runs: int) -> tuple[float, int]:
    """Return the least CPU seconds of a fit, and how many cells it looked at."""
    spent = []
    for _ in range(runs):
        start = time.process_time()
        _, lessons = fit_stack(snapshot, read_spec("pooled"))
        spent.append(time.process_time() - start)
    return min(spent), lessons.sums[0].size


def main() -> None:
    """Read the words and print a line for each map."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    has_data = "PREPOS_SHARED_DATA" in os.environ
    parser.add_argument(
        "panel", nargs="*", default=["online_retail" if has_data else "synthetic"], choices=PANELS
    )
    parser.add_argument("--runs", type=int, default=4)
    words = parser.parse_args()
    for panel in words.panel:
        snapshot = load_panel(panel)
        fit_stack(snapshot.back_to(1), read_spec("pooled"))  # compiled loops are loaded
        base = 0.0
        for regions, skus in WAYS:
            grown = grow(snapshot, regions, skus)
            spent, cells = fit_seconds(grown, words.runs)
            base = base or spent
            every = len(grown.orders.regions) * len(grown.orders.skus)
            print(
                f"{panel}: {every:10,} cells ({regions} x regions, {skus} x SKUs), looked at "
                f"{cells:8,}: fit {spent:.3f} CPU s, ratio {spent / base:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
