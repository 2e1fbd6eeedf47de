"""Where there are very many cells a sample of the SKUs teaches for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import prepos.forecast.training as training_module
from prepos.core.axes import make_axis
from prepos.core.demand import Forecast
from prepos.core.orders import Orders
from prepos.core.snapshot import Snapshot
from prepos.forecast.distribution import quantiles, total_quantiles
from prepos.forecast.grouped import grouped
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.sampling import middle_skus
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins
from prepos.signals.asked import Asked
from prepos.signals.evidence import gather
from prepos.signals.registry import read_columns
from tests.unit.forecast.snapshots import make_snapshot, random_lines, ring

REGIONS, SKUS = 6, 90
KINDS = ("pooled", "counts", "moving_average", "naive", "intermittent")


@pytest.fixture(scope="module")
def world() -> Snapshot:
    """Return a year of orders."""
    lines = random_lines(4, regions=REGIONS, skus=SKUS, weeks=52, orders=6000)
    return make_snapshot(lines, neighbours=ring(REGIONS))


def forecast(snapshot: Snapshot, kind: str = "pooled") -> Forecast:
    """Return a model's forecast."""
    return make_forecast(snapshot, ModelSpec(kind=kind, series=5), ForecastOptions())


def shuffled(orders: Orders, seed: int) -> Orders:
    """Return the same orders in another order."""
    order = np.random.default_rng(seed).permutation(len(orders))
    return replace(
        orders,
        **{
            name: getattr(orders, name)[order]
            for name in ("order", "customer", "region", "sku", "at", "quantity")
        },
    )


def test_the_sample_holds_sellers_of_every_size_whatever_the_order_of_lines(
    world: Snapshot,
) -> None:
    chosen = middle_skus(world.orders, 20)
    assert (np.diff(chosen) > 0).all()
    assert chosen.tolist() == middle_skus(shuffled(world.orders, 1), 20).tolist()
    units = np.bincount(world.orders.sku, world.orders.quantity, minlength=SKUS)
    rank = np.sort(np.argsort(np.argsort(-units, kind="stable"))[chosen])
    assert (np.diff(rank) <= 2 * SKUS / 20).all()
    assert rank[0] <= SKUS / 20
    assert rank[-1] >= SKUS - 1 - SKUS / 20


def test_all_teach_up_to_the_limit(world: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_module, "MOST_CELLS", REGIONS * SKUS)
    assert len(training_origins(world, 12).skus) == SKUS
    monkeypatch.setattr(training_module, "MOST_CELLS", REGIONS * SKUS - 1)
    assert len(training_origins(world, 12).skus) == SKUS - 1


def test_a_sample_says_nearly_what_all_say(
    world: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = forecast(world)
    monkeypatch.setattr(training_module, "MOST_CELLS", REGIONS * 45)
    sampled = forecast(world)
    assert sampled.backcast is not None
    assert len(np.unique(sampled.backcast.skus)) == 45
    assert sampled.total_mean.sum() == pytest.approx(whole.total_mean.sum(), rel=0.05)
    by_sku = np.corrcoef(sampled.total_mean.sum(axis=0), whole.total_mean.sum(axis=0))[0, 1]
    assert by_sku > 0.99


@pytest.mark.parametrize("kind", KINDS)
def test_every_model_and_its_groups_stand_on_a_sample(
    kind: str, world: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_module, "MOST_CELLS", REGIONS * 11)
    found = forecast(world, kind)
    assert found.mean.shape[1:] == (REGIONS, SKUS)
    groups = grouped(found, np.arange(REGIONS) % 2, make_axis("group", ("a", "b")))
    np.testing.assert_allclose(groups.mean.sum(axis=1), found.mean.sum(axis=1), rtol=1e-9)
    for each in (found, groups):
        for values in (each.dispersion, each.total_dispersion, quantiles(each, (0.5, 0.99))):
            assert np.isfinite(values).all()
            assert (values >= 0).all()
        assert np.isfinite(total_quantiles(each, (0.5, 0.99))).all()


def hidden(world: Snapshot) -> Snapshot:
    """Return the world with events of regions, SKUs and cells, and times out of stock."""
    starts = [world.periods.start(back) for back in range(-30, 4, 3)]
    calendar = pd.DataFrame(
        [
            (day, region, "leaflet", "promotion", sku)
            for day in starts
            for region, sku in (("r1", "s3"), ("", "s5"), ("r2", ""), ("", ""))
        ],
        columns=["date", "region_id", "event", "kind", "sku"],
    )
    stockouts = pd.DataFrame(
        [("", "r1", f"s{k}", starts[2], starts[6]) for k in range(8)],
        columns=["node_id", "region_id", "sku", "from", "to"],
    )
    return replace(world, tables={"calendar": calendar, "stockouts": stockouts})


@pytest.mark.parametrize("make", [lambda world: world, hidden], ids=["plain", "hidden"])
@pytest.mark.parametrize("back", [0, 3])
def test_signals_say_of_some_cells_what_they_say_among_all(
    world: Snapshot, back: int, make: Callable[[Snapshot], Snapshot]
) -> None:
    names = ("own", "pool", "neighbours", "together", "due", "new_buyers")
    backs = (back,) if back else ()  # the cutoff is an origin in any case
    evidence = gather(make(world), ModelSpec(kind="pooled").signal_options(), backs).at(back)
    cells = np.arange(1, REGIONS * SKUS, 7)
    among_all = read_columns(names, evidence)
    alone = read_columns(names, evidence.of(Asked(*np.divmod(cells, SKUS), (REGIONS, SKUS))))
    assert [column.signal for column in alone] == [column.signal for column in among_all]
    for some, every in zip(alone, among_all, strict=True):
        told = every.mean.reshape(len(every.mean), 1, -1)[..., cells]
        np.testing.assert_allclose(some.mean, told, rtol=1e-5, atol=1e-7)
