"""Neighbours by the map, or by the customers that regions share."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.signals.evidence import gather
from prepos.signals.options import SignalOptions
from tests.unit.forecast.snapshots import Line, make_snapshot

SHARED = SignalOptions(neighbours="customers")


def lines() -> list[Line]:
    """Return three customers in a and b, one in a and c, and one who stays in c."""
    walks = {"u": "ab", "v": "ab", "w": "ba", "x": "ac", "y": "cc"}
    return [
        Line(f"{who}{turn}", who, region, "s", -20.0 + 7.0 * turn)
        for who, regions in walks.items()
        for turn, region in enumerate(regions)
    ]


def test_regions_that_share_customers_are_neighbours() -> None:
    """Of a's four shared customers three are b's and one is c's; nobody is its own neighbour."""
    weights = gather(make_snapshot(lines()), SHARED).neighbours.toarray()
    assert weights == pytest.approx(np.array([[0, 0.75, 0.25], [1, 0, 0], [1, 0, 0]]))


def test_earlier_origins_do_not_know_of_later_visits() -> None:
    """Before the second week nobody had been anywhere else."""
    evidence = gather(make_snapshot(lines()), SHARED, backs=(2,))
    assert evidence.at(2).neighbours.nnz == 0
    assert evidence.neighbours.nnz == 4


def test_customers_who_did_not_agree_tie_nothing() -> None:
    """Without consent no region is near by its customers."""
    assert gather(make_snapshot(lines(), consented=False), SHARED).neighbours.nnz == 0


def test_the_map_is_used_unless_told_otherwise() -> None:
    """The network's weights, each row summing to 1."""
    snapshot = make_snapshot(lines(), neighbours=[("a", "b", 3.0), ("a", "c", 1.0)])
    weights = gather(snapshot, SignalOptions()).neighbours.toarray()
    assert weights == pytest.approx(np.array([[0, 0.75, 0.25], [0, 0, 0], [0, 0, 0]]))
