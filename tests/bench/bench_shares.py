"""What shrinking each catchment's share of a SKU further, to its share of everything, would gain.

Run it as a script: ``python tests/bench/bench_shares.py [PANEL ...] [--alike]``. Regions are put
into catchments; the forecast's sum of two weeks is mixed with what the catchment would buy if all
bought alike, at weights from 0 to 1. Printed is each weight's loss over that of the forecast as it
is: of the negative binomial's likelihood, counted from perfect foresight; the weight that earlier
cutoffs would have chosen, and what that had lost on the last six. ``--alike`` shuffles the orders'
regions first, so that there is nothing to be learnt of them. On one thread.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
from dataclasses import replace

import numpy as np
from bench_accuracy import read_spec
from panels import PANELS, load_panel
from scipy.cluster.vq import kmeans2

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.publish.kpis import unlike_share

WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # of the share of everything
CATCHMENTS, WEEKS, CUTOFFS, JUDGED = 8, 2, 12, 6
DISPERSION = 0.2  # of a catchment's two weeks: what real ones were found to have
LEAST = 1e-6  # units


def shuffle_regions(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with every order line in the region of another, by chance."""
    orders = snapshot.orders
    region = np.random.default_rng(3).permutation(orders.region)
    return replace(snapshot, orders=replace(orders, region=region))


def group_regions(snapshot: Snapshot) -> IntArray:
    """Return (R,) the catchment of each region, by where they lie."""
    points = np.array([[region.latitude, region.longitude] for region in snapshot.network.regions])
    return np.asarray(kmeans2(points, CATCHMENTS, seed=0, minit="++")[1], dtype=np.int64)


def units_after(snapshot: Snapshot, cutoff: np.datetime64) -> FloatArray:
    """Return (R, K) units ordered in the weeks after a cutoff."""
    orders, end = snapshot.orders, cutoff + np.timedelta64(7 * WEEKS, "D")
    inside = (orders.at >= cutoff) & (orders.at < end)
    units = np.zeros((len(orders.regions), len(orders.skus)))
    np.add.at(units, (orders.region[inside], orders.sku[inside]), orders.quantity[inside])
    return units


def loss(mean: FloatArray, came: FloatArray) -> float:
    """Return minus the log likelihood of negative-binomial counts, up to a constant."""
    mean, size = np.maximum(mean, LEAST), 1.0 / DISPERSION
    return float((size * np.log1p(mean / size) - came * np.log(mean / (mean + size))).sum())


def lose_by_weight(mean: FloatArray, came: FloatArray) -> list[float]:
    """Return the loss (Z, K) at each weight, beyond that of perfect foresight."""
    alike = np.outer(mean.sum(axis=1), mean.sum(axis=0)) / mean.sum()
    return [loss((1 - w) * mean + w * alike, came) - loss(came, came) for w in WEIGHTS]


def run_panel(panel: str, *, alike: bool) -> None:
    """Print one panel's losses."""
    snapshot = load_panel(panel)
    snapshot = shuffle_regions(snapshot) if alike else snapshot
    zone, spec, rows = group_regions(snapshot), read_spec("pooled"), []

    def grouped(units: FloatArray) -> FloatArray:
        return np.stack([units[zone == z].sum(axis=0) for z in range(CATCHMENTS)])

    unlike = []
    for back in range(WEEKS, WEEKS + CUTOFFS):  # the latest first
        earlier = snapshot.back_to(back)
        forecast = make_forecast(earlier, spec, ForecastOptions())
        mean = grouped(forecast.mean[:WEEKS].sum(axis=0))
        came = grouped(units_after(snapshot, np.datetime64(earlier.periods.cutoff, "s")))
        rows.append(lose_by_weight(mean, came))
        unlike.append((unlike_share(mean), unlike_share(came)))
    table = np.array(rows)
    ratios = table.sum(axis=0) / table[:, 0].sum()
    chosen = [int(table[i + WEEKS :].sum(axis=0).argmin()) for i in range(JUDGED)]
    after = table[np.arange(JUDGED), chosen].sum() / table[:JUDGED, 0].sum()
    told, sold = np.mean(unlike, axis=0)
    print(f"{panel}{' alike' if alike else ''}: other than one mix {told:.1%}, sold {sold:.1%}")
    print("  " + "  ".join(f"{w:g}: {r:.4f}" for w, r in zip(WEIGHTS, ratios, strict=True)))
    print(f"  chosen {[WEIGHTS[at] for at in chosen]}, loss {after:.4f}", flush=True)


def main() -> None:
    """Run the panels asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("panels", nargs="*", metavar="PANEL", help=", ".join(PANELS))
    parser.add_argument("--alike", action="store_true")
    words = parser.parse_args()
    usual = ("journey_types", "journey_products", "online_retail", "synthetic")
    for panel in words.panels or usual:
        run_panel(panel, alike=words.alike)


if __name__ == "__main__":
    main()
