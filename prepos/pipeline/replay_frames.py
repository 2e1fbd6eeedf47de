"""A replay's findings as the tables of its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from prepos.core.periods import Periods
from prepos.core.run import REPLAY, REPLAY_BY_PERIOD, RUN_TABLES
from prepos.pipeline.contestants import FORESIGHT
from prepos.pipeline.gains import NOTHING, Gain, saved
from prepos.plan import Foresight
from prepos.replay import Measures


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """What the replays under one setting measured, by policy."""

    setting: str
    periods: Periods
    totals: Mapping[str, Measures]
    by_period: Mapping[str, tuple[Measures, ...]]
    gains: Mapping[str, Gain]
    bound: Foresight | None
    best_baseline: str | None


def replay_frame(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return ``replay.csv``: a row for each setting and policy, perfect foresight the last."""
    rows = []
    for each in outcomes:
        rows += [
            {
                "setting": each.setting,
                "policy": name,
                "frontier": on_frontier(name, each, outcomes),
                **gain_cells(each.gains[name]),
                **asdict(told),
            }
            for name, told in each.totals.items()
        ]
        if each.bound is not None:
            rows.append(bound_cells(each, slice(None)))
    return pd.DataFrame(rows, columns=list(RUN_TABLES[REPLAY]))


def replay_by_period_frame(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return ``replay.parquet``: the measures alone, a row for each period more."""
    rows = []
    for each in outcomes:
        starts = [np.datetime64(day, "s") for day in each.periods.starts]
        for name, periods in each.by_period.items():
            rows += [
                {
                    "setting": each.setting,
                    "policy": name,
                    "period_start": start,
                    **asdict(told),
                }
                for start, told in zip(starts, periods, strict=True)
            ]
        if each.bound is not None:
            rows += [
                {"period_start": start, **bound_cells(each, slice(t, t + 1))}
                for t, start in enumerate(starts)
            ]
    return pd.DataFrame(rows, columns=list(RUN_TABLES[REPLAY_BY_PERIOD]))


def gain_cells(gain: Gain) -> dict[str, float]:
    """Return a gain's cells."""
    ends = ("", "_low", "_high")
    return {"saving": gain.saving} | {
        f"{name}{end}": value
        for name in ("gap_closed", "left_ratio")
        for end, value in zip(ends, getattr(gain, name), strict=True)
    }


def bound_cells(outcome: Outcome, span: slice) -> dict[str, object]:
    """Return the cells of perfect foresight over a span of periods; what it does not tell is left.

    The parts are those of the answer found, which costs a trifle more than the bound.
    """
    bound = outcome.bound
    if bound is None:
        return {}
    cells: dict[str, object] = {"setting": outcome.setting, "policy": FORESIGHT}
    cells["total_cost"] = float(bound.by_period[span].sum())
    costs = {"transport", "vehicle", "handling", "service", "holding", "return", "shortage"}
    for name in sorted(costs):
        cells[f"{name}_cost"] = float(bound.amounts[name][span].sum())
    cells["carbon_cost"] = float(bound.amounts["carbon"][span].sum())
    ordered = sum(each.ordered for each in next(iter(outcome.by_period.values()))[span])
    cells["ordered"], cells["moved"] = ordered, float(bound.amounts["sent"][span].sum())
    for share, amount in (("fill_rate", "served"), ("local_share", "local")):
        units = float(bound.amounts[amount][span].sum())
        cells[share] = min(units / ordered, 1.0) if ordered else float("nan")
    if NOTHING in outcome.totals and span == slice(None):
        cells["saving"] = saved(bound.bound, outcome.totals[NOTHING].total_cost)
    return cells


def on_frontier(name: str, outcome: Outcome, outcomes: Sequence[Outcome]) -> str:
    """Return whether no other setting serves as much at less cost but for shortages; "" for one."""
    if len(outcomes) == 1:
        return ""
    mine = service_and_cost(outcome.totals[name])
    others = [service_and_cost(each.totals[name]) for each in outcomes if each is not outcome]
    beaten = any(
        served >= mine[0] and cost <= mine[1] and (served, cost) != mine for served, cost in others
    )
    return "no" if beaten else "yes"


def service_and_cost(told: Measures) -> tuple[float, float]:
    """Return what a policy serves, and what that costs by the unit ordered."""
    return told.fill_rate, (told.total_cost - told.shortage_cost) / max(told.ordered, 1.0)
