"""Purchase sizes: whoever takes much of everything is expected to take much of this, too."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.types import FloatArray
from prepos.signals.evidence import gather
from prepos.signals.options import SignalOptions
from prepos.signals.purchase_sizes import purchase_sizes
from tests.unit.forecast.snapshots import Line, make_snapshot, random_lines


def shop(times: int = 200) -> list[Line]:
    """Return households that take one unit of a, two of b, and a wholesaler who takes ten times."""
    lines = []
    for n in range(times):
        who, more = ("big", 10) if n % 10 == 0 else (f"c{n % 9}", 1)
        for sku, units in (("a", 1), ("b", 2)):
            lines.append(Line(f"o{n}{sku}", who, "r0", sku, -1.0 - n, units * more))
    return lines


def sizes(lines: list[Line], asked: list[tuple[str, str]]) -> FloatArray:
    """Return the size of each customer's purchase of a SKU."""
    evidence = gather(make_snapshot(lines), SignalOptions())
    orders = evidence.snapshot.orders
    return purchase_sizes(
        evidence,
        orders.customers.positions([who for who, _ in asked]),
        orders.skus.positions([sku for _, sku in asked]),
    )


def test_customer_who_bought_it_takes_what_he_took() -> None:
    """The wholesaler's twenty purchases of b held twenty units, the households' two."""
    found = sizes(shop(), [("big", "b"), ("c1", "b"), ("c1", "a")])
    assert found == pytest.approx([20.0, 2.0, 1.0], rel=0.15)


def test_customer_who_never_bought_it_takes_as_much_more_than_others() -> None:
    """Households take three of c; the wholesaler is expected to take several times that."""
    lines = [*shop(), *(Line(f"c{n}", f"c{n % 9}", "r0", "c", -1.0 - n, 3) for n in range(100))]
    big, new = sizes([*lines, Line("n", "new", "r0", "a", -9.0, 1)], [("big", "c"), ("new", "c")])
    assert big > 5 * new
    assert 1.0 < new < 3.5


def test_means_are_shrunk_by_hand() -> None:
    """One customer, one SKU, three purchases of 2, 4 and 6: all means are 4."""
    lines = [Line(f"o{n}", "c", "r0", "a", -9.0 + n, 2 + 2 * n) for n in range(3)]
    assert sizes(lines, [("c", "a")]) == pytest.approx([4.0])
    more = [*lines, *(Line(f"p{n}", "d", "r0", "b", -8.0, 4) for n in range(5))]
    assert sizes(more, [("c", "b")]) == pytest.approx([4.0])


def test_giant_purchase_counts_as_a_large_one() -> None:
    """A slip of the keyboard does not make a customer expected to order a million again."""
    lines = [*shop(), Line("slip", "c1", "r0", "a", -0.5, 1_000_000)]
    (found,) = sizes(lines, [("c1", "a")])
    assert found < 100


def test_an_origin_knows_its_past_alone() -> None:
    """What an earlier origin says of customers and SKUs is what was said then."""
    snapshot = make_snapshot(random_lines(3, weeks=30, orders=500))
    earlier = snapshot.back_to(6)
    who = np.unique(earlier.orders.customer[earlier.orders.customer >= 0])
    customer, sku = (
        each.ravel() for each in np.meshgrid(who, np.arange(len(snapshot.orders.skus)))
    )
    ours = purchase_sizes(gather(snapshot, SignalOptions(), (6,)).at(6), customer, sku)
    theirs = purchase_sizes(gather(earlier, SignalOptions()), customer, sku)
    assert np.array_equal(ours, theirs)
    assert len(np.unique(ours)) > 20
