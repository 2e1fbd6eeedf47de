"""A run's name depends on content, not on where or in what order it was read."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from prepos.core.axes import Axis
from prepos.core.orders import Orders
from prepos.publish import make_run_id

TABLE = pd.DataFrame(
    {
        "node_id": ["DC", "SP"],
        "sku": ["007", "NA"],
        "on_hand": [1, 2],
        "at": [date(2025, 1, 1), None],
        "line": [2, 3],
    }
)
SETTINGS = {"data": {"orders": "a.csv"}, "run": {"folder": "runs", "seed": 0}, "plan": {"near": 3}}


def name(**changes: object) -> str:
    """Return the name of a run with one thing changed."""
    given = {"kind": "plan", "tables": {"stock": TABLE}, "orders": None, "settings": SETTINGS}
    return make_run_id(date(2025, 3, 3), **(given | changes))


def make_orders(quantity: int) -> Orders:
    """Return one order line."""
    one = np.array([0])
    return Orders(
        Axis("customer_id", ("c",)),
        Axis("region_id", ("r",)),
        Axis("sku", ("007",)),
        order=one,
        customer=one,
        region=one,
        sku=one,
        at=np.array(["2025-01-01"], dtype="datetime64[s]"),
        quantity=np.array([quantity]),
    )


def test_the_name_starts_with_the_cutoff_and_tells_the_kind() -> None:
    """Plans have the bare name, so that a forecast of the same input does not replace one."""
    assert name().startswith("2025-03-03-")
    assert name(kind="forecast") == f"{name()}-forecast"


def test_row_order_lines_and_paths_do_not_matter() -> None:
    """Shuffled rows, other line numbers, another folder: the same name."""
    shuffled = TABLE.iloc[::-1].assign(line=[9, 8])
    moved = {**SETTINGS, "data": {"orders": "b.csv"}, "run": {"folder": "x", "seed": 0}}
    assert name(tables={"stock": shuffled}, settings=moved) == name()


def test_how_a_plan_is_exported_does_not_matter() -> None:
    """What other systems call a place changes no plan."""
    plain, named = ({**SETTINGS, "publish": {"key": key}} for key in ("plan", "transfer"))
    assert name(settings=plain) == name(settings=named)


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": {"stock": TABLE.assign(on_hand=[1, 3])}},
        {"tables": {"stock": TABLE.assign(sku=["7", "NA"])}},
        {"tables": {"receipts": TABLE}},
        {"settings": {**SETTINGS, "plan": {"near": 4}}},
        {"settings": {**SETTINGS, "run": {"folder": "runs", "seed": 1}}},
        {"orders": make_orders(1)},
    ],
)
def test_content_matters(changes: dict[str, object]) -> None:
    """A cell, an id, a table, a setting, the seed or the orders changed: another name."""
    assert name(**changes) != name()


def test_orders_matter_to_the_unit() -> None:
    """One unit more in one order is another run."""
    assert name(orders=make_orders(1)) != name(orders=make_orders(2))
