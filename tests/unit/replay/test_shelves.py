"""Batches of stock by age: what is taken is the oldest, line by line."""

from __future__ import annotations

import numpy as np
from numpy.random import default_rng

from prepos.replay.shelves import NO_BATCHES, Batches, join, take_oldest


def batches(*rows: tuple[int, int, int]) -> Batches:
    """Return batches of (place, since, units)."""
    return Batches(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def test_two_lines_of_one_place_take_turns() -> None:
    """The first takes all of day 0 and one of day 3; the second two more of day 3."""
    lying = batches((4, 0, 2), (4, 3, 5), (9, 1, 1))
    left, (line, since, units) = take_oldest(lying, np.array([4, 4]), np.array([3, 2]))
    assert np.stack([line, since, units], 1).tolist() == [[0, 0, 2], [0, 3, 1], [1, 3, 2]]
    assert np.stack(left, 1).tolist() == [[4, 3, 2], [9, 1, 1]]


def test_nothing_is_taken_of_nothing() -> None:
    """No batches, no lines, lines of no units."""
    none = np.zeros(0, dtype=np.int64)
    assert take_oldest(NO_BATCHES, none, none)[0] == NO_BATCHES
    lying = batches((0, 0, 2))
    left, pieces = take_oldest(lying, np.array([7]), np.array([0]))
    assert left is lying
    assert not len(pieces[0])


def test_batches_of_one_place_and_day_are_one() -> None:
    """Joined in the order of places and days."""
    both = join(batches((1, 5, 2), (3, 0, 1)), batches((1, 5, 4), (1, 2, 1)))
    assert np.stack(both, 1).tolist() == [[1, 2, 1], [1, 5, 6], [3, 0, 1]]


def test_taking_is_that_of_units_one_by_one() -> None:
    """Against a list of units a place, many times by chance."""
    rng = default_rng(5)
    for _ in range(200):
        lying = NO_BATCHES
        for _ in range(int(rng.integers(1, 12))):
            lying = join(lying, batches(tuple(rng.integers([0, 0, 1], [4, 5, 4]).tolist())))
        units = {
            place: [s for q, s, n in zip(*lying, strict=True) if q == place for _ in range(n)]
            for place in range(4)
        }
        places, wanted = [], []
        free = {place: len(each) for place, each in units.items()}
        for place in rng.integers(0, 4, 5).tolist():
            some = int(rng.integers(0, free[place] + 1))
            free[place] -= some
            places.append(place)
            wanted.append(some)
        left, (line, since, taken) = take_oldest(lying, np.array(places), np.array(wanted))
        for number, (place, some) in enumerate(zip(places, wanted, strict=True)):
            mine = np.repeat(since[line == number], taken[line == number]).tolist()
            assert mine == units[place][:some]
            units[place] = units[place][some:]
        assert left.units.sum() == sum(map(len, units.values()))
