"""Who may serve a region under each rule, cheapest first."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.replay import ReplayOptions
from prepos.replay.servers import list_servers
from tests.instances import forward, make_network, origin

NEVER = np.inf
NETWORK = make_network(
    [forward("A"), forward("B"), forward("C"), forward("D"), origin("O"), origin("P")],
    [],
    {
        "A": [1.0, 4.0],
        "B": [2.0, 3.0],
        "C": [2.0, NEVER],
        "D": [5.0, 1.0],
        "O": [1.5, 9.0],
        "P": [8.0, NEVER],
    },
)

CASES = (  # options, nodes of r1, nodes of r2
    ({}, "AOBCDP", "DBAO"),
    ({"fulfilment": "nearest"}, "AOBCDP", "DBAO"),
    ({"fulfilment": "own_and_two"}, "AOBP", "DBAO"),
    ({"spillover": 2}, "AOBP", "DBO"),
    ({"spillover": 0}, "OP", "O"),
    ({"fulfilment": "own_and_two", "spillover": 1}, "AOP", "DO"),
)


@pytest.mark.parametrize(("options", "first", "second"), CASES)
def test_nodes_that_may_serve(options: dict[str, object], first: str, second: str) -> None:
    """Only those with a cost, the cheapest forward nodes and every origin; equals by position."""
    servers = list_servers(NETWORK, ReplayOptions(**options))
    for region, names in enumerate((first, second)):
        count = servers.places[region]
        assert "".join(NETWORK.node_axis[n] for n in servers.node[region, :count]) == names
        cost = NETWORK.service.ship_cost[servers.node[region, :count], region]
        assert servers.cost[region, :count].tolist() == cost.tolist()


def test_region_that_nobody_serves() -> None:
    """Has no servers, and breaks nothing."""
    network = make_network([origin("O")], [], {"O": [NEVER]})
    assert list_servers(network, ReplayOptions()).places.tolist() == [0]
