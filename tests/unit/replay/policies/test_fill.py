"""From levels to what is sent: stock, room, case packs, lots, lanes and their days."""

from datetime import timedelta

import pytest

from prepos.replay.policies import POLICIES, BaseStock, Nearest, Proportional
from tests.instances import START, Case, forward, lane, make_case, origin
from tests.policies import every_week, look_at, policy_for, sent, ship_days

NODES = [origin("DC"), forward("A"), forward("B")]


def shop(*lanes: object, stock: int = 1000, weeks: int = 1, **columns: object) -> Case:
    """Return a case in which r1 is near A and DC holds S and T, T twice as dear when short."""
    return make_case(
        [origin("DC"), forward("A")],
        list(lanes) or [lane("DC>A")],
        {"A": [1], "DC": [float("inf")]},
        {"S": [[1]] * weeks, "T": [[1]] * weeks},
        on_hand={("DC", "S"): stock, ("DC", "T"): stock},
        **{"shortage_cost": [5.0, 10.0], **columns},
    )


BOTH = every_week("r1", "S", 10) + every_week("r1", "T", 10)
PUSH = Nearest(window=1)


def test_room_is_filled_to_the_last_case() -> None:
    """7 m3 of room: 2 cases of 3 m3 of the dearer, and 1 of 1 m3 in the rest."""
    case = shop(unit_volume_m3=[1.0, 3.0], shortage_cost=[1.5, 100.0])
    for limit in ("storage_m3", "inbound_m3"):
        assert sent(case.with_nodes(**{limit: 7.0}), PUSH, BOTH) == {
            ("DC>A", "S"): 1,
            ("DC>A", "T"): 2,
        }


def test_scarce_room_goes_to_what_saves_most_for_it() -> None:
    """15 m3 for 10 and 10 units: T saves more than twice what S does, and gets all it wants."""
    case = shop().with_nodes(inbound_m3=15.0)
    assert sent(case, PUSH, BOTH) == {("DC>A", "S"): 5, ("DC>A", "T"): 10}


def test_later_units_save_less() -> None:
    """T saves 9 and S 8 a unit, but the last of either is used half as often as the first."""
    got = sent(shop(shortage_cost=[9.0, 10.0]).with_nodes(inbound_m3=10.0), PUSH, BOTH)
    assert sum(got.values()) == 10
    assert got["DC>A", "T"] >= got["DC>A", "S"] > 0


def test_storage_is_what_the_position_leaves() -> None:
    """20 m3, of which 4 lie there and 5 are on the way."""
    case = make_case(
        [origin("DC"), forward("A", storage_m3=20.0)],
        [lane("DC>A")],
        {"A": [1], "DC": [9]},
        {"S": [[1]]},
        on_hand={("DC", "S"): 1000, ("A", "S"): 4},
        receipts=[(3, "A", "S", 5)],
    )
    assert sent(case, PUSH, every_week("r1", "S", 100)) == {("DC>A", "S"): 11}


def test_inbound_is_what_receipts_of_the_period_leave() -> None:
    """20 m3 a week; what lies there takes none, what comes this week takes 5, late stock none."""
    case = make_case(
        [origin("DC"), forward("A", inbound_m3=20.0)],
        [lane("DC>A")],
        {"A": [1], "DC": [9]},
        {"S": [[1]]},
        on_hand={("DC", "S"): 1000, ("A", "S"): 4},
        receipts=[(-1, "A", "S", 3), (3, "A", "S", 5)],
    )
    assert sent(case, PUSH, every_week("r1", "S", 100)) == {("DC>A", "S"): 15}


def test_room_beyond_its_limit_is_no_room() -> None:
    """More lies there than storage holds: nothing comes, nothing breaks."""
    case = shop().with_stock(A=50).with_nodes(storage_m3=20.0)
    assert sent(case, Nearest(window=1), every_week("r1", "S", 100)) == {}


def test_outbound_is_shared_by_all_an_origin_sends() -> None:
    """8 m3 may leave DC: as much for A as for B, who want alike."""
    case = make_case(
        [origin("DC", outbound_m3=8.0), forward("A"), forward("B")],
        [lane("DC>A"), lane("DC>B")],
        {"A": [1, 2], "B": [2, 1], "DC": [9, 9]},
        {"S": [[1, 1]]},
        on_hand={("DC", "S"): 1000},
    )
    lines = every_week("r1", "S", 10) + every_week("r2", "S", 10)
    assert sent(case, PUSH, lines) == {("DC>A", "S"): 4, ("DC>B", "S"): 4}


def test_whole_case_packs_to_the_nearest() -> None:
    """10 units in packs of 4: 2.5 cases are 3; in packs of 8 one; in packs of 25 none."""
    lines = every_week("r1", "S", 10)
    for pack, units in ((4, 12), (8, 8), (25, 0)):
        got = sent(shop(case_pack=pack), PUSH, lines)
        assert got == ({("DC>A", "S"): units} if units else {})


def test_stock_below_a_case_stays() -> None:
    """7 units in packs of 4: one case goes."""
    assert sent(shop(stock=7, case_pack=4), PUSH, every_week("r1", "S", 10)) == {("DC>A", "S"): 4}


def test_minimum_lots_go_whole_or_not_at_all() -> None:
    """Wanted 10: a lot of 15 in packs of 4 is 16; one of 30 too much; of 16, 12 are no lot."""
    lines = every_week("r1", "S", 10)
    assert sent(shop(minimum_lot=15, case_pack=4), PUSH, lines) == {("DC>A", "S"): 16}
    assert sent(shop(minimum_lot=30), PUSH, lines) == {}
    assert sent(shop(minimum_lot=16, stock=12), PUSH, lines) == {}
    assert sent(shop(minimum_lot=16).with_nodes(inbound_m3=15.0), PUSH, lines) == {}


def test_a_lot_is_a_start_and_more_may_follow() -> None:
    """Wanted 10, a lot of 4: 10 go."""
    assert sent(shop(minimum_lot=4), PUSH, every_week("r1", "S", 10)) == {("DC>A", "S"): 10}


def test_the_cheapest_origin_goes_first() -> None:
    """The near one holds 6 of the 10, the far one sends the rest."""
    case = make_case(
        [origin("N"), origin("O"), forward("A")],
        [lane("N>A", cost_per_unit=1.0), lane("O>A", cost_per_unit=2.0)],
        {"A": [1], "N": [9], "O": [9]},
        {"S": [[1]]},
        on_hand={("N", "S"): 6, ("O", "S"): 50},
    )
    assert sent(case, PUSH, every_week("r1", "S", 10)) == {("N>A", "S"): 6, ("O>A", "S"): 4}


def test_scarce_stock_goes_where_it_saves_most() -> None:
    """From A a unit saves 8, from B 3: of 12 units for 10 and 10, A gets more than B."""
    case = make_case(
        NODES,
        [lane("DC>A"), lane("DC>B")],
        {"A": [1, 20], "B": [20, 6], "DC": [9, 9]},
        {"S": [[1, 1]]},
        on_hand={("DC", "S"): 12},
    )
    got = sent(case, PUSH, every_week("r1", "S", 10) + every_week("r2", "S", 10))
    assert got["DC>A", "S"] > got["DC>B", "S"] > 0
    assert sum(got.values()) == 12


def test_a_lane_too_slow_is_not_used() -> None:
    """Window of two weeks: what comes by the second week's middle, day 10, is of use."""
    lines = every_week("r1", "S", 1)
    for days, used in ((10, True), (11, False)):
        case = shop(lane("DC>A", days), weeks=3)
        assert bool(sent(case, Proportional(window=2), lines)) is used


def test_leaves_on_the_first_allowed_day_before_the_next_decision() -> None:
    """A lane of Thursdays, from Monday's cutoff."""
    case, lines = shop(lane("DC>A", on="thu,sat")), every_week("r1", "S", 1)
    assert ship_days(case, Proportional(window=2), lines) == {"DC>A": START + timedelta(days=3)}


def test_a_day_after_the_next_decision_is_not_taken() -> None:
    """Decisions every day, or every fourth: Thursday is the next one's, or this one's."""
    for review, used in ((1, False), (3, False), (4, True)):
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A", on="thu,sat")],
            {"A": [1], "DC": [9]},
            {"S": [[1]] * 6},
            on_hand={("DC", "S"): 9},
            days=1,
        )
        policy = Proportional(window=6, review=review)
        assert bool(sent(case, policy, [(-1, "r1", "S", 9)])) is used


def test_the_cheaper_of_two_lanes_in_time() -> None:
    """The slow one is cheapest, but comes a day after the last middle; the dear is not needed."""
    ways = [
        lane("DC>A", 11, name="slow", cost_per_unit=0.1),
        lane("DC>A", 3, name="usual", cost_per_m3=0.5),
        lane("DC>A", 1, name="fast", cost_per_unit=0.9),
    ]
    case = shop(*sorted(ways, key=lambda way: way.lane_id), weeks=2)
    assert sent(case, Proportional(window=2), every_week("r1", "S", 3)) == {("usual", "S"): 6}


@pytest.mark.parametrize("name", POLICIES)
def test_without_lanes_nothing_is_sent(name: str) -> None:
    """However much is wanted and there."""
    case = make_case(
        NODES, [], {"A": [1], "B": [2], "DC": [9]}, {"S": [[5]]}, on_hand={("DC", "S"): 100}
    )
    assert sent(case, policy_for(case, name), every_week("r1", "S", 3)) == {}


def test_lanes_between_forward_nodes_are_left_alone() -> None:
    """B has plenty and A none: B sends nothing."""
    case = make_case(
        NODES,
        [lane("B>A"), lane("DC>B")],
        {"A": [1], "B": [2], "DC": [9]},
        {"S": [[5]]},
        on_hand={("B", "S"): 100, ("DC", "S"): 100},
    )
    assert sent(case, BaseStock(look=look_at(case))) == {}


def test_things_without_volume_take_no_room() -> None:
    """A full node takes them all, as many as are wanted."""
    case = shop(unit_volume_m3=0.0).with_nodes(inbound_m3=0.0, storage_m3=0.0)
    assert sent(case, PUSH, BOTH) == {("DC>A", "S"): 10, ("DC>A", "T"): 10}


@pytest.mark.parametrize("units", [23, 24, 25, 1000])
def test_many_cases_are_cut_and_none_is_lost(units: int) -> None:
    """What is wanted is sent to the unit, whatever the slices."""
    lines = every_week("r1", "S", units)
    assert sent(shop(stock=5000), PUSH, lines) == {("DC>A", "S"): units}
    assert sent(shop(stock=5000).with_nodes(inbound_m3=17.0), PUSH, lines) == {("DC>A", "S"): 17}
