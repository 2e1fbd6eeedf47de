"""Made-up shoppers by a law that is told: a family of worlds as contract tables, by seed.

Regions lie scattered around one centre and differ in size (log-normal). Each likes categories, and
SKUs within them, in its own way: tastes are alike for regions that lie near, and never change. A
SKU is as popular everywhere as a random walk by the week makes it, with its category's season of
the year on top; one in ten is launched on the way. Customers, each of one region, order at rates of
their own. Half of what they order repeats a line of theirs by chance, so that what was bought often
is bought again; the rest follows the region's taste and the week's popularity. Nothing is special
about the weeks that are replayed.

`ALIKE` has no regional structure: one taste, no repeats, and distance that hardly costs anything.
There is next to nothing to be gained by moving.

Nodes, lanes, service, room and costs follow the rules of the embedded sample. The laws and their
constants were set before any result was seen; tastes scatter as in the panel `synthetic` of
``panels.py``.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepos.core.types import FloatArray, IntArray

sys.path.insert(0, str(Path(__file__).parents[2] / "data"))

from cutting import network
from cutting.files import write_table
from cutting.geography import CENTRE, KM_PER_DEGREE, SPREAD_KM
from cutting.products import HOLDING, LOST_BASKET, RETURN

START = date(2024, 1, 1)  # a Monday
WEEKS, KNOWN_WEEKS = 60, 52  # drawn; known before the weeks that are replayed
REGIONS, SKUS, CATEGORIES, CUSTOMERS = 30, 150, 12, 2_400
FORWARD_NODES, NEED_WEEKS, INBOUND_WEEKS, RECENT_WEEKS = 8, 4.0, 1.4, 13
SIZE, NEAR_KM = 0.6, 80.0  # scatter of regions' sizes; how far tastes are alike
LEVEL, WALK, SEASON = 1.0, 0.06, 0.2  # of the logarithm of popularity: scatter, a week's step, wave
LAUNCHED = 0.1  # of the SKUs
RATE = (2.0, 0.25)  # orders a week of a customer: gamma, shape and scale
MORE_LINES, SINGLE = 2.0, 0.7  # lines beyond the first, Poisson; chance that a line is of one unit
VALUE, LITRES, KG_PER_LITRE, MARGIN = (1.4, 0.6), (0.7, 0.7), 0.8, 0.4
CASES = (4, 6, 12)  # units, where a forward node uses one a week at least
CONFIG = """\
[data]
orders = "orders.csv"
products = "products.csv"
regions = "regions.csv"
nodes = "nodes.csv"
lanes = "lanes.csv"
service = "service.csv"
stock = "stock.csv"

[time]
period = "week"
horizon = 4
cutoff = {cutoff}
"""


class Law(NamedTuple):
    """How far regions differ, as the scatter of logarithms, and what else sets worlds apart."""

    of_category: float = 0.5  # taste, alike for regions that lie near
    of_sku: float = 0.4  # the same of single SKUs
    of_region: float = 0.3  # of single SKUs, a region's alone
    repeats: float = 0.5  # share of a customer's lines that repeat an earlier one
    distance: float = 1.0  # what a km of a parcel's way costs, of what it costs in the sample


REGIONAL = Law()
ALIKE = Law(of_category=0.0, of_sku=0.0, of_region=0.0, repeats=0.0, distance=0.01)


class Drawn(NamedTuple):
    """A world's regions, categories of SKUs (K,), and order lines, oldest first."""

    regions: pd.DataFrame
    category: IntArray
    lines: pd.DataFrame


def prepare(target: Path, *, seed: int, law: Law, room: float, cutoff: date) -> Path:
    """Write tables and `prepos.toml` into target; return the config's path.

    ``room`` is a share of four weeks' need.
    """
    drawn = draw_world(np.random.default_rng(seed), law)
    weekly = recent_units(drawn, cutoff)
    rng = np.random.default_rng([seed, 1])
    goods = make_products(rng, drawn.category, weekly.sum() / FORWARD_NODES)
    demand = network.Demand(weekly, goods.set_index("sku")["unit_volume_m3"])
    nodes = network.make_nodes(drawn.regions, demand, forward=FORWARD_NODES)
    own = network.own_nodes(nodes, drawn.regions)
    service = network.make_service(nodes, drawn.regions)
    base = network.SERVICE_COST
    tables = {
        "orders": drawn.lines,
        "products": goods,
        "regions": drawn.regions,
        "nodes": network.limit_nodes(
            nodes, own, demand, storage=room * NEED_WEEKS, inbound=INBOUND_WEEKS
        ),
        "lanes": network.make_lanes(nodes, vans=False),
        "service": service.assign(
            ship_cost=(base + law.distance * (service["ship_cost"] - base)).round(4)
        ),
        "stock": network.make_stock(
            nodes, own, demand, cover=1.1 * NEED_WEEKS, forward_weeks=0.0, rng=rng
        ),
    }
    for name, table in tables.items():
        write_table(table, target / f"{name}.csv")
    config = target / "prepos.toml"
    config.write_text(CONFIG.format(cutoff=cutoff), encoding="utf-8")
    return config


def draw_world(rng: np.random.Generator, law: Law) -> Drawn:
    """Draw regions, tastes, popularity and a year's order lines."""
    east, north = rng.normal(0.0, SPREAD_KM / np.sqrt(2.0), (2, REGIONS))
    size = rng.lognormal(0.0, SIZE, REGIONS)
    category = rng.integers(0, CATEGORIES, SKUS)
    taste = draw_taste(rng, np.column_stack([east, north]), category, law)
    home = rng.choice(REGIONS, CUSTOMERS, p=size / size.sum())
    regions = pd.DataFrame(
        {
            "region_id": [f"R{number:02d}" for number in range(REGIONS)],
            "latitude": (CENTRE[0] + north / KM_PER_DEGREE).round(3),
            "longitude": (CENTRE[1] + east / (KM_PER_DEGREE * np.cos(np.radians(CENTRE[0])))).round(
                3
            ),
            "population": np.bincount(home, minlength=REGIONS),
        }
    )
    wish = np.exp(draw_popularity(rng, category)[:, None, :] + taste)  # (T, R, K)
    return Drawn(regions, category, draw_lines(rng, home, wish, law.repeats))


def draw_taste(
    rng: np.random.Generator, points_km: FloatArray, category: IntArray, law: Law
) -> FloatArray:
    """Draw (R, K) how much more than others each region likes each SKU, as a logarithm."""
    gap = ((points_km[:, None] - points_km[None]) ** 2).sum(axis=2)
    near = np.exp(-gap / (2.0 * NEAR_KM**2))
    smooth = np.linalg.cholesky(near + 1e-6 * np.eye(REGIONS))
    of_category = smooth @ rng.normal(size=(REGIONS, CATEGORIES))
    of_sku = smooth @ rng.normal(size=(REGIONS, SKUS))
    of_region = rng.normal(size=(REGIONS, SKUS))
    return np.asarray(
        law.of_category * of_category[:, category] + law.of_sku * of_sku + law.of_region * of_region
    )


def draw_popularity(rng: np.random.Generator, category: IntArray) -> FloatArray:
    """Draw (T, K) the logarithm of how popular each SKU is by week; -inf before its launch."""
    level = rng.normal(0.0, LEVEL, SKUS)
    walk = np.cumsum(rng.normal(0.0, WALK, (WEEKS, SKUS)), axis=0)
    phase = rng.uniform(0.0, 2.0 * np.pi, CATEGORIES)[category]
    week = np.arange(WEEKS)[:, None]
    season = SEASON * np.sin(2.0 * np.pi * week / 52.18 + phase)
    launch = rng.integers(1, WEEKS, SKUS) * (rng.random(SKUS) < LAUNCHED)
    return np.where(week >= launch, level + walk + season, -np.inf)


def draw_lines(
    rng: np.random.Generator, home: IntArray, wish: FloatArray, repeats: float
) -> pd.DataFrame:
    """Draw order lines of customers from their homes (U,), by what regions wish for (T, R, K)."""
    rate = rng.gamma(*RATE, len(home))
    past = np.zeros((2, 0), dtype=np.int64)  # customer and SKU of earlier weeks' lines
    weeks = []
    for week, wished in enumerate(wish):
        upto = np.cumsum(wished, axis=1) / wished.sum(axis=1, keepdims=True)
        buyer = np.repeat(np.arange(len(home)), rng.poisson(rate))
        lines = 1 + rng.poisson(MORE_LINES, len(buyer))
        order = np.repeat(np.arange(len(buyer)), lines)
        customer = buyer[order]
        drawn = (upto[home[customer]] < rng.random(len(order))[:, None]).sum(axis=1)
        sku = repeat_some(rng, past, customer, drawn, repeats)
        past = np.hstack([past, [customer, sku]])
        second = rng.integers(0, 7 * 86_400, len(buyer))[order]
        monday = np.datetime64(START + timedelta(weeks=week), "s")
        weeks.append(
            pd.DataFrame(
                {
                    "order_id": [f"{week:02d}-{number:05d}" for number in order],
                    "ordered_at": monday + second.astype("timedelta64[s]"),
                    "sku": [f"S{number:03d}" for number in sku],
                    "quantity": rng.geometric(SINGLE, len(order)),
                    "customer_id": [f"C{number:04d}" for number in customer],
                    "region_id": [f"R{number:02d}" for number in home[customer]],
                }
            )
        )
    told = pd.concat(weeks).sort_values(["ordered_at", "order_id", "sku"], ignore_index=True)
    return told.assign(ordered_at=told["ordered_at"].dt.strftime("%Y-%m-%dT%H:%M:%S"))


def repeat_some(
    rng: np.random.Generator, past: IntArray, customer: IntArray, sku: IntArray, repeats: float
) -> IntArray:
    """Return the SKUs (M,) of lines, some instead of an earlier line of their customer, by chance.

    ``past`` (2, N) are customers and SKUs of earlier lines.
    """
    order = np.argsort(past[0], kind="stable")
    first, end = np.searchsorted(past[0][order], [customer, customer + 1])
    pick = first + np.floor(rng.random(len(sku)) * (end - first)).astype(np.int64)
    again = (rng.random(len(sku)) < repeats) & (end > first)
    found = sku.copy()
    found[again] = past[1][order][pick[again]]
    return found


def recent_units(drawn: Drawn, cutoff: date) -> pd.DataFrame:
    """Return mean units a week by region and SKU, over a quarter before the cutoff."""
    since = (cutoff - timedelta(weeks=RECENT_WEEKS)).isoformat()
    day = drawn.lines["ordered_at"].str.slice(0, 10)
    recent = drawn.lines[(day >= since) & (day < cutoff.isoformat())]
    units = recent.groupby(["region_id", "sku"])["quantity"].sum().unstack(fill_value=0)
    skus = [f"S{number:03d}" for number in range(SKUS)]
    return units.reindex(columns=skus, fill_value=0).rename_axis(columns="sku") / RECENT_WEEKS


def make_products(
    rng: np.random.Generator, category: IntArray, weekly_per_node: pd.Series
) -> pd.DataFrame:
    """Return the products: values and volumes log-normal, costs as in the sample."""
    value = rng.lognormal(*VALUE, SKUS).round(2).clip(min=0.05)
    litres = rng.lognormal(*LITRES, SKUS).round(2).clip(min=0.05)
    case = rng.choice(CASES, SKUS)
    return pd.DataFrame(
        {
            "sku": weekly_per_node.index,
            "category": [f"G{number:02d}" for number in category],
            "unit_volume_m3": litres / 1000.0,
            "unit_weight_kg": (KG_PER_LITRE * litres).round(3),
            "unit_value": value,
            "shortage_cost": (LOST_BASKET + MARGIN * value).round(2),
            "holding_cost": (HOLDING * value + 4.0 * litres / 1000.0).round(4),
            "return_cost": (0.25 + RETURN * value).round(2),
            "case_pack": np.where(weekly_per_node.to_numpy() >= case, case, 1),
        }
    )
