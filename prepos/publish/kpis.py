"""``kpis.json``: what the plan costs beside doing nothing, and how near it is to the best."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from prepos.core.transfer import Costs, Plan

KPIS_SCHEMA = "prepos/kpis@1"


def make_kpis(
    plan: Plan, *, currency: str, units_forecast: float, units_below: float
) -> dict[str, Any]:
    """Return the content of ``kpis.json``.

    ``units_forecast`` and ``units_below`` are the expected units of the horizon, and those of them
    that the forecast's files leave out for being below the floor.
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
        "slack_penalty": float(sum(slack.penalty for slack in plan.slacks)),
        "objective": float(plan.objective),
        "bound": float(plan.bound),
        "gap": float(plan.gap),
        "method": plan.method,
        "status": plan.status,
        "solver": plan.solver,
        "slacks": [asdict(slack) for slack in plan.slacks],
        "forecast": {"units": units_forecast, "units_below_floor": units_below},
    }


def _costs(costs: Costs) -> dict[str, float]:
    """Return one way to act, the total first."""
    return {"total_cost": float(costs.total_cost)} | {
        name: value if isinstance(value, int) else float(value) + 0.0
        for name, value in asdict(costs).items()
    }
