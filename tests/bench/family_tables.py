"""The family of the plan's benchmarks as input tables.

``python tests/bench/family_tables.py FOLDER --skus 100`` writes the tables of the contract, to be
planned with ``prepos plan -c FOLDER/prepos.toml``. They stand apart from ``family.py``, so that who
plans its arrays holds no tables' libraries in memory.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from country import FORWARDS, NODES, ORIGINS, REGIONS, Block, Country, draw_blocks, make_country
from family import DISPERSION, NEAR

from prepos.core.types import FloatArray

FLOOR = 0.001  # units; smaller means of a region are left out of the table
CUTOFF = date(2026, 11, 2)
KM_PER_DEGREE = 111.2
CONFIG = f"""[data]
orders = "orders.csv"
products = "products.csv"
regions = "regions.csv"
nodes = "nodes.csv"
lanes = "lanes.csv"
service = "service.csv"
stock = "stock.csv"
forecasts = "forecasts.parquet"

[time]
horizon = 1
cutoff = {CUTOFF}

[forecast]
source = "given"

[plan]
cover = 1
near = {NEAR}
"""
NODE = np.array(
    [f"O{n}" for n in range(1, ORIGINS + 1)] + [f"F{n:02d}" for n in range(1, FORWARDS + 1)]
)
REGION = np.array([f"R{n:03d}" for n in range(1, REGIONS + 1)])


def write_tables(folder: Path, skus: int, seed: int = 0) -> None:
    """Write the same family as input tables, with a configuration beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    country, wanted_m3 = make_country(seed), np.zeros(FORWARDS)
    products, stock = [], []
    schema = list_forecasts(country, np.zeros(0, str), np.zeros((0, FORWARDS))).schema
    with pq.ParquetWriter(folder / "forecasts.parquet", schema) as forecasts:
        for block in draw_blocks(country, skus, seed):
            start = sum(map(len, products))
            sku = np.char.mod("K%07d", np.arange(start + 1, start + 1 + len(block.mean)))
            products.append(list_products(sku, block))
            of_sku, node = np.nonzero(block.units)
            units = block.units[of_sku, node]
            stock.append(
                pd.DataFrame({"node_id": NODE[node], "sku": sku[of_sku], "on_hand": units})
            )
            forecasts.write_table(list_forecasts(country, sku, block.mean))
            wanted_m3 += block.volume_m3 @ block.mean
    tables = list_network(country, country.room * wanted_m3)
    tables |= {"products": pd.concat(products), "stock": pd.concat(stock)}
    tables["orders"] = list_orders(tables["products"]["sku"])
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "prepos.toml").write_text(CONFIG, encoding="utf-8")


def list_network(country: Country, room_m3: FloatArray) -> dict[str, pd.DataFrame]:
    """Return nodes, regions, lanes and service; kilometres become degrees near the equator."""
    origin, forward = np.divmod(np.arange(ORIGINS * FORWARDS), FORWARDS)
    node, region = np.divmod(np.arange(NODES * REGIONS), REGIONS)
    ship_cost = country.ship_cost.ravel()
    return {
        "nodes": pd.DataFrame(
            {
                "node_id": NODE,
                "kind": np.repeat(["origin", "forward"], [ORIGINS, FORWARDS]),
                "longitude": country.nodes[:, 0] / KM_PER_DEGREE,
                "latitude": country.nodes[:, 1] / KM_PER_DEGREE,
                "inbound_m3": np.append(np.full(ORIGINS, np.nan), room_m3),
            }
        ),
        "regions": pd.DataFrame(
            {
                "region_id": REGION,
                "longitude": country.regions[:, 0] / KM_PER_DEGREE,
                "latitude": country.regions[:, 1] / KM_PER_DEGREE,
                "population": country.population,
            }
        ),
        "lanes": pd.DataFrame(
            {
                "origin": NODE[origin],
                "destination": NODE[ORIGINS + forward],
                "lead_time_days": 0,
                "cost_per_unit": country.lane_per_unit.ravel(),
                "cost_per_m3": country.lane_per_m3.ravel(),
            }
        ),
        "service": pd.DataFrame(
            {
                "node_id": NODE[node],
                "region_id": REGION[region],
                "ship_cost": ship_cost,
                "transit_days": np.ceil(ship_cost / 4.0).astype(np.int64),
            }
        ),
    }


def list_products(sku: np.ndarray, block: Block) -> pd.DataFrame:
    """Return the products of a block."""
    return pd.DataFrame(
        {
            "sku": sku,
            "unit_volume_m3": block.volume_m3,
            "unit_weight_kg": block.weight_kg,
            "unit_value": block.value,
            "shortage_cost": block.shortage_cost,
            "holding_cost": block.holding_cost,
            "return_cost": block.return_cost,
            "case_pack": 1,
        }
    )


def list_forecasts(country: Country, sku: np.ndarray, mean: FloatArray) -> pa.Table:
    """Return means and dispersions by region; as independent demands they add up to (K, Z)."""
    share = (
        country.population / np.bincount(country.catchment, country.population)[country.catchment]
    )
    squares = np.bincount(country.catchment, share**2)[country.catchment]
    by_region = mean[:, country.catchment] * share
    row, region = np.nonzero(by_region > FLOOR)
    return pa.table(
        {
            "region_id": pa.array(REGION[region], pa.string()),
            "sku": pa.array(sku[row], pa.string()),
            "period_start": pa.array(np.full(len(row), np.datetime64(CUTOFF)), pa.date32()),
            "mean": by_region[row, region],
            "dispersion": (DISPERSION / squares)[region],
        }
    )


def list_orders(skus: pd.Series) -> pd.DataFrame:
    """Return one order of each SKU on the last known day: the forecast is given."""
    return pd.DataFrame(
        {
            "order_id": skus.str.replace("K", "A"),
            "ordered_at": CUTOFF - timedelta(days=1),
            "sku": skus,
            "quantity": 1,
            "region_id": REGION[0],
        }
    )


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skus", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_tables(given.folder, given.skus, given.seed)


if __name__ == "__main__":
    main()
