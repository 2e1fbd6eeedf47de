"""What the compiled loops reach: share of memory bandwidth, growth, nightly update, memory, peers.

Run it as a script: ``python tests/bench/bench_kernels.py``. After a warm-up every call is repeated;
the figure is the least disturbed repeat, with the median in brackets. Where other programs had the
cores, so that calls were kept waiting, the line says so in place of a verdict. Before each repeat
the caches are swept by reading a larger array, as a nightly run finds them; without that, small
histories would be read from cache and growth would look steeper than it is. The peers run in a
process of their own, on the same series.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import numba
import numpy as np
import pandas as pd
from scipy.stats import nbinom

from prepos.core.axes import Axis, make_axis
from prepos.core.kernels import Float32Array, each, vector_kernel
from prepos.core.network import Network, Service
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.snapshot import Snapshot
from prepos.forecast.intermittent import variant_means
from prepos.forecast.quantiles import count_quantiles
from prepos.signals.bank import bank, decay_of, latest, step, update
from prepos.signals.state import advance, build_state

PERIODS = 100
MOST = 1_000_000  # series
SIZES = (10_000, 31_623, 100_000, 316_228, MOST)
PEER_SERIES = 10_000
HALF_LIFE_WEEKS = (1.5, 6.0, 26.0)
RATES = (0.1, 0.1)
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
REPEATS = 15
ROUNDS = 4  # of reading and of the bank, in turns
SOLD = 0.15  # share of periods with sales
BLOCK = 25_000  # numbers that one turn of the bandwidth loop adds up
NIGHT_LINES = 200_000
CALM = 0.9  # share of the time that a call runs where nothing disturbs
CORES = numba.config.NUMBA_NUM_THREADS


def draw_history(cells: int) -> Float32Array:
    """Return (C, T) units, most of them 0; the first cells are the same however many are asked."""
    rng = np.random.default_rng(0)
    units = np.empty((cells, PERIODS), dtype=np.float32)
    for start in range(0, cells, PEER_SERIES):
        rows = units[start : start + PEER_SERIES]
        chance = rng.random((PEER_SERIES, PERIODS), dtype=np.float32)[: len(rows)]
        rows[:] = (chance < SOLD) + (chance < SOLD / 3) + (chance < SOLD / 9)
    return units


@vector_kernel
def add_up(values: Float32Array, sums: Float32Array) -> None:
    """Sum each row: nothing but reading."""
    for row in each(values.shape[0]):
        total = np.float32(0.0)
        for column in range(values.shape[1]):
            total += values[row, column]
        sums[row] = total


def read_all(units: Float32Array) -> None:
    """Read an array once, on all cores."""
    blocks = units.reshape(-1, BLOCK)
    add_up(blocks, np.empty(len(blocks), dtype=np.float32))


class Times(NamedTuple):
    """Seconds of a call."""

    best: float
    median: float
    busy: float  # share of the time that the calling thread ran

    def __str__(self) -> str:
        return f"{self.best * 1e3:.1f} ms ({self.median * 1e3:.1f})"


def measure(
    run: Callable[[], object], before: Callable[[], object] = lambda: None, repeats: int = REPEATS
) -> Times:
    """Return the times of a call; ``before`` is called before each, untimed."""
    run()
    times, busy = [], []
    for _ in range(repeats):
        before()
        start, ran = time.perf_counter(), time.thread_time()
        run()
        busy.append(time.thread_time() - ran)
        times.append(time.perf_counter() - start)
    return Times(min(times), float(np.median(times)), sum(busy) / sum(times))


def tell(
    what: str,
    figure: str,
    target: str = "",
    holds: bool | None = None,
    measured: Sequence[Times] = (),
) -> None:
    """Print one line of the table; a target is judged only on what was measured undisturbed."""
    verdict = "" if holds is None else "holds" if holds else "MISSED"
    if holds is not None and any(times.busy < CALM for times in measured):
        verdict = "disturbed"
    print(f"{what:58s} {figure:>26s}  {target:22s} {verdict}".rstrip(), flush=True)


def tell_bandwidth(units: Float32Array) -> None:
    """Print the bank's share of the bandwidth, the two measured in turns."""
    decay = decay_of(HALF_LIFE_WEEKS, 7)
    turns = [
        (measure(lambda: read_all(units)), measure(lambda: latest(units, decay)))
        for _ in range(ROUNDS)
    ]
    reading, banking = (min(times) for times in zip(*turns, strict=True))
    gigabytes, both = units.nbytes / 1e9, (reading, banking)
    tell(f"reading alone, {MOST:,} x {PERIODS}", str(reading))
    tell("    bandwidth", f"{gigabytes / reading.best:.1f} GB/s")
    tell(f"bank of {len(decay)} speeds, {MOST:,} x {PERIODS}", str(banking))
    tell("    bandwidth", f"{gigabytes / banking.best:.1f} GB/s")
    share = reading.best / banking.best
    tell("    share", f"{share:.0%}", "at least 80 %", share >= 0.8, both)
    marks = np.arange(PERIODS - 7, PERIODS + 1)
    eight = measure(lambda: bank(units, decay, marks))
    tell("bank at eight marks (training origins)", str(eight))


def tell_growth(units: Float32Array) -> None:
    """Print how the bank's time grows with the series: the slope of the log-log line."""
    decay = decay_of(HALF_LIFE_WEEKS, 7)
    taken = []
    for cells in SIZES:
        times = measure(lambda c=cells: latest(units[:c], decay), lambda: read_all(units))
        tell(f"bank, {cells:,} series", str(times))
        taken.append(times)
    best = [times.best for times in taken]
    slope = float(np.polyfit(np.log(SIZES), np.log(best), 1)[0])
    what = "slope of log time over log series"
    tell(what, f"{slope:.3f}", "at most 1.02", slope <= 1.02, taken)


def tell_night(units: Float32Array) -> None:
    """Print what adding one period costs: to the sums, and to the state as it is saved."""
    decay = decay_of(HALF_LIFE_WEEKS, 7)
    sums, night = latest(units, decay), np.ascontiguousarray(units[:, -1])
    cell = np.flatnonzero(night)
    sold = night[cell]
    snapshot = make_panel()
    state = build_state(snapshot.back_to(1), HALF_LIFE_WEEKS)
    for what, run in (
        ("all units given", lambda: step(sums, decay, night)),
        (f"{len(cell):,} sales given", lambda: update(sums, decay, cell, sold)),
        (f"state and {NIGHT_LINES:,} lines, new cells too", lambda: advance(state, snapshot)),
    ):
        taken = measure(run, lambda: read_all(units))
        holds = taken.best < 0.05
        tell(f"nightly update, {what}", str(taken), "under 50 ms", holds, (taken,))


def make_panel() -> Snapshot:
    """Return a million cells by day that sold once or more, and a night of lines."""
    side = int(MOST**0.5)
    rng = np.random.default_rng(1)
    known = rng.permutation(MOST)[: MOST - 1000]
    cell = np.concatenate([known, rng.integers(0, MOST, NIGHT_LINES)])
    day = np.concatenate([np.sort(rng.integers(-60, -1, len(known))), np.full(NIGHT_LINES, -1)])
    cutoff = date(2024, 7, 1)
    axes = [Axis(name, tuple(f"{i:04d}" for i in range(side))) for name in ("region_id", "sku")]
    orders = Orders(
        make_axis("customer_id", ()),
        *axes,
        order=np.arange(len(cell)),
        customer=np.full(len(cell), -1),
        region=cell // side,
        sku=cell % side,
        at=np.datetime64(cutoff, "s") + day * np.timedelta64(1, "D"),
        quantity=np.ones(len(cell), dtype=np.int64),
    )
    periods = Periods(cutoff, 1, 7)
    return Snapshot(orders, periods, no_products(axes[1]), no_network(), np.zeros(0, bool), {})


def no_products(skus: Axis) -> Products:
    """Return products of which nothing is asked here."""
    ones = np.ones(len(skus))
    return Products(
        skus=skus,
        unit_volume_m3=ones,
        unit_weight_kg=ones,
        unit_value=ones,
        shortage_cost=ones,
        holding_cost=ones,
        return_cost=ones,
        case_pack=np.ones(len(skus), dtype=np.int64),
        minimum_lot=np.ones(len(skus), dtype=np.int64),
        category=("",) * len(skus),
        shelf_life_days=ones * np.inf,
        launched_on=("",) * len(skus),
    )


def no_network() -> Network:
    """Return a network of which nothing is asked here."""
    nothing = np.zeros(0, dtype=np.int64)
    return Network(
        (), (), (), Service(*(np.zeros((0, 0)) for _ in range(3))), (nothing, nothing, np.zeros(0))
    )


def tell_memory() -> None:
    """Print the peak of a process that holds a history, runs the bank and adds a night.

    A child starts with its parent's peak on record, so the parent starts it first of all.
    """
    decay = decay_of(HALF_LIFE_WEEKS, 7)
    warm = draw_history(PEER_SERIES)
    step(latest(warm, decay), decay, warm[:, 0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    units = draw_history(MOST)
    step(latest(units, decay), decay, units[:, -1])
    times = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / units.nbytes
    tell("peak memory over the history as float32", f"{times:.2f} times", "under 3", times < 3)


def tell_quantiles() -> None:
    """Print the time of the quantiles of a plan's cells, against scipy's on a tenth of them."""
    rng = np.random.default_rng(2)
    mean, dispersion = rng.gamma(0.15, 2.0, 200_000), np.exp(rng.normal(0.0, 1.0, 200_000))
    ours = measure(lambda: count_quantiles(mean, dispersion, LEVELS))
    few, wide = mean[::10], 1.0 / dispersion[::10]
    levels = np.array(LEVELS)[:, None]
    peer = measure(lambda: nbinom.ppf(levels, wide, wide / (wide + few)), repeats=3)
    tell("quantiles, 200,000 cells x 8 levels", str(ours))
    tell("    times as fast as scipy", f"{10.0 * peer.best / ours.best:.0f}")


def tell_intermittent(units: Float32Array) -> None:
    """Print our series a second, and how many times the peers'."""
    marks, few, peers = np.array([PERIODS]), units[:PEER_SERIES], peer_rates()
    for variant in ("sba", "tsb"):
        taken = measure(lambda v=variant: variant_means(v, units, marks, RATES), repeats=5)
        tell(f"{variant}, {MOST:,} series", f"{MOST / taken.best:,.0f} series/s")
    for variant in ("sba", "tsb", "imapa"):
        for cores in sorted({1, CORES}):
            numba.set_num_threads(cores)
            ours = PEER_SERIES / measure(lambda v=variant: variant_means(v, few, marks, RATES)).best
            tell(f"{variant}, {PEER_SERIES:,} series, {cores} cores", f"{ours:,.0f} series/s")
            peer = peers.get((variant, cores))
            if peer:
                target = "" if variant == "imapa" else "at least 50"
                tell(f"    statsforecast, n_jobs={cores}", f"{peer:,.0f} series/s")
                holds = ours / peer >= 50 if target else None
                tell("    times as fast", f"{ours / peer:,.0f}", target, holds)


def peer_rates() -> dict[tuple[str, int], float]:
    """Return statsforecast's series a second by variant and n_jobs; empty without it."""
    found = subprocess.run(
        [sys.executable, __file__, "--peers"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        tell("statsforecast", "not installed" if "ModuleNotFound" in found.stderr else "failed")
        return {}
    lines = (line.split() for line in found.stdout.splitlines() if line.startswith("peer "))
    return {(variant, int(jobs)): float(rate) for _, variant, jobs, rate in lines}


def time_peers() -> None:
    """Print statsforecast's series a second on the first series of the same history."""
    warnings.simplefilter("ignore")
    from statsforecast import StatsForecast
    from statsforecast.models import IMAPA, TSB, CrostonSBA

    units = draw_history(PEER_SERIES)
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(PEER_SERIES), PERIODS),
            "ds": np.tile(np.arange(PERIODS), PEER_SERIES),
            "y": units.ravel().astype(np.float64),
        }
    )
    for variant, model in (("sba", CrostonSBA()), ("tsb", TSB(*RATES)), ("imapa", IMAPA())):
        for jobs in sorted({1, CORES}):
            peer = StatsForecast(models=[model], freq=1, n_jobs=jobs)
            peer.forecast(df=table[: 100 * PERIODS], h=1)
            taken = measure(lambda p=peer: p.forecast(df=table, h=1), repeats=3)
            print("peer", variant, jobs, PEER_SERIES / taken.best)


def main(words: list[str]) -> None:
    """Print the table, or one part of it that needs a process of its own."""
    if words == ["--peers"]:
        time_peers()
    elif words == ["--memory"]:
        tell_memory()
    else:
        print(f"{CORES} cores, numba {numba.__version__}, load {os.getloadavg()[0]:.1f}")
        subprocess.run([sys.executable, __file__, "--memory"], check=True)
        units = draw_history(MOST)
        tell_bandwidth(units)
        tell_growth(units)
        tell_night(units)
        tell_quantiles()
        tell_intermittent(units)


if __name__ == "__main__":
    main(sys.argv[1:])
