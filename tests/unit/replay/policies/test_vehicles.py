"""Whole vehicles: what surely fits them, and when one is worth its cost."""

import numpy as np
import pytest
from scipy.stats import poisson

from prepos.replay.policies import Nearest
from prepos.replay.policies.vehicles import load_room
from tests.instances import Case, lane
from tests.policies import every_week, sent
from tests.unit.replay.policies.test_fill import shop

PUSH = Nearest(window=1)


def van(**terms: float) -> object:
    """Return a lane of vans of 10 m3 at 20 each, three a week."""
    usual = {"vehicle_m3": 10.0, "vehicle_cost": 20.0, "vehicles": 3.0}
    return lane("DC>A", name="van", **{**usual, **terms})


def groupage(cost: float) -> object:
    """Return a lane without vehicles."""
    return lane("DC>A", name="groupage", cost_per_m3=cost)


def pushed(case: Case, units: int) -> dict[tuple[str, str], int]:
    """Return what is sent where r1 orders so much of S every week."""
    return sent(case, PUSH, every_week("r1", "S", units))


def test_a_fleet_is_a_limit() -> None:
    """Three vans of 10 m3: 30 of 50 units; fewer where they are heavy."""
    assert pushed(shop(van(vehicle_cost=0.0), unit_volume_m3=1e-3), 50) == {("van", "S"): 50}
    small = shop(van(vehicle_cost=0.0), unit_volume_m3=[1.0, 1e-3])
    assert 28 <= pushed(small, 50)["van", "S"] <= 30
    heavy = shop(van(vehicle_cost=0.0, vehicle_kg=5.0), unit_weight_kg=0.5)
    assert 28 <= pushed(heavy, 50)["van", "S"] <= 30


@pytest.mark.parametrize("units", [4, 5, 6, 7, 8, 9])
def test_a_van_has_to_pay_for_itself(units: int) -> None:
    """A unit used saves 4, one left over costs 1.1; a van costs 20."""
    used = poisson.sf(np.arange(units), units).sum()  # of as many units as are expected
    worth = 4.0 * used - 1.1 * (units - used)
    assert pushed(shop(van()), units) == ({("van", "S"): units} if worth >= 20 else {})


def test_a_van_has_to_be_cheaper_than_the_next_best_way() -> None:
    """A van at 20 beside groupage at 3 a unit: from 7 units on."""
    both = shop(groupage(3.0), van())
    assert pushed(both, 6) == {("groupage", "S"): 6}
    assert pushed(both, 7) == {("van", "S"): 7}


def test_the_last_van_has_to_pay_for_itself() -> None:
    """22 m3 in units of half a m3: two vans and groupage, a case short of full, not a third van."""
    got = pushed(shop(groupage(3.0), van(), unit_volume_m3=[0.5, 1.0]), 44)
    assert got == {("van", "S"): 39, ("groupage", "S"): 5}


def test_a_fee_without_a_limit_holds_everything() -> None:
    """A lane with a cost for the vehicle and no size: one of them carries all."""
    ways = shop(lane("DC>A", name="van", vehicle_cost=30.0))
    assert pushed(ways, 7) == {}
    assert pushed(ways, 100) == {("van", "S"): 100}


def test_a_case_larger_than_the_vehicle_does_not_travel() -> None:
    """12 m3 in vans of 10."""
    assert pushed(shop(van(vehicle_cost=0.0), unit_volume_m3=12.0), 3) == {}


def packs(share: np.ndarray, vehicles: int) -> bool:
    """Return whether the cases fit, each put into the first vehicle that has room."""
    free = np.ones(vehicles)
    for case in share:
        fits = np.flatnonzero(free >= case - 1e-9)
        if not len(fits):
            return False
        free[fits[0]] -= case
    return True


@pytest.mark.parametrize("seed", range(40))
def test_what_is_loaded_can_be_packed(seed: int) -> None:
    """Any cases up to the room told fit whole vehicles, in whatever order they come."""
    rng = np.random.default_rng(seed)
    vehicles, largest = int(rng.integers(1, 8)), float(rng.uniform(0.05, 1.0))
    room = float(load_room(np.array([float(vehicles)]), np.array([largest]))[0])
    share = [largest]
    while sum(share) < room:
        share.append(float(rng.uniform(0.01, largest)))
    assert packs(rng.permutation(share[:-1] if sum(share) > room else share), vehicles)
    assert room >= vehicles / 2


def test_room_without_an_end() -> None:
    """No limit on vehicles is none on what they load; none are none."""
    assert load_room(np.array([np.inf, 0.0]), np.array([0.5, 0.5])).tolist() == [np.inf, 0.0]
