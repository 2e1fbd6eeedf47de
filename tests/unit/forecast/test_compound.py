"""Orders times sizes: the distribution is that of drawing both."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from prepos.core.sizes import OrderSizes, count_sizes
from prepos.forecast.compound import MOST_UNITS, compound_chances, compound_quantiles
from prepos.forecast.distribution import chances_at, quantiles_at
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.quantiles import count_quantiles
from prepos.forecast.spec import ModelSpec
from tests.unit.forecast.snapshots import Line, make_snapshot, weekly

LEVELS = (0.05, 0.5, 0.9, 0.99)
DOZENS = OrderSizes(
    start=np.array([0, 1, 3]),
    size=np.array([1, 1, 12]),
    chance=np.array([1.0, 0.25, 0.75]),
    mean=np.array([1.0, 9.25]),
)


@pytest.mark.parametrize("dispersion", [0.0, 0.4, 5.0])
@pytest.mark.parametrize("mean", [0.0, 0.02, 1.3, 40.0])
def test_single_units_are_plain_counts(mean: float, dispersion: float) -> None:
    """Where every order holds one unit, orders times sizes are the negative binomial itself."""
    cell = (np.array([mean]), np.array([dispersion]), np.zeros(1, dtype=np.int64))
    built = compound_quantiles(*cell, DOZENS, LEVELS)
    assert built[:, 0].tolist() == count_quantiles(*cell[:2], LEVELS)[:, 0].tolist()


def test_chances_are_those_of_the_hand() -> None:
    """One order expected, Poisson: no unit e^-1; one unit e^-1 / 4; twelve by two ways at least."""
    mean, none = np.full(3, 9.25), np.zeros(3)
    told = compound_chances(mean, none, np.ones(3, dtype=np.int64), DOZENS, np.array([0, 1, 11.0]))
    single = 0.25
    ones = [np.exp(-1.0) * single**n / float(np.prod(range(1, n + 1))) for n in range(12)]
    assert told == pytest.approx([ones[0], sum(ones[:2]), sum(ones)])
    assert ones[1] == pytest.approx(poisson.pmf(1, 1.0) * single)


def test_the_distribution_is_that_of_drawing() -> None:
    """A million draws of orders and of their sizes have the same distribution function."""
    rng = np.random.default_rng(5)
    orders = rng.negative_binomial(2.0, 0.5, 1_000_000)  # mean 2, dispersion 1 / 2
    dozens = rng.binomial(orders, 0.75)
    units = orders + 11 * dozens
    at = np.array([0.0, 1.0, 12.0, 13.0, 30.0, 61.0])
    mean = np.full(len(at), 2.0 * 9.25)
    told = compound_chances(
        mean, np.full(len(at), 0.5), np.ones(len(at), dtype=np.int64), DOZENS, at
    )
    assert told == pytest.approx([(units <= most).mean() for most in at], abs=0.002)
    assert told[0] == pytest.approx(nbinom.pmf(0, 2.0, 0.5))


def test_large_cells_are_left_to_the_plain_counts() -> None:
    """What is not built is marked, not guessed."""
    cell = (np.array([MOST_UNITS + 1.0]), np.ones(1), np.zeros(1, dtype=np.int64))
    assert (compound_quantiles(*cell, DOZENS, LEVELS) == -1.0).all()
    assert compound_chances(*cell, DOZENS, np.array([3.0])).tolist() == [-1.0]
    assert compound_quantiles(*cell, DOZENS, ()).shape == (0, 1)


def test_sizes_are_counted_and_shrunk() -> None:
    """A SKU of many lines keeps its own sizes; one that never sold has those of all."""
    lines = weekly("r", "dozen", [12] * 200) + weekly("r", "one", [1] * 200)
    sizes = count_sizes(make_snapshot(lines, skus=["zero"]).orders)
    assert sizes.mean[0] == pytest.approx(12.0, rel=0.05)
    assert sizes.mean[1] == pytest.approx(1.0, rel=0.3)
    assert sizes.mean[2] == pytest.approx(6.5)
    totals = [sizes.chance[a:b].sum() for a, b in zip(sizes.start, sizes.start[1:], strict=False)]
    assert totals == pytest.approx([1.0] * 3)


def dozens() -> list[Line]:
    """Return a year of orders by the dozen in thirty cells, about one every other week."""
    rng = np.random.default_rng(9)
    return [
        Line(f"{region}-{week}-{n}", "", f"r{region:02d}", "s", -7.0 * week - 3.0, 12)
        for region in range(30)
        for week in range(52)
        for n in range(int(rng.poisson(0.5)))
    ]


def test_lumpy_orders_are_told_as_orders_times_sizes() -> None:
    """Orders by the dozen have quantiles of whole dozens, and chances that jump there alone."""
    forecast = make_forecast(make_snapshot(dozens()), ModelSpec(), ForecastOptions())
    assert forecast.order_dispersion is not None
    region, sku = np.arange(30), np.zeros(30, dtype=np.int64)
    counts = quantiles_at(forecast, (0.5, 0.9, 0.99), region, sku, sku)
    assert set((counts % 12).ravel().tolist()) == {0.0}
    at_11, at_1 = (chances_at(forecast, np.full(30, u), region, sku, sku) for u in (11.0, 1.0))
    assert at_11 == pytest.approx(at_1)


def test_single_units_keep_the_plain_counts() -> None:
    """Where lines hold one unit, the two ways are one and the plain one is kept."""
    lines = [line._replace(units=1) for line in dozens()]
    forecast = make_forecast(make_snapshot(lines), ModelSpec(), ForecastOptions())
    region, sku = np.arange(30), np.zeros(30, dtype=np.int64)
    counts = quantiles_at(forecast, (0.5, 0.9, 0.99), region, sku)
    plain = count_quantiles(forecast.total_mean, forecast.total_dispersion, (0.5, 0.9, 0.99))
    assert counts == pytest.approx(plain[:, :, 0], abs=1.0)
