"""Named panels of orders as snapshots, for benchmarks: real ones, and one whose truth is known.

Real panels are read from the folder that ``PREPOS_SHARED_DATA`` names. Each snapshot's cutoff lies
after the last whole week; earlier origins are had by ``Snapshot.back_to``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from prepos.core.axes import Axis, make_axis
from prepos.core.network import Network, Region, Service
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.regions.neighbours import make_neighbours
from prepos.regions.points import PointAreas

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "data"), str(ROOT / "tests" / "integration" / "real")]

HORIZON = 4
NEAREST = 6  # regions around a region


def load_panel(name: str) -> Snapshot:
    """Return a panel by its name, with all that is known of it."""
    return PANELS[name]()


def shared_data() -> Path:
    """Return the folder of the real data sets."""
    return Path(os.environ["PREPOS_SHARED_DATA"])


def make_snapshot(
    lines: pd.DataFrame, categories: pd.Series, points: pd.DataFrame, cutoff: date
) -> Snapshot:
    """Return a snapshot of clean lines.

    Parameters
    ----------
    lines : order, customer, region, sku, at, quantity; customer "" where anonymous
    categories : category by sku
    points : latitude and longitude by region
    """
    regions = make_axis("region_id", points.index)
    skus = make_axis("sku", categories.index)
    customers = make_axis("customer_id", set(lines["customer"]) - {""})
    lines = lines.groupby(["order", "customer", "region", "sku"], as_index=False).agg(
        {"at": "min", "quantity": "sum"}
    )
    lines = lines.sort_values(["at", "order", "sku"], kind="stable")
    orders = Orders(
        customers,
        regions,
        skus,
        order=np.unique(lines["order"].to_numpy(), return_inverse=True)[1],
        customer=customers.positions(lines["customer"].tolist()),
        region=regions.positions(lines["region"].tolist()),
        sku=skus.positions(lines["sku"].tolist()),
        at=lines["at"].to_numpy().astype("datetime64[s]"),
        quantity=lines["quantity"].to_numpy().astype(np.int64),
    )
    return Snapshot(
        orders,
        Periods(cutoff, 7, HORIZON),
        make_products(skus, tuple(categories[list(skus)])),
        make_network(regions, points.loc[list(regions)]),
        np.full(len(customers), True),
        {},
    )


def make_products(skus: Axis, category: tuple[str, ...]) -> Products:
    """Return products of which only the category matters."""
    ones = np.ones(len(skus))
    return Products(
        skus=skus,
        unit_volume_m3=ones,
        unit_weight_kg=ones,
        unit_value=ones,
        shortage_cost=ones,
        holding_cost=ones,
        return_cost=ones,
        case_pack=ones.astype(np.int64),
        minimum_lot=ones.astype(np.int64),
        category=category,
        shelf_life_days=ones * np.inf,
        launched_on=("",) * len(skus),
    )


def make_network(axis: Axis, points: pd.DataFrame) -> Network:
    """Return a map of regions alone, each beside its nearest."""
    regions = tuple(
        Region(region_id=name, latitude=float(latitude), longitude=float(longitude))
        for name, latitude, longitude in zip(
            axis, points["latitude"], points["longitude"], strict=True
        )
    )
    nowhere = Service(*(np.zeros((0, len(regions))) for _ in range(3)))
    return Network(
        (), regions, (), nowhere, make_neighbours(PointAreas(regions, max_km=100.0), NEAREST)
    )


def journey(*, types: bool, whole: bool = False) -> Snapshot:
    """Return Complete Journey by home store and product, or product type as SKU.

    Whole, or the 40 busiest stores and there the 1,000 SKUs with most lines.
    """
    from cutting import baskets as source
    from cutting.geography import place_stores
    from cutting.history import visits

    folder = shared_data() / "complete_journey"
    baskets = source.read_baskets(folder)
    baskets["category"] = baskets["department"]
    if not types:
        baskets = by_product(baskets, folder)
    places = place_stores(visits(baskets))
    stores = baskets["home"].unique()
    if not whole:
        stores = source.busiest(baskets["home"], baskets["quantity"], 40)
    baskets = baskets[baskets["home"].isin(stores)]
    if not whole:
        products = source.busiest(baskets["sku"], pd.Series(1, baskets.index), 1000)
        baskets = baskets[baskets["sku"].isin(products)]
    names = pd.Series({store: f"S{store:05d}" for store in stores})
    lines = pd.DataFrame(
        {
            "order": baskets["basket"].astype(str),
            "customer": baskets["household"].astype(str),
            "region": baskets["home"].map(names),
            "sku": baskets["sku"],
            "at": baskets["at"],
            "quantity": baskets["quantity"],
        }
    )
    points = places.loc[list(stores)].set_axis(names[list(stores)])
    categories = baskets.groupby("sku")["category"].first()
    return make_snapshot(lines, categories, points, date(2018, 1, 1))


def by_product(baskets: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Return the lines with single products as SKUs and product types as categories."""
    raw = pd.read_parquet(folder / "transactions.parquet", columns=["product_id", "quantity"])
    goods = pd.read_parquet(folder / "products.parquet").set_index("product_id")
    category = raw["product_id"].map(goods["product_category"])
    kept = (
        (raw["quantity"] > 0)
        & ~category.isin(("COUPON/MISC ITEMS", "FUEL"))
        & raw["product_id"].map(goods["product_type"]).notna()
    )
    return baskets.assign(
        sku=raw.loc[kept, "product_id"].astype(str).to_numpy(), category=baskets["sku"]
    )


def online_retail() -> Snapshot:
    """Return Online Retail without cancellations, by country and stock code."""
    from online_retail import COUNTRIES

    raw = pd.read_parquet(shared_data() / "online_retail" / "online_retail.parquet")
    raw = raw[(raw["Quantity"] > 0) & raw["Country"].isin(COUNTRIES) & (raw["UnitPrice"] > 0)]
    lines = pd.DataFrame(
        {
            "order": raw["InvoiceNo"].astype(str),
            "customer": raw["CustomerID"].astype("Int64").astype("string").fillna("").astype(str),
            "region": raw["Country"],
            "sku": raw["StockCode"].astype(str),
            "at": raw["InvoiceDate"],
            "quantity": raw["Quantity"],
        }
    )
    points = pd.DataFrame(COUNTRIES, index=["latitude", "longitude"]).T
    categories = pd.Series("", index=sorted(lines["sku"].unique()))
    return make_snapshot(lines, categories, points, date(2011, 12, 5))


def synthetic() -> Snapshot:
    """Return the panel whose true means ``load_truth`` tells: 160 weeks, 40 regions, 500 SKUs."""
    truth, units, points, category = _draw()
    week, region, sku = np.nonzero(units)
    start = date(2026, 1, 5)
    cutoff = start + timedelta(weeks=len(units))
    rng = np.random.default_rng(5)
    day = rng.integers(0, 7, len(week))
    at = np.datetime64(start, "D") + (week * 7 + day).astype("timedelta64[D]")
    lines = pd.DataFrame(
        {
            "order": np.char.mod("o%07d", np.arange(len(week))),
            "customer": np.where(
                rng.random(len(week)) < 0.8,
                np.char.add(
                    np.char.mod("c%02d-", region),
                    np.char.mod("%03d", rng.integers(0, 80, len(week))),
                ),
                "",
            ),
            "region": np.char.mod("r%02d", region),
            "sku": np.char.mod("s%03d", sku),
            "at": at.astype("datetime64[s]"),
            "quantity": units[week, region, sku],
        }
    )
    regions = pd.DataFrame(points, columns=["latitude", "longitude"])
    regions.index = pd.Index([f"r{number:02d}" for number in range(len(points))])
    categories = pd.Series(
        [f"g{number:02d}" for number in category],
        index=[f"s{number:03d}" for number in range(truth.shape[2])],
    )
    return make_snapshot(lines, categories, regions, cutoff)


def load_truth(name: str) -> FloatArray:
    """Return the (T, R, K) units that were to be expected of each week, from the first on."""
    if name != "synthetic":
        raise KeyError(f"the truth of {name} is not known")
    return _draw()[0]


def _draw() -> tuple[FloatArray, np.ndarray, FloatArray, np.ndarray]:
    """Draw true means (T, R, K), units (T, R, K), points (R, 2) and categories (K,).

    A SKU's level swings slowly, and with its category's season of the year; its shares of the
    regions scatter around those of its category, these around the regions' sizes, alike for regions
    that lie near, and move slowly. Nothing of it is drawn anew from week to week, so that the true
    mean of the weeks ahead is what a perfect forecast would say.
    """
    weeks, regions, skus, groups = 160, 40, 500, 20
    rng = np.random.default_rng(2026)
    points = np.column_stack([rng.uniform(38.0, 43.0, regions), rng.uniform(-86.0, -79.0, regions)])
    category = rng.integers(0, groups, skus)
    near = np.exp(-((points[:, None] - points[None]) ** 2).sum(axis=2) / 1.5)
    smooth = np.linalg.cholesky(near + 1e-6 * np.eye(regions))
    size = np.exp(rng.normal(0.0, 0.8, regions))
    taste = 0.5 * (smooth @ rng.normal(size=(regions, groups)))[:, category]
    own = 0.4 * smooth @ rng.normal(size=(regions, skus)) + 0.3 * rng.normal(size=(regions, skus))
    share = size[:, None] * np.exp(taste + own)
    share /= share.sum(axis=0)
    level = np.exp(rng.normal(1.5, 1.2, skus))
    season = 0.25 * _swing(rng, weeks, groups, (52.18, 52.18))[:, category]
    level = level * np.exp(season + 0.3 * _swing(rng, weeks, skus, (40.0, 200.0)))
    moves = 0.2 * _swing(rng, weeks, regions * groups, (60.0, 300.0))
    moves = moves.reshape(weeks, regions, groups)[:, :, category]
    start = rng.integers(0, 100, skus) * (rng.random(skus) < 0.15)
    on_sale = np.arange(weeks)[:, None] >= start
    truth = (level * on_sale)[:, None, :] * share * np.exp(moves)
    scatter = rng.gamma(2.5, 1.0 / 2.5, truth.shape)
    return truth, rng.poisson(truth * scatter), points, category


def _swing(
    rng: np.random.Generator, weeks: int, count: int, periods: tuple[float, float]
) -> FloatArray:
    """Return (T, count) sine waves of amplitude 1 with periods of so many weeks."""
    period = np.exp(rng.uniform(*np.log(periods), count))
    phase = rng.uniform(0.0, 2.0 * np.pi, count)
    return np.sin(2.0 * np.pi * np.arange(weeks)[:, None] / period + phase)


PANELS: dict[str, Callable[[], Snapshot]] = {
    "journey_products": lambda: journey(types=False),
    "journey_types": lambda: journey(types=True),
    "journey_whole": lambda: journey(types=True, whole=True),
    "online_retail": online_retail,
    "synthetic": synthetic,
}
