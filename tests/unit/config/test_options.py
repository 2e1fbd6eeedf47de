"""Options refuse what cannot be, all at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from prepos.config import PrivacyOptions, RunOptions, TimeOptions
from prepos.errors import ConfigError


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: TimeOptions(period="month"), "time.period is 'month', expected day or week"),
        (lambda: TimeOptions(horizon=0), "time.horizon is 0, expected 1 or more"),
        (lambda: TimeOptions(frozen=5), "time.frozen is 5, expected 0 up to the horizon"),
        (
            lambda: TimeOptions(cutoff=date(2999, 1, 1)),
            "time.cutoff is '2999-01-01', expected a day from 1980 to 2199",
        ),
        (lambda: TimeOptions(cutoff=date(26, 1, 1)), "time.cutoff is '0026-01-01', expected a day"),
        (lambda: TimeOptions(timezone="Mars"), "time.timezone is 'Mars', expected a name"),
        (lambda: TimeOptions(timezone="../etc"), "time.timezone is '../etc', expected a name"),
        (lambda: RunOptions(folder=" "), "run.folder is ' ', expected a path"),
        (lambda: RunOptions(executor="gpu"), "run.executor is 'gpu', expected one of serial"),
        (lambda: RunOptions(scheduler="here"), "run.scheduler is 'here', expected none or an addr"),
        (lambda: RunOptions(workers=-1), "run.workers is -1, expected 0"),
        (lambda: RunOptions(seed=-1), "run.seed is -1, expected 0 or more"),
        (lambda: RunOptions(currency=""), "run.currency is '', expected a name"),
        (lambda: PrivacyOptions(k=0), "privacy.k is 0, expected 1 or more"),
    ],
)
def test_option_that_cannot_be_is_named(make: Callable[[], object], said: str) -> None:
    """Key, value found and value expected are told."""
    with pytest.raises(ConfigError) as refused:
        make()
    assert said in str(refused.value)


def test_all_faults_of_a_section_are_told_at_once() -> None:
    """Nobody mends one value only to learn of the next."""
    with pytest.raises(ConfigError, match=r"run\.workers is -1.*; run\.seed is -2"):
        RunOptions(workers=-1, seed=-2)


@pytest.mark.parametrize(("period", "days"), [("day", 1), ("week", 7)])
def test_period_has_days(period: str, days: int) -> None:
    """A period is one day or seven."""
    assert TimeOptions(period=period).period_days == days
