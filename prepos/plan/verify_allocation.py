"""Second opinion on what stock is put aside for: who serves whom, and how it is used.

Chances are recomputed in closed form, from ``catchments.parquet`` and the ranks of
``allocation.parquet`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.run import ALLOCATION, RunFiles
from prepos.core.types import BoolArray, FloatArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import LIMIT, Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_ranks import chances
from prepos.plan.verify_relief import NOBODY
from prepos.plan.verify_transfers import shown

CELL = ("catchment_id", "sku")


@dataclass(frozen=True, eq=False)
class Aside:
    """What is put aside one way.

    Attributes
    ----------
    rows : Rows
    use : (A, T) float
        Units of each row that are expected to be used in each period.
    relieved : (A,) float
        Units that an origin is expected to serve in their stead.
    """

    rows: Rows
    use: FloatArray
    relieved: FloatArray

    @property
    def moved(self) -> BoolArray:
        """(A,) whether transfers brought the units."""
        return np.asarray(self.rows["moved"] == 1)


def find_allocation(
    run: RunFiles, given: Given, areas: Areas
) -> tuple[dict[str, Aside], list[Check]]:
    """Return what stock is put aside for, with the plan and with nothing moved."""
    axes = {
        "plan": Axis("plan", ("nothing", "plan")),
        "sku": given.skus,
        "node_id": given.nodes,
        "catchment_id": areas.axis,
    }
    rows, checks = find_rows(run, ALLOCATION, axes, given, key="sku")
    in_time = rows.at["period"] < given.window.horizon
    checks.append(
        check_holds(
            "known_ids",
            rows.where("period_start", "sku", "node_id"),
            in_time,
            found=lambda i: str(rows.frame["period_start"].iloc[i].date()),
            expected=lambda _: f"a period before {given.window.start(given.window.horizon)}",
        )
    )
    inside = rows.only(in_time)
    parts = {name: inside.only(inside["plan"] == name) for name in ("plan", "nothing")}
    return {name: Aside(part, *use_by_period(part, areas)) for name, part in parts.items()}, checks


def use_by_period(rows: Rows, areas: Areas) -> tuple[FloatArray, FloatArray]:
    """Return (A, T) units of each row expected to be used in each period, and (A,) relieved."""
    used, missed = np.zeros((len(rows), len(areas.mean))), np.zeros(len(rows))
    for since in range(len(areas.mean)):
        mine = np.flatnonzero(rows.at["period"] == since)
        demand = areas.cells(rows.at["catchment_id"][mine], rows.at["sku"][mine])
        low, high = rows["rank_from"][mine], rows["rank_to"][mine]
        by_end = chances(demand, np.arange(len(mine)), low, np.maximum(high, low + 1), since)
        used[mine] = rows["units"][mine, None] * np.diff(by_end, axis=1, prepend=0.0)
        asked = chances(demand, np.arange(len(mine)), low, np.maximum(high, low + 1), 0)
        missed[mine] = rows["units"][mine] * (asked - by_end)[:, -1]
    zone, sku = rows.at["catchment_id"], rows.at["sku"]
    steps_in = areas.relief.by[zone, sku] != NOBODY
    return used, np.where(steps_in, areas.relief.share[sku] * np.maximum(missed, 0.0), 0.0)


def check_allocation(aside: Aside, given: Given, areas: Areas) -> list[Check]:
    """Check each row: who serves whom, how much is used, and the slice's width over all nodes."""
    rows, units = aside.rows, aside.rows["units"]
    z, j = (rows.at[c] for c in ("catchment_id", "node_id"))
    low, high, moved = rows["rank_from"], rows["rank_to"], rows["moved"]
    sound = (low >= 0) & (high > low) & (units >= -LIMIT) & ((moved == 0) | (moved == 1))
    return [
        check_holds(
            "slice",
            rows.where("rank_to", "sku", "node_id", "catchment_id"),
            sound,
            found=lambda i: f"{high[i]} (from {low[i]}, units {units[i]}, moved {moved[i]})",
            expected=lambda _: "above rank_from, from 0; units from 0, moved 0 or 1",
        ),
        check_holds(
            "server",
            rows.where("node_id", "sku", "catchment_id"),
            areas.servers[z, j],
            found=shown(rows["node_id"]),
            expected=lambda i: "one of " + ", ".join(_names(given, areas.servers[z[i]])),
        ),
        check_equal(
            "expected_use",
            rows.where("expected_use", "sku", "node_id", "catchment_id"),
            rows["expected_use"],
            aside.use.sum(axis=1),
            smallest=1e-8,
        ),
        check_equal(
            "expected_use",
            rows.where("relieved", "sku", "node_id", "catchment_id"),
            rows["relieved"],
            aside.relieved,
            smallest=1e-8,
        ),
        *check_widths(rows, areas),
    ]


def check_widths(rows: Rows, areas: Areas) -> list[Check]:
    """Check that no slice is used twice: by several nodes or periods, or by one that overlaps."""
    cell = pd.DataFrame(
        {name: rows.at[name] for name in CELL}
        | {"low": rows["rank_from"], "high": rows["rank_to"], "units": rows["units"]}
    )
    keys = [*CELL, "low", "high"]
    slices = cell.groupby(keys, sort=True, as_index=False)["units"].sum()
    same = (slices[[*CELL]].shift() == slices[[*CELL]]).to_numpy().all(axis=1)
    clear = ~same | (slices["low"] >= slices["high"].shift(fill_value=0))

    def thing(i: int) -> str:
        row = slices.iloc[i]
        area = areas.axis[int(row.catchment_id)]
        return f"slice {row.low:g} to {row.high:g} of {area}, SKU at position {row.sku:g}"

    where = Where(ALLOCATION, "units", thing)
    return [
        check_at_most("slice_width", where, slices["units"], slices["high"] - slices["low"]),
        check_holds(
            "slice_width",
            where,
            clear,
            found=lambda i: f"from rank {slices['low'].iloc[i]}",
            expected=lambda i: f"from rank {slices['high'].iloc[i - 1]} on",
        ),
    ]


def _names(given: Given, chosen: BoolArray) -> list[str]:
    """Return the ids of the nodes chosen."""
    return [given.nodes[int(j)] for j in np.flatnonzero(chosen)]
