"""Base stock: every node's position is raised to a quantile of the demand it is to cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.policy import Dispatch, Policy
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.errors import ConfigError
from prepos.replay.policies.expected import expect, quantile
from prepos.replay.policies.fill import fill
from prepos.replay.policies.situation import see_stock
from prepos.replay.policies.terms import Look, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseStock:
    """Order up to the quantile over lead time and review period; the plain rule to beat.

    Origins keep the same quantile for the regions they are nearest to.

    References
    ----------
    Snyder and Shen (2019), Fundamentals of Supply Chain Theory, second edition, section 4.3.
    """

    look: Look
    review: int = 1  # periods to the next decision
    quantile: float = 0.8  # chance that demand stays within the position

    def __post_init__(self) -> None:
        if not 0 < self.quantile < 1:
            raise ConfigError(
                f"base_stock: quantile is {self.quantile!r}, expected above 0 and below 1"
            )

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what raises every position to its level."""
        outlook = self.look(snapshot)
        window = outlook.window.horizon
        situation = see_stock(snapshot, stock, window=window, review=self.review)
        expected = expect(outlook, snapshot.network, snapshot.products)
        level = quantile(expected.mean, expected.dispersion, self.quantile)
        return fill(situation, level.astype(np.float64), expected)


def base_stock(terms: Terms) -> Policy:
    """Make the policy."""
    return BaseStock(look=terms.look, review=terms.review)
