"""A dispatch that cannot be carried out is refused, and what is wrong with it named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.errors import ConfigError
from prepos.replay.accept import check_dispatch
from tests.instances import START, forward, lane, origin
from tests.replays import make_dispatch, make_stretch

COURSE = make_stretch(
    [origin("DC"), forward("A")],
    [lane("DC>A", on="mon,thu")],
    {"A": [1.0], "DC": [1.0]},
    [],
)
GOOD = make_dispatch(COURSE, [(0, "DC>A", "S", 1), (3, "DC>A", "S", 1)], [[0.0], [1.0]])

REFUSED = (  # what is changed, what is said
    ({"lane": np.array([0, 1])}, "lane is 1, expected 0 to 0"),
    ({"sku": np.array([-1, 0])}, "sku is -1, expected 0 to 0"),
    (
        {"ships_on": np.array(["2025-03-03", "2025-02-27"], dtype="datetime64[D]")},
        "ships_on is 2025-02-27, expected 2025-03-03 to",
    ),
    (
        {"ships_on": np.array(["2025-03-03", "2025-03-07"], dtype="datetime64[D]")},
        "lane DC>A ships on 2025-03-07, a fri, expected mon, thu",
    ),
    ({"values": np.zeros((1, 2))}, r"values have shape \(1, 2\), expected \(2, 1\)"),
    ({"values": np.array([[0.0], [np.nan]])}, "values are nan in one place, expected a finite"),
)


def test_good_dispatch_is_accepted() -> None:
    """So the others are refused for what is changed."""
    check_dispatch(GOOD, COURSE, START)


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_bad_dispatch_is_refused(change: dict[str, object], said: str) -> None:
    """Lane, SKU, day, weekday and values."""
    with pytest.raises(ConfigError, match=f"dispatch: {said}"):
        check_dispatch(replace(GOOD, **change), COURSE, START)
