"""A value is fitted to its key's type, or what was expected is said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import pytest

from prepos.config.keys import MisfitError, fit, keys_of, nearest
from prepos.config.layers import Words


class Step(NamedTuple):
    """Two numbers."""

    km: float
    cost: float


@dataclass(frozen=True)
class Inner:
    """A table in a table."""

    offers: bool = False


@dataclass(frozen=True)
class Outer:
    """A table."""

    k: int = 1
    cap: float | None = None
    consent: Inner = Inner()


@pytest.mark.parametrize(
    ("value", "hint", "fitted"),
    [
        (3, int, 3),
        (3.0, int, 3),
        (3, float, 3.0),
        (math.inf, float, math.inf),
        ("none", float, math.inf),  # takes a limit away
        ("none", float | None, None),
        (2, int | None, 2),
        ("a", str, "a"),
        (True, bool, True),
        (date(2026, 11, 2), date | None, date(2026, 11, 2)),
        ("2026-11-02", date, date(2026, 11, 2)),
        ([1, 2.5], tuple[float, ...], (1.0, 2.5)),
        ([[1, 2], {"km": 3, "cost": 4}], tuple[Step, ...], (Step(1.0, 2.0), Step(3.0, 4.0))),
        (Words("5000"), float | None, 5000.0),
        (Words("none"), float | None, None),
        (Words("true"), bool, True),
        (Words("123"), str, "123"),  # text stays text
        (Words("highs"), str, "highs"),
        (Words("2026-11-02"), date, date(2026, 11, 2)),
        (Words("[0.1, 0.9]"), tuple[float, ...], (0.1, 0.9)),
    ],
)
def test_value_is_held_as_its_type(value: object, hint: object, fitted: object) -> None:
    """What TOML, a flag or the environment gives becomes the option's own type."""
    found = fit(value, hint)
    assert found == fitted
    assert type(found) is type(fitted)


@pytest.mark.parametrize(
    ("value", "hint", "said"),
    [
        (2.5, int, "a whole number"),
        (True, int, "a whole number"),
        (math.inf, int, "a whole number"),
        (False, float, "a number"),
        (math.nan, float, "a number"),
        ("3", float, "a number"),
        (1, bool, "true or false"),
        (1, str, "text in quotes"),
        (datetime(2026, 11, 2), date, "a date such as 2026-11-02"),  # noqa: DTZ001
        (Words("soon"), date | None, 'a date such as 2026-11-02, or "none"'),
        ("a", tuple[float, ...], "an array"),
        (["a"], tuple[float, ...], "a number"),
        ([[1]], tuple[Step, ...], "a table of km, cost"),
        ([{"km": 1, "price": 2}], tuple[Step, ...], "a table of km, cost"),
        ([7], tuple[Step, ...], "a table of km, cost"),
    ],
)
def test_misfit_says_what_is_expected(value: object, hint: object, said: str) -> None:
    """A value of another type is refused in words."""
    with pytest.raises(MisfitError) as refused:
        fit(value, hint)
    assert str(refused.value) == said


def test_keys_are_read_off_the_options() -> None:
    """Every field is a key; the fields of a nested table come after its name."""
    assert keys_of(Outer, "x") == {"x.k": int, "x.cap": float | None, "x.consent.offers": bool}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("plan.budgt", ", nearest is plan.budget"),
        ("time.gap", ", nearest is plan.gap"),  # right name, wrong table
        ("zzzzzz", ""),
    ],
)
def test_nearest_known_word_is_named(word: str, said: str) -> None:
    """A slip of the pen is told apart from something else altogether."""
    assert nearest(word, ["plan.budget", "plan.gap", "run.seed"]) == said
