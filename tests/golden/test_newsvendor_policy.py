"""The newsvendor as a policy of the replay, against the book.

Snyder and Shen (2019), Fundamentals of Supply Chain Theory, second edition: Example 4.7 (its
newsvendor without the fixed cost) and Problem 4.8(a), Poisson demand. Their overage cost is our
holding cost, their underage cost our shortage cost.
"""

import pytest

from prepos.replay.policies import Newsvendor
from tests.instances import one_lane
from tests.policies import look_at, sent

BOOK = [  # holding, shortage, mean, units
    pytest.param(1.0, 4.0, 6.0, 8, id="example 4.7"),
    pytest.param(200.0, 270.0, 18.0, 19, id="problem 4.8a"),
]


@pytest.mark.parametrize(("holding", "shortage", "mean", "units"), BOOK)
@pytest.mark.parametrize("lying", [0, 3])
def test_book(holding: float, shortage: float, mean: float, units: int, lying: int) -> None:
    """The book's quantity, less what lies there."""
    case = one_lane(mean, 100, holding_cost=holding, shortage_cost=shortage, return_cost=0.0)
    case = case.with_lanes(cost_per_unit=0.0).with_service(0.0).with_stock(A=lying)
    assert sent(case, Newsvendor(look=look_at(case))) == {("DC>A", "S"): units - lying}
