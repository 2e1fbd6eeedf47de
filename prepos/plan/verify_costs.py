"""Second opinion on money: every figure of ``kpis.json``, with the plan and with nothing moved.

Recomputed from the run's tables and the inputs' unit costs; knows nothing of any model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from prepos.core.run import KPIS, RunFiles
from prepos.core.types import FloatArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows
from prepos.plan.verify_compare import RELATIVE, Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_stock import Flows
from prepos.plan.verify_transfers import Slacks, named, shown

MONEY = (
    "transport_cost",
    "vehicle_cost",
    "handling_cost",
    "service_cost",
    "holding_cost",
    "return_cost",
    "shortage_cost",
    "stability_cost",
    "carbon_cost",
)

SINGLE = 1e-7  # share of the whole, that chances of single precision may be off


def moving_costs(given: Given, lines: Rows, loads: Rows, taken_off: FloatArray) -> dict[str, float]:
    """Return what the transfers and their vehicles cost, and how much they move.

    ``taken_off`` (N, K) units come in at hubs besides.
    """
    put_away = given.of_nodes("handling_cost")
    lane, sku, quantity = lines.at["lane_id"], lines.at["sku"], lines["quantity"]
    volume = quantity * given.products.unit_volume_m3[sku]
    weight = quantity * given.products.unit_weight_kg[sku]
    transport = (
        quantity * given.of_lanes("cost_per_unit")[lane]
        + volume * given.of_lanes("cost_per_m3")[lane]
        + weight * given.of_lanes("cost_per_kg")[lane]
    )
    co2e = float((weight * given.of_lanes("co2e_kg_per_kg")[lane]).sum())
    return {
        "transport_cost": float(transport.sum()),
        "vehicle_cost": float(given.of_lanes("vehicle_cost")[loads.at["lane_id"]].sum()),
        "handling_cost": float(
            quantity @ put_away[lines.at["destination"]] + (put_away @ taken_off).sum()
        ),
        "carbon_cost": given.options.carbon_price * co2e,
        "co2e_kg": co2e,
        "units": float(quantity.sum()),
        "loads": float(len(loads)),
        "volume_m3": float(volume.sum()),
    }


def standing_costs(given: Given, areas: Areas, allocation: Rows, flows: Flows) -> dict[str, float]:
    """Return what serving, holding, returning and falling short cost, and how well it serves."""
    z, j, k = (allocation.at[c] for c in ("catchment_id", "node_id", "sku"))
    use, relieved = allocation["expected_use"], allocation["relieved"]
    by = areas.pair[z, areas.relief.by[z, k]]
    products, forward = given.products, given.network.is_forward
    came = (flows.transfers_in - flows.transfers_out).sum(axis=0) + flows.taken_off
    moved_in_vain = flows.moved_unused + np.maximum(came - flows.moved_aside, 0.0)
    demand = areas.mean.sum(axis=(0, 1))
    besides, spare = areas.spare.units * flows.closing[-1], areas.spare
    served = np.bincount(k, use + relieved, minlength=len(demand)) + besides.sum(axis=0)
    near = use[areas.cheapest[z] == j].sum()
    return {
        "service_cost": float(
            (use * areas.cost[areas.pair[z, j], k] + relieved * areas.relief.cost[z, k]).sum()
            + (besides * spare.cost).sum()
        ),
        "holding_cost": float((flows.closing[:, forward] @ products.holding_cost).sum()),
        "return_cost": float((moved_in_vain[forward] @ products.return_cost).sum()),
        "shortage_cost": float(products.shortage_cost @ np.maximum(demand - served, 0.0)),
        "fill_rate": _share(served.sum(), demand.sum(), none=1.0),
        "local_share": _share(near, demand.sum(), none=1.0),
        "mean_distance_km": _share(
            (use * areas.distance[areas.pair[z, j], k] + relieved * areas.distance[by, k]).sum()
            + (besides * spare.distance).sum(),
            served.sum(),
            none=0.0,
        ),
    }


def check_figures(kpis: Mapping[str, Any], way: str, expected: Mapping[str, float]) -> list[Check]:
    """Check every figure of one way to act, and that the total is the sum of its parts."""
    found = kpis.get(way, {})
    total = sum(expected[name] for name in MONEY)
    figures = {"total_cost": total, **expected}
    room = SINGLE * max(1.0, abs(total))
    return [
        check_equal(
            "cost",
            Where(KPIS, f"{way}.{name}", named([f"{KPIS} {way}"])),
            [number(found.get(name))],
            [value],
            smallest=room if name.endswith("_cost") else SINGLE,
        )
        for name, value in figures.items()
    ]


def check_bound(
    run: RunFiles,
    given: Given,
    costs: Mapping[str, float],
    *,
    proven: float,
    may_stay: bool,
    missed: float,
) -> list[Check]:
    """Check objective, bound and gap, and that the plan is no worse than doing nothing.

    ``proven`` is what the certificate proves, which knows no overrides and no published plan: with
    them, and by the exact method on its solver's word, more may be told. ``may_stay`` says that
    doing nothing keeps every limit and leaves no frozen line: else a plan may have to cost more.
    ``missed`` is the penalty (currency) of the wishes that doing nothing does not meet.
    """
    kpis = run.kpis
    asked = given.overrides is not None and len(given.overrides) > 0
    bound_by = asked or given.published is not None
    known = np.inf if bound_by or kpis.get("method") == "exact" else proven
    penalty = sum(number(slack.get("penalty")) for slack in kpis.get("slacks", ()))
    objective = sum(costs[name] for name in MONEY) + penalty
    bound = number(kpis.get("bound"))
    gap = max(0.0, (objective - bound) / abs(objective)) if objective else 0.0
    checks = [
        _figure(kpis, "slack_penalty", penalty),
        _figure(kpis, "objective", objective),
        _figure(kpis, "gap", gap),
        check_at_most("bound", _at("bound"), [bound, bound], [objective, known], relative=1e-6),
    ]
    if may_stay and not asked:
        nothing = number(kpis.get("nothing", {}).get("total_cost")) + missed
        at = _at("plan.total_cost")
        checks.append(check_at_most("bound", at, [objective], [nothing], relative=1e-6))
    return [*checks, check_status(kpis, gap, given.options.gap)]


def check_status(kpis: Mapping[str, Any], gap: float, asked: float) -> Check:
    """Check that only a plan within the gap asked for is called optimal."""
    status = str(kpis.get("status"))
    return check_holds(
        "bound",
        _at("status"),
        [status == "feasible" or (status == "optimal" and gap <= asked + 1e-6)],
        found=shown(np.array([status], dtype=object)),
        expected=lambda _: f"feasible, or optimal with a gap of at most {asked:g} (it is {gap:g})",
    )


def check_money(given: Given, costs: Mapping[str, float], slacks: Slacks) -> list[Check]:
    """Check the budget for lanes, vehicles and handling."""
    if given.options.budget is None:
        return []
    spent = costs["transport_cost"] + costs["vehicle_cost"] + costs["handling_cost"]
    limit = given.options.budget + slacks.get(("budget", ""), 0.0)
    return [check_at_most("budget", _at("plan.transport_cost"), [spent], [limit])]


def check_slacks(run: RunFiles, penalty: float) -> Check:
    """Check that only a wish goes unmet, at its penalty: all other limits hold in a plan."""
    slacks = run.kpis.get("slacks", [])
    missed = np.array([number(s.get("quantity")) for s in slacks], dtype=np.float64)
    told = np.array([number(s.get("penalty")) for s in slacks], dtype=np.float64)
    is_wish = np.array([s.get("limit") == "min_fill" for s in slacks], dtype=np.bool_)
    is_due = np.abs(told - penalty * missed) <= RELATIVE * (1.0 + penalty * missed)
    return check_holds(
        "slack",
        Where(KPIS, "slacks", lambda i: f"slack {slacks[i].get('limit')} {slacks[i].get('place')}"),
        is_wish & (missed >= 0) & is_due,
        found=lambda i: f"over by {missed[i]:.12g}, penalty {told[i]:.12g}",
        expected=lambda _: f"none but min_fill, with what it misses, at {penalty:.12g} a unit",
    )


def find_slacks(run: RunFiles) -> dict[tuple[str, str], float]:
    """Return what the plan says it could not keep: (limit, place) to quantity."""
    return {
        (str(s.get("limit")), str(s.get("place"))): number(s.get("quantity"))
        for s in run.kpis.get("slacks", [])
    }


def number(value: object) -> float:
    """Return a figure of JSON, NaN where it is missing or none."""
    return float(value) if isinstance(value, int | float) else float("nan")


def _figure(kpis: Mapping[str, Any], name: str, expected: float) -> Check:
    """Check one figure of the plan as a whole."""
    room = SINGLE * max(1.0, abs(expected))
    return check_equal("bound", _at(name), [number(kpis.get(name))], [expected], smallest=room)


def _at(name: str) -> Where:
    """Return where a figure of ``kpis.json`` stands."""
    return Where(KPIS, name, lambda _: KPIS)


def _share(part: float, whole: float, *, none: float) -> float:
    """Return part / whole, or what holds where there is no whole."""
    return float(part / whole) if whole > 0 else none
