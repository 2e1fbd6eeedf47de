"""No unit comes from nowhere or gets lost: each day's stock is counted again from its records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from prepos.core.replayed import Course
from prepos.core.stock import Receipt
from prepos.core.types import IntArray
from prepos.errors import InternalError
from prepos.replay.moves import Moves
from prepos.replay.service import Desk
from prepos.replay.shelves import Shelves
from prepos.replay.state import Site


class Recount:
    """What should lie where if nothing was ever sold (N, K), kept from records of moves alone."""

    def __init__(self, course: Course, site: Site) -> None:
        self.course, self.site = course, site
        self.unsold: IntArray = np.array(course.opening.on_hand, dtype=np.int64, order="F")

    def note(
        self, sent: Moves, receipts: Sequence[Receipt], arrived: Moves, kept: IntArray
    ) -> None:
        """Note what left, what came from outside, and what came by lane and was put away."""
        ways = self.site.ways
        np.subtract.at(self.unsold, (ways.origin[sent.lane], sent.sku), sent.units)
        for receipt in receipts:
            self.unsold[receipt.node, receipt.sku] += receipt.quantity
        np.add.at(self.unsold, (ways.destination[arrived.lane], arrived.sku), kept)
        back = arrived.units - kept
        np.add.at(self.unsold, (ways.origin[arrived.lane], arrived.sku), back)

    def note_expired(self, node: IntArray, sku: IntArray, units: IntArray) -> None:
        """Note units (M,) of SKUs at nodes that were written off."""
        self.unsold[node, sku] -= units

    def check_ages(self, shelves: Shelves, on_hand: IntArray, day: int) -> None:
        """Compare the stock at the day's end, where it ages, with the batches it is made of."""
        lying = np.where(shelves.ages, on_hand, 0)
        self._compare(lying, shelves.count(), "stock by age", day)

    def check(self, on_hand: IntArray, used: IntArray, day: int) -> None:
        """Compare the stock at the day's end; raises InternalError naming node, SKU and day."""
        self._compare(on_hand, self.unsold - used, "stock", day)

    def _compare(self, found: IntArray, expected: IntArray, name: str, day: int) -> None:
        """Raise InternalError on the first node and SKU that differ, or are below 0."""
        if found.min(initial=0) >= 0 and np.array_equal(found, expected):
            return
        wrong = (found < 0) | (found != expected)
        node, sku = (int(where[0]) for where in wrong.nonzero())
        raise InternalError(
            f"{name} of {self.course.products.skus[sku]} at "
            f"{self.course.network.nodes[node].node_id} on "
            f"{self.course.periods.cutoff + timedelta(days=day)} is {found[node, sku]}, "
            f"expected {expected[node, sku]} and 0 or more"
        )

    def check_sales(self, desk: Desk, day: date) -> None:
        """Compare what was used with the orders, by SKU, and with what was served, by node."""
        lines, used = desk.lines, desk.used
        sold = np.bincount(lines.sku, lines.quantity - desk.left, used.shape[1])
        served = (desk.prompt + desk.late).sum(axis=(0, 2))
        for axis, found, expected in (
            (self.course.products.skus, used.sum(axis=0), sold),
            (self.course.network.node_axis, used.sum(axis=1), served),
        ):
            for wrong in np.flatnonzero(found != expected)[:1].tolist():
                raise InternalError(
                    f"units used of {axis.name} {axis[wrong]} up to {day} are {found[wrong]}, "
                    f"expected {expected[wrong]:g}"
                )
