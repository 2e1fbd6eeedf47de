"""Postal codes are kept to the letter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prepos.regions.postal_codes import PostalCodes, read_postal_codes


@pytest.fixture
def codes() -> PostalCodes:
    """Return three codes of two countries."""
    return read_postal_codes(
        pd.DataFrame(
            {
                "postal_code": ["02139", "10001", "SW1A 1AA"],
                "latitude": [42.36, 40.75, 51.5],
                "longitude": [-71.1, -74.0, -0.14],
            }
        )
    )


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("02139", 0),
        ("2139", -1),  # a lost leading zero is not guessed
        ("02139-4307", 0),  # ZIP+4
        ("99999-0001", -1),
        ("021394307", -1),
        ("SW1A 1AA", 2),
        ("SW1A1AA", -1),
        ("", -1),
    ],
)
def test_codes_are_found_to_the_letter(codes: PostalCodes, code: str, row: int) -> None:
    """A code is found as it is written, a ZIP+4 also by its first five digits."""
    np.testing.assert_array_equal(codes.rows([code]), [row])


def test_a_zip_plus_4_in_the_table_wins() -> None:
    """A full ZIP+4 that the table knows is not shortened."""
    table = pd.DataFrame(
        {"postal_code": ["10001", "10001-0001"], "latitude": [1.0, 2.0], "longitude": [0.0, 0.0]}
    )
    known = read_postal_codes(table)
    np.testing.assert_array_equal(known.rows(["10001-0001", "10001-0002"]), [1, 0])
    assert not known.shortens("10001-0001")
    assert known.shortens("10001-0002")


def test_no_table_knows_no_code() -> None:
    """Without a table every code is unknown."""
    none = read_postal_codes(None)
    assert len(none) == 0
    np.testing.assert_array_equal(none.rows(["10001"]), [-1])
