"""Options of a replay refuse what cannot be, all at once."""

from __future__ import annotations

import math

import pytest

from prepos.config import load_config
from prepos.errors import ConfigError
from prepos.replay import ReplayOptions

REFUSED = (  # option, value, what is said of it
    ("fulfilment", "far", "one of value, nearest, own_and_two"),
    ("spillover", -1, "0 or more"),
    ("unserved", "cried over", "lost or backordered"),
    ("backorder_cost", -0.5, "0 or more"),
    ("backorder_cost", math.nan, "0 or more"),
    ("opening", "full", "table or cover"),
    ("supply", "table", "none or cover"),
    ("supply_cover", math.inf, "0 or more"),
    ("supply_days", -1, "0 or more"),
    ("stock_share", -0.1, "0 or more"),
    ("review", 0, "1 or more"),
)


@pytest.mark.parametrize(("option", "value", "expected"), REFUSED)
def test_option_that_cannot_be_is_named(option: str, value: object, expected: str) -> None:
    """Key, value found and value expected are told."""
    with pytest.raises(ConfigError) as refused:
        ReplayOptions(**{option: value})
    assert str(refused.value) == f"replay.{option} is {value!r}, expected {expected}"


def test_all_faults_are_told_at_once() -> None:
    """Nobody mends one value only to learn of the next."""
    with pytest.raises(ConfigError, match=r"replay\.supply_days is -1.*; replay\.review is 0"):
        ReplayOptions(supply_days=-1, review=0)


def test_base_configuration_holds_the_defaults() -> None:
    """What is told in base.toml is what holds where nothing is told."""
    assert load_config(None).replay == ReplayOptions()
