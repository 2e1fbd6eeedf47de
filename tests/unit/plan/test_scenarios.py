"""Demand paths that scatter as told, and the program that sends for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng

from prepos.core.spans import list_spans
from prepos.errors import ConfigError
from prepos.plan.paths import sample_paths
from prepos.plan.scenarios import plan_scenarios
from tests.instances import Case, forward, lane, make_case, one_lane, origin


def sent(case: Case, paths: list, **options: object) -> list[tuple[str, int, int]]:
    """Return (lane, day, units) of what the program sends for paths (S, T) of one SKU."""
    question = case.question(**options)
    shaped = np.array(paths, dtype=np.int64)[:, :, None, None]
    found = plan_scenarios(question, shaped)
    first = np.datetime64(question.outlook.window.cutoff)
    days = (found.ships_on - first).astype(int).tolist()
    lanes = [case.network.lanes[way].lane_id for way in found.lane.tolist()]
    return list(zip(lanes, days, found.quantity.tolist(), strict=True))


@pytest.mark.parametrize("wide", [0.0, 0.6])
def test_paths_scatter_as_every_span_does(wide: float) -> None:
    """Means, and variances of each period and of all sums of periods that follow one another."""
    case = one_lane(20.0, 5, periods=3, dispersion=0.3)
    outlook = case.question().outlook
    spread = np.full_like(outlook.dispersion, 0.3 * (wide or 1.0))
    for span, (first, last) in enumerate(zip(*list_spans(3), strict=True)):
        if first == last:
            spread[span] = 0.3
        elif not wide:
            spread[span] = 0.3 / (last - first + 1)  # periods that have nothing to do with another
    paths = sample_paths(replace(outlook, dispersion=spread), 40_000, default_rng(1))[:, :, 0, 0]
    assert paths.mean(axis=0) == pytest.approx([20.0] * 3, rel=0.02)
    for span, (first, last) in enumerate(zip(*list_spans(3), strict=True)):
        mean = 20.0 * (last - first + 1)
        expected = mean + spread[span, 0, 0] * mean**2
        assert paths[:, first : last + 1].sum(axis=1).var() == pytest.approx(expected, rel=0.05)


def test_certain_demand_is_sent() -> None:
    """One path is what will be: it is met, in the period in which it comes."""
    case = one_lane(3.0, 20, periods=2)
    assert sent(case, [[3, 4]]) == [("DC>A", 0, 3), ("DC>A", 7, 4)]


def test_the_newsvendor_over_equal_paths() -> None:
    """A unit saves 10 - 2 and costs 1 for the lane, 1 + 0.1 if left: one in five must want it."""
    case = one_lane(5.0, 20)
    assert sent(case, [[n] for n in (1, 2, 3, 4, 5)]) == [("DC>A", 0, 4)]
    dear = one_lane(5.0, 20, return_cost=50.0)
    assert sent(dear, [[n] for n in (1, 2, 3, 4, 5)]) == [("DC>A", 0, 1)]


def test_whole_cases_leave_within_room_and_stock() -> None:
    """Cases of four: of 10 units wanted two cases find room, of stock for one case one."""
    case = make_case(
        [origin("DC"), forward("A", inbound_m3=11.0)],
        [lane("DC>A", cost_per_unit=1.0)],
        {"A": [2.0], "DC": [np.inf]},
        {"S": [[10.0]]},
        on_hand={("DC", "S"): 20},
        case_pack=4,
    )
    assert sent(case, [[10]]) == [("DC>A", 0, 8)]
    assert sent(case.with_stock(DC=7), [[10]]) == [("DC>A", 0, 4)]


def test_values_are_what_a_unit_more_would_save() -> None:
    """Three units for five wanted: one more at A saves 10 - 2, one at DC the lane's 1 less."""
    case = one_lane(5.0, 3)
    found = plan_scenarios(case.question(), np.full((2, 1, 1, 1), 5))
    values = dict(zip(case.network.node_axis, found.values[:, 0].tolist(), strict=True))
    assert values == pytest.approx({"A": 8.0, "DC": 7.0})


def test_what_is_too_large_or_ruled_is_refused() -> None:
    """More SKUs than can be solved, and rules that the program does not know."""
    skus = {f"S{k:03d}": [[1.0]] for k in range(101)}
    large = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [1.0], "DC": [np.inf]},
        skus,
        on_hand={("DC", "S000"): 1},
    )
    with pytest.raises(ConfigError, match=r"101 SKUs, expected 100 at most"):
        plan_scenarios(large.question(), np.ones((1, 1, 1, 101), dtype=np.int64))
    ruled = one_lane(1.0, 1).question(("S", "DC", "A", "max", 1.0))
    with pytest.raises(ConfigError, match=r"expected neither"):
        plan_scenarios(ruled, np.ones((1, 1, 1, 1), dtype=np.int64))
