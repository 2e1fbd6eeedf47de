"""The next order itself: who is told of, what comes first, and how often it is so."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.errors import DemandError
from prepos.signals.customers import read_customers
from prepos.signals.due import due_units
from prepos.signals.habits import read_habits
from prepos.signals.next_order import COLUMNS, next_orders
from prepos.signals.options import SignalOptions
from prepos.signals.ordering import expected_orders, learn_ordering
from prepos.signals.repeats import learn_repeats, repeat_chances
from prepos.signals.standing import stand
from tests.unit.forecast.snapshots import Line, make_snapshot

OPTIONS = SignalOptions()
SKUS = 30


def shoppers(seed: int, customers: int = 150, weeks: int = 40) -> list[Line]:
    """Return weekly orders of customers who each take every SKU with a chance of their own."""
    rng = np.random.default_rng(seed)
    lines = []
    for who in range(customers):
        chance = rng.beta(0.2, 1.5, SKUS)
        for week in range(weeks):
            if rng.random() < 0.5:
                day = -7.0 * week - 1.0 - float(rng.integers(0, 6))
                for sku in np.flatnonzero(rng.random(SKUS) < chance):
                    name = f"o{who}-{week}"
                    lines.append(Line(name, f"c{who:03d}", f"r{who % 5}", f"s{sku:02d}", day))
    return lines


@pytest.mark.parametrize("seed", [0, 1])
def test_chances_are_as_often_true_as_they_say(seed: int) -> None:
    """By fifths of the chance, the share of SKUs that were in the next order is near it."""
    lines = shoppers(seed)
    table = next_orders(make_snapshot(lines).back_to(4), OPTIONS, top=SKUS)
    following: dict[str, tuple[float, str]] = {}
    for line in lines:
        if line.day >= -28.0:
            first = following.get(line.customer, (0.0, ""))
            following[line.customer] = min(first, (line.day, line.order))
    held = {(line.order, line.sku) for line in lines}
    table = table[table["customer_id"].isin(list(following))]
    came = np.array(
        [
            (following[who][1], sku) in held
            for who, sku in zip(table["customer_id"], table["sku"], strict=True)
        ]
    )
    chance = table["chance"].to_numpy()
    fifth = np.searchsorted(np.quantile(chance, [0.2, 0.4, 0.6, 0.8]), chance)
    for part in range(5):
        here = fifth == part
        assert came[here].mean() == pytest.approx(chance[here].mean(), abs=0.05)


def test_what_is_bought_always_comes_first() -> None:
    """SKUs of every order lead the list, then those of some, then what others buy."""
    lines = shoppers(2) + [
        Line(f"x{n}", "x", "r0", sku, -7.0 * n - 2.5)
        for n in range(20)
        for sku in (["s03", "s07"] if n % 4 else ["s03", "s07", "s11"])
    ]
    table = next_orders(make_snapshot(lines), OPTIONS, top=6)
    own = table[table["customer_id"] == "x"]
    assert set(own["sku"][:2]) == {"s03", "s07"}
    assert own["sku"].iloc[2] == "s11"
    assert own["times_bought"].tolist() == [20, 20, 5, 0, 0, 0]
    assert own["chance"].iloc[0] > 0.8


def test_due_sums_these_chances() -> None:
    """A region's units are orders expected x chance x units, over its customers' habits."""
    lines = shoppers(3, customers=40)
    snapshot = make_snapshot(lines)
    customers = read_customers(snapshot, 1000)
    habits = read_habits(customers, SKUS)
    ordering = learn_ordering(customers, horizon=2, days=7)
    repeats = learn_repeats(customers, habits, SKUS)
    orders = expected_orders(customers, ordering, days=7)
    units = due_units(customers, habits, orders, repeats, shape=(5, SKUS))
    chance = repeat_chances(habits, stand(customers, habits, SKUS), repeats)
    home = np.arange(40) % 5
    expected = np.zeros((2, 5, SKUS))
    for pair, who in enumerate(habits.customer):  # every purchase holds one unit
        expected[:, home[who], habits.sku[pair]] += orders[who] * chance[pair]
    np.testing.assert_allclose(units[0], expected, rtol=1e-4)


def test_nobody_is_told_of_without_consent() -> None:
    """The table holds those who agreed and nobody else; of none it is empty, with its columns."""
    lines = shoppers(4, customers=10)
    snapshot = make_snapshot(lines)
    snapshot.consented[:5] = False
    assert set(next_orders(snapshot, OPTIONS)["customer_id"]) == {f"c{n:03d}" for n in range(5, 10)}
    nobody = next_orders(make_snapshot(lines, consented=False), OPTIONS)
    assert list(nobody) == list(COLUMNS)
    assert not len(nobody)
    anonymous = [line._replace(customer="") for line in lines]
    assert not len(next_orders(make_snapshot(anonymous), OPTIONS))


@pytest.mark.parametrize(
    "lines",
    [
        [Line("o", "c", "r", "s", -3.0)],  # one customer, one order, one SKU
        [Line(f"o{n}", "c", "r", "s", -3.0 - n) for n in range(90)],  # always the same
        [Line(f"o{n}", "c", f"r{n:04d}", "s", -3.0 - n / 5) for n in range(1000)],  # everywhere
        [Line(f"o{n}", f"c{n}", "r", f"s{n % 3}", -3.0) for n in range(50)],  # one order each
        [Line("o", "c", "r", f"s{n:03d}", -3.0) for n in range(300)],  # a restock
    ],
)
def test_odd_customers_get_sound_chances(lines: list[Line]) -> None:
    """However odd the past, chances are numbers within 0 and 1, and there are as many as asked."""
    table = next_orders(make_snapshot(lines), OPTIONS, top=2)
    assert table["chance"].between(0, 1).all()
    assert np.isfinite(table["expected_orders"]).all()
    skus = len({line.sku for line in lines})
    assert len(table) == min(2, skus) * len({line.customer for line in lines})


def test_top_is_at_least_one() -> None:
    """A list of no SKUs is refused, and the number found is told."""
    with pytest.raises(DemandError, match="top is 0, expected 1 or more"):
        next_orders(make_snapshot([Line("o", "c", "r", "s", -3.0)]), OPTIONS, top=0)
