"""PuLP and its solvers: a program in, values, bound and prices out, with the status told honestly.

HiGHS where it is installed, CBC as fallback. One thread always: a second solve in one process with
another number of threads silently returned zeros, and one thread gives the same plan everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp

from prepos.core.types import FloatArray
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.program import Program

THREADS = 1
FEASIBLE_POINT = 2  # HiGHS: kSolutionStatusFeasible
KEPT = 1e-4  # of what a row adds up: more than any solver's tolerance, less than a lie
CBC_INCREMENT = 1e-5  # CBC passes over what is better by less


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Solution:
    """What a solver found: column values, row prices (of a linear program), and the proof."""

    values: FloatArray
    prices: FloatArray
    objective: float
    bound: float
    optimal: bool  # within the gap asked for
    solver: str


@dataclass(frozen=True, slots=True)
class Names:
    """What a program's columns and rows are called: no two alike, in letters that LP files allow.

    The second side of a row that has two is told by ``_from``; ``constant`` is taken.
    """

    columns: list[str]
    rows: list[str]


def number_all(program: Program) -> Names:
    """Return names by position."""
    rows, columns = program.matrix.shape
    return Names([f"x{i}" for i in range(columns)], [f"r{i}" for i in range(rows)])


def choose_solver(wanted: str) -> str:
    """Return ``highs`` or ``cbc``; raises SolverError where the one wanted is not installed."""
    installed = {name: call_solver(name).available() for name in ("highs", "cbc")}
    order = ("highs", "cbc") if wanted == "auto" else (wanted,)
    for name in order:
        if installed[name]:
            return name
    raise SolverError(f"plan.solver is {wanted}, found none installed, expected pulp[highs] or CBC")


def call_solver(
    name: str,
    gap: float = 0.0,
    time_limit_s: float | None = None,
    *,
    enough: float = 0.0,
    nodes: int | None = None,
) -> pulp.LpSolver:
    """Return PuLP's way to call a solver; CBC is the one that PuLP brings along.

    A search ends at ``gap``, a share of the objective, or at ``enough``, an amount of it. A limit
    of ``nodes`` ends it at the same place on every machine, as one of time does not.
    """
    if name == "highs":
        more: dict[str, object] = {} if nodes is None else {"mip_max_nodes": nodes}
        return NodeLimitedHiGHS(
            msg=False,
            gapRel=gap,
            gapAbs=enough,
            timeLimit=time_limit_s,
            threads=THREADS,
            **more,
        )
    return pulp.COIN_CMD(
        path=pulp.PULP_CBC_CMD.pulp_cbc_path,
        msg=False,
        gapRel=gap,
        gapAbs=enough,
        timeLimit=time_limit_s,
        threads=THREADS,
        maxNodes=nodes,
    )


def run_solver(
    problem: pulp.LpProblem,
    solver: str,
    gap: float = 0.0,
    time_limit_s: float | None = None,
    *,
    enough: float = 0.0,
    nodes: int | None = None,
) -> None:
    """Let a solver work on a problem; raises SolverError where it crashes or is killed."""
    try:
        problem.solve(call_solver(solver, gap, time_limit_s, enough=enough, nodes=nodes))
    except pulp.PulpSolverError as error:
        raise SolverError(f"solver {solver} failed: {error}") from error


class NodeLimitedHiGHS(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS, told what HiGHS's word for a limit of nodes means: PuLP does not know it."""

    def findSolutionValues(self, lp: pulp.LpProblem) -> tuple[int, int]:  # noqa: N802
        """Return PuLP's status and that of the solution; the values are read in any case."""
        try:
            status, solution = super().findSolutionValues(lp)
        except KeyError:
            found = lp.solverModel.getInfo().primal_solution_status == FEASIBLE_POINT
            if found:
                return pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible
            return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound
        return status, solution


def solve_program(
    program: Program,
    *,
    solver: str,
    gap: float,
    time_limit_s: float,
    enough: float = 0.0,
    nodes: int | None = None,
) -> Solution:
    """Solve with PuLP.

    Parameters
    ----------
    program : Program
    solver : str
        ``highs`` or ``cbc``.
    gap : float
        Share of the objective that may remain unproven.
    time_limit_s : float
    enough : float
        Currency that may remain unproven too, where that is more.
    nodes : int or None
        Of the search, at which it ends with the best found so far; None for no such limit.

    Raises
    ------
    InfeasibleError
        If the solver proves that no values keep all rows.
    SolverError
        If time ran out with no solution, the solver failed, or it tells values that are none.
    """
    # Solvers' tolerances are absolute: money is turned into an amount near one first.
    money = typical_size(program.cost)
    problem, variables, constraints = write_problem(program, money)
    run_solver(problem, solver, gap, time_limit_s, enough=enough / money, nodes=nodes)
    judge_status(problem, solver, time_limit_s)
    values = np.array([variable.varValue or 0.0 for variable in variables])
    refuse_lie(program, values, solver)
    objective = float(program.cost @ values) + program.constant
    left = max(gap * abs(objective), enough) / money
    bound = proven_bound(problem, program, solver, objective / money, left) * money
    return Solution(
        values=values,
        prices=money * np.array([constraint.pi or 0.0 for constraint in constraints]),
        objective=objective,
        bound=min(bound, objective),
        optimal=problem.sol_status == pulp.LpSolutionOptimal,
        solver=solver,
    )


def typical_size(amounts: FloatArray) -> float:
    """Return the power of two near the median size of all amounts but zeros; 1 without any."""
    sizes = np.abs(amounts[amounts != 0])
    return float(2.0 ** np.round(np.log2(np.median(sizes)))) if len(sizes) else 1.0


def write_problem(
    program: Program, money: float, names: Names | None = None
) -> tuple[pulp.LpProblem, list[pulp.LpVariable], list[pulp.LpConstraint]]:
    """Write the program in PuLP, costs in ``money``; columns and rows named by position, or so.

    Expressions are made from lists of pairs: several times faster than sums of products.
    """
    problem = pulp.LpProblem("prepos", pulp.LpMinimize)
    named = names or number_all(program)
    variables = [
        problem.add_variable(
            named.columns[i],
            None if np.isneginf(low) else low,
            None if np.isposinf(high) else high,
            pulp.LpInteger if whole else pulp.LpContinuous,
        )
        for i, (low, high, whole) in enumerate(
            zip(
                program.lower.tolist(),
                program.upper.tolist(),
                program.integer.tolist(),
                strict=True,
            )
        )
    ]
    # A column fixed at one carries the constant, so that the solver's gap is on the whole cost.
    constant = problem.add_variable("constant", 1, 1)
    costs = [
        *zip(variables, (program.cost / money).tolist(), strict=True),
        (constant, program.constant / money),
    ]
    problem.setObjective(pulp.LpAffineExpression(costs))
    rows = program.matrix.tocsr()
    rows.sort_indices()
    first, columns, values = rows.indptr.tolist(), rows.indices.tolist(), rows.data.tolist()
    bounds = zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)
    constraints = []
    for i, (low, high) in enumerate(bounds):
        pairs = [(variables[columns[e]], values[e]) for e in range(first[i], first[i + 1])]
        for part, (sense, side) in enumerate(sides(low, high)):
            constraint = pulp.LpConstraint(pulp.LpAffineExpression(pairs), sense, None, side)
            problem.addConstraint(constraint, f"{named.rows[i]}{'_from' * part}")
            if part == 0:
                constraints.append(constraint)
    return problem, variables, constraints


def sides(low: float, high: float) -> list[tuple[int, float]]:
    """Return one or two (sense, right-hand side) that say low <= row <= high."""
    if low == high:
        return [(pulp.LpConstraintEQ, low)]
    found = []
    if not np.isposinf(high):
        found.append((pulp.LpConstraintLE, high))
    if not np.isneginf(low):
        found.append((pulp.LpConstraintGE, low))
    return found


def judge_status(problem: pulp.LpProblem, solver: str, time_limit_s: float) -> None:
    """Raise unless values were found: PuLP's ``status`` calls a stop in time optimal."""
    if problem.sol_status == pulp.LpSolutionOptimal:
        return
    if problem.sol_status == pulp.LpSolutionIntegerFeasible and keeps_rows(problem, solver):
        return
    if problem.sol_status == pulp.LpSolutionInfeasible:
        raise InfeasibleError("no plan keeps all limits, even with every slack")
    if problem.sol_status == pulp.LpSolutionUnbounded:
        raise SolverError(f"solver {solver} calls the plan unbounded, expected costs that bound it")
    raise SolverError(f"solver {solver} found no plan in {time_limit_s:g} s")


def keeps_rows(problem: pulp.LpProblem, solver: str) -> bool:
    """Return whether values keep all rows: halfway through a linear program they may not."""
    if solver != "highs":
        return True
    return bool(problem.solverModel.getInfo().primal_solution_status == FEASIBLE_POINT)


def refuse_lie(program: Program, values: FloatArray, solver: str) -> None:
    """Raise SolverError where values that a solver calls a solution break a row or a column.

    Were they taken, it would seem that the limits contradict each other.
    """
    sums, sizes = program.matrix @ values, abs(program.matrix) @ np.abs(values)
    off = np.where(program.integer, np.abs(values - np.rint(values)), 0.0)
    broken = {
        "rows": (program.row_lower - sums, sums - program.row_upper, sizes),
        "bounds": (program.lower - values, values - program.upper, np.abs(values)),
        "whole numbers": (off, off, np.abs(values)),
    }
    for kind, (below, above, size) in broken.items():
        kept = np.maximum(below, above) <= KEPT * (1.0 + size)
        if not kept.all():  # neither is what is no number
            count = int(np.count_nonzero(~kept))
            raise SolverError(
                f"solver {solver} tells values that break {count:,} of {len(kept):,} {kind}, "
                "expected a solution; another plan.solver may do"
            )


def proven_bound(
    problem: pulp.LpProblem, program: Program, solver: str, objective: float, left: float
) -> float:
    """Return what no solution can cost less than, in the solver's money; ``left`` is unproven."""
    if not program.integer.any():
        return objective if problem.sol_status == pulp.LpSolutionOptimal else -np.inf
    if solver == "highs":
        return float(problem.solverModel.getInfo().mip_dual_bound)
    if problem.sol_status == pulp.LpSolutionOptimal:
        # CBC's own bound does not pass through PuLP; it stops within the gap asked for.
        return objective - left - CBC_INCREMENT
    return -np.inf
