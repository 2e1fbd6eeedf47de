"""When customers order: rates shrunk to all, and what silence says."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.signals.customers import Customers, read_customers
from prepos.signals.ordering import chance_of_order, expected_orders, fit_prior, learn_ordering
from tests.unit.forecast.snapshots import Line, make_snapshot


def every(name: str, days: int, times: int, last: float = -1.0) -> list[Line]:
    """Return the orders of a customer who comes every so many days."""
    return [Line(f"{name}{n}", name, "r", "s", last - days * n) for n in range(times)]


def customers_of(lines: list[Line]) -> Customers:
    """Return the customers of the lines."""
    return read_customers(make_snapshot(lines), 1000)


def test_regular_customers_are_expected_as_often_as_they_come() -> None:
    """Those who came every week are expected once a week, those of every fourth far less."""
    lines = [line for n in range(40) for line in every(f"week{n:02d}", 7, 40, -1.0 - n % 7)]
    lines += [line for n in range(40) for line in every(f"z{n:02d}", 28, 10, -1.0 - n % 28)]
    customers = customers_of(lines)
    expected = expected_orders(customers, learn_ordering(customers, horizon=4, days=7), days=7)
    assert expected[:40].mean() == pytest.approx(1.0, rel=0.1)
    assert 0.2 < expected[40:].mean() < 0.4


def test_long_silence_lowers_what_is_expected() -> None:
    """Of two alike customers the one who was silent for ten gaps is expected half or less."""
    lines = [line for n in range(60) for line in every(f"c{n:02d}", 7, 30, -1.0 - n % 7)]
    lines += [line for n in range(60) for line in every(f"gone{n:02d}", 7, 20, -20.0 - 4 * n)]
    lines += every("silent", 7, 30, -70.0)
    customers = customers_of(lines)
    expected = expected_orders(customers, learn_ordering(customers, horizon=2, days=7), days=7)
    assert expected[-1].sum() < 0.5 * expected[:60].sum(axis=1).mean()


def test_prior_is_found_again() -> None:
    """Customers whose rates are gamma with shape 2 and mean 0.1 a day show that shape."""
    rng = np.random.default_rng(5)
    lines = []
    for n, rate in enumerate(rng.gamma(2.0, 0.05, 400)):
        gaps = rng.exponential(1.0 / rate, 200)
        days = -100.0 + np.concatenate([[0.0], np.cumsum(gaps)])
        for visit, day in enumerate(days[days < 0.0]):
            lines.append(Line(f"o{n}-{visit}", f"c{n:03d}", "r", "s", round(float(day), 4)))
    shape, rate = fit_prior(customers_of(lines), 0.0)
    assert shape == pytest.approx(2.0, rel=0.3)
    assert shape / rate == pytest.approx(0.1, rel=0.25)


def test_chance_rises_with_what_is_expected_and_is_never_certain() -> None:
    """The chance that anyone comes lies within 0 and 1 and rises with the orders expected."""
    lines = [line for n in range(50) for line in every(f"c{n:02d}", 3 + n, 60 // (1 + n // 5))]
    lines += [line for n in range(50) for line in every(f"gone{n:02d}", 7, 9, -9.0 - 3 * n)]
    ordering = learn_ordering(customers_of(lines), horizon=4, days=7)
    chance = chance_of_order(ordering, np.linspace(0.0, 20.0, 50))
    assert (np.diff(chance) >= 0).all()
    assert 0 < chance[0] < chance[-1] < 1


@pytest.mark.parametrize(
    "lines",
    [
        every("c", 7, 1),  # one order of one customer
        every("c", 7, 2) + every("d", 7, 1, -400.0),  # hardly any, long ago
        [line for n in range(9) for line in every(f"c{n}", 7, 1)],  # one order each
    ],
)
def test_hardly_any_orders_still_tell_a_rate(lines: list[Line]) -> None:
    """Rates are above 0 and finite however little is known."""
    customers = customers_of(lines)
    ordering = learn_ordering(customers, horizon=2, days=7)
    expected = expected_orders(customers, ordering, days=7)
    assert np.isfinite(expected).all()
    assert (expected > 0).all()
    assert (expected < 2).all()
