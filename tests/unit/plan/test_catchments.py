"""Regions grouped by who serves them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from prepos.plan.catchments import UNSERVED, choose_servers
from tests.instances import Case, forward, make_case, origin

NOBODY = np.inf


def served(cost: dict[str, list[float]], wanted: list[list[float]]) -> Case:
    """Return a case of these service costs; DC is the origin."""
    nodes = [origin(name) if name == "DC" else forward(name) for name in cost]
    return make_case(nodes, [], cost, {"S": wanted, "U": [[0.0] * len(wanted[0])]}, on_hand={})


def test_regions_are_grouped_by_cheapest_node_and_servers() -> None:
    """One group a cheapest node, numbered where those that can serve differ; the unserved."""
    case = served(
        {"A": [1, 3, 1, 1, NOBODY], "B": [2, 1, 2, NOBODY, NOBODY], "DC": [9, 9, 9, 9, NOBODY]},
        [[1.0] * 5],
    )
    groups = case.catchments()
    assert groups.axis.ids == ("A", "A#2", "B", UNSERVED)
    assert [groups.axis[z] for z in groups.of_region] == ["A", "B", "A", "A#2", UNSERVED]
    assert not groups.servers[groups.axis.position(UNSERVED)].any()


def test_cost_is_weighted_by_the_forecast() -> None:
    """Three quarters of the demand cost 1, a quarter 5; without a forecast the plain mean."""
    groups = served({"A": [1, 5], "B": [9, 9]}, [[3.0, 1.0]]).catchments()
    assert_allclose(groups.service_cost[0, 0], [2.0, 3.0])
    assert_allclose(groups.distance_km[0, 0], [20.0, 30.0])


def test_near_nodes_and_every_origin_serve() -> None:
    """Of the forward nodes the nearest; an origin however far; others at infinite cost."""
    groups = served({"A": [1], "B": [2], "C": [3], "DC": [50]}, [[1.0]]).catchments(near=1)
    assert groups.servers.tolist() == [[True, False, False, True]]
    assert np.isinf(groups.service_cost[1, 0]).all()


@pytest.mark.parametrize("near", [1, 2, 9])
def test_who_cannot_serve_is_never_chosen(near: int) -> None:
    """However many are wanted."""
    chosen = choose_servers(np.array([NOBODY, 2.0, NOBODY]), np.array([True, False, False]), near)
    assert chosen.tolist() == [False, True, False]
