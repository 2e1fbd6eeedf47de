"""PuLP's beer distribution problem, in the words of our tables.

Two breweries send to five bars; the cheapest way to bring every bar its demand costs 8600. Source:
PuLP documentation, "A Transportation Problem"; examples/BeerDistributionProblem.py.

Demand there is certain, ours is a distribution. The way to say "exactly so many": each bar's
cellar (``storage_m3``, a crate taking one m3) holds what the bar wants, and its guests would drink
ten times that, so that every crate is surely used and a missing one costs more than any transport.
"""

import pytest

from tests.instances import Case, forward, lane, make_case, moved, origin

SUPPLY = {"A": 1000, "B": 4000}
DEMAND = {"1": 500, "2": 900, "3": 1800, "4": 200, "5": 700}
COSTS = {"A": (2, 4, 5, 2, 1), "B": (3, 1, 3, 2, 3)}
OPTIMUM = 8600.0
NOBODY = float("inf")


def beer() -> Case:
    """Return the case; bar i's region is r(i)."""
    breweries = [origin(brewery) for brewery in SUPPLY]
    bars = [forward(bar, storage_m3=float(crates)) for bar, crates in DEMAND.items()]
    ways = [
        lane(f"{brewery}>{bar}", cost_per_unit=float(cost))
        for brewery, costs in COSTS.items()
        for bar, cost in zip(DEMAND, costs, strict=True)
    ]
    own = {bar: [0.0 if i == j else NOBODY for j in range(5)] for i, bar in enumerate(DEMAND)}
    return make_case(
        [*breweries, *bars],
        ways,
        {**own, **{brewery: [NOBODY] * 5 for brewery in SUPPLY}},
        {"beer": [[10.0 * crates for crates in DEMAND.values()]]},
        on_hand={(brewery, "beer"): crates for brewery, crates in SUPPLY.items()},
        shortage_cost=1000.0,
    )


@pytest.mark.parametrize(
    "way",
    [
        {"method": "exact"},
        {"method": "exact", "solver": "cbc"},
        {"method": "decompose"},
        {"method": "decompose", "solver": "cbc"},
    ],
    ids=str,
)
def test_beer_is_brought_at_the_least_cost(way: dict[str, str]) -> None:
    """Every bar gets its demand, no brewery sends more than it has, and it costs 8600."""
    plan = beer().plan(**way)
    crates = moved(plan)
    for i, bar in enumerate(DEMAND):
        assert sum(units for key, units in crates.items() if key[2] == bar) == DEMAND[bar], i
    for brewery in SUPPLY:
        sent = sum(units for key, units in crates.items() if key[1] == brewery)
        assert sent <= SUPPLY[brewery]
    assert plan.costs.transport_cost == pytest.approx(OPTIMUM)
