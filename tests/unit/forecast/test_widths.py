"""Widths: the dispersion that made the counts is the one that is found."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.axes import make_axis
from prepos.core.demand import Backcast, Forecast
from prepos.core.periods import Periods
from prepos.errors import DemandError
from prepos.forecast.calibration import LEAST_MEAN
from prepos.forecast.dispersion import DEFAULT, fit_by_size, fit_dispersion, size_classes
from prepos.forecast.grouped import grouped
from prepos.forecast.widths import order_sizes, pick_sold
from tests.unit.forecast.snapshots import CUTOFF, make_snapshot, weekly


def draw(rng: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Return negative-binomial counts."""
    return rng.poisson(mean * rng.gamma(1.0 / dispersion, dispersion, mean.shape)).astype(float)


@pytest.mark.parametrize("dispersion", [0.2, 1.0, 4.0])
def test_dispersion_is_found_again(dispersion: float) -> None:
    """Fitted on drawn counts, the curve returns what they were drawn with, at any level."""
    rng = np.random.default_rng(0)
    mean = np.exp(rng.uniform(-2, 3, 40_000))
    curve = fit_dispersion(mean, draw(rng, mean, dispersion))
    assert curve.at(np.array([0.5, 5.0, 15.0])) == pytest.approx([dispersion] * 3, rel=0.25)


def test_poisson_counts_have_next_to_no_dispersion() -> None:
    """Counts that do not scatter beyond Poisson get a dispersion near zero."""
    rng = np.random.default_rng(1)
    mean = np.full(20_000, 3.0)
    assert fit_dispersion(mean, rng.poisson(mean)).at(np.array([3.0]))[0] < 0.03


@pytest.mark.parametrize("mean", [np.zeros(5), np.ones(5), np.ones(0)])
def test_no_units_give_the_default(mean: np.ndarray) -> None:
    """Where nothing was ordered there is nothing to fit."""
    assert fit_dispersion(mean, np.zeros(mean.shape)).at(np.ones(1)).tolist() == [DEFAULT]


def test_skus_in_large_orders_are_fitted_apart() -> None:
    """At one mean, SKUs that come in larger orders are found to scatter more."""
    rng = np.random.default_rng(2)
    mean = np.full((20_000, 2), 1.0)
    units = np.column_stack([draw(rng, mean[:, 0], 0.3), draw(rng, mean[:, 1], 3.0)])
    sizes = np.array([1.0, 6.0])
    found = fit_by_size(mean, units, sizes).at(np.ones((1, 2)), sizes)
    assert found[0] == pytest.approx([0.3, 3.0], rel=0.2)
    together = fit_by_size(mean, units, None).at(np.ones((1, 2)), sizes)
    assert together[0, 0] == together[0, 1]


def test_few_units_make_one_class() -> None:
    """A class needs units enough; SKUs of one order size are never torn apart."""
    assert set(size_classes(np.arange(9.0), np.full(9, 10.0)).tolist()) == {0}
    assert set(size_classes(np.ones(9), np.full(9, 1e5)).tolist()) == {0}
    assert set(size_classes(np.arange(9.0), np.full(9, 1e5)).tolist()) == set(range(6))


def test_order_size_is_that_of_the_unit() -> None:
    """A unit's order size is the mean over units, not over lines, shrunk to that of all SKUs."""
    lines = weekly("r", "big", [30, 10] * 50) + weekly("r", "one", [1] * 100)
    sizes = order_sizes(make_snapshot(lines).orders)
    assert sizes[0] == pytest.approx(25.0, rel=0.05)  # (30 * 30 + 10 * 10) / 40
    assert 1.0 < sizes[1] < 25.0


def two_regions(past: Backcast | None) -> Forecast:
    """Return a forecast of two regions, one SKU, one period, mean 2 each."""
    mean = np.full((1, 2, 1), 2.0)
    return Forecast(
        make_axis("region_id", ["a", "b"]),
        make_axis("sku", ["s"]),
        Periods(CUTOFF, 7, 1),
        mean=mean,
        dispersion=np.full((1, 2, 1), 0.5),
        total_mean=mean[0],
        total_dispersion=np.full((2, 1), 0.5),
        signals={"own": mean[0]},
        backcast=past,
    )


def test_independent_regions_narrow_in_sum() -> None:
    """By hand: 2 + 2 units, each with variance 2 + .5 * 4, make 4 with 8 = 4 + .25 * 16."""
    both = grouped(two_regions(None), np.zeros(2, dtype=np.int64), make_axis("z", ["z"]))
    assert both.mean.tolist() == [[[4.0]]]
    assert both.dispersion.tolist() == [[[0.25]]]
    assert both.total_dispersion.tolist() == [[0.25]]


def test_regions_that_move_together_stay_wide() -> None:
    """Where both regions always rose and fell as one, the sum scatters as each of them does."""
    rng = np.random.default_rng(3)
    mean = np.full((4000, 1, 2, 1), 2.0, dtype=np.float32)
    factor = rng.gamma(2.0, 0.5, (4000, 1, 1, 1))
    past = Backcast(mean, rng.poisson(mean * factor).astype(np.float32), np.arange(1))
    both = grouped(two_regions(past), np.zeros(2, dtype=np.int64), make_axis("z", ["z"]))
    assert both.dispersion[0, 0, 0] == pytest.approx(0.5, rel=0.15)
    assert both.backcast is not None
    assert both.backcast.mean.shape == (4000, 1, 1, 1)


def test_unknown_group_is_refused() -> None:
    """A group that is not on the axis is told with what was expected."""
    with pytest.raises(DemandError, match="runs from 0 to 1, expected -1 to 0"):
        grouped(two_regions(None), np.array([0, 1]), make_axis("z", ["z"]))


def test_chances_are_counted_of_cells_that_had_sold() -> None:
    """Cells that had not, and means too small to tell of, are passed over, at every step."""
    past = np.full((2, 3, 1, 4), 1.0, dtype=np.float32)
    past[..., 1] = LEAST_MEAN / 2.0
    units = np.arange(past.size, dtype=np.float32).reshape(past.shape)
    had_sold = np.array([[[True, True, False, True]], [[True, True, True, False]]])
    (mean, sku), came = pick_sold(past, units, had_sold)
    assert mean.tolist() == [1.0] * 12
    assert sku.tolist() == [0, 3] * 3 + [0, 2] * 3
    assert came.tolist() == [0, 3, 4, 7, 8, 11, 12, 14, 16, 18, 20, 22]
