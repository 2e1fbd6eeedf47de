"""Spans of periods: a sum is as wide as such sums were."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from prepos.core.axes import make_axis
from prepos.core.demand import Backcast, Forecast
from prepos.core.periods import Periods
from prepos.core.spans import list_spans, span_number
from prepos.errors import DemandError
from prepos.forecast.dispersion import fit_by_size
from prepos.forecast.spans import span_dispersion
from tests.unit.forecast.snapshots import CUTOFF


def make_forecast(
    mean: np.ndarray,
    past: Backcast | None,
    *,
    dispersion: float = 0.5,
    total_dispersion: float = 0.5,
    order_size: np.ndarray | None = None,
) -> Forecast:
    """Return the forecast of means (T, R, K), equally wide everywhere."""
    horizon, regions, skus = mean.shape
    return Forecast(
        make_axis("region_id", [f"r{number}" for number in range(regions)]),
        make_axis("sku", [f"s{number}" for number in range(skus)]),
        Periods(CUTOFF, 7, horizon),
        mean=mean,
        dispersion=np.full(mean.shape, dispersion),
        total_mean=mean.sum(axis=0),
        total_dispersion=np.full(mean.shape[1:], total_dispersion),
        signals={"own": mean.sum(axis=0)},
        backcast=past,
        order_size=order_size,
    )


def draw_past(factor: np.ndarray, mean: float = 2.0, skus: int = 1) -> Backcast:
    """Return what came where means were multiplied by factors (O, H, R, K)."""
    means = np.full((*factor.shape[:-1], skus), mean, dtype=np.float32)
    units = np.random.default_rng(1).poisson(means * factor).astype(np.float32)
    return Backcast(means, units, np.arange(skus))


def as_given(*means: float, total_dispersion: float) -> Forecast:
    """Return a forecast of one cell without a past, each period with a dispersion of .5."""
    return make_forecast(np.array(means).reshape(-1, 1, 1), None, total_dispersion=total_dispersion)


def test_a_span_is_fitted_on_the_sums_of_such_spans() -> None:
    """Two periods of four: fitted on all sums of two in a row, of the SKUs that teach."""
    rng = np.random.default_rng(0)
    means = rng.uniform(0.5, 6.0, (300, 4, 2, 2)).astype(np.float32)
    units = rng.poisson(means * rng.gamma(2.0, 0.5, (300, 4, 2, 2))).astype(np.float32)
    units[..., 1] *= 5.0
    past, size = Backcast(means, units, np.array([0, 2])), np.array([1.0, 1.0, 5.0])
    forecast = make_forecast(rng.uniform(1.0, 9.0, (4, 2, 3)), past, order_size=size)
    said, came = (
        np.concatenate([values[:, s] + values[:, s + 1] for s in range(3)])
        for values in (means, units)
    )
    widths = fit_by_size(said, came, size[[0, 2]])
    assert len(widths.curves) == 2
    found = span_dispersion(forecast, 3)
    for start in range(2):
        by_hand = widths.at(forecast.mean[start] + forecast.mean[start + 1], size)
        assert found[span_number(start, start + 1, 3)] == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize("has_past", [True, False])
def test_one_period_and_the_horizon_are_told_once(has_past: bool) -> None:
    """Spans of one period have the forecast's dispersion, that of all periods its total's."""
    past = draw_past(np.ones((50, 3, 1, 1))) if has_past else None
    forecast = make_forecast(np.full((3, 1, 1), 2.0), past, total_dispersion=0.3)
    found, (first, last) = span_dispersion(forecast, 3), list_spans(3)
    assert_array_equal(found[first == last], forecast.dispersion)
    assert_array_equal(found[span_number(0, 2, 3)], forecast.total_dispersion)


@pytest.mark.parametrize(("together", "expected"), [(True, 0.5), (False, 0.25)])
def test_periods_that_move_together_stay_wide(together: bool, expected: float) -> None:
    """Two periods that rise and fall as one scatter as one does; else half as much."""
    factor = np.random.default_rng(2).gamma(2.0, 0.5, (6000, 1 if together else 3, 1, 1))
    past = draw_past(np.broadcast_to(factor, (6000, 3, 1, 1)))
    forecast = make_forecast(np.full((3, 1, 1), 2.0), past, total_dispersion=0.01)
    found = span_dispersion(forecast, 2)
    assert found[span_number(0, 1, 2), 0, 0] == pytest.approx(expected, rel=0.1)


def test_given_periods_add_up() -> None:
    """By hand: means 2, 4, 6, each .5 wide; 2 + 4 make (.5 * 4 + .5 * 16) / 36."""
    given = as_given(2.0, 4.0, 6.0, total_dispersion=0.5 * (4.0 + 16.0 + 36.0) / 144.0)
    found = span_dispersion(given, 3)
    assert found[span_number(0, 1, 3), 0, 0] == pytest.approx(10.0 / 36.0)
    assert found[span_number(1, 2, 3), 0, 0] == pytest.approx(26.0 / 100.0)


def test_periods_share_what_the_horizon_tells() -> None:
    """Without a past: a horizon as wide as its periods means that they move as one."""
    found = span_dispersion(as_given(2.0, 4.0, 6.0, total_dispersion=0.5), 3)
    assert found.ravel() == pytest.approx([0.5] * 6)


@pytest.mark.parametrize("means", [(0.0, 0.0, 5.0, 1.0), (1.0, 1.0, 9.0)])
def test_no_span_is_narrower_than_poisson(means: tuple[float, ...]) -> None:
    """Where nothing is wanted, or periods would make up for each other, the least is none."""
    found = span_dispersion(as_given(*means, total_dispersion=0.0), 3)
    assert found[span_number(0, 1, 3), 0, 0] == 0.0
    assert np.isfinite(found).all()
    assert (found >= 0.0).all()


@pytest.mark.parametrize("window", [0, 4])
def test_a_window_beyond_the_horizon_is_refused(window: int) -> None:
    """There are no spans of what is not forecast."""
    with pytest.raises(DemandError, match=f"window is {window}, expected 1 to 3"):
        span_dispersion(as_given(1.0, 1.0, 1.0, total_dispersion=0.5), window)
