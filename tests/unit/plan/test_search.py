"""The two ways to solve: one program of all, and prices with a recovered plan."""

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from prepos.errors import InfeasibleError, SolverError
from prepos.plan import block_solver, branch, repair
from prepos.plan.block_solver import make_block_solver
from prepos.plan.blocks import Block, make_block
from prepos.plan.decompose import first_prices, scale_limits, use_of
from prepos.plan.exact import most_vehicles, shared_columns, within_limits, without_slack
from prepos.plan.frame import Frame
from prepos.plan.pricing import (
    Prices,
    Work,
    find_prices,
    highest_prices,
    lower_bound,
    make_column,
    still,
)
from prepos.plan.problem import Problem
from prepos.plan.recover import Pool, recover_plan, round_columns
from tests.instances import Case, framed, one_lane, random_case


def work_on(case: Case, **options: object) -> tuple[Problem, Frame, Work]:
    """Return everything that a price search stands on."""
    problem = case.problem(**options)
    frame = framed(problem)
    closing = np.zeros(len(case.network.nodes))
    blocks: list[Block] = [
        make_block(problem, frame, sku, closing) for sku in range(len(case.products))
    ]
    work = Work(
        blocks=blocks,
        oracle=make_block_solver(blocks, "highs"),
        positions=range(len(blocks)),
        common=without_slack(frame, shared_columns(problem, frame)),
        solver="highs",
        gap=0.0,
        priced_to=0.0,
        deadline=time.monotonic() + 60,
        tick=lambda: None,
    )
    return problem, frame, work


def crowded(seed: int = 5, **terms: object) -> Case:
    """Return a random case in which room is short."""
    return random_case(np.random.default_rng(seed), skus=4, limits=True, **terms)


class TestExact:
    """The shared columns."""

    def test_vehicles_give_room_and_take_of_the_fleet_and_the_budget(self) -> None:
        """5 m3, 9 kg, one of the fleet, its cost."""
        case = one_lane(3.0, 9).with_lanes(
            vehicle_cost=7.0, vehicle_m3=5.0, vehicle_kg=9.0, vehicles=2.0
        )
        problem = case.problem(budget=50.0)
        common = shared_columns(problem, framed(problem))
        assert common.matrix.toarray()[:, 0].tolist() == [-5.0, -9.0, 1.0, 7.0]
        assert (common.cost[0], common.upper[0]) == (7.0, 2.0)
        assert common.integer.tolist() == [True] + [False] * 4

    def test_no_more_vehicles_than_could_be_filled(self) -> None:
        """Nine m3 in vehicles of five: two, and one to spare."""
        problem = one_lane(3.0, 9).with_lanes(vehicle_m3=5.0).problem()
        assert most_vehicles(problem, 0) == 3

    def test_slack_only_where_there_is_no_other_way(self) -> None:
        """First without; a wish keeps its slack."""
        problem = one_lane(3.0, 9).with_nodes(storage_m3=4.0).problem(min_fill=0.5)
        frame = framed(problem)
        common = shared_columns(problem, frame)
        tried = []

        def solve(program: object) -> str:
            tried.append(program)
            if len(tried) == 1:
                raise InfeasibleError("no")
            return "found"

        assert within_limits(solve, frame, common) == "found"
        assert tried[0].upper[-2:].tolist() == [0.0, np.inf]
        assert tried[1].upper[-2:].tolist() == [np.inf, np.inf]


class TestPrices:
    """Any prices give a bound; moved ones a good one."""

    @pytest.mark.parametrize("seed", range(6))
    def test_any_prices_bound_the_optimum(self, seed: int) -> None:
        """Weak duality, at prices drawn at random."""
        case = crowded(seed)
        _, _, work = work_on(case)
        optimum = case.with_products(return_cost=0.0).plan(method="exact").objective
        _, _, work = work_on(case.with_products(return_cost=0.0))
        rng = np.random.default_rng(seed)
        for _ in range(3):
            prices = rng.exponential(1.0, len(work.common.row_upper))
            answers = [work.oracle.solve(i, prices) for i in work.positions]
            assert lower_bound(work, prices, answers) <= optimum + 1e-6

    def test_search_closes_on_the_linear_optimum(self) -> None:
        """Bound and mix meet."""
        _, _, work = work_on(crowded())
        found = find_prices(work, first_prices(work))
        assert found.mix is not None
        assert found.bound <= found.mix.objective + 1e-6
        assert found.bound == pytest.approx(found.mix.objective, rel=1e-3)
        assert (found.values >= 0).all()

    def test_prices_above_a_slack_prove_nothing(self) -> None:
        """Nor does the search ask for them."""
        _, frame, work = work_on(one_lane(3.0, 9), min_fill=0.5)
        (row,) = frame.shared
        assert highest_prices(work.common).tolist() == [row.penalty]
        dear = np.array([2 * row.penalty])
        answers = [work.oracle.solve(0, dear)]
        assert lower_bound(work, dear, answers) == -np.inf

    def test_search_ends_at_the_deadline(self) -> None:
        """After one pass, with a bound."""
        _, _, work = work_on(crowded())
        late = replace(work, deadline=time.monotonic() - 1)
        assert late.seconds_left == 1.0
        found = find_prices(late, first_prices(late))
        assert np.isfinite(found.bound)

    def test_sample_lying_still_keeps_its_limits(self) -> None:
        """Each limit's part is what the sample takes at rest, and a share of the room."""
        _, _, work = work_on(crowded(7))
        rest = use_of(work, [still(b, i, work.oracle) for i, b in enumerate(work.blocks)])
        zero = np.zeros(len(work.common.row_upper))
        use = use_of(work, [work.oracle.solve(i, zero) for i in work.positions])
        part = scale_limits(work, rest, use, np.array([0, 2]))
        assert (rest[[0, 2]].sum(axis=0) <= part.row_upper + 1e-9).all()
        whole = scale_limits(work, rest, use, np.arange(4))
        moving = np.abs(use - rest).sum(axis=0) > 0
        assert_allclose(whole.row_upper[moving], work.common.row_upper[moving])


class TestBlockSolver:
    """One SKU at given prices."""

    def test_highs_and_cbc_agree(self) -> None:
        """On the objective, at prices."""
        _, frame, work = work_on(crowded())
        plain = make_block_solver(work.blocks, "cbc")
        prices = np.full(len(frame.shared), 0.3)
        for i in work.positions:
            assert plain.solve(i, prices).objective == pytest.approx(
                work.oracle.solve(i, prices).objective, rel=1e-6
            )

    @pytest.mark.parametrize("solver", ["highs", "cbc"])
    def test_bounds_that_cannot_be_kept(self, solver: str) -> None:
        """No answer; and an error where there must be one."""
        _, _, work = work_on(one_lane(3.0, 9))
        block = work.blocks[0]
        oracle = make_block_solver([block], solver)
        lower = block.program.lower.copy()
        lower[0] = 10.0
        none = np.zeros(0)
        assert oracle.solve_within(0, none, lower, block.program.upper) is None
        broken = replace(block, program=replace(block.program, lower=lower))
        with pytest.raises(SolverError, match=f"solver {solver} found no answer for SKU number 0"):
            make_block_solver([broken], solver).solve(0, none)

    def test_there_is_always_an_answer_at_rest(self) -> None:
        """Where there is none, the program is wrong, and it is said."""
        _, _, work = work_on(one_lane(3.0, 9))
        (block,) = work.blocks
        low = np.full(len(block.program.row_lower), 100.0)
        broken = replace(block, program=replace(block.program, row_lower=low))
        with pytest.raises(SolverError, match="SKU number 0 at rest"):
            still(broken, 0, make_block_solver([broken], "highs"))

    def test_no_columns_no_cost(self) -> None:
        """Where nothing lies and nothing comes."""
        _, _, work = work_on(one_lane(3.0, 0))
        assert work.oracle.solve(0, np.zeros(0)).objective == 0.0
        assert block_solver.ONE_BLOCK_S > 0


class TestRecovery:
    """From fractions to whole cases and vehicles."""

    def test_rounded_answers_are_whole(self) -> None:
        """Every one, and none breaks its own rows."""
        problem, _, work = work_on(crowded(8).with_products(case_pack=3))
        prices = find_prices(work, first_prices(work))
        rounded = round_columns(problem, work, prices)
        assert rounded
        assert all(column.whole for column in rounded)

    def test_rounding_needs_a_master(self) -> None:
        """At least one pass."""
        problem, _, work = work_on(crowded())
        with pytest.raises(SolverError, match="price search ended without a master"):
            round_columns(problem, work, Prices(np.zeros(1)))

    def test_pool_keeps_new_whole_answers_only(self) -> None:
        """Twice the same is one."""
        _, _, work = work_on(crowded())
        column = make_column(work.blocks[0], 0, still(work.blocks[0], 0, work.oracle).values)
        pool = Pool()
        pool.add([column, column, replace(column, whole=False)])
        assert len(pool.columns) == 1

    @pytest.mark.parametrize("seed", range(4))
    def test_repair_never_costs_more(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Decided group by group; small groups, so that others stand."""
        problem, frame, work = work_on(crowded(seed, vehicles=True).with_products(case_pack=2))
        prices = find_prices(work, first_prices(work))
        best = recover_plan(problem, work, prices, Pool())
        monkeypatch.setattr(repair, "REPAIR_COLUMNS", 150)
        found = repair.repair_plan(frame, work, prices, best, prices.bound)
        assert prices.bound <= found.objective + 1e-6
        assert found.objective <= best.objective + 1e-6
        paid = [
            block.program.constant + float(block.program.cost @ values)
            for block, values in zip(work.blocks, found.values, strict=True)
        ]
        total = sum(paid) + float(work.common.cost @ found.shared)
        assert found.objective == pytest.approx(total)
        use = sum(b.use @ v for b, v in zip(work.blocks, found.values, strict=True))
        room = work.common.row_upper - work.common.matrix @ found.shared
        assert (use <= room + 1e-6).all()

    def test_repair_without_an_answer_changes_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No time, no change; nor at the deadline, nor when all is proven."""
        problem, frame, work = work_on(crowded().with_products(case_pack=3))
        prices = find_prices(work, first_prices(work))
        best = recover_plan(problem, work, prices, Pool())

        def fail(*_: object, **__: object) -> None:
            raise SolverError("no time")

        monkeypatch.setattr(repair, "solve_program", fail)
        assert repair.repair_plan(frame, work, prices, best, prices.bound) is best
        assert repair.repair_plan(frame, work, prices, best, best.objective) is best
        late = replace(work, deadline=time.monotonic() - 1)
        assert repair.repair_plan(frame, late, prices, best, prices.bound) is best


class TestBranching:
    """Whole vehicles proven."""

    @pytest.mark.parametrize(
        ("vehicles", "split"), [([1.0, 2.0], None), ([0.9, 1.5], 1), ([0.3, 2.0], 0)]
    )
    def test_the_most_split(self, vehicles: list[float], split: int | None) -> None:
        """The one farthest from whole."""
        assert branch.most_split(np.array(vehicles)) == split

    @pytest.mark.parametrize("seed", range(4))
    def test_bound_stays_below_the_optimum(self, seed: int) -> None:
        """However far the tree went, and never below the root's."""
        case = random_case(np.random.default_rng(seed), skus=3, vehicles=True)
        problem, _, work = work_on(case)
        prices, pool = find_prices(work, first_prices(work)), Pool()
        root = prices.bound
        best = recover_plan(problem, work, prices, pool)
        found, bound = branch.branch_on_vehicles(problem, work, prices, pool, best)
        assert root - 1e-6 <= bound <= found.objective + 1e-6
        assert found.objective <= best.objective + 1e-6
