"""The newsvendor: one node, one region, one period; what to send before the demand is known.

The published cases are those of Snyder and Shen (2019), Fundamentals of Supply Chain Theory, second
edition: Example 4.7 (its newsvendor without the fixed cost) and Problem 4.8(a), Poisson demand; the
answers to more digits are those of the package stockpyl by one of the authors. Their overage cost
is our holding cost, their underage cost our shortage cost.
"""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from tests.instances import Case, one_lane

BOOK = [  # holding, shortage, mean, units, expected cost
    pytest.param(1.0, 4.0, 6.0, 8, 3.570106945770946, id="example 4.7"),
    pytest.param(200.0, 270.0, 18.0, 19, 786.0884409351115, id="problem 4.8a"),
]


def free_of(case: Case) -> Case:
    """Return the case without lane and service costs."""
    return case.with_lanes(cost_per_unit=0.0).with_service(0.0)


@pytest.mark.parametrize(("holding", "shortage", "mean", "units", "cost"), BOOK)
def test_book(holding: float, shortage: float, mean: float, units: int, cost: float) -> None:
    """The book's quantity at the book's expected cost."""
    case = one_lane(mean, 100, holding_cost=holding, shortage_cost=shortage, return_cost=0.0)
    plan = free_of(case).plan()
    assert plan.costs.units == units
    assert plan.costs.total_cost == pytest.approx(cost)
    assert plan.nothing.total_cost == pytest.approx(shortage * mean)


def pmf(mean: float, dispersion: float) -> np.ndarray:
    """Return the chance of 0, 1 … 400 units."""
    if dispersion == 0:
        return poisson.pmf(np.arange(401), mean)
    size = 1 / dispersion
    return nbinom.pmf(np.arange(401), size, size / (size + mean))


@pytest.mark.parametrize("mean", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("dispersion", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("shortage", [3.5, 5.0, 12.0])
def test_smallest_stock_above_the_critical_ratio(
    mean: float, dispersion: float, shortage: float
) -> None:
    """With lane 1, service 2, holding .1, return 1: F(n) >= (shortage - 3) / (shortage - 0.9)."""
    chance = pmf(mean, dispersion)
    ratio = (shortage - 2.0 - 1.0) / (shortage - 2.0 + 0.1 + 1.0)
    units = int(np.searchsorted(np.cumsum(chance), ratio))
    sold = chance @ np.minimum(np.arange(401), units)
    cost = units + 2.0 * sold + 1.1 * (units - sold) + shortage * (mean - sold)
    plan = one_lane(mean, 100, dispersion=dispersion, shortage_cost=shortage).plan()
    assert plan.costs.units == units
    assert plan.costs.total_cost == pytest.approx(cost, rel=1e-7)  # chances are float32


@pytest.mark.parametrize("dispersion", [0.0, 0.2])
@pytest.mark.parametrize("mean", [12.0, 50.0, 400.0])
def test_coarse_tranches_stay_near_the_best(mean: float, dispersion: float) -> None:
    """Where tranches are many units wide, the true cost is within 1 % of the newsvendor's."""
    plan = one_lane(mean, 5000, dispersion=dispersion).plan()
    size = 1 / dispersion if dispersion else np.inf
    ranks = np.arange(5001)
    chance = (
        nbinom.pmf(ranks, size, size / (size + mean)) if dispersion else poisson.pmf(ranks, mean)
    )

    def cost(units: float) -> float:
        sold = chance @ np.minimum(ranks, units)
        return units + 2.0 * sold + 1.1 * (units - sold) + 10.0 * (mean - sold)

    best = min(cost(units) for units in range(int(3 * mean)))
    assert cost(plan.costs.units) <= 1.01 * best
