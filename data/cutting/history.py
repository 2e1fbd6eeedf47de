"""Regions from home stores, and how much they lately ordered."""

from __future__ import annotations

import pandas as pd

from cutting.baskets import name_stores
from cutting.geography import place_stores

KNOWN_WEEKS = 13  # before the cutoff, that stock and limits are made from


def make_regions(everything: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the chosen home stores as regions; population is their households in the source."""
    places = place_stores(visits(everything))
    homes = everything.drop_duplicates("household").groupby("home").size()
    stores = pd.Series(sorted(chosen["home"].unique()))
    return pd.DataFrame(
        {
            "region_id": name_stores(stores),
            "name": "Store " + stores.astype(str),
            "latitude": places["latitude"].reindex(stores).to_numpy(),
            "longitude": places["longitude"].reindex(stores).to_numpy(),
            "population": homes.reindex(stores).to_numpy(),
        }
    )


def visits(everything: pd.DataFrame) -> pd.DataFrame:
    """Return baskets by household (rows) and home store (columns)."""
    trips = everything.drop_duplicates("basket")
    trips = trips[trips["store"].isin(everything["home"].unique())]
    return trips.groupby(["household", "store"]).size().unstack(fill_value=0)


def weekly_units(baskets: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Return mean units a week by region and SKU over the last known weeks before the cutoff."""
    known = (baskets["at"] < cutoff) & (baskets["at"] >= cutoff - pd.Timedelta(weeks=KNOWN_WEEKS))
    recent = baskets[known]
    units = recent.groupby([name_stores(recent["home"]), recent["sku"]])["quantity"].sum()
    return units.unstack(fill_value=0).sort_index(axis=1) / KNOWN_WEEKS
