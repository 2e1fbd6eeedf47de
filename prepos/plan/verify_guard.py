"""Second opinion on what is held back and on what is told of harder times.

Who is served from where under stress is the planner's own search: there the figures are asked only
to agree with each other and with doing nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from prepos.core.run import KPIS, RunFiles
from prepos.core.types import BoolArray
from prepos.core.verdict import Check
from prepos.plan.options import LEAST_SAVING
from prepos.plan.verify_book import Given, Rows
from prepos.plan.verify_compare import RELATIVE, Where, always, check_equal, check_holds
from prepos.plan.verify_costs import MONEY, SINGLE, number
from prepos.plan.verify_transfers import shown

EVERYONE = "*"
STRESSED = ("nothing", "plan", "saving", "share")


def check_guard(
    run: RunFiles,
    given: Given,
    lines: Rows,
    *,
    costs: Mapping[str, float],
    nothing: Mapping[str, float],
    may_stay: bool,
) -> list[Check]:
    """Check that moves are held back all together or not at all, by what they save.

    What stands whatever is decided is no part of it: frozen lines, and SKUs that the planner's word
    asks for. ``may_stay`` says that nothing has to move.
    """
    idle, spent = (sum(way[name] for name in MONEY) for way in (nothing, costs))
    least, held = LEAST_SAVING * idle, run.kpis.get("held_back")
    free, room = free_lines(given, lines), RELATIVE * (1.0 + idle)
    if held is None:
        fills = (given.options.min_fill, *given.options.category_min_fill.values())
        alone = given.published is None and not any(fills) and free.all()
        judged = given.options.guard and may_stay and alone and len(lines) > 0
        return [_right(not judged or idle - spent > least - room, f"{idle - spent:.12g}", least)]
    saving = number(held.get("saving"))
    share = saving / idle if idle else 0.0
    most = min(least, number(run.kpis.get("objective")) - number(run.kpis.get("bound")))
    some = number(held.get("lines")) > 0 and number(held.get("units")) > 0
    return [
        check_holds(
            "guard",
            lines.where("sku", "transfer_id"),
            ~free,
            found=shown(lines["sku"]),
            expected=partial(always, "a frozen line, or one that an override asks for"),
        ),
        _right(given.options.guard and some and 0 < saving <= most + room, f"{held}", most),
        check_equal("guard", _told("share"), [number(held.get("share"))], [share]),
    ]


def free_lines(given: Given, lines: Rows) -> BoolArray:
    """Return which lines nobody asked for: neither frozen, nor of a SKU under a pin or a least."""
    free = given.day_of(lines.frame["ship_date"]) >= given.frozen_day
    if given.overrides is not None:
        rules = given.overrides
        quantity = rules["quantity"].astype(np.float64).fillna(0.0)
        asks = rules["rule"].isin(("pin", "min")) & (quantity > 0)
        asked = set(rules.loc[asks, "sku"].astype(str))
        free = free & ~(lines.frame["sku"].isin(asked).to_numpy() | (EVERYONE in asked))
    return np.asarray(free, dtype=np.bool_)


def check_stress(run: RunFiles, nothing: Mapping[str, float]) -> list[Check]:
    """Check that what is told of harder times adds up, and late lanes leave doing nothing alone."""
    told: list[Mapping[str, Any]] = run.kpis.get("stress", [])
    found = np.array([[number(case.get(name)) for name in STRESSED] for case in told])
    before, after = found.reshape(-1, len(STRESSED))[:, :2].T
    share = np.divide(before - after, before, out=np.zeros_like(before), where=before != 0)
    idle = sum(nothing[name] for name in MONEY)
    late = np.array([number(case.get("demand")) == 1.0 for case in told], dtype=np.bool_)
    expected = [np.where(late, idle, before), after, before - after, share]
    where = Where(KPIS, "stress", lambda i: f"stress {told[i // len(STRESSED)]}")
    room = SINGLE * max(1.0, abs(idle))
    return [
        check_equal("stress", where, found.ravel(), np.ravel(expected, "F"), smallest=room),
        check_holds(
            "stress",
            Where(KPIS, "stress", lambda _: KPIS),
            [bool(told)],
            found=partial(always, "missing"),
            expected=partial(always, "what both ways cost where things come otherwise"),
        ),
    ]


def _right(holds: bool, found: str, least: float) -> Check:
    """Check that what the moves save is on the right side of what the guard asks for."""
    expected = f"moves that save more than {least:.12g}, or all held back that save less"
    return check_holds(
        "guard",
        _told("saving"),
        [holds],
        found=partial(always, found),
        expected=partial(always, expected),
    )


def _told(name: str) -> Where:
    """Return where a figure of what is held back stands."""
    return Where(KPIS, f"held_back.{name}", lambda _: KPIS)
