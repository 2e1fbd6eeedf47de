"""Recall@10 and NDCG@10 of each customer's next order, ours beside its peers, and calibration.

Run it as a script: ``python tests/bench/bench_next_order.py [PANEL ...]``; the real panels need
``PREPOS_SHARED_DATA``. A customer's next order is the first from the cutoff on. Peers are tuned,
one parameter after the other, twice, on cutoffs whose next orders end before the last twelve weeks;
ours has nothing to tune. The scores are means over customers and then over the cutoffs 12, 9, 6 and
3 weeks back; the interval of the difference is the 95 % one of a paired bootstrap of customers.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from next_order_peers import GRIDS, Past, orders_held, past_of
from panels import load_panel

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers, read_customers
from prepos.signals.next_order import next_orders
from prepos.signals.options import SignalOptions

REAL = ("journey_products", "journey_types", "online_retail")
TUNED_WEEKS, HELD_OUT_WEEKS = (24, 18), 12
SCORED_WEEKS = (12, 9, 6, 3)
TOP, LISTED = 10, 50  # SKUs that are scored, and those whose chances are checked
DRAWS = 2000
Scores = dict[str, FloatArray]  # measure to one value a customer, NaN without a next order


@dataclass(frozen=True, eq=False)
class Question:
    """What the customers known at an origin took next, and what they took before."""

    past: Past
    known: IntArray  # (U,) positions on the orders' axis of customers
    taken: list[IntArray]  # (U,) SKUs of the next order; empty where none is known


def ask(customers: Customers, skus: int, weeks_back: int, until_day: float) -> Question:
    """Return the question of an origin; next orders from a day on count as unknown."""
    origin = -7.0 * weeks_back
    before = customers.known(origin)
    held = orders_held(customers, skus)
    taken = []
    for customer in np.flatnonzero(before):
        visit = customers.start[customer] + before[customer]
        comes = visit < customers.start[customer + 1] and customers.visit_day[visit] < until_day
        ends = held.indptr[visit : visit + 2] if comes else (0, 0)
        taken.append(held.indices[ends[0] : ends[1]])
    return Question(past_of(customers, skus, origin), customers.number[before > 0], taken)


def measure(ranked: IntArray, question: Question) -> Scores:
    """Return Recall@10 and NDCG@10 of SKUs ranked (U, 10), by customer."""
    gain = 1.0 / np.log2(np.arange(2, TOP + 2))
    recall = np.full(len(ranked), np.nan)
    ndcg = recall.copy()
    for customer, taken in enumerate(question.taken):
        if len(taken):
            hit = np.isin(ranked[customer], taken)
            recall[customer] = hit.sum() / len(taken)
            ndcg[customer] = (hit * gain[: len(hit)]).sum() / gain[: min(TOP, len(taken))].sum()
    return {"Recall@10": recall, "NDCG@10": ndcg}


def best_of(scores: FloatArray) -> IntArray:
    """Return the ten SKUs with the highest scores (U, K), the first by id where two tie."""
    width = min(TOP, scores.shape[1])
    least = np.partition(scores, -width, axis=1)[:, -width]
    best = np.empty((len(scores), width), dtype=np.int64)
    for customer, row in enumerate(scores):
        high = np.flatnonzero(row >= least[customer])
        best[customer] = high[np.argsort(-row[high], kind="stable")][:width]
    return best


def tune(
    peer: Callable[..., FloatArray],
    grid: Mapping[str, object],
    questions: list[Question],
) -> dict[str, object]:
    """Return the best parameters of a peer by the mean of both measures, found one by one."""

    def worth(chosen: Mapping[str, object]) -> float:
        told = [measure(best_of(peer(q.past, **chosen)), q) for q in questions]
        return float(np.mean([np.nanmean(list(scores.values())) for scores in told]))

    chosen = {name: values[0] for name, values in grid.items()}
    reached = worth(chosen) if grid else 0.0
    for name, values in 2 * list(grid.items()):
        for value in values:
            tried = {**chosen, name: value}
            if tried != chosen and (found := worth(tried)) > reached:
                chosen, reached = tried, found
    return chosen


def foretold(snapshot: Snapshot, skus: int, question: Question) -> tuple[IntArray, FloatArray]:
    """Return our SKUs (U, N) and their chances at the snapshot's cutoff, likeliest first."""
    table = next_orders(snapshot, SignalOptions(), LISTED)
    width = min(LISTED, skus)
    who = snapshot.orders.customers.positions(table["customer_id"].tolist()[::width])
    assert (who == question.known).all()
    sku = snapshot.orders.skus.positions(table["sku"].tolist()).reshape(-1, width)
    return sku, table["chance"].to_numpy().reshape(-1, width)


def reliability(chance: FloatArray, came: FloatArray) -> tuple[float, list[tuple[float, float]]]:
    """Return the expected calibration error, and by decile of the chance: said, and came true."""
    order = np.argsort(chance, kind="stable")
    tenths = [(chance[part].mean(), came[part].mean()) for part in np.array_split(order, 10)]
    return float(np.mean([abs(said - true) for said, true in tenths])), tenths


def interval(ours: list[FloatArray], peers: list[FloatArray]) -> tuple[float, float, float]:
    """Return the mean difference over cutoffs, and its interval when customers are drawn again."""
    rng = np.random.default_rng(1)
    draws = np.zeros(DRAWS)
    mean = 0.0
    for one, other in zip(ours, peers, strict=True):
        apart = (one - other)[np.isfinite(one)]
        mean += apart.mean() / len(ours)
        drawn = rng.integers(0, len(apart), (DRAWS, len(apart)))
        draws += apart[drawn].mean(axis=1) / len(ours)
    low, high = np.quantile(draws, [0.025, 0.975])
    return mean, float(low), float(high)


def run(name: str) -> None:
    """Print a panel's scores and the calibration of our chances."""
    snapshot = load_panel(name)
    skus = len(snapshot.orders.skus)
    customers = read_customers(snapshot, 10_000)
    held_out = -7.0 * HELD_OUT_WEEKS
    earlier = [ask(customers, skus, weeks, held_out) for weeks in TUNED_WEEKS]
    questions = [ask(customers, skus, weeks, 0.0) for weeks in SCORED_WEEKS]
    asked = [sum(len(taken) > 0 for taken in question.taken) for question in questions]
    print(f"{name}: {len(customers)} customers, {skus} SKUs, next orders asked {asked}")
    results: dict[str, list[Scores]] = {}
    chances, outcomes, seconds = [], [], 0.0
    for weeks, question in zip(SCORED_WEEKS, questions, strict=True):
        begun = time.perf_counter()
        ranked, chance = foretold(snapshot.back_to(weeks), skus, question)
        seconds += (time.perf_counter() - begun) / len(questions)
        results.setdefault("prepos", []).append(measure(ranked[:, :TOP], question))
        for customer, taken in enumerate(question.taken):
            if len(taken):
                chances.append(chance[customer])
                outcomes.append(np.isin(ranked[customer], taken))
    for peer, (score, grid) in GRIDS.items():
        chosen = tune(score, grid, earlier)
        told = partial(score, **chosen)
        results[peer] = [measure(best_of(told(q.past)), q) for q in questions]
        print(f"  {peer} tuned: {chosen}")
    for peer, told in results.items():
        line = f"  {peer:24s}"
        for kind in told[0]:
            line += f" {kind} {np.mean([np.nanmean(scores[kind]) for scores in told]):.4f}"
            if peer != "prepos":
                ours, theirs = [[s[kind] for s in results[who]] for who in ("prepos", peer)]
                mean, low, high = interval(ours, theirs)
                line += f" (ours {mean:+.4f}, {low:+.4f} to {high:+.4f})"
        print(line, flush=True)
    error, tenths = reliability(np.concatenate(chances), np.concatenate(outcomes).astype(float))
    print(f"  chances of the first {LISTED} SKUs: expected calibration error {error:.4f}")
    print("  said : " + " ".join(f"{said:.3f}" for said, _ in tenths))
    print("  came : " + " ".join(f"{came:.3f}" for _, came in tenths))
    print(f"  {seconds:.2f} s a cutoff for all customers", flush=True)


def main(panels: list[str]) -> None:
    """Run the panels named, or the real ones where they are there."""
    if not panels and "PREPOS_SHARED_DATA" not in os.environ:
        print("PREPOS_SHARED_DATA names no folder: the real panels are left out")
        return
    for name in panels or REAL:
        run(name)


if __name__ == "__main__":
    main(sys.argv[1:])
