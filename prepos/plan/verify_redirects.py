"""Second opinion on what is taken off at hubs: that it was in transit there, and what it shifts.

Recomputed from the receipts of the inputs and ``redirects.csv``. What a redirect saves takes a
solver to tell: only that the lines add up to what ``kpis.json`` tells is asked.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.run import KPIS, REDIRECTS, RunFiles
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_costs import number
from prepos.plan.verify_receipts import SOURCE, list_receipts
from prepos.plan.verify_transfers import shown


def find_redirects(run: RunFiles, given: Given) -> tuple[Rows, list[Check]]:
    """Return what is taken off at hubs, with positions of SKU and nodes, and the checks of it."""
    axes = {"sku": given.skus, "node_id": given.nodes, "hub_node_id": given.nodes}
    rows, checks = find_rows(run, REDIRECTS, axes, given, key="sku")
    keys = source_of(rows, given)
    coming, _ = list_receipts(given)
    there = coming.groupby(SOURCE, as_index=False)["quantity"].sum()
    units = keys.merge(there, on=SOURCE, how="left")["quantity"].fillna(0.0).to_numpy()
    units = np.where(keys["hub"] == keys["node"], 0.0, units)
    quantity, pack = rows["quantity"], given.products.case_pack[rows.at["sku"]]
    saving, names = rows["saving"], ("sku", "node_id", "hub_node_id")
    total = Where(KPIS, "redirect_saving", lambda _: KPIS)
    return rows, [
        *checks,
        check_at_most("redirect", rows.where("quantity", *names), quantity, units),
        check_holds(
            "redirect",
            rows.where("quantity", *names),
            (quantity > 0) & (quantity % pack == 0) & ~keys.duplicated().to_numpy(),
            found=shown(quantity),
            expected=lambda i: f"a multiple of {pack[i]} above 0, each receipt in one row",
        ),
        check_holds(
            "redirect",
            rows.where("saving", *names),
            saving >= 0,
            found=shown(saving),
            expected=lambda _: "0 or more",
        ),
        check_equal("redirect", total, [number(run.kpis.get("redirect_saving"))], [saving.sum()]),
    ]


def source_of(rows: Rows, given: Given) -> pd.DataFrame:
    """Return the receipt that each row takes from."""
    days = {"day": "arrives_on", "hub_day": "at_hub_on"}
    ids = {"sku": "sku", "node": "node_id", "hub": "hub_node_id"}
    found = {name: rows.at[column] for name, column in ids.items()}
    found |= {name: given.day_of(rows.frame[column]) for name, column in days.items()}
    return pd.DataFrame(found)[SOURCE]


def shifted_receipts(rows: Rows, given: Given) -> pd.DataFrame:
    """Return events: units that do not come to their node, and that come to the hub instead."""
    source = source_of(rows, given)
    taken = source.assign(quantity=rows["quantity"])[["node", "sku", "day", "quantity"]]
    came = taken.assign(node=source["hub"], day=source["hub_day"])
    return pd.concat([taken.assign(quantity=-taken["quantity"]), came], ignore_index=True)
