"""Some of a problem's SKUs: the slices of arrays that are theirs, laid end to end."""

from __future__ import annotations

import numpy as np

from prepos.core.types import IntArray
from prepos.plan.transport.problem import Goods, Places, Ranks, TransportProblem


def slices_of(first: IntArray, chosen: IntArray) -> tuple[IntArray, IntArray]:
    """Return where the slices of some begin in a new array, and the positions that they hold."""
    length = np.diff(first)[chosen]
    begin = np.append(0, np.cumsum(length))
    position = np.repeat(first[chosen] - begin[:-1], length) + np.arange(begin[-1])
    return begin, position


def take_skus(problem: TransportProblem, skus: IntArray) -> tuple[Ranks, Goods, Places]:
    """Return the demand, goods and places of some SKUs (J,), each as often as it is asked for."""
    first, position = slices_of(problem.ranks.first, skus)
    ranks, places = problem.ranks, problem.places
    if len(places.service) > 1:
        places = places._replace(service=places.service[skus])
    return (
        Ranks(first, ranks.catchment[position], ranks.width[position], ranks.used[position]),
        Goods._make(column[skus] for column in problem.goods),
        places,
    )
