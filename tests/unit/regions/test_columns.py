"""Empty cells have one meaning."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from prepos.regions.columns import read_numbers, read_texts


def test_texts_are_kept_to_the_letter() -> None:
    """Texts that look like numbers or nulls stay; empty cells are empty texts."""
    table = pd.DataFrame({"id": ["00123", "NA", "1E5", None, np.nan]})
    assert read_texts(table, "id") == ["00123", "NA", "1E5", "", ""]


def test_absent_columns_are_empty() -> None:
    """A column that is not there reads as one without values."""
    table = pd.DataFrame({"id": ["a", "b"]})
    assert read_texts(table, "name") == ["", ""]
    np.testing.assert_array_equal(read_numbers(table, "limit", empty=math.inf), [math.inf] * 2)


def test_empty_numbers_take_the_value_asked_for() -> None:
    """Empty cells are filled and others stay, in nullable columns too; the table is not touched."""
    table = pd.DataFrame({"a": [1.0, np.nan], "b": pd.array([7, None], dtype="Int64")})
    np.testing.assert_array_equal(read_numbers(table, "a", empty=0.0), [1.0, 0.0])
    np.testing.assert_array_equal(read_numbers(table, "b"), [7.0, np.nan])
    assert table["a"].isna().sum() == 1
