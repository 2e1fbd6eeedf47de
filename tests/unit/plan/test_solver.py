"""Programs through PuLP: values, prices, bound, and statuses told honestly."""

from types import SimpleNamespace

import numpy as np
import pulp
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csc_matrix

from prepos.errors import InfeasibleError, SolverError
from prepos.plan import solver as module
from prepos.plan.program import Entries, Program
from prepos.plan.solver import (
    call_solver,
    choose_solver,
    judge_status,
    refuse_lie,
    sides,
    solve_program,
    typical_size,
)

INF = np.inf
both = pytest.mark.parametrize("solver", ["highs", "cbc"])


def program(
    cost: list[float],
    rows: list[list[float]],
    bounds: list[tuple[float, float]],
    *,
    upper: float = 10.0,
    integer: bool = False,
    constant: float = 0.0,
) -> Program:
    """Return a small program with columns from 0 to ``upper``."""
    count = len(cost)
    return Program(
        cost=np.array(cost),
        lower=np.zeros(count),
        upper=np.full(count, upper),
        integer=np.full(count, integer),
        matrix=csc_matrix(np.array(rows).reshape(-1, count)),
        row_lower=np.array([low for low, _ in bounds], dtype=float),
        row_upper=np.array([high for _, high in bounds], dtype=float),
        constant=constant,
    )


@both
@pytest.mark.parametrize("money", [1e-9, 1.0, 1e9])
def test_linear_program(solver: str, money: float) -> None:
    """Values, the objective with its constant, prices of the rows; in any unit of money."""
    found = solve_program(
        program([-3 * money, -2 * money], [[1, 1], [1, 0]], [(-INF, 4), (-INF, 3)], constant=money),
        solver=solver,
        gap=0.0,
        time_limit_s=10,
    )
    assert_allclose(found.values, [3, 1], atol=1e-6)
    assert found.objective == pytest.approx(-10 * money)
    assert found.bound == pytest.approx(-10 * money)
    assert_allclose(found.prices, [-2 * money, -money], rtol=1e-6)
    assert found.optimal


@both
def test_whole_numbers(solver: str) -> None:
    """2 x <= 5 leaves 2; the bound is that of the whole optimum."""
    found = solve_program(
        program([-1.0], [[2]], [(-INF, 5)], integer=True), solver=solver, gap=0.0, time_limit_s=10
    )
    assert found.values.tolist() == [2.0]
    assert found.bound == pytest.approx(-2.0, abs=1e-4)
    assert found.bound <= found.objective


@both
def test_enough_is_an_amount_of_the_objective(solver: str) -> None:
    """A search told that 3 may remain unproven proves no more than it must, and says so."""
    weights = [12.0, 17.0, 23.0, 31.0, 38.0, 44.0]
    part = program(
        [-w - 1.0 for w in weights], [weights], [(-INF, 100)], upper=1.0, integer=True, constant=1e6
    )
    found = solve_program(part, solver=solver, gap=0.0, time_limit_s=10, enough=3.0)
    best = solve_program(part, solver=solver, gap=0.0, time_limit_s=10)
    assert found.optimal
    assert best.objective <= found.objective <= best.objective + 3.0
    assert found.bound <= best.objective + 1e-6
    assert found.bound >= found.objective - 3.0 - 1e-3  # what CBC passes over
    command = call_solver(solver, enough=3.0)
    assert (command.gapAbs if solver == "highs" else command.optionsDict["gapAbs"]) == 3.0


@both
def test_ranges_and_equalities(solver: str) -> None:
    """A row may have two bounds, or one value."""
    found = solve_program(
        program([1.0, 1.0], [[1, 0], [0, 1]], [(2, 4), (3, 3)]),
        solver=solver,
        gap=0.0,
        time_limit_s=10,
    )
    assert_allclose(found.values, [2, 3])


@both
def test_rows_that_contradict(solver: str) -> None:
    """Told as infeasible."""
    with pytest.raises(InfeasibleError, match="no plan keeps all limits"):
        solve_program(program([1.0], [[1]], [(20, INF)]), solver=solver, gap=0.0, time_limit_s=10)


def test_cost_without_end() -> None:
    """A fault of the model, not of the input: told as such."""
    with pytest.raises(SolverError, match=r"expected costs that bound it|no plan keeps"):
        solve_program(
            program([-1.0], [[0]], [(-INF, 1)], upper=INF), solver="cbc", gap=0.0, time_limit_s=10
        )


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (pulp.LpSolutionNoSolutionFound, SolverError, "solver highs found no plan in 3 s"),
        (pulp.LpSolutionUnbounded, SolverError, "calls the plan unbounded"),
        (pulp.LpSolutionInfeasible, InfeasibleError, "no plan keeps all limits"),
    ],
)
def test_statuses_without_values(status: int, error: type[Exception], words: str) -> None:
    """Each says what it is."""
    with pytest.raises(error, match=words):
        judge_status(SimpleNamespace(sol_status=status), "highs", 3.0)


@pytest.mark.parametrize(("point", "stands"), [(2, True), (1, False), (0, False)])
def test_a_stop_in_time_stands_only_where_rows_are_kept(point: int, stands: bool) -> None:
    """Halfway through a linear program HiGHS has values that break rows."""
    info = SimpleNamespace(primal_solution_status=point)
    stopped = SimpleNamespace(
        sol_status=pulp.LpSolutionIntegerFeasible,
        solverModel=SimpleNamespace(getInfo=lambda: info),
    )
    if stands:
        judge_status(stopped, "highs", 3.0)
    else:
        with pytest.raises(SolverError, match="found no plan in 3 s"):
            judge_status(stopped, "highs", 3.0)
    judge_status(stopped, "cbc", 3.0)


def test_a_stop_in_time_proves_nothing_of_its_own() -> None:
    """CBC's bound does not pass; a linear program's half-way value is none."""
    stopped = SimpleNamespace(sol_status=pulp.LpSolutionIntegerFeasible)
    for whole in (True, False):
        half = program([1.0], [[1]], [(0, 1)], integer=whole)
        assert module.proven_bound(stopped, half, "cbc", 5.0, 0.1) == -INF


def test_a_solver_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words are passed on."""

    def fail(*_: object) -> None:
        raise pulp.PulpSolverError("broken pipe")

    monkeypatch.setattr(pulp.LpProblem, "solve", fail)
    with pytest.raises(SolverError, match="solver highs failed: broken pipe"):
        solve_program(program([1.0], [[1]], [(0, 1)]), solver="highs", gap=0, time_limit_s=1)


def test_choose_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first installed; none is an error that says what was wanted."""
    assert choose_solver("auto") == "highs"
    assert choose_solver("cbc") == "cbc"
    monkeypatch.setattr(pulp.HiGHS, "available", lambda _: False)
    assert choose_solver("auto") == "cbc"
    with pytest.raises(SolverError, match=r"plan\.solver is highs, found none installed"):
        choose_solver("highs")


def test_sides() -> None:
    """No bound, no row."""
    assert sides(-INF, INF) == []


@pytest.mark.parametrize(
    ("amounts", "size"), [([0.0, 1000.0, 0.0], 1024.0), ([], 1.0), ([-3e-9], 2.0**-28)]
)
def test_typical_size(amounts: list[float], size: float) -> None:
    """A power of two near the median of what is not zero."""
    assert typical_size(np.array(amounts)) == size


def test_entries() -> None:
    """Pieces are put together in the order of their places."""
    assert Entries().matrix(2, 3).shape == (2, 3)
    entries = Entries()
    entries.add(np.array([2]), np.array([0]), np.array([7.0]))
    entries.add(np.array([0, 1]), np.array([1, 0]), 3.0)
    assert entries.matrix(3, 2).toarray().tolist() == [[0, 3], [3, 0], [7, 0]]


def test_a_limit_of_nodes_gives_the_best_values_so_far() -> None:
    """PuLP does not know HiGHS's word for it; what was found is told as feasible, not optimal."""
    rng = np.random.default_rng(0)
    problem = pulp.LpProblem("packing", pulp.LpMaximize)
    variables = [problem.add_variable(f"x{i}", 0, 1, pulp.LpBinary) for i in range(60)]
    worth = rng.uniform(1, 2, 60).tolist()
    problem.setObjective(pulp.LpAffineExpression(list(zip(variables, worth, strict=True))))
    for row in range(5):
        weights = list(zip(variables, rng.uniform(1, 3, 60).tolist(), strict=True))
        packed = pulp.LpAffineExpression(weights)
        problem.addConstraint(pulp.LpConstraint(packed, pulp.LpConstraintLE, f"row{row}", 31.7))
    problem.solve(call_solver("highs", nodes=1))
    assert problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    assert 10 < pulp.value(problem.objective) < 60


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.0, 1.0], "1 of 1 rows"),
        ([-1.0, 4.0], "1 of 2 bounds"),
        ([2.5, 1.0], "1 of 2 whole numbers"),
        ([np.nan, 3.0], "1 of 1 rows"),
    ],
)
def test_values_that_are_no_solution_are_a_lie(values: list[float], told: str) -> None:
    """Whoever tells them calls them optimal; what is within a tolerance is none."""
    asked = program([1, 1], [[1, 1]], [(2, INF)], integer=True)
    refuse_lie(asked, np.array([2.0 - 1e-7, 0.0]), "highs")
    with pytest.raises(SolverError, match=f"solver highs tells values that break {told}, expected"):
        refuse_lie(asked, np.array(values), "highs")
