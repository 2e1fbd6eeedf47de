"""What to move before the orders arrive: tranches, solvers, vehicles, reasons, verification."""

from prepos.plan.catchments import make_catchments
from prepos.plan.foresight import Foresight, foresee
from prepos.plan.model_file import draft_model
from prepos.plan.options import PlanOptions
from prepos.plan.planner import make_plan
from prepos.plan.problem import planning_window, usual_cover
from prepos.plan.question import Frozen, Question

__all__ = [
    "Foresight",
    "Frozen",
    "PlanOptions",
    "Question",
    "draft_model",
    "foresee",
    "make_catchments",
    "make_plan",
    "planning_window",
    "usual_cover",
]
