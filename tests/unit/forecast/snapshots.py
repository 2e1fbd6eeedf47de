"""Small snapshots for tests of signals and forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepos.core.axes import Axis, make_axis
from prepos.core.network import Network, Region, Service
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.snapshot import Snapshot

CUTOFF = date(2024, 7, 1)  # a Monday


class Line(NamedTuple):
    """One order line; ``day`` counts from the cutoff, negative before it."""

    order: str
    customer: str  # "" where anonymous
    region: str
    sku: str
    day: float
    units: int = 1


def weekly(region: str, sku: str, units: Sequence[int], customer: str = "") -> list[Line]:
    """Return one line a week, the last in the week before the cutoff; 0 leaves a week out."""
    return [
        Line(f"{region}-{sku}-{week}", customer, region, sku, -7.0 * (len(units) - week) + 2, count)
        for week, count in enumerate(units)
        if count
    ]


def random_lines(
    seed: int, *, regions: int = 4, skus: int = 6, weeks: int = 20, orders: int = 300
) -> list[Line]:
    """Return orders of forty customers, a tenth anonymous, from weeks ago to two weeks ahead."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(0.7, 1.0, skus) + 0.05
    drawn = []
    for number in range(orders):
        who = int(rng.integers(0, 40))
        customer = f"c{who}" if rng.random() < 0.9 else ""
        day = float(rng.uniform(-7 * weeks, 14))
        for sku in rng.choice(skus, size=2, p=level / level.sum()):
            units = 1 + int(rng.poisson(0.3))
            region = f"r{who % regions}"
            drawn.append(Line(f"o{number}", customer, region, f"s{sku}", day, units))
    return drawn


def ring(regions: int) -> list[tuple[str, str, float]]:
    """Return the regions of ``random_lines`` in a ring, each beside the two next to it."""
    return [
        (f"r{region}", f"r{(region + side) % regions}", weight)
        for region in range(regions)
        for side, weight in ((-1, 1.0), (1, 2.0))
    ]


def make_orders(lines: Sequence[Line], regions: Axis, skus: Axis) -> Orders:
    """Return the lines as orders, in the canonical order, lines of one order and SKU added up."""
    keys: dict[tuple[str, str], Line] = {}
    for line in sorted(lines):
        old = keys.get((line.order, line.sku))
        keys[line.order, line.sku] = (
            line if old is None else old._replace(units=old.units + line.units)
        )
    customers = make_axis("customer_id", (line.customer for line in lines if line.customer))
    order_axis = make_axis("order_id", (line.order for line in lines))
    ordered = sorted(keys.values(), key=lambda line: (line.day, line.order, line.sku))
    start = np.datetime64(CUTOFF, "s")
    seconds = [round(line.day * 86_400) for line in ordered]
    return Orders(
        customers,
        regions,
        skus,
        order=order_axis.positions([line.order for line in ordered]),
        customer=customers.positions([line.customer for line in ordered]),
        region=regions.positions([line.region for line in ordered]),
        sku=skus.positions([line.sku for line in ordered]),
        at=start + np.array(seconds, dtype="timedelta64[s]"),
        quantity=np.array([line.units for line in ordered], dtype=np.int64),
    )


def make_products(skus: Axis, category: Sequence[str] = (), launched_on: Sequence[str] = ()):
    """Return products of which only category and launch matter here."""
    ones = np.ones(len(skus))
    return Products(
        skus=skus,
        unit_volume_m3=ones,
        unit_weight_kg=ones,
        unit_value=ones,
        shortage_cost=ones,
        holding_cost=ones,
        return_cost=ones,
        case_pack=np.ones(len(skus), dtype=np.int64),
        minimum_lot=np.ones(len(skus), dtype=np.int64),
        category=tuple(category) or ("",) * len(skus),
        shelf_life_days=ones * np.inf,
        launched_on=tuple(launched_on) or ("",) * len(skus),
    )


def make_snapshot(
    lines: Sequence[Line],
    *,
    regions: Sequence[str] = (),
    skus: Sequence[str] = (),
    category: Sequence[str] = (),
    launched_on: Sequence[str] = (),
    neighbours: Sequence[tuple[str, str, float]] = (),
    population: Sequence[float] = (),
    consented: bool = True,
    tables: dict[str, pd.DataFrame] | None = None,
    horizon: int = 2,
    days: int = 7,
) -> Snapshot:
    """Return the snapshot at the cutoff; axes hold what the lines name and what is added."""
    region_axis = make_axis("region_id", [*regions, *(line.region for line in lines)])
    sku_axis = make_axis("sku", [*skus, *(line.sku for line in lines)])
    orders = make_orders(lines, region_axis, sku_axis)
    heads = population or [float("nan")] * len(region_axis)
    network = Network(
        (),
        tuple(
            Region(region_id=name, latitude=0.0, longitude=0.0, population=count)
            for name, count in zip(region_axis, heads, strict=True)
        ),
        (),
        Service(*(np.zeros((0, len(region_axis))) for _ in range(3))),
        (
            region_axis.positions([a for a, _, _ in neighbours]),
            region_axis.positions([b for _, b, _ in neighbours]),
            np.array([weight for _, _, weight in neighbours], dtype=np.float64),
        ),
    )
    return Snapshot(
        orders,
        Periods(CUTOFF, days, horizon),
        make_products(sku_axis, category, launched_on),
        network,
        np.full(len(orders.customers), consented),
        tables or {},
    )
