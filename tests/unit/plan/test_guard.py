"""Moves that together would hardly save are held back, and what that was is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.core.run import RunFiles
from prepos.core.transfer import Plan
from prepos.core.verdict import Verdict
from prepos.plan import Frozen
from prepos.plan.options import LEAST_SAVING
from prepos.plan.verification import verify_plan
from tests.instances import (
    Case,
    day,
    forward,
    lane,
    make_case,
    moved,
    origin,
    published,
    random_case,
)
from tests.judged import files_of, given_of


def two_skus(gain: float, *, weeks: int = 1) -> Case:
    """Return a case in which DC serves ten units of S and of T in the last week at 10 each.

    A serves the same at ``gain`` less, once a unit is moved there for nothing.
    """
    wanted = [*([[0.0]] * (weeks - 1)), [10.0]]
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [10.0 - gain], "DC": [10.0]},
        {"S": wanted, "T": wanted},
        on_hand={("DC", "S"): 10, ("DC", "T"): 10},
        shortage_cost=30.0,
        return_cost=0.0,
        holding_cost=0.0,
    )


def judged(case: Case, plan: Plan, *rules: Any, **options: Any) -> Verdict:
    """Return the second opinion on a plan."""
    return verify_plan(files_of(case, plan, **options), given_of(case, *rules, **options), "P")


class TestThreshold:
    """Moving all saves ``gain`` of 10 on every unit that is used."""

    def test_a_plan_that_saves_is_handed_over(self) -> None:
        """Of 250 for service and shortage 3.50 are enough, and nothing is held back."""
        plan = two_skus(0.2).plan(guard=True)
        assert moved(plan) == {("S", "DC", "A"): 10, ("T", "DC", "A"): 10}
        assert plan.held_back is None

    def test_a_plan_that_hardly_saves_is_held_back_and_told(self) -> None:
        """Of 250 no more than 0.87, in two lines of 20 units: nothing moves."""
        free, plan = (two_skus(0.05).plan(guard=guard) for guard in (False, True))
        assert plan.transfers == ()
        assert plan.costs == plan.nothing
        assert plan.held_back is not None
        assert (plan.held_back.lines, plan.held_back.units) == (2, 20.0)
        saved = plan.nothing.total_cost - free.costs.total_cost
        assert plan.held_back.saving == pytest.approx(saved)
        assert 0.85 < saved < 0.9

    def test_the_proof_is_the_problems_own(self) -> None:
        """The bound is what moving could have cost; the gap of what is handed over says so."""
        free, plan = (two_skus(0.05).plan(guard=guard) for guard in (False, True))
        assert plan.bound == pytest.approx(free.costs.total_cost)
        assert plan.gap == pytest.approx(1 - free.costs.total_cost / plan.nothing.total_cost)
        assert (free.status, plan.status) == ("optimal", "feasible")
        assert two_skus(0.05).plan(guard=True, gap=0.01).status == "optimal"

    def test_without_the_guard_the_least_saving_counts(self) -> None:
        """Half a per cent is moved for."""
        plan = two_skus(0.05).plan(guard=False)
        assert moved(plan) == {("S", "DC", "A"): 10, ("T", "DC", "A"): 10}
        assert plan.held_back is None

    def test_what_saves_nothing_is_not_held_back_but_not_there(self) -> None:
        """Nearness for nothing moves nothing, and there is nothing to tell."""
        plan = two_skus(0.0).plan(guard=True)
        assert plan.transfers == ()
        assert plan.held_back is None


class TestWhatStands:
    """Frozen lines, the planner's word and full nodes come before the guard."""

    def test_frozen_lines_stand(self) -> None:
        """The published line ships in the first week, what could follow is held back and told."""
        case, line = two_skus(0.05, weeks=2), published("S", 10, "DC>A", ships=0)
        frozen = Frozen(before=day(7), transfers=(line,), published=())
        plan = case.plan(guard=True, frozen=frozen)
        assert moved(plan) == {("S", "DC", "A"): 10}
        assert plan.held_back is not None
        assert (plan.held_back.lines, plan.held_back.units) == (1, 10.0)
        run = files_of(case, plan, [line], guard=True)
        verdict = verify_plan(run, given_of(case, frozen=1, guard=True), "P")
        assert [str(fault) for fault in verdict.faults] == []

    def test_a_pinned_sku_moves_and_the_others_are_held_back(self) -> None:
        """What the planner asks of S is kept; T's half per cent is not handed over."""
        case, rule = two_skus(0.05), ("S", "DC", "A", "pin", 4)
        plan = case.plan(rule, guard=True)
        assert moved(plan) == {("S", "DC", "A"): 4}
        assert plan.held_back is not None
        assert (plan.held_back.lines, plan.held_back.units) == (1, 10.0)
        assert judged(case, plan, rule, guard=True).passed

    def test_a_rule_for_everyone_leaves_nothing_to_hold_back(self) -> None:
        """At least one unit of each is asked for: all are as decided."""
        plan = two_skus(0.05).plan(("*", "DC", "A", "min", 1), guard=True)
        assert moved(plan) == {("S", "DC", "A"): 10, ("T", "DC", "A"): 10}

    def test_a_limit_on_moving_asks_for_no_move(self) -> None:
        """At most three of S: still nothing is worth handing over."""
        plan = two_skus(0.05).plan(("S", "DC", "A", "max", 3), guard=True)
        assert plan.transfers == ()
        assert plan.held_back is not None
        assert plan.held_back.units == 13.0

    def test_what_a_full_node_forces_out_is_moved(self) -> None:
        """A holds more than it may: though it costs, units leave, and nothing is held back."""
        case = make_case(
            [origin("DC"), forward("A", storage_m3=4.0), forward("B")],
            [lane("A>B")],
            {"A": [1.0], "B": [2.0], "DC": [np.inf]},
            {"S": [[6.0]]},
            on_hand={("A", "S"): 6},
        )
        plan = case.plan(guard=True)
        assert moved(plan) == {("S", "A", "B"): 2}
        assert plan.held_back is None
        assert judged(case, plan, guard=True).passed

    def test_a_fill_that_is_asked_for_is_moved_for(self) -> None:
        """The penalty of a fill that is missed is no saving that the guard would hold back."""
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A", cost_per_unit=9.99)],
            {"A": [0.0], "DC": [np.inf]},
            {"S": [[10.0]]},
            on_hand={("DC", "S"): 10},
            return_cost=0.0,
            holding_cost=0.0,
        )
        assert case.plan(guard=True).transfers == ()  # a thousandth saved on ten short units
        assert moved(case.plan(guard=True, min_fill=0.5))[("S", "DC", "A")] >= 5


def change(run: RunFiles, **figures: Any) -> RunFiles:
    """Return the run with figures of what is held back changed, the share with the saving."""
    held, idle = {**run.kpis["held_back"], **figures}, run.kpis["nothing"]["total_cost"]
    share = {} if "share" in figures else {"share": held["saving"] / idle}
    return replace(run, kpis={**run.kpis, "held_back": held | share})


class TestSecondOpinion:
    """A held plan passes as it is, and not otherwise."""

    def test_a_held_plan_passes(self) -> None:
        """Nothing that the planner wrote is doubted."""
        case = two_skus(0.05)
        verdict = judged(case, case.plan(guard=True), guard=True)
        assert [str(fault) for fault in verdict.faults] == []
        assert verdict.check("guard").compared > 0

    def test_moves_that_should_have_been_held_back_are_found(self) -> None:
        """A plan made without the guard, handed over as one with it."""
        case = two_skus(0.05)
        verdict = judged(case, case.plan(guard=False), guard=True)
        assert [check.name for check in verdict.checks if not check.passed] == ["guard"]
        assert "expected moves that save more than 2.50" in str(verdict.faults[0])

    def test_holding_back_without_the_guard_is_found(self) -> None:
        """Held back though nobody asked for it."""
        case = two_skus(0.05)
        verdict = judged(case, case.plan(guard=True), guard=False)
        assert not verdict.check("guard").passed

    @pytest.mark.parametrize(
        "figures",
        [
            {"saving": 1.0},  # more than the bound leaves to be saved
            {"saving": -0.5},
            {"share": 0.0001},
            {"lines": 0},
            {"units": 0.0},
        ],
    )
    def test_a_wrong_word_on_what_is_held_back_is_found(self, figures: dict[str, Any]) -> None:
        """Saving, share, lines and units are each looked at."""
        case = two_skus(0.05)
        run = change(files_of(case, case.plan(guard=True), guard=True), **figures)
        assert not verify_plan(run, given_of(case, guard=True), "P").check("guard").passed


def worth_it(plan: Plan) -> bool:
    """Return whether a plan saves what the guard asks for."""
    saved = plan.nothing.total_cost - plan.costs.total_cost
    return saved > LEAST_SAVING * plan.nothing.total_cost


SETTINGS: tuple[Callable[[int], dict[str, Any]], ...] = (
    lambda seed: {"limits": seed % 2 == 0, "hubs": seed % 3 == 0},
    lambda seed: {"vehicles": True, "skus": 3},
)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(SETTINGS))
def test_all_is_handed_over_or_nothing(seed: int, kind: Callable[[int], dict[str, Any]]) -> None:
    """A guarded plan is the free one where that saves enough, else it moves nothing; both pass."""
    case = random_case(np.random.default_rng(seed), **kind(seed))
    free, held = case.plan(gap=0.01), case.plan(gap=0.01, guard=True)
    assert moved(held) == (moved(free) if worth_it(free) else {})
    assert (held.held_back is not None) == (bool(free.transfers) and not worth_it(free))
    assert judged(case, held, guard=True, gap=0.01).passed
