"""Oracle's documented rebalancing example: two places have too much, three too little.

Excess M1 12, M2 6; shortage M3 9, M4 1, M5 7. The documented answer moves M2 -> M3 6, M1 -> M3 3,
M1 -> M5 7, M1 -> M4 1. A shortage is said as room for so many units where many more are wanted.
"""

import numpy as np
import pytest

from tests.instances import forward, lane, make_case, moved

EXCESS = {"M1": 12, "M2": 6}
SHORTAGE = {"M3": 9, "M4": 1, "M5": 7}
DOCUMENTED = {("M2", "M3"): 6, ("M1", "M3"): 3, ("M1", "M5"): 7, ("M1", "M4"): 1}
WAYS = [(start, end) for start in EXCESS for end in SHORTAGE]
COSTS = [  # per unit, by way: all alike, by distance on a line, and three that tempt elsewhere
    [1.0] * 6,
    [2.0, 3.0, 4.0, 1.0, 2.0, 3.0],
    *np.random.default_rng(5).uniform(0.5, 3.0, (3, 6)).round(2).tolist(),
]


@pytest.mark.parametrize("method", ["exact", "decompose"])
@pytest.mark.parametrize("costs", COSTS, ids=str)
def test_every_shortage_is_filled_at_no_higher_cost(costs: list[float], method: str) -> None:
    """All 17 units arrive, none leaves that is not in excess, and it costs no more."""
    price = dict(zip(WAYS, costs, strict=True))
    own = {name: [np.inf] * 3 for name in EXCESS}
    own |= {name: [0.0 if i == j else np.inf for j in range(3)] for i, name in enumerate(SHORTAGE)}
    plan = make_case(
        [
            *(forward(name) for name in EXCESS),
            *(forward(name, storage_m3=float(units)) for name, units in SHORTAGE.items()),
        ],
        [lane(f"{a}>{b}", cost_per_unit=cost) for (a, b), cost in price.items()],
        own,
        {"S": [[20.0 * units for units in SHORTAGE.values()]]},
        on_hand={(name, "S"): units for name, units in EXCESS.items()},
        shortage_cost=100.0,
    ).plan(method=method)
    units = {(a, b): quantity for (_, a, b), quantity in moved(plan).items()}
    for name, missing in SHORTAGE.items():
        assert sum(q for way, q in units.items() if way[1] == name) == missing
    for name, excess in EXCESS.items():
        assert sum(q for way, q in units.items() if way[0] == name) <= excess
    documented = sum(q * price[way] for way, q in DOCUMENTED.items())
    assert plan.costs.transport_cost <= documented + 1e-9
