"""Make the plan: cut demand, solve, fill vehicles, tell what it is worth beside doing nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.transfer import HeldBack, Plan
from prepos.errors import InfeasibleError
from prepos.plan.certificate import write_certificate
from prepos.plan.decided import SAME, Decided, see_through
from prepos.plan.deciding import decide
from prepos.plan.frame import Frame, make_frame
from prepos.plan.guard import hold_back
from prepos.plan.lines import write_transfers
from prepos.plan.loads import make_loads
from prepos.plan.outcome import Outcome, make_outcome
from prepos.plan.problem import Problem, make_problem
from prepos.plan.question import Question
from prepos.plan.redirects import write_redirects
from prepos.plan.shared import list_shared_rows
from prepos.plan.solver import choose_solver
from prepos.plan.stillness import answer_still
from prepos.plan.stress import Way, stress_plan
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.worth import value_everywhere
from prepos.plan.ways_out import find_ways_out


def make_plan(
    question: Question,
    *,
    plan_id: str,
    stressed: bool = True,
    tick: Callable[[], None] = lambda: None,
) -> Plan:
    """Decide what to move before the next orders.

    Parameters
    ----------
    plan_id : str
        Derived from the input, so that the same input gives the same ids.
    stressed : bool
        Whether to tell what becomes of it in harder times.
    tick : callable
        Called after each step of a long search.

    Returns
    -------
    Plan
        With its cost recomputed from what is handed over, doing nothing beside it, and the bound.

    Raises
    ------
    InfeasibleError
        If a limit, an override or a frozen line cannot be kept; says which and by how much, and
        what could be changed.
    SolverError
        If there is no plan in time.
    """
    problem = make_problem(question)
    solver = choose_solver(question.options.solver)
    try:
        thought = think(problem, solver, tick)
    except InfeasibleError as broken:
        ways = find_ways_out(problem, solver, lambda changed: cost_of(changed, solver))
        raise InfeasibleError(str(broken), ways) from broken
    demand = question.outlook.demand
    return hand_over(
        problem, thought, demand=demand, solver=solver, plan_id=plan_id, stressed=stressed
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Thought:
    """A problem thought through: what was decided, its outcome, and doing nothing beside it.

    ``free`` is the problem without rules and published plan, as one of transportation; ``idle`` are
    its flows if nothing moves.
    """

    frame: Frame
    free: Transport
    transport: Transport
    idle: Flows
    nothing: Outcome
    decided: Decided
    outcome: Outcome
    held_back: HeldBack | None


def think(problem: Problem, solver: str, tick: Callable[[], None] = lambda: None) -> Thought:
    """Decide, and see it through; raises InfeasibleError or SolverError where there is no plan."""
    frame = make_frame(problem, list_shared_rows(problem))
    free = as_transport(problem.freed(), frame)
    transport = free if problem.is_free else as_transport(problem, frame, free.problem.ranks)
    nobody = np.zeros(len(problem.departures), dtype=np.int64)
    idle = answer_still(free)
    nothing = make_outcome(problem, frame, free, idle, vehicles=nobody, closing_without=None)
    decided = decide(problem, frame, transport, solver, tick)
    outcome = see_through(problem, frame, transport, decided, nothing)
    decided, outcome, held_back = hold_back(problem, frame, transport, decided, outcome, nothing)
    return Thought(
        frame=frame,
        free=free,
        transport=transport,
        idle=idle,
        nothing=nothing,
        decided=decided,
        outcome=outcome,
        held_back=held_back,
    )


def cost_of(problem: Problem, solver: str) -> float:
    """Return what a plan of a problem costs, in currency; raises as ``think`` does."""
    return think(problem, solver).outcome.costs.total_cost


def hand_over(
    problem: Problem,
    thought: Thought,
    *,
    demand: Forecast,
    solver: str,
    plan_id: str,
    stressed: bool,
) -> Plan:
    """Return the plan with its proof and, where asked for, what becomes of it in harder times."""
    frame, free, outcome = thought.frame, thought.free, thought.outcome
    decided, nothing, options = thought.decided, thought.nothing, problem.options
    certificate = write_certificate(frame, free, decided.decision.prices)
    bound = min(decided.bound, outcome.objective)
    proven = outcome.objective - bound <= (options.gap + SAME) * abs(outcome.objective)
    ways = (
        Way(free, thought.idle, nothing.costs),
        Way(thought.transport, decided.decision.flows, outcome.costs),
    )
    return Plan(
        plan_id=plan_id,
        periods=problem.periods,
        transfers=write_transfers(
            problem,
            frame,
            packing=decided.packing,
            demand=demand,
            outcome=outcome,
            nothing=nothing,
        ),
        redirects=write_redirects(problem, free, certificate.prices, outcome.stops),
        loads=make_loads(problem, decided.packing.lines),
        catchments=problem.catchments,
        targets=outcome.targets,
        allocation=outcome.allocation,
        nothing_allocation=nothing.allocation,
        costs=outcome.costs,
        nothing=nothing.costs,
        bound=bound,
        certificate=certificate,
        values=value_everywhere(free.problem, certificate.prices, certificate.value),
        method=decided.method,
        status="optimal" if proven else "feasible",
        solver=solver,
        slacks=outcome.slacks,
        held_back=thought.held_back,
        stress=stress_plan(problem, frame, *ways) if stressed else (),
    )
