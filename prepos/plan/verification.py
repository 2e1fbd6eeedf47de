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
    CERTIFICATE,
    FORECAST,
    FORECAST_TOTAL,
    KPIS,
    LOADS,
    REDIRECTS,
    ROUTING,
    SUPPLY,
    TARGETS,
    TRANSFERS,
    VALUES,
    RunFiles,
)
from prepos.core.types import FloatArray
from prepos.core.verdict import Check, Verdict
from prepos.errors import RunError
from prepos.plan.verify_allocation import Aside, check_allocation, find_allocation
from prepos.plan.verify_book import Given, Rows
from prepos.plan.verify_compare import Where, check_holds, merge_checks
from prepos.plan.verify_costs import (
    check_bound,
    check_figures,
    check_money,
    check_slacks,
    find_slacks,
    moving_costs,
    standing_costs,
)
from prepos.plan.verify_demand import Areas, find_areas
from prepos.plan.verify_fill import check_fill, units_missing
from prepos.plan.verify_guard import check_guard, check_stress
from prepos.plan.verify_limits import wish_penalty
from prepos.plan.verify_loads import check_loads, find_loads
from prepos.plan.verify_proof import check_proof
from prepos.plan.verify_published import (
    check_frozen,
    deviation_cost,
    find_published,
    has_frozen_lines,
)
from prepos.plan.verify_redirects import find_redirects, shifted_receipts
from prepos.plan.verify_routing import check_routing
from prepos.plan.verify_stock import (
    check_on_hand,
    check_origins,
    check_room,
    check_targets,
    make_flows,
)
from prepos.plan.verify_transfers import check_lines, check_overrides, find_lines
from prepos.plan.verify_values import check_values

NEEDED = (
    TRANSFERS,
    REDIRECTS,
    LOADS,
    TARGETS,
    CATCHMENTS,
    ALLOCATION,
    SUPPLY,
    VALUES,
    ROUTING,
    FORECAST,
    FORECAST_TOTAL,
)


def verify_plan(run: RunFiles, given: Given, run_id: str) -> Verdict:
    """Recompute everything that a plan promises.

    Parameters
    ----------
    run : RunFiles
        The files, as read back from disk.
    given : Given
        The inputs and options the plan was made with; the published lines are the run's own.
    run_id : str
        Names the verdict, and is the plan's id.

    Raises
    ------
    RunError
        If the run lacks a file that a plan has.
    """
    refuse_parts(run, run_id)
    given, of_published = find_published(run, given)
    lines, checks = find_lines(run, given)
    loads, found = find_loads(run, given)
    slacks = find_slacks(run)
    checks += [check_window(run, given), *found, *check_lines(lines, given, run_id)]
    checks += check_loads(lines, loads, given, slacks)
    checks += [*of_published, *check_frozen(given, lines)]
    checks += check_overrides(lines, given, slacks)
    areas, found = find_areas(run, given)
    checks += found + check_values(run, given, areas)
    checks += check_plan(run, given, areas, lines=lines, loads=loads)
    return Verdict(run_id=run_id, checks=merge_checks(checks))


def refuse_parts(run: RunFiles, run_id: str) -> None:
    """Raise RunError that names each file which a plan has and the run lacks."""
    missing = [name for name in NEEDED if name not in run.frames]
    told = {KPIS: run.kpis, CERTIFICATE: run.certificate}
    missing += [name for name, content in told.items() if not content]
    faults = [
        Fault(
            name, 0, "", "", "PP-RUN-MISSING", f"{name} is missing, expected in the run of a plan"
        )
        for name in missing
    ]
    if missing:
        raise RunError(f"run {run_id} holds no plan: {', '.join(missing)} is missing", faults)


def check_plan(
    run: RunFiles, given: Given, areas: Areas, *, lines: Rows, loads: Rows
) -> list[Check]:
    """Check stock, service, money and proof, with the plan and with nothing moved."""
    slacks = find_slacks(run)
    parts, checks = find_allocation(run, given, areas)
    redirects, found = find_redirects(run, given)
    checks += found
    idle = make_flows(given, None, parts["nothing"])
    flows = make_flows(given, lines, parts["plan"], shifted_receipts(redirects, given))
    for name, stock in (("plan", flows), ("nothing", idle)):
        checks += check_allocation(parts[name], given, areas)
        checks += [
            check_on_hand(given, stock, ALLOCATION),
            *check_origins(given, stock, ALLOCATION),
        ]
    served, penalty = served_demand(parts["plan"], areas), wish_penalty(given, areas)
    missed = penalty * units_missing(given, areas, served_demand(parts["nothing"], areas)).sum()
    checks += check_room(given, flows, slacks)
    checks += check_targets(run, given, areas, flows=flows, idle=idle, served=served)
    moving = moving_costs(given, lines, loads, flows.taken_off)
    costs = moving | standing_costs(given, areas, parts["plan"].rows, flows)
    costs["stability_cost"] = deviation_cost(given, lines)
    nothing = dict.fromkeys(moving, 0.0)
    nothing |= standing_costs(given, areas, parts["nothing"].rows, idle)
    nothing["stability_cost"] = deviation_cost(given, None)
    may_stay = not has_frozen_lines(given) and all(
        check.passed for check in check_room(given, idle, {})
    )
    proven, found = check_proof(run, given, areas)
    return [
        *checks,
        *check_figures(run.kpis, "plan", costs),
        *check_figures(run.kpis, "nothing", nothing),
        *found,
        *check_bound(run, given, costs, proven=proven, may_stay=may_stay, missed=float(missed)),
        *check_guard(run, given, lines, costs=costs, nothing=nothing, may_stay=may_stay),
        *check_stress(run, nothing),
        *check_routing(run, given, areas, flows),
        *check_money(given, costs, slacks),
        check_fill(given, areas, served, slacks),
        check_slacks(run, penalty),
    ]


def served_demand(allocation: Aside, areas: Areas) -> FloatArray:
    """Return (T, Z, K) the expected use of each catchment's demand, by any node."""
    served = np.zeros_like(areas.mean)
    cell = tuple(allocation.rows.at[c] for c in ("catchment_id", "sku"))
    for period in range(len(served)):
        np.add.at(served[period], cell, allocation.use[:, period])
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
