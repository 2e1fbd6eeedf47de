"""What rules on one SKU and way come to."""

import math

import pytest

from prepos.plan import Frozen
from prepos.plan.overrides import Override
from prepos.plan.rules import Rulebook, closed_departures, join_rules
from tests.instances import Case, day, forward, framed, lane, make_case, origin, published


def two_ways() -> Case:
    """Return two SKUs at DC, lanes to A and B."""
    return make_case(
        [origin("DC"), forward("A"), forward("B")],
        [lane("DC>A"), lane("DC>B")],
        {"A": [1.0], "B": [2.0], "DC": [3.0]},
        {"S": [[3.0]], "U": [[3.0]]},
        on_hand={("DC", "S"): 9, ("DC", "U"): 9},
        case_pack=[1, 4],
    )


@pytest.mark.parametrize(
    ("rules", "case_pack", "least", "most"),
    [
        ([("min", 3.0), ("max", 5.0)], 1, 3, 5),
        ([("min", 3.0), ("min", 6.0)], 1, 6, math.inf),
        ([("pin", 4.0), ("forbid", 0.0)], 1, 4, 0),
        ([("min", 3.0), ("max", 9.0)], 4, 4, 8),  # whole cases
        ([("pin", 6.0)], 4, 8, 4),  # no number of cases is six
    ],
)
def test_rules_are_joined(
    rules: list[tuple[str, float]], case_pack: int, least: int, most: float
) -> None:
    """The most that any asks for, the least that any allows."""
    given = tuple(
        Override(sku="S", origin="DC", destination="A", rule=rule, quantity=quantity)
        for rule, quantity in rules
    )
    bound = join_rules(given, case_pack)
    assert (bound.least, bound.most) == (least, most)


@pytest.mark.parametrize(
    ("rule", "quantity", "least", "most"),
    [("min", 3.0, 8, math.inf), ("max", 9.0, 0, 8), ("max", 7.0, 0, 0), ("pin", 12.0, 12, 12)],
)
def test_rules_come_to_a_lot_or_nothing(
    rule: str, quantity: float, least: int, most: float
) -> None:
    """In cases of four a departure takes eight or more, or none."""
    given = Override(sku="S", origin="DC", destination="A", rule=rule, quantity=quantity)
    bound = join_rules((given,), 4, lot=8)
    assert (bound.least, bound.most) == (least, most)


def test_rules_for_all_are_rules_for_each() -> None:
    """A rule for `*` names the SKU that it is read for; the other one has its own beside it."""
    problem = two_ways().problem(("*", "DC", "A", "max", 6.0), ("U", "DC", "A", "min", 3.0))
    book, (dc, a) = Rulebook(problem), (2, 0)
    assert book.skus() == [0, 1]
    assert [(b.least, b.most) for b in book.bounds(0).values()] == [(0, 6)]
    (bound,) = book.bounds(1).values()
    assert list(book.bounds(1)) == [(dc, a)]
    assert (bound.least, bound.most) == (4, 4)
    assert {rule.sku for rule in bound.rules} == {"U"}


def test_what_is_closed_to_all_is_no_rule_for_each() -> None:
    """A lane forbidden to all is closed; only the other SKU has a rule of its own."""
    problem = two_ways().problem(("*", "DC", "A", "forbid", 0.0), ("U", "DC", "B", "max", 4.0))
    frame = framed(problem)
    assert Rulebook(problem).skus() == [1]
    closed = closed_departures(problem, frame)
    assert (closed == (frame.destination == 0)).all()
    assert closed.any()


def test_frozen_days_are_closed() -> None:
    """Before the frozen day nothing is decided on."""
    frozen = Frozen(before=day(3), transfers=(published("S", 2, "DC>A", ships=2),))
    problem = two_ways().problem(frozen=frozen)
    frame = framed(problem)
    expected = [departure.ship_date < day(3) for departure in problem.departures]
    assert closed_departures(problem, frame).tolist() == expected
    assert len(expected) == 3


def test_broken_rules_say_by_how_much() -> None:
    """Missing and over, each rule by itself; what contradicts it stands beside."""
    bound = join_rules(
        (
            Override(sku="S", origin="DC", destination="A", rule="min", quantity=7.0),
            Override(sku="S", origin="DC", destination="A", rule="max", quantity=5.0),
        ),
        1,
    )
    missing = "override min: S DC -> A 7 units: 2 units missing"
    assert bound.broken(5.0) == [(2.0, f"{missing} beside override max: S DC -> A 5 units")]
    assert bound.broken(7.0) == [(2.0, "override max: S DC -> A 5 units: 2 units over")]
