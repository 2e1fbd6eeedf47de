"""What is counted at a period's end and at the very end."""

from __future__ import annotations

from tests.instances import forward, lane, origin
from tests.replays import make_stretch, run


def stretch(placed=()):
    """Return two weeks; DC and A hold stock of S and T, A serves r1 alone."""
    return make_stretch(
        [origin("DC"), forward("A")],
        [lane("DC>A", 2)],
        {"A": [1.0], "DC": [float("inf")]},
        placed,
        skus=("S", "T"),
        on_hand={("DC", "S"): 9, ("A", "S"): 3, ("A", "T"): 2},
        periods=2,
        holding_cost=[0.5, 2.0],
        return_cost=[3.0, 5.0],
        shortage_cost=[7.0, 11.0],
    )


def test_holding_is_of_forward_nodes_at_each_period_s_end() -> None:
    """3 S and 2 T at A; one S fewer after it is sold; DC's stock costs nothing."""
    replayed = run(stretch([(8, "a", "r1", "S", 1)]))
    assert replayed.amounts["holding_cost"].tolist() == [3 * 0.5 + 2 * 2.0, 2 * 0.5 + 2 * 2.0]


def test_return_is_charged_at_the_end_on_what_was_brought() -> None:
    """4 S brought, 5 sold of 7: 2 are left, both brought; the T that lay there is not returned."""
    replayed = run(stretch([(8, "a", "r1", "S", 5)]), {0: [(0, "DC>A", "S", 4)]})
    assert replayed.amounts["stranded"].tolist() == [0, 2]
    assert replayed.amounts["stranded_cost"].tolist() == [0, 6.0]


def test_what_is_sold_is_no_longer_brought_when_more_comes() -> None:
    """4 brought and all 7 sold on day 3; of 4 brought on day 9 the 4 are left, not 8."""
    lines = {0: [(0, "DC>A", "S", 4)], 7: [(7, "DC>A", "S", 4)]}
    replayed = run(stretch([(3, "a", "r1", "S", 7)]), lines)
    assert replayed.amounts["stranded"].tolist() == [0, 4]


def test_lost_units_cost_what_their_sku_does_in_the_period_of_their_order() -> None:
    """Two S and one T are short in the first week, one T in the second."""
    placed = [(1, "a", "r1", "S", 5), (2, "a", "r1", "T", 3), (8, "b", "r1", "T", 1)]
    replayed = run(stretch(placed))
    assert replayed.amounts["lost"].tolist() == [3, 1]
    assert replayed.amounts["shortage_cost"].tolist() == [2 * 7.0 + 11.0, 11.0]
    assert replayed.amounts["orders"].tolist() == [2, 1]  # one order on two days is two
