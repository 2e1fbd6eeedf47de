"""The flows of what is sent: who served whom, by which route, and what came in vain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.asked import read_flows
from prepos.plan.transport.batch import NO_RANK, Flows
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.sent import Sent, land
from prepos.plan.transport.slices import slices_of


def list_sent(problem: TransportProblem, prices: FloatArray, skus: IntArray, sent: Sent) -> Flows:
    """Return the flows of cases, one of each SKU (J,), rising: those that ``answer_sent`` tells of.

    What was sent to one place is laid end to end, by source and route, beside the ranks that are
    served from there; what serves none has ``NO_RANK``.
    """
    landed = land(problem, skus, sent)
    nothing = np.zeros(len(landed.source))
    served = read_flows(landed.problem, prices, nothing, np.arange(len(skus)))
    begin, _ = slices_of(problem.ranks.first, skus)
    rank = served.rank + (problem.ranks.first[skus] - begin[:-1])[served.sku]
    own = landed.source[served.source]
    stayed, moved = np.flatnonzero(own >= 0), np.flatnonzero(own < 0)
    stays = problem.routes.first[problem.sources.release[own[stayed]]]
    there = Flows(skus[served.sku[stayed]], own[stayed], rank[stayed], stays, served.units[stayed])
    came = np.lexsort((sent.route, sent.source, landed.to))
    came = came[sent.units[came] > 0]
    piece, taker, units = pair_up(
        landed.to[came],
        sent.units[came],
        served.source[moved],
        served.units[moved].astype(np.int64),
    )
    by, ranks = came[piece], np.append(rank[moved], NO_RANK)[taker]
    sent_on = Flows(
        skus[sent.sku[by]], sent.source[by], ranks, sent.route[by], units.astype(np.float64)
    )
    return join_flows([there, sent_on])


def pair_up(
    at: IntArray, units: IntArray, served_at: IntArray, served: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Lay what came to each place beside what was taken there; both are sorted by place.

    Returns
    -------
    piece, taker : (F,) int
        Positions of what came, and of who took it; -1 where nobody did.
    units : (F,) int
    """
    left = np.bincount(at, units) - np.bincount(served_at, served, int(at.max(initial=-1)) + 1)
    spare = np.flatnonzero(left > 0)
    order = np.argsort(np.append(served_at, spare), kind="stable")
    taken = np.append(served, left[spare].astype(np.int64))[order]
    came_end, taken_end = np.cumsum(units), np.cumsum(taken)
    end = np.union1d(came_end, taken_end)
    taker = order[np.searchsorted(taken_end, end)]
    taker = np.where(taker < len(served), taker, -1)
    return np.searchsorted(came_end, end), taker, np.diff(end, prepend=0)


def join_flows(parts: Sequence[Flows]) -> Flows:
    """Return the flows together, sorted by SKU, source, rank and route."""
    nobody = np.zeros(0, dtype=np.int64)
    every = [Flows(nobody, nobody, nobody, nobody, np.zeros(0)), *parts]
    sku, source, rank, route = (
        np.concatenate([part[column] for part in every]).astype(np.int64) for column in range(4)
    )
    order = np.lexsort((route, rank, source, sku))
    units = np.concatenate([part.units for part in every])
    return Flows(sku[order], source[order], rank[order], route[order], units[order])
