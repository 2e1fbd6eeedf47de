"""Cells that never sold: a fit looks at a sample of them, which stands for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import prepos.forecast.pooled as pooled_module
import prepos.forecast.taught as taught_module
from prepos.core.axes import make_axis
from prepos.core.demand import Forecast, History
from prepos.core.periods import Periods
from prepos.core.snapshot import Snapshot
from prepos.forecast.distribution import total_quantiles
from prepos.forecast.grouped import grouped
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.spec import ModelSpec
from prepos.forecast.taught import Taught, draw_cells, list_cells
from prepos.forecast.training import Training, training_origins
from prepos.signals.asked import Asked
from tests.unit.forecast.snapshots import make_snapshot, random_lines, ring

REGIONS, SKUS = 12, 60


@pytest.fixture(scope="module")
def world() -> Snapshot:
    """Return a year of orders that most cells take no part in."""
    rng = np.random.default_rng(3)
    lines = random_lines(3, regions=REGIONS, skus=SKUS, weeks=52, orders=4000)
    kept = {(r, k) for r in range(REGIONS) for k in range(SKUS) if rng.random() < 3.0 / (2 + k)}
    lines = [line for line in lines if (int(line.region[1:]), int(line.sku[1:])) in kept]
    return make_snapshot(lines, neighbours=ring(REGIONS))


def forecast(snapshot: Snapshot, kind: str = "pooled") -> Forecast:
    """Return the stack's forecast."""
    return make_forecast(snapshot, ModelSpec(kind=kind), ForecastOptions())


def every_cell_listed(snapshot: Snapshot, origins: int, *, listed: bool) -> Training:
    """Return the training with all cells in a list, each for itself."""
    training = training_origins(snapshot, origins)
    shape = training.shape[2:]
    cells = Asked(*np.divmod(np.arange(shape[0] * shape[1]), shape[1]), shape)
    return replace(training, skus=cells.sku, taught=Taught(cells, np.ones(len(cells))))


def sampled(monkeypatch: pytest.MonkeyPatch, draws: int) -> None:
    """Let cells that never sold be drawn, so many times."""
    monkeypatch.setattr(taught_module, "SPARSE", 1.0)
    monkeypatch.setattr(taught_module, "LEAST_DRAWN", draws)


def history_of(regions: int, skus: int, sold: int) -> History:
    """Return a history in which so many cells of a map sold, the same units in any map."""
    rng = np.random.default_rng(0)
    cell = np.sort(rng.choice(regions * skus, sold, replace=False))
    return History(
        make_axis("region_id", [f"r{n:05d}" for n in range(regions)]),
        make_axis("sku", [f"s{n:05d}" for n in range(skus)]),
        Periods.__new__(Periods),
        region=cell // skus,
        sku=cell % skus,
        units=rng.poisson(2.0, (sold, 6)).astype(float) + 1.0,
    )


def test_a_list_of_all_cells_is_forecast_as_the_map_is(
    world: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told in a list or on the map, signals, weights and widths are the same."""
    whole = forecast(world)
    monkeypatch.setattr(pooled_module, "training_origins", every_cell_listed)
    listed = forecast(world)
    np.testing.assert_allclose(listed.total_mean, whole.total_mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(listed.total_dispersion, whole.total_dispersion, rtol=1e-3)
    groups = np.arange(len(world.orders.regions)) % 3, make_axis("group", ("a", "b", "c"))
    np.testing.assert_allclose(
        grouped(listed, *groups).total_dispersion,
        grouped(whole, *groups).total_dispersion,
        rtol=1e-3,
    )


@pytest.mark.parametrize("draws", [100, 400])
def test_a_sample_of_the_rest_foretells_nearly_as_all_do(
    world: Snapshot, draws: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = forecast(world)
    sampled(monkeypatch, draws)
    some = forecast(world)
    assert some.backcast is not None
    assert some.backcast.listed is not None
    assert some.total_mean.sum() == pytest.approx(whole.total_mean.sum(), rel=0.01)
    np.testing.assert_allclose(
        total_quantiles(some, (0.5, 0.9)), total_quantiles(whole, (0.5, 0.9)), atol=2
    )


def test_what_sold_is_all_there_and_stands_for_itself(
    world: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampled(monkeypatch, 150)
    history = world.history()
    regions, skus = len(history.regions), len(history.skus)
    taught = list_cells(history, np.arange(skus))
    place = taught.cells.find(history.region, history.sku)
    assert (place >= 0).all()
    assert (taught.weight[place] == 1.0).all()
    assert (np.diff(taught.cells.region * skus + taught.cells.sku) > 0).all()
    assert taught.weight.sum() == pytest.approx(regions * skus, rel=0.05)


def test_ten_times_the_cells_that_never_sold_are_hardly_more_work() -> None:
    """The cells that a fit looks at are as many as sold ask for, whatever the map."""
    looked_at = [
        len(list_cells(history_of(regions, skus, 30_000), np.arange(skus)).cells)
        for regions, skus in ((100, 1000), (300, 3333), (1000, 1000), (100, 10_000))
    ]
    assert max(looked_at) <= 61_000
    assert max(looked_at) <= 1.2 * looked_at[0]


def test_drawn_cells_add_up_to_all_of_them() -> None:
    """A sum of sizes over the sample, weighted, is that over the map: Hansen and Hurwitz (1943)."""
    rng = np.random.default_rng(1)
    of_region, of_sku = rng.gamma(0.5, 10.0, 60), rng.gamma(0.5, 10.0, 500)
    cell, weight = draw_cells(of_region, of_sku, 4000)
    assert (np.diff(cell) > 0).all()
    drawn = np.divmod(cell, 500)
    for values in (np.ones((60, 500)), np.sqrt(np.outer(of_region, of_sku))):
        assert (values[drawn] * weight).sum() == pytest.approx(values.sum(), rel=0.02)
    nothing = draw_cells(np.zeros(3), np.zeros(4), 120)
    np.testing.assert_array_equal(nothing[0], np.arange(12))
