"""The gate keeps what helps and leaves out what does not."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.fitted import SignalTrial
from prepos.core.snapshot import Snapshot
from prepos.forecast.gate import judge_signals, split_origins
from prepos.forecast.lessons import Lessons
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins
from tests.unit.forecast.snapshots import Line, make_snapshot, random_lines, weekly

OWN = ForecastOptions()


def habitual(weeks: int = 60, customers: int = 400, gap: int = 4) -> list[Line]:
    """Return customers who buy one SKU of their own every so many weeks, never otherwise."""
    rng = np.random.default_rng(3)
    lines = []
    for who in range(customers):
        phase, sku = int(rng.integers(0, gap)), f"s{int(rng.integers(0, 10))}"
        lines += [
            Line(f"{who}-{week}", f"c{who}", f"r{who % 8}", sku, -7.0 * week - 3.0)
            for week in range(phase, weeks, gap)
        ]
    return lines


def one_timers(weeks: int = 60) -> list[Line]:
    """Return orders of which each is that of another customer."""
    rng = np.random.default_rng(4)
    return [
        Line(f"o{n}", f"c{n}", f"r{int(rng.integers(0, 8))}", f"s{int(rng.integers(0, 10))}", day)
        for n, day in enumerate(rng.uniform(-7.0 * weeks, 0.0, 4000))
    ]


def trials_of(snapshot: Snapshot) -> dict[str, SignalTrial]:
    """Return what the gate said, by signal."""
    fitted = make_forecast(snapshot, ModelSpec(), OWN).fitted
    assert fitted is not None
    return {trial.signal: trial for trial in fitted.trials}


def test_customers_of_habit_are_kept() -> None:
    """Where all buy again every four weeks, who is due says much, and is kept with its gain."""
    trial = trials_of(make_snapshot(habitual()))["due"]
    assert trial.stays
    assert trial.gain is not None
    assert trial.gain > 0.01
    assert trial.reason == "wins"


def test_one_time_customers_drop_out() -> None:
    """Where nobody comes back, personal signals are left out, and the forecast is the pool's."""
    snapshot = make_snapshot(one_timers())
    trials = trials_of(snapshot)
    assert not trials["due"].stays
    without = make_forecast(snapshot, ModelSpec(signals=("own", "pool")), OWN)
    kept = [name for name, trial in trials.items() if trial.stays]
    if not kept:
        assert make_forecast(snapshot, ModelSpec(), OWN).mean == pytest.approx(without.mean)


def test_short_histories_try_nothing() -> None:
    """With six weeks there is no later window: nothing is proven, and that is what is said."""
    trials = trials_of(make_snapshot(random_lines(1, weeks=6), horizon=4))
    assert trials
    assert not any(trial.stays for trial in trials.values())
    assert {trial.reason for trial in trials.values()} == {"the history is too short to try it"}


def test_the_window_lies_behind_all_that_is_learnt_from() -> None:
    """The units of the origins learnt on lie before the first origin that is tried."""
    training = training_origins(make_snapshot(weekly("r", "s", [3] * 40), horizon=4), 12)
    lessons = Lessons((), [[] for _ in training.backs], training)
    learn, tried = split_origins(lessons)
    backs = np.array(training.backs)
    assert backs[learn].min() - training.steps >= backs[tried].max()
    assert len(tried) == 6


def test_a_useless_column_is_left_out_and_a_true_one_kept() -> None:
    """A column that knows what comes stays; one of noise, of nothing, or a copy does not."""
    rng = np.random.default_rng(8)
    lines = [
        Line(f"{week}-{sku}-{n}", "", f"r{region}", f"s{sku}", -7.0 * week - 2.0)
        for week in range(40)
        for region in range(5)
        for sku in range(8)
        for n in range(int(rng.poisson(1.0 + 3.0 * ((week + sku) % 2))))
    ]
    training = training_origins(make_snapshot(lines, horizon=1), 12)
    flat = np.full((1, 5, 8), 2.5, dtype=np.float32)
    noise = [rng.gamma(1.0, size=(1, 5, 8)).astype(np.float32) for _ in training.backs]
    columns = [
        [flat, flat, noise[o], training.units[o] * 0.9 + 0.1, 0.0 * flat, flat]
        for o in range(len(training))
    ]
    names = ("own", "pool", "noise", "truth", "silent", "copy")
    stays, trials = judge_signals(Lessons(names, columns, training))
    assert stays.tolist() == [True, True, False, True, False, False]
    assert [trial.signal for trial in trials] == ["noise", "truth", "silent", "copy"]
    assert trials[2].reason == "says nothing here"


def test_verdicts_repeat() -> None:
    """The same input is judged alike every time."""
    snapshot = make_snapshot(random_lines(5, weeks=40, orders=900))
    assert trials_of(snapshot) == trials_of(snapshot)
