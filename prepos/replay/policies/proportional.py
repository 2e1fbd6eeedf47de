"""Stock spread in proportion to what each node's nearest regions ordered of late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.policy import Dispatch, Policy
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.replay.policies.fill import fill
from prepos.replay.policies.past import expect_as_before
from prepos.replay.policies.saving import nearest_node
from prepos.replay.policies.situation import see_stock
from prepos.replay.policies.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportional:
    """Push so many periods of past demand, or all the stock there is in the same proportions.

    Regions nearest to an origin have their share kept there.
    """

    window: int  # periods by which a departure must have come
    review: int = 1  # periods to the next decision
    cover: int | None = None  # periods of demand that are pushed; None is the window

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what brings every node's stock to its share."""
        network = snapshot.network
        situation = see_stock(snapshot, stock, window=self.window, review=self.review)
        cost = network.service.ship_cost
        own = nearest_node(cost, np.ones(len(cost), dtype=np.bool_))
        expected = expect_as_before(snapshot, own, self.cover or self.window)
        wanted, there = expected.mean.sum(axis=0), situation.position.sum(axis=0)
        share = np.minimum(1.0, there / np.where(wanted > 0, wanted, 1.0))
        return fill(situation, expected.mean * share, expected)


def proportional(terms: Terms) -> Policy:
    """Make the policy."""
    return Proportional(window=terms.window, review=terms.review)
