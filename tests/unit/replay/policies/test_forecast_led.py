"""The policies that go by a forecast: newsvendor and base stock."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from prepos.errors import ConfigError
from prepos.replay.policies import BaseStock, Newsvendor
from tests.instances import Case, forward, lane, make_case, one_lane, origin
from tests.policies import look_at, sent


def served_by_dc(mean: float, stock: int = 1000, **columns: float) -> Case:
    """Return A beside r1, which DC can serve at 5 against A's 2; the lane costs 1."""
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", cost_per_unit=1.0)],
        {"A": [2.0], "DC": [5.0]},
        {"S": [[mean]]},
        on_hand={("DC", "S"): stock},
        **columns,
    )


def newsvendor(case: Case) -> dict[tuple[str, str], int]:
    """Return what the newsvendor sends."""
    return sent(case, Newsvendor(look=look_at(case)))


def base_stock(case: Case, quantile: float = 0.8) -> dict[tuple[str, str], int]:
    """Return what a base stock sends."""
    return sent(case, BaseStock(look=look_at(case), quantile=quantile))


def test_newsvendor_saves_dearer_service() -> None:
    """3 saved, 1 for the lane, 1.1 if left over: the ratio is 2 / 4.1."""
    units = int(poisson.ppf(2 / 4.1, 7.3))
    assert newsvendor(served_by_dc(7.3)) == {("DC>A", "S"): units}


def test_newsvendor_saves_a_shortage_where_no_origin_can_serve() -> None:
    """8 saved, 1 for the lane, 1.1 if left over: 7 / 9.1, negative binomial."""
    units = int(nbinom.ppf(7 / 9.1, 1 / 0.3, 1 / (1 + 0.3 * 7.3)))
    assert newsvendor(one_lane(7.3, 1000, dispersion=0.3)) == {("DC>A", "S"): units}


def test_newsvendor_holds_over_the_whole_window() -> None:
    """Two days of transit: a window of two weeks, and two weeks' holding if left over."""
    case = one_lane(3.0, 1000, periods=2, holding_cost=2.0).with_lanes(lead_time_days=2)
    units = int(poisson.ppf(7 / (8 + 2 * 2.0 + 1.0), 6.0))
    assert newsvendor(case) == {("DC>A", "S"): units}


def test_newsvendor_stays_where_the_way_costs_what_it_saves() -> None:
    """3 saved, 3 for the lane: nothing, whatever is wanted."""
    assert newsvendor(served_by_dc(100.0).with_lanes(cost_per_unit=3.0)) == {}


def test_newsvendor_keeps_what_an_origins_own_regions_will_want() -> None:
    """Of 10 units the 6 that r2 will order from DC stay."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [1.0, 9.0], "DC": [5.0, 1.0]},
        {"S": [[50.0, 6.0]]},
        on_hand={("DC", "S"): 10},
    )
    assert newsvendor(case) == {("DC>A", "S"): 4}


def test_base_stock_raises_the_position_to_its_quantile() -> None:
    """What lies there, what came late and what is under way count; what comes after does not."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [2.0], "DC": [5.0]},
        {"S": [[20.0]]},
        on_hand={("DC", "S"): 1000, ("A", "S"): 3},
        receipts=[(-2, "A", "S", 2), (4, "A", "S", 5), (7, "A", "S", 100)],
        dispersion=0.2,
    )
    level = int(nbinom.ppf(0.8, 5.0, 5.0 / 25.0))
    assert base_stock(case) == {("DC>A", "S"): level - 10}


def test_base_stock_takes_any_quantile() -> None:
    """Half, and nearly all."""
    for quantile in (0.5, 0.99):
        units = int(poisson.ppf(quantile, 7.3))
        assert base_stock(served_by_dc(7.3), quantile) == {("DC>A", "S"): units}


def test_position_above_its_level_sends_nothing() -> None:
    """Nor does it take back."""
    case = served_by_dc(7.3).with_stock(A=50)
    assert base_stock(case) == newsvendor(case) == {}


def test_a_node_covers_all_its_catchments() -> None:
    """Two catchments of A, as r2 can be served by A alone: their variances add up."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [2.0, 2.0], "DC": [5.0, np.inf]},
        {"S": [[10.0, 30.0]]},
        on_hand={("DC", "S"): 1000},
        dispersion=0.4,
    )
    spread = 0.4 * (10**2 + 30**2) / 40**2
    units = int(nbinom.ppf(0.8, 1 / spread, 1 / (1 + spread * 40)))
    assert base_stock(case) == {("DC>A", "S"): units}


def test_a_region_that_nobody_serves_is_left_out() -> None:
    """Its demand calls for nothing."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [2.0, np.inf], "DC": [5.0, np.inf]},
        {"S": [[7.3, 500.0]]},
        on_hand={("DC", "S"): 1000},
    )
    assert base_stock(case) == {("DC>A", "S"): int(poisson.ppf(0.8, 7.3))}


@pytest.mark.parametrize("quantile", [0.0, 1.0, -1.0, float("nan")])
def test_a_quantile_is_a_chance(quantile: float) -> None:
    """Refused by name and value."""
    with pytest.raises(ConfigError, match=rf"quantile is {quantile}, expected above 0"):
        BaseStock(look=look_at(served_by_dc(1.0)), quantile=quantile)


def test_no_stock_sends_nothing() -> None:
    """And no demand neither."""
    for ask in (newsvendor, base_stock):
        assert ask(served_by_dc(7.3, 0)) == {}
        assert ask(served_by_dc(0.0)) == {}
