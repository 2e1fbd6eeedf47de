"""Who serves the orders that stock on its way comes too late for."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose
from scipy.stats import nbinom, poisson

from prepos.plan.relief import NOBODY, find_relief
from tests.instances import Case, forward, lane, make_case, origin


def two_origins(dispersion: float = 0.0, **stock: int) -> Case:
    """Return A, supplied a week late, and two origins that serve its region for 8 and 5."""
    return make_case(
        [origin("DC"), origin("EC"), forward("A")],
        [lane("DC>A", 7, cost_per_unit=1.0), lane("EC>A", 7, cost_per_unit=1.0)],
        {"A": [1.0], "DC": [8.0], "EC": [5.0]},
        {"S": [[3.0], [2.0]]},
        on_hand={(node, "S"): units for node, units in stock.items()},
        dispersion=dispersion,
        shortage_cost=20.0,
    )


@pytest.mark.parametrize(("stock", "cost"), [({"DC": 9}, 8.0), ({"DC": 9, "EC": 1}, 5.0)])
def test_the_cheapest_origin_that_has_some_steps_in(stock: dict[str, int], cost: float) -> None:
    """It saves what falling short costs more, by the chance that five wanted find the stock."""
    case = two_origins(**stock)
    relief = find_relief(case.problem())
    names = [node.node_id for node in case.network.nodes]
    assert names[relief.node[0, 0]] == ("EC" if "EC" in stock else "DC")
    enough = poisson(5.0).cdf(sum(stock.values()))
    assert_allclose(relief.share, [enough])
    assert_allclose(relief.saving, [[enough * (cost - 20.0)]])


def test_nobody_steps_in_who_has_nothing_or_costs_more() -> None:
    """Nor where the plan takes demand as certain: each order then has a unit of its own."""
    nothing = find_relief(two_origins(A=3).problem())
    assert nothing.node.tolist() == [[NOBODY]]
    dear = two_origins(DC=9).with_products(shortage_cost=8.0)
    assert find_relief(dear.problem()).node.tolist() == [[NOBODY]]
    certain = find_relief(two_origins(DC=9).problem(tranches=False))
    assert not certain.saving.any()


def test_catchments_scatter_apart() -> None:
    """All demand has the variance of one catchment's added up; here there is one."""
    relief = find_relief(two_origins(dispersion=0.4, DC=6).problem())
    assert_allclose(relief.share, [nbinom(2.5, 2.5 / 7.5).cdf(6)])


@pytest.mark.parametrize("method", ["exact", "decompose"])
def test_what_comes_late_is_relieved_and_told(method: str) -> None:
    """Orders of the first week are the origin's; cost, fill and distance count them."""
    case = two_origins(DC=30)
    plan = case.plan(method=method)
    kept = plan.allocation
    late = kept.moved & (kept.period == 1)
    assert kept.units[late].sum() > 1
    assert (kept.relieved[late] > 0).all()
    assert not kept.relieved[~late].any()
    served = (kept.expected_use + kept.relieved).sum()
    assert plan.costs.fill_rate == pytest.approx(served / 5.0)
    cost = case.network.service.ship_cost[:, 0]
    paid = kept.expected_use @ cost[kept.node] + 8.0 * kept.relieved.sum()
    assert plan.costs.service_cost == pytest.approx(paid)
    assert plan.costs.total_cost <= plan.nothing.total_cost
