"""Second opinion on the published plan: what stands of it, and what deviating from the rest costs.

Recomputed from ``published.csv`` and ``transfers.csv``, by SKU, lane and ship date; knows nothing
of any model.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from prepos.core.run import PUBLISHED, TRANSFERS, RunFiles
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import Where, check_equal, check_holds
from prepos.plan.verify_transfers import named, shown

MOVE = ["sku", "lane_id", "ship_date"]


def find_published(run: RunFiles, given: Given) -> tuple[Given, list[Check]]:
    """Return what was given with the published lines beside it, and the checks of them."""
    if PUBLISHED not in run.frames:
        return replace(given, published=None), []
    axes = {"sku": given.skus, "lane_id": given.lanes}
    rows, checks = find_rows(run, PUBLISHED, axes, given, key="transfer_id")
    day = given.day_of(rows.frame["ship_date"])
    last = given.window.horizon * given.periods.days
    within = check_holds(
        "ship_date",
        rows.where("ship_date", "transfer_id"),
        (day >= 0) & (day < last),
        found=shown(rows["ship_date"].astype("datetime64[D]")),
        expected=lambda _: f"{given.window.cutoff} to {given.window.end(given.window.horizon - 1)}",
    )
    lines = rows.frame.loc[(day >= 0) & (day < last)].reset_index(drop=True)
    return replace(given, published=lines), [*checks, within]


def compare_units(given: Given, lines: Rows | None) -> pd.DataFrame:
    """Return units now and as published by SKU, lane and ship date; with None nothing moves now."""
    empty = pd.DataFrame({name: [] for name in (*MOVE, "quantity")})
    parts = (None if lines is None else lines.frame, given.published)
    now, before = (
        (empty if part is None else part).groupby(MOVE)["quantity"].sum() for part in parts
    )
    both = pd.DataFrame({"now": now.astype(np.float64), "published": before.astype(np.float64)})
    return both.fillna(0.0).reset_index()


def check_frozen(given: Given, lines: Rows) -> list[Check]:
    """Check that before the frozen day the published lines ship, unchanged, and nothing else."""
    if given.published is None:
        return []
    units = compare_units(given, lines)
    early = units[given.day_of(units["ship_date"]) < given.frozen_day]
    days = early["ship_date"].dt.strftime("%Y-%m-%d")
    names = [
        f"{sku} on {lane} {day}"
        for sku, lane, day in zip(early["sku"], early["lane_id"], days, strict=True)
    ]
    where = Where(TRANSFERS, "quantity", named(names))
    return [check_equal("frozen", where, early["now"], early["published"])]


def deviation_cost(given: Given, lines: Rows | None) -> float:
    """Return currency: what each unit fewer or more than published costs, frozen days aside."""
    if given.stability_cost == 0.0:
        return 0.0
    units = compare_units(given, lines)
    free = given.day_of(units["ship_date"]) >= given.frozen_day
    return given.stability_cost * float((units["now"] - units["published"]).abs()[free].sum())


def has_frozen_lines(given: Given) -> bool:
    """Return whether lines stand whatever they cost."""
    if given.published is None:
        return False
    return bool((given.day_of(given.published["ship_date"]) < given.frozen_day).any())
