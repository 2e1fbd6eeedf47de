"""What units serve that are left at origins."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose
from scipy.stats import poisson

from prepos.plan.relief import chance_to_suffice
from prepos.plan.spare import SERVES, find_spare
from tests.instances import Case, forward, lane, make_case, origin


def two_catchments(dear: float = 8.0, **stock: int) -> Case:
    """Return A and B, which want 3 and 1 of S; DC serves them for 6 and ``dear``; 20 is lost."""
    return make_case(
        [origin("DC"), forward("A"), forward("B")],
        [lane("DC>A", 0, cost_per_unit=2.5), lane("DC>B", 0, cost_per_unit=2.5)],
        {"A": [1.0, 3.0], "B": [3.0, 1.0], "DC": [6.0, dear]},
        {"S": [[3.0, 1.0]]},
        on_hand={(node, "S"): units for node, units in stock.items()},
        shortage_cost=20.0,
    )


def test_it_serves_the_others_where_all_stock_falls_short() -> None:
    """A has three quarters of the demand; a unit was put aside for B with a quarter's chance."""
    problem = two_catchments(DC=3).problem()
    enough = chance_to_suffice(problem)
    assert_allclose(enough, [poisson(4.0).cdf(3)])
    spare = find_spare(problem, enough)
    dc = [node.node_id for node in problem.network.nodes].index("DC")
    part = 2 * 0.75 * 0.25
    assert_allclose(spare.units[dc], SERVES * (1.0 - enough) * part)
    assert_allclose(spare.cost[dc], [7.0])
    assert_allclose(spare.saving(problem.products.shortage_cost)[dc], spare.units[dc] * -13.0)
    assert spare.units.sum() == spare.units[dc].sum()


def test_it_serves_nobody_who_is_dear_or_alone() -> None:
    """Nor anybody where demand is taken as certain: each order then has a unit of its own."""
    dear = two_catchments(dear=21.0, DC=3).problem()
    spare = find_spare(dear, chance_to_suffice(dear))
    assert_allclose(spare.units.sum(), SERVES * poisson(4.0).sf(3) * 0.75 * 0.25)
    assert_allclose(spare.cost.sum(), 6.0)
    certain = two_catchments(DC=3).problem(tranches=False)
    assert not find_spare(certain, chance_to_suffice(certain)).units.any()
    alone = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", 0)],
        {"A": [1.0], "DC": [6.0]},
        {"S": [[3.0]]},
        on_hand={("DC", "S"): 1},
        shortage_cost=20.0,
    ).problem()
    assert not find_spare(alone, chance_to_suffice(alone)).units.any()


@pytest.mark.parametrize("method", ["exact", "decompose"])
def test_what_is_left_is_told(method: str) -> None:
    """Fill, service and shortage count what is left at the origin; its value tells it too."""
    case = two_catchments(DC=3, A=1)
    plan, problem = case.plan(method=method), case.problem()
    spare = find_spare(problem, chance_to_suffice(problem))
    dc = [node.node_id for node in problem.network.nodes].index("DC")
    besides = float(spare.units[dc, 0] * plan.targets.closing[-1, dc, 0])
    assert besides > 0
    served = float(plan.allocation.expected_use.sum()) + besides
    assert plan.costs.fill_rate == pytest.approx(served / 4.0)
    assert plan.costs.shortage_cost == pytest.approx(20.0 * (4.0 - served))
    assert plan.values[dc, 0] >= -spare.saving(problem.products.shortage_cost)[dc, 0]
    assert plan.bound <= plan.costs.total_cost + 1e-9


def test_what_is_scarce_is_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer units move than where nothing is thought of who else falls short."""
    case = two_catchments(dear=6.0, DC=4)

    def moved() -> int:
        return sum(line.quantity for line in case.plan().transfers)

    kept = moved()
    monkeypatch.setattr("prepos.plan.spare.SERVES", 0.0)
    assert kept < moved()
