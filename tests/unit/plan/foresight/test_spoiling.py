"""Which stock the bound may write off, and as what move."""

from __future__ import annotations

from prepos.core.periods import Periods
from prepos.plan.foresight.spoiling import list_write_offs
from tests.instances import START, forward, lane, make_network, origin


def test_nothing_is_written_off_at_origins() -> None:
    """Of a forward node's two slots one costs nothing; that of what a transfer brought, return."""
    nodes = [forward("A"), origin("DC"), forward("F")]
    network = make_network(nodes, [lane("DC>A")], {"A": [1.0], "DC": [2.0], "F": [1.0]})
    found = list_write_offs(network, Periods(START, 7, 3), leaves=1, move=6)
    assert found == [[1, 8, 3, 3, 3], [1, 8, 4, 4, 3], [1, 9, 0, 0, 3], [1, 9, 2, 2, 3]]
