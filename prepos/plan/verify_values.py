"""Second opinion on ``values.csv``: a unit of stock on hand is worth what ``supply.parquet`` says.

What it serves as spare where it is left is added. Where nothing lies, nothing but the sign can be
told apart from the planner's own sums.
"""

from __future__ import annotations

import numpy as np

from prepos.core.run import SUPPLY, VALUES, RunFiles
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, find_rows
from prepos.plan.verify_compare import check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_transfers import shown

ROUNDED = 1e-6  # currency: values are told with so many digits
TODAY = -1  # day from the cutoff, from which stock on hand lies


def check_values(run: RunFiles, given: Given, areas: Areas) -> list[Check]:
    """Check that values are from 0 on, one a row, and those of stock on hand as ``supply`` tells.

    Of several sources at one node the least valuable counts.
    """
    axes = {"sku": given.skus, "node_id": given.nodes}
    rows, checks = find_rows(run, VALUES, axes, given, key="sku")
    stock, _ = find_rows(run, SUPPLY, axes, given, key="sku")
    cell = rows.at["node_id"], rows.at["sku"]
    told, count = np.zeros(given.shape[1:]), np.zeros(given.shape[1:], dtype=np.int64)
    np.add.at(told, cell, rows["value"])
    np.add.at(count, cell, 1)
    expected = np.full(given.shape[1:], np.inf)
    lies = stock.only(given.day_of(stock.frame["lies_from"]) == TODAY)
    np.minimum.at(expected, (lies.at["node_id"], lies.at["sku"]), lies["value"])
    expected -= areas.spare.saved
    held = lies.at["node_id"], lies.at["sku"]
    at = lies.where("value", "sku", "node_id")
    sound = (rows["value"] >= 0) & (count[cell] == 1)
    return [
        *checks,
        check_holds(
            "values",
            rows.where("value", "sku", "node_id"),
            sound,
            found=shown(rows["value"]),
            expected=lambda _: "0 or more, each node and SKU in one row",
        ),
        check_equal("values", at, told[held], expected[held], smallest=ROUNDED),
    ]
