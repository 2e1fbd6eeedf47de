"""``kpis.json``: what the plan costs beside doing nothing, and how near it is to the best."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from prepos.core.kpis import KPIS_SCHEMA
from prepos.core.transfer import Costs, HeldBack, Plan, Stress
from prepos.core.types import FloatArray


def make_kpis(
    plan: Plan, *, currency: str, units_forecast: float, units_below: float, unlike: float
) -> dict[str, Any]:
    """Return the content of ``kpis.json``.

    Parameters
    ----------
    units_forecast, units_below : float
        Expected units of the horizon, and those of them that the forecast's files leave out for
        being below the floor.
    unlike : float
        How far catchments' demand is from one mix for all, by ``unlike_share``.
    """
    return {
        "schema": KPIS_SCHEMA,
        "plan_id": plan.plan_id,
        "currency": currency,
        "window": {
            "cutoff": plan.periods.cutoff.isoformat(),
            "period_days": plan.periods.days,
            "periods": plan.periods.horizon,
        },
        "plan": _costs(plan.costs),
        "nothing": _costs(plan.nothing),
        "redirect_saving": float(plan.redirect_saving),
        "slack_penalty": float(sum(slack.penalty for slack in plan.slacks)),
        "objective": float(plan.objective),
        "bound": float(plan.bound),
        "gap": float(plan.gap),
        "method": plan.method,
        "status": plan.status,
        "solver": plan.solver,
        "slacks": [asdict(slack) for slack in plan.slacks],
        "held_back": _held_back(plan.held_back, plan.nothing),
        "stress": [_stress(told) for told in plan.stress],
        "forecast": {
            "units": units_forecast,
            "units_below_floor": units_below,
            "unlike_share": unlike,
        },
    }


def unlike_share(mean: FloatArray) -> float:
    """Return the share of demand (Z, K) that would be another if all catchments bought one mix.

    0 where each SKU's units are shared out like those of all together.
    """
    total = float(mean.sum())
    if not total:
        return 0.0
    alike = np.outer(mean.sum(axis=1), mean.sum(axis=0)) / total
    return float(np.abs(mean - alike).sum() / (2.0 * total))


def _held_back(held: HeldBack | None, nothing: Costs) -> dict[str, float] | None:
    """Return what the guard held back, its saving as a share of doing nothing too."""
    if held is None:
        return None
    share = _share(held.saving, nothing.total_cost)
    return {"lines": held.lines, "units": held.units, "saving": held.saving, "share": share}


def _stress(told: Stress) -> dict[str, float]:
    """Return one stress, its saving as a share of doing nothing too."""
    share = _share(told.saving, told.nothing)
    return asdict(told) | {"saving": told.saving, "share": share}


def _share(part: float, whole: float) -> float:
    """Return part / whole, 0 where there is no whole."""
    return part / whole if whole else 0.0


def _costs(costs: Costs) -> dict[str, float]:
    """Return one way to act, the total first."""
    return {"total_cost": float(costs.total_cost)} | {
        name: value if isinstance(value, int) else float(value) + 0.0
        for name, value in asdict(costs).items()
    }
