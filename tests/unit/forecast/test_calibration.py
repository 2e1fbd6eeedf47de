"""Chances corrected by what they turned out to be."""

from __future__ import annotations

import json

import numpy as np
import pytest

from prepos.core.fitted import Calibration, Fitted, Widths, read_fitted
from prepos.core.sizes import OrderSizes
from prepos.core.types import FloatArray
from prepos.forecast.calibration import LEAST_MEAN, calibrated_quantiles, fit_calibration
from prepos.forecast.cells import Cells, cell_chances, cell_quantiles, share_below

LEVELS = (0.5, 0.9, 0.95, 0.99)


def make_cells(mean: FloatArray, dispersion: float) -> Cells:
    """Return negative-binomial cells of one SKU."""
    return Cells(
        mean=mean, dispersion=np.full(len(mean), dispersion), sku=np.zeros(len(mean), np.int64)
    )


def draw_lognormal(cells: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return means from .2 to 50, and units that scatter otherwise than a negative binomial."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(np.log(0.2), np.log(50.0), cells))
    return mean, rng.poisson(mean * rng.lognormal(-0.5, 1.0, cells)).astype(np.float64)


def covered(cells: Cells, units: FloatArray, calibration: Calibration | None) -> FloatArray:
    """Return the shares of cells below each level."""
    below, upto = cell_chances(cells, units - 1.0), cell_chances(cells, units)
    if calibration is not None:
        below, upto = (calibration.came_at(cells.mean, each) for each in (below, upto))
    return share_below(below, upto, np.array(LEVELS)).mean(axis=0)


def test_a_wrong_form_is_put_right_on_cells_not_seen() -> None:
    mean, units = draw_lognormal(40_000, 1)
    calibration = fit_calibration(make_cells(mean, 1.7), units)
    assert calibration is not None
    mean, units = draw_lognormal(40_000, 2)
    cells = make_cells(mean, 1.7)
    raw = np.abs(covered(cells, units, None) - LEVELS)
    put_right = np.abs(covered(cells, units, calibration) - LEVELS)
    assert raw.max() > 0.03
    assert put_right.max() < 0.01


def test_the_right_form_is_left_nearly_alone() -> None:
    rng = np.random.default_rng(3)
    mean = np.exp(rng.uniform(np.log(0.1), np.log(30.0), 50_000))
    units = rng.poisson(mean * rng.gamma(2.0, 0.5, len(mean))).astype(np.float64)
    calibration = fit_calibration(make_cells(mean, 0.5), units)
    assert calibration is not None
    assert np.abs(calibration.came - calibration.told).max() < 0.025


def test_quantiles_are_those_of_the_corrected_chances() -> None:
    mean, units = draw_lognormal(20_000, 4)
    calibration = fit_calibration(make_cells(mean, 1.0), units)
    assert calibration is not None
    cells = make_cells(np.geomspace(0.01, 60.0, 200), 1.0)
    counts = calibrated_quantiles(cells, LEVELS, calibration)
    for level, found in zip(LEVELS, counts, strict=True):
        reached, before = (
            calibration.came_at(cells.mean, cell_chances(cells, found - less))
            for less in (0.0, 1.0)
        )
        assert (reached >= level - 1e-9).all()
        assert (before[found > 0] < level + 1e-9).all()
    assert (np.diff(counts, axis=0) >= 0).all()


def test_empty_cells_are_taken_at_their_word() -> None:
    mean, units = draw_lognormal(5_000, 5)
    calibration = fit_calibration(make_cells(mean, 1.0), units)
    assert calibration is not None
    cells = make_cells(np.full(3, LEAST_MEAN / 2.0), 1.0)
    chances = np.array([0.2, 0.5, 0.99])
    assert calibration.came_at(cells.mean, chances).tolist() == chances.tolist()
    found = calibrated_quantiles(cells, LEVELS, calibration)
    assert found.tolist() == cell_quantiles(cells, LEVELS).tolist()


@pytest.mark.parametrize("cells", [0, 1, 499])
def test_too_few_cells_say_nothing(cells: int) -> None:
    assert fit_calibration(make_cells(np.ones(cells), 1.0), np.ones(cells)) is None


def test_a_few_cells_move_the_chances_little() -> None:
    calibration = fit_calibration(make_cells(np.ones(500), 1.0), np.zeros(500))
    assert calibration is not None
    assert len(calibration.least) == 1
    assert (np.diff(calibration.came) > 0).all()


def test_equal_means_make_one_class() -> None:
    calibration = fit_calibration(make_cells(np.ones(6_000), 1.0), np.ones(6_000))
    assert calibration is not None
    assert calibration.classes(np.array([0.01, 0.5, 1.0, 9.0])).min() == -1
    assert np.isfinite(calibration.came).all()


def test_orders_times_sizes_are_corrected_too() -> None:
    rng = np.random.default_rng(6)
    units = 12.0 * rng.poisson(0.5 * rng.gamma(1.0, 1.0, 20_000))
    sizes = OrderSizes(
        start=np.array([0, 1]), size=np.array([12]), chance=np.ones(1), mean=np.array([12.0])
    )
    cells = Cells(
        mean=np.full(20_000, 6.0),
        dispersion=np.full(20_000, 3.0),
        sku=np.zeros(20_000, np.int64),
        sizes=sizes,
        of_orders=np.full(20_000, 0.1),
    )
    calibration = fit_calibration(cells, units)
    assert calibration is not None
    before, after = (np.abs(covered(cells, units, each) - LEVELS) for each in (None, calibration))
    assert after.max() < before.max() / 3.0
    assert (calibrated_quantiles(cells, LEVELS, calibration) % 12 == 0).all()


def test_it_is_kept_with_the_fit() -> None:
    mean, units = draw_lognormal(5_000, 7)
    found = fit_calibration(make_cells(mean, 1.0), units)
    widths = Widths(np.zeros(0), ())
    fitted = Fitted(
        model="pooled",
        cutoff=np.datetime64("2024-01-01").item(),
        columns=("own",),
        weights=np.ones(1),
        by_period=widths,
        of_sum=widths,
        calibration_of_sum=found,
    )
    read = read_fitted(json.loads(json.dumps(fitted.mapping())))
    assert read.calibration_by_period is None
    assert found is not None
    assert read.calibration_of_sum is not None
    for name in ("least", "told", "came"):
        np.testing.assert_array_equal(getattr(read.calibration_of_sum, name), getattr(found, name))
