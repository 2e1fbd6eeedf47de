"""Second opinion on the demand of spans: what ``catchments.parquet`` tells, each sum checked.

Knows nothing of any model.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.run import CATCHMENTS, RunFiles
from prepos.core.types import FloatArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import Where, check_equal, check_holds
from prepos.plan.verify_ranks import list_spans
from prepos.plan.verify_transfers import named, shown


def find_spans(
    run: RunFiles, given: Given, axis: Axis
) -> tuple[FloatArray, FloatArray, list[Check]]:
    """Return (T, Z, K) means of periods, (P, Z, K) dispersions of spans, and all checks of them."""
    demand, checks = read_spans(run, given, axis)
    mean, dispersion = span_arrays(demand, given, axis)
    checks += [check_sums(demand, mean), *check_missing(demand, given, axis, mean)]
    return mean, dispersion, checks


def read_spans(run: RunFiles, given: Given, axis: Axis) -> tuple[Rows, list[Check]]:
    """Return the demand of spans within the window, with their numbers, and what else is told."""
    axes = {"catchment_id": axis, "sku": given.skus}
    rows, checks = find_rows(run, CATCHMENTS, axes, given, key="catchment_id")
    cell = {name: rows.at[name] for name in ("catchment_id", "sku", "period")}
    again = pd.DataFrame({**cell, "periods": rows["periods"]}).duplicated().to_numpy()
    end = rows.at["period"] + rows["periods"]
    inside = (rows["periods"] > 0) & (end <= given.window.horizon)
    sound = inside & (rows["mean"] > 0) & (rows["dispersion"] >= 0) & ~again
    checks.append(
        check_holds(
            "catchments",
            rows.where("mean", "catchment_id", "sku"),
            sound,
            found=shown(rows["mean"]),
            expected=lambda _: "a mean above 0 and a dispersion from 0, once for each span planned",
        )
    )
    kept = rows.only(inside)
    number = np.zeros((given.window.horizon, given.window.horizon + 1), dtype=np.int64)
    for span, (first, last) in enumerate(list_spans(given.window.horizon)):
        number[first, last + 1 - first] = span
    at = {**kept.at, "span": number[kept.at["period"], kept["periods"]]}
    return replace(kept, at=at), checks


def span_arrays(demand: Rows, given: Given, axis: Axis) -> tuple[FloatArray, FloatArray]:
    """Return (T, Z, K) means of periods and (P, Z, K) dispersions of spans, 0 where none is."""
    spans = list_spans(given.window.horizon)
    mean = np.zeros((given.window.horizon, len(axis), len(given.skus)))
    dispersion = np.zeros((len(spans), *mean.shape[1:]))
    cell = tuple(demand.at[name] for name in ("period", "catchment_id", "sku"))
    single = demand["periods"] == 1
    mean[tuple(part[single] for part in cell)] = demand["mean"][single]
    dispersion[demand.at["span"], cell[1], cell[2]] = demand["dispersion"]
    return mean, dispersion


def check_sums(demand: Rows, mean: FloatArray) -> Check:
    """Check that the mean of each span is the sum of its periods'."""
    z, k, first = (demand.at[name] for name in ("catchment_id", "sku", "period"))
    last = first + demand["periods"] - 1
    total = np.zeros(len(demand))
    for period in range(len(mean)):
        within = (first <= period) & (period <= last)
        total += np.where(within, mean[period, z, k], 0.0)
    where = demand.where("mean", "catchment_id", "sku", "period_start", "periods")
    return check_equal("spans", where, demand["mean"], total, smallest=1e-12)


def check_missing(demand: Rows, given: Given, axis: Axis, mean: FloatArray) -> list[Check]:
    """Check that every span is told of which a period is."""
    checks = []
    for span, (first, last) in enumerate(list_spans(given.window.horizon)):
        told = np.zeros(mean.shape[1:], dtype=np.bool_)
        mine = demand.at["span"] == span
        told[demand.at["catchment_id"][mine], demand.at["sku"][mine]] = True
        odd = np.argwhere(told != (mean[first : last + 1] > 0).any(axis=0))
        words = f"{last - first + 1} periods from {given.window.start(first)}"
        things = [f"catchment {axis[int(z)]} {given.skus[int(k)]}, {words}" for z, k in odd]
        checks.append(
            check_holds(
                "spans",
                Where(CATCHMENTS, "periods", named(things)),
                np.zeros(len(things), dtype=np.bool_),
                found=lambda _: "in no row, or in one of a span without demand",
                expected=lambda _: "a row for every span with demand",
            )
        )
    return checks
