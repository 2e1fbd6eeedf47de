"""Our forecast against every peer on named panels: ratios with intervals, coverage, speed.

Run it as a script: ``python tests/bench/bench_accuracy.py [PANEL ...] [--origins 8] [--skip-last 0]
[--peer NAME ...] [--model NAME ...] [--judge pooled] [--sample-skus 200] [--cache DIR]``. Without a
panel all that the machine has are run; ``--skip-last`` leaves the latest periods out, for what is
chosen must not be chosen on the window that is reported. So many SKUs are scored, spread evenly
over the volumes, as the slowest peers take hours for all (``--sample-skus 0``). ``--cache`` keeps
the peers' means between runs, by the panel's orders, the cutoff and the peers' source. Ratios are
the judged model's loss over the other's. ``--peer quick`` leaves the slowest out; ``--peer`` alone
leaves out all. All runs on one thread.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
import hashlib
import inspect
import sys
import tomllib
from collections.abc import Iterator, MutableMapping
from datetime import date
from pathlib import Path

import numpy as np
from panels import PANELS, load_panel, load_truth

import prepos.forecast.peers as peers_package
from prepos.config import bundled
from prepos.core.snapshot import Snapshot
from prepos.forecast.backtest import Result, make_contest, run_model, run_peer
from prepos.forecast.options import ForecastOptions
from prepos.forecast.peers.peer import Peer
from prepos.forecast.peers.registry import PEERS
from prepos.forecast.registry import MODELS
from prepos.forecast.sampling import sample_skus
from prepos.forecast.scores import SPANS
from prepos.forecast.spec import ModelSpec, parse_spec
from prepos.forecast.standings import Standing, standings

QUICK = ("exponential", "croston_sba", "tsb", "lightgbm", "lightgbm_pooled")
STACKS = ("pooled", "pooled_boost")
SINGLE = tuple(name for name in MODELS if name not in STACKS)
TRUTH = "true_mean"
LARGE = "journey_whole"  # run only where it is named
TARGETS = (  # against whom: at most this WRMSSE and WQL of a step, WQL of the sum; times as fast
    (("croston_sba", "tsb"), (0.97, 0.93, 0.90), 5.0),
    (("auto_ets",), (0.98, 0.94, 0.92), 200.0),
    (("ses_optimised", "imapa"), (1.00, 0.94, 0.92), 5.0),
    (("lightgbm",), (0.98, 0.975, 0.93), 8.0),
    (("lightgbm_pooled",), (1.00, 0.985, 0.965), 8.0),
    (("exponential",), (1.00, 0.985, 0.965), 0.0),
    (SINGLE, (1.00, 1.00, 1.00), 0.0),
)
ORIGINS = 8  # past cutoffs that widths are fitted on, as in the models' specs


class DiskStore(MutableMapping):
    """Peers' means by name and cutoff, in a folder."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder, self.source = folder, source
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, key: tuple[str, date]) -> Path:
        return self.folder / f"{key[0]}-{self.source}-{key[1]}.npz"

    def __contains__(self, key: object) -> bool:
        return self._path(key).exists()

    def __getitem__(self, key: tuple[str, date]) -> tuple[np.ndarray, float]:
        with np.load(self._path(key)) as kept:
            return kept["means"], float(kept["seconds"])

    def __setitem__(self, key: tuple[str, date], value: tuple[np.ndarray, float]) -> None:
        np.savez_compressed(self._path(key), means=value[0], seconds=value[1])

    def __delitem__(self, key: tuple[str, date]) -> None:
        self._path(key).unlink()

    def __iter__(self) -> Iterator[tuple[str, date]]:
        raise NotImplementedError("a store is asked for one cutoff at a time")

    def __len__(self) -> int:
        return len(list(self.folder.glob(f"*-{self.source}-*.npz")))


def source_sum(peer: Peer) -> str:
    """Return a sum of the source that makes a peer's means: those of another source are others."""
    module = sys.modules[getattr(peer.means, "func", peer.means).__module__]
    used = {getattr(each, "__module__", None) for each in vars(module).values()}
    names = {name for name in used if name and name.startswith(f"{peers_package.__name__}.")}
    sources = [inspect.getsource(sys.modules[name]) for name in sorted(names | {module.__name__})]
    return hashlib.sha256("".join(sources).encode()).hexdigest()[:10]


def orders_sum(snapshot: Snapshot) -> str:
    """Return a sum of a panel's orders: means of other orders are others."""
    orders = snapshot.orders
    lines = np.column_stack(
        [orders.region, orders.sku, orders.at.astype(np.int64), orders.quantity]
    )
    return hashlib.sha256(lines.tobytes()).hexdigest()[:8]


def read_spec(name: str) -> ModelSpec:
    """Return the packaged spec of a model."""
    return parse_spec(tomllib.loads((bundled("models") / name / "spec.toml").read_text()))


def run_panel(panel: str, words: argparse.Namespace) -> None:
    """Score all on one panel and print its tables."""
    snapshot = load_panel(panel)
    snapshot = snapshot.back_to(words.skip_last) if words.skip_last else snapshot
    count = words.sample_skus or len(snapshot.orders.skus)
    first = snapshot.back_to(snapshot.periods.horizon + words.origins - 1)
    skus = sample_skus(first, count, np.random.default_rng(words.seed))
    contest = make_contest(snapshot, words.origins, skus)
    print(
        f"\n{panel}: {len(snapshot.orders.regions)} regions x {len(snapshot.orders.skus)} SKUs "
        f"({len(skus)} scored), cutoffs {contest.cutoffs[0]} to {contest.cutoffs[-1]}, "
        f"{int(np.median(contest.series)):,} cells sold before"
    )
    results = [
        run_model(name, read_spec(name), contest, ForecastOptions())
        for name in dict.fromkeys([words.judge, *words.model])
    ]
    for name in words.peer:
        store = None
        if words.cache:
            shown = "all" if PEERS[name].pools else words.sample_skus or "all"
            folder = f"{panel}-{orders_sum(snapshot)}-{shown}-{contest.cutoffs[0]}"
            store = DiskStore(words.cache / folder, source_sum(PEERS[name]))
        results.append(run_peer(PEERS[name], contest, ORIGINS, store))
    if panel == "synthetic":
        results.append(run_peer(true_means(snapshot, words.skip_last), contest, ORIGINS))
    told = standings(results, contest, words.judge, np.random.default_rng(words.seed))
    for cells in words.cells:
        print_ratios(results, [each for each in told if each.cells == cells], words.judge, cells)
    print_targets(results, [each for each in told if each.cells == words.cells[0]], words.judge)
    print_coverage(results)
    if panel == "synthetic":
        print_closed([each for each in told if each.cells == "sold"], words.judge)


def true_means(known: Snapshot, skipped: int) -> Peer:
    """Return the peer that says what was to be expected: as good as can be."""
    truth = load_truth("synthetic")

    def means(snapshot: Snapshot, _settings: object) -> np.ndarray:
        days = (known.periods.cutoff - snapshot.periods.cutoff).days
        week = len(truth) - skipped - days // snapshot.periods.days
        return truth[week : week + snapshot.periods.horizon]

    return Peer(name=TRUTH, means=means, pools=True)


def print_ratios(results: list[Result], told: list[Standing], judged: str, cells: str) -> None:
    """Print each one's scores, the judged model's ratios to it, and the speed."""
    of = {(each.name, each.span): each for each in told}
    (ours,) = (each for each in results if each.name == judged)
    print(f"\ncells: {cells}; ratio = {judged} / the row's, with its 95 % interval")
    print(
        f"{'':16s} {'WRMSSE 1':>8s} {'WQL 1':>7s} {'WRMSSE S':>8s} {'WQL S':>7s} {'bias 1':>7s} "
        f"{'bias S':>7s}  {'WRMSSE 1':20s} {'WQL 1':20s} {'WRMSSE sum':20s} {'WQL sum':20s} "
        f"{'series/s':>9s} {'fit x':>7s} {'whole x':>7s}"
    )
    for each in results:
        if (each.name, "next") not in of:
            continue
        step, total = of[each.name, "next"], of[each.name, "sum"]
        ratios = (step.wrmsse_ratio, step.wql_ratio, total.wrmsse_ratio, total.wql_ratio)
        shown = " ".join(f"{r:.3f} ({a:.3f}-{b:.3f}) " for r, a, b in ratios)
        per_series = ours.seconds / ours.series
        print(
            f"{each.name:16s} {step.wrmsse:8.4f} {step.wql:7.4f} {total.wrmsse:8.4f} "
            f"{total.wql:7.4f} {step.bias:+7.3f} {total.bias:+7.3f}  {shown} "
            f"{each.series / each.seconds:9,.0f} "
            f"{each.fit_seconds / each.series / per_series:7.2f} "
            f"{each.seconds / each.series / per_series:7.2f}",
            flush=True,
        )


def print_targets(results: list[Result], told: list[Standing], judged: str) -> None:
    """Print the hardest ratio of each group of rivals beside what is to be reached."""
    of = {(each.name, each.span): each for each in told}
    speed = {each.name: each.series / each.seconds for each in results}
    print(
        "\nto be reached: ratio <= target (+ reached, - missed), against the hardest of the group"
    )
    for names, targets, times in TARGETS:
        group = [name for name in names if (name, "sum") in of and name != judged]
        if not group:
            continue
        ratios = (
            max(of[name, "next"].wrmsse_ratio[0] for name in group),
            max(of[name, "next"].wql_ratio[0] for name in group),
            max(of[name, "sum"].wql_ratio[0] for name in group),
        )
        shown = "  ".join(
            f"{measure} {ratio:.3f} <= {target:.3f} {'+' if ratio <= target else '-'}"
            for measure, ratio, target in zip(
                ("WRMSSE", "WQL", "WQL sum"), ratios, targets, strict=True
            )
        )
        fast = speed[judged] / max(speed[name] for name in group)
        reached = f"  speed {fast:.1f}x >= {times:.0f}x {'+' if fast >= times else '-'}"
        print(
            f"{'best of ours' if names == SINGLE else ', '.join(group):28s} {shown}"
            f"{reached if times else ''}"
        )


def print_coverage(results: list[Result]) -> None:
    """Print the largest distance of coverage from nominal, in points, and the deciles of ours."""
    print("\ncoverage by decile of the mean, busy cells: largest miss, points")
    for each in results:
        shown = " ".join(f"{s} {100 * c.largest_miss:5.2f}" for s, c in each.coverage.items())
        print(f"{each.name:16s} {shown}")
    for span, found in results[0].coverage.items():
        print(f"{results[0].name}, {span}: cells, mean, units, shares below .5 .9 .95 .99")
        for cells, mean, units, share in zip(
            found.cells, found.mean, found.units, found.share, strict=True
        ):
            told = " ".join(f"{100 * part:6.2f}" for part in share)
            print(f"  {cells:8,.0f} {mean:8.2f} {units:9,.0f}  {told}")


def print_closed(told: list[Standing], judged: str) -> None:
    """Print how much of the way from the best peer to the true mean the judged model goes."""
    print("\nshare of the way from the best peer to the true mean")
    for span in SPANS:
        for measure in ("wrmsse", "wql"):
            values = {each.name: getattr(each, measure) for each in told if each.span == span}
            peers = {name: value for name, value in values.items() if name in PEERS}
            if not peers:
                continue
            best = min(peers, key=peers.__getitem__)
            closed = (peers[best] - values[judged]) / (peers[best] - values[TRUTH])
            print(
                f"{measure:6s} {span:4s}: {closed:6.1%}  ({best} {peers[best]:.4f}, "
                f"{judged} {values[judged]:.4f}, true mean {values[TRUTH]:.4f})"
            )


def main() -> None:
    """Read the words and run the panels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    has_data = "PREPOS_SHARED_DATA" in os.environ
    there = [name for name in PANELS if name == "synthetic" or (has_data and name != LARGE)]
    parser.add_argument("panel", nargs="*", default=there)
    parser.add_argument("--origins", type=int, default=8)
    parser.add_argument("--skip-last", type=int, default=0)
    parser.add_argument("--peer", nargs="*", default=list(PEERS))
    parser.add_argument("--model", nargs="*", default=list(SINGLE))
    parser.add_argument("--judge", default="pooled")
    parser.add_argument("--cells", nargs="*", default=["sold", "all"])
    parser.add_argument("--sample-skus", type=int, default=200, help="0 is all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path)
    words = parser.parse_args()
    if words.peer == ["quick"]:
        words.peer = list(QUICK)
    for panel in words.panel:
        run_panel(panel, words)


if __name__ == "__main__":
    main()
