"""The planner's rules as terms of lots, beside programs in which every rule is a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.errors import InfeasibleError
from prepos.plan.problem import Problem
from prepos.plan.rules import broken_rules
from prepos.plan.transport.lots import Lot, claim
from tests.instances import Case, forward, framed, lane, make_case, one_lane, origin, random_case
from tests.unit.plan.transport.programs import relaxed_cost
from tests.unit.plan.transport.rulings import as_lots, decide, exact_cost, ruled_cost

RULES = ("forbid", "pin", "max", "min")


def ruled_problem(seed: int, *, receipts: bool) -> Problem:
    """Return a random case of single units with hubs, limits, and one or two rules a SKU."""
    rng = np.random.default_rng(seed)
    periods = 1 + seed % 2
    case = random_case(rng, skus=4, forwards=3, limits=True, hubs=True, periods=periods)
    on_hand = case.stock.on_hand + rng.integers(2, 8, case.stock.on_hand.shape)
    case = replace(case, stock=replace(case.stock, on_hand=on_hand)).with_nodes(storage_m3=400.0)
    case = case.with_products(case_pack=1)
    if not receipts:
        case = replace(case, stock=replace(case.stock, receipts=()))
    ways = [(way.origin, way.destination) for way in case.network.lanes]
    skus = [*case.products.skus, "*"]
    rules = [
        (str(rng.choice(skus)), *ways[rng.integers(len(ways))], str(rng.choice(RULES)), units)
        for units in rng.integers(0, 3, 4).astype(float)
    ]
    return case.problem(*rules)


@pytest.mark.parametrize("seed", range(9))
def test_rules_cost_what_their_rows_cost(seed: int) -> None:
    """Where all stock lies there now, lots allow just what the rules do."""
    problem = ruled_problem(seed, receipts=False)
    expected = ruled_cost(problem)
    try:
        frame, transport = framed(problem), as_lots(problem)
    except InfeasibleError:
        assert expected == np.inf
        return
    found = relaxed_cost(transport.problem, "highs")
    if expected == np.inf:
        plain = relaxed_cost(as_lots(replace(problem, overrides=())).problem, "highs")
        assert found > plain + frame.rule_penalty / 1000
    else:
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("seed", range(9))
def test_both_ways_keep_the_rules(seed: int) -> None:
    """Bound <= exact <= chosen; what is chosen keeps every rule; rows alone never cost more."""
    problem = ruled_problem(seed, receipts=True)
    least = ruled_cost(problem)
    try:
        frame, transport = framed(problem), as_lots(problem)
    except InfeasibleError:
        return
    exact = exact_cost(transport)
    if least == np.inf:
        return
    found = decide(transport)
    tolerance = 1e-5 * abs(exact) + 1e-5
    assert least <= exact + tolerance
    assert found.bound <= exact + tolerance
    assert broken_rules(problem, frame, found.moves) == []
    if found.keeps_limits:
        assert exact <= found.cost + tolerance


@pytest.mark.parametrize(
    ("rule", "quantity", "units"),
    [("forbid", 0, 0), ("pin", 2, 2), ("max", 1, 1), ("min", 8, 8), ("pin", 9, 9)],
)
@pytest.mark.parametrize("wanted", [0.0, 3.0])
def test_each_rule(rule: str, quantity: float, units: int, wanted: float) -> None:
    """Forbid, pin, at most, at least; what nobody wants is moved all the same."""
    case = one_lane(wanted, 9)
    problem = case.problem(("S", "DC", "A", rule, quantity))
    transport = as_lots(problem)
    found = decide(transport)
    asked = rule in ("pin", "min")
    assert found.moves.units.sum() == (units if wanted or asked else 0)
    exact = exact_cost(transport)
    assert found.cost == pytest.approx(exact)
    assert exact < 100.0  # the bonus is not in it


def test_star_means_each() -> None:
    """A rule for `*` holds for every SKU by itself; one that forbids closes the lane."""
    case = two_skus()
    for rule, expected in ((("max", 2.0), [2, 2]), (("pin", 4.0), [4, 4]), (("forbid", 0.0), [])):
        problem = case.problem(("*", "DC", "A", *rule))
        assert decide(as_lots(problem)).moves.units.tolist() == expected


def two_skus() -> Case:
    """Return two SKUs at DC that A wants."""
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [1.0], "DC": [np.inf]},
        {"S": [[3.0]], "U": [[3.0]]},
        on_hand={("DC", "S"): 9, ("DC", "U"): 9},
    )


def fork(stock: int, *, case_pack: int = 1, receipts: int = 0) -> Case:
    """Return stock at DC, and receipts on the next day, for A and B that want six each."""
    return make_case(
        [origin("DC"), forward("A"), forward("B")],
        [lane("DC>A", cost_per_unit=1.0), lane("DC>B", cost_per_unit=1.2)],
        {"A": [1.0, np.inf], "B": [np.inf, 1.0], "DC": [np.inf, np.inf]},
        {"S": [[6.0, 6.0], [0.0, 6.0]]},
        on_hand={("DC", "S"): stock},
        receipts=[(1, "DC", "S", receipts)] if receipts else [],
        case_pack=case_pack,
    )


@pytest.mark.parametrize(
    ("rules", "units"),
    [
        ((("A", "pin", 3), ("B", "pin", 4)), (3, 4)),
        ((("A", "max", 2), ("B", "max", 5)), (2, 5)),
        ((("A", "min", 7), ("B", "max", 1)), (8, 1)),
        ((("A", "min", 2), ("A", "max", 3), ("B", "forbid", 0)), (3, 0)),
        ((("A", "pin", 1), ("B", "min", 9)), (1, 11)),
    ],
)
def test_rules_at_one_origin_stand_together(
    rules: tuple[tuple[str, str, float], ...], units: tuple[int, int]
) -> None:
    """Each speaks of units of its own."""
    case = fork(12)
    problem = case.problem(*(("S", "DC", *rule) for rule in rules))
    frame, transport = framed(problem), as_lots(problem)
    moves = decide(transport).moves
    names = np.array(list(problem.network.node_axis))[frame.destination[moves.departure]]
    moved = [moves.units[names == name].sum() for name in ("A", "B")]
    assert broken_rules(problem, frame, moves) == []
    assert moved == list(units)


def test_pinned_units_come_with_receipts() -> None:
    """What is on hand is pinned first, then what comes."""
    case = fork(3, receipts=5)
    problem = case.problem(("S", "DC", "B", "pin", 6.0))
    frame, transport = framed(problem), as_lots(problem)
    moves = decide(transport).moves
    to_b = frame.destination[moves.departure] == problem.network.node_axis.position("B")
    assert moves.units[to_b].sum() == 6
    assert (
        np.bincount(transport.problem.sources.release, transport.problem.sources.units).sum() == 8
    )


@pytest.mark.parametrize(
    ("case", "rules", "words"),
    [
        (  # more than lies there
            one_lane(3.0, 9),
            [("S", "DC", "A", "min", 12.0)],
            r"override min: S DC -> A 12 units: 3 units missing$",
        ),
        (  # no lane
            one_lane(3.0, 9),
            [("S", "A", "DC", "pin", 2.0)],
            r"override pin: S A -> DC 2 units: 2 units missing$",
        ),
        (  # contradiction: both are named
            one_lane(3.0, 9),
            [("S", "DC", "A", "pin", 5.0), ("S", "DC", "A", "max", 3.0)],
            r"pin: S DC -> A 5 units: 2 units missing beside override max: S DC -> A 3 units",
        ),
        (  # no whole number of cases
            one_lane(3.0, 15, case_pack=5),
            [("S", "DC", "A", "pin", 7.0)],
            r"override pin: S DC -> A 7 units: 2 units missing$",
        ),
        (  # a rule for all names the SKU that has too little
            two_skus().with_stock(DC=4),
            [("*", "DC", "A", "min", 5.0)],
            r"min: S DC -> A 5 units: 1 units missing",
        ),
        (  # together more than lies there
            fork(9),
            [("S", "DC", "A", "pin", 5.0), ("S", "DC", "B", "pin", 6.0)],
            r"override pin: S DC -> B 6 units: 2 units missing$",
        ),
        (  # forbidden to all, asked of one
            one_lane(3.0, 9),
            [("*", "DC", "A", "forbid", 0.0), ("S", "DC", "A", "pin", 2.0)],
            r"pin: S DC -> A 2 units: 2 units missing beside override forbid: S DC -> A 0 units",
        ),
    ],
)
def test_what_cannot_be_kept_is_named(
    case: Case, rules: list[tuple[str, str, str, str, float]], words: str
) -> None:
    """The message names the rule and the units missing."""
    with pytest.raises(InfeasibleError, match=words):
        as_lots(case.problem(*rules))


def test_a_limit_in_the_way_of_a_rule_is_told_by_what_is_moves() -> None:
    """Where a shared row holds a pin back, the check of what is moves names it."""
    case = one_lane(3.0, 9).with_nodes(inbound_m3=4.0)
    problem = case.problem(("S", "DC", "A", "pin", 6.0))
    frame, transport = framed(problem), as_lots(problem)
    assert exact_cost(transport) > 1e3
    free = one_lane(3.0, 9)
    empty = decide(as_lots(free.problem())).moves
    ((units, words),) = broken_rules(problem, frame, replace(empty, units=np.array([4])))
    assert units == 2.0
    assert words == "override pin: S DC -> A 6 units: 2 units missing"
    ((units, words),) = broken_rules(problem, frame, replace(empty, units=np.array([7])))
    assert words == "override pin: S DC -> A 6 units: 1 units over"


def test_stock_that_passes_through_does_not_take_a_lane_under_a_rule() -> None:
    """DC > HUB > END: a rule on HUB > END speaks of what lies at HUB."""
    case = make_case(
        [origin("DC"), forward("END"), forward("HUB")],
        [lane("DC>HUB", 1, cost_per_unit=0.1), lane("HUB>END", 1, cost_per_unit=0.1)],
        {"DC": [np.inf], "END": [1.0], "HUB": [np.inf]},
        {"S": [[0.0], [4.0]]},
        on_hand={("DC", "S"): 20, ("HUB", "S"): 3},
    )
    for rules, units in (((), True), ((("S", "HUB", "END", "max", 2.0),), False)):
        problem = case.problem(*rules)
        frame, transport = framed(problem), as_lots(problem)
        moves = decide(transport).moves
        to_end = frame.destination[moves.departure] == 1
        assert (moves.units[to_end].sum() > 3) == units
        assert moves.units[to_end].sum() in (2, *range(4, 12))


def test_claim_divides_whole_cases() -> None:
    """Of twelve units in cases of five five are marked; four of another lot make no case."""
    lots = [Lot(0, 12), Lot(1, 4)]
    marked: list[Lot] = []
    lacking = claim(lots, list(lots), 9, 5, marked.append)
    assert lacking == 4
    assert [(lot.release, lot.units) for lot in lots] == [(0, 5), (0, 7), (1, 4)]
    assert marked == lots[:1]


def test_claim_marks_no_fewer_than_can_move() -> None:
    """Three of the first lot are too few for a minimum of five: the second one gives them all."""
    lots = [Lot(0, 3), Lot(1, 9)]
    marked: list[Lot] = []
    lacking = claim(lots, list(lots), 6, 1, marked.append, 5)
    assert lacking == 0
    assert [(lot.release, lot.units) for lot in lots] == [(0, 3), (1, 6), (1, 3)]
    assert marked == [lots[1]]
