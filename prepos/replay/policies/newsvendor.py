"""The newsvendor, node by node: the last unit sent is as likely to pay as its costs demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.policy import Dispatch, Policy
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.core.types import FloatArray
from prepos.replay.policies.expected import Expected, expect, quantile
from prepos.replay.policies.fill import fill
from prepos.replay.policies.routes import list_routes
from prepos.replay.policies.situation import see_stock
from prepos.replay.policies.terms import Look, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsvendor:
    """Raise every position to the critical ratio's quantile of the window's demand.

    A unit too few costs what it would have saved, less its way there; one too many costs its way,
    holding over the window, and its return. Origins keep what is expected of their own regions.

    References
    ----------
    Arrow, Harris and Marschak (1951), Econometrica 19(3), 250-272.
    """

    look: Look
    review: int = 1  # periods to the next decision

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what raises every position to its level."""
        outlook = self.look(snapshot)
        window = outlook.window.horizon
        situation = see_stock(snapshot, stock, window=window, review=self.review)
        expected = expect(outlook, snapshot.network, snapshot.products)
        sent_for = list_routes(situation).cheapest_to(len(snapshot.network.nodes))
        chance = critical_ratio(expected, sent_for)
        quantiles = quantile(expected.mean, expected.dispersion, chance)
        level = np.where(snapshot.network.is_forward[:, None], quantiles, expected.mean)
        return fill(situation, level, expected)


def critical_ratio(expected: Expected, sent_for: FloatArray) -> FloatArray:
    """Return (N, K) the chance of being used at which the next unit stops paying, 0 or less: none.

    Parameters
    ----------
    sent_for : (N, K) float
        Currency to bring one unit; infinite where nothing comes.
    """
    too_few = expected.saving - sent_for
    whole = np.where(too_few > 0, expected.saving + expected.left_over, 1.0)
    return np.where(too_few > 0, too_few / whole, 0.0)


def newsvendor(terms: Terms) -> Policy:
    """Make the policy."""
    return Newsvendor(look=terms.look, review=terms.review)
