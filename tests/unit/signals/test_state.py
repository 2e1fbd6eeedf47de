"""A state that is carried on equals one that is built anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.core.periods import Periods
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError
from prepos.signals.bank import decay_of, latest
from prepos.signals.state import BankState, advance, build_state, read_state
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines, weekly

SPEEDS = (1.5, 6.0)


def shift_cutoff(snapshot: Snapshot, days: int, *, period_days: int = 7) -> Snapshot:
    """Return what was known some days before the snapshot's cutoff."""
    earlier = Periods(CUTOFF - timedelta(days=days), period_days, 2)
    return replace(snapshot, periods=earlier)


def by_id(state: BankState) -> pd.DataFrame:
    """Return the sums by region and SKU."""
    return state.frame().set_index(["region_id", "sku"])


def assert_alike(one: BankState, other: BankState) -> None:
    """Compare two states: facts exactly, sums to the precision of float32.

    How many units of a line count is learnt when a state is built, and kept.
    """
    assert replace(one.facts, most=other.facts.most) == other.facts
    pd.testing.assert_frame_equal(by_id(one), by_id(other), rtol=1e-5, atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), weeks=st.integers(1, 25), days=st.sampled_from([1, 7]))
def test_carried_on_equals_built_anew(seed: int, weeks: int, days: int) -> None:
    """However far back the state starts, in two leaps or one, it ends where a rebuild does."""
    last = make_snapshot(random_lines(seed, orders=120), days=days)
    state = build_state(shift_cutoff(last, weeks * days, period_days=days), SPEEDS)
    half = advance(state, shift_cutoff(last, weeks // 2 * days, period_days=days))
    assert_alike(advance(half, last), build_state(last, SPEEDS))
    assert_alike(advance(state, last), build_state(last, SPEEDS))


@pytest.mark.parametrize("days", [1, 7])
def test_built_from_lines_equals_the_bank_of_the_history(days: int) -> None:
    """Adding lines one by one gives the sums that the bank reads off the dense history."""
    snapshot = make_snapshot(random_lines(8, orders=400), days=days)
    state, history = build_state(snapshot, SPEEDS), snapshot.history()
    assert state.facts.seen == history.units.shape[1]
    np.testing.assert_array_equal(state.region, history.region)
    np.testing.assert_array_equal(state.sku, history.sku)
    sums = latest(history.units.astype(np.float32), decay_of(SPEEDS, days))
    np.testing.assert_allclose(state.sums, sums, rtol=1e-5, atol=1e-6)


def test_new_regions_and_skus_find_their_place() -> None:
    """Cells that sell for the first time lie between the old ones, on other axes."""
    old = make_snapshot(weekly("b", "y", [2] * 8))
    state = build_state(shift_cutoff(old, 14), SPEEDS)
    lines = [
        *weekly("b", "y", [2] * 8),
        Line("n1", "", "a", "z", -3.0, 5),
        Line("n2", "", "b", "x", -9.0, 7),
        Line("n3", "", "c", "y", -2.0, 1),
    ]
    last = make_snapshot(lines)
    assert_alike(advance(state, last), build_state(last, SPEEDS))
    assert by_id(advance(state, last)).loc[("b", "x"), "half_life_1.5_weeks"] == pytest.approx(
        7 * 0.5 ** (1 / 1.5)
    )


def test_a_giant_line_counts_as_many_large_ones() -> None:
    """Both when the state is built and when it comes later: eight lines of three, no more."""
    steady = weekly("r", "s", [3] * 8)
    old = make_snapshot([*steady, Line("g", "", "r", "t", -20.0, 10**6)]).back_to(1)
    assert build_state(old, (4.0,)).facts.most == 24
    assert by_id(build_state(old, (4.0,))).loc[("r", "t")].sum() == pytest.approx(24 * 0.5**0.25)
    last = make_snapshot([*steady, Line("g", "", "r", "t", -2.0, 10**6)])
    later = advance(build_state(last.back_to(1), (4.0,)), last)
    assert by_id(later).loc[("r", "t")].sum() == pytest.approx(24)
    assert later.facts.units == 24 + 10**6


def test_means_are_units_per_period() -> None:
    """A steady three a week is a mean of three at every speed."""
    state = build_state(make_snapshot(weekly("r", "s", [3] * 6)), SPEEDS)
    assert state.means == pytest.approx(np.full((1, 2), 3.0))


def test_saved_state_is_read_as_it_was() -> None:
    """Through a table in any row order and a JSON text, bytes and all."""
    state = build_state(make_snapshot(random_lines(5)), SPEEDS)
    told = json.loads(json.dumps(state.facts.mapping()))
    again = read_state(state.frame().sample(frac=1.0, random_state=1), told)
    assert again.facts == state.facts
    pd.testing.assert_frame_equal(again.frame(), state.frame(), check_exact=True)
    assert again.sums.dtype == np.float32


def test_nothing_known_yet_is_carried_on() -> None:
    """A state from before the first order ends where a rebuild does."""
    last = make_snapshot(weekly("r", "s", [3] * 4))
    state = build_state(shift_cutoff(last, 70), SPEEDS)
    assert len(state.region) == 0
    assert_alike(advance(state, last), build_state(last, SPEEDS))


def test_ids_that_are_gone_are_left_out() -> None:
    """A cell whose SKU no axis names any more is dropped."""
    state = build_state(make_snapshot(weekly("r", "s", [3] * 4)), SPEEDS)
    frame = state.frame()
    more = pd.concat([frame, frame.assign(sku="gone")])
    last = make_snapshot(weekly("r", "s", [3] * 4))
    assert_alike(advance(read_state(more, state.facts.mapping()), last), state)


def test_periods_that_do_not_fit_are_refused() -> None:
    """Other days, a cutoff in mid-week, and one before the state's."""
    last = make_snapshot(weekly("r", "s", [3] * 8))
    state = build_state(shift_cutoff(last, 14), SPEEDS)
    with pytest.raises(DemandError, match="state has periods of 7 days, expected 1"):
        advance(state, shift_cutoff(last, 0, period_days=1))
    with pytest.raises(DemandError, match="cutoff is 2024-06-28, expected a whole number"):
        advance(state, shift_cutoff(last, 3))
    with pytest.raises(DemandError, match=r"cutoff is 2024-06-10, .* after the state's 2024-06-17"):
        advance(state, shift_cutoff(last, 21))


def test_a_changed_past_is_refused() -> None:
    """A line more, or a unit more, before the state's cutoff."""
    lines = weekly("r", "s", [3] * 8)
    state = build_state(shift_cutoff(make_snapshot(lines), 14), SPEEDS)
    late = make_snapshot([*lines, Line("late", "", "r", "s", -30.0, 1)])
    with pytest.raises(DemandError, match="are 7 lines of 19 units, expected 6 of 18"):
        advance(state, late)
    edited = make_snapshot(weekly("r", "s", [4] + [3] * 7))
    with pytest.raises(DemandError, match="are 6 lines of 19 units, expected 6 of 18"):
        advance(state, edited)


def test_a_damaged_state_is_refused() -> None:
    """A column or a fact missing, a cell twice, a sum below 0."""
    state = build_state(make_snapshot(weekly("r", "s", [3] * 4)), SPEEDS)
    frame, told = state.frame(), state.facts.mapping()
    with pytest.raises(DemandError, match="state has no 'sku'"):
        read_state(frame.drop(columns="sku"), told)
    with pytest.raises(DemandError, match=r"state has no .*half_life_6\.0_weeks"):
        read_state(frame.drop(columns="half_life_6.0_weeks"), told)
    with pytest.raises(DemandError, match="state has no 'seen'"):
        read_state(frame, {key: told[key] for key in told if key != "seen"})
    with pytest.raises(DemandError, match="state has a cell twice"):
        read_state(pd.concat([frame, frame]), told)
    with pytest.raises(DemandError, match="state sums are negative"):
        read_state(frame.assign(**{"half_life_6.0_weeks": -1.0}), told)
