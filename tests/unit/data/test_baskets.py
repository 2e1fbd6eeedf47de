"""From baskets to named order lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cutting import baskets as journey

LINES = (  # household, store, basket, product, quantity, sales, UTC
    (7, 30, 101, 1, 2, 5.0, "2017-01-01 03:30"),  # still 2016 where the store stands
    (7, 30, 101, 2, 1, 2.0, "2017-01-01 03:30"),  # same type, another product
    (7, 4, 102, 1, 1, 3.0, "2017-06-01 15:00"),
    (9, 30, 103, 1, 0, 0.0, "2017-06-02 15:00"),  # no quantity
    (9, 30, 103, 3, 9000, 21.0, "2017-06-02 15:00"),  # fuel
    (9, 4, 104, 4, 1, 1.0, "2017-06-03 15:00"),  # no type
    (9, 4, 104, 9, 1, 1.0, "2017-06-03 15:00"),  # no product
    (9, 4, 105, 5, 3, 3.0, "2017-06-03 15:00"),
)
PRODUCTS = (  # product, department, category, type
    (1, "GROCERY", "MILK", "FLUID MILK WHITE ONLY"),
    (2, "GROCERY", "MILK", "FLUID MILK WHITE ONLY"),
    (3, "FUEL", "COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED"),
    (4, "MISCELLANEOUS", "SOMETHING", None),
    (5, "PRODUCE", "CORN", "CORN"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a source of eight lines."""
    columns = [
        "household_id",
        "store_id",
        "basket_id",
        "product_id",
        "quantity",
        "sales_value",
        "at",
    ]
    lines = pd.DataFrame(LINES, columns=columns)
    lines["transaction_timestamp"] = pd.to_datetime(lines.pop("at"))
    lines.to_parquet(tmp_path / "transactions.parquet")
    columns = ["product_id", "department", "product_category", "product_type"]
    pd.DataFrame(PRODUCTS, columns=columns).to_parquet(tmp_path / "products.parquet")
    return tmp_path


def test_only_goods_are_read(folder: Path) -> None:
    """Coupons, fuel, no quantity and no type are left out; the rest is whole."""
    baskets = journey.read_baskets(folder)

    assert baskets["sku"].tolist() == ["fluid-milk-white-only"] * 3 + ["corn"]
    assert baskets["department"].tolist() == ["GROCERY"] * 3 + ["PRODUCE"]


def test_times_are_local(folder: Path) -> None:
    """Half past three UTC on New Year's Day is half past ten on the evening before."""
    baskets = journey.read_baskets(folder)

    assert baskets["at"].iloc[0] == pd.Timestamp("2016-12-31 22:30")


def test_home_is_the_store_of_most_baskets_then_the_lower_number(folder: Path) -> None:
    """Household 7 visited 30 and 4 once each: its home is 4, however many lines it bought at 30."""
    baskets = journey.read_baskets(folder)

    assert journey.home_stores(baskets).to_dict() == {7: 4, 9: 4}


def test_one_line_a_basket_and_sku(folder: Path) -> None:
    """Two products of one type in one basket add up; the price is the units' mean."""
    lines = journey.order_lines(journey.read_baskets(folder))

    first = lines.iloc[0].to_dict()
    assert len(lines) == 3
    assert first == {
        "order_id": "101",
        "ordered_at": "2016-12-31T22:30:00",
        "customer_id": "H0007",
        "region_id": "S00004",
        "sku": "fluid-milk-white-only",
        "quantity": 3,
        "unit_price": 2.33,
    }


def test_names_are_readable_unique_and_do_not_depend_on_the_rows_order() -> None:
    """Two types that read alike get numbers, the first in the alphabet none."""
    types = pd.Series(["COCKTAILS <=", "COCKTAILS", "12/18&15PK CAN", "COCKTAILS"])

    names = journey.name_types(types)

    assert names == {
        "12/18&15PK CAN": "12-18-15pk-can",
        "COCKTAILS": "cocktails",
        "COCKTAILS <=": "cocktails-2",
    }
    assert journey.name_types(types[::-1]) == names


def test_draw_is_the_same_for_the_same_seed_and_any_order_of_rows() -> None:
    """Only the households count, not how often or where they stand."""
    households = pd.Series([5, 3, 9, 3, 7, 1])

    drawn = journey.draw_households(households, 3, np.random.default_rng(1))

    again = journey.draw_households(households[::-1], 3, np.random.default_rng(1))
    assert drawn == again
    assert len(drawn) == 3
    assert drawn <= {1, 3, 5, 7, 9}


def test_busiest_breaks_ties_by_the_lower_value() -> None:
    """Of two values with the same sum the lower comes first."""
    values, weight = pd.Series(["b", "a", "c", "c"]), pd.Series([2, 2, 1, 4])

    assert journey.busiest(values, weight, 2) == ["c", "a"]
