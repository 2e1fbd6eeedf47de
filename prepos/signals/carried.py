"""Evidence on a saved state: the bank is carried on, not counted anew.

What the signals learnt once for all origins is taken over from the fit; what they learn of each
instant, such as seasons and how customers return, they learn at the new cutoff. A state holds the
whole history, a signal reads a window of it: the sums of what lies before the window are taken off.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from prepos.core.demand import History
from prepos.core.kernels import Float32Array
from prepos.core.orders import Orders
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError
from prepos.signals.bank import update
from prepos.signals.evidence import Evidence
from prepos.signals.giants import without_giants
from prepos.signals.options import SignalOptions
from prepos.signals.pool import Strengths, learn_strengths
from prepos.signals.record import Record
from prepos.signals.state import BankState

STRENGTHS = "share_strengths"  # units that a region's share of all, and of its category, is worth


def lessons_of(evidence: Evidence) -> dict[str, tuple[float, ...]]:
    """Return what was learnt once for all origins, by name: what a fit hands on."""
    return {STRENGTHS: tuple(evidence.record.learn(learn_strengths, 0))}


def gather_carried(
    snapshot: Snapshot,
    options: SignalOptions,
    state: BankState,
    lessons: Mapping[str, tuple[float, ...]],
) -> Evidence:
    """Return the evidence of a snapshot at its cutoff, its sums those of the state.

    Parameters
    ----------
    state : BankState
        As of the snapshot's cutoff and on its axes.
    lessons : name to numbers
        As ``lessons_of`` told them.

    Raises
    ------
    DemandError
        Where the state is of another cutoff or other half-lives, or a lesson is missing.
    """
    facts = state.facts
    if facts.cutoff != snapshot.periods.cutoff:
        raise DemandError(f"state cutoff is {facts.cutoff}, expected {snapshot.periods.cutoff}")
    if facts.half_life_weeks != options.half_life_weeks:
        raise DemandError(
            f"state half_life_weeks is {list(facts.half_life_weeks)}, expected "
            f"{list(options.half_life_weeks)}"
        )
    if len(lessons.get(STRENGTHS, ())) != len(Strengths._fields):
        raise DemandError(
            f"fitted lessons {STRENGTHS} is {lessons.get(STRENGTHS)}, expected two numbers"
        )
    orders = without_giants(snapshot.orders, facts.most)
    window = options.window(snapshot.periods.days)
    history = History.count(orders, snapshot.periods).latest(window)
    record = Record(snapshot, options, history, carried=carried_sums(state, history, orders))
    record.teach(learn_strengths, Strengths(*lessons[STRENGTHS]))
    return Evidence(record)


def carried_sums(state: BankState, history: History, orders: Orders) -> Float32Array:
    """Return the state's sums (C, S) of the history's cells, over the history's periods alone."""
    facts, width, length = state.facts, len(history.skus), history.units.shape[1]
    cell = history.region * width + history.sku
    sums = state.sums[np.searchsorted(state.region * width + state.sku, cell)]
    if facts.seen <= length:
        return sums
    period = history.periods.periods_of(orders.at)
    line = np.flatnonzero(period < -length)
    sold = orders.region[line] * width + orders.sku[line]
    place = np.searchsorted(cell, sold)
    known = np.append(cell, -1)[place] == sold
    before = np.zeros_like(sums)
    update(
        before,
        facts.decay,
        place[known],
        orders.quantity[line[known]],
        age=-1 - period[line[known]],
        periods=facts.seen,
    )
    return np.asarray(np.maximum(sums - before, np.float32(0.0)))
