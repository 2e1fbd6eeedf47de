"""What deviates from the published plan, and which units it would move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.transfer import Transfer
from prepos.plan import Frozen
from prepos.plan.frozen import settle_frozen
from prepos.plan.moves import Moves
from prepos.plan.problem import Problem
from prepos.plan.stability import deviation, published_paths, published_units
from tests.instances import day, forward, framed, lane, make_case, origin, published


def replanned(*lines: Transfer, before: int | None = None, **columns: float) -> Problem:
    """Return DC > HUB > END over two weeks, beside a published plan."""
    case = make_case(
        [origin("DC"), forward("END"), forward("HUB")],
        [lane("DC>HUB", 1), lane("HUB>END", 1)],
        {"DC": [np.inf], "END": [1.0], "HUB": [2.0]},
        {"S": [[2.0], [4.0]], "U": [[2.0], [4.0]]},
        on_hand={("DC", "S"): 20, ("HUB", "S"): 3, ("DC", "U"): 5},
        **columns,
    )
    frozen = Frozen(before=None if before is None else day(before), published=lines)
    return case.problem(frozen=frozen, stability_cost=1.0)


def test_lines_that_are_no_longer_decided_on_are_left_out() -> None:
    """Other lanes and SKUs, frozen days and days beyond the window."""
    lines = [
        published("S", 2, "DC>HUB", ships=3),
        published("S", 1, "DC>HUB", ships=3),
        published("S", 4, "DC>HUB", ships=0),
        published("S", 4, "DC>HUB", ships=20),
        published("S", 4, "DC>HUB", ships=3, name="gone"),
        published("X", 4, "DC>HUB", ships=3),
    ]
    problem = replanned(*lines, before=1)
    found = published_units(problem)
    assert found.units.tolist() == [3]
    assert problem.departures[found.departure[0]].ship_date == day(3)


def test_fewer_and_more_both_deviate() -> None:
    """Of five published three are shipped, two of another SKU beside: four units deviate."""
    problem = replanned(published("S", 5, "DC>HUB", ships=3))
    (at,) = published_units(problem).departure
    moves = Moves(np.array([at, at]), np.array([0, 1]), np.array([3, 2]))
    assert deviation(problem, moves) == 4.0
    assert deviation(problem, published_units(problem)) == 0.0


def test_frozen_departures_do_not_deviate() -> None:
    """Nothing is decided on them."""
    problem = replanned(before=5)
    early = next(n for n, each in enumerate(problem.departures) if each.ship_date < day(5))
    assert deviation(problem, Moves(np.array([early]), np.array([0]), np.array([3]))) == 0.0


def test_without_a_published_plan_nothing_deviates() -> None:
    """A first plan is free to move."""
    problem = replanned()
    first = Moves(np.array([0]), np.array([0]), np.array([3]))
    assert deviation(problem, first) == 3.0
    assert problem.stability_cost == 1.0
    alone = replace(problem, frozen=Frozen())
    assert deviation(alone, first) == 0.0
    assert alone.stability_cost == 0.0


def test_paths_go_on_from_the_hub() -> None:
    """Three lie at the hub, so three of the five go on from there, two of what was brought."""
    problem = replanned(published("S", 4, "DC>HUB", ships=0), published("S", 5, "HUB>END", ships=3))
    frame = framed(problem)
    paths = published_paths(problem, frame, settle_frozen(problem, frame))
    to_hub, to_end = published_units(problem).departure.tolist()
    dc, hub = 0, 2
    told = sorted((p.release.node, p.path, p.units) for p in paths[0])
    assert list(paths) == [0]
    assert told == [(dc, (to_hub,), 2), (dc, (to_hub, to_end), 2), (hub, (to_end,), 3)]


def test_paths_are_whole_cases() -> None:
    """Of seven published units in cases of five only five are followed."""
    problem = replanned(published("S", 7, "DC>HUB", ships=0), case_pack=5)
    frame = framed(problem)
    (parcel,) = published_paths(problem, frame, settle_frozen(problem, frame))[0]
    assert parcel.units == 5
