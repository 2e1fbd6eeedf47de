"""Some SKUs' problem within what all others leave, and its flows among all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.samples import sample_of
from prepos.plan.transport.slices import slices_of


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The problem of some SKUs (J,), the ``rest`` (K,) being the others.

    ``sources`` and ``ranks`` are where its own are among all.
    """

    problem: TransportProblem
    skus: IntArray
    rest: np.ndarray
    sources: IntArray
    ranks: IntArray

    def among_all(self, flows: Flows) -> Flows:
        """Return flows of the part as flows of the whole problem."""
        ranks = np.append(self.ranks, -1)  # no rank stays none
        return Flows(
            self.skus[flows.sku],
            self.sources[flows.source],
            ranks[flows.rank],
            flows.route,
            flows.units,
        )


def part_of(problem: TransportProblem, skus: IntArray, use: FloatArray) -> Part:
    """Return the part of some SKUs, rising, all others taking their rows of ``use`` (K, S)."""
    rest = np.ones(len(problem), dtype=np.bool_)
    rest[skus] = False
    part, sources = sample_of(problem, skus)
    left = problem.limit - use[rest].sum(axis=0)
    part = replace(part, limit=left, purchases=problem.purchases)
    return Part(part, skus, rest, sources, slices_of(problem.ranks.first, skus)[1])
