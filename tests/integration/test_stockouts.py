"""Stock-outs on the embedded sample: real sales are deleted, and said to have been out of stock.

The forecast that is told so comes near the one that saw all orders; the one that is not told takes
the gap for want of demand.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from prepos.config import bundled, load_config
from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.spec import ModelSpec
from prepos.pipeline.known import make_snapshot, open_inputs
from prepos.publish.timings import Stopwatch
from tests.bench.hidden_sales import distance, hide_sales

SHARE = 0.3  # of the SKUs
DRAWS = (1, 2, 3)


@pytest.fixture(scope="module")
def sample() -> Snapshot:
    """Return the embedded sample at its cutoff."""
    config = load_config(bundled("data", "sample") / "prepos.toml")
    known = open_inputs(config, Stopwatch(), today=date(2018, 1, 1))
    return make_snapshot(known, config)


def forecast(snapshot: Snapshot) -> Forecast:
    """Return the default model's forecast."""
    return make_forecast(snapshot, ModelSpec(kind="pooled"), ForecastOptions())


@pytest.fixture(scope="module")
def distances(sample: Snapshot) -> dict[str, FloatArray]:
    """Return bias and mean distance to the forecast that saw all, told and untold (2, 2).

    Of the cells where sales were taken out and of the others; means over the draws.
    """
    whole, found = forecast(sample), {"hidden": np.zeros((2, 2)), "others": np.zeros((2, 2))}
    for seed in DRAWS:
        hidden = hide_sales(sample, SHARE, np.random.default_rng(seed))
        for number, snapshot in enumerate((hidden.told, hidden.untold)):
            mine = forecast(snapshot)
            found["hidden"][number] += distance(mine, whole, hidden.cells) / len(DRAWS)
            found["others"][number] += distance(mine, whole, ~hidden.cells) / len(DRAWS)
    return found


def test_sales_are_taken_out_where_the_table_says(sample: Snapshot) -> None:
    """Thousands of units are gone, all of them within the table's spans."""
    hidden = hide_sales(sample, SHARE, np.random.default_rng(0))
    gone = sample.orders.quantity.sum() - hidden.told.orders.quantity.sum()
    assert gone == hidden.units > 2000
    assert len(hidden.told.tables["stockouts"]) == hidden.cells.sum()
    orders, table = hidden.told.orders, hidden.told.tables["stockouts"]
    lasting = table[table["to"] == sample.periods.end(-1)]
    assert len(lasting) > 500
    week = np.flatnonzero(sample.periods.periods_of(orders.at) == -1)
    sold = {(orders.regions[orders.region[n]], orders.skus[orders.sku[n]]) for n in week}
    assert not sold & set(zip(lasting["region_id"], lasting["sku"], strict=True))


def test_the_table_brings_back_what_stock_outs_hid(distances: dict[str, FloatArray]) -> None:
    """Untold a quarter of the demand is lost; told the total is right, and cells half as far off.

    When written: bias -1 % and mean distance 15 % told, -28 % and 28 % untold.
    """
    (bias, far), (lost, astray) = distances["hidden"]
    assert lost < -0.2
    assert abs(bias) < 0.05
    assert far < 0.6 * astray


def test_other_cells_move_less_where_the_table_is_told(distances: dict[str, FloatArray]) -> None:
    """Orders that held nothing else are gone, so customers seem to come less: -4 %, untold -8 %."""
    (bias, _), (lost, _) = distances["others"]
    assert lost < bias
    assert abs(bias) < 0.06
