"""Price promotions of Complete Journey as a calendar, read off the discounts on its receipts.

A retailer plans its promotions; the data hold receipts alone, so the plan is read back from them:
a product was on promotion in a week if most of its units in the whole chain were sold at a cut
price. Its prices change on Mondays, as the panels' weeks do.

What might leak: that a promotion is seen at all says that the product sold. So a week with fewer
than ``LEAST_LINES`` lines tells nothing by itself, promotion or not: it takes the state of the week
before it, as prices last (of two known weeks on end 84 % are alike). And ``placebo`` deals each
product's known states out anew among its known weeks and fills the others in as before: its weeks
are known as often and when the true ones are, but say nothing of prices. What a forecast gains by
it is leaked.

A product type's promotion is that of its products, weighed by what each sells in the whole year:
the weights are alike in all weeks, so that what a week sold does not tell how deep it was cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from cutting.baskets import NOT_GOODS, TIMEZONE, name_types

LEAST_LINES = 3  # of a product in a week, to tell its price by
LEAST_CUT = 0.05  # of the price; less is rounding
DEPTHS = (0.05, 0.20, 0.33)  # cuts of a product's price that are told apart
TYPE_DEPTHS = (0.03, 0.08, 0.15)  # of a type's, over all of its products
COLUMNS = ["date", "region_id", "event", "kind", "sku"]


def read_cuts(folder: Path) -> pd.DataFrame:
    """Return the goods' lines of the whole chain: product, type, Monday of the week, units, cut."""
    lines = pd.read_parquet(folder / "transactions.parquet").merge(
        pd.read_parquet(folder / "products.parquet"), on="product_id", how="left"
    )
    goods = (
        (lines["quantity"] > 0)
        & ~lines["product_category"].isin(NOT_GOODS)
        & lines["product_type"].notna()
    )
    lines = lines[goods]
    at = lines["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert(TIMEZONE)
    day = at.dt.tz_localize(None).dt.normalize()
    saved = lines["retail_disc"].abs()
    price = (lines["sales_value"] + saved).clip(lower=0.01)
    return pd.DataFrame(
        {
            "product": lines["product_id"].astype(str),
            "type": lines["product_type"].map(name_types(lines["product_type"])),
            "monday": day - pd.to_timedelta(day.dt.dayofweek, unit="D"),
            "units": lines["quantity"],
            "cut": (saved / price).clip(0.0, 1.0),
        }
    )


def weekly_cuts(lines: pd.DataFrame) -> pd.DataFrame:
    """Return products x weeks: the cut of the price, 0 without promotion, NaN where not known."""
    weeks = pd.date_range(lines["monday"].min(), lines["monday"].max(), freq="7D")
    lines = lines.assign(cheap=np.where(lines["cut"] >= LEAST_CUT, lines["units"], 0))
    found = lines.groupby(["product", "monday"]).agg(
        count=("units", "size"), units=("units", "sum"), cheap=("cheap", "sum")
    )
    depth = lines[lines["cheap"] > 0].groupby(["product", "monday"])["cut"].median()
    cut = depth.reindex(found.index).where(found["cheap"] > 0.5 * found["units"], 0.0)
    return cut[found["count"] >= LEAST_LINES].unstack().reindex(columns=weeks)


def placebo(cuts: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Return the cuts with each product's known weeks dealt out anew among themselves."""
    dealt = cuts.to_numpy(copy=True)
    for row in dealt:
        known = np.flatnonzero(~np.isnan(row))
        row[known] = row[generator.permutation(known)]
    return pd.DataFrame(dealt, index=cuts.index, columns=cuts.columns)


def fill_in(cuts: pd.DataFrame) -> pd.DataFrame:
    """Return the cuts with unknown weeks as the week before, the first ones as the first known."""
    return cuts.ffill(axis=1).bfill(axis=1).fillna(0.0)


def type_cuts(cuts: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return types x weeks: the mean cut of their products, by the units of the whole year."""
    products = lines.groupby("product").agg(type=("type", "first"), units=("units", "sum"))
    products = products.loc[cuts.index]
    weighed = cuts.mul(products["units"], axis=0).groupby(products["type"]).sum()
    return weighed.div(products.groupby("type")["units"].sum(), axis=0)


def calendar_of(cuts: pd.DataFrame, depths: Sequence[float]) -> pd.DataFrame:
    """Return the calendar table of SKUs x weeks: a row a day, the event named by the depth."""
    depth = np.searchsorted(np.array(depths), cuts.to_numpy(), side="right")
    names = np.array([f"cut of {least:.0%} or more" for least in depths], dtype=object)
    row, week = np.nonzero(depth)
    days = (cuts.columns.to_numpy()[week].astype("datetime64[D]")[:, None] + np.arange(7)).ravel()
    return pd.DataFrame(
        {
            "date": days,
            "region_id": "",
            "event": np.repeat(names[depth[row, week] - 1], 7),
            "kind": "promotion",
            "sku": np.repeat(cuts.index.to_numpy()[row], 7),
        },
        columns=COLUMNS,
    )


def make_calendar(
    lines: pd.DataFrame, skus: Sequence[str], *, types: bool, shuffle: int | None = None
) -> pd.DataFrame:
    """Return the calendar of some SKUs; of a placebo where a seed to ``shuffle`` by is given."""
    wanted = lines[lines["type" if types else "product"].isin(list(skus))]
    cuts = weekly_cuts(wanted)
    if shuffle is not None:
        cuts = placebo(cuts, np.random.default_rng(shuffle))
    cuts = fill_in(cuts)
    if types:
        return calendar_of(type_cuts(cuts, wanted), TYPE_DEPTHS)
    return calendar_of(cuts, DEPTHS)


def shares_on(calendar: pd.DataFrame, skus: int, first: date, weeks: int) -> pd.Series:
    """Return the share of SKUs and weeks that each event takes up, from a day on."""
    start = np.datetime64(first, "D")
    inside = (calendar["date"] >= start) & (calendar["date"] < start + 7 * weeks)
    return calendar[inside]["event"].value_counts().sort_index() / (7.0 * skus * weeks)
