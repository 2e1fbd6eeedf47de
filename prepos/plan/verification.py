"""A second opinion on a plan: every constraint and the whole cost, recomputed from the run's files.

Stands on the files and the inputs alone. It shares no line with the code that makes plans and
optimises nothing: whoever doubts the model can read this instead. Tolerances are in
``verify_compare``: a millionth for numbers, a hundred-thousandth for limits.
"""

from __future__ import annotations

import numpy as np

from prepos.core.faults import Fault
from prepos.core.run import (
    ALLOCATION,
    CATCHMENTS,
    FORECAST,
    FORECAST_TOTAL,
    KPIS,
    LOADS,
    TARGETS,
    TRANSFERS,
    RunFiles,
)
from prepos.core.types import FloatArray
from prepos.core.verdict import Check, Verdict
from prepos.errors import RunError
from prepos.plan.verify_allocation import check_allocation, find_allocation
from prepos.plan.verify_book import Given, Rows
from prepos.plan.verify_compare import Where, check_holds, merge_checks
from prepos.plan.verify_costs import (
    check_bound,
    check_figures,
    check_fill,
    check_money,
    check_slacks,
    find_slacks,
    moving_costs,
    standing_costs,
)
from prepos.plan.verify_demand import Areas, find_areas
from prepos.plan.verify_loads import check_loads, find_loads
from prepos.plan.verify_stock import (
    check_on_hand,
    check_room,
    check_sent,
    check_targets,
    make_flows,
)
from prepos.plan.verify_transfers import check_lines, check_overrides, find_lines

NEEDED = (TRANSFERS, LOADS, TARGETS, CATCHMENTS, ALLOCATION, FORECAST, FORECAST_TOTAL)


def verify_plan(run: RunFiles, given: Given, run_id: str) -> Verdict:
    """Recompute everything that a plan promises.

    Parameters
    ----------
    run : RunFiles
        The files, as read back from disk.
    given : Given
        The inputs and options the plan was made with.
    run_id : str
        Names the verdict, and is the plan's id.

    Raises
    ------
    RunError
        If the run lacks a file that a plan has.
    """
    missing = [name for name in NEEDED if name not in run.frames]
    if missing or not run.kpis:
        names = missing or [KPIS]
        faults = [
            Fault(
                name,
                0,
                "",
                "",
                "PP-RUN-MISSING",
                f"{name} is missing, expected in the run of a plan",
            )
            for name in names
        ]
        raise RunError(f"run {run_id} holds no plan: {', '.join(names)} is missing", faults)
    lines, checks = find_lines(run, given)
    loads, found = find_loads(run, given)
    slacks = find_slacks(run)
    checks += [check_window(run, given), *found, *check_lines(lines, given, run_id)]
    checks += check_loads(lines, loads, given, slacks)
    checks += check_overrides(lines, given, slacks)
    areas, found = find_areas(run, given)
    checks += found + check_plan(run, given, areas, lines=lines, loads=loads)
    return Verdict(run_id=run_id, checks=merge_checks(checks))


def check_plan(
    run: RunFiles, given: Given, areas: Areas, *, lines: Rows, loads: Rows
) -> list[Check]:
    """Check stock, service and money, with the plan and with nothing moved."""
    slacks = find_slacks(run)
    parts, checks = find_allocation(run, given, areas)
    idle = make_flows(given, None, parts["nothing"])
    flows = make_flows(given, lines, parts["plan"])
    for name, stock in (("plan", flows), ("nothing", idle)):
        checks += check_allocation(parts[name], given, areas)
        checks += check_on_hand(given, stock, ALLOCATION)
    served = served_demand(parts["plan"], areas)
    checks.append(check_sent(given, flows))
    checks += check_room(given, flows, slacks)
    checks += check_targets(run, given, areas, flows=flows, idle=idle, served=served)
    moving = moving_costs(given, lines, loads)
    costs = moving | standing_costs(given, areas, parts["plan"], flows=flows, idle=idle)
    nothing = dict.fromkeys(moving, 0.0) | standing_costs(
        given, areas, parts["nothing"], flows=idle, idle=idle
    )
    may_stay = all(check.passed for check in check_room(given, idle, {}))
    return [
        *checks,
        *check_figures(run.kpis, "plan", costs),
        *check_figures(run.kpis, "nothing", nothing),
        *check_bound(run, given, costs, may_stay=may_stay),
        *check_money(given, costs, slacks),
        *check_fill(given, areas, served, slacks),
        check_slacks(run),
    ]


def served_demand(allocation: Rows, areas: Areas) -> FloatArray:
    """Return (T, Z, K) the expected use of each catchment's demand, by any node."""
    served = np.zeros_like(areas.mean)
    cell = tuple(allocation.at[c] for c in ("period", "catchment_id", "sku"))
    np.add.at(served, cell, allocation["expected_use"])
    return served


def check_window(run: RunFiles, given: Given) -> Check:
    """Check that the plan's window is the one that the options and lead times give."""
    window = given.window
    expected = {
        "cutoff": window.cutoff.isoformat(),
        "period_days": window.days,
        "periods": window.horizon,
    }
    found = run.kpis.get("window")
    return check_holds(
        "window",
        Where(KPIS, "window", lambda _: KPIS),
        [found == expected],
        found=lambda _: f"{found}",
        expected=lambda _: f"{expected}",
    )
