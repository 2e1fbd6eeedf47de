"""What the configuration may say of the plan."""

import pytest

from prepos.errors import ConfigError
from prepos.plan import PlanOptions


def test_defaults_stand() -> None:
    """Nothing need be said."""
    assert PlanOptions().method == "auto"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("method", "magic", "one of auto, exact, decompose"),
        ("solver", "glpk", "one of auto, highs, cbc"),
        ("gap", 1.0, "0 or more and below 1"),
        ("gap", float("nan"), "0 or more and below 1"),
        ("time_limit_s", 0.0, "above 0"),
        ("near", 0, "1 or more"),
        ("cover", 0, "1 or more"),
        ("min_fill", 1.5, "0 to 1"),
        ("budget", -1.0, "0 or more"),
        ("stability_cost", -1.0, "0 or more"),
        ("carbon_price", -1.0, "0 or more"),
        ("approval", "maybe", "auto or manual"),
    ],
)
def test_what_cannot_be_is_named(key: str, value: object, expected: str) -> None:
    """Key, value found, value expected."""
    with pytest.raises(ConfigError, match=f"plan.{key} is {value!r}, expected {expected}"):
        PlanOptions(**{key: value})


def test_all_faults_at_once() -> None:
    """Two wrong keys, one message."""
    with pytest.raises(ConfigError, match=r"plan\.gap is -1, .*; plan\.near is 0"):
        PlanOptions(gap=-1, near=0)
