"""The plan at scale: seconds, proven gap, memory and growth, beside programs in PuLP.

Run it as a script: ``python tests/bench/bench_plan.py``, or with the numbers of SKUs to be tried:
``python tests/bench/bench_plan.py 1000 100000 1000000``. ``--kinds`` names what is planned: single
units, whole vehicles, case packs, four periods, single units anew a period later from the prices
then found. Every figure comes from a process of its
own, after a warm-up on a small problem, and is the median of three repeats; HiGHS and a million
SKUs are run once. The peers solve the same problem as one linear program, its flows not even whole,
built in PuLP and solved with CBC or HiGHS on one thread; their optimum must lie between the bound
and the cost of the plan. Where vehicles, cases or periods make it hard, the peer is the exact
program, solved by HiGHS as far as 300 s let it come. Peak memory is that of the process with all it
imports, CBC's own process left out. Where other programs had the cores, so that calls were kept
waiting, the line says so beside the verdict; processor seconds, of all threads, suffer less.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numba
import numpy as np
from family import make_family, make_packs
from plan_peers import solve_whole

from prepos.core.types import FloatArray, IntArray
from prepos.plan.solver import choose_solver, solve_program
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.choice import choose_flows
from prepos.plan.transport.exact import draft_exact
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.problem import TransportProblem

SIZES = (1_000, 3_000, 10_000, 100_000)
KINDS = ("single", "vehicles", "cases", "periods", "replan")
PERIODS = 4
PEERS = ("cbc", "highs")
EXACT, EXACT_S, EXACT_SKUS = "exact", 300.0, 1_000  # HiGHS on the exact program; seconds; SKUs
PEERS_UP_TO = 3_000  # SKUs
SMALL = 300  # SKUs of the warm-up
REPEATS = {"prepos": 3, "cbc": 3, "highs": 1, EXACT: 1}  # HiGHS takes minutes
ONCE_FROM = 500_000  # SKUs: larger problems are run once
PRECISION = 1.5e-4  # asked of the search and of the choice
LOOSE = 1e-2  # in the warm-up
CALM = 0.9  # cores that run at least where nothing disturbs
AGREED = 1e-6  # relative: tolerance of the solvers
GROWS_FROM = 10_000  # SKUs from which growth is judged
HOLDS_FROM = 100_000  # SKUs from which memory is: below, what the solver takes outweighs them
MEGABYTE = 1e6
CBC_TIMES = {1_000: 8.0, 3_000: 20.0}  # how many times as fast as PuLP and CBC
CBC_MEMORY = {3_000: 0.25}  # share of its peak
GAP, GAP_UP_TO, GAP_BEYOND = 2e-4, 250_000, 5e-4
SLOPE, BYTES_A_SKU = 0.95, 9_000.0
COST_OF_EXACT, TIMES_OF_EXACT = 1.003, 20.0  # with vehicles
VEHICLE_GAP, VEHICLE_GAP_FROM = 3.5e-3, 10_000
TIMES_OF_ONE = 2.0  # four periods beside one
SHARE_OF_COLD = 1.0 / 3.0  # anew from known prices, beside without
MOST_MEMORY = {1_000_000: 8_000.0}  # MB


class Run(NamedTuple):
    """What one process measured; times are seconds, medians of the repeats.

    Attributes
    ----------
    who : "prepos" or a peer
    kind : one of ``KINDS``
    first, second : float
        Prices and choice, or building and solving.
    cpu : float
        Of all threads, and of the solver's process.
    busy : float
        Cores that ran for it on average: under one, it was kept waiting.
    base, peak : float
        MB before the problem was made, and at most.
    bound, cost : float
        For a peer both are its optimum.
    """

    who: str
    kind: str
    skus: int
    columns: int
    first: float
    second: float
    seconds: float
    cpu: float
    busy: float
    base: float
    peak: float
    passes: int
    bound: float
    cost: float
    holds: bool

    @property
    def gap(self) -> float:
        return (self.cost - self.bound) / self.cost

    @property
    def calm(self) -> bool:
        return self.busy >= CALM


class Turn(NamedTuple):
    """One repeat: its two parts, and the seconds that all threads ran."""

    first: float
    second: float
    cpu: float
    columns: int
    passes: int
    bound: float
    cost: float
    holds: bool


def make_kind(kind: str, skus: int) -> tuple[TransportProblem, IntArray]:
    """Return a problem of one kind, and units a case (K,)."""
    periods = PERIODS if kind == "periods" else 1
    packs = make_packs(skus) if kind == "cases" else np.ones(skus, dtype=np.int64)
    family = make_family(skus, periods=periods, vehicles=kind == "vehicles", later=kind == "replan")
    return family, packs


def plan_once(
    problem: TransportProblem,
    packs: IntArray,
    precision: float,
    start: FloatArray | None = None,
) -> Turn:
    """Find prices, from those of a start, and choose whole flows."""
    solver = choose_solver("auto")
    begun, cpu = time.perf_counter(), time.process_time()
    search = find_prices(problem, solver=solver, precision=precision, start=start)
    priced = time.perf_counter()
    chosen = choose_flows(
        problem, search, packs, np.ones_like(packs), solver=solver, precision=precision
    )
    return Turn(
        first=priced - begun,
        second=time.perf_counter() - priced,
        cpu=time.process_time() - cpu,
        columns=0,
        passes=len(search.passes),
        bound=search.bound,
        cost=chosen.cost,
        holds=not chosen.over.any(),
    )


def solve_once(problem: TransportProblem, solver: str) -> Turn:
    """Build and solve the whole program."""
    before = processor_seconds()
    found = solve_whole(problem, solver)
    return Turn(
        first=found.build_s,
        second=found.solve_s,
        cpu=processor_seconds() - before,
        columns=found.columns,
        passes=0,
        bound=found.objective,
        cost=found.objective,
        holds=True,
    )


def solve_exactly(problem: TransportProblem, packs: IntArray) -> Turn:
    """Solve the exact program as far as time allows."""
    begun, before = time.perf_counter(), processor_seconds()
    program = draft_exact(problem, make_cases(packs)).program(problem.shortage)
    found = solve_program(program, solver="highs", gap=AGREED, time_limit_s=EXACT_S)
    return Turn(
        first=0.0,
        second=time.perf_counter() - begun,
        cpu=processor_seconds() - before,
        columns=len(found.values),
        passes=0,
        bound=found.bound,
        cost=found.objective,
        holds=True,
    )


def processor_seconds() -> float:
    """Return what this process and those it waited for have run."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))


def peak_memory() -> float:
    """Return MB that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def measure(who: str, kind: str, skus: int) -> Run:
    """Warm up, make the problem and run it; the peak is what the first repeat reached."""

    def turn(problem: TransportProblem, packs: IntArray, precision: float = PRECISION) -> Turn:
        gc.collect()
        if who == "prepos":
            return plan_once(problem, packs, precision, start if precision < LOOSE else None)
        return solve_exactly(problem, packs) if who == EXACT else solve_once(problem, who)

    start = find_before(skus) if kind == "replan" else None
    if who != EXACT:
        turn(*make_kind(kind, SMALL), LOOSE)
    base = peak_memory()
    problem, packs = make_kind(kind, skus)
    turns, peak = [turn(problem, packs)], peak_memory()
    more = 0 if skus >= ONCE_FROM else REPEATS[who] - 1
    turns += [turn(problem, packs) for _ in range(more)]
    seconds = [each.first + each.second for each in turns]

    def middle(read: Callable[[Turn], float]) -> float:
        return float(np.median([read(each) for each in turns]))

    return Run(
        who,
        kind,
        skus,
        turns[0].columns,
        first=middle(lambda each: each.first),
        second=middle(lambda each: each.second),
        seconds=float(np.median(seconds)),
        cpu=middle(lambda each: each.cpu),
        busy=sum(each.cpu for each in turns) / sum(seconds),
        base=base,
        peak=peak,
        passes=turns[0].passes,
        bound=turns[0].bound,
        cost=turns[0].cost,
        holds=turns[0].holds,
    )


def find_before(skus: int) -> FloatArray:
    """Return the prices (S,) that were found a period before."""
    problem, _ = make_kind("single", skus)
    return find_prices(problem, solver=choose_solver("auto"), precision=PRECISION).prices


def measure_apart(who: str, kind: str, skus: int) -> Run:
    """Return what a fresh process measures."""
    command = [sys.executable, __file__, str(skus), "--one", who, "--kinds", kind]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Run(**json.loads(found.stdout.splitlines()[-1]))


def print_run(run: Run) -> None:
    """Print one line of the table."""
    ours = run.who != "cbc" and run.who != "highs"
    known = f"{run.passes:6d} {run.gap:8.4%} {'all' if run.holds else 'BROKEN':>6s}"
    size = f"{(run.peak - run.base) * MEGABYTE / run.skus:9,.0f}"
    print(
        f"{run.skus:9,} {run.kind:8s} {run.who:7s} {'' if ours else f'{run.columns:,}':>9s} "
        f"{run.first:8.2f} {run.second:8.2f} {run.seconds:8.2f} {run.cpu:8.2f} {run.busy:5.0%} "
        f"{run.peak:7,.0f} {size} {known if ours else '':22s} {os.getloadavg()[0]:5.1f}",
        flush=True,
    )


def tell(what: str, figure: str, target: str, holds: bool, runs: tuple[Run, ...] = ()) -> None:
    """Print one target; times are judged only where they were measured undisturbed."""
    verdict = "+ reached" if holds else "- missed"
    if not all(run.calm for run in runs):
        verdict = f"? disturbed ({verdict[0]})"
    print(f"{what:52s} {figure:>12s}  {target:14s} {verdict}", flush=True)


def tell_peers(ours: Run, peers: dict[str, Run]) -> None:
    """Print how many times as fast and as small, and see that the optimum lies where it must."""
    for name, peer in peers.items():
        leeway = AGREED * abs(ours.cost)
        if np.isfinite(peer.cost):
            assert ours.bound <= peer.cost + leeway, f"{name} found {peer.cost} below {ours.bound}"
            assert peer.cost <= ours.cost + leeway, f"{name} found {peer.cost} above {ours.cost}"
        else:
            print(f"{ours.skus:,} SKUs: {name} was given up after {peer.second:.0f} s of solving")
        what = f"{ours.skus:,} SKUs, PuLP + {name}"
        target = CBC_TIMES.get(ours.skus) if name == "cbc" else None
        times, cpu = peer.seconds / ours.seconds, peer.cpu / ours.cpu
        if target:
            figure, limit = f"{times:.1f}", f">= {target:.0f}"
            tell(f"{what}: times as fast", figure, limit, times >= target, (ours, peer))
        else:
            print(f"{what + ': times as fast':52s} {times:12.1f}")
        print(f"{what + ': its processor seconds over ours':52s} {cpu:12.1f}")
        share, most = ours.peak / peer.peak, CBC_MEMORY.get(ours.skus) if name == "cbc" else None
        if most:
            tell(f"{what}: memory, share of its", f"{share:.2f}", f"<= {most}", share <= most)
        else:
            print(f"{what + ': memory, share of its':52s} {share:12.2f}")


def tell_ours(runs: list[Run]) -> None:
    """Print gap, limits, growth and memory beside their targets."""
    for run in runs:
        what = f"{run.skus:,} SKUs"
        most = GAP if run.skus <= GAP_UP_TO else GAP_BEYOND
        tell(f"{what}: proven gap", f"{run.gap:.4%}", f"<= {most:.2%}", run.gap <= most)
        tell(f"{what}: limits", "kept" if run.holds else "broken", "kept", run.holds)
        if run.skus in MOST_MEMORY:
            limit = MOST_MEMORY[run.skus]
            tell(f"{what}: MB", f"{run.peak:,.0f}", f"<= {limit:,.0f}", run.peak <= limit)
    for run in runs[-1:] if runs[-1].skus >= HOLDS_FROM else ():
        size = (run.peak - run.base) * MEGABYTE / run.skus
        what, most = f"{run.skus:,} SKUs: bytes a SKU beyond the base", BYTES_A_SKU
        tell(what, f"{size:,.0f}", f"<= {most:,.0f}", size <= most)
    large = [run for run in runs if run.skus >= GROWS_FROM]
    if len(large) > 1:
        skus, cpu = [run.skus for run in large], [run.cpu for run in large]
        slope = float(np.polyfit(np.log(skus), np.log(cpu), 1)[0])
        what = f"slope of log processor time from {large[0].skus:,} SKUs"
        tell(what, f"{slope:.3f}", f"<= {SLOPE}", slope <= SLOPE)


def main() -> None:
    """Print the table, then the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--one", choices=("prepos", *PEERS, EXACT), help="measure in this process")
    parser.add_argument("--compile", action="store_true", help="only fill the kernels' cache")
    parser.add_argument("--kinds", choices=KINDS, nargs="*", default=KINDS)
    parser.add_argument("--peers", choices=PEERS, nargs="*", default=PEERS)
    given = parser.parse_args()
    if given.compile:
        plan_once(*make_kind("cases", SMALL), LOOSE)
        return
    if given.one:
        print(json.dumps(measure(given.one, given.kinds[0], given.sizes[0])._asdict()))
        return
    subprocess.run([sys.executable, __file__, "--compile"], check=True)
    print(f"{numba.config.NUMBA_NUM_THREADS} cores, precision {PRECISION:.2%}; seconds, MB")
    print(
        f"{'':36s}{'prices':>9s}{'choice':>9s}\n"
        f"{'SKUs':>9s} {'kind':8s} {'who':7s} {'columns':>9s}{'or build':>9s}{'or solve':>9s}"
        f"{'both':>9s}{'CPU':>9s}  busy    peak     B/SKU passes      gap limits  load"
    )
    runs = [
        measure_all(kind, skus, given.peers) for kind in given.kinds for skus in sorted(given.sizes)
    ]
    print("\nto be reached (+ reached, - missed):")
    for ours, peers in runs:
        if ours.kind == "single":
            tell_peers(ours, peers)
        else:
            tell_kind(ours, peers.get(EXACT))
    tell_periods({(ours.kind, ours.skus): ours for ours, _ in runs})
    if single := [ours for ours, _ in runs if ours.kind == "single"]:
        tell_ours(single)


def measure_all(kind: str, skus: int, wanted: Sequence[str]) -> tuple[Run, dict[str, Run]]:
    """Measure one problem, and those peers of it that are wanted; print each as it comes."""
    if kind != "single":
        is_asked = bool(wanted) and kind != "replan" and skus <= EXACT_SKUS
        names = [EXACT] if is_asked else []
    else:
        names = list(wanted) if skus <= PEERS_UP_TO else []
    ours, peers = measure_apart("prepos", kind, skus), {}
    print_run(ours)
    for name in names:
        peers[name] = measure_apart(name, kind, skus)
        print_run(peers[name])
    return ours, peers


def tell_kind(ours: Run, exact: Run | None) -> None:
    """Print what vehicles, cases or periods make of it, beside the exact program where it ran."""
    what = f"{ours.skus:,} SKUs, {ours.kind}"
    tell(f"{what}: limits", "kept" if ours.holds else "broken", "kept", ours.holds)
    if ours.kind == "vehicles" and ours.skus >= VEHICLE_GAP_FROM:
        figure, limit = f"{ours.gap:.4%}", f"<= {VEHICLE_GAP:.2%}"
        tell(f"{what}: proven gap", figure, limit, ours.gap <= VEHICLE_GAP)
    else:
        print(f"{what + ': proven gap':52s} {ours.gap:12.4%}")
    if exact is None:
        return
    share, times = ours.cost / exact.cost, exact.seconds / ours.seconds
    leeway = AGREED * abs(ours.cost)
    assert exact.bound <= ours.cost + leeway, f"{exact.bound} was proved above {ours.cost}"
    assert ours.bound <= exact.cost + leeway, f"exact found {exact.cost} below {ours.bound}"
    limit = f"<= {COST_OF_EXACT}"
    tell(f"{what}: cost, share of the exact", f"{share:.5f}", limit, share <= COST_OF_EXACT)
    limit, holds = f">= {TIMES_OF_EXACT:.0f}", times >= TIMES_OF_EXACT
    tell(f"{what}: times as fast", f"{times:.1f}", limit, holds, (ours, exact))


def tell_periods(runs: dict[tuple[str, int], Run]) -> None:
    """Print how long four periods, and planning anew, take beside one period."""
    for (kind, skus), run in runs.items():
        one = runs.get(("single", skus))
        if kind == "periods" and one is not None:
            times, limit = run.cpu / one.cpu, f"<= {TIMES_OF_ONE:.0f}"
            what = f"{skus:,} SKUs, {PERIODS} periods: times the CPU of one"
            tell(what, f"{times:.1f}", limit, times <= TIMES_OF_ONE, (run, one))
        if kind == "replan" and one is not None:
            share, limit = run.cpu / one.cpu, f"<= {SHARE_OF_COLD:.2f}"
            what = f"{skus:,} SKUs, anew from known prices: share of the CPU"
            tell(what, f"{share:.2f}", limit, share <= SHARE_OF_COLD, (run, one))


if __name__ == "__main__":
    main()
