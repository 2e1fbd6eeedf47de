"""Order lines as arrays: sums, canonical order, what is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from prepos.core.axes import make_axis
from prepos.core.orders import Orders
from prepos.errors import TableError
from prepos.ingest import load_orders
from tests.faults.small_tables import CLEAN, after, read, read_paths

REGIONS = make_axis("region_id", ["R1", "R2"])
SKUS = make_axis("sku", ["A", "B"])
LATER = date(2025, 2, 1)


def load(folder: Path, rows: str = "", *, cutoff: date = LATER, duplicates: str = "sum") -> Orders:
    """Read the clean orders with rows added, and load them."""
    inputs = read(folder, after("orders", rows))
    assert inputs.findings.faults == ()
    return load_orders(
        inputs,
        region_of_place=REGIONS.positions(list(inputs.places["region_id"])),
        regions=REGIONS,
        skus=SKUS,
        cutoff=cutoff,
        duplicates=duplicates,
    )[0]


def test_lines_become_arrays_sorted_by_time(tmp_path: Path) -> None:
    """Positions on the axes, local seconds, -1 where nobody is known."""
    orders = load(tmp_path)

    assert orders.customers.ids == ("C1", "C2")
    assert orders.order.tolist() == [0, 1, 2]
    assert orders.customer.tolist() == [0, 1, -1]
    assert orders.region.tolist() == [0, 1, 0]
    assert orders.sku.tolist() == [0, 1, 0]
    assert orders.quantity.tolist() == [1, 2, 3]
    assert orders.at[1] == np.datetime64("2025-01-13T09:30:00")


def test_lines_of_one_order_and_sku_add_up(tmp_path: Path) -> None:
    """Alike to the letter or not."""
    again = "O1,2025-01-06,A,1,C1,R1\nO1,2025-01-06,A,4,C1,R1\n"

    assert load(tmp_path, again).quantity.tolist() == [6, 2, 3]
    assert load(tmp_path, again, duplicates="drop").quantity.tolist() == [5, 2, 3]


def test_lines_from_the_cutoff_on_are_left_out(tmp_path: Path) -> None:
    """The cutoff's first instant is not known any more."""
    assert len(load(tmp_path, cutoff=date(2025, 1, 20))) == 2
    assert len(load(tmp_path, cutoff=date(2025, 1, 6))) == 0


def test_row_order_does_not_matter(tmp_path: Path) -> None:
    """The same arrays come of the same lines in any order."""
    header, *rows = CLEAN["orders"].splitlines(keepends=True)
    first = load(tmp_path)
    inputs = read(tmp_path, {"orders": header + "".join(reversed(rows))})
    second, _ = load_orders(
        inputs, region_of_place=np.array([0, 1]), regions=REGIONS, skus=SKUS, cutoff=LATER
    )

    for name in ("order", "customer", "region", "sku", "at", "quantity"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


def test_places_that_fall_nowhere_are_left_out(tmp_path: Path) -> None:
    """-1 is nowhere; points and postal codes are told apart."""
    text = (
        "order_id,ordered_at,sku,quantity,latitude,longitude,postal_code\n"
        "O1,2025-01-06,A,1,52.1,13,\nO2,2025-01-07,A,2,,,02139\nO3,2025-01-08,A,4,,,2139\n"
    )
    inputs = read(tmp_path, {"orders": text})

    assert inputs.places["postal_code"].dropna().tolist() == ["02139", "2139"]
    orders, _ = load_orders(
        inputs, region_of_place=np.array([0, 1, -1]), regions=REGIONS, skus=SKUS, cutoff=LATER
    )
    assert list(zip(orders.region.tolist(), orders.quantity.tolist(), strict=True)) == [
        (0, 1),
        (1, 2),
    ]


@pytest.mark.parametrize(
    ("row", "column"),
    [("O2,2025-01-13,A,1,C1,R2\n", "customer_id"), ("O2,2025-01-13,A,1,C2,R1\n", "region_id")],
)
def test_orders_of_several_customers_or_regions_are_told(
    row: str, column: str, tmp_path: Path
) -> None:
    """One order_id is one customer's and goes to one region; a missing customer is no other one."""
    inputs = read(tmp_path, after("orders", row + "O1,2025-01-06,B,1,,R1\n"))

    _, findings = load_orders(
        inputs, region_of_place=np.array([0, 1]), regions=REGIONS, skus=SKUS, cutoff=LATER
    )

    (told,) = findings.notices
    assert (told.code, told.file, told.line, told.column) == (
        "PP-KEY-TORN",
        "orders.csv",
        3,
        column,
    )
    assert told.message.startswith("1 orders have lines of several")
    assert findings.faults == ()


def test_wrong_use_is_named(tmp_path: Path) -> None:
    """No orders, other places, an unknown word."""
    inputs = read(tmp_path, {})
    nowhere = np.array([0, 1])
    with pytest.raises(TableError, match="1 places have a region, expected 2"):
        load_orders(inputs, region_of_place=nowhere[:1], regions=REGIONS, skus=SKUS, cutoff=LATER)
    with pytest.raises(TableError, match="duplicates is 'add'"):
        load_orders(
            inputs,
            region_of_place=nowhere,
            regions=REGIONS,
            skus=SKUS,
            cutoff=LATER,
            duplicates="add",
        )
    with pytest.raises(TableError, match=r"expected data\.orders"):
        load_orders(
            read_paths(tmp_path, {"nodes": "nodes.csv"}),
            region_of_place=nowhere,
            regions=REGIONS,
            skus=SKUS,
            cutoff=LATER,
        )
