"""Second opinion on what stock is put aside for: who serves whom, and how likely it is used.

Hit rates are recomputed from the negative binomial in closed form, from ``catchments.parquet`` and
the ranks of ``allocation.parquet`` alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincc, gammainc, gammaincc

from prepos.core.axes import Axis
from prepos.core.run import ALLOCATION, RunFiles
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import LIMIT, Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_transfers import shown

POISSON_BELOW = 1e-9  # dispersion that no count can tell from Poisson


def find_allocation(
    run: RunFiles, given: Given, areas: Areas
) -> tuple[dict[str, Rows], list[Check]]:
    """Return what stock is put aside for, with the plan and with nothing moved."""
    axes = {
        "plan": Axis("plan", ("nothing", "plan")),
        "sku": given.skus,
        "node_id": given.nodes,
        "catchment_id": areas.axis,
    }
    rows, checks = find_rows(run, ALLOCATION, axes, given, key="sku")
    inside = rows.only(rows.at["period"] < given.window.horizon)
    checks.append(
        check_holds(
            "known_ids",
            rows.where("period_start", "sku", "node_id"),
            rows.at["period"] < given.window.horizon,
            found=lambda i: str(rows.frame["period_start"].iloc[i].date()),
            expected=lambda _: f"a period before {given.window.start(given.window.horizon)}",
        )
    )
    parts = {name: inside.only(inside["plan"] == name) for name in ("plan", "nothing")}
    return parts, checks


def check_allocation(rows: Rows, given: Given, areas: Areas) -> list[Check]:
    """Check each row: who serves whom, the tranche's hit rate, and its width over all nodes."""
    z, j, k, t = (rows.at[c] for c in ("catchment_id", "node_id", "sku", "period"))
    low, high = rows["rank_from"], rows["rank_to"]
    sound = (low >= 0) & (high > low) & (rows["units"] >= -LIMIT)
    mean, dispersion = areas.mean[t, z, k], areas.dispersion[t, z, k]
    hit = expected_hits(mean, dispersion, low, high)
    return [
        check_holds(
            "tranche",
            rows.where("rank_to", "sku", "node_id", "catchment_id"),
            sound,
            found=lambda i: f"{high[i]} (from {low[i]}, units {rows['units'][i]})",
            expected=lambda _: "above rank_from, which is 0 or more, and units not negative",
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
            rows["units"] * hit,
            smallest=1e-8,
        ),
        *check_widths(rows, areas),
    ]


def check_widths(rows: Rows, areas: Areas) -> list[Check]:
    """Check that no tranche is used twice: by several nodes, or by another that overlaps it."""
    cell = pd.DataFrame(
        {name: rows.at[name] for name in ("catchment_id", "sku", "period")}
        | {"low": rows["rank_from"], "high": rows["rank_to"], "units": rows["units"]}
    )
    keys = ["catchment_id", "sku", "period", "low", "high"]
    tranches = cell.groupby(keys, sort=True, as_index=False)["units"].sum()
    same = (tranches[keys[:3]].shift() == tranches[keys[:3]]).to_numpy().all(axis=1)
    clear = ~same | (tranches["low"] >= tranches["high"].shift(fill_value=0))

    def thing(i: int) -> str:
        row = tranches.iloc[i]
        return (
            f"tranche {row.low:g} to {row.high:g} of {areas.axis[int(row.catchment_id)]}, "
            f"SKU at position {row.sku:g}, period {row.period:g}"
        )

    where = Where(ALLOCATION, "units", thing)
    return [
        check_at_most(
            "tranche_width", where, tranches["units"], tranches["high"] - tranches["low"]
        ),
        check_holds(
            "tranche_width",
            where,
            clear,
            found=lambda i: f"from rank {tranches['low'].iloc[i]}",
            expected=lambda i: f"from rank {tranches['high'].iloc[i - 1]} on",
        ),
    ]


def expected_hits(
    mean: FloatArray, dispersion: FloatArray, low: IntArray, high: IntArray
) -> FloatArray:
    """Return the chance that a unit put aside for ranks (low, high] is used; 0 without demand."""
    some = (mean > 0) & (high > low)
    safe_mean, safe_high = np.where(some, mean, 1.0), np.where(some, high, low + 1)
    used = expected_min(safe_mean, dispersion, safe_high) - expected_min(safe_mean, dispersion, low)
    return np.where(some, np.clip(used / (safe_high - low), 0.0, 1.0), 0.0)


def expected_min(mean: FloatArray, dispersion: FloatArray, units: IntArray) -> FloatArray:
    """Return E min(D, n), n whole: the sum over D < n of D, and n times the chance of n or more.

    P(D < n) of the negative binomial is a regularised incomplete beta function (Abramowitz and
    Stegun 26.5.24), of the Poisson an incomplete gamma function (26.4.21); and
    k pmf_r(k) = mean pmf_{r+1}(k - 1).
    """
    served = np.zeros(len(mean))
    some, is_poisson = units > 0, dispersion < POISSON_BELOW
    at = some & is_poisson
    m, n = mean[at], units[at].astype(np.float64)
    below = np.where(n > 1, gammaincc(np.maximum(n - 1, 1), m), 0.0)
    served[at] = m * below + n * gammainc(n, m)
    at = some & ~is_poisson
    m, n, r = mean[at], units[at].astype(np.float64), 1.0 / dispersion[at]
    q = m / (r + m)
    below = np.where(n > 1, betaincc(np.maximum(n - 1, 1), r + 1, q), 0.0)
    served[at] = m * below + n * betainc(n, r, q)
    return served


def _names(given: Given, chosen: BoolArray) -> list[str]:
    """Return the ids of the nodes chosen."""
    return [given.nodes[int(j)] for j in np.flatnonzero(chosen)]
