"""Complete Journey whole as contract tables: every home store a region, every product type a SKU.

Real are the order lines and prices; map, nodes, lanes, service, stock and volumes are made by the
same rules as those of the embedded sample.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from cutting import baskets as journey
from cutting import history, network, products
from cutting.files import write_table

CUTOFF = pd.Timestamp("2017-11-01")
FORWARD_NODES = 8
NEED_WEEKS = 4.0  # the horizon
STOCK, ROOM = 1.1, 0.7  # shares of the need
INBOUND_WEEKS = 1.4
CONFIG = """\
[data]
orders = "orders.parquet"
products = "products.csv"
regions = "regions.csv"
nodes = "nodes.csv"
lanes = "lanes.csv"
service = "service.csv"
stock = "stock.csv"
receipts = "receipts.csv"

[time]
period = "week"
horizon = 4
cutoff = {cutoff}
timezone = "America/New_York"
"""
VEHICLES = '[data]\nlanes = "lanes_vans.csv"\n'  # the case of whole vehicles


def prepare(
    source: Path,
    target: Path,
    *,
    cutoff: pd.Timestamp = CUTOFF,
    room: float = ROOM,
    busiest: tuple[int, int] | None = None,
) -> Path:
    """Write tables, `prepos.toml` and the case `vehicles` into target; return the config's path.

    ``busiest`` keeps so many home stores and product types: those with most units before the
    cutoff.
    """
    target.mkdir(parents=True, exist_ok=True)
    baskets = journey.read_baskets(source / "complete_journey")
    if busiest:
        baskets = keep_busiest(baskets, cutoff, *busiest)
    lines = journey.order_lines(baskets)
    lines["ordered_at"] = pd.to_datetime(lines["ordered_at"])
    lines.to_parquet(target / "orders.parquet", index=False)
    for name, table in side_tables(baskets, cutoff, room).items():
        write_table(table, target / f"{name}.csv")
    (target / "cases").mkdir(exist_ok=True)
    (target / "cases" / "vehicles.toml").write_text(VEHICLES, encoding="utf-8")
    config = target / "prepos.toml"
    config.write_text(CONFIG.format(cutoff=cutoff.date()), encoding="utf-8")
    return config


def keep_busiest(
    baskets: pd.DataFrame, cutoff: pd.Timestamp, regions: int, skus: int
) -> pd.DataFrame:
    """Return the baskets of the busiest home stores and product types before the cutoff."""
    known = baskets[baskets["at"] < cutoff]
    homes = journey.busiest(known["home"], known["quantity"], regions)
    types = journey.busiest(known["sku"], known["quantity"], skus)
    return baskets[baskets["home"].isin(homes) & baskets["sku"].isin(types)]


def side_tables(
    baskets: pd.DataFrame, cutoff: pd.Timestamp, room: float
) -> dict[str, pd.DataFrame]:
    """Return every table but the orders by its contract name."""
    rng = np.random.default_rng(2017)
    regions = history.make_regions(baskets, baskets)
    weekly = history.weekly_units(baskets, cutoff)
    goods = products.make_products(baskets, weekly_units_per_node=weekly.sum() / FORWARD_NODES)
    demand = network.Demand(weekly, goods.set_index("sku")["unit_volume_m3"])
    nodes = network.make_nodes(regions, demand, forward=FORWARD_NODES)
    own = network.own_nodes(nodes, regions)
    return {
        "products": goods,
        "regions": regions,
        "nodes": network.limit_nodes(
            nodes, own, demand, storage=room * NEED_WEEKS, inbound=INBOUND_WEEKS
        ),
        "lanes": network.make_lanes(nodes, vans=False),
        "lanes_vans": network.make_lanes(nodes, vans=True),
        "service": network.make_service(nodes, regions),
        "stock": network.make_stock(
            nodes, own, demand, cover=STOCK * NEED_WEEKS, forward_weeks=0.8, rng=rng
        ),
        "receipts": network.make_receipts(demand, cutoff=cutoff, rng=rng),
    }
