"""The flows of an exact solution: whose units serve which rank, by which route.

The program lets units of all sources come together where they serve; any way to tell them apart
again is as good, so they are told apart in order.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from prepos.core.types import FloatArray
from prepos.plan.transport.batch import NO_RANK, Flows
from prepos.plan.transport.exact import Draft, Place
from prepos.plan.transport.problem import TransportProblem

LEAST = 1e-7  # units: less is the solver's tolerance
WHOLE = 1e-5  # units: what is as near to a whole number is one

Sent = list[tuple[int, int, float]]  # source, route, units
Aside = list[tuple[int, float]]  # rank, units


def read_flows_of(problem: TransportProblem, draft: Draft, values: FloatArray) -> Flows:
    """Return the flows that column values mean, sorted by SKU, source, rank and route.

    Units that stay where they are and serve nobody are not listed.
    """
    sent: dict[Place, Sent] = {}
    aside: dict[Place, Aside] = {}
    for column, place, source, route, each in draft.sent:
        if (units := tidy(values[column] * each)) > 0.0:
            sent.setdefault(place, []).append((source, route, units))
    for column, place, rank in draft.aside:
        if (units := tidy(values[column])) > 0.0:
            aside.setdefault(place, []).append((rank, units))
    rows = []
    for place, coming in sent.items():
        for source, route, rank, units in match(coming, aside.get(place, [])):
            release = problem.sources.release[source]
            if rank != NO_RANK or route != problem.routes.first[release]:
                rows.append((place[0], source, rank, route, units))
    table = np.array(sorted(rows), dtype=np.float64).reshape(-1, 5).T
    whose = table[:4].astype(np.int64)
    return Flows(whose[0], whose[1], whose[2], whose[3], table[4].copy())


def tidy(units: float) -> float:
    """Return units without the solver's tolerance."""
    if units < LEAST:
        return 0.0
    return round(units) if abs(units - round(units)) < WHOLE else float(units)


def match(coming: Sent, wanted: Aside) -> Iterator[tuple[int, int, int, float]]:
    """Yield (source, route, rank, units): units as they come to ranks as they stand, then none."""
    ranks = iter(wanted)
    rank, open_units = next(ranks, (NO_RANK, np.inf))
    for source, route, units in coming:
        left = units
        while left > LEAST:
            taken = min(left, open_units)
            yield source, route, rank, taken
            left, open_units = left - taken, open_units - taken
            if open_units <= LEAST:
                rank, open_units = next(ranks, (NO_RANK, np.inf))
