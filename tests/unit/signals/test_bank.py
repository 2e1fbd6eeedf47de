"""The bank against sums written out, its updates against a rebuild."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.errors import DemandError
from prepos.signals.bank import RUN, bank, decay_of, latest, seen_weight, step, update

SPEEDS = decay_of((1.5, 6.0, 26.0), 7)


def plain_bank(units: np.ndarray, decay: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Return the sums by the definition, in double precision."""
    return np.array(
        [units[:, :mark].astype(float) @ (decay ** np.arange(mark)[::-1, None]) for mark in marks]
    )


def draw_units(seed: int, cells: int, periods: int) -> np.ndarray:
    """Return counts that are mostly 0."""
    return np.random.default_rng(seed).poisson(0.3, (cells, periods)).astype(np.float32)


def test_three_periods_by_hand() -> None:
    """At decay 1/2, units 4, 0, 3 leave 4, 2 and 4 after the periods, and 0 before them."""
    sums = bank(np.array([[4.0, 0.0, 3.0]], np.float32), np.array([0.5]), np.arange(4))
    assert sums[:, 0, 0].tolist() == [0.0, 4.0, 2.0, 4.0]


def test_before_the_first_period_all_sums_are_nothing() -> None:
    """A history of no period has sums at the mark 0."""
    sums = bank(np.zeros((2, 0), np.float32), np.array([0.5, 0.9]), np.array([0]))
    assert sums.tolist() == [[[0.0, 0.0], [0.0, 0.0]]]


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    cells=st.integers(0, 40),
    periods=st.integers(0, 70),
    decay=st.lists(st.floats(0.0, 0.999), max_size=5),
    data=st.data(),
)
def test_any_marks_are_the_sums_written_out(
    seed: int, cells: int, periods: int, decay: list[float], data: st.DataObject
) -> None:
    """Whatever the shape, every mark holds the weighted sum of the periods before it."""
    marks = np.array(sorted(data.draw(st.sets(st.integers(0, periods)))), dtype=np.int64)
    units = draw_units(seed, cells, periods)
    sums = bank(units, np.array(decay), marks)
    assert sums.shape == (len(marks), cells, len(decay))
    assert sums.dtype == np.float32
    if sums.size:
        expected = plain_bank(units, np.array(decay), marks)
        np.testing.assert_allclose(sums, expected, rtol=2e-5, atol=1e-6)


def test_layout_and_type_do_not_matter() -> None:
    """A float64 or Fortran-ordered history gives the same sums."""
    units = draw_units(1, 50, 30)
    plain = latest(units, SPEEDS)
    assert (latest(units.astype(np.float64), SPEEDS) == plain).all()
    assert (latest(np.asfortranarray(units), SPEEDS) == plain).all()


def test_threads_do_not_matter() -> None:
    """One thread and all give the same bytes."""
    units, marks = draw_units(2, 999, 90), np.array([1, 50, 90])
    shared = bank(units, SPEEDS, marks)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    alone = bank(units, SPEEDS, marks)
    numba.set_num_threads(before)
    assert shared.tobytes() == alone.tobytes()


def test_steps_lead_where_a_rebuild_leads() -> None:
    """A year's history stepped through, one period at a time, ends in the bank's sums."""
    units = draw_units(3, 200, 60)
    sums = latest(units[:, :20], SPEEDS)
    for period in range(20, 60):
        assert step(sums, SPEEDS, units[:, period]) is sums
    np.testing.assert_allclose(sums, latest(units, SPEEDS), rtol=2e-5, atol=1e-6)


def test_updates_lead_where_a_rebuild_leads() -> None:
    """Ten periods given as the sales alone end in the bank's sums."""
    units = draw_units(4, 200, 60)
    sums = latest(units[:, :50], SPEEDS)
    cell, period = np.nonzero(units[:, 50:])
    update(sums, SPEEDS, cell, units[:, 50:][cell, period], age=9 - period, periods=10)
    np.testing.assert_allclose(sums, latest(units, SPEEDS), rtol=2e-5, atol=1e-6)


def test_a_cell_listed_twice_counts_twice() -> None:
    """Two lines of one cell in the same period add up."""
    sums = np.array([[4.0], [8.0]], np.float32)
    update(sums, np.array([0.5]), np.array([1, 1]), np.array([1.0, 2.0]))
    assert sums.tolist() == [[2.0], [7.0]]


def test_long_silence_ends_at_zero() -> None:
    """What has faded to nothing is 0, not a number too small to reckon with."""
    sums = np.ones((1, 1), np.float32)
    for _ in range(200):
        step(sums, np.array([0.5]), np.zeros(1, np.float32))
    assert sums[0, 0] == 0.0


def test_seen_weight_is_the_bank_of_ones() -> None:
    """A cell that sold one unit in every period sums up the weights."""
    ones = np.ones((1, 30), np.float32)
    np.testing.assert_allclose(latest(ones, SPEEDS)[0], seen_weight(SPEEDS, 30), rtol=1e-6)


def test_decay_halves_over_the_half_life() -> None:
    """Two weeks, by week and by day."""
    assert decay_of((2.0,), 7)[0] ** 2 == pytest.approx(0.5)
    assert decay_of((2.0,), 1)[0] ** 14 == pytest.approx(0.5)


@pytest.mark.parametrize("marks", [[2, 1], [1, 1], [-1, 2], [4]])
def test_marks_that_do_not_fit_are_refused(marks: list[int]) -> None:
    """Marks fall, repeat, or lie outside the three periods."""
    with pytest.raises(DemandError, match=r"marks are .* expected rising from 0 to 3"):
        bank(np.zeros((1, 3), np.float32), SPEEDS, np.array(marks))


@pytest.mark.parametrize("decay", [1.0, -0.1, np.nan])
def test_decay_outside_its_range_is_refused(decay: float) -> None:
    """A weight that never fades, or is negative, or none."""
    with pytest.raises(DemandError, match="expected numbers from 0 to below 1"):
        latest(np.zeros((1, 3), np.float32), np.array([decay]))


def test_sales_that_do_not_fit_are_refused() -> None:
    """A row past the end, an age past the added periods, or units for other cells."""
    sums, one = np.zeros((2, 3), np.float32), np.ones(1)
    with pytest.raises(DemandError, match="cell runs from 2 to 2, expected 0 to 1"):
        update(sums, SPEEDS, np.array([2]), one)
    with pytest.raises(DemandError, match="age runs from 1 to 1, expected 0 to 0"):
        update(sums, SPEEDS, np.array([1]), one, age=1)
    with pytest.raises(DemandError, match=r"units have shapes .* and \(1,\), expected"):
        update(sums, SPEEDS, np.array([1, 1]), one)
    with pytest.raises(DemandError, match=r"sums have shape \(2, 3\), expected \(1, 3\)"):
        step(sums, SPEEDS, np.ones(1, np.float32))


@pytest.mark.parametrize("periods", [RUN - 1, RUN, RUN + 1, 2 * RUN + 5])
@pytest.mark.parametrize("speeds", [1, 3, 4])
def test_long_histories_are_summed_like_short_ones(periods: int, speeds: int) -> None:
    """Rows around the length that is weighed in one go, with marks before and behind it."""
    rng = np.random.default_rng(periods)
    units = rng.poisson(0.3, (5, periods)).astype(np.float32)
    decay = np.array([0.5, 0.8, 0.95, 0.99])[:speeds]
    marks = np.array([periods - 3, periods])
    for mark, sums in zip(marks, bank(units, decay, marks), strict=True):
        weights = decay ** np.arange(mark)[::-1, None]
        np.testing.assert_allclose(sums, units[:, :mark] @ weights, rtol=1e-5, atol=1e-6)
