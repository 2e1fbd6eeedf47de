"""What to move before the orders arrive: tranches, solvers, vehicles, reasons, verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
    from prepos.plan.catchments import make_catchments
    from prepos.plan.foresight import Foresight, foresee
    from prepos.plan.lines import name_transfer
    from prepos.plan.model_file import draft_model
    from prepos.plan.options import PlanOptions
    from prepos.plan.paths import sample_paths
    from prepos.plan.planner import make_plan
    from prepos.plan.problem import planning_window, unit_transport, usual_cover
    from prepos.plan.question import NOTHING_FROZEN, Frozen, Question
    from prepos.plan.scenarios import plan_scenarios
    from prepos.plan.trial import try_solver

__all__ = [
    "NOTHING_FROZEN",
    "Foresight",
    "Frozen",
    "PlanOptions",
    "Question",
    "draft_model",
    "foresee",
    "make_catchments",
    "make_plan",
    "name_transfer",
    "plan_scenarios",
    "planning_window",
    "sample_paths",
    "try_solver",
    "unit_transport",
    "usual_cover",
]

_HOMES = {
    "Foresight": "prepos.plan.foresight",
    "Frozen": "prepos.plan.question",
    "NOTHING_FROZEN": "prepos.plan.question",
    "PlanOptions": "prepos.plan.options",
    "Question": "prepos.plan.question",
    "draft_model": "prepos.plan.model_file",
    "foresee": "prepos.plan.foresight",
    "make_catchments": "prepos.plan.catchments",
    "make_plan": "prepos.plan.planner",
    "name_transfer": "prepos.plan.lines",
    "plan_scenarios": "prepos.plan.scenarios",
    "planning_window": "prepos.plan.problem",
    "sample_paths": "prepos.plan.paths",
    "try_solver": "prepos.plan.trial",
    "unit_transport": "prepos.plan.problem",
    "usual_cover": "prepos.plan.problem",
}
__getattr__ = lazy_names(__name__, _HOMES)
