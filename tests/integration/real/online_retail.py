"""Online Retail with all its dirt as contract tables: order lines untouched, countries as regions.

Real are the order lines; countries' points, nodes, stock, volumes and costs are ours. Lanes and
service are left to be made from distance.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from cutting.files import write_table

CUTOFF = pd.Timestamp("2011-11-07")
KNOWN_WEEKS, STOCK_WEEKS = 13, 4.4
COUNTRIES = {  # rough middle of each, in degrees; EIRE is Ireland, RSA is South Africa
    "Australia": (-25.3, 133.8),
    "Austria": (47.5, 14.6),
    "Bahrain": (26.0, 50.5),
    "Belgium": (50.5, 4.5),
    "Brazil": (-14.2, -51.9),
    "Canada": (56.1, -106.3),
    "Channel Islands": (49.4, -2.4),
    "Cyprus": (35.1, 33.4),
    "Czech Republic": (49.8, 15.5),
    "Denmark": (56.3, 9.5),
    "EIRE": (53.4, -8.2),
    "Finland": (61.9, 25.7),
    "France": (46.2, 2.2),
    "Germany": (51.2, 10.5),
    "Greece": (39.1, 21.8),
    "Hong Kong": (22.3, 114.2),
    "Iceland": (65.0, -19.0),
    "Israel": (31.0, 34.9),
    "Italy": (41.9, 12.6),
    "Japan": (36.2, 138.3),
    "Lebanon": (33.9, 35.9),
    "Lithuania": (55.2, 23.9),
    "Malta": (35.9, 14.4),
    "Netherlands": (52.1, 5.3),
    "Norway": (60.5, 8.5),
    "Poland": (51.9, 19.1),
    "Portugal": (39.4, -8.2),
    "RSA": (-30.6, 22.9),
    "Saudi Arabia": (23.9, 45.1),
    "Singapore": (1.35, 103.8),
    "Spain": (40.5, -3.7),
    "Sweden": (60.1, 18.6),
    "Switzerland": (46.8, 8.2),
    "USA": (37.1, -95.7),
    "United Arab Emirates": (23.4, 53.8),
    "United Kingdom": (54.0, -2.0),
}
NOWHERE = ("European Community", "Unspecified")  # no point: their name is an unknown place
NODES = (  # node_id, kind, name, latitude, longitude, storage_m3, inbound_m3
    ("UK", "origin", "Midlands", 52.4, -1.5, None, None),
    ("DE", "forward", "Kassel", 51.3, 9.5, 12.0, 6.0),
    ("ES", "forward", "Zaragoza", 41.6, -0.9, 6.0, 3.0),
    ("FR", "forward", "Lille", 50.6, 3.1, 12.0, 6.0),
    ("IE", "forward", "Dublin", 53.3, -6.3, 12.0, 6.0),
    ("SCO", "forward", "Glasgow", 55.9, -4.3, 25.0, 12.0),
    ("SE", "forward", "Jönköping", 57.8, 14.2, 6.0, 3.0),
)
CONFIG = """\
[data]
orders = "orders.csv"
products = "products.csv"
regions = "regions.csv"
places = "places.csv"
nodes = "nodes.csv"
stock = "stock.csv"

[time]
period = "week"
horizon = 4
cutoff = 2011-11-07
timezone = "Europe/London"

[lanes]
cost_per_m3_km = 0.08

[run]
currency = "GBP"
"""


def prepare(source: Path, target: Path) -> Path:
    """Write tables and `prepos.toml` into target; return the config's path."""
    target.mkdir(parents=True, exist_ok=True)
    raw = pd.read_parquet(source / "online_retail" / "online_retail.parquet")
    write_table(order_lines(raw), target / "orders.csv")
    write_table(make_products(raw), target / "products.csv")
    regions = make_regions()
    places = regions.drop(columns="name").rename(columns={"region_id": "postal_code"})
    write_table(regions, target / "regions.csv")
    write_table(places, target / "places.csv")
    write_table(make_nodes(), target / "nodes.csv")
    write_table(make_stock(raw), target / "stock.csv")
    config = target / "prepos.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return config


def order_lines(raw: pd.DataFrame) -> pd.DataFrame:
    """Return every line as it stands, under the contract's names."""
    return pd.DataFrame(
        {
            "order_id": raw["InvoiceNo"],
            "ordered_at": raw["InvoiceDate"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "sku": raw["StockCode"],
            "quantity": raw["Quantity"].astype(int),
            "customer_id": raw["CustomerID"].astype("Int64").astype("string").fillna(""),
            "region_id": raw["Country"].where(~raw["Country"].isin(NOWHERE), ""),
            "postal_code": raw["Country"].where(raw["Country"].isin(NOWHERE), ""),
            "unit_price": raw["UnitPrice"],
        }
    )


def bad_debts(folder: Path) -> list[int]:
    """Return the physical lines of the orders with a price below nothing: corrections of debts."""
    prices = pd.read_csv(folder / "orders.csv", usecols=["unit_price"])["unit_price"]
    return [int(row) + 2 for row in np.flatnonzero(prices < 0)]


def leave_out(folder: Path, lines: list[int]) -> None:
    """Take physical lines out of the orders, as a user does who was told of them."""
    path = folder / "orders.csv"
    unwanted = set(lines)
    kept = [
        text
        for number, text in enumerate(path.read_bytes().splitlines(keepends=True), start=1)
        if number not in unwanted
    ]
    path.write_bytes(b"".join(kept))


def make_products(raw: pd.DataFrame) -> pd.DataFrame:
    """Return a product for every stock code, goods or not: postage is one in the source, too."""
    price = raw[raw["UnitPrice"] > 0].groupby("StockCode")["UnitPrice"].median()
    codes = sorted(raw["StockCode"].unique())
    value = price.reindex(codes).fillna(0.01).round(2)
    return pd.DataFrame(
        {
            "sku": codes,
            "unit_volume_m3": 0.002,
            "unit_weight_kg": 0.4,
            "unit_value": value.to_numpy(),
            "shortage_cost": (12 + 0.4 * value).round(2).to_numpy(),
            "holding_cost": (0.01 + 0.005 * value).round(3).to_numpy(),
            "return_cost": (0.3 + 0.1 * value).round(2).to_numpy(),
        }
    )


def make_regions() -> pd.DataFrame:
    """Return the countries that have a place."""
    rows = [(name, name, *point) for name, point in COUNTRIES.items()]
    return pd.DataFrame(rows, columns=["region_id", "name", "latitude", "longitude"])


def make_nodes() -> pd.DataFrame:
    """Return one origin in the United Kingdom and forward nodes in Europe."""
    columns = ["node_id", "kind", "name", "latitude", "longitude", "storage_m3", "inbound_m3"]
    return pd.DataFrame(NODES, columns=columns)


def make_stock(raw: pd.DataFrame) -> pd.DataFrame:
    """Return four weeks' recent sales and a tenth more, all of it in the United Kingdom."""
    since = CUTOFF - pd.Timedelta(weeks=KNOWN_WEEKS)
    recent = raw[(raw["Quantity"] > 0) & raw["InvoiceDate"].between(since, CUTOFF, "left")]
    units = recent.groupby("StockCode")["Quantity"].sum() * STOCK_WEEKS / KNOWN_WEEKS
    stock = np.ceil(units).astype(int).rename_axis("sku").rename("on_hand").reset_index()
    stock.insert(0, "node_id", "UK")
    return stock.sort_values("sku")
