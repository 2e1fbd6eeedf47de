"""Everything to the nearest node: each region's demand to the forward node that serves it best."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.core.policy import Dispatch, Policy
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.replay.policies.fill import fill
from prepos.replay.policies.past import expect_as_before
from prepos.replay.policies.saving import nearest_node
from prepos.replay.policies.situation import see_stock
from prepos.replay.policies.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Push past demand as far as the origins' stock goes; nothing is kept for spillover."""

    window: int  # periods of demand that are pushed, and by which a departure must have come
    review: int = 1  # periods to the next decision

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what every forward node lacks of its regions' demand."""
        network = snapshot.network
        situation = see_stock(snapshot, stock, window=self.window, review=self.review)
        own = nearest_node(network.service.ship_cost, network.is_forward)
        expected = expect_as_before(snapshot, own, self.window)
        return fill(situation, expected.mean, expected)


def nearest(terms: Terms) -> Policy:
    """Make the policy."""
    return Nearest(window=terms.window, review=terms.review)
