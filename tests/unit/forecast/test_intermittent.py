"""Croston, SBA, TSB and IMAPA: by hand, and as statsforecast has them."""

from __future__ import annotations

import warnings

import numba
import numpy as np
import pytest

from prepos.core.demand import History
from prepos.errors import ConfigError
from prepos.forecast.intermittent import choose_rates, intermittent, variant_means
from prepos.forecast.spec import VARIANTS, ModelSpec
from tests.unit.forecast.snapshots import make_snapshot, random_lines, weekly

HAND = np.array([[0, 6, 0, 0, 3]], np.float32)  # sizes 6, 3; intervals 2, 3


def at_end(variant: str, units: np.ndarray, rates: tuple[float, float]) -> np.ndarray:
    """Return the means (C,) after the last period."""
    return variant_means(variant, units, np.array([units.shape[1]]), rates)[0]


def draw_units(seed: int, cells: int = 300, periods: int = 60) -> np.ndarray:
    """Return counts from empty to busy, some that start late and some that stop."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(0.6, 0.6, (cells, 1))
    units = rng.poisson(level, (cells, periods)) * rng.integers(1, 4, (cells, periods))
    units[: cells // 6, : periods // 2] = 0
    units[-cells // 6 :, periods // 3 :] = 0
    return units.astype(np.float32)


def test_croston_by_hand() -> None:
    """Size 6 + .5 (3 - 6) = 4.5 over interval 2 + .25 (3 - 2) = 2.25 is 2 (Croston, 1972)."""
    assert at_end("croston", HAND, (0.5, 0.25)) == pytest.approx([2.0])


def test_sba_by_hand() -> None:
    """Croston's 2 times 1 - .25 / 2 (Syntetos and Boylan, 2005, equation 11)."""
    assert at_end("sba", HAND, (0.5, 0.25)) == pytest.approx([2.0 * 0.875])


def test_tsb_by_hand() -> None:
    """Chance 0, .5, .25, .125, .5625 times size 4.5 (Teunter, Syntetos and Babai, 2011)."""
    assert at_end("tsb", HAND, (0.5, 0.5)) == pytest.approx([0.5625 * 4.5])


def test_imapa_by_hand() -> None:
    """One sale of 3 after four periods: sums over 1 to 4 periods, the oldest remainder cut off.

    Sums 0, 0, 0, 3 and 0, 3 are foreseen alike by any rate, so the middle one, .2, smooths them to
    .6 and .6; one sum of 3 stays 3. By period that is .6, .6 / 2, 3 / 3 and 3 / 4
    (Petropoulos and Kourentzes, 2015).
    """
    units = np.array([[0, 0, 0, 3]], np.float32)
    assert at_end("imapa", units, (0.1, 0.1)) == pytest.approx([(0.6 + 0.3 + 1.0 + 0.75) / 4])


@pytest.mark.parametrize("variant", VARIANTS)
def test_marks_are_forecasts_made_back_then(variant: str) -> None:
    """One pass at several marks gives what each cut history gives by itself."""
    units, marks = draw_units(1), np.array([0, 1, 7, 30, 60])
    together = variant_means(variant, units, marks, (0.2, 0.1))
    assert (together[0] == 0).all()
    for mark, means in zip(marks[1:], together[1:], strict=True):
        assert (at_end(variant, units[:, :mark], (0.2, 0.1)) == means).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_threads_do_not_matter(variant: str) -> None:
    """One thread and all give the same bytes."""
    units = draw_units(2)
    shared = at_end(variant, units, (0.2, 0.1))
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    alone = at_end(variant, units, (0.2, 0.1))
    numba.set_num_threads(before)
    assert shared.tobytes() == alone.tobytes()


@pytest.mark.parametrize("variant", VARIANTS)
def test_steady_sales_are_forecast_as_they_are(variant: str) -> None:
    """Two a week, every week, is two a week; only SBA takes its half rate off."""
    snapshot = make_snapshot(weekly("r", "s", [2] * 30))
    spec = ModelSpec(kind="intermittent", variant=variant, rates=(0.1,))
    expected = 2.0 * 0.95 if variant == "sba" else 2.0
    assert intermittent(snapshot, spec).mean.ravel() == pytest.approx([expected, expected])


def test_tsb_fades_where_croston_does_not() -> None:
    """After a long silence TSB expects little, Croston what it expected at the last sale."""
    units = np.array([[2.0] * 20 + [0.0] * 20], np.float32)
    assert at_end("croston", units, (0.1, 0.1))[0] == pytest.approx(2.0)
    assert at_end("tsb", units, (0.1, 0.1))[0] == pytest.approx(2.0 * 0.9**20)


def test_rates_are_chosen_by_what_came() -> None:
    """A level that jumps calls for the fast rate, a level that only scatters for the slow one."""
    rng = np.random.default_rng(3)
    steady = rng.poisson(3.0, (200, 60))
    drifting = rng.poisson(3.0 * np.exp(np.cumsum(rng.normal(0, 0.4, (200, 60)), axis=1)))
    spec = ModelSpec(kind="intermittent", rates=(0.02, 0.5))
    snapshot = make_snapshot(weekly("r", "s", [1]))
    for units, expected in ((steady, 0.02), (drifting, 0.5)):
        cells = np.arange(200)
        history = History(
            snapshot.orders.regions,
            snapshot.orders.skus,
            snapshot.periods,
            region=cells,
            sku=cells,
            units=units.astype(np.float64),
        )
        assert choose_rates(history, spec, 50)[0] == expected


def test_rates_do_not_know_what_came_later() -> None:
    """What is sold after the periods that may be known does not change the choice."""
    snapshot = make_snapshot(random_lines(7, orders=400))
    history, spec = snapshot.history(), ModelSpec(kind="intermittent")
    before = choose_rates(history, spec, 12)
    history.units[:, 12:] = 99.0
    assert choose_rates(history, spec, 12) == before


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("weeks", [1, 2, 3, 9])
def test_short_histories_give_sound_forecasts(variant: str, weeks: int) -> None:
    """From the first week on means are finite, and positive where the cell just sold."""
    snapshot = make_snapshot(weekly("a", "x", [3] * weeks) + weekly("b", "y", [1]))
    forecast = intermittent(snapshot, ModelSpec(kind="intermittent", variant=variant))
    assert np.isfinite(forecast.mean).all()
    assert (forecast.mean[:, 0, 0] > 0).all()
    assert forecast.mean[:, 0, 1].tolist() == [0.0, 0.0]


def test_spec_refuses_what_is_no_variant_or_rate() -> None:
    """Both are named in one message."""
    with pytest.raises(ConfigError, match=r"variant is 'sb', .* rates is \(0.0,\), expected"):
        ModelSpec(kind="intermittent", variant="sb", rates=(0.0,))


@pytest.mark.parametrize("variant", VARIANTS)
def test_means_are_statsforecasts(variant: str) -> None:
    """Series by series; IMAPA's rates are searched for, so its means agree to the search."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("statsforecast.models")
    peers = {
        "croston": models.CrostonClassic(),
        "sba": models.CrostonSBA(),
        "tsb": models.TSB(alpha_d=0.2, alpha_p=0.05),
        "imapa": models.IMAPA(),
    }
    units = draw_units(4)
    rates = (0.2, 0.05) if variant == "tsb" else (0.1, 0.1)
    found = at_end(variant, units, rates)
    told = [peers[variant].forecast(y=row.astype(float), h=1)["mean"][0] for row in units]
    np.testing.assert_allclose(found, told, rtol=1e-3 if variant == "imapa" else 1e-5, atol=1e-6)
