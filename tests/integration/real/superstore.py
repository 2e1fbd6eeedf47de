"""Superstore by postal code as contract tables: H3 cells as regions, Amazon sites as nodes.

The orders are fictional; postal codes and sites are real. Regions, lanes and service are left to
be made: from the orders' points and from distance.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from cutting.files import write_table
from cutting.geography import distance_km
from cutting.network import weighted_means

CUTOFF = pd.Timestamp("2017-11-06")
KNOWN_WEEKS, STOCK_WEEKS = 52, 26.0
ORIGINS, FORWARD = 2, 10
CONTINENT = ("AK", "HI", "PR")  # states that are not on it
CATEGORIES = {  # category: m3 and kg a unit
    "Furniture": (0.25, 18.0),
    "Office Supplies": (0.01, 0.8),
    "Technology": (0.03, 3.0),
}
CONFIG = """\
[data]
orders = "orders.csv.gz"
products = "products.csv"
places = "places.csv.gz"
nodes = "nodes.csv"
stock = "stock.csv"

[time]
period = "week"
horizon = 4
cutoff = 2017-11-06

[regions]
cells = "h3:3"

[lanes]
cost_per_m3_km = 0.03
"""


def prepare(source: Path, target: Path) -> Path:
    """Write tables and `prepos.toml` into target; return the config's path."""
    target.mkdir(parents=True, exist_ok=True)
    raw = pd.read_csv(source / "superstore" / "superstore.csv.gz", dtype=str, keep_default_na=False)
    places = pd.read_csv(source / "geo" / "us_zipcodes_latlon.csv.gz", dtype={"zip_code": str})
    sites = pd.read_csv(source / "geo" / "us_amazon_fc_latlon.csv", dtype={"code": str, "zip": str})
    places = places.rename(columns={"zip_code": "postal_code"})
    lines = order_lines(raw)
    nodes = choose_nodes(sites, lines.merge(places, on="postal_code"))
    write_table(lines, target / "orders.csv.gz")
    write_table(make_products(raw), target / "products.csv")
    write_table(places[["postal_code", "latitude", "longitude"]], target / "places.csv.gz")
    write_table(nodes, target / "nodes.csv")
    write_table(make_stock(lines, nodes), target / "stock.csv")
    config = target / "prepos.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return config


def order_lines(raw: pd.DataFrame) -> pd.DataFrame:
    """Return every line under the contract's names; postal codes get back their leading zero."""
    price = raw["Sales"].astype(float) / raw["Quantity"].astype(int)
    return pd.DataFrame(
        {
            "order_id": raw["Order ID"],
            "ordered_at": raw["Order Date"],
            "sku": raw["Product ID"],
            "quantity": raw["Quantity"],
            "customer_id": raw["Customer ID"],
            "postal_code": raw["Postal Code"].str.zfill(5),
            "unit_price": price.round(2),
        }
    )


def make_products(raw: pd.DataFrame) -> pd.DataFrame:
    """Return products by category, valued at their median price."""
    price = raw["Sales"].astype(float) / raw["Quantity"].astype(int)
    value = price.groupby(raw["Product ID"]).median().round(2)
    category = raw.groupby("Product ID")["Category"].first()
    volume, weight = np.array([CATEGORIES[name] for name in category]).T
    return pd.DataFrame(
        {
            "sku": value.index,
            "category": category.to_numpy(),
            "unit_volume_m3": volume,
            "unit_weight_kg": weight,
            "unit_value": value.to_numpy(),
            "shortage_cost": (15 + 0.3 * value).round(2).to_numpy(),
            "holding_cost": (0.004 * value).round(3).to_numpy(),
            "return_cost": (1 + 0.05 * value).round(2).to_numpy(),
        }
    )


def choose_nodes(sites: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Return a dozen sites, each the nearest to one of as many weighted means of the orders.

    Left out are sites without coordinates and those off the continent. The two with the most orders
    around them are the origins.
    """
    usable = sites[sites["latitude"].notna() & ~sites["state"].isin(CONTINENT)]
    usable = usable[usable["code"].str.fullmatch(r"[A-Z]{3}\d+")].sort_values("code")
    points = placed.groupby(["latitude", "longitude"]).size().rename("lines").reset_index()
    means = weighted_means(
        points[["latitude", "longitude"]].to_numpy(),
        points["lines"].to_numpy(float),
        count=ORIGINS + FORWARD,
    )
    nearest = distance_km(pd.DataFrame(means, columns=["latitude", "longitude"]), usable)
    chosen = usable.iloc[sorted(set(nearest.argmin(axis=1).tolist()))]
    own = distance_km(points, chosen).argmin(axis=1)
    lines = np.bincount(own, points["lines"], minlength=len(chosen))
    kind = np.where(np.argsort(np.argsort(-lines, kind="stable")) < ORIGINS, "origin", "forward")
    return pd.DataFrame(
        {
            "node_id": chosen["code"].to_numpy(),
            "kind": kind,
            "name": (chosen["city"] + " " + chosen["state"]).to_numpy(),
            "latitude": chosen["latitude"].to_numpy(),
            "longitude": chosen["longitude"].to_numpy(),
        }
    )


def make_stock(lines: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Return some weeks of the last year's sales, at least two units, half at each origin."""
    at = pd.to_datetime(lines["ordered_at"])
    recent = lines[at.between(CUTOFF - pd.Timedelta(weeks=KNOWN_WEEKS), CUTOFF, "left")]
    units = recent["quantity"].astype(int).groupby(recent["sku"]).sum()
    each = np.ceil(units * STOCK_WEEKS / KNOWN_WEEKS / ORIGINS).astype(int).rename("on_hand")
    origins = nodes.loc[nodes["kind"] == "origin", "node_id"]
    stock = [each.reset_index().assign(node_id=node) for node in origins]
    return pd.concat(stock)[["node_id", "sku", "on_hand"]].sort_values(["node_id", "sku"])
